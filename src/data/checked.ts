import { requireNames } from '../check/names.js';
import { got } from '../check/phrase.js';
import { checkMatrix, type Matrix } from './matrix.js';
import type { Targets } from './targets.js';

/** Features, perhaps with targets and names: a Dataset, or a plain object of the same form, which then passes a Dataset's checks. */
export interface Observations {
  readonly features: Matrix;
  readonly targets?: Targets;
  readonly featureNames?: readonly string[];
}

/** What has passed the checks; a set rather than a class, so that a page that only learns trees need not load how data are made. */
const CHECKED = new WeakSet<object>();

/** The one gate of the package for features: matching lengths, finite numbers, sorted sparse rows, unique names. TypeError, RangeError. */
export function checkFeatures(data: Observations): void {
  const { features, featureNames } = data;
  checkMatrix(features);
  if (featureNames !== undefined) requireNames(featureNames, features.columns, 'featureNames', 'column');
  CHECKED.add(data);
}

/** Kernels follow indices blindly: no features get to them but what has been checked. Whoever reads targets has checkTargets look at them. */
export function checkedData(data: Observations): Observations {
  if (typeof data !== 'object' || data === null) throw new TypeError(`data: expected a Dataset, got ${got(data)}`);
  if (!CHECKED.has(data)) checkFeatures(data);
  return data;
}
