import { allFinite } from '../numeric/finite.js';

/**
 * RangeError for results of rows, [rows][width], that are no numbers: finite weights can be so large that sums overflow.
 * @param first number of the first row
 */
export function requireFiniteRows(values: Float32Array | Float64Array, width: number, what: string, first = 0): void {
  if (allFinite(values)) return;
  const at = values.findIndex((x) => !Number.isFinite(x));
  throw tooLarge(what, `${values[at]} in row ${first + Math.floor(at / width)}`);
}

/** The mean of a loss that was summed up. RangeError where it is not finite. */
export function meanLoss({ sum, weight }: { readonly sum: number; readonly weight: number }): number {
  const mean = sum / Math.max(1, weight);
  if (!Number.isFinite(mean)) throw tooLarge('loss', String(mean));
  return mean;
}

/** For results that are not finite. */
export function tooLarge(what: string, got: string): RangeError {
  return new RangeError(`${what}: expected finite numbers, got ${got}; the net's weights are too large`);
}
