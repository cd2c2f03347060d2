import { percentOf } from '../../numeric/format.js';
import type { LatentTree } from '../../structure/latent/latent-tree.js';
import { topLinks } from '../../structure/latent/topics.js';
import { element, fixed, title } from '../svg.js';
import type { LatentLayout, PlacedLatent, Stage } from './layout.js';

/** Letters of what is said beside. */
export const SMALL = 13;

type Link = readonly [parent: PlacedLatent, child: PlacedLatent];

export interface TopLinks {
  /** Between headings of one column, which an arc can join. */
  near: Link[];
  /** Into other columns, which are told in words. */
  far: Link[];
}

/** The links of the top level. */
export function topLinksOf(
  tree: LatentTree,
  { columns }: LatentLayout,
  place: ReadonlyMap<number, PlacedLatent>,
): TopLinks {
  const links: TopLinks = { near: [], far: [] };
  for (const { from, to } of topLinks(tree)) {
    const link: Link = [place.get(from)!, place.get(to)!];
    links[columns[link[0].branch] === columns[link[1].branch] ? 'near' : 'far'].push(link);
  }
  return links;
}

/** Arcs left of the headings, between those of one column. */
export function drawLinks(links: readonly Link[], { stages, latents }: LatentLayout, tree: LatentTree): string[] {
  const [{ x: room, font }] = stages as [Stage];
  const far = latents.reduce((most, { depth, y }) => (depth === 0 ? Math.max(most, y) : most), 1);
  return links.map(([a, b]) => {
    const reach = a.x - room * (0.35 + 0.95 * Math.sqrt(Math.abs(a.y - b.y) / far));
    const [x, start, end, bend] = [a.x - 0.7 * font, a.y, b.y, reach].map(fixed);
    return element(
      'path',
      { d: `M${x} ${start}C${bend} ${start} ${bend} ${end} ${x} ${end}` },
      tipOf(tree, b.latent, a),
    );
  });
}

/** What a heading says of its links into other columns, in the room that is left beside it. */
export function notesOf(links: readonly Link[], { stages, columnWidth }: LatentLayout): Map<PlacedLatent, string> {
  const others = new Map<PlacedLatent, PlacedLatent[]>();
  const link = (a: PlacedLatent, b: PlacedLatent) => {
    if (!others.get(a)?.push(b)) others.set(a, [b]);
  };
  for (const [a, b] of links) {
    link(a, b);
    link(b, a);
  }
  const [{ x: room, font }] = stages as [Stage];
  const notes = new Map<PlacedLatent, string>();
  for (const [node, linked] of others) {
    const words = linked.map(({ label }) => label.split(', ').slice(0, 2).join(', ')).join(' · ');
    const note = Array.from(`linked with ${words}`);
    const most = Math.floor((columnWidth - room - 2 * font - node.width - 6 * SMALL) / (0.6 * SMALL));
    if (note.length <= most) notes.set(node, note.join(''));
    else if (most > 20) notes.set(node, `${note.slice(0, most - 1).join('')}…`);
  }
  return notes;
}

/** From the parent's dot to the child's, whose label covers the line's end. A heading stands above its children. */
export function drawEdge(
  node: PlacedLatent,
  parent: PlacedLatent,
  { stages }: LatentLayout,
  tree: LatentTree,
  style: string,
): string {
  const { x: own, inner } = stages[node.depth]!;
  const curved = node.x - (own - inner);
  const [x, y, from, top] = [curved, node.y, parent.x, parent.y].map(fixed);
  const middle = fixed((parent.x + curved) / 2);
  const over =
    node.depth === 1
      ? `V${fixed(node.y - 12)}Q${from} ${y} ${fixed(parent.x + 12)} ${y}H${x}`
      : `C${middle} ${top} ${middle} ${y} ${x} ${y}`;
  const d = `M${from} ${top}${over}H${fixed(node.x)}`;
  return element('path', { class: style, d }, tipOf(tree, node.latent, parent));
}

/** How likely a latent is with its parent and without. */
function tipOf(tree: LatentTree, latent: number, { latent: parent }: PlacedLatent): string {
  const [outside, inside] = [tree.probability[2 * latent]!, tree.probability[2 * latent + 1]!].map(percentOf);
  const names = [parent, latent].map((node) => tree.nameOf(node));
  return title(`${names.join(' – ')}: ${inside} where ${names[0]} = 1, else ${outside}`);
}
