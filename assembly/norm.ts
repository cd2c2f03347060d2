import { madd, sum4, sumOf } from './simd';

// Batch normalisation and what follows it (gate, shortcut, relu) over planes: [n][c][hw] floats, plane p is channel p % c of sample p / c.
// Every sum over a plane has the order of `sumOf`. The last hw % 4 elements go through the same vector code, one in lane 0.

/** out[p] = (mean, m2) of plane p: m2 = Σ (x − mean)². out: f32[planes][2]. */
export function plane_moments(out: usize, x: usize, planes: i32, hw: i32): void {
  const eights = (<usize>(hw & ~7)) << 2, fours = (<usize>(hw & ~3)) << 2, bytes = (<usize>hw) << 2;
  for (let p = 0; p < planes; p++, x += bytes, out += 8) {
    const mean = sumOf(x, hw) / <f32>hw, m = f32x4.splat(mean);
    let s0 = f32x4.splat(0), s1 = s0, at = x;
    for (; at < x + eights; at += 32) {
      const d0 = f32x4.sub(v128.load(at), m), d1 = f32x4.sub(v128.load(at, 16), m);
      s0 = madd(d0, d0, s0);
      s1 = madd(d1, d1, s1);
    }
    for (; at < x + fours; at += 16) {
      const d = f32x4.sub(v128.load(at), m);
      s0 = madd(d, d, s0);
    }
    let m2 = sum4(f32x4.add(s0, s1));
    for (; at < x + bytes; at += 4) {
      const d = load<f32>(at) - mean;
      m2 += d * d;
    }
    store<f32>(out, mean);
    store<f32>(out, m2, 4);
  }
}

// @ts-ignore: decorator
@inline
function apply(x: v128, r: v128, scale: v128, shift: v128, gate: v128, add: bool, relu: bool): v128 {
  let y = f32x4.mul(gate, madd(scale, x, shift));
  if (add) y = f32x4.add(y, r);
  return relu ? f32x4.pmax(f32x4.splat(0), y) : y;
}

// @ts-ignore: decorator
@inline
function apply_plane(y: usize, x: usize, r: usize, hw: i32, scale: v128, shift: v128, gate: v128, add: bool, relu: bool): void {
  const fours = y + ((<usize>(hw & ~3)) << 2), end = y + ((<usize>hw) << 2), zero = f32x4.splat(0);
  for (; y < fours; y += 16, x += 16, r += 16) {
    v128.store(y, apply(v128.load(x), add ? v128.load(r) : zero, scale, shift, gate, add, relu));
  }
  for (; y < end; y += 4, x += 4, r += 4) {
    v128.store32_lane(y, apply(v128.load32_zero(x), add ? v128.load32_zero(r) : zero, scale, shift, gate, add, relu), 0);
  }
}

/**
 * y = act(g (scale[c] x + shift[c]) + r), act max(0, ·) with relu. gate: f32[n][c], address 0 for 1; a gate of 0 still multiplies.
 * shortcut: planes like x, address 0 for none. y may be x or shortcut.
 */
export function batch_norm_apply(
  y: usize, x: usize, scale: usize, shift: usize, gate: usize, shortcut: usize, n: i32, c: i32, hw: i32, relu: i32,
): void {
  let g = f32x4.splat(1);
  let offset: usize = 0;
  for (let s = 0; s < n; s++) {
    for (let k: usize = 0; k < (<usize>c) << 2; k += 4, offset += (<usize>hw) << 2) {
      if (gate) {
        g = v128.load32_splat(gate);
        gate += 4;
      }
      const a = v128.load32_splat(scale + k), b = v128.load32_splat(shift + k);
      if (shortcut) {
        if (relu) apply_plane(y + offset, x + offset, shortcut + offset, hw, a, b, g, true, true);
        else apply_plane(y + offset, x + offset, shortcut + offset, hw, a, b, g, true, false);
      } else if (relu) apply_plane(y + offset, x + offset, 0, hw, a, b, g, false, true);
      else apply_plane(y + offset, x + offset, 0, hw, a, b, g, false, false);
    }
  }
}

// @ts-ignore: decorator
@inline
function masked(dy: v128, y: v128, relu: bool): v128 {
  return relu ? v128.and(f32x4.gt(y, f32x4.splat(0)), dy) : dy;
}

// @ts-ignore: decorator
@inline
function plane_sums(sums: usize, dz: usize, dy: usize, y: usize, x: usize, mean: f32, hw: i32, relu: bool): void {
  const eights = dz + ((<usize>(hw & ~7)) << 2), fours = dz + ((<usize>(hw & ~3)) << 2), end = dz + ((<usize>hw) << 2);
  const m = f32x4.splat(mean), zero = f32x4.splat(0);
  let s0 = zero, s1 = zero, t0 = zero, t1 = zero;
  for (; dz < eights; dz += 32, dy += 32, y += 32, x += 32) {
    const d0 = masked(v128.load(dy), relu ? v128.load(y) : zero, relu), d1 = masked(v128.load(dy, 16), relu ? v128.load(y, 16) : zero, relu);
    v128.store(dz, d0);
    v128.store(dz, d1, 16);
    s0 = f32x4.add(s0, d0);
    s1 = f32x4.add(s1, d1);
    t0 = madd(d0, f32x4.sub(v128.load(x), m), t0);
    t1 = madd(d1, f32x4.sub(v128.load(x, 16), m), t1);
  }
  for (; dz < fours; dz += 16, dy += 16, y += 16, x += 16) {
    const d = masked(v128.load(dy), relu ? v128.load(y) : zero, relu);
    v128.store(dz, d);
    s0 = f32x4.add(s0, d);
    t0 = madd(d, f32x4.sub(v128.load(x), m), t0);
  }
  let s = sum4(f32x4.add(s0, s1)), t = sum4(f32x4.add(t0, t1));
  for (; dz < end; dz += 4, dy += 4, y += 4, x += 4) {
    const d = f32x4.extract_lane(masked(v128.load32_zero(dy), relu ? v128.load32_zero(y) : zero, relu), 0);
    store<f32>(dz, d);
    s += d;
    t += d * (load<f32>(x) - mean);
  }
  store<f32>(sums, s);
  store<f32>(sums, t, 4);
}

/**
 * dz = relu ? (y > 0 ? dy : 0) : dy, and sums[p] = (Σ dz, Σ dz (x − mean[c])) of plane p. sums: f32[n c][2]; mean: f32[c]. dz may be dy;
 * y is read with relu only.
 */
export function batch_norm_sums(
  sums: usize, dz: usize, dy: usize, y: usize, x: usize, mean: usize, n: i32, c: i32, hw: i32, relu: i32,
): void {
  let offset: usize = 0;
  for (let s = 0; s < n; s++) {
    for (let k: usize = 0; k < (<usize>c) << 2; k += 4, offset += (<usize>hw) << 2, sums += 8) {
      const m = load<f32>(mean + k);
      if (relu) plane_sums(sums, dz + offset, dy + offset, y + offset, x + offset, m, hw, true);
      else plane_sums(sums, dz + offset, dy + offset, 0, x + offset, m, hw, false);
    }
  }
}

/**
 * dx = (b[c] (x − mean[c]) + d[c]) + (g a[c]) dz: the gradient of batch normalisation with batch statistics. gate: f32[n][c], address 0 for 1.
 * a, b, d, mean: f32[c]. dx may be dz or x.
 */
export function batch_norm_backward(
  dx: usize, dz: usize, x: usize, gate: usize, a: usize, b: usize, d: usize, mean: usize, n: i32, c: i32, hw: i32,
): void {
  let g: f32 = 1;
  for (let s = 0; s < n; s++) {
    for (let k: usize = 0; k < (<usize>c) << 2; k += 4) {
      if (gate) {
        g = load<f32>(gate);
        gate += 4;
      }
      const ga = f32x4.splat(g * load<f32>(a + k));
      const bb = v128.load32_splat(b + k), dd = v128.load32_splat(d + k), m = v128.load32_splat(mean + k);
      const fours = dx + ((<usize>(hw & ~3)) << 2), end = dx + ((<usize>hw) << 2);
      for (; dx < fours; dx += 16, dz += 16, x += 16) {
        v128.store(dx, madd(ga, v128.load(dz), madd(bb, f32x4.sub(v128.load(x), m), dd)));
      }
      for (; dx < end; dx += 4, dz += 4, x += 4) {
        v128.store32_lane(dx, madd(ga, v128.load32_zero(dz), madd(bb, f32x4.sub(v128.load32_zero(x), m), dd)), 0);
      }
    }
  }
}

/** y[i] += x[i], any length. */
export function accumulate(y: usize, x: usize, length: i32): void {
  const fours = y + ((<usize>(length & ~3)) << 2), end = y + ((<usize>length) << 2);
  for (; y < fours; y += 16, x += 16) v128.store(y, f32x4.add(v128.load(y), v128.load(x)));
  for (; y < end; y += 4, x += 4) store<f32>(y, load<f32>(y) + load<f32>(x));
}
