// Inline helpers shared by the kernels. `madd` and `nmadd` are the places where the relaxed build differs.

/** acc + a * b per lane: two roundings, or fused on CPUs that can in the relaxed build. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, acc: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, acc);
  return f32x4.add(acc, f32x4.mul(a, b));
}

/** acc - a * b per lane, as madd. */
// @ts-ignore: decorator
@inline
export function nmadd(a: v128, b: v128, acc: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, acc);
  return f32x4.sub(acc, f32x4.mul(a, b));
}

/** Sum of the four lanes, pairwise: (x0 + x2) + (x1 + x3). */
// @ts-ignore: decorator
@inline
export function sum4(x: v128): f32 {
  const half = f32x4.add(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(half, 0) + f32x4.extract_lane(half, 1);
}

/** Lane i of the result is sum4 of the i-th argument, with the same order of additions. */
// @ts-ignore: decorator
@inline
export function sum4x4(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 1, 4, 5), v128.shuffle<f32>(c, d, 2, 3, 6, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7));
}

/** Sum of floats: element j of the whole eights goes to lane j % 8, a four left over to lanes 0..3; sum4 of (lane j + lane j + 4), then the last ones one by one. */
// @ts-ignore: decorator
@inline
export function sumOf(x: usize, length: i32): f32 {
  const eights = x + ((<usize>(length & ~7)) << 2), fours = x + ((<usize>(length & ~3)) << 2), end = x + ((<usize>length) << 2);
  let s0 = f32x4.splat(0), s1 = s0;
  for (; x < eights; x += 32) {
    s0 = f32x4.add(s0, v128.load(x));
    s1 = f32x4.add(s1, v128.load(x, 16));
  }
  for (; x < fours; x += 16) s0 = f32x4.add(s0, v128.load(x));
  let sum = sum4(f32x4.add(s0, s1));
  for (; x < end; x += 4) sum += load<f32>(x);
  return sum;
}

/** Writes the transpose of a 4x4 block; strides in bytes. */
// @ts-ignore: decorator
@inline
export function transpose4(dst: usize, dstStride: usize, src: usize, srcStride: usize): void {
  const r0 = v128.load(src), r1 = v128.load(src + srcStride);
  const r2 = v128.load(src + 2 * srcStride), r3 = v128.load(src + 3 * srcStride);
  const lo01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), hi01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const lo23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), hi23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(dst, v128.shuffle<f32>(lo01, lo23, 0, 1, 4, 5));
  v128.store(dst + dstStride, v128.shuffle<f32>(lo01, lo23, 2, 3, 6, 7));
  v128.store(dst + 2 * dstStride, v128.shuffle<f32>(hi01, hi23, 0, 1, 4, 5));
  v128.store(dst + 3 * dstStride, v128.shuffle<f32>(hi01, hi23, 2, 3, 6, 7));
}
