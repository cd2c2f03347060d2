import { madd, sum4x4 } from './simd';

// Register tiles of the convolutions. A's rows lie in panels of four, [panel][k][4]: a filter's weights are then 16 bytes apart, so that
// any four open filters of any panels can be multiplied. B lies in panels of eight columns, [k][8]. Every output is one sum over k from the first to
// the last, whatever the tile: leaving out terms that are zero leaves the bits as they are. k >= 1.

/** c: 4 rows of 8, rowBytes apart; a: one panel of A; b: one panel of B. */
export function dense4x8(c: usize, rowBytes: usize, a: usize, b: usize, k: i32): void {
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
  const end = a + ((<usize>k) << 4);
  a += 16;
  b += 32;
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
    a += 16;
    b += 32;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  c += rowBytes;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  c += rowBytes;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  c += rowBytes;
  v128.store(c, c30);
  v128.store(c, c31, 16);
}

/** dense4x8 of two panels of B, `bStep` bytes apart, whose columns of C lie cStep bytes apart. */
export function dense4x16(c: usize, rowBytes: usize, cStep: usize, a: usize, b: usize, bStep: usize, k: i32): void {
  const zero = f32x4.splat(0);
  let d = b + bStep;
  let b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(d), b3 = v128.load(d, 16);
  let s = v128.load32_splat(a);
  let c00 = madd(s, b0, zero), c01 = madd(s, b1, zero), c02 = madd(s, b2, zero), c03 = madd(s, b3, zero);
  s = v128.load32_splat(a, 4);
  let c10 = madd(s, b0, zero), c11 = madd(s, b1, zero), c12 = madd(s, b2, zero), c13 = madd(s, b3, zero);
  s = v128.load32_splat(a, 8);
  let c20 = madd(s, b0, zero), c21 = madd(s, b1, zero), c22 = madd(s, b2, zero), c23 = madd(s, b3, zero);
  s = v128.load32_splat(a, 12);
  let c30 = madd(s, b0, zero), c31 = madd(s, b1, zero), c32 = madd(s, b2, zero), c33 = madd(s, b3, zero);
  const end = a + ((<usize>k) << 4);
  a += 16;
  b += 32;
  d += 32;
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
    a += 16;
    b += 32;
    d += 32;
  }
  let e = c + cStep;
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(e, c02);
  v128.store(e, c03, 16);
  c += rowBytes;
  e += rowBytes;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  v128.store(e, c12);
  v128.store(e, c13, 16);
  c += rowBytes;
  e += rowBytes;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  v128.store(e, c22);
  v128.store(e, c23, 16);
  c += rowBytes;
  e += rowBytes;
  v128.store(c, c30);
  v128.store(c, c31, 16);
  v128.store(e, c32);
  v128.store(e, c33, 16);
}

/**
 * As dense4x8, of four filters anywhere in A and some of its k, over several panels of B: w0 .. w3 address the filters' weights of k = 0, list .. end
 * holds 16 times each k to take (u32), and each panel of b has a row for each entry of the list; the next panels lie cStep and bStep bytes on.
 */
export function open4x8(
  c: usize, rowBytes: usize, cStep: usize, list: usize, end: usize, b: usize, bStep: usize, panels: i32,
  w0: usize, w1: usize, w2: usize, w3: usize,
): void {
  for (; panels > 0; panels--) {
    let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c10 = f32x4.splat(0), c11 = f32x4.splat(0);
    let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c30 = f32x4.splat(0), c31 = f32x4.splat(0);
    let row = b;
    for (let l = list; l < end; l += 4) {
      const at = <usize>load<u32>(l);
      const b0 = v128.load(row), b1 = v128.load(row, 16);
      let s = v128.load32_splat(w0 + at);
      c00 = madd(s, b0, c00);
      c01 = madd(s, b1, c01);
      s = v128.load32_splat(w1 + at);
      c10 = madd(s, b0, c10);
      c11 = madd(s, b1, c11);
      s = v128.load32_splat(w2 + at);
      c20 = madd(s, b0, c20);
      c21 = madd(s, b1, c21);
      s = v128.load32_splat(w3 + at);
      c30 = madd(s, b0, c30);
      c31 = madd(s, b1, c31);
      row += 32;
    }
    let out = c;
    v128.store(out, c00);
    v128.store(out, c01, 16);
    out += rowBytes;
    v128.store(out, c10);
    v128.store(out, c11, 16);
    out += rowBytes;
    v128.store(out, c20);
    v128.store(out, c21, 16);
    out += rowBytes;
    v128.store(out, c30);
    v128.store(out, c31, 16);
    c += cStep;
    b += bStep;
  }
}

/** open4x8, two panels at a time. */
export function open4x16(
  c: usize, rowBytes: usize, cStep: usize, list: usize, end: usize, b: usize, bStep: usize, panels: i32,
  w0: usize, w1: usize, w2: usize, w3: usize,
): void {
  for (; panels > 1; panels -= 2) {
    let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c02 = f32x4.splat(0), c03 = f32x4.splat(0);
    let c10 = f32x4.splat(0), c11 = f32x4.splat(0), c12 = f32x4.splat(0), c13 = f32x4.splat(0);
    let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c22 = f32x4.splat(0), c23 = f32x4.splat(0);
    let c30 = f32x4.splat(0), c31 = f32x4.splat(0), c32 = f32x4.splat(0), c33 = f32x4.splat(0);
    let row = b, next = b + bStep;
    for (let l = list; l < end; l += 4) {
      const at = <usize>load<u32>(l);
      const b0 = v128.load(row), b1 = v128.load(row, 16), b2 = v128.load(next), b3 = v128.load(next, 16);
      let s = v128.load32_splat(w0 + at);
      c00 = madd(s, b0, c00);
      c01 = madd(s, b1, c01);
      c02 = madd(s, b2, c02);
      c03 = madd(s, b3, c03);
      s = v128.load32_splat(w1 + at);
      c10 = madd(s, b0, c10);
      c11 = madd(s, b1, c11);
      c12 = madd(s, b2, c12);
      c13 = madd(s, b3, c13);
      s = v128.load32_splat(w2 + at);
      c20 = madd(s, b0, c20);
      c21 = madd(s, b1, c21);
      c22 = madd(s, b2, c22);
      c23 = madd(s, b3, c23);
      s = v128.load32_splat(w3 + at);
      c30 = madd(s, b0, c30);
      c31 = madd(s, b1, c31);
      c32 = madd(s, b2, c32);
      c33 = madd(s, b3, c33);
      row += 32;
      next += 32;
    }
    let out = c, beside = c + cStep;
    v128.store(out, c00);
    v128.store(out, c01, 16);
    v128.store(beside, c02);
    v128.store(beside, c03, 16);
    out += rowBytes;
    beside += rowBytes;
    v128.store(out, c10);
    v128.store(out, c11, 16);
    v128.store(beside, c12);
    v128.store(beside, c13, 16);
    out += rowBytes;
    beside += rowBytes;
    v128.store(out, c20);
    v128.store(out, c21, 16);
    v128.store(beside, c22);
    v128.store(beside, c23, 16);
    out += rowBytes;
    beside += rowBytes;
    v128.store(out, c30);
    v128.store(out, c31, 16);
    v128.store(beside, c32);
    v128.store(beside, c33, 16);
    c += 2 * cStep;
    b += 2 * bStep;
  }
  if (panels > 0) open4x8(c, rowBytes, cStep, list, end, b, bStep, panels, w0, w1, w2, w3);
}

/** open4x8 of one panel of four columns, [k][4], as c is. at: u32[4], where the filters' weights of k = 0 lie behind w. */
export function open4x4(c: usize, list: usize, b: usize, end: usize, w: usize, at: usize): void {
  const w0 = w + load<u32>(at), w1 = w + load<u32>(at, 4), w2 = w + load<u32>(at, 8), w3 = w + load<u32>(at, 12);
  let c0 = f32x4.splat(0), c1 = f32x4.splat(0), c2 = f32x4.splat(0), c3 = f32x4.splat(0);
  for (; list < end; list += 4, b += 16) {
    const k = <usize>load<u32>(list);
    const b0 = v128.load(b);
    c0 = madd(v128.load32_splat(w0 + k), b0, c0);
    c1 = madd(v128.load32_splat(w1 + k), b0, c1);
    c2 = madd(v128.load32_splat(w2 + k), b0, c2);
    c3 = madd(v128.load32_splat(w3 + k), b0, c3);
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 32);
  v128.store(c, c3, 48);
}

/** open4x4 of all k of an even number. */
export function all4x4(c: usize, b: usize, k: i32, w: usize, at: usize): void {
  let w0 = w + load<u32>(at), w1 = w + load<u32>(at, 4), w2 = w + load<u32>(at, 8), w3 = w + load<u32>(at, 12);
  let c0 = f32x4.splat(0), c1 = f32x4.splat(0), c2 = f32x4.splat(0), c3 = f32x4.splat(0);
  for (const end = b + ((<usize>k) << 4); b < end; b += 32) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    c0 = madd(v128.load32_splat(w0, 16), b1, madd(v128.load32_splat(w0), b0, c0));
    w0 += 32;
    c1 = madd(v128.load32_splat(w1, 16), b1, madd(v128.load32_splat(w1), b0, c1));
    w1 += 32;
    c2 = madd(v128.load32_splat(w2, 16), b1, madd(v128.load32_splat(w2), b0, c2));
    w2 += 32;
    c3 = madd(v128.load32_splat(w3, 16), b1, madd(v128.load32_splat(w3), b0, c3));
    w3 += 32;
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 32);
  v128.store(c, c3, 48);
}

/**
 * c[i][j] += Σ a[i]·b[j] over panels of eight lanes, i < 4 and j < 2: a and b hold rows of 8 floats, the next panel aStep and bStep bytes on.
 * c: out[0 .. 3] for j = 0, out[4 .. 7] for j = 1. Lane by lane over the panels, both halves of a panel into one lane, then the lanes pairwise.
 */
export function dot4x2(out: usize, a: usize, b: usize, aStep: usize, bStep: usize, panels: i32): void {
  let c00 = f32x4.splat(0), c10 = f32x4.splat(0), c20 = f32x4.splat(0), c30 = f32x4.splat(0);
  let c01 = f32x4.splat(0), c11 = f32x4.splat(0), c21 = f32x4.splat(0), c31 = f32x4.splat(0);
  for (let p = 0; p < panels; p++) {
    let b0 = v128.load(b), b1 = v128.load(b, 32);
    let s = v128.load(a);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load(a, 32);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.load(a, 64);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    s = v128.load(a, 96);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    b0 = v128.load(b, 16);
    b1 = v128.load(b, 48);
    s = v128.load(a, 16);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load(a, 48);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.load(a, 80);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    s = v128.load(a, 112);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    a += aStep;
    b += bStep;
  }
  v128.store(out, f32x4.add(v128.load(out), sum4x4(c00, c10, c20, c30)));
  v128.store(out, f32x4.add(v128.load(out, 16), sum4x4(c01, c11, c21, c31)), 16);
}

/**
 * c[i][j] = Σ a[i]·b[j] over groups of four lanes, i < 4 and j < 2: a and b hold rows of 4 floats, the next group aStep and bStep bytes on.
 * c: out[0 .. 3] for j = 0, out[4 .. 7] for j = 1. Lane by lane over the groups, then the lanes pairwise.
 */
export function group_dot4x2(out: usize, a: usize, b: usize, aStep: usize, bStep: usize, groups: i32): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  for (; groups > 0; groups--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let s = v128.load(a);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load(a, 16);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.load(a, 32);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    s = v128.load(a, 48);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    a += aStep;
    b += bStep;
  }
  v128.store(out, sum4x4(c00, c10, c20, c30));
  v128.store(out, sum4x4(c01, c11, c21, c31), 16);
}
