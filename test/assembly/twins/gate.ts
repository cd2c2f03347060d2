import { f } from './float.js';
import { exp } from './math.js';

/** The gates of rows in training and the slopes by which gradients pass them. */
export function gateForward(
  pre: Float32Array,
  noise: Float32Array,
  coin: Int32Array,
  c: number,
): { gate: Float32Array; slope: Float32Array } {
  const gate = new Float32Array(pre.length);
  const slope = new Float32Array(pre.length);
  for (let i = 0; i < pre.length; i++) {
    const u = f(pre[i]! + noise[i]!);
    const sigma = f(1 / f(1 + exp(-u)));
    const soft = Math.max(0, Math.min(1, f(f(f(1.2) * sigma) - f(0.1))));
    gate[i] = coin[Math.floor(i / c)] !== 0 ? Number(u > 0) : soft;
    slope[i] = Math.abs(u) < f(Math.log(11)) ? f(f(f(1.2) * sigma) * f(1 - sigma)) : 0;
  }
  return { gate, slope };
}

export function gateDecide(pre: Float32Array): Float32Array {
  return pre.map((v) => Number(v > 0));
}

/** (dgate + penalty) slope. */
export function gateBackward(dgate: Float32Array, slope: Float32Array, penalty: number): Float32Array {
  return dgate.map((d, i) => f(f(d + f(penalty)) * slope[i]!));
}
