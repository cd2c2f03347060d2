import { requireList } from '../check/arrays.js';
import { got } from '../check/phrase.js';
import type { TaskTargets } from '../data/targets.js';

/** Of tasks. */
export interface TaskMetrics {
  /** Mean of `auc` over the tasks that have labels of both kinds; null where there is no such task. */
  meanAuc: number | null;
  /** Area under the ROC curve of each task, null where a task has labels of one kind only. */
  auc: (number | null)[];
}

/** How well scores, [rows][tasks], tell the labels of each task; missing labels are left out. */
export function taskMetrics(outputs: Float32Array | Float64Array, { values, tasks }: TaskTargets): TaskMetrics {
  const auc = Array.from({ length: tasks }, (_, task) => taskAuc(outputs, values, tasks, task));
  const known = auc.filter((area) => area !== null);
  return { meanAuc: known.length ? known.reduce((a, b) => a + b, 0) / known.length : null, auc };
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

function taskAuc(outputs: Float32Array | Float64Array, labels: Int8Array, tasks: number, task: number): number | null {
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
