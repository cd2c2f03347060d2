import type { Completed } from '../check/option.js';
import type { Dataset } from '../data/dataset.js';
import { isTabular } from '../data/tabular.js';
import type { FIT, FitSettings } from './fit-options.js';
import { optimizerOptions } from './optimizer.js';

/** Steps that a small table should have at least, all epochs together. */
const STEPS = 1000;

/** In place of dropout where values are to be predicted, whose scale that would blur. */
const DECAY = 0.4;

/** Whether there may be but few rows, so that an epoch of large steps would be next to none. */
function mayBeFew(train: Dataset): boolean {
  return isTabular(train) || train.vectorizer !== undefined;
}

/** Rows a step: the largest power of two up to a 32nd of the rows of a table or of texts, from 8 to 256, so that small ones have steps enough; 256 for other sparse rows and images. */
export function defaultBatchSize(train: Dataset): number {
  let size = 256;
  if (mayBeFew(train)) while (size > 8 && size * 32 > train.rows) size /= 2;
  return size;
}

/** 50; of small tables and few texts more, up to 500, until there are STEPS. */
function defaultEpochs(train: Dataset, batchSize: number): number {
  if (!mayBeFew(train)) return 50;
  return Math.min(500, Math.max(50, Math.ceil(STEPS / Math.ceil(train.rows / batchSize))));
}

/** Options of fit with the defaults that the rows decide. */
export function fitSettings(given: Completed<typeof FIT>, train: Dataset): FitSettings {
  const table = isTabular(train);
  const { batchSize = defaultBatchSize(train) } = given;
  const {
    epochs = defaultEpochs(train, batchSize),
    optimizer = optimizerOptions(
      table && train.targets?.kind === 'values' ? { kind: 'adam', weightDecay: DECAY, decoupled: true } : 'adam',
    ),
    learningRate = table ? 2e-3 : 1e-3,
    schedule = table ? 'cosine' : 'inverse-sqrt',
  } = given;
  return { ...given, batchSize, epochs, learningRate, optimizer, schedule };
}
