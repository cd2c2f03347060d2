import type { Observations } from '../../data/checked.js';
import type { LatentTree } from './latent-tree.js';
import type { LatentTreeOptions, LatentTreeSeconds } from './options.js';

/**
 * Learns a hierarchical latent tree model: level by level the variables are partitioned into islands by a unidimensionality test on models that grow by progressive EM,
 * each island gets a latent, and the latents' most probable states are the next level's variables. The last level's latents are linked
 * by a Chow-Liu tree on their posteriors, and a few steps of EM over the whole tree end it. Chen et al., "Progressive EM for latent tree models and hierarchical topic detection"
 * (AAAI 2016); Chen, Li, Zhang, "Tree Skeleton Expansion" (ECSQARU 2019), section 3. Binary features, as `threshold` makes them.
 *
 * TypeError for options of another kind, RangeError for values out of range.
 */
export async function latentTree(data: Observations, options: LatentTreeOptions = {}): Promise<LatentTree> {
  return (await learnLatentTree(data, options)).tree;
}

/** latentTree, with the time each phase took. What learns is loaded when it is first asked for. */
export async function learnLatentTree(
  data: Observations,
  options: LatentTreeOptions = {},
): Promise<{ tree: LatentTree; seconds: LatentTreeSeconds }> {
  const { learn } = await import('./learner.js');
  return learn(data, options);
}
