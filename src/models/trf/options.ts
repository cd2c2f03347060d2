import { type Completed, type Fn, type Options, type OptionsOf, SHARE, WAITED } from '../../check/option.js';
import { isMade } from '../../check/require.js';
import type { Dataset } from '../../data/dataset.js';
import { FEW_COLUMNS, isTabular } from '../../data/tabular.js';
import { FIELDS } from '../../structure/receptive-fields.js';
import { Tree } from '../../structure/tree.js';
import { CONSTRAINTS } from '../../structure/tree-constraints.js';
import { THRESHOLD } from '../../structure/variables.js';
import type { Preset } from '../../training/preset.js';
import { NET, SPARSE_DROPOUT } from '../feedforward/options.js';
import { GROWING } from '../learning.js';
import { HELD, LEAST_FALL, MOST_EPOCHS } from './stopping.js';

/** How one hidden layer is grown. */
const LAYER = {
  ...FIELDS,
  globalUnits: { kind: 'integer', from: 0, default: 0, doc: 'Fully connected units beside them.' },
  meanInputs: {
    kind: 'integer',
    from: 1,
    defaultDoc: 'any number',
    doc: 'Inputs of a sparse unit at most, on average: the radius is smaller where fields would be larger.',
  },
} as const satisfies Options;

export type LayerOptions = OptionsOf<typeof LAYER>;
export type LayerSettings = Completed<typeof LAYER>;

/** Trees of long documents have words with many neighbours, whose fields would be most of the vocabulary. */
const MEAN_INPUTS = 150;

/** Pre-training of each layer as a denoising autoencoder; defaults as in the paper. */
const PRETRAIN = {
  epochs: {
    kind: 'integer',
    from: 0,
    defaultDoc: `0 over sparse rows that are not a table, where it changed nothing; else until an epoch lowers the error on ${100 * HELD} % of the rows, held out, by less than ${100 * LEAST_FALL} % of all that it has fallen, at most ${MOST_EPOCHS}; preset paper: 10`,
    doc: 'Passes over the rows for each layer; 0 leaves the initial weights.',
  },
  batchSize: { kind: 'integer', from: 1, defaultDoc: 'as of fit', doc: 'Rows a step.' },
  learningRate: { kind: 'number', above: 0, default: 1e-3, doc: 'Step size of Adam.' },
  maskingNoise: {
    ...SHARE,
    default: 0.5,
    doc: "Share of a layer's input set to 0.",
  },
  dropout: { ...SHARE, default: 0.5, doc: 'Share of hidden units dropped.' },
} as const satisfies Options;

export type PretrainOptions = OptionsOf<typeof PRETRAIN>;
/** Completed, with the batch size that the rows decide. */
export type PretrainSettings = Completed<typeof PRETRAIN> & { batchSize: number };

export interface GrowProgress {
  phase: 'tree' | 'pretrain' | 'encode';
  /** From 1. */
  layer: number;
  layers: number;
  /** Variables joined, batches done or rows encoded in this phase of this layer, and of how many. */
  done: number;
  total: number;
  /** Pre-training: epoch from 1, and mean reconstruction error of the epoch so far. */
  epoch?: number;
  loss?: number;
}

/** Options of TrfNet.grow. */
export const TRF = {
  ...NET,
  ...SPARSE_DROPOUT,
  layers: {
    kind: 'list',
    of: { kind: 'group', options: LAYER, doc: 'One hidden layer.' },
    least: 1,
    defaultDoc: `6:5:25:${MEAN_INPUTS} over sparse rows that are not a table, 5:2:25:${MEAN_INPUTS} for several tasks; 3:2:64,3:2:32 for fewer than ${FEW_COLUMNS} features; else, and with preset paper, 6:5:100,5:4:50,5:2:25, or 5:2:80,5:2:40,5:2:20 for several tasks`,
    doc: 'The hidden layers from the features up, each with its radius, stride and global units.',
  },
  pretrain: {
    kind: 'group',
    options: PRETRAIN,
    default: {},
    prefix: 'pretrain',
    doc: 'Pre-training of each layer as a denoising autoencoder.',
  },
  threshold: THRESHOLD,
  ...CONSTRAINTS,
  tree: {
    kind: 'other',
    is: isTree,
    expected: 'a Tree, as treeFromJson makes one',
    flag: false,
    defaultDoc: 'learned from the rows',
    doc: "The first layer's tree over these features, where it is there already: from counts, say. threshold, required and forbidden are refused beside it.",
  },
  ...GROWING,
  onProgress: {
    kind: 'callback',
    inert: true,
    doc: `Called now and then with the phase, the layer, and what is done of how much. ${WAITED}`,
    type: undefined as Fn<(progress: GrowProgress) => void>,
  },
} as const satisfies Options;

function isTree(value: unknown): value is Tree {
  return isMade(value, Tree, 'edges', 'tree');
}

export type TrfNetOptions = OptionsOf<typeof TRF>;
export type TrfSettings = Completed<typeof TRF>;

/**
 * Over texts and fingerprints one layer of the paper's fields, with few global units: more of either over-fitted. With preset paper, and for other rows, the paper's layers. Few columns
 * make few fields, and global units see more than those.
 */
export function defaultLayers(train: Dataset, preset?: Preset): LayerSettings[] {
  const { columns, targets } = train;
  const shapes =
    columns < FEW_COLUMNS
      ? [
          [3, 2, 64],
          [3, 2, 32],
        ]
      : preset !== 'paper' && !isTabular(train)
        ? [targets?.kind === 'tasks' ? [5, 2, 25, MEAN_INPUTS] : [6, 5, 25, MEAN_INPUTS]]
        : targets?.kind === 'tasks'
          ? [
              [5, 2, 80],
              [5, 2, 40],
              [5, 2, 20],
            ]
          : [
              [6, 5, 100],
              [5, 4, 50],
              [5, 2, 25],
            ];
  return shapes.map(([radius, stride, globalUnits, meanInputs]) => ({
    radius: radius!,
    stride: stride!,
    globalUnits: globalUnits!,
    ...(meanInputs ? { meanInputs } : {}),
  }));
}
