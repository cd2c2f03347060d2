import { exp4, log64 } from './math';

// Losses over tiles of logits [outputs][32]. Lanes at or past `live` are padding: no loss, zero gradient. Every kernel returns the
// summed loss of its tile in f64, added in one fixed order.

// @ts-ignore: decorator
@inline
function lane(tile: usize, row: i32, column: i32): usize {
  return tile + ((<usize>row) << 7) + ((<usize>column) << 2);
}

/** probability[c][lane] = softmax over c of logits[c][lane]; in place allowed. */
export function softmax(probability: usize, logits: usize, classes: i32): void {
  for (let q: usize = 0; q < 128; q += 16) {
    let top = v128.load(logits + q);
    for (let c = 1; c < classes; c++) top = f32x4.max(top, v128.load(lane(logits, c, 0) + q));
    let sum = f32x4.splat(0);
    for (let c = 0; c < classes; c++) {
      const e = exp4(f32x4.sub(v128.load(lane(logits, c, 0) + q), top));
      v128.store(lane(probability, c, 0) + q, e);
      sum = f32x4.add(sum, e);
    }
    for (let c = 0; c < classes; c++) {
      const at = lane(probability, c, 0) + q;
      v128.store(at, f32x4.div(v128.load(at), sum));
    }
  }
}

/**
 * Softmax cross-entropy: returns Σ_lane −weight[lane] ln softmax(logits)[label]; d[c][lane] = (softmax − onehot) * (scale * weight[lane]).
 * label: i32[32]; weight: f32[32], or 0 where every lane counts once. d and logits are different tiles.
 */
export function softmax_cross_entropy(
  d: usize,
  logits: usize,
  label: usize,
  weight: usize,
  classes: i32,
  live: i32,
  scale: f32,
): f64 {
  softmax(d, logits, classes);
  let loss: f64 = 0;
  for (let j = 0; j < live; j++) {
    const y = load<i32>(label + ((<usize>j) << 2));
    let top = load<f32>(lane(logits, 0, j));
    for (let c = 1; c < classes; c++) top = max(top, load<f32>(lane(logits, c, j)));
    // 1/p of the likeliest class is the sum of the shifted exponentials.
    let best: f32 = 0;
    for (let c = 0; c < classes; c++) best = max(best, load<f32>(lane(d, c, j)));
    const cost = <f64>top - <f64>load<f32>(lane(logits, y, j)) - log64(<f64>best);
    loss += weight ? cost * <f64>load<f32>(lane(weight, 0, j)) : cost;
    const at = lane(d, y, j);
    store<f32>(at, load<f32>(at) - 1);
  }
  for (let c = 0; c < classes; c++) {
    for (let j = 0; j < 32; j++) {
      const at = lane(d, c, j);
      const share = weight && j < live ? scale * load<f32>(lane(weight, 0, j)) : scale;
      store<f32>(at, j < live ? load<f32>(at) * share : 0);
    }
  }
  return loss;
}

/** probability[i] = 1 / (1 + exp(−logits[i])), n a multiple of 4; in place allowed. */
export function sigmoid(probability: usize, logits: usize, n: i32): void {
  const one = f32x4.splat(1);
  for (let at: usize = 0; at < (<usize>n) << 2; at += 16) {
    v128.store(probability + at, f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(v128.load(logits + at))))));
  }
}

/**
 * Sigmoid cross-entropy: returns Σ over present labels of max(z,0) − z·y + ln(1 + exp(−|z|)); d = (σ(z) − y) * scale, 0 where the label is
 * missing. label: i8 [outputs][32], 1, 0 or −1 (missing). d and logits are different tiles.
 */
export function sigmoid_cross_entropy(d: usize, logits: usize, label: usize, outputs: i32, live: i32, scale: f32): f64 {
  sigmoid(d, logits, outputs << 5);
  let loss: f64 = 0;
  for (let i = 0; i < outputs << 5; i++) {
    const y = load<i8>(label + <usize>i), at = d + ((<usize>i) << 2);
    if ((i & 31) >= live || y < 0) {
      store<f32>(at, 0);
      continue;
    }
    const z = load<f32>(logits + ((<usize>i) << 2));
    const e = f32x4.extract_lane(exp4(f32x4.splat(-abs(z))), 0);
    loss += <f64>max<f32>(z, 0) - <f64>(z * <f32>y) + log64(1 + <f64>e);
    store<f32>(at, (load<f32>(at) - <f32>y) * scale);
  }
  return loss;
}

/**
 * Squared error: returns Σ (y − target)²; d = 2 (y − target) * scale. y, target, d: [outputs][32]; target may be 0 (the error is y itself);
 * d may be y.
 */
export function squared_error(d: usize, y: usize, target: usize, outputs: i32, live: i32, scale: f32): f64 {
  const width = f32x4.splat(scale * 2);
  let low = f64x2.splat(0), high = low;
  for (let u = 0; u < outputs; u++) {
    for (let j = 0; j < 32; j += 4) {
      let error = v128.load(lane(y, u, j));
      if (target) error = f32x4.sub(error, v128.load(lane(target, u, j)));
      if (j + 4 > live) {
        const lanes = i32x4.add(i32x4.splat(j), i32x4(0, 1, 2, 3));
        error = v128.and(error, i32x4.lt_s(lanes, i32x4.splat(live)));
      }
      const square = f32x4.mul(error, error);
      low = f64x2.add(low, f64x2.promote_low_f32x4(square));
      high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(square, square, 2, 3, 0, 1)));
      v128.store(lane(d, u, j), f32x4.mul(error, width));
    }
  }
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
