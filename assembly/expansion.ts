import { I, P } from './arrays';
import { log64, log64x2 } from './math';

// Expansion of latent trees: soft counts of posteriors, conditional information, the best inputs of a unit.

/**
 * Rows [r0, r1) of some columns of a wider matrix: to[r][c] = from[r][offset + c] for c in [0, columns), 0 from there to the stride. to: f32[rows][stride];
 * from: f32[rows][width].
 */
export function copy_columns(to: usize, from: usize, stride: i32, width: i32, offset: i32, columns: i32, r0: i32, r1: i32): void {
  const bytes = (<usize>columns) << 2, rest = ((<usize>stride) << 2) - bytes;
  for (let r = r0; r < r1; r++) {
    const out = to + ((<usize>r * <usize>stride) << 2);
    memory.copy(out, from + ((<usize>r * <usize>width + <usize>offset) << 2), bytes);
    memory.fill(out + bytes, 0, rest);
  }
}

/** out[i] = from[rows[i]][column]. out: f32[count]; from: f32[..][stride]; rows: i32[count]. */
export function gather_column(out: usize, from: usize, stride: i32, column: i32, rows: usize, count: i32): void {
  const at = from + ((<usize>column) << 2);
  for (let i = 0; i < count; i++) {
    store<f32>(out + ((<usize>i) << 2), load<f32>(at + ((<usize>I(rows, i) * <usize>stride) << 2)));
  }
}

/** sum[c] = Σ over rows of from[row][c] in f64, a row after another, for columns [c0, c1). sum: f64[columns]; from: f32[rows][stride]. */
export function column_sums(sum: usize, from: usize, rows: i32, stride: i32, c0: i32, c1: i32): void {
  for (let c = c0; c < c1; c++) {
    let s: f64 = 0, at = from + ((<usize>c) << 2);
    for (let r = 0; r < rows; r++) {
      s += <f64>load<f32>(at);
      at += (<usize>stride) << 2;
    }
    store<f64>(sum + ((<usize>c) << 3), s);
  }
}

/** sum[r][c] = from[r][c], or with accumulate = 1 sum[r][c] += from[r][c], for rows [r0, r1) and columns [c0, columns). sum: f64[..][columns]; from: f32[..][columns]. */
export function add_wide(sum: usize, from: usize, accumulate: i32, columns: i32, r0: i32, r1: i32, c0: i32): void {
  for (let r = r0; r < r1; r++) {
    for (let c = c0; c < columns; c++) {
      const i = <usize>r * <usize>columns + <usize>c, at = sum + (i << 3), x = <f64>load<f32>(from + (i << 2));
      store<f64>(at, accumulate ? load<f64>(at) + x : x);
    }
  }
}

/** a[r][c] = a[c][r] for rows [r0, r1) and c < r. a: f64[..][stride]. */
export function mirror_lower(a: usize, stride: i32, r0: i32, r1: i32): void {
  const step = (<usize>stride) << 3;
  for (let r = r0; r < r1; r++) {
    const row = a + <usize>r * step;
    let from = a + ((<usize>r) << 3);
    for (let c = 0; c < r; c++) {
      store<f64>(row + ((<usize>c) << 3), load<f64>(from));
      from += step;
    }
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
 * What conditional_information needs of z and w alone, by z: margin[z] = T(z = 1, w = 1) + T(z = 0, w = 1), margin[stride + z] the same for w = 0. margin: f64[2][stride]; nz, nwz, w, n,
 * columns as there.
 */
export function condition_margins(margin: usize, nz: usize, nwz: usize, w: i32, n: f64, stride: i32, columns: i32): void {
  const nw = P(nz, w), all1 = f64x2.splat(nw), all0 = f64x2.splat(n - nw), end = (<usize>columns) << 3, second = (<usize>stride) << 3;
  for (let at: usize = 0; at < end; at += 16) {
    const alone = at + 8 == end;
    const z1 = two(nwz + at, alone), z0 = f64x2.sub(two(nz + at, alone), z1);
    const with1 = f64x2.add(T(z1), T(f64x2.sub(all1, z1))), with0 = f64x2.add(T(z0), T(f64x2.sub(all0, z0)));
    v128.store64_lane(margin + at, with1, 0);
    v128.store64_lane(margin + second + at, with0, 0);
    if (alone) return;
    v128.store64_lane(margin + at, with1, 1, 8);
    v128.store64_lane(margin + second + at, with0, 1, 8);
  }
}

/**
 * out[z] = I(v; z | w) in nats, at least 0, for binary variables from soft counts over n rows; −1 for z = w. out: f32[columns]. nv: the rows with v = 1; by z,
 * f64[columns], nz, nvz, nwz, nvwz those with z = 1 and these; margin: from condition_margins. N·I = Σ T(v, z, w) − Σ T(v, w) − Σ T(z, w) + Σ T(w), T(k) = k ln k.
 */
export function conditional_information(
  out: usize, nz: usize, nvz: usize, nwz: usize, nvwz: usize, margin: usize, w: i32, nv: f64, n: f64, stride: i32, columns: i32,
): void {
  const nw = P(nz, w), nvw = P(nvz, w);
  const fixed1 = f64x2.splat(T1(nw) - (T1(nvw) + T1(nw - nvw)));
  const fixed0 = f64x2.splat(T1(n - nw) - (T1(nv - nvw) + T1((n - nw) - (nv - nvw))));
  const end = (<usize>columns) << 3, second = (<usize>stride) << 3;
  let to = out;
  for (let at: usize = 0; at < end; at += 16) {
    // The last of an odd number goes alone, in both lanes.
    const alone = at + 8 == end;
    const z1 = two(nwz + at, alone), z0 = f64x2.sub(two(nz + at, alone), z1);
    const vz1 = two(nvwz + at, alone), vz0 = f64x2.sub(two(nvz + at, alone), vz1);
    const with1 = f64x2.add(f64x2.sub(cells(vz1, nvw, z1, nw), two(margin + at, alone)), fixed1);
    const with0 = f64x2.add(f64x2.sub(cells(vz0, nv - nvw, z0, n - nw), two(margin + second + at, alone)), fixed0);
    const x = f32x4.demote_f64x2_zero(f64x2.max(f64x2.splat(0), f64x2.div(f64x2.add(with1, with0), f64x2.splat(n))));
    v128.store32_lane(to, x, 0);
    if (!alone) v128.store32_lane(to, x, 1, 4);
    to += 8;
  }
  store<f32>(out + ((<usize>w) << 2), -1);
}

// @ts-ignore: decorator
@inline
function two(at: usize, alone: bool): v128 {
  return alone ? v128.load64_splat(at) : v128.load(at);
}

/** Σ T over the four cells of two binary variables. */
// @ts-ignore: decorator
@inline
function cells(both: v128, a: f64, b: v128, n: f64): v128 {
  const a1 = f64x2.splat(a), a0 = f64x2.splat(n - a);
  const onlyB = f64x2.sub(b, both);
  const with1 = f64x2.add(T(both), T(f64x2.sub(a1, both)));
  const with0 = f64x2.add(T(onlyB), T(f64x2.sub(a0, onlyB)));
  return f64x2.add(with1, with0);
}

/** out[c - c0][r] = from[r][c] for columns [c0, c1): out: f32[c1 - c0][rows]; from: f32[rows][stride]. */
export function take_columns(out: usize, from: usize, rows: i32, stride: i32, c0: i32, c1: i32): void {
  const step = (<usize>rows) << 2;
  for (let r = 0; r < rows; r++) {
    let at = from + ((<usize>r * <usize>stride + <usize>c0) << 2), to = out + ((<usize>r) << 2);
    for (let c = c0; c < c1; c++) {
      store<f32>(to, load<f32>(at));
      at += 4;
      to += step;
    }
  }
}

/**
 * Places of the negative scores and of the `more` highest others, of equals the first; rising. index: i32[all of these]; scores: f32[count], at least `more` of them not negative, none
 * −0 or not a number.
 */
export function choose_inputs(index: usize, scores: usize, count: i32, more: i32): void {
  // Floats that are not negative are ordered as their bits are: the largest bound that enough of them reach.
  let bar = 0;
  for (let bit = 1 << 30; bit; bit >>= 1) if (reaching(scores, count, bar | bit) >= more) bar |= bit;
  let equal = more - reaching(scores, count, bar + 1);
  for (let i = 0; i < count; i++) {
    const score = I(scores, i);
    if (score >= 0 && score <= bar && (score < bar || equal-- <= 0)) continue;
    store<i32>(index, i);
    index += 4;
  }
}

/** How many of these numbers, as integers, are at least `bar`. */
function reaching(scores: usize, count: i32, bar: i32): i32 {
  const bars = i32x4.splat(bar);
  let sums = i32x4.splat(0), i = 0;
  for (; i + 4 <= count; i += 4) sums = i32x4.sub(sums, i32x4.ge_s(v128.load(scores + ((<usize>i) << 2)), bars));
  let sum = i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3);
  for (; i < count; i++) if (I(scores, i) >= bar) sum++;
  return sum;
}
