import type { Outline } from '../data/outline.js';
import type { Engine } from '../runtime/engine.js';
import type { ClassWeights } from '../training/class-weights.js';
import type { TrainingSession } from '../training/fit.js';
import type { Loss } from '../training/losses.js';
import type { Block } from '../training/optimizer.js';

/** What computes behind a net. */
export interface Computation {
  readonly parameters: Block;
  /** Floats of the parameters that are trained. Default: all. */
  readonly trainedLength?: number;
  readonly loss: Loss;
  /** Number of weights and biases. */
  readonly weights: number;
  /** The same layers on another engine, without their weights. */
  on(engine: Engine): Computation;
  startTraining(train: Outline, batchSize: number, weights?: ClassWeights): TrainingSession;
  /** Room for running batches of so many rows. */
  reserve(data: Outline, size: number): { dispose(): void };
  dispose(): void;
}
