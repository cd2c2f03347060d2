import { type Completed, type Fn, isFalse, type Options, type OptionsOf, SEED_OF_NET } from '../../check/option.js';
import { isMade } from '../../check/require.js';
import { INPUT_COUNT } from '../../structure/latent/expand-options.js';
import { LatentTree } from '../../structure/latent/latent-tree.js';
import { type LatentTreeSeconds, LEARNING } from '../../structure/latent/options.js';
import { NET, SPARSE_DROPOUT } from '../feedforward/options.js';
import { GROWING } from '../learning.js';

export interface TseGrowSeconds extends LatentTreeSeconds {
  expansion: number;
}

export interface TseGrowProgress {
  /** Those of learning a latent tree, then its expansion. */
  phase: keyof TseGrowSeconds;
  /** From 1: the level of latents, which is the hidden layer; 0 where a phase is about the whole tree. */
  level: number;
  /** Variables, steps or rows done in this phase, and of how many. */
  done: number;
  total: number;
}

/** Skip-paths: from each of some levels a dense layer of ReLU units, with the net's dropout, straight to the output. */
const SKIP_PATHS = {
  from: {
    kind: 'list',
    of: { kind: 'integer', from: 0, doc: 'A level.' },
    distinct: true,
    words: ['all'],
    default: [0, 1],
    flag: 'skip-paths',
    doc: "Levels that also have a dense path to the output: 0 is the features, 1 the first hidden layer, and so on; 'all' takes every one.",
  },
  units: { kind: 'integer', from: 1, default: 100, flag: 'skip-units', doc: 'ReLU units of each skip-path.' },
} as const satisfies Options;

export type SkipPathOptions = OptionsOf<typeof SKIP_PATHS>;
export type SkipPathSettings = Completed<typeof SKIP_PATHS>;

/** How the skeleton is learned; its seed is the net's unless told otherwise. */
const SKELETON = { ...LEARNING, seed: SEED_OF_NET } as const satisfies Options;

export type SkeletonOptions = OptionsOf<typeof SKELETON>;

function isLatentTree(value: unknown): value is LatentTree {
  return isMade(value, LatentTree, 'features', 'skeleton');
}

/** Options of TseNet.grow. */
export const TSE = {
  ...NET,
  ...SPARSE_DROPOUT,
  ...INPUT_COUNT,
  skipPaths: {
    kind: 'group',
    options: SKIP_PATHS,
    or: isFalse,
    orDoc: 'false',
    default: {},
    doc: 'Dense ways past the hidden layers; false for none.',
  },
  skeleton: {
    kind: 'group',
    options: SKELETON,
    or: isLatentTree,
    orDoc: 'a LatentTree (LatentTree.fromJSON reads one from JSON)',
    default: {},
    file: 'latent-tree',
    doc: 'How to learn the latent tree, from the features before input changes them; or a tree that is ready, over the same features.',
  },
  ...GROWING,
  onProgress: {
    kind: 'callback',
    inert: true,
    doc: 'Called now and then with the phase, the level, and what is done of how much. Promises that it returns are waited for before the result, until the signal comes; one that is rejected ends the call.',
    type: undefined as Fn<(progress: TseGrowProgress) => void>,
  },
} as const satisfies Options;

export type TseNetOptions = OptionsOf<typeof TSE>;
export type TseSettings = Completed<typeof TSE>;
