import { exp4 } from './math';

// Improved semantic hashing (Kaiser and Bengio 2018; GaterNet, Chen et al. 2019, section 3.2) over gate rows [n][c]. The last length % 4 elements go
// through the same vector code, one in lane 0.

/** σ(u) = 1 / (1 + exp(−u)). */
// @ts-ignore: decorator
@inline
function sigmoid4(u: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(u))));
}

/** hard ? (u > 0 ? 1 : 0) : clamp(1.2 σ − 0.1, 0, 1); hard is all ones or all zeros. */
// @ts-ignore: decorator
@inline
function gate4(u: v128, sigma: v128, hard: v128): v128 {
  const zero = f32x4.splat(0), one = f32x4.splat(1);
  const soft = f32x4.max(zero, f32x4.min(one, f32x4.sub(f32x4.mul(f32x4.splat(1.2), sigma), f32x4.splat(0.1))));
  return v128.bitselect(v128.and(f32x4.gt(u, zero), one), soft, hard);
}

/** |u| < ln 11 ? 1.2 σ (1 − σ) : 0: the slope of the saturating sigmoid, 0 where it is flat. */
// @ts-ignore: decorator
@inline
function slope4(u: v128, sigma: v128): v128 {
  const slope = f32x4.mul(f32x4.mul(f32x4.splat(1.2), sigma), f32x4.sub(f32x4.splat(1), sigma));
  return v128.and(f32x4.lt(f32x4.abs(u), f32x4.splat(2.397895272798371)), slope);
}

/**
 * Gates in training: u = pre + noise; gate = coin[row] ? (u > 0 ? 1 : 0) : clamp(1.2 σ(u) − 0.1, 0, 1); slope = dgate/du, which is that of the
 * second form in both kinds of row (straight-through). gate, slope, pre, noise: f32[n][c]; coin: i32[n]. Absolute error of gate and slope below 1e-6.
 * gate or slope may be pre or noise.
 */
export function gate_forward(gate: usize, slope: usize, pre: usize, noise: usize, coin: usize, n: i32, c: i32): void {
  for (let row: usize = 0; row < <usize>n; row++) {
    const hard = i32x4.ne(v128.load32_splat(coin + (row << 2)), i32x4.splat(0));
    const fours = gate + ((<usize>(c & ~3)) << 2), end = gate + ((<usize>c) << 2);
    for (; gate < fours; gate += 16, slope += 16, pre += 16, noise += 16) {
      const u = f32x4.add(v128.load(pre), v128.load(noise)), sigma = sigmoid4(u);
      v128.store(gate, gate4(u, sigma, hard));
      v128.store(slope, slope4(u, sigma));
    }
    for (; gate < end; gate += 4, slope += 4, pre += 4, noise += 4) {
      const u = f32x4.add(v128.load32_zero(pre), v128.load32_zero(noise)), sigma = sigmoid4(u);
      v128.store32_lane(gate, gate4(u, sigma, hard), 0);
      v128.store32_lane(slope, slope4(u, sigma), 0);
    }
  }
}

/** Gates in evaluation: gate = pre > 0 ? 1 : 0, so 0 for NaN. gate may be pre. */
export function gate_decide(gate: usize, pre: usize, length: i32): void {
  const fours = gate + ((<usize>(length & ~3)) << 2), end = gate + ((<usize>length) << 2);
  const zero = f32x4.splat(0), one = f32x4.splat(1);
  for (; gate < fours; gate += 16, pre += 16) v128.store(gate, v128.and(f32x4.gt(v128.load(pre), zero), one));
  for (; gate < end; gate += 4, pre += 4) store<f32>(gate, load<f32>(pre) > 0 ? 1 : 0);
}

/** dpre = (dgate + penalty) slope, penalty the derivative of the loss's λ ‖gate‖₁ / (rows c). dpre may be dgate or slope. */
export function gate_backward(dpre: usize, dgate: usize, slope: usize, penalty: f32, length: i32): void {
  const fours = dpre + ((<usize>(length & ~3)) << 2), end = dpre + ((<usize>length) << 2), p = f32x4.splat(penalty);
  for (; dpre < fours; dpre += 16, dgate += 16, slope += 16) {
    v128.store(dpre, f32x4.mul(f32x4.add(v128.load(dgate), p), v128.load(slope)));
  }
  for (; dpre < end; dpre += 4, dgate += 4, slope += 4) store<f32>(dpre, (load<f32>(dgate) + penalty) * load<f32>(slope));
}
