import { type Address, plus } from '../../runtime/address.js';
import { requireMemory } from '../../runtime/budget.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import { ownOf } from '../../runtime/parts.js';
import { codePair, eachPartner, MOST_PAIR_BYTES } from './codec.js';
import { type CodedPairs, requireSound, rowStart } from './pairs.js';

/** Counts of pairs, and of their items alone, of so many rows. */
export interface Counted {
  readonly pairs: CodedPairs;
  /** Undefined where only those of more rows are known. */
  readonly ones?: Float64Array | undefined;
  readonly rows: number;
  /** Ones of some items may be counted elsewhere: of those that are 0. */
  readonly partial?: boolean | undefined;
}

/** Takes coded rows, one after another, with the bytes of each. */
export type PairSink = (bytes: Uint8Array, sizes: ArrayLike<number>) => void | Promise<void>;

/** Bytes that are read at a time, of an item of a fork, and how many there are; items of pairs at most. */
const PART = 2 ** 21;
const PARTS = 8;
const MOST_ROWS = 2 ** 16;
/** Multiply-adds that take as long as a byte. */
const BYTE = 40;
/** Counts of rows from here on do not fit the kernel's. */
export const MOST_COUNTED = 2 ** 31;

/** Bytes that a thread has to count in: its counts, and marks of those that are not 0. */
export function countingBytes(items: number): number {
  return 4 * items + 8 + 8 * (Math.ceil(items / 64) + Math.ceil(items / 4096) + 1);
}

/** For each thread, zeros. */
export function countingOwn(engine: Engine, scope: Scope, items: number) {
  const own = ownOf(engine, scope, countingBytes(items));
  engine.u8(own.at, own.bytes * engine.threads).fill(0);
  return own;
}

/**
 * Adds up counts of pairs, row by row: sums of integers, so the same bytes for any order and grouping. Some megabytes of each source are in memory at a time.
 * RangeError for a source that is unsound.
 */
export async function mergePairs(
  engine: Engine,
  counted: readonly Counted[],
  items: number,
  sink: PairSink,
  pace: Pace,
): Promise<void> {
  const sources = counted.map(({ pairs }) => pairs);
  const ranges = rangesOf(sources, items);
  if (counted.reduce((sum, { rows }) => sum + rows, 0) >= MOST_COUNTED) return mergeLarge(sources, ranges, sink, pace);
  const most = Math.max(0, ...ranges.map(([v0, v1]) => bytesOf(sources, v0, v1)));
  const together = Math.min(PARTS, ranges.length);
  const held =
    together * (2 * most + 4 * (sources.length + 1) * (MOST_ROWS + 1)) + engine.threads * countingBytes(items);
  requireMemory(engine, held, 'counts', `adding up the pairs of ${items} items`, 'fewer items');
  const scope = engine.scope();
  try {
    const own = countingOwn(engine, scope, items);
    const bounds = counted.map(({ pairs, ones, rows, partial }) => ({
      pairs,
      rows,
      ones: scope.copy(
        ones ? Int32Array.from(ones, (k) => (partial && k === 0 ? -1 : k)) : new Int32Array(pairs.items).fill(-1),
      ),
    }));
    for (let first = 0; first < ranges.length; first += PARTS) {
      const some = ranges.slice(first, first + PARTS);
      const inner = engine.scope();
      try {
        const bound = [];
        for (const range of some) bound.push(await bind(engine, inner, bounds, range));
        const fork = engine.fork(BYTE * bound.reduce((sum, { bytes }) => sum + bytes, 0), own);
        for (const { out, sizes, coded, start, v0, v1 } of bound) {
          fork.kernels.pairs_merge(out, sizes, fork.own, coded, start, sources.length, v0, v1, items);
          fork.next();
        }
        await fork.turns(pace);
        for (const { out, sizes, v0, v1 } of bound) {
          const each = engine.i32(sizes, v1 - v0).slice();
          const bytes = each.reduce((sum, size) => sum + size, 0);
          await sink(engine.u8(out, bytes).slice(), each);
        }
      } finally {
        inner.dispose();
      }
      if (pace.due) await pace.turn();
    }
  } finally {
    scope.dispose();
  }
}

/** Items in ranges whose rows take some bytes together, and one at least. */
function rangesOf(sources: readonly CodedPairs[], items: number): [number, number][] {
  const ranges: [number, number][] = [];
  for (let v0 = 0; v0 < items; ) {
    let v1 = v0 + 1;
    while (v1 < items && v1 - v0 < MOST_ROWS && bytesOf(sources, v0, v1 + 1) <= PART) v1++;
    ranges.push([v0, v1]);
    v0 = v1;
  }
  return ranges;
}

function bytesOf(sources: readonly CodedPairs[], v0: number, v1: number): number {
  return sources.reduce((sum, source) => sum + rowStart(source, v1) - rowStart(source, v0), 0);
}

/** A range's rows of all sources, in the engine. */
async function bind(
  engine: Engine,
  scope: Scope,
  sources: readonly { readonly pairs: CodedPairs; readonly ones: Address; readonly rows: number }[],
  [v0, v1]: [number, number],
) {
  const width = v1 - v0 + 1;
  const start = new Int32Array(sources.length * width);
  let bytes = 0;
  for (const [s, { pairs }] of sources.entries()) {
    const from = rowStart(pairs, v0);
    for (let i = 0; i < width; i++) start[s * width + i] = bytes + rowStart(pairs, v0 + i) - from;
    bytes = start[(s + 1) * width - 1]!;
  }
  const [coded, startAt] = [scope.bytes(Math.max(1, bytes)), scope.copy(start)];
  for (const [s, { pairs, ones, rows }] of sources.entries()) {
    const [from, to] = [rowStart(pairs, v0), rowStart(pairs, v1)];
    const read = pairs.read(from, to);
    const part = read instanceof Uint8Array ? read : await read;
    const begin = start[s * width]!;
    engine.u8(plus(coded, begin), to - from).set(part);
    const end = Math.max(v0, Math.min(v1, pairs.items));
    const rowsAt = plus(startAt, 4 * s * width);
    requireSound(engine.kernels.pairs_unsound(coded, begin + to - from, rowsAt, ones, v0, end, pairs.items, rows));
  }
  return {
    v0,
    v1,
    bytes,
    coded,
    start: startAt,
    out: scope.bytes(Math.max(1, bytes)),
    sizes: scope.bytes(4 * (v1 - v0)),
  };
}

/** By doubles, which hold integers up to 2^53. */
async function mergeLarge(
  sources: readonly CodedPairs[],
  ranges: readonly [number, number][],
  sink: PairSink,
  pace: Pace,
): Promise<void> {
  for (const [v0, v1] of ranges) {
    for (let v = v0; v < v1; v++) {
      const sums = new Map<number, number>();
      for (const source of sources) {
        const [from, to] = [rowStart(source, v), rowStart(source, v + 1)];
        const bytes = await source.read(from, to);
        eachPartner(bytes, v, source.items, (u, count) => sums.set(u, (sums.get(u) ?? 0) + count));
      }
      const out = new Uint8Array(MOST_PAIR_BYTES * sums.size);
      let [at, last] = [0, v];
      for (const u of Float64Array.from(sums.keys()).sort()) {
        at = codePair(out, at, u - last, sums.get(u)!);
        last = u;
      }
      await sink(out.subarray(0, at), [at]);
      if (pace.due) await pace.turn();
    }
  }
}
