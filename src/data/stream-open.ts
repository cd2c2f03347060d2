import { complete } from '../check/complete.js';
import type { WebAbortSignal } from '../check/option.js';
import { got } from '../check/phrase.js';
import { isMade } from '../check/require.js';
import { Pace, unlessAborted } from '../runtime/pace.js';
import { DataStream, type Shard } from './data-stream.js';
import type { Rows, RowsClass } from './outline.js';
import { Census, factsOf } from './stream-census.js';
import { STREAM, type StreamOptions } from './stream-options.js';

/** Dataset.stream: a first pass over the shards learns what they are. */
export async function openStream<D extends Rows>(
  given: readonly Shard<D>[],
  options: StreamOptions,
  made: RowsClass<D>,
): Promise<DataStream<D>> {
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
    census.add(rows, `shards[${s}]`);
    pace.hear(onProgress?.(s + 1, shards.length));
    if (pace.due) await pace.turn();
  }
  await pace.end();
  return new DataStream(Object.freeze(shards), window, census!, made);
}

async function opened<D extends Rows>(
  shard: Shard<D>,
  s: number,
  signal: WebAbortSignal | undefined,
  made: RowsClass<D>,
): Promise<D> {
  const rows: unknown = await unlessAborted(shard(), signal);
  if (isMade(rows, made, 'features', `shards[${s}]`)) return rows;
  throw new TypeError(`shards[${s}]: expected a function that gives a Dataset, got one that gives ${got(rows)}`);
}

/** A shard opened again. RangeError where it has changed since the first pass. */
export async function reopened<D extends Rows>(
  { shards, census, made }: DataStream<D>,
  s: number,
  signal: WebAbortSignal | undefined,
): Promise<D> {
  const rows = await opened(shards[s]!, s, signal, made);
  const [was, is] = [census.shards[s]!, factsOf(rows)];
  if (is.rows !== was.rows) throw new RangeError(`shards[${s}]: expected ${was.rows} rows as before, got ${is.rows}`);
  if (is.entries !== was.entries || is.print !== was.print || rows.columns !== census.columns)
    throw new RangeError(`shards[${s}]: expected the same rows as before, got others`);
  return rows;
}
