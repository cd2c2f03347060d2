import type { LatentAssignment, LatentTree } from 'espalier';
import { wordOf } from '#dist/structure/latent/topics.js';

/** Words that stand for a topic. */
export const WORDS = 5;
/** A row has a topic that is at least this likely. */
export const LEAST = 0.2;

/** A topic that a row is likely to have. */
export interface ActiveTopic {
  readonly words: readonly string[];
  /** P(topic | row) */
  readonly probability: number;
}

/** Topics of the lowest level that a row is likely to have and other rows are not, the most telling first. */
export function activeTopics(
  tree: LatentTree,
  { posteriors }: LatentAssignment,
  row: number,
  most: number,
): ActiveTopic[] {
  const gain = ({ latent, probability }: { latent: number; probability: number }) =>
    probability * Math.log(probability / tree.marginal[latent]!);
  return Array.from({ length: tree.levels[0]! }, (_, z) => ({
    latent: tree.features + z,
    probability: posteriors[row * tree.latents + z]!,
  }))
    .filter(({ latent, probability }) => probability >= LEAST && probability > 2 * tree.marginal[latent]!)
    .sort((a, b) => gain(b) - gain(a))
    .slice(0, most)
    .map(({ latent, probability }) => ({ words: wordsOf(tree, latent), probability }));
}

/** The words that tell most about a topic; those that are rarer with it are marked so. */
export function wordsOf(tree: LatentTree, latent: number): string[] {
  return tree.topFeatures(latent, WORDS).map(wordOf);
}

/** Latents of a level, by node. */
export function latentsOf(tree: LatentTree, level: number): number[] {
  const first = tree.firstOf(level);
  return Array.from({ length: tree.levels[level - 1]! }, (_, i) => first + i);
}
