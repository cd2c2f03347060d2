import { LatentTree } from '../latent/latent-tree.js';
import { topFeaturesOfAll } from '../latent/top-features.js';

/** As many words as tell a reader of a topic. */
const WORDS = 10;

/**
 * The same model with the states of latents exchanged where a topic would be told by the words that it does not have: of the information that its ten most telling words have of
 * it, more than half is then in words that are more frequent with it than without. EM over the whole tree leaves some the other way round.
 */
export function turnedToWords(tree: LatentTree): LatentTree {
  const turned = new Uint8Array(tree.nodes);
  topFeaturesOfAll(tree, WORDS).forEach((words, z) => {
    const balance = words.reduce(
      (sum, { information, inside, outside }) => sum + (inside < outside ? -information : information),
      0,
    );
    if (balance < 0) turned[tree.features + z] = 1;
  });
  return turned.includes(1) ? exchanged(tree, turned) : tree;
}

/** With states 0 and 1 exchanged of the nodes marked. */
export function exchanged(tree: LatentTree, marked: Uint8Array): LatentTree {
  const { features, levels, parent, limits, rows, logLikelihood, featureNames } = tree;
  const probability = Float64Array.from(tree.probability, (_, i) => {
    const [node, state] = [i >> 1, i & 1];
    const above = parent[node]!;
    const p = tree.probability[2 * node + (above >= 0 && marked[above] ? 1 - state : state)]!;
    return marked[node] ? 1 - p : p;
  });
  return new LatentTree({ features, levels, parent, probability, limits, rows, logLikelihood, featureNames });
}
