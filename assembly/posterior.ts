import { I, P, put } from './arrays';
import { log64 } from './math';

// Exact inference in latent trees.

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
 * posterior: unless 0, f32[rows][latents], P(latent = 1 | row). likelihood: f64[rows], ln P(row). rowStart, rowIndex: the features that are 1.
 * featureParent: i32[features]; parent: i32[latents], −1 at roots; table: f64[latents][2], P(1 | parent = 0, 1), at a root its prior twice.
 * base: f64[latents][4], product over the latent's features of P(feature = 0 | state 0, 1) as b0, b1, e0, e1: b 2^(-256 e), b from 2^-256 to 2^256.
 * ratio: f64[features][2], P(1 | state) / P(0 | state). All probabilities from 2^-40 to 1 - 2^-40. message: f64[latents][4], scratch.
 * Unless joint is 0: joint, one: f64[rows][latents] get P(latent = 1, parent = 1 | row), at a root P(root = 1 | row), and P(latent = 1 | row).
 */
export function latent_posteriors(
  posterior: usize, likelihood: usize, joint: usize, one: usize, rowStart: usize, rowIndex: usize, featureParent: usize, parent: usize,
  table: usize, base: usize, ratio: usize, message: usize, latents: i32, r0: i32, r1: i32,
): void {
  for (let r = r0; r < r1; r++) {
    const out = posterior ? posterior + ((<usize>r * <usize>latents) << 2) : 0, row = (<usize>r * <usize>latents) << 3;
    put(likelihood, r, upwards(message, rowStart, rowIndex, featureParent, parent, table, base, ratio, latents, r, out, 0, 0));
    for (let j = latents - 1; j >= 0; j--) {
      const p = I(parent, j);
      const above: f64 = p < 0 ? 1 : P(message, 4 * p + 2);
      const both = above * P(message, 4 * j + 1);
      const x = both + (1 - above) * P(message, 4 * j);
      put(message, 4 * j + 2, x);
      if (out) store<f32>(out + ((<usize>j) << 2), <f32>x);
      if (joint) {
        put(joint + row, j, both);
        put(one + row, j, x);
      }
    }
  }
}

/** sum[c] += Σ over rows of from[row][c], a row after another, for columns [c0, c1). sum: f64[columns]; from: f64[rows][stride]. */
export function sum_columns(sum: usize, from: usize, rows: i32, stride: i32, c0: i32, c1: i32): void {
  const step = (<usize>stride) << 3;
  let c = c0;
  for (; c + 8 <= c1; c += 8) {
    const out = sum + ((<usize>c) << 3);
    let s0 = v128.load(out), s1 = v128.load(out, 16), s2 = v128.load(out, 32), s3 = v128.load(out, 48);
    let at = from + ((<usize>c) << 3);
    for (let r = 0; r < rows; r++) {
      s0 = f64x2.add(s0, v128.load(at));
      s1 = f64x2.add(s1, v128.load(at, 16));
      s2 = f64x2.add(s2, v128.load(at, 32));
      s3 = f64x2.add(s3, v128.load(at, 48));
      at += step;
    }
    v128.store(out, s0);
    v128.store(out, s1, 16);
    v128.store(out, s2, 32);
    v128.store(out, s3, 48);
  }
  for (; c < c1; c++) {
    let s = P(sum, c), at = from + ((<usize>c) << 3);
    for (let r = 0; r < rows; r++) {
      s += load<f64>(at);
      at += step;
    }
    put(sum, c, s);
  }
}

/**
 * sum[x] += Σ over the rows in which x is 1 of one[row][parent of x], a row after another, for features x of [x0, x1). sum: f64[features]; one: f64[rows][latents];
 * rowStart, rowIndex, featureParent as in latent_posteriors.
 */
export function sum_listed(
  sum: usize, one: usize, rowStart: usize, rowIndex: usize, featureParent: usize, rows: i32, latents: i32, x0: i32, x1: i32,
): void {
  for (let r = 0; r < rows; r++) {
    const row = one + ((<usize>r * <usize>latents) << 3);
    for (let e = I(rowStart, r), last = I(rowStart, r + 1); e < last; e++) {
      const x = I(rowIndex, e);
      if (x >= x0 && x < x1) put(sum, x, P(sum, x) + P(row, I(featureParent, x)));
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

/** states[i] = 1 where posterior[i] is above 1/2, else 0, for i in [i0, i1). states: u8; posterior: f32. */
export function likelier_states(states: usize, posterior: usize, i0: i32, i1: i32): void {
  for (let i = i0; i < i1; i++) store<u8>(states + <usize>i, <u8>(load<f32>(posterior + ((<usize>i) << 2)) > 0.5));
}
