import type { Rows, RowsClass, Shard } from './outline.js';
import type { Census } from './stream-census.js';
import type { StreamSampleOptions } from './stream-options.js';

/**
 * Rows in shards, of which some are in memory at a time; Dataset.stream makes one. `fit` takes it for a Dataset, and so does its `validation`; of nets over rows `evaluate` and
 * `predict` do too.
 */
export class DataStream<D extends Rows = Rows> {
  /** @internal Use Dataset.stream. */
  constructor(
    /** @internal */
    readonly shards: readonly Shard<D>[],
    /** Rows that are shuffled together, rounded up to whole batches. */
    readonly window: number,
    /** @internal What the first pass learned. */
    readonly census: Census,
    /** @internal */
    readonly made: RowsClass<D>,
  ) {}

  get rows(): number {
    return this.census.rows;
  }

  get columns(): number {
    return this.census.columns;
  }

  /**
   * Rows chosen by the seed, any set of so many as likely as any other, in the order of the shards: what nets are grown from, and transforms learned.
   * @param rows how many; all where there are fewer
   * @throws TypeError, RangeError for arguments that do not fit, and for a shard that has changed
   */
  async sample(rows: number, options: StreamSampleOptions = {}): Promise<D> {
    return (await import('./stream-open.js')).sampleOf(this, rows, options);
  }
}
