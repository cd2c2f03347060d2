import type { Dataset } from 'espalier';
import { Random } from '../../test/support/random.js';
import { HELD_OUT, type NetSet, type Parts, TUNED_ON } from './net-set.js';

/** A set whose rows are there already. */
export function rowsSet(name: string, metric: NetSet['metric'], learn: Dataset, test: Dataset): NetSet {
  return {
    name,
    metric,
    async parts(seed, tune): Promise<Parts> {
      const { held, tuned, rest } = cut(learn.rows, seed, tune);
      return {
        train: learn.subset(rest),
        validation: learn.subset(held),
        test: tune ? learn.subset(tuned) : test,
      };
    },
  };
}

/** Rows [from, to). */
export function rowsBetween(data: Dataset, from: number, to: number): Dataset {
  return data.subset(Int32Array.from({ length: to - from }, (_, i) => from + i));
}

/** Which rows are for what, drawn by the seed. */
export function cut(rows: number, seed: number, tune: boolean): { held: number[]; tuned: number[]; rest: number[] } {
  const order = new Random(seed).permutation(rows);
  const tuned = order.slice(0, tune ? Math.round(TUNED_ON * rows) : 0);
  const held = order.slice(tuned.length, tuned.length + Math.round(HELD_OUT * rows));
  return { tuned, held, rest: order.slice(tuned.length + held.length) };
}
