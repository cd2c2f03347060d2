import type { Dataset } from '../data/dataset.js';
import type { Engine } from '../runtime/engine.js';
import { Purpose, permutation } from '../runtime/random.js';

/** Rows of one batch. */
export interface Batch {
  /** What they are rows of; the dataset that training was started with where there is none. */
  readonly from?: TrainingRows;
  readonly rows: Int32Array;
}

/** What a step reads. */
export type TrainingRows = Pick<Dataset, 'features' | 'targets'>;

/** Says which rows a step takes. Batches are asked for in order, from any epoch and batch on. */
export interface Feed {
  batch(epoch: number, batch: number): Batch | Promise<Batch>;
}

/** The rows of a dataset, each epoch in an order of its own. */
export class ShuffledRows implements Feed {
  private epoch = -1;
  private order: Int32Array = new Int32Array(0);

  constructor(
    private readonly engine: Engine,
    private readonly rows: number,
    private readonly batchSize: number,
    private readonly seed: number,
  ) {}

  batch(epoch: number, batch: number): Batch {
    if (epoch !== this.epoch) this.order = permutation(this.engine, this.rows, this.seed, Purpose.shuffle, epoch);
    this.epoch = epoch;
    return { rows: this.order.subarray(batch * this.batchSize, (batch + 1) * this.batchSize) };
  }
}
