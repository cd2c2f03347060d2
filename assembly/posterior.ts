import { I, P, put } from './arrays';
import { log64, log64x2 } from './math';

// Exact inference in latent trees, and the soft counts of it that expansion needs.

// Probabilities below are numbers times powers of TINY, so that no product leaves f64's range: 2^-256, 2^256 and ln of it.
const TINY: f64 = 8.636168555094445e-78;
const HUGE: f64 = 1.157920892373162e77;
const LN_HUGE: f64 = 177.445678223346;

/** Multiplies the number at i, its power of TINY at i + 2. */
// @ts-ignore: decorator
@inline
function scale(message: usize, i: i32, factor: f64): void {
  let x = P(message, i) * factor;
  if (x < TINY) {
    x *= HUGE;
    put(message, i + 2, P(message, i + 2) + 1);
  } else if (x > HUGE) {
    x *= TINY;
    put(message, i + 2, P(message, i + 2) - 1);
  }
  put(message, i, x);
}

/** P(latent j = 1 | features below it), from the messages of its island and P(latent = 1). */
// @ts-ignore: decorator
@inline
function narrow(message: usize, j: i32, prior: f64): f64 {
  let b0 = P(message, 4 * j), b1 = P(message, 4 * j + 1);
  const lead = P(message, 4 * j + 2) - P(message, 4 * j + 3);
  for (let e = lead; e > 0; e--) b0 *= TINY;
  for (let e = lead; e < 0; e++) b1 *= TINY;
  const one = prior * b1;
  return one / (one + (1 - prior) * b0);
}

/**
 * Upwards in a forest for row r: message gets P(latent = 1 | parent = 0, 1 and all that is below) in its first two columns. Returns ln P(row). Unless prior is 0, out: f32[latents]
 * gets P(latent = 1 | features below it), where latents from `top` on count as roots: links between them carry nothing.
 */
function upwards(
  message: usize, rowStart: usize, rowIndex: usize, featureParent: usize, parent: usize, table: usize, base: usize, ratio: usize,
  latents: i32, r: i32, out: usize, prior: usize, top: i32,
): f64 {
  memory.copy(message, base, (<usize>latents) << 5);
  for (let e = I(rowStart, r), last = I(rowStart, r + 1); e < last; e++) {
    const x = I(rowIndex, e), j = I(featureParent, x);
    scale(message, 4 * j, P(ratio, 2 * x));
    scale(message, 4 * j + 1, P(ratio, 2 * x + 1));
  }
  // Both states' probabilities are kept over the larger; the factors taken out make the likelihood.
  let sum: f64 = 0, factor: f64 = 1;
  for (let j = 0; j < latents; j++) {
    if (prior && j <= top) {
      // At the first latent of the top, all of them have what their islands tell, and nothing yet of one another.
      const end = j < top ? j + 1 : latents;
      for (let k = j; k < end; k++) store<f32>(out + ((<usize>k) << 2), <f32>narrow(message, k, P(prior, k)));
    }
    let b0 = P(message, 4 * j), b1 = P(message, 4 * j + 1), e0 = P(message, 4 * j + 2), e1 = P(message, 4 * j + 3);
    if (e0 != 0 || e1 != 0) {
      const e = min(e0, e1);
      for (; e0 > e; e0--) b0 *= TINY;
      for (; e1 > e; e1--) b1 *= TINY;
      sum -= e * LN_HUGE;
    }
    const most = max(b0, b1);
    const l0 = b0 / most, l1 = b1 / most;
    const q0 = P(table, 2 * j), q1 = P(table, 2 * j + 1);
    const p = I(parent, j);
    const m0 = (1 - q0) * l0 + q0 * l1, m1 = (1 - q1) * l0 + q1 * l1;
    factor *= most;
    if (p >= 0) {
      scale(message, 4 * p, m0);
      scale(message, 4 * p + 1, m1);
    } else factor *= m0;
    put(message, 4 * j, q0 * l1 / m0);
    put(message, 4 * j + 1, q1 * l1 / m1);
    if (factor < 1e-80 || factor > 1e80) {
      sum += log64(factor);
      factor = 1;
    }
  }
  return sum + log64(factor);
}

/**
 * Belief propagation in a forest of binary latents over binary features, for rows [r0, r1): upwards the probability of what is below given a latent's state,
 * downwards the posterior. A parent has a higher number than its children, so both ways are plain loops.
 *
 * posterior: f32[rows][latents], P(latent = 1 | row). likelihood: f64[rows], ln P(row). rowStart, rowIndex: the features that are 1.
 * featureParent: i32[features]; parent: i32[latents], −1 at roots; table: f64[latents][2], P(1 | parent = 0, 1), at a root its prior twice.
 * base: f64[latents][4], product over the latent's features of P(feature = 0 | state 0, 1) as b0, b1, e0, e1: b 2^(-256 e), b from 2^-256 to 2^256.
 * ratio: f64[features][2], P(1 | state) / P(0 | state). All probabilities from 2^-40 to 1 - 2^-40. message: f64[latents][4], scratch. Unless 0, expected: f64[latents + features] gains Σ P(node = 1, parent = 1 | row), latents first (at a root
 * Σ P(root = 1 | row)), and ones: f64[latents] gains Σ P(latent = 1 | row).
 */
export function latent_posteriors(
  posterior: usize, likelihood: usize, expected: usize, ones: usize, rowStart: usize, rowIndex: usize, featureParent: usize, parent: usize,
  table: usize, base: usize, ratio: usize, message: usize, latents: i32, r0: i32, r1: i32,
): void {
  for (let r = r0; r < r1; r++) {
    const out = posterior + ((<usize>r * <usize>latents) << 2);
    put(likelihood, r, upwards(message, rowStart, rowIndex, featureParent, parent, table, base, ratio, latents, r, out, 0, 0));
    for (let j = latents - 1; j >= 0; j--) {
      const p = I(parent, j);
      const above: f64 = p < 0 ? 1 : P(message, 4 * p + 2);
      const joint = above * P(message, 4 * j + 1);
      const one = joint + (1 - above) * P(message, 4 * j);
      put(message, 4 * j + 2, one);
      store<f32>(out + ((<usize>j) << 2), <f32>one);
      if (expected) {
        put(expected, j, P(expected, j) + joint);
        put(ones, j, P(ones, j) + one);
      }
    }
    if (expected == 0) continue;
    for (let e = I(rowStart, r), last = I(rowStart, r + 1); e < last; e++) {
      const x = I(rowIndex, e);
      put(expected, latents + x, P(expected, latents + x) + P(message, 4 * I(featureParent, x) + 2));
    }
  }
}

/**
 * latent_posteriors, given only what is below: posterior: f32[rows][latents], P(latent = 1 | features below it), where latents from `top` on have nothing below but their islands,
 * though they may be one another's parents. prior: f64[latents], P(latent = 1), above 0 and below 1. All else as there.
 */
export function latent_narrow(
  posterior: usize, likelihood: usize, rowStart: usize, rowIndex: usize, featureParent: usize, parent: usize,
  table: usize, base: usize, ratio: usize, message: usize, prior: usize, latents: i32, top: i32, r0: i32, r1: i32,
): void {
  for (let r = r0; r < r1; r++) {
    const out = posterior + ((<usize>r * <usize>latents) << 2);
    put(likelihood, r, upwards(message, rowStart, rowIndex, featureParent, parent, table, base, ratio, latents, r, out, prior, top));
  }
}

/**
 * sum[z] = Σ weight · posterior[row][z] and joint[z] = Σ weight · parent · posterior[row][z] over a list of rows. sum, joint: f64[columns];
 * posterior: f32[rows][stride]; rows: i32[count]; weight, parent: f32[count]. columns: a multiple of 16. f32 sums of 256 rows are added up in f64.
 */
export function soft_sums(
  sum: usize, joint: usize, posterior: usize, stride: i32, rows: usize, weight: usize, parent: usize, count: i32, columns: i32,
): void {
  memory.fill(sum, 0, (<usize>columns) << 3);
  memory.fill(joint, 0, (<usize>columns) << 3);
  for (let first = 0; first < count; first += 256) {
    const last = min(count, first + 256);
    for (let z = 0; z < columns; z += 16) {
      let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
      let j0 = f32x4.splat(0), j1 = f32x4.splat(0), j2 = f32x4.splat(0), j3 = f32x4.splat(0);
      const from = posterior + ((<usize>z) << 2);
      for (let i = first; i < last; i++) {
        const at = from + ((<usize>I(rows, i) * <usize>stride) << 2);
        const w = v128.load32_splat(weight + ((<usize>i) << 2)), p = v128.load32_splat(parent + ((<usize>i) << 2));
        const a = f32x4.mul(w, v128.load(at)), b = f32x4.mul(w, v128.load(at, 16));
        const c = f32x4.mul(w, v128.load(at, 32)), d = f32x4.mul(w, v128.load(at, 48));
        s0 = f32x4.add(s0, a);
        s1 = f32x4.add(s1, b);
        s2 = f32x4.add(s2, c);
        s3 = f32x4.add(s3, d);
        j0 = f32x4.add(j0, f32x4.mul(p, a));
        j1 = f32x4.add(j1, f32x4.mul(p, b));
        j2 = f32x4.add(j2, f32x4.mul(p, c));
        j3 = f32x4.add(j3, f32x4.mul(p, d));
      }
      const s = sum + ((<usize>z) << 3), j = joint + ((<usize>z) << 3);
      widen(s, s0);
      widen(s + 32, s1);
      widen(s + 64, s2);
      widen(s + 96, s3);
      widen(j, j0);
      widen(j + 32, j1);
      widen(j + 64, j2);
      widen(j + 96, j3);
    }
  }
}

// @ts-ignore: decorator
@inline
function widen(at: usize, x: v128): void {
  v128.store(at, f64x2.add(v128.load(at), f64x2.promote_low_f32x4(x)));
  v128.store(at, f64x2.add(v128.load(at, 16), f64x2.promote_low_f32x4(v128.shuffle<i32>(x, x, 2, 3, 0, 1))), 16);
}

/** x ln x, 0 where x is not above 0. Not inlined: a dozen copies would be half a kernel. */
function T(x: v128): v128 {
  return v128.and(f64x2.gt(x, f64x2.splat(0)), f64x2.mul(x, log64x2(x)));
}

// @ts-ignore: decorator
@inline
function T1(x: f64): f64 {
  return x > 0 ? x * log64(x) : 0;
}

/**
 * out[z] = I(v; z | w) in nats, at least 0, for binary variables from soft counts over n rows: nv, nw, nvw the rows with v = 1, w = 1, both; by z,
 * f64[columns], nz, nvz, nwz, nvwz the rows with z = 1 and these. N·I = Σ T(v, z, w) − Σ T(v, w) − Σ T(z, w) + Σ T(w), T(k) = k ln k.
 */
export function conditional_information(
  out: usize, nz: usize, nvz: usize, nwz: usize, nvwz: usize, nv: f64, nw: f64, nvw: f64, n: f64, columns: i32,
): void {
  const fixed1 = f64x2.splat(T1(nw) - (T1(nvw) + T1(nw - nvw)));
  const fixed0 = f64x2.splat(T1(n - nw) - (T1(nv - nvw) + T1((n - nw) - (nv - nvw))));
  const end = (<usize>columns) << 3;
  for (let at: usize = 0; at < end; at += 16) {
    // The last of an odd number goes alone, in both lanes.
    const alone = at + 8 == end;
    const z1 = two(nwz + at, alone), z0 = f64x2.sub(two(nz + at, alone), z1);
    const vz1 = two(nvwz + at, alone), vz0 = f64x2.sub(two(nvz + at, alone), vz1);
    const with1 = f64x2.add(cells(vz1, nvw, z1, nw), fixed1);
    const with0 = f64x2.add(cells(vz0, nv - nvw, z0, n - nw), fixed0);
    const x = f64x2.max(f64x2.splat(0), f64x2.div(f64x2.add(with1, with0), f64x2.splat(n)));
    if (alone) v128.store64_lane(out + at, x, 0);
    else v128.store(out + at, x);
  }
}

// @ts-ignore: decorator
@inline
function two(at: usize, alone: bool): v128 {
  return alone ? v128.load64_splat(at) : v128.load(at);
}

/** Σ T over the four cells of two binary variables, less Σ T over the second's margin. */
// @ts-ignore: decorator
@inline
function cells(both: v128, a: f64, b: v128, n: f64): v128 {
  const a1 = f64x2.splat(a), a0 = f64x2.splat(n - a), all = f64x2.splat(n);
  const onlyB = f64x2.sub(b, both);
  const with1 = f64x2.add(T(both), T(f64x2.sub(a1, both)));
  const with0 = f64x2.add(T(onlyB), T(f64x2.sub(a0, onlyB)));
  return f64x2.sub(f64x2.add(with1, with0), f64x2.add(T(b), T(f64x2.sub(all, b))));
}
