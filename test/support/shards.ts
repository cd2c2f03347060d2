import { Dataset } from 'espalier';

/** Row numbers [from, to). */
export const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** The dataset cut after these rows. */
export function cutAt(data: Dataset, ...cuts: number[]): Dataset[] {
  const ends = [...cuts, data.rows];
  return ends.map((end, i) => data.subset(range(i === 0 ? 0 : cuts[i - 1]!, end)));
}

/** The parts as a stream. */
export const streamOf = (parts: readonly Dataset[], window?: number) =>
  Dataset.stream(
    parts.map((part) => () => part),
    window === undefined ? {} : { window },
  );
