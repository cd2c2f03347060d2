import type { Targets } from '../data/dataset.js';
import { LANES, tilesFor } from '../layers/batch.js';
import { type Address, NONE, plus } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import type { ClassWeights } from './class-weights.js';

/** A summed loss and what to divide it by: rows, or labels present. */
export interface LossSum {
  sum: number;
  weight: number;
}

/** What a net's outputs mean, and the loss that trains them. Buffers are tiles of [outputs][32]. */
export interface Loss {
  readonly kind: Targets['kind'];
  readonly outputs: number;
  /** Reserves room for one batch's labels. `weights`: what a row counts, by class; its mean over the training rows is 1. */
  prepare(engine: Engine, scope: Scope, batchSize: number, weights?: ClassWeights): BoundLoss;
  /** Logits to what `predict` returns: probabilities, or the values themselves. In place. */
  activate(engine: Engine, logits: Address, tiles: number): void;
}

export interface BoundLoss {
  /** Gradient of the batch's mean loss into d; returns the sum. */
  gradient(d: Address, logits: Address, targets: Targets, rows: Int32Array): LossSum;
}

/** The loss that goes with a kind of targets: softmax cross-entropy, sigmoid cross-entropy with missing labels, squared error. */
export function lossFor(kind: Targets['kind'], outputs: number): Loss {
  if (kind === 'classes') return new SoftmaxLoss(outputs);
  return kind === 'tasks' ? new SigmoidLoss(outputs) : new SquaredLoss(outputs);
}

/** Number of outputs that targets ask for. */
export function outputsOf(targets: Targets): number {
  return targets.kind === 'classes' ? targets.classes : targets.kind === 'tasks' ? targets.tasks : targets.outputs;
}

class SoftmaxLoss implements Loss {
  readonly kind = 'classes';
  readonly outputs: number;

  constructor(outputs: number) {
    this.outputs = outputs;
  }

  prepare(engine: Engine, scope: Scope, _batchSize: number, weights?: ClassWeights): BoundLoss {
    const label = scope.bytes(LANES * 4);
    const weight = weights ? scope.bytes(LANES * 4) : NONE;
    return {
      gradient: (d, logits, targets, rows) => {
        let sum = 0;
        eachTile(rows.length, this.outputs, (t, offset, live) => {
          const labels = engine.i32(label, LANES);
          for (let lane = 0; lane < live; lane++) {
            const row = rows[t * LANES + lane]!;
            const value = (targets.values as Int32Array)[row]!;
            labels[lane] = sound(value >= 0 && value < this.outputs, value, row);
          }
          if (weights) {
            const counts = engine.f32(weight, LANES);
            for (let lane = 0; lane < live; lane++) counts[lane] = weights[labels[lane]!]!;
          }
          sum += engine.kernels.softmax_cross_entropy(
            plus(d, offset),
            plus(logits, offset),
            label,
            weight,
            this.outputs,
            live,
            1 / rows.length,
          );
        });
        return { sum, weight: rows.length };
      },
    };
  }

  activate(engine: Engine, logits: Address, tiles: number): void {
    for (let t = 0; t < tiles; t++) {
      const at = plus(logits, t * this.outputs * LANES * 4);
      engine.kernels.softmax(at, at, this.outputs);
    }
  }
}

class SigmoidLoss implements Loss {
  readonly kind = 'tasks';
  readonly outputs: number;

  constructor(outputs: number) {
    this.outputs = outputs;
  }

  prepare(engine: Engine, scope: Scope): BoundLoss {
    const { outputs } = this;
    const label = scope.bytes(LANES * outputs);
    return {
      gradient: (d, logits, targets, rows) => {
        const values = targets.values as Int8Array;
        let present = 0;
        for (const row of rows) for (let o = 0; o < outputs; o++) if (values[row * outputs + o]! >= 0) present++;
        let sum = 0;
        eachTile(rows.length, outputs, (t, offset, live) => {
          const labels = engine.i8(label, LANES * outputs);
          for (let o = 0; o < outputs; o++) {
            for (let lane = 0; lane < live; lane++) {
              const row = rows[t * LANES + lane]!;
              const value = values[row * outputs + o]!;
              labels[o * LANES + lane] = sound(value >= -1 && value <= 1, value, row);
            }
          }
          sum += engine.kernels.sigmoid_cross_entropy(
            plus(d, offset),
            plus(logits, offset),
            label,
            outputs,
            live,
            1 / Math.max(1, present),
          );
        });
        return { sum, weight: present };
      },
    };
  }

  activate(engine: Engine, logits: Address, tiles: number): void {
    engine.kernels.sigmoid(logits, logits, tiles * this.outputs * LANES);
  }
}

class SquaredLoss implements Loss {
  readonly kind = 'values';
  readonly outputs: number;

  constructor(outputs: number) {
    this.outputs = outputs;
  }

  prepare(engine: Engine, scope: Scope): BoundLoss {
    const { outputs } = this;
    const target = scope.bytes(LANES * outputs * 4);
    return {
      gradient: (d, logits, targets, rows) => {
        const values = targets.values as Float32Array;
        let sum = 0;
        eachTile(rows.length, outputs, (t, offset, live) => {
          const wanted = engine.f32(target, LANES * outputs);
          for (let o = 0; o < outputs; o++) {
            for (let lane = 0; lane < live; lane++) {
              const row = rows[t * LANES + lane]!;
              const value = values[row * outputs + o]!;
              wanted[o * LANES + lane] = sound(Number.isFinite(value), value, row);
            }
          }
          sum += engine.kernels.squared_error(
            plus(d, offset),
            plus(logits, offset),
            target,
            outputs,
            live,
            1 / rows.length,
          );
        });
        return { sum, weight: rows.length };
      },
    };
  }

  activate(): void {}
}

/** Targets were checked before, but their array may have been written to since, and kernels index by classes. */
function sound(accepted: boolean, value: number, row: number): number {
  if (accepted) return value;
  throw new RangeError(`targets: row ${row} became ${value} after the targets were checked`);
}

function eachTile(rows: number, outputs: number, visit: (tile: number, offset: number, live: number) => void): void {
  for (let t = 0; t < tilesFor(rows); t++) visit(t, t * outputs * LANES * 4, Math.min(LANES, rows - t * LANES));
}
