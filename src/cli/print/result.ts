import type { NetText } from '../../models/method.js';
import type { Net } from '../../models/net.js';
import type { FitResult } from '../../training/fit.js';
import type { Evaluation } from '../../training/metrics.js';
import type { Inputs } from '../read/inputs.js';
import { bytes, duration, percent, plural, print, printJson, rounded } from './output.js';
import { takenFields } from './told.js';

/** What came of a run of train. */
export interface Outcome {
  inputs: Inputs;
  net: Net;
  text: NetText;
  fit: FitResult;
  tested: GatedResult | undefined;
  seconds: Record<string, number>;
  /** The file written, and its size in bytes. */
  out?: { path: string; size: number };
}

type GatedResult = Evaluation & { gatesOpen?: number };

export function printResult({ text, fit, tested, seconds, out }: Outcome): void {
  const validated = validatedIn(fit);
  print(text.summary);
  const stopped = fit.stoppedBy === 'patience' ? `, stopped after ${fit.history.length} by patience` : '';
  if (validated) print(`Validation ${metricText(validated)} in epoch ${fit.bestEpoch} of ${fit.epochs}${stopped}`);
  if (tested) print(`Test ${metricText(tested)} on ${plural(tested.rows, 'row')}`);
  const gatesOpen = tested?.gatesOpen ?? validated?.gatesOpen;
  if (gatesOpen !== undefined) print(`Gates open: ${percent(gatesOpen)}`);
  const times = Object.entries(seconds).filter(([, s]) => s > 0);
  print(`Time: ${times.map(([phase, s]) => `${phase} ${duration(s)}`).join(', ')}`);
  if (out) print(`Wrote ${out.path} (${bytes(out.size)})`);
}

export function printResultJson({ inputs, net, fit, tested, seconds, out }: Outcome): void {
  const { train, validation, test, rows, held } = inputs;
  const validated = validatedIn(fit);
  const validationRows = validation?.data.rows ?? held?.rows;
  const gatesOpen = tested?.gatesOpen ?? validated?.gatesOpen;
  const { layers, skipPaths } = net.describe();
  printJson({
    method: net.method,
    data: train.name,
    ...takenFields(train),
    rows: {
      train: rows.rows,
      ...(validationRows === undefined ? {} : { validation: validationRows }),
      ...(test ? { test: test.data.rows } : {}),
    },
    columns: train.data.columns,
    seed: net.seed,
    weights: net.weights,
    layers,
    ...(skipPaths ? { skipPaths } : {}),
    epochs: fit.history.length,
    bestEpoch: fit.bestEpoch,
    stoppedBy: fit.stoppedBy,
    trainLoss: fit.history.at(-1)?.loss,
    ...(validated ? { validationLoss: validated.loss, ...metricFields('validation', validated) } : {}),
    ...(tested
      ? { testLoss: tested.loss, ...metricFields('test', tested), ...(tested.auc ? { testAuc: tested.auc } : {}) }
      : {}),
    ...(gatesOpen === undefined ? {} : { gatesOpen }),
    seconds: rounded(seconds),
    memory: {
      limit: net.engine.maxMemory,
      estimated: net.engine.estimated,
      webAssembly: net.engine.arena.peak,
    },
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    ...(out ? { out: out.path } : {}),
  });
}

/** The weights are those of this epoch. */
function validatedIn({ history, bestEpoch }: FitResult): GatedResult | undefined {
  return history[bestEpoch - 1]?.validation;
}

/** testAccuracy, testMeanAuc or testRmse, whichever there is. */
function metricFields(prefix: string, { accuracy, meanAuc, rmse }: Evaluation): Record<string, number> {
  return Object.fromEntries(
    Object.entries({ Accuracy: accuracy, MeanAuc: meanAuc, Rmse: rmse })
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [`${prefix}${name}`, value!]),
  );
}

/** "accuracy 0.8912" */
export function metricText({ accuracy, meanAuc, rmse }: Evaluation): string {
  if (accuracy !== undefined) return `accuracy ${accuracy.toFixed(4)}`;
  if (meanAuc !== undefined) return `mean AUC ${meanAuc.toFixed(4)}`;
  return `RMSE ${rmse!.toPrecision(5)}`;
}
