import { roundUp } from '../numeric/padding.js';
import type { Address } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import type { Own } from '../runtime/fork.js';
import type { Kernels } from '../runtime/kernels.js';
import type { Pace } from '../runtime/pace.js';

/** Makes the calls of one part. */
export type Part = (kernels: Kernels, first: number, last: number, own: Address) => void;

/**
 * Does [0, count) in parts of `size`, on all threads where there are several.
 * @param work of all parts; see Engine.fork, as for own
 */
export async function inParts(
  engine: Engine,
  pace: Pace,
  count: number,
  size: number,
  work: number,
  part: Part,
  own?: Own,
): Promise<void> {
  if (count <= size) {
    part(engine.kernels, 0, count, own?.at ?? engine.scratch);
    if (pace.due) await pace.turn();
    return;
  }
  const fork = engine.fork(work, own);
  for (let first = 0; first < count; first += size) {
    part(fork.kernels, first, Math.min(first + size, count), fork.own);
    fork.next();
  }
  await fork.turns(pace);
}

/** So many bytes for each thread. */
export function ownOf(engine: Engine, scope: Scope, bytes: number): Own {
  // A cache line is no two threads'.
  const each = roundUp(bytes, 64);
  return { at: scope.bytes(engine.threads * each), bytes: each };
}

/** How many of `count` alike go into one part, of `work` each: a part of 16, but 20 µs to 5 ms of work. */
export function partSize(count: number, work: number): number {
  const most = Math.max(1, Math.floor(LARGEST / work));
  const least = Math.ceil(SMALLEST / work);
  return Math.min(most, Math.max(least, Math.ceil(count / 16)));
}

/** Multiply-adds, about 20 a ns. */
const SMALLEST = 4e5;
const LARGEST = 1e8;
