import type { Targets } from '../data/dataset.js';
import { LANES, tilesFor } from '../layers/batch.js';
import { type Address, NONE, plus } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import type { Fork } from '../runtime/fork.js';
import type { Pace } from '../runtime/pace.js';
import { inParts, inRanges, type Turns } from '../runtime/parts.js';
import type { ClassWeights } from './class-weights.js';

/** A summed loss and what to divide it by: rows, or labels present. */
export interface LossSum {
  sum: number;
  weight: number;
}

/** By what numbers to regress on are standardised, one of each an output: (value - mean) / deviation. */
export interface TargetScale {
  readonly mean: readonly number[];
  /** Above 0. */
  readonly deviation: readonly number[];
}

/** [rows][outputs]: shares in 32 bits, numbers of the user's unit in 64. */
export type Outputs = Float32Array | Float64Array;

/** What a net's outputs mean, and the loss that trains them. Buffers are tiles of [outputs][32]. */
export interface Loss {
  readonly kind: Targets['kind'];
  readonly outputs: number;
  /** Bytes of an output that `predict` returns. */
  readonly outputBytes: number;
  /** Reserves room for one batch's labels. `weights`: what a row counts, by class; its mean over the training rows is 1. */
  prepare(engine: Engine, scope: Scope, batchSize: number, weights?: ClassWeights): BoundLoss;
  /** Logits to probabilities, in place; values stay standardised. */
  activate(engine: Engine, logits: Address, tiles: number, pace: Pace): Turns;
  /** Room for what `predict` returns of so many rows. */
  room(rows: number): Outputs;
  /** Puts activated outputs of some rows, [rows][outputs], into that room: values in the user's unit. */
  put(room: Outputs, firstRow: number, activated: Float32Array): void;
}

export interface BoundLoss {
  /** Gradient of the batch's mean loss into d; returns the sum. */
  gradient(d: Address, logits: Address, targets: Targets, rows: Int32Array, pace: Pace): Promise<LossSum>;
}

/**
 * The loss that goes with a kind of targets: softmax cross-entropy, sigmoid cross-entropy with missing labels, or the squared error of standardised values, in units of the
 * training targets' variance, summed over outputs. Without a scale, values are taken as they are.
 */
export function lossFor(kind: Targets['kind'], outputs: number, scale: Partial<TargetScale> = {}): Loss {
  if (kind === 'classes') return new SoftmaxLoss(outputs);
  return kind === 'tasks' ? new SigmoidLoss(outputs) : new SquaredLoss(outputs, scale);
}

/** Number of outputs that targets ask for. */
export function outputsOf(targets: Targets): number {
  return targets.kind === 'classes' ? targets.classes : targets.kind === 'tasks' ? targets.tasks : targets.outputs;
}

abstract class ProbabilityLoss {
  readonly outputBytes = 4;

  constructor(readonly outputs: number) {}

  room(rows: number): Outputs {
    return new Float32Array(rows * this.outputs);
  }

  put(room: Outputs, firstRow: number, activated: Float32Array): void {
    room.set(activated, firstRow * this.outputs);
  }
}

class SoftmaxLoss extends ProbabilityLoss implements Loss {
  readonly kind = 'classes';

  prepare(engine: Engine, scope: Scope, batchSize: number, weights?: ClassWeights): BoundLoss {
    const room = someTiles(batchSize) * LANES;
    const label = scope.bytes(room * 4);
    const weight = weights ? scope.bytes(room * 4) : NONE;
    const { outputs } = this;
    return {
      gradient: async (d, logits, targets, rows, pace) => {
        const lay = ({ first, place, live }: Tile) => {
          const labels = engine.i32(plus(label, place * LANES * 4), live);
          for (let lane = 0; lane < live; lane++) {
            const row = rows[first + lane]!;
            const value = (targets.values as Int32Array)[row]!;
            labels[lane] = sound(value >= 0 && value < outputs, value, row);
          }
          if (!weights) return;
          const counts = engine.f32(plus(weight, place * LANES * 4), live);
          for (let lane = 0; lane < live; lane++) counts[lane] = weights[labels[lane]!]!;
        };
        const sum = await summed(engine, pace, rows.length, outputs, SOFTMAX, lay, ({ kernels }, tile) => {
          const [from, lanes] = [tile.at(logits), tile.place * LANES * 4];
          const counts = weights ? plus(weight, lanes) : NONE;
          const scale = 1 / rows.length;
          return kernels.softmax_cross_entropy(tile.at(d), from, plus(label, lanes), counts, outputs, tile.live, scale);
        });
        return { sum, weight: rows.length };
      },
    };
  }

  activate(engine: Engine, logits: Address, tiles: number, pace: Pace): Turns {
    const { outputs } = this;
    return inParts(engine, pace, tiles * LANES * outputs * SOFTMAX, tiles, 1, 1, ({ kernels }, _0, _1, t0, t1) => {
      for (let t = t0; t < t1; t++) {
        const at = plus(logits, t * outputs * LANES * 4);
        kernels.softmax(at, at, outputs);
      }
    });
  }
}

class SigmoidLoss extends ProbabilityLoss implements Loss {
  readonly kind = 'tasks';

  prepare(engine: Engine, scope: Scope, batchSize: number): BoundLoss {
    const { outputs } = this;
    const label = scope.bytes(someTiles(batchSize) * LANES * outputs);
    return {
      gradient: async (d, logits, targets, rows, pace) => {
        const values = targets.values as Int8Array;
        let present = 0;
        for (const row of rows) {
          for (let o = 0; o < outputs; o++) if (values[row * outputs + o]! >= 0) present++;
          if (pace.due) await pace.turn();
        }
        const lay = ({ first, place, live }: Tile) => {
          const labels = engine.i8(plus(label, place * LANES * outputs), LANES * outputs);
          for (let o = 0; o < outputs; o++) {
            for (let lane = 0; lane < live; lane++) {
              const row = rows[first + lane]!;
              const value = values[row * outputs + o]!;
              labels[o * LANES + lane] = sound(value >= -1 && value <= 1, value, row);
            }
          }
        };
        const scale = 1 / Math.max(1, present);
        const sum = await summed(engine, pace, rows.length, outputs, SIGMOID, lay, ({ kernels }, tile) => {
          const labels = plus(label, tile.place * LANES * outputs);
          return kernels.sigmoid_cross_entropy(tile.at(d), tile.at(logits), labels, outputs, tile.live, scale);
        });
        return { sum, weight: present };
      },
    };
  }

  activate(engine: Engine, logits: Address, tiles: number, pace: Pace): Turns {
    const length = tiles * this.outputs * LANES;
    return inRanges(engine, pace, length * SOFTMAX, length, 16, ({ kernels }, from, to) => {
      const at = plus(logits, from * 4);
      kernels.sigmoid(at, at, to - from);
    });
  }
}

class SquaredLoss implements Loss {
  readonly kind = 'values';
  readonly outputBytes = 8;
  private readonly scale: TargetScale;

  constructor(
    readonly outputs: number,
    { mean = Array(outputs).fill(0), deviation = Array(outputs).fill(1) }: Partial<TargetScale>,
  ) {
    this.scale = { mean, deviation };
  }

  prepare(engine: Engine, scope: Scope, batchSize: number): BoundLoss {
    const { outputs } = this;
    const { mean, deviation } = this.scale;
    const target = scope.bytes(someTiles(batchSize) * LANES * outputs * 4);
    return {
      gradient: async (d, logits, targets, rows, pace) => {
        const values = targets.values as Outputs;
        const lay = ({ first, place, live }: Tile) => {
          const wanted = engine.f32(plus(target, place * LANES * outputs * 4), LANES * outputs);
          for (let o = 0; o < outputs; o++) {
            for (let lane = 0; lane < live; lane++) {
              const row = rows[first + lane]!;
              const value = values[row * outputs + o]!;
              const standard = (sound(Number.isFinite(value), value, row) - mean[o]!) / deviation[o]!;
              wanted[o * LANES + lane] = within(standard, value, row, o);
            }
          }
        };
        const sum = await summed(engine, pace, rows.length, outputs, SQUARED, lay, ({ kernels }, tile) => {
          const wanted = plus(target, tile.place * LANES * outputs * 4);
          return kernels.squared_error(tile.at(d), tile.at(logits), wanted, outputs, tile.live, 1 / rows.length);
        });
        return { sum, weight: rows.length };
      },
    };
  }

  activate(): Turns {
    return undefined;
  }

  room(rows: number): Outputs {
    return new Float64Array(rows * this.outputs);
  }

  put(room: Outputs, firstRow: number, activated: Float32Array): void {
    const { mean, deviation } = this.scale;
    for (let i = 0; i < activated.length; i++) {
      const o = i % this.outputs;
      room[firstRow * this.outputs + i] = mean[o]! + deviation[o]! * activated[i]!;
    }
  }
}

/** A standardised target that a 32-bit float holds; RangeError for one of other rows than those learned from that lies further off. */
function within(standard: number, value: number, row: number, output: number): number {
  if (Number.isFinite(Math.fround(standard))) return standard;
  throw new RangeError(
    `targets: row ${row} has ${value} for output ${output}, too far from those that the net was made for`,
  );
}

/** Targets were checked before, but their array may have been written to since, and kernels index by classes. */
function sound(accepted: boolean, value: number, row: number): number {
  if (accepted) return value;
  throw new RangeError(`targets: row ${row} became ${value} after the targets were checked`);
}

/** Tiles whose labels are laid out, and whose losses are taken, at a time. */
const SOME = 16;
/** What an output of one row takes, in multiply-adds. */
const SOFTMAX = 100;
const SIGMOID = 500;
const SQUARED = 6;

function someTiles(batchSize: number): number {
  return Math.min(SOME, tilesFor(batchSize));
}

/** One tile of a batch. */
interface Tile {
  /** Its first row's place in the batch. */
  readonly first: number;
  /** Which it is of those that are laid out. */
  readonly place: number;
  /** Rows. */
  readonly live: number;
  /** Where its outputs are in a buffer of them. */
  at(buffer: Address): Address;
}

/** Sum over the tiles of what `loss` returns, in their order, of labels that `lay` wrote. */
async function summed(
  engine: Engine,
  pace: Pace,
  rows: number,
  outputs: number,
  work: number,
  lay: (tile: Tile) => void,
  loss: (fork: Fork, tile: Tile) => number,
): Promise<number> {
  let sum = 0;
  for (let from = 0; from < rows; from += SOME * LANES) {
    const fork = engine.fork(Math.min(SOME * LANES, rows - from) * outputs * work);
    for (let first = from; first < Math.min(rows, from + SOME * LANES); first += LANES) {
      const place = (first - from) / LANES;
      const at = (buffer: Address) => plus(buffer, first * outputs * 4);
      const tile = { first, place, live: Math.min(LANES, rows - first), at };
      lay(tile);
      fork.keep(loss(fork, tile));
      fork.next();
    }
    await fork.turns(pace);
    for (let t = 0; t < fork.keptCount; t++) sum += fork.kept(t);
  }
  return sum;
}
