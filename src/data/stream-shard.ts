import type { WebAbortSignal } from '../check/option.js';
import { got } from '../check/phrase.js';
import { isMade } from '../check/require.js';
import { Pace, unlessAborted } from '../runtime/pace.js';
import { inTurns } from '../runtime/steps.js';
import type { Rows, RowsClass, Shard } from './outline.js';
import { type Census, factsOf } from './stream-census.js';

/** A stream. */
export interface Sharded<D extends Rows> {
  readonly shards: readonly Shard<D>[];
  readonly census: Census;
  readonly made: RowsClass<D>;
}

/** What a shard gives. TypeError where that is no Dataset. */
export async function opened<D extends Rows>(
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
  { shards, census, made }: Sharded<D>,
  s: number,
  signal: WebAbortSignal | undefined,
): Promise<D> {
  const rows = await opened(shards[s]!, s, signal, made);
  const was = census.shards[s]!;
  const is = await inTurns(factsOf(rows), new Pace(signal));
  if (is.rows !== was.rows) throw new RangeError(`shards[${s}]: expected ${was.rows} rows as before, got ${is.rows}`);
  if (is.entries !== was.entries || is.print !== was.print || rows.columns !== census.columns)
    throw new RangeError(`shards[${s}]: expected the same rows as before, got others`);
  return rows;
}
