import {
  type Completed,
  type Fn,
  isFalse,
  type Options,
  type OptionsOf,
  SEED_OF_NET,
  WAITED,
} from '../../check/option.js';
import { isMade } from '../../check/require.js';
import type { Dataset } from '../../data/dataset.js';
import { isTabular } from '../../data/tabular.js';
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

/** The paper's skip-paths, which tables have too, and those over texts and fingerprints. */
const SKIPS: Skips = { from: [0, 1], units: 100 };
const TEXT_SKIPS: Skips = { from: [0], units: 50 };

/** Inputs of a latent at most: more of a large vocabulary are weights that learn the rows by heart. */
const MOST_INPUTS = 100;

/** More latents than any level has: over texts and fingerprints what the first level passes on is worth more than what its summaries do. */
const ONE_LEVEL = 1_000_000;

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
    defaultDoc: `[${TEXT_SKIPS.from}] over sparse rows that are not a table, else [${SKIPS.from}]; preset paper: [${SKIPS.from}]`,
    flag: 'skip-paths',
    doc: "Levels that also have a dense path to the output: 0 is the features, 1 the first hidden layer, and so on; 'all' takes every one.",
  },
  units: {
    kind: 'integer',
    from: 1,
    defaultDoc: `${TEXT_SKIPS.units} over sparse rows that are not a table, else ${SKIPS.units}; preset paper: ${SKIPS.units}`,
    flag: 'skip-units',
    doc: 'ReLU units of each skip-path.',
  },
} as const satisfies Options;

export type SkipPathOptions = OptionsOf<typeof SKIP_PATHS>;

/** How the skeleton is learned; its seed is the net's unless told otherwise. */
const SKELETON = {
  ...LEARNING,
  seed: SEED_OF_NET,
  maxTop: {
    ...LEARNING.maxTop,
    default: undefined,
    defaultDoc: `one level over sparse rows that are not a table, else ${LEARNING.maxTop.default}; preset paper: ${LEARNING.maxTop.default}`,
  },
} as const satisfies Options;

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
    doc: `Called now and then with the phase, the level, and what is done of how much. ${WAITED}`,
    type: undefined as Fn<(progress: TseGrowProgress) => void>,
  },
} as const satisfies Options;

export type TseNetOptions = OptionsOf<typeof TSE>;
export type TseSettings = Completed<typeof TSE>;

/** What the rows and the preset decide where the options do not. */
export function structureOf(
  { preset, maxInputs, skipPaths, skeleton }: TseSettings,
  train: Dataset,
): { maxInputs: number; maxTop: number; skips: Skips | false } {
  const text = !preset && !isTabular(train);
  const { from, units } = text ? TEXT_SKIPS : SKIPS;
  return {
    maxInputs: maxInputs ?? (preset ? Number.POSITIVE_INFINITY : MOST_INPUTS),
    maxTop:
      (skeleton instanceof LatentTree ? undefined : skeleton.maxTop) ?? (text ? ONE_LEVEL : LEARNING.maxTop.default),
    skips: skipPaths && { from: skipPaths.from ?? from, units: skipPaths.units ?? units },
  };
}
