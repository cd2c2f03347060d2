import { type Completed, type Fn, type Options, type OptionsOf, SIGNAL, WAITED } from '../check/option.js';
import { Pace } from '../runtime/pace.js';
import { inTurns, type Steps } from '../runtime/steps.js';

/** Options of readers that yield to the event loop. */
export const PACED = {
  signal: SIGNAL,
  onProgress: {
    kind: 'callback',
    inert: true,
    doc: `Hears now and then how many characters are read, and of how many. ${WAITED}`,
    type: undefined as Fn<(read: number, characters: number) => void>,
  },
} as const satisfies Options;

export type PacedOptions = OptionsOf<typeof PACED>;

/** The steps of reading a text of so many characters, which yield how many are read, with turns for other tasks between them. */
export async function readInTurns<T>(
  steps: Steps<T>,
  characters: number,
  { signal, onProgress }: Completed<typeof PACED>,
): Promise<T> {
  const pace = new Pace(signal);
  let read = 0;
  const result = await inTurns(steps, pace, (far = read) => {
    read = far;
    pace.hear(onProgress?.(read, characters));
  });
  pace.hear(onProgress?.(characters, characters));
  await pace.end();
  return result;
}
