import type { Targets } from '../data/targets.js';
import { argmax, type ClassMetrics, classMetrics, matrixBytes } from './class-metrics.js';
import { type TaskMetrics, taskMetrics } from './roc.js';
import { type ValueMetrics, valueMetrics } from './value-metrics.js';

/** How good predictions are; which fields are there depends on the targets. Plain JSON: null stands where a figure is not defined. */
export interface Evaluation extends Partial<ClassMetrics>, Partial<TaskMetrics>, Partial<ValueMetrics> {
  /** Mean loss: over rows, or over the labels present. */
  loss: number;
  rows: number;
}

/** What a fit compares epochs by. */
export type Monitor = 'metric' | 'balanced' | 'loss';

/**
 * The number to compare models by, larger is better: accuracy ('balanced': balanced accuracy), mean AUC, or RMSE turned round. The loss turned round stands in for a mean AUC that
 * is not defined, and for an RMSE over several outputs, which may have different units.
 */
export function score(evaluation: Evaluation, monitor: Monitor = 'metric'): number {
  const { loss, accuracy, balancedAccuracy, meanAuc, rmse, rmseByOutput } = evaluation;
  if (monitor === 'loss') return -loss;
  const share = (monitor === 'balanced' ? balancedAccuracy : accuracy) ?? meanAuc;
  return share ?? -(rmse === undefined || rmseByOutput ? loss : rmse);
}

/** What a net remembers of the targets that it learned. */
interface Learned {
  readonly kind: Targets['kind'];
  readonly outputs: number;
  /** Of values: the mean of the training targets, one an output. */
  readonly mean?: readonly number[];
}

/**
 * Metrics of outputs ([rows][outputs], probabilities or values) against targets; the net may know more classes than the
 * targets hold. `brief`: without what grows with the square of the classes, or their number.
 */
export function metrics(
  outputs: Float32Array | Float64Array,
  targets: Targets,
  { target, brief = false }: { target?: Learned; brief?: boolean } = {},
): Omit<Evaluation, 'loss' | 'rows'> {
  switch (targets.kind) {
    case 'classes': {
      const classes = outputs.length / targets.values.length;
      return classMetrics(argmax(outputs, classes), targets.values, classes, { brief });
    }
    case 'tasks':
      return taskMetrics(outputs, targets);
    case 'values':
      return valueMetrics(outputs, targets, target?.mean);
  }
}

/** Bytes of the confusion matrix that evaluating a net of these targets makes. */
export function confusionBytes({ kind, outputs }: Learned): number {
  return kind === 'classes' ? matrixBytes(outputs) : 0;
}
