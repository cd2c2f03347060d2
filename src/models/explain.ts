import type { Dataset } from '../data/dataset.js';
import type { Network } from './network.js';

export interface ExplainOptions {
  /** Features to name for each unit. Default 10. */
  top?: number;
}

export interface Explanation {
  layers: unknown[];
}

export async function explain(
  _net: Network,
  _data: Dataset,
  _names: readonly string[] | undefined,
  _options: ExplainOptions,
): Promise<Explanation> {
  return { layers: [] };
}
