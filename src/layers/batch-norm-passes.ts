import { padded } from '../numeric/padding.js';
import { type Address, NONE } from '../runtime/address.js';
import type { Pace } from '../runtime/pace.js';
import { type AfterNorm, at, type BatchNorm, EPSILON, inSamples } from './batch-norm.js';

/** y = act(gate · (scale · x + shift) + shortcut) by the statistics of the batch; norm.commit() then moves the running ones. */
export async function normForward(
  norm: BatchNorm,
  y: Address,
  x: Address,
  n: number,
  hw: number,
  after: AfterNorm,
  scratch: Address,
  pace: Pace,
): Promise<void> {
  const { engine, channels } = norm;
  const floats = channels * hw;
  await inSamples(engine, pace, n, floats, ({ kernels }, first, last) =>
    kernels.plane_moments(at(scratch, first, 2 * channels), at(x, first, floats), (last - first) * channels, hw),
  );
  measure(norm, n, hw, scratch);
  const [scale, shift] = norm.put('scale', 'shift', norm.scaleAndShift(norm.mean, norm.inverse));
  const { gate = NONE, shortcut = NONE, relu } = after;
  await inSamples(engine, pace, n, floats, ({ kernels }, first, last) => {
    const [to, from, added] = [at(y, first, floats), at(x, first, floats), at(shortcut, first, floats)];
    const gates = at(gate, first, channels);
    kernels.batch_norm_apply(to, from, scale, shift, gates, added, last - first, channels, hw, relu ? 1 : 0);
  });
}

/**
 * Gradients after a forward pass in training with the same x, y and gate. dz: gradient before the activation, which is the shortcut's too; dx: of x;
 * dgate ([n][c], 0 for not wanted): of the gate. Those of weight and bias are written. dz may be dy, and dx may be dz where dz is not wanted.
 */
export async function normBackward(
  norm: BatchNorm,
  dx: Address,
  dz: Address,
  dgate: Address,
  dy: Address,
  y: Address,
  x: Address,
  n: number,
  hw: number,
  after: Omit<AfterNorm, 'shortcut'>,
  scratch: Address,
  pace: Pace,
): Promise<void> {
  const { engine, channels } = norm;
  const [mean, a, b, d] = [norm.table('mean'), norm.table('a'), norm.table('b'), norm.table('d')];
  const { gate = NONE, relu } = after;
  const floats = channels * hw;
  await inSamples(engine, pace, n, floats, ({ kernels }, first, last) => {
    const [to, from, out] = [at(dz, first, floats), at(dy, first, floats), at(y, first, floats)];
    const [sums, before] = [at(scratch, first, 2 * channels), at(x, first, floats)];
    kernels.batch_norm_sums(sums, to, from, out, before, mean, last - first, channels, hw, relu ? 1 : 0);
  });
  reduce(norm, n, hw, gate, scratch);
  if (dgate) gateGradient(norm, dgate, n, scratch);
  await inSamples(engine, pace, n, floats, ({ kernels }, first, last) => {
    const [to, from, before] = [at(dx, first, floats), at(dz, first, floats), at(x, first, floats)];
    const gates = at(gate, first, channels);
    kernels.batch_norm_backward(to, from, before, gates, a, b, d, mean, last - first, channels, hw);
  });
}

/** Mean and variance of each channel: planes joined in sample order (Chan, Golub and LeVeque 1979), in f64. */
function measure(norm: BatchNorm, n: number, hw: number, scratch: Address): void {
  const { engine, channels } = norm;
  const moments = engine.f32(scratch, 2 * n * channels);
  const means = engine.f32(norm.table('mean'), channels);
  const count = n * hw;
  for (let c = 0; c < channels; c++) {
    let mean = 0;
    let m2 = 0;
    for (let s = 0; s < n; s++) {
      const plane = 2 * (s * channels + c);
      const delta = moments[plane]! - mean;
      mean += delta / (s + 1);
      m2 += moments[plane + 1]! + delta * delta * ((hw * s) / (s + 1));
    }
    norm.mean[c] = mean;
    norm.inverse[c] = 1 / Math.sqrt(m2 / count + EPSILON);
    means[c] = mean;
    norm.variance[c] = m2 / (count - 1);
  }
}

/** Gradients of weight and bias from the sums of the planes, in sample order, and from them the coefficients a, b, d of dx. */
function reduce(norm: BatchNorm, n: number, hw: number, gate: Address, scratch: Address): void {
  const { engine, channels } = norm;
  const second = padded(channels);
  const sums = engine.f32(scratch, 2 * n * channels);
  const gates = gate ? engine.f32(gate, n * channels) : undefined;
  const weight = engine.f32(norm.parameters, channels);
  const gradients = engine.f32(norm.gradients, 2 * second);
  const [a, b, d] = (['a', 'b', 'd'] as const).map((name) => engine.f32(norm.table(name), channels));
  for (let c = 0; c < channels; c++) {
    let dbias = 0;
    let centred = 0;
    for (let s = 0; s < n; s++) {
      const plane = s * channels + c;
      const g = gates ? gates[plane]! : 1;
      dbias += g * sums[2 * plane]!;
      centred += g * sums[2 * plane + 1]!;
    }
    const inverse = norm.inverse[c]!;
    const dweight = centred * inverse;
    const factor = weight[c]! * inverse;
    const share = factor / (n * hw);
    gradients[c] = dweight;
    gradients[second + c] = dbias;
    a![c] = factor;
    b![c] = -share * inverse * dweight;
    d![c] = -share * dbias;
  }
}

/** dgate = Σ dz (scale x + shift) = scale Σ dz (x − mean) + (scale mean + shift) Σ dz. */
function gateGradient(norm: BatchNorm, dgate: Address, n: number, scratch: Address): void {
  const { engine, channels } = norm;
  const sums = engine.f32(scratch, 2 * n * channels);
  const out = engine.f32(dgate, n * channels);
  const [mean, scale, shift] = (['mean', 'scale', 'shift'] as const).map((name) =>
    engine.f32(norm.table(name), channels),
  );
  for (let plane = 0, c = 0; plane < out.length; plane++, c = plane % channels) {
    const centre = scale![c]! * mean![c]! + shift![c]!;
    out[plane] = scale![c]! * sums[2 * plane + 1]! + centre * sums[2 * plane]!;
  }
}
