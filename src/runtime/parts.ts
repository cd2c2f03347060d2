import { roundUp } from '../numeric/padding.js';
import type { Size } from './address.js';
import type { Engine, Scope } from './engine.js';
import { DirectFork, type Fork, type Own } from './fork.js';
import type { Pace } from './pace.js';

/** To await; undefined where the work was too little to wait for, and is done. */
export type Turns = Promise<void> | undefined;

/** Multiply-adds, or what takes as long, of a part: some 25 µs at least where there are few parts, a millisecond at most. */
const LEAST = 500_000;
const MOST = 10_000_000;
const FEW = 32;
/** Parts of one fork: so long may the calls of many be, which are begun before all are told. */
const TOGETHER = 32;

/** How many of `count` alike, whole multiples of `step`, go into a part when one takes `work`. More of a larger count, never fewer: memory is planned by it. */
export function partSize(count: number, work: number, step = 1): number {
  const most = Math.max(1, Math.floor(MOST / work));
  const least = Math.ceil(LEAST / work);
  return roundUp(Math.min(count, most, Math.max(least, Math.ceil(count / FEW))), step);
}

/**
 * Work over `tiles` x `outputs`, cut into parts that any thread may do: by tiles first, then by outputs, whole multiples of `step`. How is a matter of the shapes alone.
 * `part` makes the calls of the outputs [from, to) and the tiles [tile0, tile1).
 * @param work multiply-adds, or what takes as long, in all
 */
export function inParts(
  engine: Engine,
  pace: Pace,
  work: number,
  tiles: number,
  outputs: number,
  step: number,
  part: (fork: Fork, from: number, to: number, tile0: number, tile1: number) => void,
): Turns {
  const parts = Math.max(1, Math.min(FEW, work / LEAST), work / MOST);
  const height = Math.ceil(tiles / parts);
  const rows = Math.ceil(tiles / height);
  const width = roundUp(outputs / Math.ceil(parts / rows), step);
  const columns = Math.ceil(outputs / width);
  return inItems(engine, pace, work, rows * columns, (fork, i) => {
    const from = (i % columns) * width;
    const tile = Math.floor(i / columns) * height;
    part(fork, from, Math.min(outputs, from + width), tile, Math.min(tiles, tile + height));
  });
}

/** Makes the calls of [from, to). */
export type Part = (fork: Fork, from: number, to: number) => void;

/**
 * As inParts, for what is not in tiles.
 * @param own see Engine.fork
 * @param kept takes what the parts kept, in their order
 */
export function inRanges(
  engine: Engine,
  pace: Pace,
  work: number,
  count: number,
  step: number,
  part: Part,
  own?: Own,
  kept?: number[],
): Turns {
  return inSizes(engine, pace, work, count, partSize(count, work / count, step), part, own, kept);
}

/** As inRanges, in parts of `size`. */
export function inSizes(
  engine: Engine,
  pace: Pace,
  work: number,
  count: number,
  size: number,
  part: Part,
  own?: Own,
  kept?: number[],
): Turns {
  const item = (fork: Fork, i: number) => part(fork, i * size, Math.min(count, (i + 1) * size));
  return inItems(engine, pace, work, Math.ceil(count / size), item, own, kept);
}

/** So many bytes for each thread. */
export function ownOf(engine: Engine, scope: Scope, bytes: Size): Own {
  // A cache line is no two threads'.
  const each = roundUp(bytes, 64);
  return { at: scope.bytes(engine.threads * each), bytes: each };
}

function inItems(
  engine: Engine,
  pace: Pace,
  work: number,
  count: number,
  item: (fork: Fork, i: number) => void,
  own?: Own,
  kept?: number[],
): Turns {
  const some = (first: number, last: number) => {
    // One alone need not be written down.
    const fork = engine.fork(count === 1 ? 0 : ((last - first) / count) * work, own);
    for (let i = first; i < last; i++) {
      item(fork, i);
      fork.next();
    }
    return fork;
  };
  const keep = (fork: Fork) => {
    for (let i = 0; kept && i < fork.keptCount; i++) kept.push(fork.kept(i));
  };
  const inTurns = async (fork: Fork) => {
    await fork.turns(pace);
    keep(fork);
  };
  if (count > TOGETHER)
    return (async () => {
      for (let first = 0; first < count; first += TOGETHER)
        await inTurns(some(first, Math.min(count, first + TOGETHER)));
    })();
  const fork = some(0, count);
  if (!(fork instanceof DirectFork) || pace.due) return inTurns(fork);
  keep(fork);
  return undefined;
}
