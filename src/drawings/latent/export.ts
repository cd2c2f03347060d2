import type { LatentTree, LatentTreeJson, TopicFeature } from '../../structure/latent/latent-tree.js';
import { byShare, percentOf, requireView, type Topic, topicsOf, wordOf } from '../../structure/latent/topics.js';
import { dotString } from '../dot.js';

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

/**
 * A directed graph for Graphviz, from the top level on the left to the features on the right. Nodes carry their numbers as identifiers, their probabilities as
 * tooltips; the links of the top level are dashed.
 */
export function latentTreeToDot(tree: LatentTree, options: TopicOptions = {}): string {
  requireView(tree, options);
  const { top = 5 } = options;
  const topics = topicsOf(tree, top);
  const { features, nodes, root, parent, probability, marginal } = tree;
  const levels = tree.levels.length;
  const lines = [
    'digraph latent_tree {',
    '  rankdir=LR; ranksep=0.6; nodesep=0.05;',
    '  node [fontname="sans-serif", fontsize=10, height=0, width=0, margin=0.05];',
    '  edge [arrowhead=none, color="#8d948f"];',
    '  node [shape=box, style="rounded,filled", fillcolor="#eef4f1", color="#2f6b5e"];',
  ];
  for (const topic of topics) {
    const tip = `P(${topic.name} = 1) = ${shortNumber(topic.share)}`;
    lines.push(`  ${topic.latent} [label=${dotString(labelOf(topic))}, tooltip=${dotString(tip)}];`);
  }
  // The top level side by side, whatever hangs from what.
  const first = tree.firstOf(levels);
  const beside = Array.from({ length: nodes - first }, (_, i) => first + i);
  lines.push(`  { rank=same; ${beside.join('; ')}; }`, '  node [shape=plaintext, style=""];');
  for (let v = 0; v < features; v++) {
    const tip = `P(${tree.nameOf(v)} = 1) = ${shortNumber(marginal[v]!)}`;
    lines.push(`  ${v} [label=${dotString(tree.nameOf(v))}, tooltip=${dotString(tip)}];`);
  }
  for (let v = 0; v < nodes; v++) {
    if (v === root) continue;
    const [outside, inside] = [probability[2 * v]!, probability[2 * v + 1]!].map(shortNumber);
    const tip = `tooltip=${dotString(`${inside} where ${tree.nameOf(parent[v]!)} = 1, else ${outside}`)}`;
    const link = v >= first ? ', style=dashed, color="#d9541e", constraint=false' : '';
    lines.push(`  ${parent[v]} -> ${v} [${tip}${link}];`);
  }
  lines.push('}', '');
  return lines.join('\n');
}

/** Name and share, then the features, a few a line. */
function labelOf({ name, share, features }: Topic): string {
  const lines = [`${name}  ${percentOf(share)}`];
  for (let i = 0; i < features.length; i += 3) {
    lines.push(
      features
        .slice(i, i + 3)
        .map(wordOf)
        .join(', '),
    );
  }
  return lines.join('\n');
}

/** Four significant digits. */
function shortNumber(x: number): string {
  return String(Number(x.toPrecision(4)));
}
