import { requireInteger } from '../../check/require.js';
import type { LatentTree } from '../../structure/latent/latent-tree.js';
import {
  describeTree,
  percentOf,
  requireView,
  type Topic,
  topicsOf,
  topLinks,
  wordOf,
} from '../../structure/latent/topics.js';
import { shorten, textWidth } from '../labels.js';
import { clamp, fixed, xml } from '../svg.js';
import type { TopicOptions } from './export.js';
import { type LatentLayout, layOutLatents, type PlacedLatent, type Stage } from './layout.js';

export interface LatentSvgOptions extends TopicOptions {
  /** Heading, tooltip and words for screen readers. Default: the counts. */
  title?: string;
  /** How many levels to draw, from the top down. Default: all. */
  levels?: number;
}

/**
 * A self-contained drawing of the latents, each with its top features: the top level as headings, joined by dashed links, below each its branch as a tidy tree from left
 * to right. Dots are larger the likelier the latent; tooltips tell the probabilities. Same tree and options, same bytes.
 */
export function latentTreeToSvg(tree: LatentTree, options: LatentSvgOptions = {}): string {
  requireView(tree, options);
  const { top = 5, title, levels = tree.levels.length } = options;
  requireInteger(levels, 1, 'levels');
  if (levels > tree.levels.length)
    throw new RangeError(`levels: expected an integer from 1 to ${tree.levels.length}, got ${levels}`);
  const topics = topicsOf(tree, top);
  const topicOf = (latent: number) => topics[latent - tree.features]!;
  const layout = layOutLatents(tree, levels, (latent) => labelOf(topicOf(latent)));
  const { latents, stages } = layout;
  const facts = describeTree(tree);
  const heading = clamp(layout.width / 55, 20, 64);
  const small = Math.max(SMALL, 0.4 * heading);
  const head = title === undefined ? 0.6 * heading : 1.7 * heading;
  const textual = Math.max(textWidth(title ?? '') * heading, textWidth(facts) * small);
  const width = Math.ceil(Math.max(layout.width, textual) + 2 * FRAME);
  const height = Math.ceil(layout.height + head + 2 * small + 2 * FRAME);
  const place = new Map(latents.map((node) => [node.latent, node]));
  const links = topLinks(tree).map(({ from, to }): Link => [place.get(from)!, place.get(to)!]);
  const together = ([a, b]: Link) => layout.columns[a.branch] === layout.columns[b.branch];
  const notes = notesOf(
    links.filter((link) => !together(link)),
    layout,
  );

  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" class="${SCOPE}" font-family="system-ui,sans-serif">`,
    `<title>${xml(title ?? facts)}</title>`,
    `<style>${styles(stages)}</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
  ];
  if (title !== undefined) {
    out.push(
      `<text class="d0" x="${FRAME}" y="${fixed(FRAME + 0.8 * heading)}" style="font-size:${fixed(heading)}px">${xml(title)}</text>`,
    );
  }
  out.push(
    `<text class="soft" x="${FRAME}" y="${fixed(FRAME + head)}" style="font-size:${fixed(small)}px">${xml(facts)}</text>`,
    `<g transform="translate(${FRAME} ${fixed(FRAME + head + 2 * small)})">`,
    '<g class="links">',
    ...drawLinks(links.filter(together), layout, tree),
    '</g>',
  );
  for (let depth = 1; depth < levels; depth++) {
    out.push('<g class="e">');
    for (const node of latents) {
      if (node.depth === depth) out.push(drawEdge(node, place.get(tree.parent[node.latent]!)!, layout, tree));
    }
    out.push('</g>');
  }
  for (let depth = 0; depth < levels; depth++) {
    out.push(`<g class="d${depth}${onLine(depth, stages) ? ' over' : ''}">`);
    for (const node of latents) {
      if (node.depth === depth) out.push(drawLatent(node, topicOf(node.latent), stages, notes.get(node)));
    }
    out.push('</g>');
  }
  out.push('</g>', '</svg>', '');
  return out.join('\n');
}

/** Also the class of the svg element, so that the style below reaches nothing else of a page it stands in. */
const SCOPE = 'espalier-latents';
/** Around everything, pixels. */
const FRAME = 28;
/** Letters of what is said beside. */
const SMALL = 13;
/** Of a label: features that go beyond it stand in the tooltip alone. */
const MOST_CHARACTERS = 40;
/** One a branch, in turn, on light and on dark paper; neighbours differ in hue and, for eyes that see few hues, in lightness. */
const LIGHT = ['#1f6f5c', '#c8553d', '#3d63a8', '#a06a12', '#7d4a94', '#4c7f2e', '#ad3f6c', '#2a7f99'];
const DARK = ['#5cc4a7', '#f0876b', '#8fb0f0', '#d9a64a', '#c195da', '#93c96f', '#ee8bb2', '#69c1dc'];

function labelOf({ name, features }: Topic): string {
  let label = '';
  for (const feature of features) {
    const word = shorten(wordOf(feature));
    const longer = label === '' ? word : `${label}, ${word}`;
    if (label !== '' && Array.from(longer).length > MOST_CHARACTERS) break;
    label = longer;
  }
  return label.trim() === '' ? name : label;
}

/** Arcs left of the headings, between those of one column. */
function drawLinks(links: readonly Link[], { stages, latents }: LatentLayout, tree: LatentTree): string[] {
  const [{ x: room, font }] = stages as [Stage];
  const far = latents.reduce((most, { depth, y }) => (depth === 0 ? Math.max(most, y) : most), 1);
  return links.map(([a, b]) => {
    const reach = a.x - room * (0.35 + 0.95 * Math.sqrt(Math.abs(a.y - b.y) / far));
    const tip = `${tree.nameOf(a.latent)} – ${tree.nameOf(b.latent)}: ${conditional(tree, b.latent)}`;
    const [x, start, end, bend] = [a.x - 0.7 * font, a.y, b.y, reach].map(fixed);
    return `<path d="M${x} ${start}C${bend} ${start} ${bend} ${end} ${x} ${end}"><title>${xml(tip)}</title></path>`;
  });
}

/** What a heading says of its links into other columns, in the room that is left beside it. */
function notesOf(links: readonly Link[], { stages, columnWidth }: LatentLayout): Map<PlacedLatent, string> {
  const others = new Map<PlacedLatent, PlacedLatent[]>();
  for (const [a, b] of links) {
    others.set(a, [...(others.get(a) ?? []), b]);
    others.set(b, [...(others.get(b) ?? []), a]);
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

type Link = readonly [parent: PlacedLatent, child: PlacedLatent];

/** From the parent's dot to the child's, whose label covers the line's end. A heading stands above its children. */
function drawEdge(node: PlacedLatent, parent: PlacedLatent, { stages }: LatentLayout, tree: LatentTree): string {
  const { x: own, inner } = stages[node.depth]!;
  const curved = node.x - (own - inner);
  const [x, y, from, top] = [curved, node.y, parent.x, parent.y].map(fixed);
  const middle = fixed((parent.x + curved) / 2);
  const over =
    node.depth === 1
      ? `V${fixed(node.y - 12)}Q${from} ${y} ${fixed(parent.x + 12)} ${y}H${x}`
      : `C${middle} ${top} ${middle} ${y} ${x} ${y}`;
  const tip = `${tree.nameOf(parent.latent)} – ${tree.nameOf(node.latent)}: ${conditional(tree, node.latent)}`;
  return `<path class="c${node.branch % LIGHT.length}" d="M${from} ${top}${over}H${fixed(node.x)}"><title>${xml(tip)}</title></path>`;
}

function drawLatent(node: PlacedLatent, topic: Topic, stages: readonly Stage[], note: string | undefined): string {
  const { branch, depth, label, x, y } = node;
  const { font } = stages[depth]!;
  const dot = clamp(0.8 * font * Math.sqrt(topic.share), 0.14 * font, 0.5 * font);
  const tip = [
    `${topic.name}: ${percentOf(topic.share)}`,
    ...topic.features.map(({ name, inside, outside }) => `${name} ${percentOf(inside)}, else ${percentOf(outside)}`),
  ].join('\n');
  const before = onLine(depth, stages);
  const gap = (before ? -0.75 : 0.75) * font;
  const said = [percentOf(topic.share), ...(note === undefined ? [] : [note])].join(' · ');
  const beside = depth === 0 ? ` <tspan class="soft">${xml(said)}</tspan>` : '';
  return `<g class="c${branch % LIGHT.length}"><title>${xml(tip)}</title><circle cx="${fixed(x)}" cy="${fixed(y)}" r="${fixed(dot)}"/><text x="${fixed(x + gap)}" y="${fixed(y)}" dy=".35em"${before ? ' text-anchor="end"' : ''}>${xml(label)}${beside}</text></g>`;
}

/** Labels stand before their dots, on the line that leads there, but for headings and the lowest level. */
function onLine(depth: number, stages: readonly Stage[]): boolean {
  return depth > 0 && depth < stages.length - 1;
}

function conditional(tree: LatentTree, node: number): string {
  const [outside, inside] = [tree.probability[2 * node]!, tree.probability[2 * node + 1]!].map(percentOf);
  return `${inside} where ${tree.nameOf(tree.parent[node]!)} = 1, else ${outside}`;
}

function styles(stages: readonly Stage[]): string {
  const rules = [
    '.paper{fill:#fdfcf9}',
    'text{fill:#1f2d3a}',
    // Labels on a line cover it, also between words.
    '.over text{stroke:#fdfcf9;stroke-width:.8em;stroke-linejoin:round;paint-order:stroke}',
    'path{fill:none;stroke-linecap:round;stroke-width:1.5}',
    '.links path{stroke:#8d948f;stroke-dasharray:2 5}',
    '.e path{stroke-opacity:.55}',
    ...stages.map(({ font }, depth) => `.d${depth} text{font-size:${fixed(font)}px}`),
    '.d0 text,text.d0{font-weight:600}',
    `.soft{fill:#5d645f;font-size:${SMALL}px;font-weight:400}`,
    ...LIGHT.map((colour, i) => `.c${i} circle{fill:${colour}}path.c${i}{stroke:${colour}}`),
  ];
  const dark = [
    '.paper{fill:#161a17}',
    'text{fill:#ecefec}',
    '.over text{stroke:#161a17}',
    '.soft{fill:#a5ada8}',
    ...DARK.map((colour, i) => `.c${i} circle{fill:${colour}}path.c${i}{stroke:${colour}}`),
  ];
  const scoped = (list: readonly string[]) =>
    list.map((rule) => rule.replace(/[^{}]+(?=\{)/g, (selector) => `.${SCOPE} ${selector}`)).join('');
  return `${scoped(rules)}@media (prefers-color-scheme:dark){${scoped(dark)}}`;
}
