import type { TargetInfo } from '../../models/target.js';
import { count, significant } from '../../numeric/format.js';
import type { Evaluation } from '../../training/metrics.js';
import { plural, print, printTable } from './output.js';

/** Classes up to which the whole confusion matrix is shown. */
const MOST_SHOWN = 12;
/** Lines about classes where they are more. */
const LINES = 10;

/** "accuracy 0.9550 (the larger class alone 0.9550), balanced accuracy 0.5000" */
export function metricText(evaluation: Evaluation, { outputs }: TargetInfo): string {
  const { accuracy, balancedAccuracy, majorityAccuracy, meanAuc, rmse, meanOnlyRmse, r2 } = evaluation;
  if (accuracy !== undefined) {
    const largest = outputs > 2 ? 'largest' : 'larger';
    return `accuracy ${fixed(accuracy)} (the ${largest} class alone ${fixed(majorityAccuracy!)}), balanced accuracy ${fixed(balancedAccuracy!)}`;
  }
  if (meanAuc !== undefined)
    return meanAuc === null
      ? 'mean AUC not defined: no task has labels of both kinds'
      : `mean AUC ${meanAuc.toFixed(4)}`;
  return `RMSE ${quantity(rmse!)} (the mean alone ${quantity(meanOnlyRmse!)}), R² ${r2 === null ? 'not defined: all targets are equal' : fixed(r2!)}`;
}

/** All that there is beside that one line: a confusion matrix and figures by class, areas by task, errors by output. */
export function printFigures(evaluation: Evaluation, target: TargetInfo): void {
  if (evaluation.recall) printClasses(evaluation, target);
  evaluation.auc?.forEach((auc, task) => {
    print(`  ${nameOf(target, task).padEnd(16)} ${auc === null ? 'labels of one kind only' : fixed(auc)}`);
  });
  if (evaluation.rmseByOutput) printOutputs(evaluation, target);
}

function printClasses(evaluation: Evaluation, target: TargetInfo): void {
  const { rows, confusion, precision, recall } = evaluation;
  const [said, occur] = [precision!, recall!].map((shares) => [...shares.keys()].filter((c) => shares[c] !== null));
  if (said!.length === 1 && occur!.length > 1)
    print(
      `Warning: all ${count(rows)} rows are predicted to be '${nameOf(target, said![0]!)}'; ${adviceFor(evaluation)}`,
    );
  const classes = recall!.length;
  if (confusion && classes <= MOST_SHOWN) {
    printMatrix(evaluation, target);
    return;
  }
  const worst = Array.from(recall!.keys())
    .filter((c) => evaluation.f1![c] !== null)
    .sort((a, b) => evaluation.f1![a]! - evaluation.f1![b]! || a - b)
    .slice(0, LINES);
  print(`Classes of the lowest F1, of ${count(classes)}:`);
  printTable([['', ...SHARES], ...worst.map((c) => [nameOf(target, c), ...sharesOf(evaluation, c)])]);
  if (confusion) printConfusions(confusion, target);
}

/** Classes count unlike by their rows from here on. */
const UNLIKE = 2;

/** Of classes that occur about alike, none is passed over for being rare. */
function adviceFor({ confusion, majorityAccuracy, recall }: Evaluation): string {
  const sizes = confusion?.map((row) => row.reduce((sum, n) => sum + n, 0)).filter((n) => n > 0);
  const unlike = sizes
    ? Math.max(...sizes) >= UNLIKE * Math.min(...sizes)
    : majorityAccuracy! * recall!.filter((share) => share !== null).length >= UNLIKE;
  return unlike
    ? '--class-weights of train makes rare classes count more'
    : 'more --epochs, or a smaller --batch-size, may tell them apart';
}

const SHARES = ['precision', 'recall', 'F1'];

function sharesOf({ precision, recall, f1 }: Evaluation, c: number): string[] {
  return [precision![c]!, recall![c]!, f1![c]!].map(fixed);
}

/** Rows are true classes, columns predicted ones. */
function printMatrix(evaluation: Evaluation, target: TargetInfo): void {
  const matrix = evaluation.confusion!;
  printTable([
    ['true \\ predicted', ...matrix.map((_, c) => nameOf(target, c)), ...SHARES],
    ...matrix.map((row, c) => [nameOf(target, c), ...row.map(count), ...sharesOf(evaluation, c)]),
  ]);
}

function printConfusions(confusion: readonly (readonly number[])[], target: TargetInfo): void {
  const pairs = confusion
    .flatMap((row, t) => row.map((n, p) => ({ t, p, n })).filter(({ p, n }) => p !== t && n > 0))
    .sort((a, b) => b.n - a.n || a.t - b.t || a.p - b.p)
    .slice(0, LINES);
  if (pairs.length === 0) return;
  print('Most confused:');
  for (const { t, p, n } of pairs) print(`  ${nameOf(target, t)} taken for ${nameOf(target, p)}: ${plural(n, 'row')}`);
}

function printOutputs({ rmseByOutput, meanOnlyRmseByOutput, r2ByOutput }: Evaluation, target: TargetInfo): void {
  printTable([
    ['', 'RMSE', 'the mean alone', 'R²'],
    ...rmseByOutput!.map((rmse, o) => [
      nameOf(target, o),
      quantity(rmse),
      quantity(meanOnlyRmseByOutput![o]!),
      fixed(r2ByOutput![o]!),
    ]),
  ]);
}

const LONGEST_NAME = 24;

function nameOf({ kind, names }: TargetInfo, i: number): string {
  const name = names?.[i]?.replace(/\s+/g, ' ') ?? (kind === 'tasks' ? `task${i}` : String(i));
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
}

/** A share; a dash where there is none. */
function fixed(share: number | null): string {
  return share === null ? '-' : share.toFixed(4);
}

/** Four digits, or all whole ones: 20609.3 as 20,609. */
function quantity(x: number): string {
  return x >= 1000 && x < 1e15 ? count(Math.round(x)) : significant(x);
}
