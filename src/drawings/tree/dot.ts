import { significant } from '../../numeric/format.js';
import { requireTree, type Tree } from '../../structure/tree.js';
import { dotLine } from '../dot.js';
import { nameOf } from './describe.js';

/** An undirected graph for Graphviz; edges carry their nats as `weight` and as a tooltip. */
export function treeToDot(tree: Tree): string {
  requireTree(tree);
  const lines = [
    'graph tree {',
    dotLine('node', { shape: 'plaintext', fontsize: 10, height: 0, width: 0, margin: 0.03 }),
  ];
  for (let v = 0; v < tree.variables; v++) lines.push(dotLine(v, { label: nameOf(tree, v) }));
  for (const { a, b, information } of tree.edges) {
    const nats = significant(information);
    lines.push(dotLine(`${a} -- ${b}`, { weight: Number(nats), tooltip: `${nats} nats` }));
  }
  lines.push('}', '');
  return lines.join('\n');
}
