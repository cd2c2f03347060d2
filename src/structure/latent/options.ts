import { type Completed, type Fn, type Options, type OptionsOf, SEED, SIGNAL, WAITED } from '../../check/option.js';
import { ENGINE } from '../../runtime/engine.js';
import { THRESHOLD } from '../variables.js';

/** Seconds that each phase took, all levels together. */
export interface LatentTreeSeconds {
  information: number;
  islands: number;
  links: number;
  refine: number;
  likelihood: number;
}

export const NO_SECONDS: LatentTreeSeconds = { information: 0, islands: 0, links: 0, refine: 0, likelihood: 0 };

export interface LatentTreeProgress {
  /** Mutual information of all pairs, islands, links between top latents, EM over the whole tree, likelihood of all rows. */
  phase: keyof LatentTreeSeconds;
  /** From 1, the level above the features; 0 where a phase is about the whole tree. */
  level: number;
  /** Variables, steps or rows done in this phase, and of how many. */
  done: number;
  total: number;
}

/** How a latent tree is learned. */
export const LEARNING = {
  threshold: THRESHOLD,
  seed: SEED,
  maxIsland: {
    kind: 'integer',
    from: 3,
    // Products over an island's variables stay within f64 up to this many, for a sample of up to a million rows.
    to: 50,
    default: 15,
    doc: 'An island that has at least this many variables grows no further, unless but one or two are left over.',
  },
  maxTop: { kind: 'integer', from: 1, default: 30, doc: 'The level with at most this many latents is the last.' },
  delta: {
    kind: 'number',
    unit: 'a finite number of nats',
    default: 3,
    doc: 'An island is split where a second latent gains more than this of the Bayesian information criterion, in nats.',
  },
  restarts: { kind: 'integer', from: 1, default: 3, doc: 'Random starts of EM.' },
  emSteps: {
    kind: 'integer',
    from: 1,
    default: 200,
    doc: 'The most steps of EM from one start; the authors take 50, which splits islands of weak ties in large data.',
  },
  emTolerance: {
    kind: 'number',
    above: 0,
    default: 0.01,
    doc: 'EM stops when a step gains less log-likelihood than this, in nats.',
  },
  sampleRows: {
    kind: 'integer',
    from: 1,
    default: 10_000,
    doc: 'Rows to learn the structure from, chosen at random if there are more.',
  },
  refineSteps: { kind: 'integer', from: 0, default: 10, doc: 'Steps of EM over the whole tree once it stands.' },
} as const satisfies Options;

/** Features, each by name or number. */
const GROUP = {
  kind: 'list',
  of: { kind: 'other', is: isFeature, expected: 'the name or number of a feature', doc: '' },
  least: 2,
  doc: '',
} as const;

/** Options of latentTree. */
export const LATENT_TREE = {
  ...LEARNING,
  together: { kind: 'list', of: GROUP, doc: 'Groups of features, each of which is on level 1 within one island.' },
  apart: { kind: 'list', of: GROUP, doc: 'Groups of features, no two of which are below one latent, on any level.' },
  maxLevels: { kind: 'integer', from: 1, doc: 'Levels of latents at most, whatever is left on the last.' },
  topTopics: { kind: 'integer', from: 1, doc: 'Latents of the top level, exactly, in place of maxTop.' },
  engine: ENGINE,
  signal: SIGNAL,
  onProgress: {
    kind: 'callback',
    inert: true,
    doc: `Called now and then with the phase, the level, and what is done of how much. ${WAITED}`,
    type: undefined as Fn<(progress: LatentTreeProgress) => void>,
  },
} as const satisfies Options;

export type LatentTreeOptions = OptionsOf<typeof LATENT_TREE>;

/** Completed and checked. */
export type LatentTreeSettings = Completed<typeof LATENT_TREE>;

function isFeature(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
