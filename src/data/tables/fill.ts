import type { SourceColumn } from './source.js';

/** What stands in for a missing number; NaN in `values` is missing, and there is at least one number. */
export function fillOf(
  values: Float64Array,
  missing: 'refuse' | 'mean' | 'mode' | 'state' | number,
  { times, mean }: Pick<SourceColumn, 'times' | 'mean'> = {},
): number | null {
  // JSON has no minus zero.
  if (missing === 'mean' || missing === 'state') return (mean ?? meanOf(values, times)) + 0;
  if (missing === 'mode') return modeOf(values, times) + 0;
  return typeof missing === 'number' ? missing : null;
}

/** How near the mean a value must be, as a share of the range, to be taken for it. */
const NEAR = 1e-9;

/** In whatever unit and from whatever zero the numbers are, the mean lies on the same side of each of them: next to one, it is that one. */
function meanOf(values: Float64Array, times?: ArrayLike<number>): number {
  const first = values.find((x) => !Number.isNaN(x))!;
  let sum = 0;
  let count = 0;
  let [low, high] = [first, first];
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    if (Number.isNaN(x)) continue;
    const n = times ? times[i]! : 1;
    sum += n * (x - first);
    count += n;
    if (x < low) low = x;
    if (x > high) high = x;
  }
  const mean = first + sum / count;
  let nearest = first;
  for (const x of values) if (Math.abs(x - mean) < Math.abs(nearest - mean)) nearest = x;
  return Math.abs(nearest - mean) <= NEAR * (high - low) ? nearest : mean;
}

/** The most frequent number, the smallest among equals. */
function modeOf(values: Float64Array, times?: ArrayLike<number>): number {
  if (times) return weightiest(values, times);
  const sorted = values.filter((x) => !Number.isNaN(x)).sort();
  let [best, most] = [sorted[0]!, 0];
  for (let from = 0, to = 0; from < sorted.length; from = to) {
    while (to < sorted.length && sorted[to] === sorted[from]) to++;
    if (to - from > most) [best, most] = [sorted[from]!, to - from];
  }
  return best;
}

function weightiest(values: Float64Array, times: ArrayLike<number>): number {
  let best = -1;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) continue;
    const more = best < 0 ? 1 : times[i]! - times[best]!;
    if (more > 0 || (more === 0 && values[i]! < values[best]!)) best = i;
  }
  return values[best]!;
}
