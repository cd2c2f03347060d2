import type { Dataset } from 'espalier';

/** Rows for one run: `train` to learn from, `validation` to choose by, `test` to look at once. */
export interface Parts {
  readonly train: Dataset;
  readonly validation: Dataset;
  readonly test: Dataset;
}

/** A set that nets are compared on. */
export interface NetSet {
  readonly name: string;
  readonly metric: 'accuracy' | 'meanAuc';
  /** Rows to learn from, validation rows drawn by the seed. With `tune` the test rows are another part of the training rows, and the real ones are not looked at. */
  parts(seed: number, tune: boolean): Promise<Parts>;
}

/** Share of the rows to learn from that are held out for validation. */
export const HELD_OUT = 0.1;
/** Share of the rows to learn from that stand for the test rows while settings are chosen. */
export const TUNED_ON = 0.2;
