import { f } from './float.js';
import { exp, log } from './math.js';

const LANES = 32;

/** A loss and its gradient tile. */
export interface Loss {
  readonly loss: number;
  readonly d: Float32Array;
}

/** softmax over c of logits[c][lane]. */
export function softmax(logits: Float32Array, classes: number): Float32Array {
  const out = new Float32Array(classes * LANES);
  for (let lane = 0; lane < LANES; lane++) {
    let top = logits[lane]!;
    for (let c = 1; c < classes; c++) top = Math.max(top, logits[c * LANES + lane]!);
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      out[c * LANES + lane] = exp(f(logits[c * LANES + lane]! - top));
      sum = f(sum + out[c * LANES + lane]!);
    }
    for (let c = 0; c < classes; c++) out[c * LANES + lane] = f(out[c * LANES + lane]! / sum);
  }
  return out;
}

/** Lane by lane: top - logit of the label - ln(probability of the likeliest class), times the lane's weight. */
export function softmaxCrossEntropy(
  logits: Float32Array,
  label: Int32Array,
  weight: Float32Array | undefined,
  classes: number,
  live: number,
  scale: number,
): Loss {
  const d = softmax(logits, classes);
  let loss = 0;
  for (let lane = 0; lane < LANES; lane++) {
    const at = (c: number) => c * LANES + lane;
    const all = Array.from({ length: classes }, (_, c) => c);
    if (lane < live) {
      const y = label[lane]!;
      const top = Math.max(...all.map((c) => logits[at(c)]!));
      const best = Math.max(...all.map((c) => d[at(c)]!));
      loss += (top - logits[at(y)]! - log(best)) * (weight?.[lane] ?? 1);
      d[at(y)] = f(d[at(y)]! - 1);
    }
    const share = f(f(scale) * (weight?.[lane] ?? 1));
    for (const c of all) d[at(c)] = lane < live ? f(d[at(c)]! * share) : 0;
  }
  return { loss, d };
}

export function sigmoid(logits: Float32Array): Float32Array {
  return logits.map((z) => f(1 / f(1 + exp(-z))));
}

/** Element by element: max(z, 0) - z y + ln(1 + exp(-|z|)) where the label is 0 or 1. */
export function sigmoidCrossEntropy(
  logits: Float32Array,
  label: Int8Array,
  outputs: number,
  live: number,
  scale: number,
): Loss {
  const d = sigmoid(logits);
  let loss = 0;
  for (let i = 0; i < outputs * LANES; i++) {
    const [z, y] = [logits[i]!, label[i]!];
    if (i % LANES >= live || y < 0) {
      d[i] = 0;
      continue;
    }
    loss += Math.max(z, 0) - f(z * y) + log(1 + exp(-Math.abs(z)));
    d[i] = f(f(d[i]! - y) * f(scale));
  }
  return { loss, d };
}

/** Σ (y - target)²: the squares in f32, lane j's in f64 sum j % 4, then the sums pairwise. */
export function squaredError(
  y: Float32Array,
  target: Float32Array | undefined,
  outputs: number,
  live: number,
  scale: number,
): Loss {
  const d = new Float32Array(outputs * LANES);
  const sums = [0, 0, 0, 0];
  for (let i = 0; i < outputs * LANES; i++) {
    const error = i % LANES < live ? f(y[i]! - (target?.[i] ?? 0)) : 0;
    sums[i % 4]! += f(error * error);
    d[i] = f(error * f(f(scale) * 2));
  }
  return { loss: sums[0]! + sums[2]! + (sums[1]! + sums[3]!), d };
}
