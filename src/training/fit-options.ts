import {
  type Completed,
  type Fn,
  type Options,
  type OptionsOf,
  RESUME,
  SEED_OF_NET,
  SIGNAL,
  WAITED,
} from '../check/option.js';
import { isMade } from '../check/require.js';
import { Dataset } from '../data/dataset.js';
import { isStream, type Streamed } from '../data/streamed.js';
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

/** Defaults over tables, over texts and fingerprints, and the TRF paper's. */
export const DEFAULTS = {
  table: { epochs: 50, learningRate: 2e-3, schedule: 'cosine' },
  other: { epochs: 20, learningRate: 3e-3, schedule: 'cosine' },
  paper: { epochs: 50, learningRate: 1e-3, schedule: 'inverse-sqrt' },
} as const;

/** Steps that few rows should have at least, all epochs together, and in how many of these at most. */
export const FEW = { steps: 1000, epochs: 500 };

/** Rows a step, and the part of all rows that a step has at most. */
export const BATCH = { least: 8, most: 256, share: 32 };

/** Decoupled, in place of dropout where values are to be predicted, whose scale that would blur. */
export const DECAY = 0.4;

/** Over texts and fingerprints: with Adam's own epsilon, rare features, whose gradients are small, take steps as large as common ones do, and are learned by heart. */
export const EPSILON = 1e-4;

/** L2 term of several tasks, whose gradients are a mean over them. */
export const TASKS_DECAY = 1e-4;

const { table, other, paper } = DEFAULTS;

/** Options of every net's fit; a method may have other defaults. */
export const FIT = {
  validation: {
    kind: 'other',
    is: isRows,
    expected: 'a Dataset or a DataStream',
    inert: true,
    flag: false,
    doc: "Rows to choose the best epoch by, whose weights are kept; without them the last epoch's are.",
  },
  epochs: {
    kind: 'integer',
    from: 1,
    defaultDoc: `${table.epochs}; over sparse rows that are not a table ${other.epochs}; over few rows as many as make ${FEW.steps} steps, up to ${FEW.epochs}; preset paper: ${paper.epochs}`,
    doc: 'Passes over the training rows.',
  },
  batchSize: {
    kind: 'integer',
    from: 1,
    defaultDoc: `the largest power of two that ${BATCH.share} times over is not more than the rows, from ${BATCH.least} to ${BATCH.most}; preset paper: ${BATCH.most}`,
    doc: 'Rows a step.',
  },
  learningRate: {
    kind: 'number',
    above: 0,
    defaultDoc: `${other.learningRate}; over tables ${table.learningRate}; preset paper: ${paper.learningRate}`,
    doc: 'Step size of the optimiser, before the schedule.',
  },
  optimizer: {
    ...OPTIMIZER,
    defaultDoc: `adam; to predict values of tables with decoupled weight decay ${DECAY}; over sparse rows that are not a table with epsilon ${EPSILON}, and for several tasks weight decay ${TASKS_DECAY}; preset paper: adam`,
  },
  schedule: { ...SCHEDULE, defaultDoc: `${table.schedule}; preset paper: ${paper.schedule}` },
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
    doc: `Called after every batch. ${WAITED}`,
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
    type: undefined as Fn<(checkpoint: Uint8Array<ArrayBuffer>) => void | Promise<void>>,
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

function isRows(value: unknown): value is Dataset | Streamed {
  return isMade(value, Dataset, 'features', 'validation') || isStream(value, 'validation');
}
