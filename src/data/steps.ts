import { type Completed, type Fn, type Options, type OptionsOf, SIGNAL } from '../check/option.js';
import { Pace } from '../runtime/pace.js';

/** Work in steps of a millisecond or so: yields how many characters of its text are read where it knows, returns the result. */
export type Steps<T> = Generator<number | undefined, T, undefined>;

/** Options of readers that yield to the event loop. */
export const PACED = {
  signal: SIGNAL,
  onProgress: {
    kind: 'callback',
    inert: true,
    doc: 'Hears now and then how many characters are read, and of how many. Promises that it returns are waited for before the result, until the signal comes; one that is rejected ends the call.',
    type: undefined as Fn<(read: number, characters: number) => void>,
  },
} as const satisfies Options;

export type PacedOptions = OptionsOf<typeof PACED>;

/** All steps, one after another. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The steps on a text of so many characters, with turns for other tasks between them. */
export async function inTurns<T>(
  steps: Steps<T>,
  characters: number,
  { signal, onProgress }: Completed<typeof PACED>,
): Promise<T> {
  const pace = new Pace(signal);
  let read = 0;
  for (;;) {
    const { done, value } = steps.next();
    if (done) {
      pace.hear(onProgress?.(characters, characters));
      await pace.end();
      return value;
    }
    read = value ?? read;
    if (!pace.due) continue;
    pace.hear(onProgress?.(read, characters));
    await pace.turn();
  }
}
