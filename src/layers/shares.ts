import { roundUp } from '../numeric/padding.js';
import type { Address } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import type { Own } from '../runtime/fork.js';
import type { Kernels } from '../runtime/kernels.js';
import type { Pace } from '../runtime/pace.js';

/** Makes the calls of one share. */
export type Share = (kernels: Kernels, first: number, last: number, own: Address) => void;

/** Shares of one fork: so long may the calls of many be that some begin before all are told. */
const TOGETHER = 32;

/**
 * Does [0, count) in shares of `size`, on all threads where there are several.
 * @param work of all; see Engine.fork, as for own
 */
export async function inShares(
  engine: Engine,
  pace: Pace,
  count: number,
  size: number,
  work: number,
  share: Share,
  own?: Own,
): Promise<void> {
  if (count <= size) {
    share(engine.kernels, 0, count, own?.at ?? engine.scratch);
    if (pace.due) await pace.turn();
    return;
  }
  for (let begin = 0; begin < count; begin += TOGETHER * size) {
    const end = Math.min(count, begin + TOGETHER * size);
    const fork = engine.fork((work * (end - begin)) / count, own);
    for (let first = begin; first < end; first += size) {
      share(fork.kernels, first, Math.min(first + size, end), fork.own);
      fork.next();
    }
    await fork.turns(pace);
  }
}

/** So many bytes for each thread. */
export function ownOf(engine: Engine, scope: Scope, bytes: number): Own {
  // A cache line is no two threads'.
  const each = roundUp(bytes, 64);
  return { at: scope.bytes(engine.threads * each), bytes: each };
}

/** How many of `count` alike go into one share, of `work` each: a part of 16, but 20 µs to 5 ms of work. */
export function shareSize(count: number, work: number): number {
  const most = Math.max(1, Math.floor(LARGEST / work));
  const least = Math.ceil(SMALLEST / work);
  return Math.min(most, Math.max(least, Math.ceil(count / 16)));
}

/** Multiply-adds, about 20 a ns. */
const SMALLEST = 4e5;
const LARGEST = 1e8;
