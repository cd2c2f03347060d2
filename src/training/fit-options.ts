import { type Completed, type Fn, type Options, type OptionsOf, RESUME, SEED_OF_NET, SIGNAL } from '../check/option.js';
import { isMade } from '../check/require.js';
import { Dataset } from '../data/dataset.js';
import type { EpochRecord } from './checkpoint.js';
import { CLASS_WEIGHTS } from './class-weights.js';
import { OPTIMIZER, type OptimizerSettings } from './optimizer.js';
import { SCHEDULE, type Schedule } from './schedule.js';

export interface FitProgress {
  phase: 'fit';
  /** From 1. */
  epoch: number;
  epochs: number;
  /** Batches done in this epoch. */
  batch: number;
  batches: number;
  /** Mean training loss of this epoch so far. */
  loss: number;
  rowsPerSecond: number;
  secondsLeft: number;
}

/** Options of every net's fit; a method may have other defaults. */
export const FIT = {
  validation: {
    kind: 'other',
    is: isDataset,
    expected: 'a Dataset',
    inert: true,
    flag: false,
    doc: "Rows to choose the best epoch by, whose weights are kept; without them the last epoch's are.",
  },
  epochs: {
    kind: 'integer',
    from: 1,
    defaultDoc:
      '50; over sparse rows that are not a table 20; over few rows as many as make 1,000 steps, up to 500; preset paper: 50',
    doc: 'Passes over the training rows.',
  },
  batchSize: {
    kind: 'integer',
    from: 1,
    defaultDoc: 'the largest power of two up to a 32nd of the rows, from 8 to 256; preset paper: 256',
    doc: 'Rows a step.',
  },
  learningRate: {
    kind: 'number',
    above: 0,
    defaultDoc: '0.003; over tables 0.002; preset paper: 0.001',
    doc: 'Step size of the optimiser, before the schedule.',
  },
  optimizer: {
    ...OPTIMIZER,
    defaultDoc: 'adam; to predict values of tables with decoupled weight decay 0.4',
  },
  schedule: { ...SCHEDULE, defaultDoc: 'cosine; preset paper: inverse-sqrt' },
  classWeights: CLASS_WEIGHTS,
  monitor: {
    kind: 'choice',
    of: ['metric', 'loss'],
    default: 'metric',
    doc: 'What the best epoch is best in: metric (accuracy, with classWeights balanced accuracy; mean AUC; RMSE) or loss, which stands in for a mean AUC that is not defined and for the RMSE of several outputs. Ties go to the lower loss.',
  },
  patience: {
    kind: 'integer',
    from: 1,
    words: [Number.POSITIVE_INFINITY],
    defaultDoc: 'never',
    doc: 'Stop after this many epochs in a row without a better one; needs validation rows.',
  },
  seed: { ...SEED_OF_NET, doc: 'Of shuffles and dropout.' },
  signal: {
    ...SIGNAL,
    doc: 'Stops the work at the next yield: the call rejects with its reason, once onCheckpoint has received what can be gone on from; the net has the weights of the last whole epoch, or the best.',
  },
  onProgress: {
    kind: 'callback',
    inert: true,
    doc: 'Called after every batch. Promises that it returns are waited for before the result, until the signal comes; one that is rejected ends the call.',
    type: undefined as Fn<(progress: FitProgress) => void>,
  },
  onEpoch: {
    kind: 'callback',
    inert: true,
    doc: 'Called after every epoch with a copy of its record, and waited for until the signal comes.',
    type: undefined as Fn<(record: EpochRecord) => void>,
  },
  onCheckpoint: {
    kind: 'callback',
    inert: true,
    doc: 'Receives a checkpoint after every checkpointEvery epochs, and one of that very batch when the signal stops the work; is waited for until the signal comes.',
    type: undefined as Fn<(checkpoint: Uint8Array) => void | Promise<void>>,
  },
  checkpointEvery: {
    kind: 'integer',
    from: 1,
    default: 1,
    inert: true,
    flag: false,
    doc: 'Epochs from checkpoint to checkpoint.',
  },
  resume: {
    ...RESUME,
    doc: 'A checkpoint to go on from, to the same bits as if it had never stopped. Net, data and options must be the same.',
  },
} as const satisfies Options;

export type FitOptions = OptionsOf<typeof FIT>;

/** Completed and checked, with the defaults that the rows decide. */
export type FitSettings = Completed<typeof FIT> & {
  epochs: number;
  batchSize: number;
  learningRate: number;
  optimizer: OptimizerSettings;
  schedule: Schedule;
};

function isDataset(value: unknown): value is Dataset {
  return isMade(value, Dataset, 'features', 'validation');
}
