import { complete } from '../../check/complete.js';
import type { Options, OptionsOf } from '../../check/option.js';
import { type LatentTree, type LatentTreeJson, requireLatentTree, type TopicFeature } from './latent-tree.js';
import { byShare, topicsOf } from './topics.js';

/** Options of every view of a latent tree. */
export const TOPICS = {
  top: { kind: 'integer', from: 1, default: 5, doc: 'Features to name for each latent.' },
} as const satisfies Options;

export type TopicOptions = OptionsOf<typeof TOPICS>;

/** A LatentTree as plain JSON, with what a reader wants to know of each latent beside it. */
export interface LatentTopicsJson extends LatentTreeJson {
  /** The latents, level by level from the top, the likelier first. */
  topics: { name: string; level: number; share: number; features: TopicFeature[] }[];
}

/** For JSON.stringify: `tree.toJSON()` and the top features of every latent. LatentTree.fromJSON reads it. */
export function latentTreeToJson(tree: LatentTree, options: TopicOptions = {}): LatentTopicsJson {
  requireLatentTree(tree);
  const { top } = complete(TOPICS, options, 'latentTreeToJson');
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
