import { madd, sum4, sum4x4 } from './simd';
import { wide_tiles } from './wide';

// Products with a sparse matrix in compressed rows: row r owns entries start[r] .. start[r+1], entry e has column
// index[e] and value value[e]. The dense operands are rows of n contiguous floats, so an entry is one multiply-add over n
// lanes and a row's accumulators stay in registers. Where the values of a transposed walk live elsewhere, `place[e]` says
// at which index. All of Y = S·B, its gradient to B and its gradient to S are these three kernels.

/**
 * out[r][0..n) = (accumulate ? out[r] : bias ? bias[r] : 0) + Σ_e value[place ? place[e] : e] * b[index[e]][0..n), for r in [row0, row1). The sum is formed first.
 * ldo, ldb: distance of rows in floats. bias and place may be 0 (none).
 * SpMM; entries are added in the order they are stored.
 */
export function spmm(
  out: usize, start: usize, index: usize, value: usize, place: usize, b: usize, bias: usize,
  ldo: i32, ldb: i32, row0: i32, row1: i32, n: i32, accumulate: i32,
): void {
  const oStep = (<usize>ldo) << 2, bStep = (<usize>ldb) << 2;
  let j = 0;
  for (; j + 32 <= n; j += 32) {
    const oj = out + ((<usize>j) << 2), bj = b + ((<usize>j) << 2);
    if (place) rows32(true, oj, start, index, value, bj, place, bias, oStep, bStep, row0, row1, accumulate);
    else rows32(false, oj, start, index, value, bj, 0, bias, oStep, bStep, row0, row1, accumulate);
  }
  if (j == n) return;
  for (let r = row0; r < row1; r++) {
    const e0 = load<i32>(start + ((<usize>r) << 2)), e1 = load<i32>(start + ((<usize>r) << 2), 4);
    const o = out + <usize>r * oStep;
    const first = bias ? v128.load32_splat(bias + ((<usize>r) << 2)) : f32x4.splat(0);
    let i = j;
    for (; i + 8 <= n; i += 8) row8(o + ((<usize>i) << 2), b + ((<usize>i) << 2), index, value, place, bStep, e0, e1, first, accumulate);
    for (; i < n; i++) {
      const oi = o + ((<usize>i) << 2), bi = b + ((<usize>i) << 2);
      let acc: f32 = 0;
      for (let e = e0; e < e1; e++) {
        const p = place ? load<i32>(place + ((<usize>e) << 2)) : e;
        acc += load<f32>(value + ((<usize>p) << 2)) * load<f32>(bi + <usize>load<i32>(index + ((<usize>e) << 2)) * bStep);
      }
      store<f32>(oi, (accumulate ? load<f32>(oi) : f32x4.extract_lane(first, 0)) + acc);
    }
  }
}

// V8 places a loop's arithmetic by the order of its locals, from the last back to the first, and loads in program order. Only where the two agree does a load
// stand beside its use; else all eight come first and the accumulators spill. So: last accumulator first.
// @ts-ignore: decorator
@inline
function rows32(
  placed: bool, out: usize, start: usize, index: usize, value: usize, b: usize, place: usize, bias: usize,
  oStep: usize, bStep: usize, row0: i32, row1: i32, accumulate: i32,
): void {
  for (let r: usize = row0; r < <usize>row1; r++) {
    const e0 = (<usize>load<u32>(start + (r << 2))) << 2;
    let at = index + e0, p = (placed ? place : value) + e0;
    const end = index + ((<usize>load<u32>(start + (r << 2), 4)) << 2);
    const quads = at + ((end - at) & ~15);
    let a0 = f32x4.splat(0);
    let a1 = f32x4.splat(0);
    let a2 = f32x4.splat(0);
    let a3 = f32x4.splat(0);
    let a4 = f32x4.splat(0);
    let a5 = f32x4.splat(0);
    let a6 = f32x4.splat(0);
    let a7 = f32x4.splat(0);
    while (at < quads) {
      const s0 = v128.load32_splat(placed ? value + ((<usize>load<u32>(p)) << 2) : p);
      const x0 = b + <usize>load<u32>(at) * bStep;
      a7 = madd(s0, v128.load(x0, 112), a7);
      a6 = madd(s0, v128.load(x0, 96), a6);
      a5 = madd(s0, v128.load(x0, 80), a5);
      a4 = madd(s0, v128.load(x0, 64), a4);
      a3 = madd(s0, v128.load(x0, 48), a3);
      a2 = madd(s0, v128.load(x0, 32), a2);
      a1 = madd(s0, v128.load(x0, 16), a1);
      a0 = madd(s0, v128.load(x0), a0);
      const s1 = v128.load32_splat(placed ? value + ((<usize>load<u32>(p, 4)) << 2) : p + 4);
      const x1 = b + <usize>load<u32>(at, 4) * bStep;
      a7 = madd(s1, v128.load(x1, 112), a7);
      a6 = madd(s1, v128.load(x1, 96), a6);
      a5 = madd(s1, v128.load(x1, 80), a5);
      a4 = madd(s1, v128.load(x1, 64), a4);
      a3 = madd(s1, v128.load(x1, 48), a3);
      a2 = madd(s1, v128.load(x1, 32), a2);
      a1 = madd(s1, v128.load(x1, 16), a1);
      a0 = madd(s1, v128.load(x1), a0);
      const s2 = v128.load32_splat(placed ? value + ((<usize>load<u32>(p, 8)) << 2) : p + 8);
      const x2 = b + <usize>load<u32>(at, 8) * bStep;
      a7 = madd(s2, v128.load(x2, 112), a7);
      a6 = madd(s2, v128.load(x2, 96), a6);
      a5 = madd(s2, v128.load(x2, 80), a5);
      a4 = madd(s2, v128.load(x2, 64), a4);
      a3 = madd(s2, v128.load(x2, 48), a3);
      a2 = madd(s2, v128.load(x2, 32), a2);
      a1 = madd(s2, v128.load(x2, 16), a1);
      a0 = madd(s2, v128.load(x2), a0);
      const s3 = v128.load32_splat(placed ? value + ((<usize>load<u32>(p, 12)) << 2) : p + 12);
      const x3 = b + <usize>load<u32>(at, 12) * bStep;
      a7 = madd(s3, v128.load(x3, 112), a7);
      a6 = madd(s3, v128.load(x3, 96), a6);
      a5 = madd(s3, v128.load(x3, 80), a5);
      a4 = madd(s3, v128.load(x3, 64), a4);
      a3 = madd(s3, v128.load(x3, 48), a3);
      a2 = madd(s3, v128.load(x3, 32), a2);
      a1 = madd(s3, v128.load(x3, 16), a1);
      a0 = madd(s3, v128.load(x3), a0);
      at += 16;
      p += 16;
    }
    while (at < end) {
      const s = v128.load32_splat(placed ? value + ((<usize>load<u32>(p)) << 2) : p);
      const x = b + <usize>load<u32>(at) * bStep;
      a7 = madd(s, v128.load(x, 112), a7);
      a6 = madd(s, v128.load(x, 96), a6);
      a5 = madd(s, v128.load(x, 80), a5);
      a4 = madd(s, v128.load(x, 64), a4);
      a3 = madd(s, v128.load(x, 48), a3);
      a2 = madd(s, v128.load(x, 32), a2);
      a1 = madd(s, v128.load(x, 16), a1);
      a0 = madd(s, v128.load(x), a0);
      at += 4;
      p += 4;
    }
    const o = out + r * oStep;
    // V8 widens pairs of neighbouring stores, and only where no load stands between them. Both branches ending alike would have their last store merged, apart from its pair.
    if (accumulate) {
      const c0 = v128.load(o), c1 = v128.load(o, 16), c2 = v128.load(o, 32), c3 = v128.load(o, 48);
      const c4 = v128.load(o, 64), c5 = v128.load(o, 80), c6 = v128.load(o, 96), c7 = v128.load(o, 112);
      v128.store(o, f32x4.add(c6, a6), 96);
      v128.store(o, f32x4.add(c7, a7), 112);
      v128.store(o, f32x4.add(c4, a4), 64);
      v128.store(o, f32x4.add(c5, a5), 80);
      v128.store(o, f32x4.add(c2, a2), 32);
      v128.store(o, f32x4.add(c3, a3), 48);
      v128.store(o, f32x4.add(c0, a0));
      v128.store(o, f32x4.add(c1, a1), 16);
    } else {
      const first = bias ? v128.load32_splat(bias + (r << 2)) : f32x4.splat(0);
      v128.store(o, f32x4.add(first, a0));
      v128.store(o, f32x4.add(first, a1), 16);
      v128.store(o, f32x4.add(first, a2), 32);
      v128.store(o, f32x4.add(first, a3), 48);
      v128.store(o, f32x4.add(first, a4), 64);
      v128.store(o, f32x4.add(first, a5), 80);
      v128.store(o, f32x4.add(first, a6), 96);
      v128.store(o, f32x4.add(first, a7), 112);
    }
  }
}

// @ts-ignore: decorator
@inline
function row8(o: usize, b: usize, index: usize, value: usize, place: usize, bStep: usize, e0: i32, e1: i32, first: v128, accumulate: i32): void {
  let a0 = f32x4.splat(0), a1 = a0;
  for (let e = e0; e < e1; e++) {
    const p = place ? load<i32>(place + ((<usize>e) << 2)) : e;
    const s = v128.load32_splat(value + ((<usize>p) << 2));
    const x = b + <usize>load<i32>(index + ((<usize>e) << 2)) * bStep;
    a0 = madd(s, v128.load(x), a0);
    a1 = madd(s, v128.load(x, 16), a1);
  }
  v128.store(o, f32x4.add(accumulate ? v128.load(o) : first, a0));
  v128.store(o, f32x4.add(accumulate ? v128.load(o, 16) : first, a1), 16);
}

/**
 * Reads a word of each half of `rows` rows of 32 floats, in their order, so that a product that meets them in another finds them in the cache. seen: i32, what was
 * read, OR'ed together, for the reading to be of use to somebody.
 */
export function read_ahead(seen: usize, b: usize, rows: i32): void {
  let even = 0, odd = 0;
  for (const end = b + ((<usize>rows) << 7); b < end; b += 128) {
    even |= load<i32>(b);
    odd |= load<i32>(b, 64);
  }
  store<i32>(seen, even | odd);
}

/**
 * dvalue[e] += Σ_j a[r][j] * b[index[e]][j] over j in [0, n), for the entries e of rows [row0, row1): the gradient of spmm to its values.
 * lda, ldb: distance of rows in floats. n must be a multiple of 4. scratch: 128 bytes. SDDMM. Lanes are summed in blocks of 32, block by block.
 */
export function sddmm(
  dvalue: usize, start: usize, index: usize, a: usize, b: usize, scratch: usize, lda: i32, ldb: i32, row0: i32, row1: i32, n: i32,
): void {
  const bStep = (<usize>ldb) << 2, wide = wide_tiles();
  for (let r = row0; r < row1; r++) {
    const e0 = load<i32>(start + ((<usize>r) << 2)), e1 = load<i32>(start + ((<usize>r) << 2), 4);
    const ar = a + ((<usize>r * <usize>lda) << 2);
    let j = 0;
    for (; j + 32 <= n; j += 32) {
      const aj = ar + ((<usize>j) << 2), bj = b + ((<usize>j) << 2);
      if (wide) wide_dots32(dvalue, index, aj, bj, bStep, e0, e1, scratch);
      else dots32(dvalue, index, aj, bj, bStep, e0, e1, scratch);
    }
    for (; j < n; j += 4) {
      const x = v128.load(ar + ((<usize>j) << 2));
      for (let e = e0; e < e1; e++) {
        const out = dvalue + ((<usize>e) << 2);
        const y = v128.load(b + ((<usize>j) << 2) + <usize>load<i32>(index + ((<usize>e) << 2)) * bStep);
        store<f32>(out, load<f32>(out) + sum4(f32x4.mul(x, y)));
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function dots32(dvalue: usize, index: usize, a: usize, b: usize, bStep: usize, e0: i32, e1: i32, scratch: usize): void {
  const a0 = v128.load(a), a1 = v128.load(a, 16), a2 = v128.load(a, 32), a3 = v128.load(a, 48);
  const a4 = v128.load(a, 64), a5 = v128.load(a, 80), a6 = v128.load(a, 96), a7 = v128.load(a, 112);
  if (!any32(a0, a1, a2, a3, a4, a5, a6, a7)) return;
  let at = index + ((<usize>e0) << 2), out = dvalue + ((<usize>e0) << 2);
  const end = index + ((<usize>e1) << 2), quads = at + ((<usize>(e1 - e0) & ~3) << 2);
  // Each sum goes through the scratch so that V8 finishes one connection before it loads for the next; without, it loads for all four and spills.
  while (at < quads) {
    v128.store(scratch, dot32(a0, a1, a2, a3, a4, a5, a6, a7, b + <usize>load<u32>(at) * bStep));
    v128.store(scratch, dot32(a0, a1, a2, a3, a4, a5, a6, a7, b + <usize>load<u32>(at, 4) * bStep), 16);
    v128.store(scratch, dot32(a0, a1, a2, a3, a4, a5, a6, a7, b + <usize>load<u32>(at, 8) * bStep), 32);
    v128.store(scratch, dot32(a0, a1, a2, a3, a4, a5, a6, a7, b + <usize>load<u32>(at, 12) * bStep), 48);
    const sums = sum4x4(v128.load(scratch), v128.load(scratch, 16), v128.load(scratch, 32), v128.load(scratch, 48));
    v128.store(out, f32x4.add(v128.load(out), sums));
    at += 16;
    out += 16;
  }
  while (at < end) {
    store<f32>(out, load<f32>(out) + sum4(dot32(a0, a1, a2, a3, a4, a5, a6, a7, b + <usize>load<u32>(at) * bStep)));
    at += 4;
    out += 4;
  }
}

// The same, bit for bit, where V8 widens pairs: it does so from neighbouring stores alone, so both halves of a sum go through the scratch.
// @ts-ignore: decorator
@inline
function wide_dots32(dvalue: usize, index: usize, a: usize, b: usize, bStep: usize, e0: i32, e1: i32, scratch: usize): void {
  const a0 = v128.load(a), a1 = v128.load(a, 16), a2 = v128.load(a, 32), a3 = v128.load(a, 48);
  const a4 = v128.load(a, 64), a5 = v128.load(a, 80), a6 = v128.load(a, 96), a7 = v128.load(a, 112);
  if (!any32(a0, a1, a2, a3, a4, a5, a6, a7)) return;
  let at = index + ((<usize>e0) << 2), out = dvalue + ((<usize>e0) << 2);
  const end = index + ((<usize>e1) << 2), quads = at + ((<usize>(e1 - e0) & ~3) << 2);
  while (at < quads) {
    const x0 = b + <usize>load<u32>(at) * bStep;
    const s0 = half32(a0, a2, a4, a6, v128.load(x0), v128.load(x0, 32), v128.load(x0, 64), v128.load(x0, 96));
    const t0 = half32(a1, a3, a5, a7, v128.load(x0, 16), v128.load(x0, 48), v128.load(x0, 80), v128.load(x0, 112));
    v128.store(scratch, s0);
    v128.store(scratch, t0, 16);
    const x1 = b + <usize>load<u32>(at, 4) * bStep;
    const s1 = half32(a0, a2, a4, a6, v128.load(x1), v128.load(x1, 32), v128.load(x1, 64), v128.load(x1, 96));
    const t1 = half32(a1, a3, a5, a7, v128.load(x1, 16), v128.load(x1, 48), v128.load(x1, 80), v128.load(x1, 112));
    v128.store(scratch, s1, 32);
    v128.store(scratch, t1, 48);
    const x2 = b + <usize>load<u32>(at, 8) * bStep;
    const s2 = half32(a0, a2, a4, a6, v128.load(x2), v128.load(x2, 32), v128.load(x2, 64), v128.load(x2, 96));
    const t2 = half32(a1, a3, a5, a7, v128.load(x2, 16), v128.load(x2, 48), v128.load(x2, 80), v128.load(x2, 112));
    v128.store(scratch, s2, 64);
    v128.store(scratch, t2, 80);
    const x3 = b + <usize>load<u32>(at, 12) * bStep;
    const s3 = half32(a0, a2, a4, a6, v128.load(x3), v128.load(x3, 32), v128.load(x3, 64), v128.load(x3, 96));
    const t3 = half32(a1, a3, a5, a7, v128.load(x3, 16), v128.load(x3, 48), v128.load(x3, 80), v128.load(x3, 112));
    v128.store(scratch, s3, 96);
    v128.store(scratch, t3, 112);
    const sums = sum4x4(
      f32x4.add(v128.load(scratch), v128.load(scratch, 16)), f32x4.add(v128.load(scratch, 32), v128.load(scratch, 48)),
      f32x4.add(v128.load(scratch, 64), v128.load(scratch, 80)), f32x4.add(v128.load(scratch, 96), v128.load(scratch, 112)),
    );
    v128.store(out, f32x4.add(v128.load(out), sums));
    at += 16;
    out += 16;
  }
  while (at < end) {
    const x = b + <usize>load<u32>(at) * bStep;
    const s = half32(a0, a2, a4, a6, v128.load(x), v128.load(x, 32), v128.load(x, 64), v128.load(x, 96));
    const t = half32(a1, a3, a5, a7, v128.load(x, 16), v128.load(x, 48), v128.load(x, 80), v128.load(x, 112));
    v128.store(scratch, s);
    v128.store(scratch, t, 16);
    store<f32>(out, load<f32>(out) + sum4(f32x4.add(v128.load(scratch), v128.load(scratch, 16))));
    at += 4;
    out += 4;
  }
}

// @ts-ignore: decorator
@inline
function half32(a0: v128, a1: v128, a2: v128, a3: v128, x0: v128, x1: v128, x2: v128, x3: v128): v128 {
  return madd(a3, x3, madd(a2, x2, madd(a1, x1, f32x4.mul(a0, x0))));
}

/** Whether any of 32 lanes is not 0: a hidden unit that is off for all 32 rows adds nothing. */
// @ts-ignore: decorator
@inline
function any32(a0: v128, a1: v128, a2: v128, a3: v128, a4: v128, a5: v128, a6: v128, a7: v128): bool {
  return v128.any_true(v128.or(v128.or(v128.or(a0, a1), v128.or(a2, a3)), v128.or(v128.or(a4, a5), v128.or(a6, a7))));
}

// @ts-ignore: decorator
@inline
function dot32(a0: v128, a1: v128, a2: v128, a3: v128, a4: v128, a5: v128, a6: v128, a7: v128, x: usize): v128 {
  let s = f32x4.mul(a0, v128.load(x)), t = f32x4.mul(a1, v128.load(x, 16));
  s = madd(a2, v128.load(x, 32), s);
  t = madd(a3, v128.load(x, 48), t);
  s = madd(a4, v128.load(x, 64), s);
  t = madd(a5, v128.load(x, 80), t);
  s = madd(a6, v128.load(x, 96), s);
  t = madd(a7, v128.load(x, 112), t);
  return f32x4.add(s, t);
}
