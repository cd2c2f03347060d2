import type { WebAbortSignal } from '../check/option.js';
import type { Dataset } from '../data/dataset.js';
import { type Part, RowsInParts } from '../data/rows-in-parts.js';
import { reopened } from '../data/stream-shard.js';
import type { Streamed } from '../data/streamed.js';
import type { Engine } from '../runtime/engine.js';
import { Purpose, permutation } from '../runtime/random.js';
import type { Batch, Feed } from './feed.js';

/** Rows of a stream that are in memory together: whole batches. */
export function windowRows({ window, rows }: Streamed, batchSize: number): number {
  return Math.min(rows, Math.ceil(window / batchSize) * batchSize);
}

/**
 * The rows of shards. Each epoch takes the shards in an order of its own, one behind another; cuts that sequence into windows; and takes the rows of each window in an order of its own.
 * In memory are the rows of one window, the shard that reaches into the next, and the one to come.
 */
export class ShardFeed implements Feed {
  private readonly most: number;
  private readonly windows: number;
  private readonly held: RowsInParts;
  private epoch = -1;
  private window = -1;
  /** Numbers of the shards, in this epoch's order. */
  private shards: Int32Array = new Int32Array(0);
  private rows: Int32Array = new Int32Array(0);
  private part: Part | undefined;
  /** The shard that the next window begins in. */
  private last: { readonly s: number; readonly rows: Dataset } | undefined;
  private ahead: { readonly s: number; readonly rows: Promise<Dataset> } | undefined;

  /** @param prepare makes of a shard what the net computes with */
  constructor(
    private readonly engine: Engine,
    private readonly stream: Streamed,
    private readonly batchSize: number,
    private readonly seed: number,
    private readonly prepare: (shard: Dataset, argument: string) => Promise<Dataset>,
    private readonly signal: WebAbortSignal | undefined,
  ) {
    this.most = windowRows(stream, batchSize);
    this.windows = Math.ceil(stream.rows / this.most);
    this.held = new RowsInParts(this.most, stream.census.wide, stream.census.entries / stream.rows);
  }

  batch(epoch: number, batch: number): Batch | Promise<Batch> {
    const window = Math.floor((batch * this.batchSize) / this.most);
    const first = batch * this.batchSize - window * this.most;
    const there = () => ({ from: this.part!, rows: this.rows.subarray(first, first + this.batchSize) });
    if (epoch === this.epoch && window === this.window) return there();
    return this.fill(epoch, window).then(there);
  }

  private async fill(epoch: number, window: number): Promise<void> {
    const { engine, stream, seed, held } = this;
    const { shards: facts, rows } = stream.census;
    if (epoch !== this.epoch) {
      this.last = undefined;
      this.shards = permutation(engine, facts.length, seed, Purpose.shards, epoch);
    }
    this.epoch = epoch;
    this.window = -1;
    held.clear();
    const first = window * this.most;
    const end = Math.min(rows, first + this.most);
    let from = 0;
    let next: number | undefined;
    for (const s of this.shards) {
      const count = facts[s]!.rows;
      const to = from + count;
      if (from >= end) {
        next = s;
        break;
      }
      if (to > first) {
        const shard = await this.shard(s);
        held.push(shard, Math.max(0, first - from), Math.min(count, end - from));
        this.last = to > end ? { s, rows: shard } : undefined;
      }
      from = to;
    }
    this.part = held.take();
    this.rows = permutation(engine, end - first, seed, Purpose.shuffle, epoch * this.windows + window);
    this.window = window;
    if (next !== undefined && this.ahead?.s !== next) this.load(next);
  }

  /** As the net computes with it. */
  private async shard(s: number): Promise<Dataset> {
    if (this.last?.s === s) return this.last.rows;
    if (this.ahead?.s !== s) this.load(s);
    const { rows } = this.ahead!;
    this.ahead = undefined;
    return this.prepare(await rows, `shards[${s}]`);
  }

  /** Begins to load a shard, while the window before it is trained on. */
  private load(s: number): void {
    const rows = reopened(this.stream, s, this.signal);
    // Whoever takes it hears of errors.
    rows.catch(() => {});
    this.ahead = { s, rows };
  }
}
