// How much of a known tree another one found. Groups are sets of features, so neither the latents' order nor their states matter.
import type { LatentTree } from '#dist/structure/latent/latent-tree.js';

export interface Recovery {
  /** Of the pairs of features that the found groups hold, the share that the true ones hold too. */
  precision: number;
  /** Of the pairs of features that the true groups hold, the share that the found ones hold too. */
  recall: number;
  f1: number;
  /** Share of true groups that were found with exactly their features. */
  exact: number;
  /** Adjusted Rand index: 1 for the same groups, about 0 for groups at random. */
  adjustedRand: number;
}

/** The latent of that level above each feature: its island for level 1. Above the top of a shallow tree: one group. */
export function groupsAt(tree: LatentTree, level: number): number[] {
  return Array.from({ length: tree.features }, (_, feature) => {
    if (level > tree.levels.length) return tree.root;
    let v = feature;
    for (let l = 0; l < level; l++) v = tree.parent[v]!;
    return v;
  });
}

/** Compares two lists of a group for each feature. */
export function compareGroups(truth: ArrayLike<number>, found: ArrayLike<number>): Recovery {
  const cells = countBy(truth.length, (i) => `${truth[i]} ${found[i]}`);
  const trueSizes = countBy(truth.length, (i) => `${truth[i]}`);
  const foundSizes = countBy(truth.length, (i) => `${found[i]}`);
  const both = pairsIn(cells);
  const inTruth = pairsIn(trueSizes);
  const inFound = pairsIn(foundSizes);
  const precision = inFound === 0 ? 1 : both / inFound;
  const recall = inTruth === 0 ? 1 : both / inTruth;
  const exact = [...cells].filter(([cell, size]) => {
    const [t, f] = cell.split(' ') as [string, string];
    return trueSizes.get(t) === size && foundSizes.get(f) === size;
  }).length;
  const pairs = (truth.length * (truth.length - 1)) / 2;
  const byChance = pairs === 0 ? 0 : (inTruth * inFound) / pairs;
  const most = (inTruth + inFound) / 2;
  return {
    precision,
    recall,
    f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall),
    exact: exact / trueSizes.size,
    adjustedRand: most === byChance ? 1 : (both - byChance) / (most - byChance),
  };
}

/** compareGroups of what hangs below the latents of a level. */
export function recoveryOf(truth: LatentTree, found: LatentTree, level = 1): Recovery {
  return compareGroups(groupsAt(truth, level), groupsAt(found, level));
}

function countBy(length: number, key: (i: number) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i < length; i++) counts.set(key(i), (counts.get(key(i)) ?? 0) + 1);
  return counts;
}

function pairsIn(sizes: Map<string, number>): number {
  return [...sizes.values()].reduce((sum, size) => sum + (size * (size - 1)) / 2, 0);
}
