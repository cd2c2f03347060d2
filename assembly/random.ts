// Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011). Block b of a stream is a pure function
// of (seed, purpose, step, b), so any range of a stream can be drawn alone. Four blocks run side by side, one in each lane.

import { cos4, log4, sin4 } from './math';

const M0: u32 = 0xd2511f53, M1: u32 = 0xcd9e8d57, W0: u32 = 0x9e3779b9, W1: u32 = 0xbb67ae85;

/** Writes 16 words: blocks b .. b+3 of the stream, block after block. Key (seed, purpose), counter (b, step, high, 0). */
// @ts-ignore: decorator
@inline
export function philox16(out: usize, b: u32, seed: u32, purpose: u32, step: u32, high: u32): void {
  let x0 = i32x4.add(i32x4.splat(b), i32x4(0, 1, 2, 3)), x1 = i32x4.splat(step), x2 = i32x4.splat(high), x3 = i32x4.splat(0);
  const m0 = i32x4.splat(M0), m1 = i32x4.splat(M1);
  for (let round = 0; round < 10; round++) {
    const p0lo = i64x2.extmul_low_i32x4_u(x0, m0), p0hi = i64x2.extmul_high_i32x4_u(x0, m0);
    const p1lo = i64x2.extmul_low_i32x4_u(x2, m1), p1hi = i64x2.extmul_high_i32x4_u(x2, m1);
    const low0 = v128.shuffle<i32>(p0lo, p0hi, 0, 2, 4, 6), high0 = v128.shuffle<i32>(p0lo, p0hi, 1, 3, 5, 7);
    const low1 = v128.shuffle<i32>(p1lo, p1hi, 0, 2, 4, 6), high1 = v128.shuffle<i32>(p1lo, p1hi, 1, 3, 5, 7);
    x0 = v128.xor(v128.xor(high1, x1), i32x4.splat(seed));
    x2 = v128.xor(v128.xor(high0, x3), i32x4.splat(purpose));
    x1 = low1;
    x3 = low0;
    seed += W0;
    purpose += W1;
  }
  const a01 = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5), b01 = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7);
  const a23 = v128.shuffle<i32>(x2, x3, 0, 4, 1, 5), b23 = v128.shuffle<i32>(x2, x3, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<i32>(a01, a23, 0, 1, 4, 5));
  v128.store(out, v128.shuffle<i32>(a01, a23, 2, 3, 6, 7), 16);
  v128.store(out, v128.shuffle<i32>(b01, b23, 0, 1, 4, 5), 32);
  v128.store(out, v128.shuffle<i32>(b01, b23, 2, 3, 6, 7), 48);
}

/** out: u32[16 * groups]; group g holds words 16g .. 16g+15 of the stream (seed, purpose, step, high), counted from group `first`. */
export function random_bits(out: usize, groups: i32, first: i32, seed: u32, purpose: u32, step: u32, high: u32): void {
  for (let g = 0; g < groups; g++) philox16(out + ((<usize>g) << 6), (first + g) << 2, seed, purpose, step, high);
}

/**
 * out: f32[16 * groups], uniform in [low, high): 24 random bits a number. high itself may come out by rounding unless low is 0 or -high.
 * scratch: 64 bytes. Stream (seed, purpose, step), words counted from group `first`.
 */
export function random_uniform(out: usize, groups: i32, low: f32, high: f32, scratch: usize, first: i32, seed: u32, purpose: u32, step: u32): void {
  const scale = f32x4.splat((high - low) * (1.0 / 16777216.0)), offset = f32x4.splat(low);
  for (let g = 0; g < groups; g++) {
    philox16(scratch, (first + g) << 2, seed, purpose, step, 0);
    for (let q: usize = 0; q < 64; q += 16) {
      const u = f32x4.convert_i32x4_u(i32x4.shr_u(v128.load(scratch + q), 8));
      v128.store(out + ((<usize>g) << 6) + q, f32x4.add(offset, f32x4.mul(u, scale)));
    }
  }
}

/**
 * out: f32[16 * groups], normal with mean 0 and standard deviation 1 (Box and Muller 1958): of each 8 words the i-th and the (i + 4)-th, v and w, give
 * r cos θ and r sin θ with r = √(−2 ln u), u = (v + ½) / 2^32 in f32, θ = 2π w / 2^32; so |out| < 6.77. Error below 1e-6 r. scratch: 64 bytes.
 * Stream (seed, purpose, step), words counted from group `first`.
 */
export function random_normal(out: usize, groups: i32, scratch: usize, first: i32, seed: u32, purpose: u32, step: u32): void {
  for (let g = 0; g < groups; g++, out += 64) {
    philox16(scratch, (first + g) << 2, seed, purpose, step, 0);
    for (let q: usize = 0; q < 64; q += 32) {
      const v = f32x4.convert_i32x4_u(v128.load(scratch + q)), w = v128.load(scratch + q, 16);
      const u = f32x4.mul(f32x4.add(v, f32x4.splat(0.5)), f32x4.splat(1.0 / 4294967296.0));
      const r = f32x4.sqrt(f32x4.mul(f32x4.splat(-2), log4(u)));
      // w = 2^30 quarter + rest with |rest| <= 2^29: an angle of at most π/4 beside a multiple of π/2.
      const quarter = i32x4.shr_u(i32x4.add(w, i32x4.splat(1 << 29)), 30);
      const rest = f32x4.convert_i32x4_s(i32x4.sub(w, i32x4.shl(quarter, 30)));
      const angle = f32x4.mul(rest, f32x4.splat(1.5707963267948966 / 1073741824.0));
      const s = sin4(angle), c = cos4(angle);
      const odd = i32x4.ne(v128.and(quarter, i32x4.splat(1)), i32x4.splat(0));
      const cosSign = i32x4.shl(v128.and(i32x4.add(quarter, i32x4.splat(1)), i32x4.splat(2)), 30);
      const sinSign = i32x4.shl(v128.and(quarter, i32x4.splat(2)), 30);
      v128.store(out + q, f32x4.mul(r, v128.xor(v128.bitselect(s, c, odd), cosSign)));
      v128.store(out + q, f32x4.mul(r, v128.xor(v128.bitselect(c, s, odd), sinSign)), 16);
    }
  }
}

/** out: i32[n], a permutation of 0 .. n-1 (Fisher-Yates, word i of the stream scaled to the range). scratch: 64 bytes. */
export function random_permutation(out: usize, n: i32, scratch: usize, seed: u32, purpose: u32, step: u32): void {
  for (let i = 0; i < n; i++) store<i32>(out + ((<usize>i) << 2), i);
  for (let i = n - 1, word = 0; i > 0; i--, word++) {
    if ((word & 15) == 0) philox16(scratch, (word >> 4) << 2, seed, purpose, step, 0);
    const u = load<u32>(scratch + ((<usize>(word & 15)) << 2));
    const j = <i32>((<u64>u * <u64>(i + 1)) >> 32);
    const a = out + ((<usize>i) << 2), b = out + ((<usize>j) << 2);
    const t = load<i32>(a);
    store<i32>(a, load<i32>(b));
    store<i32>(b, t);
  }
}

/**
 * x[i] = u[i] < threshold ? 0 : x[i] * scale in place, u[i] = the i-th 32-bit word of the stream (seed, purpose, step, high), n a
 * multiple of 16, words counted from group `first`. Dropout (threshold = rate * 2^32, scale = 1/(1 - rate)) and masking noise (scale = 1).
 */
export function dropout(x: usize, n: i32, threshold: u32, scale: f32, scratch: usize, first: i32, seed: u32, purpose: u32, step: u32, high: u32): void {
  const limit = i32x4.splat(threshold), factor = f32x4.splat(scale);
  for (let i = 0; i < n; i += 16) {
    philox16(scratch, (first + (i >> 4)) << 2, seed, purpose, step, high);
    const at = x + ((<usize>i) << 2);
    for (let q: usize = 0; q < 64; q += 16) {
      const keep = i32x4.ge_u(v128.load(scratch + q), limit);
      v128.store(at + q, v128.and(keep, f32x4.mul(v128.load(at + q), factor)));
    }
  }
}
