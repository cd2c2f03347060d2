import type { ValueTargets } from '../data/targets.js';

/** Of values, in the unit of the targets. With several outputs the lists have an entry each, in the output's own unit. */
export interface ValueMetrics {
  /** Root of the mean squared error, over rows and outputs. */
  rmse: number;
  /** The same of always predicting the mean of the training targets: what a net has to be better than. */
  meanOnlyRmse: number;
  /**
   * 1 − Σ (y − predicted)² / Σ (y − mean of these rows)²: 1 at best, below 0 where it is worse than their mean. null where all targets are equal. Of several outputs the mean of
   * those that are defined.
   */
  r2: number | null;
  rmseByOutput?: number[];
  meanOnlyRmseByOutput?: number[];
  r2ByOutput?: (number | null)[];
}

/**
 * How far predictions, [rows][outputs], are from targets.
 * @param means of the training targets, one an output
 */
export function valueMetrics(
  predicted: Float32Array | Float64Array,
  { values, outputs }: ValueTargets,
  means?: readonly number[],
): ValueMetrics {
  const rows = values.length / outputs;
  const columns = Array.from({ length: outputs }, (_, o) => sumsOf(predicted, values, o, outputs, means?.[o]));
  const rootMean = (squares: number[]) => Math.sqrt(squares.reduce((a, b) => a + b, 0) / (rows * squares.length));
  const r2ByOutput = columns.map(({ errors, spread }) => (spread === 0 ? null : 1 - errors / spread));
  const known = r2ByOutput.filter((share) => share !== null);
  const total = {
    rmse: rootMean(columns.map(({ errors }) => errors)),
    meanOnlyRmse: rootMean(columns.map(({ fromMean }) => fromMean)),
    r2: known.length ? known.reduce((a, b) => a + b, 0) / known.length : null,
  };
  if (outputs === 1) return total;
  return {
    ...total,
    rmseByOutput: columns.map(({ errors }) => rootMean([errors])),
    meanOnlyRmseByOutput: columns.map(({ fromMean }) => rootMean([fromMean])),
    r2ByOutput,
  };
}

/** Sums of squares of one output: of its errors, from the training mean, and about the mean of these rows, which of equal values are exactly 0. */
function sumsOf(
  predicted: Float32Array | Float64Array,
  values: Float32Array | Float64Array,
  first: number,
  step: number,
  trained: number | undefined,
): { errors: number; fromMean: number; spread: number } {
  const origin = values[first]!;
  let [shift, count] = [0, 0];
  for (let i = first; i < values.length; i += step, count++) shift += values[i]! - origin;
  // Summed from the first value on, so that equal values have exactly this mean.
  const mean = origin + shift / count;
  // A file of before the training mean was kept: that of these rows.
  const reference = trained ?? mean;
  const sums = { errors: 0, fromMean: 0, spread: 0 };
  for (let i = first; i < values.length; i += step) {
    sums.errors += (predicted[i]! - values[i]!) ** 2;
    sums.fromMean += (values[i]! - reference) ** 2;
    sums.spread += (values[i]! - mean) ** 2;
  }
  return sums;
}
