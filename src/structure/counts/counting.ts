import type { Address } from '../../runtime/address.js';
import { requireMemory } from '../../runtime/budget.js';
import type { Engine } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import { inTurns } from '../../runtime/steps.js';
import { bindingRows } from '../bound-rows.js';
import { areDense, DenseCounter, denseBytes } from './dense-counting.js';
import type { ItemRows } from './items.js';
import { countingBytes, countingOwn, mergePairs } from './merging.js';
import { HeldPairs, PairWriter } from './pairs.js';

/** Entries of rows that are counted together. */
const ENTRIES = 2 ** 23;
/** Counted so many times, what was counted is added up. */
const MOST_RUNS = 8;
/** Pairs that occur together of an item of a fork, about, and items of a fork. */
const PART = 2 ** 19;
const PARTS = 8;
/** The most bytes of a coded pair, and what an item of a fork has room for at least. */
const PAIR_BYTES = 10;
const ROOM = 6 * PART;
/** Multiply-adds that take as long as to count a pair. */
const COUNT = 100;

/** Items [v0, v1) of which a fork's item codes the rows. */
interface Range {
  readonly v0: number;
  readonly v1: number;
}

/** Counts pairs of items over rows that come bit by bit: memory grows with the pairs that occur, not with the rows. */
export class PairCounter {
  /** Ones of each item. */
  ones = new Float64Array(0);
  rows = 0;
  private runs: HeldPairs[] = [];
  private dense: DenseCounter | undefined;
  private start = new Int32Array(2 ** 16);
  private index = new Int32Array(2 ** 18);
  /** Rows that wait. */
  private waiting = 0;

  /**
   * @param block of every `of` items, from the `block`-th on, pairs with those behind are counted: a part of the work, and of the pairs
   * @param entries of rows, that are counted together
   */
  constructor(
    private readonly engine: Engine,
    private readonly block: { readonly block: number; readonly of: number } = { block: 0, of: 1 },
    private readonly entries = ENTRIES,
  ) {}

  /** Takes rows; there may be more items than before. */
  async add(rows: ItemRows, items: number, pace: Pace): Promise<void> {
    if (items > this.ones.length) this.ones = widened(this.ones, items);
    this.rows += rows.rows;
    const { block, of } = this.block;
    for (let r = 0; r < rows.rows; ) {
      const entries = this.start[this.waiting]!;
      let end = r;
      while (end < rows.rows && entries + rows.start[end + 1]! - rows.start[r]! <= this.entries) end++;
      // One row alone may be longer.
      if (end === r && this.waiting === 0) end++;
      if (end > r) {
        const [from, to] = [rows.start[r]!, rows.start[end]!];
        this.index = roomFor(this.index, entries, entries + to - from);
        this.index.set(rows.index.subarray(from, to), entries);
        this.start = roomFor(this.start, this.waiting + 1, this.waiting + 1 + end - r);
        for (let i = r; i < end; i++) this.start[++this.waiting] = entries + rows.start[i + 1]! - from;
        for (let e = from; e < to; e++) {
          const item = rows.index[e]!;
          if (of === 1 || item % of === block) this.ones[item]!++;
        }
      }
      r = end;
      if (r < rows.rows) await this.count(pace);
      else if (pace.due) await pace.turn();
    }
  }

  /** What was counted, over so many items. */
  async pairs(items: number, pace: Pace): Promise<HeldPairs> {
    if (items > this.ones.length) this.ones = widened(this.ones, items);
    await this.count(pace);
    this.keepDense();
    if (this.runs.length !== 1) await this.merge(pace);
    const pairs = this.runs[0]!;
    const { start, bytes } = pairs;
    return start.length === items + 1 ? pairs : new HeldPairs(items, widened(start, items + 1, start.at(-1)), bytes);
  }

  private async merge(pace: Pace): Promise<void> {
    const { engine, runs, ones, rows } = this;
    const counted = runs.map((pairs) => ({ pairs, rows }));
    const writer = new PairWriter(ones.length);
    await mergePairs(engine, counted, ones.length, (bytes, sizes) => writer.rows(bytes, sizes), pace);
    this.runs = [writer.held()];
  }

  /** Counts the rows that wait. */
  private async count(pace: Pace): Promise<void> {
    const { engine, waiting: rows, ones } = this;
    const d = ones.length;
    if (rows === 0 || d === 0) return;
    const entries = this.start[rows]!;
    const start = this.start.subarray(0, rows + 1);
    const index = this.index.subarray(0, entries);
    if (areDense(rows, d, pairsIn(start))) return this.countDense({ rows, start, index }, pace);
    const room = Math.max(ROOM, PAIR_BYTES * d);
    const bytes = 4 * (3 * entries + 2 * rows + 3 * d) + engine.threads * countingBytes(d) + PARTS * (room + 4 * d);
    requireMemory(engine, bytes, 'rows', `counting pairs of ${d} items`, 'fewer items');
    const scope = engine.scope();
    try {
      const bound = await inTurns(bindingRows(engine, scope, { kind: 'rows', rows, variables: d, start, index }), pace);
      const own = countingOwn(engine, scope, d);
      const columnStart = engine.i32(bound.columnStart, d + 1).slice();
      const { ranges, pairs } = this.ranges(columnStart, start, index);
      const writer = new PairWriter(d);
      const places = Array.from({ length: PARTS }, () => ({ out: scope.bytes(room), sizes: scope.bytes(4 * d) }));
      for (let left = ranges; left.length > 0; ) {
        const some = left.slice(0, PARTS);
        const fork = engine.fork((COUNT * pairs * some.length) / ranges.length, own);
        for (const [i, { v0, v1 }] of some.entries()) {
          const { out, sizes } = places[i]!;
          const { of } = this.block;
          const known = [bound.start, bound.index, bound.columnStart, bound.columnRow] as const;
          fork.keep(fork.kernels.pairs_of_rows(out, room, sizes, fork.own, ...known, v0, v1, of, d));
          fork.next();
        }
        await fork.turns(pace);
        left = [...this.take(writer, some, places, (i) => fork.kept(i)), ...left.slice(PARTS)];
      }
      this.runs.push(writer.held());
    } finally {
      scope.dispose();
    }
    this.waiting = 0;
    if (this.runs.length === MOST_RUNS) await this.merge(pace);
  }

  private async countDense(rows: ItemRows, pace: Pace): Promise<void> {
    const { engine, ones } = this;
    const d = ones.length;
    requireMemory(engine, denseBytes(engine, rows.rows, d), 'rows', `counting pairs of ${d} items`, 'fewer items');
    if (this.dense && this.dense.items !== d) this.keepDense();
    this.dense ??= new DenseCounter(d);
    const scope = engine.scope();
    try {
      await this.dense.add(engine, scope, rows, pace);
    } finally {
      scope.dispose();
    }
    this.waiting = 0;
  }

  private keepDense(): void {
    const { dense, block } = this;
    if (dense) this.runs.push(dense.pairs(block));
    this.dense = undefined;
  }

  /** Takes what was coded, and returns what there was no room for and what comes behind it. */
  private take(
    writer: PairWriter,
    ranges: readonly Range[],
    places: readonly { out: Address; sizes: Address }[],
    kept: (i: number) => number,
  ): Range[] {
    const { engine } = this;
    const { block, of } = this.block;
    for (const [i, { v0, v1 }] of ranges.entries()) {
      const done = kept(i);
      const { out, sizes } = places[i]!;
      const each = engine.i32(sizes, done);
      const bytes = engine
        .u8(
          out,
          each.reduce((sum, size) => sum + size, 0),
        )
        .slice();
      const count = Math.ceil((v1 - v0) / of);
      const next = done === count ? v1 : v0 + done * of;
      // Items of other blocks have empty rows.
      const rows = new Int32Array(next - v0);
      for (let k = 0; k < done; k++) rows[k * of] = each[k]!;
      if (v0 === block && block > 0) writer.rows(new Uint8Array(0), new Int32Array(block));
      writer.rows(bytes, rows);
      if (next < v1) return [{ v0: next, v1 }, ...ranges.slice(i + 1)];
    }
    return [];
  }

  /** Ranges of items, of about as many pairs, that begin with one of the block; and how many pairs there are, about. */
  private ranges(columnStart: Int32Array, start: Int32Array, index: Int32Array): { ranges: Range[]; pairs: number } {
    const { block, of } = this.block;
    const d = columnStart.length - 1;
    const all = pairsIn(start);
    const mean = all / Math.max(1, index.length);
    const ranges: Range[] = [];
    let [v0, sum] = [block, 0];
    for (let v = block; v < d; v += of) {
      const more = mean * (columnStart[v + 1]! - columnStart[v]!);
      if (v > v0 && sum + more > PART) {
        ranges.push({ v0, v1: v });
        [v0, sum] = [v, 0];
      }
      sum += more;
    }
    if (v0 < d) ranges.push({ v0, v1: d });
    return { ranges, pairs: all / of };
  }
}

/** Pairs of entries of the same row. */
function pairsIn(start: Int32Array): number {
  let all = 0;
  for (let r = 0; r + 1 < start.length; r++) {
    const k = start[r + 1]! - start[r]!;
    all += (k * (k - 1)) / 2;
  }
  return all;
}

function widened(from: Float64Array, length: number, fill = 0): Float64Array<ArrayBuffer> {
  const to = new Float64Array(length).fill(fill, from.length);
  to.set(from);
  return to;
}

/** With room for so many, of which some are there. */
function roomFor(array: Int32Array<ArrayBuffer>, kept: number, needed: number): Int32Array<ArrayBuffer> {
  if (needed <= array.length) return array;
  const wider = new Int32Array(Math.max(needed, 2 * array.length));
  wider.set(array.subarray(0, kept));
  return wider;
}
