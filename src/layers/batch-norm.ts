import { padded } from '../numeric/padding.js';
import { type Address, NONE, plus } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import type { Pace } from '../runtime/pace.js';
import { inRanges, type Part, type Turns } from '../runtime/parts.js';

/** PyTorch's defaults. */
export const EPSILON = 1e-5;
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

export type Table = (typeof TABLES)[number];

/** What passing over an element takes, in multiply-adds: it waits for memory. */
const PASS = 4;

/** Samples [0, n) of `floats` each in parts, on all threads. */
export function inSamples(engine: Engine, pace: Pace, n: number, floats: number, part: Part): Turns {
  return inRanges(engine, pace, n * PASS * floats, n, 1, part);
}

/** Batch normalisation of planes [n][c][hw] (Ioffe and Szegedy 2015) with PyTorch's conventions, and what follows it in the same pass. Its passes in training: batch-norm-passes.ts. */
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
  /** As the parameters. */
  gradients = NONE;
  private readonly tables: Address;
  readonly mean: Float64Array;
  /** Of the last training batch: by its count less one, and 1 / √(variance + ε). */
  readonly variance: Float64Array;
  readonly inverse: Float64Array;
  readonly engine: Engine;

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

  /** Running statistics take up those of the last batch that normForward saw. */
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

  /** scale and shift by the running statistics: what a convolution before this layer can take into its weights and bias. */
  folded(): { scale: Float32Array; shift: Float32Array } {
    const { channels } = this;
    const second = padded(channels);
    const running = this.engine.f32(this.statistics, 2 * second);
    const mean = Float64Array.from(running.subarray(0, channels));
    const inverse = Float64Array.from(running.subarray(second, second + channels), (v) => 1 / Math.sqrt(v + EPSILON));
    return this.scaleAndShift(mean, inverse);
  }

  /** Lays a scale and a shift down where kernels read them. */
  put(
    ...[scaleName, shiftName, { scale, shift }]: [Table, Table, { scale: Float32Array; shift: Float32Array }]
  ): [Address, Address] {
    const { engine, channels } = this;
    const [atScale, atShift] = [this.table(scaleName), this.table(shiftName)];
    engine.f32(atScale, channels).set(scale);
    engine.f32(atShift, channels).set(shift);
    return [atScale, atShift];
  }

  /** What takes x to gamma (x - mean) inverse + beta. */
  scaleAndShift(mean: Float64Array, inverse: Float64Array): { scale: Float32Array; shift: Float32Array } {
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

  /** Numbers by channel. */
  table(name: Table): Address {
    return plus(this.tables, TABLES.indexOf(name) * padded(this.channels) * 4);
  }
}

/** Sample `index` of rows or planes of `floats` floats; none where there is no address. */
export function at(address: Address, index: number, floats: number): Address {
  return address === NONE ? NONE : plus(address, index * floats * 4);
}
