import type { LatentTree } from 'espalier';
import { element, title, xml } from '#dist/drawings/svg.js';
import { spread, whole } from '../frame/numbers.js';

/** A TSE-net's structure. */
export interface GrownNet {
  readonly tree: LatentTree;
  /** Per hidden layer, for each of its units the inputs it is connected to. */
  readonly connections: readonly (readonly Int32Array[])[];
  /** `from`: 0 for the features, 1 for the first hidden layer, and so on. */
  readonly skipPaths: readonly { readonly from: number; readonly units: number; readonly connections: number }[];
  /** Names of the classes. */
  readonly outputs: readonly string[];
}

export interface NetDrawingOptions {
  readonly width: number;
  /** Lines of a kind and layer; of more than these, evenly spread ones are drawn. */
  readonly most: number;
  /** What the features and the latents are: 'words', 'topics'. */
  readonly names: { readonly features: string; readonly latents: string };
}

const TOP = 34;
const GAP = 112;
const SKIP_GAP = 46;
/** Least width at which the outputs are named. */
const ROOM_FOR_NAMES = 600;

/** The tree's connections of a hidden layer, from 0, and those that the expansion has added, as pairs [input, unit]. */
export function connectionsOf({ tree, connections }: GrownNet, layer: number) {
  const [below, above] = [tree.firstOf(layer), tree.firstOf(layer + 1)];
  const found = { tree: [] as [number, number][], added: [] as [number, number][] };
  connections[layer]!.forEach((inputs, unit) => {
    for (const input of inputs)
      found[tree.parent[below + input] === above + unit ? 'tree' : 'added'].push([input, unit]);
  });
  return found;
}

/** Where things stand. */
interface Plan {
  /** End of the levels; skip-paths are beyond. */
  readonly right: number;
  y(level: number): number;
  /** Of the nodes of each level, the outputs last. */
  readonly x: readonly Float64Array[];
}

/** The levels one above the other, the features below, each beside its siblings; skip-paths on the right. */
export function netDrawing(net: GrownNet, { width, most, names }: NetDrawingOptions): string {
  const { tree, skipPaths, outputs } = net;
  const top = tree.levels.length + 1;
  const bottom = TOP + GAP * top;
  const right = width - 16 - SKIP_GAP * skipPaths.length;
  const inOrder = [...tree.levels, outputs.length].map((count) => Float64Array.from({ length: count }, (_, i) => i));
  const plan: Plan = {
    right,
    y: (level) => bottom - GAP * level,
    x: [featurePlaces(tree), ...inOrder].map((places) =>
      places.map((place) => ((place + 0.5) / places.length) * right),
    ),
  };
  const counts = [tree.features, ...tree.levels].map((count, level) => {
    const name = level === 0 ? names.features : names.latents;
    const y = plan.y(level) + (level === 0 ? 22 : -12);
    return element('text', { class: 'level', x: 0, y }, xml(`${whole(count)} ${name}`));
  });
  const parts = [
    ...tree.levels.map((_, layer) => {
      const found = connectionsOf(net, layer);
      return (['added', 'tree'] as const).map((kind) => lines(kind, layer, spread(found[kind], most), plan)).join('');
    }),
    lines('full', top - 1, allPairs(plan.x[top - 1]!.length, outputs.length), plan),
    // The longest path is the outermost.
    ...[...skipPaths]
      .sort((a, b) => a.from - b.from)
      .map((path, p, { length }) => skipDrawing(path, length - p, 8 * p - 4 * (length - 1), top, plan)),
    ...tree.levels.map((count, l) => dots(l + 1, Math.min(4.5, Math.max(0.7, (0.4 * right) / count)), plan)),
    featureTicks(spread(Array.from(plan.x[0]!), 2 * width), bottom),
    ...outputs.map((name, c) => outputDrawing(name, c, plan.x[top]![c]!, plan.y(top), width >= ROOM_FOR_NAMES)),
    ...counts,
  ];
  const box = { class: 'net', viewBox: `0 0 ${width} ${bottom + 30}`, role: 'img' };
  return element('svg', { ...box, 'aria-label': 'The net, level by level' }, ...parts);
}

/** From nodes of a level to nodes of the next. */
function lines(style: string, level: number, pairs: readonly (readonly [number, number])[], { x, y }: Plan): string {
  const [from, to] = [y(level) - 4, y(level + 1) + 4];
  const path = pairs.map(([a, b]) => `M${short(x[level]![a]!)} ${from}L${short(x[level + 1]![b]!)} ${to}`);
  return element('path', { class: style, d: path.join('') });
}

/** `lane` from 1; `shift` keeps the ends apart. */
function skipDrawing(
  { from, units }: GrownNet['skipPaths'][number],
  lane: number,
  shift: number,
  top: number,
  { right, y }: Plan,
): string {
  const x = right + 16 + SKIP_GAP * (lane - 0.5);
  const [start, end] = [y(from), y(top) + shift];
  const middle = (y(from) + y(from + 1)) / 2;
  const bent = `M${right + 4} ${start}H${x - 10}Q${x} ${start} ${x} ${start - 10}V${end + 10}Q${x} ${end} ${x - 10} ${end}H${right + 4}`;
  return [
    element('path', { class: 'skip', d: bent }),
    element('rect', { class: 'units', x: x - 20, y: middle - 13, width: 40, height: 26, rx: 8 }),
    centred(x, middle + 5, String(units)),
  ].join('');
}

function dots(level: number, radius: number, { x, y }: Plan): string {
  const circles = Array.from(x[level]!, (at) => element('circle', { cx: short(at), cy: y(level), r: radius }));
  return element('g', { class: 'latents' }, ...circles);
}

function featureTicks(places: readonly number[], y: number): string {
  return element('path', { class: 'features', d: places.map((x) => `M${short(x)} ${y - 3}v6`).join('') });
}

function outputDrawing(name: string, index: number, x: number, y: number, named: boolean): string {
  const dot = element('circle', { cx: x, cy: y, r: 6 }, title(name));
  return element('g', { class: `k${index}` }, dot, named ? centred(x, y - 14, name) : '');
}

function centred(x: number, y: number, words: string): string {
  return element('text', { x, y, 'text-anchor': 'middle' }, xml(words));
}

function allPairs(m: number, n: number): [number, number][] {
  return Array.from({ length: m * n }, (_, i) => [Math.floor(i / n), i % n]);
}

/** Features beside their siblings: the place of each. */
function featurePlaces({ features, parent }: LatentTree): Float64Array {
  const places = new Float64Array(features);
  Array.from({ length: features }, (_, v) => v)
    .sort((a, b) => parent[a]! - parent[b]! || a - b)
    .forEach((v, place) => {
      places[v] = place;
    });
  return places;
}

/** At most one decimal, to keep the page small. */
function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}
