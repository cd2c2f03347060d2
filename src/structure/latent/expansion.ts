import { complete } from '../../check/complete.js';
import type { Observations } from '../../data/checked.js';
import { engineOf } from '../../runtime/engine.js';
import { Pace } from '../../runtime/pace.js';
import { EXPAND, type ExpandOptions, type Expansion } from './expand-options.js';
import { type LatentTree, requireLatentTree } from './latent-tree.js';

/**
 * Expands a tree skeleton: beside its children, each latent z is connected to the nodes v of the level below with the highest I(v; z | parent(v)), computed from posteriors
 * summed over the rows, until it has `density` of the level (rounded) and `minInputs`, or `maxInputs`; ties go to the smaller v. Chen, Li, Zhang: "Tree Skeleton Expansion" (ECSQARU 2019), section 4.
 *
 * Memory: 4 bytes for each row and latent, and for each pair of neighbouring levels' nodes; a thread 8 a row and 64 a node of a level.
 */
export async function expandTree(tree: LatentTree, data: Observations, given: ExpandOptions = {}): Promise<Expansion> {
  requireLatentTree(tree);
  const options = complete(EXPAND, given, 'expandTree');
  const pace = new Pace(options.signal);
  // What expands is loaded when it is first asked for.
  const [engine, { expand }] = await Promise.all([engineOf(options), import('./expander.js')]);
  return expand(engine, tree, data, options, pace);
}
