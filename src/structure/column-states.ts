import { distinctValues, stateAt, stateStarts } from './cuts.js';
import type { DiscretiseOptions } from './variables.js';

/** The most states that bytes can number. */
const MOST_STATES = 256;

/** The most distinct numbers that are taken for states without being asked. */
const FEW_VALUES = 16;

/** Rows for each pair of states, that a table of two such columns holds more than chance. */
const ROWS_A_PAIR = 5;

/** What stands in a tree for the state of missing cells. */
const MISSING = '(missing)';

/** What is known of numbers of which none is missing. */
export interface Present {
  /** Rising. */
  readonly sorted: Float64Array;
  /** Of distinct ones: how many there are up to each, itself with all its equals. */
  readonly ends?: Float64Array | undefined;
  readonly mean: number;
  /** What lies so near to the mean counts as the mean. */
  readonly near: number;
  /** Those above it are above the mean. */
  readonly limit: number;
}

/** How the cells of a column become states, before those are left out that do not occur. */
export interface Cut {
  readonly count: number;
  readonly labels: readonly string[] | undefined;
  /** Of numbers: the state of their mean, and of each. */
  readonly mean?: number;
  stateOf?(x: number): number;
}

/** Few distinct numbers are states, others are cut: in bins, or in two. */
export function cutOf(
  { sorted, ends, mean, near, limit }: Present,
  { threshold = 'auto', bins }: DiscretiseOptions,
): Required<Cut> {
  const rows = ends ? (ends.at(-1) ?? 0) : sorted.length;
  const few = bins ?? (threshold === 'auto' ? Math.min(FEW_VALUES, Math.max(2, Math.sqrt(rows / ROWS_A_PAIR))) : 0);
  const distinct = distinctValues(sorted, Math.floor(few));
  const starts = distinct ?? (bins && stateStarts(sorted, bins, ends));
  const above = typeof threshold === 'number' ? threshold : limit;
  const stateOf = (x: number) => (starts ? stateAt(starts, x) : Number(x > above));
  return {
    count: starts ? starts.length : 2,
    labels: distinct?.map(String),
    mean: stateOf(mean + (starts ? near : 0)),
    stateOf,
  };
}

/** The states that occur, numbered anew. */
export interface KeptStates {
  readonly count: number;
  readonly labels: readonly string[] | undefined;
  /** The new number of each state, and behind them of missing cells; -1 of those that do not occur. */
  readonly next: Int32Array;
}

/**
 * @param rows of each state, and behind them of missing cells; is changed
 * @throws RangeError for more than 256 states, by name
 */
export function keptStates(
  { count, labels, mean }: Cut,
  rows: Float64Array,
  name: string,
  missing: DiscretiseOptions['missing'],
): KeptStates {
  const place = rows[count] === 0 ? count : placeOfMissing(count, mean, rows, name, missing);
  if (place !== count) {
    rows[place]! += rows[count]!;
    rows[count] = 0;
  }
  const next = new Int32Array(count + 1).fill(-1);
  const kept: number[] = [];
  rows.forEach((times, state) => {
    if (times > 0) next[state] = kept.push(state) - 1;
  });
  if (kept.length > MOST_STATES)
    throw new RangeError(
      `data: expected at most ${MOST_STATES} states a column, got ${kept.length} in ${JSON.stringify(name)}; leave it out, or merge categories`,
    );
  next[count] = next[place]!;
  return { count: kept.length, labels: labels && kept.map((state) => labels[state] ?? MISSING), next };
}

/** The state of missing cells: one more than there are others, or one of these. */
function placeOfMissing(
  count: number,
  mean: number | undefined,
  rows: Float64Array,
  name: string,
  missing: DiscretiseOptions['missing'] = 'state',
): number {
  if (missing === 'state') return count;
  if (missing === 'mean' && mean !== undefined) return mean;
  if (missing !== 'mean' && missing !== 'mode')
    throw new RangeError(`missing: expected no number, as ${JSON.stringify(name)} is of categories, got ${missing}`);
  return rows.subarray(0, count).reduce((best, times, state) => (times > rows[best]! ? state : best), 0);
}
