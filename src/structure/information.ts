import { complete } from '../check/complete.js';
import type { OptionsOf } from '../check/option.js';
import { requireInteger } from '../check/require.js';
import type { Observations } from '../data/checked.js';
import type { Table } from '../data/tables/table.js';
import type { Counts } from './counts/counts.js';
import type { Asked, InformationPair } from './information-asked.js';
import { INFORMATION } from './variables.js';

export type { InformationPair } from './information-asked.js';

/** Options of topPairs, mutualInformation and targetInformation. */
export type InformationOptions = OptionsOf<typeof INFORMATION>;

/** What computes loads at the first call. */
async function asked<T>(
  of: string,
  given: InformationOptions,
  ask: (loaded: typeof import('./information-asked.js'), asked: Asked) => Promise<T>,
): Promise<T> {
  const options = complete(INFORMATION, given, of);
  options.signal?.throwIfAborted();
  return ask(await import('./information-asked.js'), { options, given });
}

/**
 * The k pairs of features, or of columns of a Table or of Counts, with the highest mutual information (nats), highest first, ties by (a, b). Time O(d² + Σ over rows of nnz²) for sparse rows.
 * RangeError for k below 1.
 */
export async function topPairs(
  data: Observations | Table | Counts,
  k: number,
  options: InformationOptions = {},
): Promise<InformationPair[]> {
  requireInteger(k, 1, 'k');
  return asked('topPairs', options, (loaded, how) => loaded.topPairs(data, k, how));
}

/** Mutual information of two features, or columns of a Table or of Counts, nats. */
export async function mutualInformation(
  data: Observations | Table | Counts,
  a: number,
  b: number,
  options: InformationOptions = {},
): Promise<number> {
  return asked('mutualInformation', options, (loaded, how) => loaded.mutualInformation(data, a, b, how));
}

/** Mutual information of every feature, of Counts too, with the class, nats, f64[columns]. TypeError when the data have no classes. */
export async function targetInformation(
  data: Observations | Counts,
  options: InformationOptions = {},
): Promise<Float64Array> {
  return asked('targetInformation', options, (loaded, how) => loaded.targetInformation(data, how));
}
