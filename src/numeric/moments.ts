/** Numbers of a step. */
const NUMBERS = 2 ** 16;

/** Of each column. */
export interface Moments {
  readonly mean: Float64Array;
  /** Population standard deviation; 1 of a constant column. */
  readonly deviation: Float64Array;
}

/**
 * Mean and deviation of each column of row-major finite numbers, [rows][columns]. Sums are of differences from the first row, so that an offset costs no digits and a constant
 * column is told exactly, and squares are of shares of the greatest difference, so that they neither overflow nor vanish. A column whose differences overflow has moments that are not finite.
 */
export function columnMoments(values: ArrayLike<number>, rows: number, columns: number): Moments {
  const steps = momentsInSteps(values, rows, columns);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** columnMoments, in steps of a millisecond or so. */
export function* momentsInSteps(
  values: ArrayLike<number>,
  rows: number,
  columns: number,
): Generator<undefined, Moments, undefined> {
  const shift = new Float64Array(columns);
  const most = new Float64Array(columns);
  for (let r = 0, i = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++, i++) {
      const difference = values[i]! - values[c]!;
      shift[c]! += difference;
      if (Math.abs(difference) > most[c]!) most[c] = Math.abs(difference);
      if (i % NUMBERS === 0) yield;
    }
  }
  const squares = new Float64Array(columns);
  for (let c = 0; c < columns; c++) shift[c]! /= rows;
  for (let r = 0, i = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++, i++) {
      const share = most[c] === 0 ? 0 : (values[i]! - values[c]! - shift[c]!) / most[c]!;
      squares[c]! += share * share;
      if (i % NUMBERS === 0) yield;
    }
  }
  return {
    mean: shift.map((mean, c) => values[c]! + mean),
    deviation: squares.map((sum, c) => most[c]! * Math.sqrt(sum / rows) || 1),
  };
}
