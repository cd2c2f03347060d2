import type { Completed } from '../check/option.js';
import type { Dataset } from '../data/dataset.js';
import { isTabular } from '../data/tabular.js';
import type { FIT, FitSettings } from './fit-options.js';
import { optimizerOptions } from './optimizer.js';

/** Steps that a small table should have at least, all epochs together. */
const STEPS = 1000;

/** In place of dropout where values are to be predicted, whose scale that would blur. */
const DECAY = 0.4;

/** Rows a step: the largest power of two up to a 32nd of the rows, from 8 to 256, so that few rows make steps enough; 256 with the paper's preset. */
export function defaultBatchSize(train: Dataset, preset?: 'paper'): number {
  let size = 256;
  if (preset !== 'paper') while (size > 8 && size * 32 > train.rows) size /= 2;
  return size;
}

/** 50 over tables, 20 over texts and fingerprints; of few rows more, up to 500, until there are STEPS. */
function defaultEpochs(train: Dataset, batchSize: number, table: boolean): number {
  return Math.min(500, Math.max(table ? 50 : 20, Math.ceil(STEPS / Math.ceil(train.rows / batchSize))));
}

/** What a net was made with. */
interface Presets {
  readonly preset?: 'paper' | undefined;
}

/** Options of fit with the defaults that the rows and the net's preset decide. */
export function fitSettings(given: Completed<typeof FIT>, train: Dataset, { preset }: Presets = {}): FitSettings {
  const paper = preset === 'paper';
  const table = isTabular(train);
  const { batchSize = defaultBatchSize(train, preset) } = given;
  const {
    epochs = paper ? 50 : defaultEpochs(train, batchSize, table),
    optimizer = optimizerOptions(
      !paper && table && train.targets?.kind === 'values'
        ? { kind: 'adam', weightDecay: DECAY, decoupled: true }
        : 'adam',
    ),
    learningRate = paper ? 1e-3 : table ? 2e-3 : 3e-3,
    schedule = paper ? 'inverse-sqrt' : 'cosine',
  } = given;
  return { ...given, batchSize, epochs, learningRate, optimizer, schedule };
}
