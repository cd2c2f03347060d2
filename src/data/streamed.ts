import { isMade } from '../check/require.js';
import { DataStream } from './data-stream.js';
import { type Dataset, requireDataset } from './dataset.js';
import type { Outline } from './outline.js';

/** A stream of datasets. */
export type Streamed = DataStream<Dataset>;

/** Whether it is a stream. TypeError for an object of its prototype alone. */
export function isStream(value: unknown, argument: string): value is Streamed {
  return isMade(value, DataStream, 'census', argument);
}

/** What is known of the rows at once. TypeError for what is neither a Dataset nor a stream. */
export function outlineOf(data: unknown, argument: string): Outline {
  if (isStream(data, argument)) return data.census.outline(1);
  requireDataset(data, argument);
  return data;
}
