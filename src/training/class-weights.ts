import type { Option } from '../check/option.js';
import { describeTargets, type Targets } from '../data/targets.js';

/** What a row of each class counts. */
export type ClassWeights = Float64Array;

/** The option of fit. */
export const CLASS_WEIGHTS = {
  kind: 'list',
  of: { kind: 'number', from: 0, doc: 'Of a class.' },
  words: ['balanced'],
  defaultDoc: 'all 1',
  doc: 'What a row counts in the training loss, by class, one number a class; balanced: rows / (classes · rows of the class), over the classes that have training rows. Only their ratios matter: they are scaled to a mean of 1 over the training rows.',
} as const satisfies Option;

/**
 * The weights by which the training loss becomes Σ w l / Σ w over the training rows: scaled so that their mean over these rows is 1. A batch divides by its number of rows, not by
 * the weights in it: a row counts the same in whatever batch it falls. Undefined where none are given.
 * @param classes classes that the net knows
 * @param counted rows of each, where they are counted already
 * @throws TypeError for other targets than classes, RangeError for another number of weights, and where no training row counts
 */
export function classWeightsOf(
  given: 'balanced' | readonly number[] | undefined,
  targets: Targets,
  classes: number,
  counted?: Float64Array,
): ClassWeights | undefined {
  if (given === undefined) return undefined;
  if (targets.kind !== 'classes')
    throw new TypeError(`classWeights: expected classes to predict, got ${describeTargets(targets)}`);
  if (given !== 'balanced' && given.length !== classes) {
    const names = targets.names ? ` (${targets.names.join(', ')})` : '';
    throw new RangeError(`classWeights: expected ${classes} numbers, one a class${names}, got ${given.length}`);
  }
  const rows = counted ?? new Float64Array(classes);
  if (!counted) for (const label of targets.values) rows[label]!++;
  const weights = Float64Array.from(rows, (n, c) => (given === 'balanced' ? (n === 0 ? 0 : 1 / n) : given[c]!));
  // Sums of the largest numbers that there are would overflow.
  const largest = weights.reduce((most, w) => Math.max(most, w), 0);
  const total = weights.reduce((sum, w, c) => sum + rows[c]! * (w / largest), 0);
  if (!(largest > 0 && total > 0))
    throw new RangeError('classWeights: expected a weight above 0 for a class that has training rows, got 0 for all');
  const all = rows.reduce((sum, n) => sum + n, 0);
  return weights.map((w) => (w / largest / total) * all);
}
