import { type Fn, type Options, type OptionsOf, SEED, SIGNAL, WAITED } from '../../check/option.js';
import { ENGINE } from '../../runtime/engine.js';
import { LATENT_TREE } from './options.js';

/** How many inputs a latent gets. */
export const INPUT_COUNT = {
  density: {
    kind: 'number',
    unit: 'a share',
    from: 0,
    to: 1,
    default: 0.05,
    doc: 'Share of the level below that each latent is connected to at least; with 0, and minInputs 0, to its children in the tree alone.',
  },
  minInputs: {
    kind: 'integer',
    from: 0,
    default: 20,
    doc: 'Nodes that each latent is connected to at least, if the level below has so many: a small share of a small level is next to nothing.',
  },
  maxInputs: {
    kind: 'integer',
    from: 0,
    words: [Number.POSITIVE_INFINITY],
    default: Number.POSITIVE_INFINITY,
    doc: 'Nodes that each latent is connected to at most, but for its children in the tree, which it has all.',
  },
} as const satisfies Options;

/** Options of expandTree. */
export const EXPAND = {
  ...INPUT_COUNT,
  sampleRows: LATENT_TREE.sampleRows,
  seed: SEED,
  engine: ENGINE,
  signal: SIGNAL,
  onProgress: {
    kind: 'callback',
    inert: true,
    doc: `Receives the layer from 1, of how many, and the share of its work that is done. ${WAITED}`,
    type: undefined as Fn<(progress: { layer: number; layers: number; done: number; total: number }) => void>,
  },
} as const satisfies Options;

export type ExpandOptions = OptionsOf<typeof EXPAND>;

/** Which nodes of the level below each latent of a level is connected to: latent u has index[start[u]] to index[start[u + 1]], rising. */
export interface ExpandedLayer {
  readonly inputs: number;
  readonly units: number;
  readonly start: Int32Array;
  readonly index: Int32Array;
}

/** A latent tree's levels as the layers of a net, from the features up. */
export interface Expansion {
  readonly layers: readonly ExpandedLayer[];
}
