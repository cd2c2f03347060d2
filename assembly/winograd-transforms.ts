import { madd, nmadd, transpose4 } from './simd';

// The transforms of Winograd's F(4x4, 3x3), four tiles in the lanes of one vector. Interpolation points 0, ±5/8, ±3/2 and infinity, which keep the
// error at about twice that of the direct sum (8e-7 of the output's root mean square over 64 channels, measured; points 0, ±1, ±2 give 1.7e-6).

const A: f32 = 0.625, B: f32 = 1.5;
const A2: f32 = 0.390625, B2: f32 = 2.25, A3: f32 = 0.244140625, B3: f32 = 3.375;
const A2B2: f32 = 0.87890625, SUM2: f32 = 2.640625;
// 1 / Π (p - q) over the other finite points q, for p = 0, ±A, ±B.
const G0: f32 = 1.0 / 0.87890625, GA: f32 = 1.0 / (2 * 0.390625 * (0.390625 - 2.25)), GB: f32 = 1.0 / (2 * 2.25 * (2.25 - 0.390625));

/** Bytes of constants that `put_constants` writes: loading one is cheaper than building it. */
export const CONSTANTS: usize = 128;
const K_A: usize = 0, K_B: usize = 16, K_A2: usize = 32, K_B2: usize = 48, K_A3: usize = 64, K_B3: usize = 80, K_A2B2: usize = 96, K_SUM2: usize = 112;

export function put_constants(k: usize): void {
  v128.store(k, f32x4.splat(A), K_A);
  v128.store(k, f32x4.splat(B), K_B);
  v128.store(k, f32x4.splat(A2), K_A2);
  v128.store(k, f32x4.splat(B2), K_B2);
  v128.store(k, f32x4.splat(A3), K_A3);
  v128.store(k, f32x4.splat(B3), K_B3);
  v128.store(k, f32x4.splat(A2B2), K_A2B2);
  v128.store(k, f32x4.splat(SUM2), K_SUM2);
}

/** Six numbers to Bᵀ times them. */
// @ts-ignore: decorator
@inline
function input_line(out: usize, step: usize, k: usize, d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128): void {
  const sum = v128.load(k, K_SUM2), product = v128.load(k, K_A2B2);
  v128.store(out, f32x4.add(nmadd(sum, d2, f32x4.mul(product, d0)), d4));
  v128.store(out + 5 * step, f32x4.add(nmadd(sum, d3, f32x4.mul(product, d1)), d5));
  const b2 = v128.load(k, K_B2);
  const even = nmadd(b2, d2, d4);
  const odd = f32x4.mul(v128.load(k, K_A), nmadd(b2, d1, d3));
  v128.store(out + step, f32x4.add(even, odd));
  v128.store(out + 2 * step, f32x4.sub(even, odd));
  const a2 = v128.load(k, K_A2);
  const even2 = nmadd(a2, d2, d4);
  const odd2 = f32x4.mul(v128.load(k, K_B), nmadd(a2, d1, d3));
  v128.store(out + 3 * step, f32x4.add(even2, odd2));
  v128.store(out + 4 * step, f32x4.sub(even2, odd2));
}

/** Four numbers to A times them, the adjoint of what output_line does. */
// @ts-ignore: decorator
@inline
function gradient_line(out: usize, step: usize, k: usize, y0: v128, y1: v128, y2: v128, y3: v128): void {
  v128.store(out, y0);
  v128.store(out + 5 * step, y3);
  const even = madd(v128.load(k, K_A2), y2, y0);
  const odd = madd(v128.load(k, K_A3), y3, f32x4.mul(v128.load(k, K_A), y1));
  v128.store(out + step, f32x4.add(even, odd));
  v128.store(out + 2 * step, f32x4.sub(even, odd));
  const even2 = madd(v128.load(k, K_B2), y2, y0);
  const odd2 = madd(v128.load(k, K_B3), y3, f32x4.mul(v128.load(k, K_B), y1));
  v128.store(out + 3 * step, f32x4.add(even2, odd2));
  v128.store(out + 4 * step, f32x4.sub(even2, odd2));
}

/** p x + q y for the constants at p and q. */
// @ts-ignore: decorator
@inline
function combine(p: usize, x: v128, q: usize, y: v128): v128 {
  return madd(v128.load(q), y, f32x4.mul(v128.load(p), x));
}

/** Six numbers to Aᵀ times them, written to out, out + step ... */
// @ts-ignore: decorator
@inline
function output_line(out: usize, step: usize, k: usize, m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128): void {
  const sumA = f32x4.add(m1, m2), sumB = f32x4.add(m3, m4);
  const differenceA = f32x4.sub(m1, m2), differenceB = f32x4.sub(m3, m4);
  v128.store(out, f32x4.add(m0, f32x4.add(sumA, sumB)));
  v128.store(out + step, combine(k + K_A, differenceA, k + K_B, differenceB));
  v128.store(out + 2 * step, combine(k + K_A2, sumA, k + K_B2, sumB));
  v128.store(out + 3 * step, f32x4.add(combine(k + K_A3, differenceA, k + K_B3, differenceB), m5));
}

/** out: 36 vectors, step apart: Bᵀ d B of four tiles whose rows begin at p0 .. p3 in a padded plane. tmp: 576 bytes. */
export function input_group(out: usize, step: usize, k: usize, tmp: usize, p0: usize, p1: usize, p2: usize, p3: usize, rowBytes: usize): void {
  for (let t = tmp, end = tmp + 576; t < end; t += 96) {
    const r0 = v128.load(p0), r1 = v128.load(p1), r2 = v128.load(p2), r3 = v128.load(p3);
    const lo01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), hi01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const lo23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), hi23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    const e01 = v128.shuffle<f32>(v128.load64_zero(p0, 16), v128.load64_zero(p1, 16), 0, 4, 1, 5);
    const e23 = v128.shuffle<f32>(v128.load64_zero(p2, 16), v128.load64_zero(p3, 16), 0, 4, 1, 5);
    input_line(
      t, 16, k,
      v128.shuffle<f32>(lo01, lo23, 0, 1, 4, 5), v128.shuffle<f32>(lo01, lo23, 2, 3, 6, 7),
      v128.shuffle<f32>(hi01, hi23, 0, 1, 4, 5), v128.shuffle<f32>(hi01, hi23, 2, 3, 6, 7),
      v128.shuffle<f32>(e01, e23, 0, 1, 4, 5), v128.shuffle<f32>(e01, e23, 2, 3, 6, 7),
    );
    p0 += rowBytes;
    p1 += rowBytes;
    p2 += rowBytes;
    p3 += rowBytes;
  }
  for (let t = tmp, end = tmp + 96; t < end; t += 16) {
    input_line(
      out, 6 * step, k,
      v128.load(t), v128.load(t, 96), v128.load(t, 192), v128.load(t, 288), v128.load(t, 384), v128.load(t, 480),
    );
    out += step;
  }
}

/** out: 36 vectors, step apart: A dy Aᵀ of four tiles of 4x4 whose rows begin at p0 .. p3. */
export function gradient_group(out: usize, step: usize, k: usize, tmp: usize, p0: usize, p1: usize, p2: usize, p3: usize, rowBytes: usize): void {
  for (let t = tmp, end = tmp + 384; t < end; t += 96) {
    const r0 = v128.load(p0), r1 = v128.load(p1), r2 = v128.load(p2), r3 = v128.load(p3);
    const lo01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), hi01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const lo23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), hi23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    gradient_line(
      t, 16, k,
      v128.shuffle<f32>(lo01, lo23, 0, 1, 4, 5), v128.shuffle<f32>(lo01, lo23, 2, 3, 6, 7),
      v128.shuffle<f32>(hi01, hi23, 0, 1, 4, 5), v128.shuffle<f32>(hi01, hi23, 2, 3, 6, 7),
    );
    p0 += rowBytes;
    p1 += rowBytes;
    p2 += rowBytes;
    p3 += rowBytes;
  }
  for (let t = tmp, end = tmp + 96; t < end; t += 16) {
    gradient_line(out, 6 * step, k, v128.load(t), v128.load(t, 96), v128.load(t, 192), v128.load(t, 288));
    out += step;
  }
}

/** Columns of Aᵀ M A of four tiles: tmp: [4][6] vectors from 36 vectors of M, step apart. */
// @ts-ignore: decorator
@inline
function output_columns(tmp: usize, m: usize, step: usize, k: usize): void {
  for (let t = tmp, end = tmp + 96; t < end; t += 16) {
    output_line(
      t, 96, k,
      v128.load(m), v128.load(m + 6 * step), v128.load(m + 12 * step),
      v128.load(m + 18 * step), v128.load(m + 24 * step), v128.load(m + 30 * step),
    );
    m += step;
  }
}

/** tmp + 640: the four tiles' 4x4 outputs, tile after tile. */
export function output_group(tmp: usize, m: usize, step: usize, k: usize): void {
  output_columns(tmp, m, step, k);
  for (let t = tmp, out = tmp + 640, end = tmp + 384; t < end; t += 96, out += 16) {
    output_line(
      tmp + 576, 16, k,
      v128.load(t), v128.load(t, 16), v128.load(t, 32), v128.load(t, 48), v128.load(t, 64), v128.load(t, 80),
    );
    transpose4(out, 64, tmp + 576, 16);
  }
}

/** The same where all four tiles lie wholly in the image: rows to y0 .. y3, with bias, shortcut and ReLU. */
export function output_whole(
  tmp: usize, m: usize, step: usize, k: usize, y0: usize, y1: usize, y2: usize, y3: usize, rowBytes: usize,
  bias: f32, add: bool, delta: usize, relu: i32,
): void {
  output_columns(tmp, m, step, k);
  const b = f32x4.splat(bias), floor = f32x4.splat(relu ? 0 : -Infinity);
  for (let t = tmp, end = tmp + 384; t < end; t += 96) {
    const m1 = v128.load(t, 16), m2 = v128.load(t, 32), m3 = v128.load(t, 48), m4 = v128.load(t, 64);
    const sumA = f32x4.add(m1, m2), sumB = f32x4.add(m3, m4);
    const differenceA = f32x4.sub(m1, m2), differenceB = f32x4.sub(m3, m4);
    const c0 = f32x4.add(v128.load(t), f32x4.add(sumA, sumB));
    const c1 = combine(k + K_A, differenceA, k + K_B, differenceB);
    const c2 = combine(k + K_A2, sumA, k + K_B2, sumB);
    const c3 = f32x4.add(combine(k + K_A3, differenceA, k + K_B3, differenceB), v128.load(t, 80));
    const lo01 = v128.shuffle<f32>(c0, c1, 0, 4, 1, 5), hi01 = v128.shuffle<f32>(c0, c1, 2, 6, 3, 7);
    const lo23 = v128.shuffle<f32>(c2, c3, 0, 4, 1, 5), hi23 = v128.shuffle<f32>(c2, c3, 2, 6, 3, 7);
    let v0 = f32x4.add(v128.shuffle<f32>(lo01, lo23, 0, 1, 4, 5), b), v1 = f32x4.add(v128.shuffle<f32>(lo01, lo23, 2, 3, 6, 7), b);
    let v2 = f32x4.add(v128.shuffle<f32>(hi01, hi23, 0, 1, 4, 5), b), v3 = f32x4.add(v128.shuffle<f32>(hi01, hi23, 2, 3, 6, 7), b);
    if (add) {
      v0 = f32x4.add(v0, v128.load(y0 + delta));
      v1 = f32x4.add(v1, v128.load(y1 + delta));
      v2 = f32x4.add(v2, v128.load(y2 + delta));
      v3 = f32x4.add(v3, v128.load(y3 + delta));
    }
    v128.store(y0, f32x4.max(v0, floor));
    v128.store(y1, f32x4.max(v1, floor));
    v128.store(y2, f32x4.max(v2, floor));
    v128.store(y3, f32x4.max(v3, floor));
    y0 += rowBytes;
    y1 += rowBytes;
    y2 += rowBytes;
    y3 += rowBytes;
  }
}

/** Six numbers G g for three, in four lanes of filters. */
// @ts-ignore: decorator
@inline
export function weight_line(out: usize, step: usize, g0: v128, g1: v128, g2: v128): void {
  v128.store(out, f32x4.mul(f32x4.splat(G0), g0));
  v128.store(out + 5 * step, g2);
  const even = madd(f32x4.splat(A2), g2, g0), odd = f32x4.mul(f32x4.splat(A), g1);
  v128.store(out + step, f32x4.mul(f32x4.splat(GA), f32x4.add(even, odd)));
  v128.store(out + 2 * step, f32x4.mul(f32x4.splat(GA), f32x4.sub(even, odd)));
  const even2 = madd(f32x4.splat(B2), g2, g0), odd2 = f32x4.mul(f32x4.splat(B), g1);
  v128.store(out + 3 * step, f32x4.mul(f32x4.splat(GB), f32x4.add(even2, odd2)));
  v128.store(out + 4 * step, f32x4.mul(f32x4.splat(GB), f32x4.sub(even2, odd2)));
}

/** Three numbers Gᵀ m for six, the adjoint of weight_line. */
// @ts-ignore: decorator
@inline
export function weight_gradient_line(out: usize, step: usize, m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128): void {
  const sumA = f32x4.mul(f32x4.splat(GA), f32x4.add(m1, m2)), sumB = f32x4.mul(f32x4.splat(GB), f32x4.add(m3, m4));
  const oddA = f32x4.mul(f32x4.splat(GA), f32x4.sub(m1, m2)), oddB = f32x4.mul(f32x4.splat(GB), f32x4.sub(m3, m4));
  v128.store(out, f32x4.add(f32x4.mul(f32x4.splat(G0), m0), f32x4.add(sumA, sumB)));
  v128.store(out + step, madd(f32x4.splat(B), oddB, f32x4.mul(f32x4.splat(A), oddA)));
  const square = madd(f32x4.splat(B2), sumB, f32x4.mul(f32x4.splat(A2), sumA));
  v128.store(out + 2 * step, f32x4.add(square, m5));
}
