import { complete } from '../../check/complete.js';
import { type Options, type OptionsOf, SIGNAL } from '../../check/option.js';
import type { Observations } from '../../data/checked.js';
import { ENGINE, engineOf } from '../../runtime/engine.js';
import { Pace } from '../../runtime/pace.js';
import { type LatentTree, requireLatentTree } from './latent-tree.js';
import type { LatentAssignment } from './posteriors.js';

/** Options of assignLatents. */
export const ASSIGN = {
  assignment: {
    kind: 'choice',
    of: ['broad', 'narrow'],
    default: 'broad',
    doc: 'What decides on a latent: broad, the whole row; narrow, only the features below it, through islands.',
  },
  engine: ENGINE,
  signal: SIGNAL,
} as const satisfies Options;

/**
 * Posteriors of every latent for every row, by belief propagation (Pearl 1988). Probabilities of 0 and 1 count as 2^-40 from them: no row is impossible.
 * A row is broadly about a topic that all its words together speak for, and narrowly about one that the topic's own words do.
 * TypeError or RangeError for data whose columns are not the tree's features.
 */
export async function assignLatents(
  tree: LatentTree,
  data: Observations,
  given: OptionsOf<typeof ASSIGN> = {},
): Promise<LatentAssignment> {
  const options = complete(ASSIGN, given, 'assignLatents');
  const pace = new Pace(options.signal);
  requireLatentTree(tree);
  // What infers is loaded when it is first asked for.
  const [engine, { assign }] = await Promise.all([engineOf(options), import('./posteriors.js')]);
  return assign(engine, tree, data, options.assignment === 'narrow', pace);
}
