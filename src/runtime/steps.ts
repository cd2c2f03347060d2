import { type Address, plus } from './address.js';
import type { Engine } from './engine.js';
import type { Fork } from './fork.js';
import type { Pace } from './pace.js';

/** Floats a step: memory that is touched for the first time takes milliseconds a megabyte. */
const COPIED = 2 ** 17;

/** Elements that are gone through in a step: some milliseconds. */
export const STEP = 2 ** 18;

/** Work in steps of a millisecond or so. Yields forks to join, or how far it is, where it knows; returns the result. */
export type Steps<T> = Generator<Fork | number | undefined, T, undefined>;

/** All steps, one after another. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (typeof value === 'object') value.join();
  }
}

/** The steps, with turns for other tasks between them. */
export async function inTurns<T>(steps: Steps<T>, pace: Pace, onTurn?: (far: number | undefined) => void): Promise<T> {
  try {
    for (;;) {
      const { done, value } = steps.next();
      if (done) return value;
      if (typeof value === 'object') await value.turns(pace);
      else if (pace.due) {
        onTurn?.(value);
        await pace.turn();
      }
    }
  } finally {
    // Where the pace threw, what the steps hold is given back.
    steps.return(undefined as T);
  }
}

/** Bytes of a page, and of a step. */
const PAGE = 4096;
const TOUCHED = 2 ** 18;
/** So little takes no time. */
const LITTLE = 2 ** 22;

/** Touches memory that is about to be allocated: the first time may take milliseconds a megabyte. Nothing is written or kept; where there is no such block, whoever allocates will say. */
export function* touching(engine: Engine, bytes: number): Steps<void> {
  if (bytes < LITTLE) return;
  let at: Address;
  try {
    at = engine.arena.allocate(bytes);
  } catch {
    return;
  }
  try {
    for (let from = 0; from < bytes; from += TOUCHED) {
      const some = engine.u8(plus(at, from), Math.min(TOUCHED, bytes - from));
      for (let i = 0; i < some.length; i += PAGE) some[i] = some[i]!;
      yield;
    }
  } finally {
    engine.arena.release(at);
  }
}

/** Copies floats to the engine's memory. */
export function* placing(engine: Engine, at: Address, values: Float32Array): Steps<void> {
  for (let from = 0; from < values.length; from += COPIED) {
    const part = values.subarray(from, from + COPIED);
    engine.f32(plus(at, 4 * from), part.length).set(part);
    yield;
  }
}

/** A copy of floats that nobody writes meanwhile, in an array of as many where one is given. */
export function* copying(
  engine: Engine,
  { at, length }: { at: Address; length: number },
  copy: Float32Array = new Float32Array(length),
): Steps<Float32Array> {
  for (let from = 0; from < length; from += COPIED) {
    copy.set(engine.f32(plus(at, 4 * from), Math.min(COPIED, length - from)), from);
    yield;
  }
  return copy;
}
