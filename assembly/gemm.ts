import { wide_tiles } from './wide';
import { madd, transpose4 } from './simd';

// Dense products: C = A·B (+ C) over packed operands. A is packed in panels of 5 rows, laid out [panel][k][5]; B in
// panels of 8 columns, [panel][k][8]. A 5x8 register tile takes 10 accumulators, 2 vectors of B, 1 splat of A and 1 product that is not fused: 14 of
// the 16 registers of x86-64, one of which V8 keeps to itself. A sixth row would send an accumulator through the stack at every step. Rows and columns past the edge are packed as zeros and never written back.

/**
 * Packs k columns of A for gemm: dst[panel][depth][5], src element (i, p) at src[i*rowStride + p*kStride] (strides in floats); m rows.
 * depth >= k is the distance of panels in columns: a matrix may be packed piece by piece along k. dst takes ceil(m/5)*5*depth floats.
 */
export function gemm_pack_a(dst: usize, src: usize, m: i32, k: i32, rowStride: i32, kStride: i32, depth: i32): void {
  const step = (<usize>kStride) << 2;
  for (let i = 0; i < m; i += 5) {
    const live = min(5, m - i);
    if (live == 5 && rowStride == 1) {
      let out = dst, at = src + ((<usize>i) << 2);
      for (let p = 0; p < k; p++) {
        v128.store(out, v128.load(at));
        store<f32>(out, load<f32>(at, 16), 16);
        out += 20;
        at += step;
      }
      dst += (<usize>depth) * 20;
      continue;
    }
    if (live == 5 && kStride == 1) {
      const down = (<usize>rowStride) << 2;
      let out = dst, at = src + <usize>i * down, p = 0;
      for (; p + 4 <= k; p += 4) {
        transpose4(out, 20, at, down);
        const last = v128.load(at + 4 * down);
        v128.store_lane<f32>(out, last, 0, 16);
        v128.store_lane<f32>(out, last, 1, 36);
        v128.store_lane<f32>(out, last, 2, 56);
        v128.store_lane<f32>(out, last, 3, 76);
        out += 80;
        at += 16;
      }
      for (; p < k; p++) {
        for (let r: usize = 0; r < 5; r++) store<f32>(out + (r << 2), load<f32>(at + r * down));
        out += 20;
        at += 4;
      }
      dst += (<usize>depth) * 20;
      continue;
    }
    for (let r = 0; r < 5; r++) {
      let out = dst + ((<usize>r) << 2);
      if (r < live) {
        let at = src + ((<usize>(i + r) * <usize>rowStride) << 2);
        for (let p = 0; p < k; p++) {
          store<f32>(out, load<f32>(at));
          out += 20;
          at += step;
        }
      } else {
        for (let p = 0; p < k; p++) {
          store<f32>(out, 0);
          out += 20;
        }
      }
    }
    dst += (<usize>depth) * 20;
  }
}

/**
 * Packs k rows of B for gemm: dst[panel][depth][8], src element (p, j) at src[p*kStride + j*columnStride] (strides in floats); n columns.
 * depth >= k is the distance of panels in rows. dst takes ceil(n/8)*8*depth floats.
 */
export function gemm_pack_b(dst: usize, src: usize, k: i32, n: i32, kStride: i32, columnStride: i32, depth: i32): void {
  const down = (<usize>kStride) << 2;
  const skip = (<usize>(depth - k)) << 5;
  for (let j = 0; j < n; j += 8) {
    const live = min(8, n - j);
    if (live == 8 && columnStride == 1) {
      let at = src + ((<usize>j) << 2);
      for (let p = 0; p < k; p++) {
        v128.store(dst, v128.load(at));
        v128.store(dst, v128.load(at, 16), 16);
        dst += 32;
        at += down;
      }
    } else if (live == 8 && kStride == 1) {
      const step = (<usize>columnStride) << 2;
      const at = src + <usize>j * step;
      let p = 0;
      for (; p + 4 <= k; p += 4) {
        transpose4(dst, 32, at + ((<usize>p) << 2), step);
        transpose4(dst + 16, 32, at + 4 * step + ((<usize>p) << 2), step);
        dst += 128;
      }
      for (; p < k; p++) {
        for (let c = 0; c < 8; c++) store<f32>(dst + ((<usize>c) << 2), load<f32>(at + <usize>c * step + ((<usize>p) << 2)));
        dst += 32;
      }
    } else {
      for (let p = 0; p < k; p++) {
        let at = src + ((<usize>p * <usize>kStride + <usize>j * <usize>columnStride) << 2);
        for (let c = 0; c < 8; c++) {
          store<f32>(dst + ((<usize>c) << 2), c < live ? load<f32>(at) : 0);
          if (c + 1 < live) at += (<usize>columnStride) << 2;
        }
        dst += 32;
      }
    }
    dst += skip;
  }
}

/** k is cut in blocks of this many, so that a panel of B stays in the first-level cache. */
const K_BLOCK: i32 = 256;

/** Panels of A that are run over all of B before the next ones: with K_BLOCK, 120 kB that stay in the second-level cache. */
const PANEL_BLOCK: i32 = 24;

/**
 * C = A·B, or C += A·B with accumulate = 1; k >= 1 (with k = 0 C stays as it is).
 * c: [m][n] with row stride ldc floats; a: packed panels of 5 rows from gemm_pack_a; b: panels of 8 columns whose rows lie
 * ldb floats apart and whose panels lie panelStride floats apart (packed: 8 and 8*k; an activation tile: 32 and 8).
 * scratch: 40 floats. Rows [5*panel0, min(m, 5*panel1)) of C are computed, in an order that does not depend on the range.
 */
export function gemm(
  c: usize, a: usize, b: usize, scratch: usize, ldc: i32, ldb: i32, panelStride: i32,
  panel0: i32, panel1: i32, m: i32, n: i32, k: i32, accumulate: i32,
): void {
  const rowBytes = (<usize>ldc) << 2;
  const bStep = (<usize>ldb) << 2, next = (<usize>panelStride) << 2;
  const wide = wide_tiles();
  for (let p0 = 0; p0 < k; p0 += K_BLOCK) {
    const depth = min(K_BLOCK, k - p0);
    const keep = p0 > 0 || accumulate != 0;
    for (let first = panel0; first < panel1; first += PANEL_BLOCK) {
      const last = min(first + PANEL_BLOCK, panel1);
      for (let j = 0; j < n; j += 8) {
        const bp = b + ((<usize>(j >> 3) * <usize>panelStride + <usize>p0 * <usize>ldb) << 2);
        const two = wide && j + 16 <= n;
        for (let panel = first; panel < last; panel++) {
          const i = panel * 5;
          const ap = a + (<usize>panel * <usize>k + <usize>p0) * 20;
          const cp = c + <usize>i * rowBytes + ((<usize>j) << 2);
          if (two && i + 5 <= m) {
            tile5x16(cp, rowBytes, ap, bp, bp + next, bStep, depth, keep);
          } else if (two) {
            edge(cp, rowBytes, ap, bp, bStep, depth, scratch, m - i, 8, keep);
            edge(cp + 32, rowBytes, ap, bp + next, bStep, depth, scratch, m - i, 8, keep);
          } else if (i + 5 <= m && j + 8 <= n) {
            tile5x8(cp, rowBytes, ap, bp, bStep, depth, keep);
          } else {
            edge(cp, rowBytes, ap, bp, bStep, depth, scratch, m - i, n - j, keep);
          }
        }
        if (two) j += 8;
      }
    }
  }
}

/** Copies or adds the corner of a tile that lies inside C. */
function edge(
  c: usize, rowBytes: usize, a: usize, b: usize, bStep: usize, depth: i32, scratch: usize, rows: i32, columns: i32, keep: bool,
): void {
  tile5x8(scratch, 32, a, b, bStep, depth, false);
  for (let r = 0; r < min(5, rows); r++) {
    for (let s = 0; s < min(8, columns); s++) {
      const at = c + <usize>r * rowBytes + ((<usize>s) << 2);
      const value = load<f32>(scratch + ((<usize>(r * 8 + s)) << 2));
      store<f32>(at, keep ? load<f32>(at) + value : value);
    }
  }
}

// @ts-ignore: decorator
@inline
function put(c: usize, lo: v128, hi: v128, keep: bool): void {
  if (keep) {
    // Both loads before a store: else V8 does not make one wide register of the two halves, here and all the way up.
    const low = v128.load(c), high = v128.load(c, 16);
    v128.store(c, f32x4.add(low, lo));
    v128.store(c, f32x4.add(high, hi), 16);
  } else {
    v128.store(c, lo);
    v128.store(c, hi, 16);
  }
}

function tile5x8(c: usize, rowBytes: usize, a: usize, b: usize, bStep: usize, depth: i32, keep: bool): void {
  // The first step stands before the loop: V8 then computes the addresses of A's five numbers once, not at every step.
  const zero = f32x4.splat(0);
  let b0 = v128.load(b), b1 = v128.load(b, 16);
  let s = v128.load32_splat(a);
  let c00 = madd(s, b0, zero);
  let c01 = madd(s, b1, zero);
  s = v128.load32_splat(a, 4);
  let c10 = madd(s, b0, zero);
  let c11 = madd(s, b1, zero);
  s = v128.load32_splat(a, 8);
  let c20 = madd(s, b0, zero);
  let c21 = madd(s, b1, zero);
  s = v128.load32_splat(a, 12);
  let c30 = madd(s, b0, zero);
  let c31 = madd(s, b1, zero);
  s = v128.load32_splat(a, 16);
  let c40 = madd(s, b0, zero);
  let c41 = madd(s, b1, zero);
  const end = a + (<usize>depth) * 20;
  a += 20;
  b += bStep;
  while (a < end) {
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    s = v128.load32_splat(a);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load32_splat(a, 4);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.load32_splat(a, 8);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    s = v128.load32_splat(a, 12);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    s = v128.load32_splat(a, 16);
    c40 = madd(s, b0, c40);
    c41 = madd(s, b1, c41);
    a += 20;
    b += bStep;
  }
  put(c, c00, c01, keep);
  put(c + rowBytes, c10, c11, keep);
  put(c + 2 * rowBytes, c20, c21, keep);
  put(c + 3 * rowBytes, c30, c31, keep);
  put(c + 4 * rowBytes, c40, c41, keep);
}

/** tile5x8 of two panels of B side by side, from `b` and `d`: ten registers of 256 bits where the engine makes them of neighbours. */
function tile5x16(c: usize, rowBytes: usize, a: usize, b: usize, d: usize, bStep: usize, depth: i32, keep: bool): void {
  const zero = f32x4.splat(0);
  let b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(d), b3 = v128.load(d, 16);
  let s = v128.load32_splat(a);
  let c00 = madd(s, b0, zero), c01 = madd(s, b1, zero), c02 = madd(s, b2, zero), c03 = madd(s, b3, zero);
  s = v128.load32_splat(a, 4);
  let c10 = madd(s, b0, zero), c11 = madd(s, b1, zero), c12 = madd(s, b2, zero), c13 = madd(s, b3, zero);
  s = v128.load32_splat(a, 8);
  let c20 = madd(s, b0, zero), c21 = madd(s, b1, zero), c22 = madd(s, b2, zero), c23 = madd(s, b3, zero);
  s = v128.load32_splat(a, 12);
  let c30 = madd(s, b0, zero), c31 = madd(s, b1, zero), c32 = madd(s, b2, zero), c33 = madd(s, b3, zero);
  s = v128.load32_splat(a, 16);
  let c40 = madd(s, b0, zero), c41 = madd(s, b1, zero), c42 = madd(s, b2, zero), c43 = madd(s, b3, zero);
  const end = a + (<usize>depth) * 20;
  a += 20;
  b += bStep;
  d += bStep;
  while (a < end) {
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    b2 = v128.load(d);
    b3 = v128.load(d, 16);
    s = v128.load32_splat(a);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    c02 = madd(s, b2, c02);
    c03 = madd(s, b3, c03);
    s = v128.load32_splat(a, 4);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    c12 = madd(s, b2, c12);
    c13 = madd(s, b3, c13);
    s = v128.load32_splat(a, 8);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    c22 = madd(s, b2, c22);
    c23 = madd(s, b3, c23);
    s = v128.load32_splat(a, 12);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    c32 = madd(s, b2, c32);
    c33 = madd(s, b3, c33);
    s = v128.load32_splat(a, 16);
    c40 = madd(s, b0, c40);
    c41 = madd(s, b1, c41);
    c42 = madd(s, b2, c42);
    c43 = madd(s, b3, c43);
    a += 20;
    b += bStep;
    d += bStep;
  }
  put(c, c00, c01, keep);
  put(c + 32, c02, c03, keep);
  put(c + rowBytes, c10, c11, keep);
  put(c + rowBytes + 32, c12, c13, keep);
  put(c + 2 * rowBytes, c20, c21, keep);
  put(c + 2 * rowBytes + 32, c22, c23, keep);
  put(c + 3 * rowBytes, c30, c31, keep);
  put(c + 3 * rowBytes + 32, c32, c33, keep);
  put(c + 4 * rowBytes, c40, c41, keep);
  put(c + 4 * rowBytes + 32, c42, c43, keep);
}
