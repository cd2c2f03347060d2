import { complete } from '../../check/complete.js';
import { percentOf, significant } from '../../numeric/format.js';
import { type LatentTree, requireLatentTree } from '../../structure/latent/latent-tree.js';
import { type Topic, topicsOf, topLatents, wordOf } from '../../structure/latent/topics.js';
import { TOPICS, type TopicOptions } from '../../structure/latent/topics-json.js';
import { dotLine } from '../dot.js';
import { EDGE, LEAF, LIGHT } from '../palette.js';

/**
 * A directed graph for Graphviz, from the top level on the left to the features on the right. Nodes carry their numbers as identifiers, their probabilities as
 * tooltips; the links of the top level are dashed.
 */
export function latentTreeToDot(tree: LatentTree, options: TopicOptions = {}): string {
  requireLatentTree(tree);
  const { top } = complete(TOPICS, options, 'latentTreeToDot');
  const chance = (v: number, share: number) => `P(${tree.nameOf(v)} = 1) = ${significant(share)}`;
  const lines = [
    'digraph latent_tree {',
    '  rankdir=LR; ranksep=0.6; nodesep=0.05;',
    dotLine('node', { fontname: 'sans-serif', fontsize: 10, height: 0, width: 0, margin: 0.05 }),
    dotLine('edge', { arrowhead: 'none', color: LIGHT.link }),
    dotLine('node', { shape: 'box', style: 'rounded,filled', fillcolor: LEAF, color: EDGE }),
    ...topicsOf(tree, top).map((topic) =>
      dotLine(topic.latent, { label: labelOf(topic), tooltip: chance(topic.latent, topic.share) }),
    ),
    // The top level side by side, whatever hangs from what.
    `  { rank=same; ${topLatents(tree).join('; ')}; }`,
    dotLine('node', { shape: 'plaintext', style: '' }),
  ];
  for (let v = 0; v < tree.features; v++) {
    lines.push(dotLine(v, { label: tree.nameOf(v), tooltip: chance(v, tree.marginal[v]!) }));
  }
  for (let v = 0; v < tree.nodes; v++) if (v !== tree.root) lines.push(edge(v, tree));
  lines.push('}', '');
  return lines.join('\n');
}

/** To a node from its parent. */
function edge(v: number, tree: LatentTree): string {
  const parent = tree.parent[v]!;
  const [outside, inside] = [tree.probability[2 * v]!, tree.probability[2 * v + 1]!].map(significant);
  const beside = tree.levelOf(v) === tree.levels.length;
  return dotLine(`${parent} -> ${v}`, {
    tooltip: `${inside} where ${tree.nameOf(parent)} = 1, else ${outside}`,
    ...(beside ? { style: 'dashed', color: LIGHT.orange, constraint: false } : {}),
  });
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
