import type { LatentTree, TopicFeature } from './latent-tree.js';
import { topFeaturesOfAll } from './top-features.js';

/** A latent as something to read. */
export interface Topic {
  /** Node of the tree. */
  latent: number;
  /** `h2.5` for latent 5 of level 2. */
  name: string;
  level: number;
  /** P(latent = 1). */
  share: number;
  /** The features that tell most about it, the most first. */
  features: TopicFeature[];
}

/** Every latent with up to `top` features, by node. */
export function topicsOf(tree: LatentTree, top: number): Topic[] {
  const features = topFeaturesOfAll(tree, top);
  return Array.from({ length: tree.latents }, (_, i) => {
    const latent = tree.features + i;
    return {
      latent,
      name: tree.nameOf(latent),
      level: tree.levelOf(latent),
      share: tree.marginal[latent]!,
      features: features[i]!,
    };
  });
}

/** How a list of top features names one: one that speaks against the latent says so. */
export function wordOf({ name, inside, outside }: TopicFeature): string {
  return inside < outside ? `not ${name}` : name;
}

/** Nodes of the top level. */
export function topLatents(tree: LatentTree): number[] {
  const first = tree.firstOf(tree.levels.length);
  return Array.from({ length: tree.nodes - first }, (_, i) => first + i);
}

/** Latents in the order to read them in: the likelier first, ties by node. */
export function byShare(tree: LatentTree, latents: Iterable<number>): number[] {
  return [...latents].sort((a, b) => tree.marginal[b]! - tree.marginal[a]! || a - b);
}

/** The links of the top level, which join its latents to one tree. */
export function topLinks(tree: LatentTree): { from: number; to: number }[] {
  return topLatents(tree)
    .filter((latent) => latent !== tree.root)
    .map((latent) => ({ from: tree.parent[latent]!, to: latent }));
}
