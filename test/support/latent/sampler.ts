// Random latent trees that are known, and rows drawn from them.
import { Dataset } from 'espalier';
import { LatentTree } from '#dist/structure/latent/latent-tree.js';
import { Random } from '../random.js';
import { sparseOf } from '../structure.js';

export interface TreeShape {
  /** Sizes of the islands, level by level: islands of features first; the sizes of a level add up to the number of islands of the one below. */
  islands: readonly (readonly number[])[];
  /** About P(feature = 1 | parent = 1) - P(feature = 1 | parent = 0), either sign. */
  strength: number;
  /** The same of the latents. */
  links?: number;
}

/** A tree of that shape: features in random order, latents of the top in a random tree, tables at random about the strength. */
export function sampleTree(seed: number, { islands, strength, links = 0.6 }: TreeShape): LatentTree {
  const random = new Random(seed);
  const levels = islands.map((sizes) => sizes.length);
  const features = islands[0]!.reduce((sum, size) => sum + size, 0);
  const parent: number[] = [];
  let above = features;
  for (const sizes of islands) {
    const list = sizes.flatMap((size, i) => Array.from({ length: size }, () => above + i));
    parent.push(...random.permutation(list.length).map((i) => list[i]!));
    above += sizes.length;
  }
  for (let v = parent.length; v < above - 1; v++) parent.push(v + 1 + random.below(above - 1 - v));
  parent.push(-1);
  const probability = parent.flatMap((p, v) => {
    if (p < 0) {
      const prior = 0.4 + 0.2 * random.next();
      return [prior, prior];
    }
    return randomTable(random, v < features ? strength : links);
  });
  return treeOf(features, levels, parent, probability);
}

/** P(v = 1 | parent = 0), P(v = 1 | parent = 1), about `strength` apart. */
function randomTable(random: Random, strength: number): [number, number] {
  const apart = Math.min(0.96, strength * (0.9 + 0.2 * random.next()));
  const low = (1 - apart) * (0.2 + 0.6 * random.next());
  return random.chance(0.5) ? [low, low + apart] : [low + apart, low];
}

/** A tree from plain lists; the features' limits are 0.5. */
export function treeOf(features: number, levels: number[], parent: number[], probability: number[]): LatentTree {
  return new LatentTree({
    features,
    levels,
    parent: Int32Array.from(parent),
    probability: Float64Array.from(probability),
    limits: new Float64Array(features).fill(0.5),
    rows: 1,
    logLikelihood: 0,
  });
}

/** States of every node, row by row: a node's number is its column. */
export function sampleNodes(tree: LatentTree, rows: number, seed: number): number[][] {
  const random = new Random(seed);
  return Array.from({ length: rows }, () => {
    const state: number[] = new Array(tree.nodes);
    for (let v = tree.root; v >= 0; v--) {
      const p = tree.parent[v]!;
      state[v] = Number(random.chance(tree.probability[2 * v + (p < 0 ? 0 : state[p]!)]!));
    }
    return state;
  });
}

/** Features of rows drawn from the tree. */
export function sampleRows(tree: LatentTree, rows: number, seed: number): number[][] {
  return sampleNodes(tree, rows, seed).map((row) => row.slice(0, tree.features));
}

export function sampleData(tree: LatentTree, rows: number, seed: number, kind: 'dense' | 'sparse' = 'dense'): Dataset {
  const drawn = sampleRows(tree, rows, seed);
  return kind === 'dense' ? Dataset.dense(drawn) : sparseOf(drawn);
}
