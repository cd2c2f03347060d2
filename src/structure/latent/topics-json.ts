import type { LatentTree, LatentTreeJson, TopicFeature } from './latent-tree.js';
import { byShare, requireView, topicsOf } from './topics.js';

export interface TopicOptions {
  /** Features to name for each latent. Default 5. */
  top?: number;
}

/** A LatentTree as plain JSON, with what a reader wants to know of each latent beside it. */
export interface LatentTopicsJson extends LatentTreeJson {
  /** The latents, level by level from the top, the likelier first. */
  topics: { name: string; level: number; share: number; features: TopicFeature[] }[];
}

/** For JSON.stringify: `tree.toJSON()` and the top features of every latent. LatentTree.fromJSON reads it. */
export function latentTreeToJson(tree: LatentTree, options: TopicOptions = {}): LatentTopicsJson {
  requireView(tree, options);
  const { top = 5 } = options;
  const topics = topicsOf(tree, top);
  const place = new Int32Array(tree.nodes);
  byShare(
    tree,
    topics.map(({ latent }) => latent),
  ).forEach((latent, i) => {
    place[latent] = i;
  });
  topics.sort((a, b) => b.level - a.level || place[a.latent]! - place[b.latent]!);
  return {
    ...tree.toJSON(),
    topics: topics.map(({ name, level, share, features }) => ({ name, level, share, features })),
  };
}
