import type { Pace } from './pace.js';

/** Work in steps of a millisecond or so. Yields how far it is, where it knows; returns the result. */
export type Steps<T> = Generator<number | undefined, T, undefined>;

/** All steps, one after another. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The steps, with turns for other tasks between them. */
export async function inTurns<T>(steps: Steps<T>, pace: Pace, onTurn?: (far: number | undefined) => void): Promise<T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (!pace.due) continue;
    onTurn?.(value);
    await pace.turn();
  }
}
