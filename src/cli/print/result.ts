import type { NetText } from '../../models/method.js';
import type { Net } from '../../models/net.js';
import type { FitResult } from '../../training/fit.js';
import type { Evaluation } from '../../training/metrics.js';
import type { Inputs } from '../read/inputs.js';
import { metricText, printFigures } from './figures.js';
import { bytes, duration, percent, plural, print, printJson, rounded } from './output.js';
import { takenFields } from './told.js';

/** What came of a run of train. */
export interface Outcome {
  inputs: Inputs;
  net: Net;
  text: NetText;
  fit: FitResult;
  /** On the test rows. */
  tested: GatedResult | undefined;
  /** On the validation rows, where there are no others to tell the result on. */
  validated: GatedResult | undefined;
  seconds: Record<string, number>;
  /** The file written, and its size in bytes. */
  out?: { path: string; size: number };
}

type GatedResult = Evaluation & { gatesOpen?: number };

export function printResult({ net, text, fit, tested, validated, seconds, out }: Outcome): void {
  const chosen = validatedIn(fit);
  const { target } = net;
  print(text.summary);
  const stopped = fit.stoppedBy === 'patience' ? `, stopped after ${fit.history.length} by patience` : '';
  if (chosen) print(`Validation ${metricText(chosen, target)}, in epoch ${fit.bestEpoch} of ${fit.epochs}${stopped}`);
  if (tested) print(`Test ${metricText(tested, target)}, on ${plural(tested.rows, 'row')}`);
  const told = tested ?? validated;
  if (told) printFigures(told, target);
  const gatesOpen = tested?.gatesOpen ?? chosen?.gatesOpen;
  if (gatesOpen !== undefined) print(`Gates open: ${percent(gatesOpen)}`);
  const times = Object.entries(seconds).filter(([, s]) => s > 0);
  print(`Time: ${times.map(([phase, s]) => `${phase} ${duration(s)}`).join(', ')}`);
  if (out) print(`Wrote ${out.path} (${bytes(out.size)})`);
}

export function printResultJson({ inputs, net, fit, tested, validated, seconds, out }: Outcome): void {
  const { train, validation, test, rows, held } = inputs;
  const chosen = validatedIn(fit);
  const validationRows = validation?.data.rows ?? held?.rows;
  const gatesOpen = tested?.gatesOpen ?? chosen?.gatesOpen;
  const { names } = net.target;
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
    ...(train.data.vectorizer ? { vocabulary: train.data.columns } : {}),
    seed: net.seed,
    weights: net.weights,
    layers,
    ...(skipPaths ? { skipPaths } : {}),
    epochs: fit.history.length,
    bestEpoch: fit.bestEpoch,
    stoppedBy: fit.stoppedBy,
    trainLoss: fit.history.at(-1)?.loss,
    ...(names ? { targetNames: names } : {}),
    ...(chosen ? jsonOf('validation', chosen) : {}),
    ...(validated ? prefixed('validation', figuresOf(validated)) : {}),
    ...(tested ? { ...jsonOf('test', tested), testAuc: tested.auc, ...figuresOf(tested) } : {}),
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

/** testLoss and testAccuracy, testMeanAuc or testRmse, whichever there is. */
function jsonOf(prefix: string, { loss, accuracy, meanAuc, rmse }: Evaluation): Record<string, unknown> {
  return prefixed(prefix, { loss, accuracy, meanAuc, rmse });
}

/** What is told on the test rows, or else on the validation rows, beside these. */
function figuresOf({ loss, rows, accuracy, meanAuc, auc, rmse, gatesOpen, ...figures }: GatedResult): object {
  return figures;
}

function prefixed(prefix: string, figures: object): Record<string, unknown> {
  const capital = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [prefix + capital(name), value]));
}
