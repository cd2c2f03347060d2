import type { RowMatrix } from '../data/matrix.js';

/** Of a column's range: what lies nearer to its mean is not above it, whatever a change of unit or offset rounds. */
const NEAR_MEAN = 1e-9;

/** Two units in the last place: values that differ by less differ by rounding alone. */
const SAME_VALUE = 2 ** -51;

/** Of each column the mean, what counts as near it, and the limit above which values are above the mean: the largest near it, or the mean. */
export interface Means {
  readonly mean: Float64Array;
  readonly near: Float64Array;
  readonly limits: Float64Array;
}

/** Bytes a column. */
export const MEANS_BYTES = 56;

export function meansOf(matrix: RowMatrix): Means {
  const { rows, columns } = matrix;
  const zeros = () => new Float64Array(columns);
  const [sum, entries] = [zeros(), zeros()];
  const [least, most] = [zeros().fill(Number.POSITIVE_INFINITY), zeros().fill(Number.NEGATIVE_INFINITY)];
  // Sums are about the first value: of times since 1970 nothing else would be left of the differences.
  const first = matrix.kind === 'dense' ? Float64Array.from(matrix.values.subarray(0, columns)) : zeros();
  const see = (c: number, x: number) => {
    if (x < least[c]!) least[c] = x;
    if (x > most[c]!) most[c] = x;
  };
  eachEntry(matrix, (_, c, x) => {
    sum[c]! += x - first[c]!;
    entries[c]!++;
    see(c, x);
  });
  const eachAbsent = (visit: (c: number, x: number) => void) =>
    entries.forEach((count, c) => {
      if (count < rows) visit(c, 0);
    });
  eachAbsent(see);
  const mean = sum.map((total, c) => first[c]! + total / rows);
  const near = most.map((x, c) => NEAR_MEAN * x - NEAR_MEAN * least[c]!);
  const limits = mean.slice();
  const raise = (c: number, x: number) => {
    if (x > limits[c]! && x - mean[c]! <= near[c]!) limits[c] = x;
  };
  eachEntry(matrix, (_, c, x) => raise(c, x));
  eachAbsent(raise);
  return { mean, near, limits };
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

/** The smallest value of each state: every distinct value where there are few, quantiles otherwise (equal ones merged). */
export function stateStarts(sorted: Float64Array, bins: number): number[] {
  const distinct = distinctValues(sorted, bins);
  if (distinct) return distinct;
  const starts = [sorted[0]!];
  for (let b = 1; b < bins; b++) {
    let at = Math.floor((b * sorted.length) / bins);
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

export function eachEntry(matrix: RowMatrix, visit: (row: number, column: number, value: number) => void): void {
  for (let r = 0; r < matrix.rows; r++) {
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
