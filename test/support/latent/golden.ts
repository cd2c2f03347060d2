import type { LatentTree } from '#dist/structure/latent/latent-tree.js';
import { treeOf } from './sampler.js';

/** An entry of test/golden/latent.json, see make_latent.py. */
export interface GoldenTree {
  name: string;
  features: number;
  levels: number[];
  parent: number[];
  probability: number[];
  /** A character a feature, 0 or 1. */
  rows: string[];
  /** [row][latent]. */
  posteriors: number[][];
  logLikelihood: number[];
  /** [v, z, I(v; z | parent of v)]. */
  information?: [number, number, number][];
}

export function goldenTree({ features, levels, parent, probability }: GoldenTree): LatentTree {
  return treeOf(features, levels, parent, probability);
}

export function goldenRows({ rows }: GoldenTree): number[][] {
  return rows.map((row) => Array.from(row, Number));
}
