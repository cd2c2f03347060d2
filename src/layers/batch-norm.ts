import { padded } from '../numeric/padding.js';
import { type Address, NONE, plus } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import type { Pace } from '../runtime/pace.js';
import { inRanges, type Part, type Turns } from '../runtime/parts.js';

/** PyTorch's defaults. */
const EPSILON = 1e-5;
const MOMENTUM = 0.1;

/** One run of numbers of a batch norm, padded to 16 floats. */
export interface BatchNormSegment {
  readonly name: 'weight' | 'bias' | 'running_mean' | 'running_var';
  readonly offset: number;
  readonly length: number;
}

/** What follows the normalisation: y = act(gate · normalised + shortcut). Addresses; 0 or missing for none. */
export interface AfterNorm {
  /** [n][c]. */
  gate?: Address;
  /** Planes like x. */
  shortcut?: Address;
  relu: boolean;
}

/** Per-channel numbers that the kernels read. Inference, which may come while a training step waits, has its own. */
const TABLES = ['mean', 'scale', 'shift', 'a', 'b', 'd', 'runningScale', 'runningShift'] as const;

type Table = (typeof TABLES)[number];

/** What passing over an element takes, in multiply-adds: it waits for memory. */
const PASS = 4;

/** Samples [0, n) of `floats` each in parts, on all threads. */
export function inSamples(engine: Engine, pace: Pace, n: number, floats: number, part: Part): Turns {
  return inRanges(engine, pace, n * PASS * floats, n, 1, part);
}

/** Batch normalisation of planes [n][c][hw] (Ioffe and Szegedy 2015) with PyTorch's conventions, and what follows it in the same pass. */
export class BatchNorm {
  readonly channels: number;
  readonly segments: readonly BatchNormSegment[];
  readonly statisticSegments: readonly BatchNormSegment[];
  /** Floats in the model's block, padding included. */
  readonly parameterLength: number;
  /** Floats of running statistics, padding included. */
  readonly statisticLength: number;
  /** Where gamma starts; beta, running mean and running variance follow from `bind`. */
  parameters = NONE;
  statistics = NONE;
  private gradients = NONE;
  private readonly tables: Address;
  private readonly mean: Float64Array;
  /** Of the last training batch: by its count less one, and 1 / √(variance + ε). */
  private readonly variance: Float64Array;
  private readonly inverse: Float64Array;
  private readonly engine: Engine;

  constructor(engine: Engine, scope: Scope, channels: number) {
    this.engine = engine;
    this.channels = channels;
    const second = padded(channels);
    this.segments = [
      { name: 'weight', offset: 0, length: channels },
      { name: 'bias', offset: second, length: channels },
    ];
    this.statisticSegments = [
      { name: 'running_mean', offset: 0, length: channels },
      { name: 'running_var', offset: second, length: channels },
    ];
    this.parameterLength = 2 * second;
    this.statisticLength = 2 * second;
    this.tables = scope.zeros(TABLES.length * second);
    this.mean = new Float64Array(channels);
    this.variance = new Float64Array(channels);
    this.inverse = new Float64Array(channels);
  }

  /** Bytes of scratch for batches of n samples; layers that take turns can share it. */
  scratchBytes(n: number): number {
    return n * this.channels * 8;
  }

  /** Points the layer at its parameters, gradients and running statistics (bytes). */
  bind(parameters: Address, gradients: Address, statistics: Address): void {
    this.parameters = parameters;
    this.gradients = gradients;
    this.statistics = statistics;
  }

  /** Weight 1, bias 0, running mean 0, running variance 1. */
  initialise(): void {
    const second = padded(this.channels);
    for (const [at, first, last] of [
      [this.parameters, 1, 0],
      [this.statistics, 0, 1],
    ] as const) {
      const values = this.engine.f32(at, 2 * second).fill(0);
      values.fill(first, 0, this.channels);
      values.fill(last, second, second + this.channels);
    }
  }

  /** y = act(gate · (scale · x + shift) + shortcut) by the statistics of the batch; `commit` then moves the running ones. */
  async forward(
    y: Address,
    x: Address,
    n: number,
    hw: number,
    after: AfterNorm,
    scratch: Address,
    pace: Pace,
  ): Promise<void> {
    const { engine, channels } = this;
    const floats = channels * hw;
    await inSamples(engine, pace, n, floats, ({ kernels }, first, last) =>
      kernels.plane_moments(at(scratch, first, 2 * channels), at(x, first, floats), (last - first) * channels, hw),
    );
    this.measure(n, hw, scratch);
    const [scale, shift] = this.put('scale', 'shift', this.scaleAndShift(this.mean, this.inverse));
    const { gate = NONE, shortcut = NONE, relu } = after;
    await inSamples(engine, pace, n, floats, ({ kernels }, first, last) => {
      const [to, from, added] = [at(y, first, floats), at(x, first, floats), at(shortcut, first, floats)];
      const gates = at(gate, first, channels);
      kernels.batch_norm_apply(to, from, scale, shift, gates, added, last - first, channels, hw, relu ? 1 : 0);
    });
  }

  /** Running statistics take up those of the last batch that `forward` saw. */
  commit(): void {
    const { channels } = this;
    const second = padded(channels);
    const running = this.engine.f32(this.statistics, 2 * second);
    for (let c = 0; c < channels; c++) {
      running[c] = (1 - MOMENTUM) * running[c]! + MOMENTUM * this.mean[c]!;
      running[second + c] = (1 - MOMENTUM) * running[second + c]! + MOMENTUM * this.variance[c]!;
    }
  }

  /** The same by the running statistics. */
  infer(y: Address, x: Address, n: number, hw: number, { gate = NONE, shortcut = NONE, relu }: AfterNorm): void {
    const [scale, shift] = this.put('runningScale', 'runningShift', this.folded());
    this.engine.kernels.batch_norm_apply(y, x, scale, shift, gate, shortcut, n, this.channels, hw, relu ? 1 : 0);
  }

  /**
   * Gradients after a forward pass in training with the same x, y and gate. dz: gradient before the activation, which is the shortcut's too; dx: of x;
   * dgate ([n][c], 0 for not wanted): of the gate. Those of weight and bias are written. dz may be dy, and dx may be dz where dz is not wanted.
   */
  async backward(
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
    const { engine, channels } = this;
    const [mean, a, b, d] = [this.table('mean'), this.table('a'), this.table('b'), this.table('d')];
    const { gate = NONE, relu } = after;
    const floats = channels * hw;
    await inSamples(engine, pace, n, floats, ({ kernels }, first, last) => {
      const [to, from, out] = [at(dz, first, floats), at(dy, first, floats), at(y, first, floats)];
      const [sums, before] = [at(scratch, first, 2 * channels), at(x, first, floats)];
      kernels.batch_norm_sums(sums, to, from, out, before, mean, last - first, channels, hw, relu ? 1 : 0);
    });
    this.reduce(n, hw, gate, scratch);
    if (dgate) this.gateGradient(dgate, n, scratch);
    await inSamples(engine, pace, n, floats, ({ kernels }, first, last) => {
      const [to, from, before] = [at(dx, first, floats), at(dz, first, floats), at(x, first, floats)];
      const gates = at(gate, first, channels);
      kernels.batch_norm_backward(to, from, before, gates, a, b, d, mean, last - first, channels, hw);
    });
  }

  /** scale and shift by the running statistics: what a convolution before this layer can take into its weights and bias. */
  folded(): { scale: Float32Array; shift: Float32Array } {
    const { channels } = this;
    const second = padded(channels);
    const running = this.engine.f32(this.statistics, 2 * second);
    const mean = Float64Array.from(running.subarray(0, channels));
    const inverse = Float64Array.from(running.subarray(second, second + channels), (v) => 1 / Math.sqrt(v + EPSILON));
    return this.scaleAndShift(mean, inverse);
  }

  private put(
    ...[scaleName, shiftName, { scale, shift }]: [Table, Table, { scale: Float32Array; shift: Float32Array }]
  ): [Address, Address] {
    const { engine, channels } = this;
    const [atScale, atShift] = [this.table(scaleName), this.table(shiftName)];
    engine.f32(atScale, channels).set(scale);
    engine.f32(atShift, channels).set(shift);
    return [atScale, atShift];
  }

  private scaleAndShift(mean: Float64Array, inverse: Float64Array): { scale: Float32Array; shift: Float32Array } {
    const { channels } = this;
    const second = padded(channels);
    const parameters = this.engine.f32(this.parameters, 2 * second);
    const scale = new Float32Array(channels);
    const shift = new Float32Array(channels);
    for (let c = 0; c < channels; c++) {
      const factor = parameters[c]! * inverse[c]!;
      scale[c] = factor;
      shift[c] = parameters[second + c]! - mean[c]! * factor;
    }
    return { scale, shift };
  }

  /** Mean and variance of each channel: planes joined in sample order (Chan, Golub and LeVeque 1979), in f64. */
  private measure(n: number, hw: number, scratch: Address): void {
    const { engine, channels } = this;
    const moments = engine.f32(scratch, 2 * n * channels);
    const means = engine.f32(this.table('mean'), channels);
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
      this.mean[c] = mean;
      this.inverse[c] = 1 / Math.sqrt(m2 / count + EPSILON);
      means[c] = mean;
      this.variance[c] = m2 / (count - 1);
    }
  }

  /** Gradients of weight and bias from the sums of the planes, in sample order, and from them the coefficients a, b, d of dx. */
  private reduce(n: number, hw: number, gate: Address, scratch: Address): void {
    const { engine, channels } = this;
    const second = padded(channels);
    const sums = engine.f32(scratch, 2 * n * channels);
    const gates = gate ? engine.f32(gate, n * channels) : undefined;
    const weight = engine.f32(this.parameters, channels);
    const gradients = engine.f32(this.gradients, 2 * second);
    const [a, b, d] = (['a', 'b', 'd'] as const).map((name) => engine.f32(this.table(name), channels));
    for (let c = 0; c < channels; c++) {
      let dbias = 0;
      let centred = 0;
      for (let s = 0; s < n; s++) {
        const plane = s * channels + c;
        const g = gates ? gates[plane]! : 1;
        dbias += g * sums[2 * plane]!;
        centred += g * sums[2 * plane + 1]!;
      }
      const inverse = this.inverse[c]!;
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
  private gateGradient(dgate: Address, n: number, scratch: Address): void {
    const { engine, channels } = this;
    const sums = engine.f32(scratch, 2 * n * channels);
    const out = engine.f32(dgate, n * channels);
    const [mean, scale, shift] = (['mean', 'scale', 'shift'] as const).map((name) =>
      engine.f32(this.table(name), channels),
    );
    for (let plane = 0, c = 0; plane < out.length; plane++, c = plane % channels) {
      const centre = scale![c]! * mean![c]! + shift![c]!;
      out[plane] = scale![c]! * sums[2 * plane + 1]! + centre * sums[2 * plane]!;
    }
  }

  private table(name: Table): Address {
    return plus(this.tables, TABLES.indexOf(name) * padded(this.channels) * 4);
  }
}

/** Sample `index` of rows or planes of `floats` floats; none where there is no address. */
export function at(address: Address, index: number, floats: number): Address {
  return address === NONE ? NONE : plus(address, index * floats * 4);
}
