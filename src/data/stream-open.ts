import { complete } from '../check/complete.js';
import { got } from '../check/phrase.js';
import { Pace } from '../runtime/pace.js';
import { inTurns } from '../runtime/steps.js';
import type { Rows, RowsClass, Shard } from './outline.js';
import { Census } from './stream-census.js';
import { STREAM, type StreamOptions } from './stream-options.js';
import { opened } from './stream-shard.js';

export { sampleOf } from './stream-sample.js';

/** Dataset.stream: a first pass over the shards learns what they are. */
export async function openStream<D extends Rows>(
  given: readonly Shard<D>[],
  options: StreamOptions,
  made: RowsClass<D>,
): Promise<{ shards: readonly Shard<D>[]; window: number; census: Census }> {
  const { window, signal, onProgress } = complete(STREAM, options, 'Dataset.stream');
  if (!Array.isArray(given)) throw new TypeError(`shards: expected a list of functions, got ${got(given)}`);
  // The caller's list may change.
  const shards = Array.from(given as readonly Shard<D>[]);
  if (shards.length === 0) throw new RangeError('shards: expected at least one function, got none');
  shards.forEach((shard, s) => {
    if (typeof shard !== 'function')
      throw new TypeError(`shards[${s}]: expected a function that gives a Dataset, got ${got(shard)}`);
  });
  const pace = new Pace(signal);
  let census: Census | undefined;
  for (let s = 0; s < shards.length; s++) {
    const rows = await opened(shards[s]!, s, signal, made);
    census ??= new Census(rows);
    await inTurns(census.adding(rows, `shards[${s}]`), pace);
    pace.hear(onProgress?.(s + 1, shards.length));
    if (pace.due) await pace.turn();
  }
  await pace.end();
  return { shards: Object.freeze(shards), window, census: census! };
}
