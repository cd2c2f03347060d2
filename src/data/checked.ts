import { requireNames } from '../check/names.js';
import { got } from '../check/phrase.js';
import { checkMatrix, type Matrix } from './matrix.js';
import { isTable } from './tables/checked-table.js';
import type { Targets } from './targets.js';

/** Features, perhaps with targets and names: a Dataset, or a plain object of the same form, which then passes a Dataset's checks. */
export interface Observations {
  readonly features: Matrix;
  readonly targets?: Targets;
  readonly featureNames?: readonly string[];
}

/** The one gate of the package for features: matching lengths, finite numbers, sorted sparse rows, unique names. TypeError, RangeError. */
export function checkFeatures(data: Observations): void {
  const { features, featureNames } = data;
  checkMatrix(features);
  if (featureNames !== undefined) requireNames(featureNames, features.columns, 'featureNames', 'column');
}

/**
 * The parts, checked anew at each call: the arrays may have been written to since the last. Kernels follow indices blindly, so that a caller copies what they are to follow before
 * it awaits anything. Whoever reads targets has checkTargets look at them.
 */
export function checkedData(data: Observations): Observations {
  if (typeof data !== 'object' || data === null) throw new TypeError(`data: expected a Dataset, got ${got(data)}`);
  if (isTable(data))
    throw new TypeError(
      'data: expected a Dataset, got a Table, of which chowLiuTree, mutualInformation and topPairs take columns as they are',
    );
  const { features, targets, featureNames } = data;
  // Read once, lest getters answer differently later.
  const parts = { features: features && { ...features }, targets, featureNames };
  checkFeatures(parts);
  return parts;
}
