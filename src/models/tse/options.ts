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

/** Skip-paths by default, and the paper's. */
const SKIPS: Skips = { from: [0], units: 50 };
const PAPER_SKIPS: Skips = { from: [0, 1], units: 100 };

/** Inputs of a latent at most: more of a large vocabulary are weights that learn the rows by heart. */
const MOST_INPUTS = 100;

export interface Skips {
  from: readonly number[] | 'all';
  units: number;
}

/** Skip-paths: from each of some levels a dense layer of ReLU units, with the net's dropout, straight to the output. */
const SKIP_PATHS = {
  from: {
    kind: 'list',
    of: { kind: 'integer', from: 0, doc: 'A level.' },
    distinct: true,
    words: ['all'],
    defaultDoc: `[${SKIPS.from}]; preset paper: [${PAPER_SKIPS.from}]`,
    flag: 'skip-paths',
    doc: "Levels that also have a dense path to the output: 0 is the features, 1 the first hidden layer, and so on; 'all' takes every one.",
  },
  units: {
    kind: 'integer',
    from: 1,
    defaultDoc: `${SKIPS.units}; preset paper: ${PAPER_SKIPS.units}`,
    flag: 'skip-units',
    doc: 'ReLU units of each skip-path.',
  },
} as const satisfies Options;

export type SkipPathOptions = OptionsOf<typeof SKIP_PATHS>;

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
  maxInputs: { ...INPUT_COUNT.maxInputs, default: undefined, defaultDoc: `${MOST_INPUTS}; preset paper: Infinity` },
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

/** What the preset decides where the options do not. */
export function structureOf({ preset, maxInputs, skipPaths }: TseSettings): {
  maxInputs: number;
  skips: Skips | false;
} {
  const paper = preset === 'paper';
  const most = maxInputs ?? (paper ? Number.POSITIVE_INFINITY : MOST_INPUTS);
  if (skipPaths === false) return { maxInputs: most, skips: false };
  const { from, units } = paper ? PAPER_SKIPS : SKIPS;
  return { maxInputs: most, skips: { from: skipPaths.from ?? from, units: skipPaths.units ?? units } };
}
