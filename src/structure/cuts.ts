import type { RowMatrix } from '../data/matrix.js';
import { atOnce, STEP, type Steps } from '../runtime/steps.js';

/** Of a column's range: what lies nearer to its mean is not above it, whatever a change of unit or offset rounds. */
const NEAR_MEAN = 1e-9;

/** What counts as near the mean of numbers of such a range. */
export function nearMean(least: number, most: number): number {
  return NEAR_MEAN * most - NEAR_MEAN * least;
}

/** Two units in the last place: values that differ by less differ by rounding alone. */
const SAME_VALUE = 2 ** -51;

/** Of each column the mean, what counts as near it, and the limit above which values are above the mean: the largest near it, or the mean. */
export interface Means {
  readonly mean: Float64Array;
  readonly near: Float64Array;
  readonly limits: Float64Array;
}

/** Bytes a column. */
export const MEANS_BYTES = 64;

export function meansOf(matrix: RowMatrix): Means {
  return atOnce(meaning(matrix));
}

export function* meaning(matrix: RowMatrix): Steps<Means> {
  const { rows, columns } = matrix;
  const [cells, index] = matrix.kind === 'dense' ? [matrix.values] : [matrix.value, matrix.index];
  // Whole rows, where they are dense.
  const step = columns * Math.ceil(STEP / columns);
  // Sums are about a value there is: of times since 1970 nothing else would be left of the differences.
  const first = new Float64Array(columns);
  if (!index) first.set(cells.subarray(0, columns));
  const [sum, least, most] = [new Float64Array(columns), first.slice(), first.slice()];
  for (let from = 0; from < cells.length; from += step) {
    const end = Math.min(cells.length, from + step);
    if (index) {
      for (let e = from; e < end; e++) {
        const c = index[e]!;
        const x = cells[e]!;
        sum[c]! += x - first[c]!;
        if (x < least[c]!) least[c] = x;
        if (x > most[c]!) most[c] = x;
      }
    } else {
      // A column at a time takes half as long; each is summed from its first row to its last all the same.
      for (let c = 0; c < columns; c++) {
        const origin = first[c]!;
        let [total, low, high] = [sum[c]!, least[c]!, most[c]!];
        for (let e = from + c; e < end; e += columns) {
          const x = cells[e]!;
          total += x - origin;
          if (x < low) low = x;
          if (x > high) high = x;
        }
        sum[c] = total;
        least[c] = low;
        most[c] = high;
      }
    }
    yield;
  }
  const mean = sum.map((total, c) => first[c]! + total / rows);
  const near = most.map((x, c) => nearMean(least[c]!, x));
  // Of sparse rows the absent zeros.
  const limits = mean.map((x, c) => (Math.abs(first[c]! - x) <= near[c]! ? Math.max(x, first[c]!) : x));
  for (let from = 0; from < cells.length; from += step) {
    const end = Math.min(cells.length, from + step);
    if (index) {
      for (let e = from; e < end; e++) {
        const c = index[e]!;
        const x = cells[e]!;
        if (x > limits[c]! && x - mean[c]! <= near[c]!) limits[c] = x;
      }
    } else {
      for (let c = 0; c < columns; c++) {
        const [middle, margin] = [mean[c]!, near[c]!];
        let limit = limits[c]!;
        for (let e = from + c; e < end; e += columns) {
          const x = cells[e]!;
          if (x > limit && x - middle <= margin) limit = x;
        }
        limits[c] = limit;
      }
    }
    yield;
  }
  return { mean, near, limits };
}

/** Sorts numbers, rising. */
export function* sorting(values: Float64Array): Steps<void> {
  for (let from = 0; from < values.length; from += STEP / 2) {
    values.subarray(from, from + STEP / 2).sort();
    yield;
  }
  let [from, to] = [values, values.length > STEP / 2 ? new Float64Array(values.length) : values];
  for (let run = STEP / 2; run < values.length; run *= 2) {
    for (let start = 0; start < values.length; start += 2 * run) {
      const [middle, end] = [Math.min(values.length, start + run), Math.min(values.length, start + 2 * run)];
      let [a, b] = [start, middle];
      for (let i = start; i < end; i++) {
        to[i] = a < middle && (b === end || from[a]! <= from[b]!) ? from[a++]! : from[b++]!;
        if ((i + 1) % STEP === 0) yield;
      }
    }
    [from, to] = [to, from];
  }
  if (from !== values) values.set(from);
}

/** The distinct values of a rising column, or undefined where there are more than `most`. */
export function distinctValues(sorted: Float64Array, most: number): number[] | undefined {
  const distinct: number[] = [];
  for (const x of sorted) {
    if (distinct.length > 0 && isSame(distinct[distinct.length - 1]!, x)) continue;
    if (distinct.length === most) return undefined;
    distinct.push(x);
  }
  return distinct;
}

/**
 * The smallest value of each state: every distinct value where there are few, quantiles otherwise (equal ones merged).
 * @param ends of distinct values: how many there are up to each, itself with all its equals
 */
export function stateStarts(sorted: Float64Array, bins: number, ends?: Float64Array): number[] {
  const distinct = distinctValues(sorted, bins);
  if (distinct) return distinct;
  const starts = [sorted[0]!];
  for (let b = 1; b < bins; b++) {
    let at = Math.floor((b * (ends ? ends.at(-1)! : sorted.length)) / bins);
    if (ends) at = ends.findIndex((end) => end > at);
    while (at > 0 && isSame(sorted[at - 1]!, sorted[at]!)) at--;
    if (sorted[at]! > starts[starts.length - 1]!) starts.push(sorted[at]!);
  }
  return starts;
}

/** The state that holds x, of states that begin at `starts`. */
export function stateAt(starts: readonly number[], x: number): number {
  let state = 0;
  while (state + 1 < starts.length && x >= starts[state + 1]!) state++;
  return state;
}

/** Entries of rows [r0, r1), in order; of dense rows all. */
export function eachEntry(
  matrix: RowMatrix,
  r0: number,
  r1: number,
  visit: (row: number, column: number, value: number) => void,
): void {
  for (let r = r0; r < r1; r++) {
    if (matrix.kind === 'dense') {
      for (let c = 0; c < matrix.columns; c++) visit(r, c, matrix.values[r * matrix.columns + c]!);
    } else {
      for (let e = matrix.start[r]!; e < matrix.start[r + 1]!; e++) visit(r, matrix.index[e]!, matrix.value[e]!);
    }
  }
}

function isSame(low: number, high: number): boolean {
  return high - low <= SAME_VALUE * Math.max(Math.abs(low), Math.abs(high));
}

/** Rows that hold about as many entries as are gone through at a time. */
export function rowsAtATime(matrix: RowMatrix): number {
  const entries = matrix.kind === 'dense' ? matrix.values.length : matrix.index.length;
  return Math.max(1, Math.floor((STEP * matrix.rows) / (entries + matrix.rows)));
}
