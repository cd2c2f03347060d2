import { complete } from '../../check/complete.js';
import type { Options, OptionsOf } from '../../check/option.js';
import { percentOf } from '../../numeric/format.js';
import { type LatentTree, requireLatentTree } from '../../structure/latent/latent-tree.js';
import { type Topic, topicsOf, wordOf } from '../../structure/latent/topics.js';
import { TOPICS } from '../../structure/latent/topics-json.js';
import { BRANCHES, DARK, LIGHT, type Palette } from '../palette.js';
import { clamp, drawing, element, fixed, group, title as tooltip, xml } from '../svg.js';
import { shorten, textWidth } from '../text.js';
import { describeTree } from './describe.js';
import { type LatentLayout, layOutLatents, type PlacedLatent, type Stage } from './layout.js';
import { drawEdge, drawLinks, notesOf, SMALL, topLinksOf } from './links.js';

/** Options of latentTreeToSvg. */
export const LATENT_SVG = {
  ...TOPICS,
  title: { kind: 'text', defaultDoc: 'the counts', doc: 'Heading, tooltip and words for screen readers.' },
  levels: { kind: 'integer', from: 1, defaultDoc: 'all', doc: 'How many levels to draw, from the top down.' },
} as const satisfies Options;

export type LatentSvgOptions = OptionsOf<typeof LATENT_SVG>;

/**
 * A self-contained drawing of the latents, each with its top features: the top level as headings, joined by dashed links, below each its branch as a tidy tree from left
 * to right. Dots are larger the likelier the latent; tooltips tell the probabilities. Same tree and options, same bytes.
 */
export function latentTreeToSvg(tree: LatentTree, options: LatentSvgOptions = {}): string {
  requireLatentTree(tree);
  const { top, title, levels = tree.levels.length } = complete(LATENT_SVG, options, 'latentTreeToSvg');
  if (levels > tree.levels.length)
    throw new RangeError(`levels: expected an integer from 1 to ${tree.levels.length}, got ${levels}`);
  const topics = topicsOf(tree, top);
  const topicOf = (latent: number) => topics[latent - tree.features]!;
  const layout = layOutLatents(tree, levels, (latent) => labelOf(topicOf(latent)));

  const facts = describeTree(tree);
  const heading = clamp(layout.width / 55, 20, 64);
  const small = Math.max(SMALL, 0.4 * heading);
  const head = title === undefined ? 0.6 * heading : 1.7 * heading;
  const textual = Math.max(textWidth(title ?? '') * heading, textWidth(facts) * small);
  const width = Math.ceil(Math.max(layout.width, textual) + 2 * FRAME);
  const height = Math.ceil(layout.height + head + 2 * small + 2 * FRAME);
  const line = (style: string, y: number, size: number, words: string) =>
    element('text', { class: style, x: FRAME, y, style: `font-size:${fixed(size)}px` }, xml(words));
  return drawing(width, height, { class: SCOPE, 'font-family': 'system-ui,sans-serif' }, title ?? facts, [
    element('style', {}, styles(layout.stages)),
    element('rect', { class: 'paper', width, height }),
    ...(title === undefined ? [] : [line('d0', FRAME + 0.8 * heading, heading, title)]),
    line('soft', FRAME + head, small, facts),
    group(
      { transform: `translate(${FRAME} ${fixed(FRAME + head + 2 * small)})` },
      drawLevels(tree, levels, layout, topicOf),
    ),
  ]);
}

/** Also the class of the svg element, so that the style below reaches nothing else of a page it stands in. */
const SCOPE = 'espalier-latents';
/** Around everything, pixels. */
const FRAME = 28;
/** Of a label: features that go beyond it stand in the tooltip alone. */
const MOST_CHARACTERS = 40;

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

/** All lines, and then, over them, all latents. */
function drawLevels(
  tree: LatentTree,
  levels: number,
  layout: LatentLayout,
  topicOf: (latent: number) => Topic,
): string[] {
  const { latents, stages } = layout;
  const place = new Map(latents.map((node) => [node.latent, node]));
  const { near, far } = topLinksOf(tree, layout, place);
  const notes = notesOf(far, layout);
  const parentOf = ({ latent }: PlacedLatent) => place.get(tree.parent[latent]!)!;
  const byDepth = Array.from({ length: levels }, (): PlacedLatent[] => []);
  for (const node of latents) byDepth[node.depth]!.push(node);
  return [
    group({ class: 'links' }, drawLinks(near, layout, tree)),
    ...byDepth.slice(1).map((nodes) =>
      group(
        { class: 'e' },
        nodes.map((node) => drawEdge(node, parentOf(node), layout, tree, branchClass(node))),
      ),
    ),
    ...byDepth.map((nodes, depth) =>
      group(
        { class: `d${depth}${onLine(depth, stages) ? ' over' : ''}` },
        nodes.map((node) => drawLatent(node, topicOf(node.latent), stages, notes.get(node))),
      ),
    ),
  ];
}

function drawLatent(node: PlacedLatent, topic: Topic, stages: readonly Stage[], note: string | undefined): string {
  const { depth, label, x, y } = node;
  const { font } = stages[depth]!;
  const tip = [
    `${topic.name}: ${percentOf(topic.share)}`,
    ...topic.features.map(({ name, inside, outside }) => `${name} ${percentOf(inside)}, else ${percentOf(outside)}`),
  ].join('\n');
  const before = onLine(depth, stages);
  const said = [percentOf(topic.share), ...(note === undefined ? [] : [note])].join(' · ');
  const beside = depth === 0 ? ` ${element('tspan', { class: 'soft' }, xml(said))}` : '';
  const place = { x: x + (before ? -0.75 : 0.75) * font, y, dy: '.35em', 'text-anchor': before ? 'end' : undefined };
  return element(
    'g',
    { class: branchClass(node) },
    tooltip(tip),
    element('circle', { cx: x, cy: y, r: clamp(0.8 * font * Math.sqrt(topic.share), 0.14 * font, 0.5 * font) }),
    element('text', place, xml(label), beside),
  );
}

function branchClass({ branch }: PlacedLatent): string {
  return `c${branch % BRANCHES.light.length}`;
}

/** Labels stand before their dots, on the line that leads there, but for headings and the lowest level. */
function onLine(depth: number, stages: readonly Stage[]): boolean {
  return depth > 0 && depth < stages.length - 1;
}

function styles(stages: readonly Stage[]): string {
  const coloured = ({ paper, ink, soft }: Palette, branches: readonly string[]) => [
    `.paper{fill:${paper}}`,
    `text{fill:${ink}}`,
    `.over text{stroke:${paper}}`,
    `.soft{fill:${soft}}`,
    ...branches.map((colour, i) => `.c${i} circle{fill:${colour}}path.c${i}{stroke:${colour}}`),
  ];
  const shapes = [
    // Labels on a line cover it, also between words.
    '.over text{stroke-width:.8em;stroke-linejoin:round;paint-order:stroke}',
    'path{fill:none;stroke-linecap:round;stroke-width:1.5}',
    `.links path{stroke:${LIGHT.link};stroke-dasharray:2 5}`,
    '.e path{stroke-opacity:.55}',
    ...stages.map(({ font }, depth) => `.d${depth} text{font-size:${fixed(font)}px}`),
    '.d0 text,text.d0{font-weight:600}',
    `.soft{font-size:${SMALL}px;font-weight:400}`,
  ];
  const scoped = (list: readonly string[]) =>
    list.map((rule) => rule.replace(/[^{}]+(?=\{)/g, (selector) => `.${SCOPE} ${selector}`)).join('');
  const light = scoped([...shapes, ...coloured(LIGHT, BRANCHES.light)]);
  return `${light}@media (prefers-color-scheme:dark){${scoped(coloured(DARK, BRANCHES.dark))}}`;
}
