import type { Engine } from '../runtime/engine.js';
import { DirectFork, type Fork } from '../runtime/fork.js';
import type { Pace } from '../runtime/pace.js';

/** To await; undefined where the work was too little to wait for, and is done. */
export type Turns = Promise<void> | undefined;

/** The calls of one part: of the outputs [from, to) and the tiles [tile0, tile1). */
export type Item = (fork: Fork, from: number, to: number, tile0: number, tile1: number) => void;

/** Multiply-adds, or what takes as long, of a part: some 25 µs at least where there are few parts, a millisecond at most. */
const LEAST = 500_000;
const MOST = 20_000_000;
const FEW = 16;
/** Parts of one fork: so long may the calls of many be, which are begun before all are told. */
const TOGETHER = 32;

/**
 * Work over `tiles` x `outputs`, cut into parts that any thread may do: by tiles first, then by outputs, whole multiples of `step`. How is a matter of the shapes alone.
 * @param work multiply-adds, or what takes as long, in all
 */
export function inParts(
  engine: Engine,
  pace: Pace,
  work: number,
  tiles: number,
  outputs: number,
  step: number,
  item: Item,
): Turns {
  const count = Math.max(1, Math.min(FEW, work / LEAST), work / MOST);
  const height = Math.ceil(tiles / count);
  const rows = Math.ceil(tiles / height);
  const width = Math.ceil(outputs / Math.ceil(count / rows) / step) * step;
  const columns = Math.ceil(outputs / width);
  const parts = rows * columns;
  const some = (first: number, last: number) => {
    const fork = engine.fork(((last - first) / parts) * work);
    for (let part = first; part < last; part++) {
      const from = (part % columns) * width;
      const tile = Math.floor(part / columns) * height;
      item(fork, from, Math.min(outputs, from + width), tile, Math.min(tiles, tile + height));
      fork.next();
    }
    return fork instanceof DirectFork && !pace.due ? undefined : fork.turns(pace);
  };
  return parts <= TOGETHER ? some(0, parts) : inGroups(parts, some);
}

async function inGroups(parts: number, some: (first: number, last: number) => Turns): Promise<void> {
  for (let first = 0; first < parts; first += TOGETHER) await some(first, Math.min(parts, first + TOGETHER));
}

/** As inParts, for work that is not in tiles. */
export function inRanges(engine: Engine, pace: Pace, work: number, outputs: number, step: number, item: Item): Turns {
  return inParts(engine, pace, work, 1, outputs, step, item);
}
