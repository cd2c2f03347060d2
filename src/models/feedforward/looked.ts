import type { Dataset } from '../../data/dataset.js';
import type { Pace } from '../../runtime/pace.js';
import type { Net } from '../net.js';
import type { Network } from './network.js';

/** Rows as the first layer of a net sees them. */
export interface LookedRows {
  readonly data: Dataset;
  /** Bytes of typed arrays that were made of the rows for this. */
  readonly copies: number;
}

/** What those who look into a net are told: of it, and of the rows that they look at. */
export interface Looked extends LookedRows {
  readonly net: Pick<Net, 'predict' | 'target'> & {
    readonly network: Network;
    readonly featureNames: readonly string[] | undefined;
  };
  /** The rows as they were given. */
  readonly given: Dataset;
  /** Other rows, checked and transformed. */
  also(data: Dataset, argument: string, pace: Pace): Promise<LookedRows>;
}
