import type { Completed, Options } from '../check/option.js';
import { SIGNAL } from '../check/option.js';
import type { Dataset } from '../data/dataset.js';
import type { Address } from '../runtime/address.js';
import type { Engine } from '../runtime/engine.js';
import type { Pace } from '../runtime/pace.js';
import type { LossSum, Outputs } from '../training/losses.js';
import type { Evaluation } from '../training/metrics.js';
import type { Computation } from './computation.js';
import type { TargetInfo } from './target.js';

/** Options of predict and evaluate. */
export const RUN = {
  batchSize: { kind: 'integer', from: 1, default: 256, inert: true, doc: 'Rows at a time; changes no output.' },
  signal: SIGNAL,
} as const satisfies Options;

export type RunSettings = Completed<typeof RUN>;

/** The outputs of some rows, before the loss's activation: tiles of [outputs][32]. */
export interface OutputBatch {
  readonly rows: Int32Array;
  readonly logits: Address;
  readonly tiles: number;
}

/** How `assess` is called. */
export interface AssessOptions {
  /** As of run. */
  readonly arrays?: number;
  /** Only what the history of a fit keeps. */
  readonly brief?: boolean;
}

/** How `run` is called. */
export interface RunHow<B extends OutputBatch> {
  readonly loss?: LossSum;
  readonly visit?: (batch: B) => void;
  readonly arrays?: number;
  /** In place of those that the net makes by default. */
  readonly batches?: (size: number, pace: Pace) => AsyncIterable<B>;
}

/** What of a net those see that train it or run it over a stream. */
export interface NetParts {
  readonly engine: Engine;
  readonly seed: number;
  readonly network: Computation;
  readonly target: TargetInfo;
  /** What a row is called. */
  readonly unit: string;
  /** What must be equal to resume training. */
  readonly identity: Record<string, unknown>;
  /** Others that read the weights, which are not written meanwhile. */
  readonly readers: { readonly beingRead: boolean; unread(): Promise<void> };
  transformBytes(data: Dataset): { most: number; kept: number };
  prepared(data: Dataset, argument: string, labelled: boolean, pace: Pace): Promise<Dataset>;
  assess(data: Dataset, options: RunSettings, how: AssessOptions): Promise<Evaluation>;
  run(data: Dataset, options: RunSettings, how?: RunHow<OutputBatch>): Promise<Outputs>;
}
