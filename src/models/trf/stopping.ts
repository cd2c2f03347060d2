import type { Engine } from '../../runtime/engine.js';
import { Purpose, permutation } from '../../runtime/random.js';

/** Share of the rows that pre-training holds out to know when to stop. */
export const HELD = 0.1;
/** It goes on as long as an epoch lowers the error on them by this share of all that the error has fallen: at an even pace for the paper's epochs. */
export const LEAST_FALL = 0.1;
/** The paper's epochs, where it does not stop before. */
export const MOST_EPOCHS = 10;
/** Fewer rows say nothing: then all are trained on, for the paper's epochs. */
const FEWEST_HELD = 8;

/** The rows that a layer is trained on, all where there are none named, and those held out. */
export function division(
  engine: Engine,
  rows: number,
  epochs: number | undefined,
  seed: number,
  layer: number,
): { rows?: Int32Array; held?: Int32Array; epochs: number } {
  const count = Math.floor(rows * HELD);
  if (epochs !== undefined || count < FEWEST_HELD) return { epochs: epochs ?? MOST_EPOCHS };
  const order = permutation(engine, rows, seed, Purpose.pretrainHeld, layer);
  return { held: order.subarray(0, count), rows: order.subarray(count), epochs: MOST_EPOCHS };
}

/** Tells when the error on held out rows has all but stopped falling. */
export class Stopping {
  private last: number;

  /** `first`: the error before the first epoch. */
  constructor(private readonly first: number) {
    this.last = first;
  }

  /** Whether to stop after an epoch with this error. */
  after(error: number): boolean {
    const stop = !(this.last - error > LEAST_FALL * (this.first - error));
    this.last = error;
    return stop;
  }
}
