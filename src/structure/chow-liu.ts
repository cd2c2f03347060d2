import { complete } from '../check/complete.js';
import { type Fn, type Options, type OptionsOf, SEED, SIGNAL } from '../check/option.js';
import type { Observations } from '../data/checked.js';
import type { Table } from '../data/tables/table.js';
import { ENGINE, engineOf } from '../runtime/engine.js';
import { Pace } from '../runtime/pace.js';
import type { Counts } from './counts/counts.js';
import { isCounts } from './counts/is-counts.js';
import type { SampledReport } from './sampled.js';
import { variablesOf } from './table-variables.js';
import type { Tree } from './tree.js';
import { CONSTRAINTS } from './tree-constraints.js';
import { DISCRETISE, type Hold } from './variables.js';

/** Options of chowLiuTree. */
export const CHOW_LIU = {
  ...DISCRETISE,
  ...CONSTRAINTS,
  sample: {
    kind: 'flag',
    default: false,
    doc: 'Count a sample of the rows, and over all only what it cannot exclude: for long dense data, without required and forbidden pairs.',
  },
  confidence: {
    kind: 'number',
    from: 0,
    to: 1,
    default: 0.999999,
    doc: 'How sure a tree by a sample is that of all rows.',
  },
  seed: SEED,
  engine: ENGINE,
  signal: SIGNAL,
  onProgress: {
    kind: 'callback',
    inert: true,
    doc: 'Hears how many variables have joined the tree, and of how many.',
    type: undefined as Fn<(joined: number, variables: number) => void>,
  },
  onSampled: {
    kind: 'callback',
    inert: true,
    doc: 'Hears what a sample saved, and whether the tree is exact.',
    type: undefined as Fn<(report: SampledReport) => void>,
  },
} as const satisfies Options;

export type ChowLiuOptions = OptionsOf<typeof CHOW_LIU>;

/**
 * The Chow-Liu tree of the features, or of the columns of a Table, each one variable, or of Counts of them: the maximum spanning tree over pairwise mutual information (Chow and Liu 1968), by Prim's algorithm. Of equal
 * edges the smaller (min, max) pair wins, so the tree is unique. For sparse rows only pairs that occur together are counted, and of the others
 * only those that could become an edge are looked at (Meilă 1999): time near O(d · distinct counts + Σ over rows of nnz²), memory O(d + nnz).
 *
 * Promises that onProgress returns are waited for before the result, until the signal comes; one that is rejected ends the call.
 */
export async function chowLiuTree(data: Observations | Table | Counts, given: ChowLiuOptions = {}): Promise<Tree> {
  const options = complete(CHOW_LIU, given, 'chowLiuTree');
  const pace = new Pace(options.signal);
  if (isCounts(data)) return (await import('./counts/counted-tree.js')).treeOfCounts(data, options, given);
  const isSparse = (data as Observations | null)?.features?.kind === 'sparse';
  const [engine, { growTree }, held] = await Promise.all([
    engineOf(options),
    import('./tree-growing.js'),
    isSparse && import('./held-rows.js'),
    isSparse && import('./sparse-prim.js'),
  ]);
  const scope = engine.scope();
  try {
    const hold: Hold | undefined = held
      ? (matrix, threshold) => held.holdRows(engine, scope, matrix, threshold)
      : undefined;
    const { variables, names, states } = await variablesOf(engine, data, options, pace, hold);
    return await growTree(engine, variables, options, names, states, options.sample ? options : undefined);
  } finally {
    scope.dispose();
  }
}
