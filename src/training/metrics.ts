import { requireList } from '../check/arrays.js';
import { got } from '../check/phrase.js';
import type { Targets } from '../data/dataset.js';
import type { Outputs, TargetScale } from './losses.js';

/** How good predictions are; which fields are there depends on the targets. */
export interface Evaluation {
  /** Mean loss: over rows, or over the labels present. */
  loss: number;
  rows: number;
  /** Classes: share of rows whose most probable class is right. */
  accuracy?: number;
  /** Tasks: mean of `auc` over the tasks that have labels of both kinds. */
  meanAuc?: number;
  /** Tasks: area under the ROC curve of each, null where a task has labels of one kind only. */
  auc?: (number | null)[];
  /** Values: root of the mean squared error, over rows and outputs. */
  rmse?: number;
}

/** The number to compare models by, larger is better. */
export function score(evaluation: Evaluation, monitor: 'metric' | 'loss' = 'metric'): number {
  if (monitor === 'loss') return -evaluation.loss;
  // Of values the loss is the error in units of the variance: no output counts more for its unit.
  return evaluation.accuracy ?? evaluation.meanAuc ?? -evaluation.loss;
}

/**
 * Metrics of outputs ([rows][outputs], probabilities or values) against targets; the net may know more classes than the
 * targets hold.
 */
export function metrics(
  outputs: Outputs,
  targets: Targets,
  _target: Partial<TargetScale> = {},
): Omit<Evaluation, 'loss' | 'rows'> {
  if (targets.kind === 'classes') return { accuracy: accuracy(outputs, targets.values) };
  if (targets.kind === 'values') return { rmse: rootMeanSquare(outputs, targets.values) };
  const auc = Array.from({ length: targets.tasks }, (_, task) => taskAuc(outputs, targets.values, targets.tasks, task));
  const known = auc.filter((a) => a !== null);
  return { meanAuc: known.length ? known.reduce((a, b) => a + b, 0) / known.length : 0.5, auc };
}

/** Index of the largest of each row; the first of equals. */
export function argmax(outputs: Outputs, classes: number): Int32Array {
  return Int32Array.from({ length: outputs.length / classes }, (_, r) => {
    let best = 0;
    for (let c = 1; c < classes; c++) if (outputs[r * classes + c]! > outputs[r * classes + best]!) best = c;
    return best;
  });
}

/**
 * Area under the ROC curve: the chance that a positive scores above a negative, ties counting half (Mann-Whitney). null when either kind is absent.
 *
 * @throws TypeError for other than lists of numbers and of booleans or 0 and 1, RangeError for lists of different lengths and for a score that is NaN: it has no
 * rank
 */
export function areaUnderRoc(scores: ArrayLike<number>, positive: ArrayLike<boolean | number>): number | null {
  requireList(scores, 'scores', 'numbers');
  requireList(positive, 'positive', 'booleans, or of 0 and 1');
  if (scores.length !== positive.length) {
    throw new RangeError(`positive: expected as many as scores (${scores.length}), got ${positive.length}`);
  }
  for (let i = 0; i < scores.length; i++) {
    if (typeof scores[i] !== 'number') throw new TypeError(`scores[${i}]: expected a number, got ${got(scores[i])}`);
    if (Number.isNaN(scores[i])) throw new RangeError(`scores[${i}]: expected a number, got NaN`);
    const kind = positive[i];
    if (typeof kind !== 'boolean' && kind !== 0 && kind !== 1)
      throw new TypeError(`positive[${i}]: expected a boolean, 0 or 1, got ${got(kind)}`);
  }
  const order = Int32Array.from({ length: scores.length }, (_, i) => i).sort((a, b) =>
    scores[a]! < scores[b]! ? -1 : Number(scores[a]! > scores[b]!),
  );
  let positives = 0;
  let rankSum = 0;
  for (let i = 0; i < order.length; ) {
    let end = i;
    while (end < order.length && scores[order[end]!] === scores[order[i]!]) end++;
    const rank = (i + 1 + end) / 2;
    for (; i < end; i++) {
      if (!positive[order[i]!]) continue;
      positives++;
      rankSum += rank;
    }
  }
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0) return null;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

function accuracy(outputs: Outputs, labels: Int32Array): number {
  const predicted = argmax(outputs, outputs.length / labels.length);
  let right = 0;
  for (let r = 0; r < labels.length; r++) if (predicted[r] === labels[r]) right++;
  return right / labels.length;
}

function rootMeanSquare(outputs: Outputs, wanted: Float32Array | Float64Array): number {
  let sum = 0;
  for (let i = 0; i < wanted.length; i++) sum += (outputs[i]! - wanted[i]!) ** 2;
  return Math.sqrt(sum / wanted.length);
}

function taskAuc(outputs: Outputs, labels: Int8Array, tasks: number, task: number): number | null {
  const scores: number[] = [];
  const positive: number[] = [];
  for (let r = 0; r < labels.length / tasks; r++) {
    const label = labels[r * tasks + task]!;
    if (label < 0) continue;
    scores.push(outputs[r * tasks + task]!);
    positive.push(label);
  }
  return areaUnderRoc(scores, positive);
}
