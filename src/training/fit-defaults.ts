import type { Completed } from '../check/option.js';
import type { Outline } from '../data/outline.js';
import { isTabular } from '../data/tabular.js';
import { BATCH, DECAY, DEFAULTS, EPSILON, FEW, type FIT, type FitSettings, TASKS_DECAY } from './fit-options.js';
import { type OptimizerOptions, optimizerOptions } from './optimizer.js';
import type { Preset } from './preset.js';

/** Rows a step: few rows make steps enough; the most with the paper's preset. */
export function defaultBatchSize(train: Outline, preset?: Preset): number {
  let size = BATCH.most;
  if (preset !== 'paper') while (size > BATCH.least && size * BATCH.share > train.rows) size /= 2;
  return size;
}

/** What a net was made with. */
interface MadeWith {
  readonly preset?: Preset | undefined;
}

/** Options of fit with the defaults that the rows and the net's preset decide. */
export function fitSettings(given: Completed<typeof FIT>, train: Outline, { preset }: MadeWith = {}): FitSettings {
  const table = isTabular(train);
  const own = DEFAULTS[preset ?? (table ? 'table' : 'other')];
  const { batchSize = defaultBatchSize(train, preset) } = given;
  const enough = Math.min(FEW.epochs, Math.ceil(FEW.steps / Math.ceil(train.rows / batchSize)));
  const {
    epochs = preset ? own.epochs : Math.max(own.epochs, enough),
    optimizer = optimizerOptions(preset ? 'adam' : defaultOptimizer(train, table)),
    learningRate = own.learningRate,
    schedule = own.schedule,
  } = given;
  return { ...given, batchSize, epochs, learningRate, optimizer, schedule };
}

function defaultOptimizer({ targets }: Outline, table: boolean): OptimizerOptions {
  if (!table) return { kind: 'adam', epsilon: EPSILON, weightDecay: targets?.kind === 'tasks' ? TASKS_DECAY : 0 };
  return targets?.kind === 'values' ? { kind: 'adam', weightDecay: DECAY, decoupled: true } : 'adam';
}
