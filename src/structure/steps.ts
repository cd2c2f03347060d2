import type { Fork } from '../runtime/fork.js';
import type { Pace } from '../runtime/pace.js';

/** Long work, to be done at once or in turns with other tasks: it stops now and then, and where there is a fork to join. */
export type Steps<T> = Generator<Fork | undefined, T>;

/** Elements that are gone through between two stops: some milliseconds. */
export const STEP = 2 ** 18;

export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    value?.join();
  }
}

export async function inTurns<T>(steps: Steps<T>, pace: Pace): Promise<T> {
  try {
    for (;;) {
      const { done, value } = steps.next();
      if (done) return value;
      if (value) await value.turns(pace);
      else if (pace.due) await pace.turn();
    }
  } finally {
    // Where the pace threw, what the steps hold is given back.
    steps.return(undefined as T);
  }
}
