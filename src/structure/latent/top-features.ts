import { informationOfCells } from '../information-cells.js';

/** A feature that tells much about a latent. */
export interface TopicFeature {
  feature: number;
  /** The feature's name, or its number as text. */
  name: string;
  /** Mutual information of the feature and the latent under the model, nats. */
  information: number;
  /** P(feature = 1 | latent = 1). */
  inside: number;
  /** P(feature = 1 | latent = 0). */
  outside: number;
}

/** What of a LatentTree tells its top features. */
interface Levels {
  readonly features: number;
  readonly latents: number;
  readonly levels: readonly number[];
  readonly parent: Int32Array;
  readonly probability: Float64Array;
  readonly marginal: Float64Array;
  firstOf(level: number): number;
  island(latent: number): Int32Array;
  nameOf(node: number): string;
}

/**
 * The features below every latent (through islands, not through links between top latents) that share most mutual information with it under the model, up to `count`, the
 * most first, ties by feature: by latent, counted from 0. One pass from level to level, whatever their number.
 */
export function topFeaturesOfAll(tree: Levels, count: number): TopicFeature[][] {
  const { features, latents, parent, probability, levels } = tree;
  const found: TopicFeature[][] = Array.from({ length: latents }, () => []);
  const outside = Float64Array.from({ length: features }, (_, v) => probability[2 * v]!);
  const inside = Float64Array.from({ length: features }, (_, v) => probability[2 * v + 1]!);
  /** The latent of the level that each feature is below. */
  const above = parent.slice(0, features);
  for (let level = 1; level <= levels.length; level++) {
    if (level > 1) climb();
    for (let v = 0; v < features; v++)
      found[above[v]! - features]!.push(topicFeature(tree, above[v]!, v, outside[v]!, inside[v]!));
    const first = tree.firstOf(level) - features;
    for (let i = first; i < first + levels[level - 1]!; i++) found[i] = most(found[i]!, count);
  }
  return found;

  /** To the next level. */
  function climb(): void {
    for (let v = 0; v < features; v++) {
      const through = above[v]!;
      const given = [outside[v]!, inside[v]!] as const;
      outside[v] = mixed(given, probability[2 * through]!);
      inside[v] = mixed(given, probability[2 * through + 1]!);
      above[v] = parent[through]!;
    }
  }
}

/** topFeaturesOfAll, of one latent. */
export function topFeaturesOf(tree: Levels, latent: number, count: number): TopicFeature[] {
  const { probability, parent } = tree;
  const found = featuresBelow(tree, latent).map((v) => {
    let given = [probability[2 * v]!, probability[2 * v + 1]!] as const;
    for (let through = parent[v]!; through !== latent; through = parent[through]!)
      given = [mixed(given, probability[2 * through]!), mixed(given, probability[2 * through + 1]!)];
    return topicFeature(tree, latent, v, ...given);
  });
  return most(found, count);
}

/** P(feature = 1), from P(feature = 1 | node = 0 or 1) and P(node = 1). */
function mixed([outside, inside]: readonly [number, number], on: number): number {
  return (1 - on) * outside + on * inside;
}

function featuresBelow(tree: Levels, latent: number): number[] {
  const found: number[] = [];
  const open = [latent];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node < tree.features) found.push(node);
    else for (const child of tree.island(node)) open.push(child);
  }
  return found;
}

function topicFeature(tree: Levels, latent: number, feature: number, outside: number, inside: number): TopicFeature {
  const on = tree.marginal[latent]!;
  const off = 1 - on;
  const information = informationOfCells(on * inside, on * (1 - inside), off * outside, off * (1 - outside));
  return { feature, name: tree.nameOf(feature), information, inside, outside };
}

function most(list: TopicFeature[], count: number): TopicFeature[] {
  return list.sort((a, b) => b.information - a.information || a.feature - b.feature).slice(0, count);
}
