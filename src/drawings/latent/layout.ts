import type { LatentTree } from '../../structure/latent/latent-tree.js';
import { byShare, topLatents, topLinks } from '../../structure/latent/topics.js';
import { textWidth } from '../text.js';

/** A latent in the drawing: its dot at (x, y). */
export interface PlacedLatent {
  latent: number;
  /** 0 for the top level. */
  depth: number;
  x: number;
  y: number;
  /** Which latent of the top level it is under, in their order. */
  branch: number;
  label: string;
  /** Of the label, by estimate. */
  width: number;
}

/** Where the latents of a depth stand within a column of the drawing. */
export interface Stage {
  /** Of the dots. */
  x: number;
  /** Where the curves from the depth before end and the labels may begin. */
  inner: number;
  font: number;
}

export interface LatentLayout {
  /** Branch by branch, a parent before its children. */
  latents: PlacedLatent[];
  stages: Stage[];
  /** Column of each branch. */
  columns: number[];
  columnWidth: number;
  width: number;
  height: number;
}

/** Of the lowest level's labels, pixels. */
const FONT = 13;
/** Height of a label's line, in its size. */
const LINE = 1.4;
/** Room for the arcs of the top level's links, left of a column. */
const ARCS = 90;
/** From a dot to the labels of its children. */
const CURVE = 64;
/** Above the children of a latent, and below. */
const APART = 3;
/** Drawings up to this height have one column. */
const TALL = 1500;

/**
 * A tidy tree from left to right. Every latent of the top level is a heading with its branch below; branches follow one another along the links of the top level, in as many
 * columns as make the drawing about as wide as high.
 */
export function layOutLatents(tree: LatentTree, levels: number, labelOf: (latent: number) => string): LatentLayout {
  const deepest = levels - 1;
  const placed: PlacedLatent[] = [];
  const below: number[][] = [];
  const heads = linkOrder(tree).map((head, branch) => {
    const first = placed.length;
    // A stack of its own: a tree may have more levels than calls may nest.
    const open: { latent: number; depth: number; parent?: number }[] = [{ latent: head, depth: 0 }];
    for (let next = open.pop(); next; next = open.pop()) {
      const { latent, depth, parent } = next;
      const i = placed.length;
      const label = labelOf(latent);
      placed.push({ latent, depth, x: 0, y: 0, branch, label, width: textWidth(label) });
      below.push([]);
      if (parent !== undefined) below[parent]!.push(i);
      if (depth === deepest) continue;
      for (const child of byShare(tree, tree.island(latent)).reverse())
        open.push({ latent: child, depth: depth + 1, parent: i });
    }
    return first;
  });

  const lowest = placed.reduce((sum, { depth }) => sum + (depth === deepest ? 1 : 0), 0);
  const fonts = Array.from({ length: levels }, (_, depth) =>
    depth === deepest ? FONT : depth === 0 ? Math.min(36, 14 + 0.62 * Math.sqrt(lowest)) : FONT + (depth === 1 ? 2 : 1),
  );
  const widest = new Array<number>(levels).fill(0);
  for (const node of placed) {
    node.width *= fonts[node.depth]!;
    widest[node.depth] = Math.max(widest[node.depth]!, node.width);
  }
  const stages = stagesOf(fonts, widest);
  const outermost = stages[deepest]!;
  const columnWidth = Math.max(
    outermost.x + outermost.font + widest[deepest]!,
    stages[0]!.x + 2 * fonts[0]! + widest[0]! + 6 * FONT,
  );

  const need = new Float64Array(placed.length);
  for (let i = placed.length - 1; i >= 0; i--) {
    const { depth } = placed[i]!;
    const children = below[i]!.reduce((sum, child) => sum + need[child]!, 0);
    const own = fonts[depth]! * LINE;
    if (depth > 0) need[i] = Math.max(own, depth < deepest ? children + 2 * APART : 0);
    else need[i] = deepest === 0 ? own : 1.9 * own + children;
  }
  const { columns, height } = fill(
    heads.map((i) => need[i]!),
    columnWidth,
  );

  const ends = new Map<number, number>();
  /** The upper end of each one's room; a parent stands before its children. */
  const from = new Float64Array(placed.length);
  heads.forEach((i, branch) => {
    from[i] = ends.get(columns[branch]!) ?? 0;
    ends.set(columns[branch]!, from[i]! + need[i]!);
  });
  placed.forEach((node, i) => {
    const heading = node.depth === 0 && deepest > 0;
    node.x = stages[node.depth]!.x + columns[node.branch]! * columnWidth;
    node.y = from[i]! + (heading ? fonts[0]! * LINE * 0.5 : need[i]! / 2);
    const children = below[i]!.reduce((sum, child) => sum + need[child]!, 0);
    let at = heading ? from[i]! + 1.15 * fonts[0]! * LINE : from[i]! + (need[i]! - children) / 2;
    for (const child of below[i]!) {
      from[child] = at;
      at += need[child]!;
    }
  });
  return { latents: placed, stages, columns, columnWidth, width: columnWidth * (columns.at(-1)! + 1), height };
}

function stagesOf(fonts: readonly number[], widest: readonly number[]): Stage[] {
  let x = ARCS;
  return fonts.map((font, depth) => {
    if (depth === 0) return { x, inner: x, font };
    const inner = x + (depth === 1 ? CURVE / 2 : CURVE);
    x = depth === fonts.length - 1 ? inner : inner + widest[depth]! + 0.8 * font;
    return { x, inner, font };
  });
}

/** The column of each branch, in order, so that the drawing is nearest to a square; and the height of the highest column. */
function fill(heights: readonly number[], columnWidth: number): { columns: number[]; height: number } {
  const total = heights.reduce((sum, height) => sum + height, 0);
  let best = { limit: Infinity, ...filled(heights, Infinity) };
  const longSide = ({ height, count }: { height: number; count: number }) => Math.max(height, columnWidth * count);
  // A limit of up to twice the mean leaves at least half as many columns.
  for (let aim = 2; total > TALL && aim <= heights.length && (columnWidth * aim) / 2 < longSide(best); aim++) {
    // A little over the mean, for branches that do not end where a column does.
    for (let slack = 20; slack <= 40; slack++) {
      const limit = (slack * total) / (20 * aim);
      const next = filled(heights, limit);
      if (longSide(next) < longSide(best)) best = { limit, ...next };
    }
  }
  const columns: number[] = [];
  const { height } = filled(heights, best.limit, columns);
  return { columns, height };
}

/** Branches one below another, in a new column where one would go beyond the limit: the number of columns, and the height of the highest. */
function filled(heights: readonly number[], limit: number, columns?: number[]): { count: number; height: number } {
  let [count, end, highest] = [1, 0, 0];
  for (const height of heights) {
    if (end > 0 && end + height > limit) {
      count++;
      end = 0;
    }
    end += height;
    if (end > highest) highest = end;
    columns?.push(count - 1);
  }
  return { count, height: highest };
}

/** Latents of the top level along a walk of their links, so that linked ones stand near one another. */
function linkOrder(tree: LatentTree): number[] {
  const near = new Map<number, number[]>(topLatents(tree).map((latent) => [latent, []]));
  for (const { from, to } of topLinks(tree)) {
    near.get(from)!.push(to);
    near.get(to)!.push(from);
  }
  const order = new Set<number>();
  const stack = [byShare(tree, near.keys())[0]!];
  while (stack.length) {
    const latent = stack.pop()!;
    if (order.has(latent)) continue;
    order.add(latent);
    for (const next of byShare(tree, near.get(latent)!).reverse()) stack.push(next);
  }
  return [...order];
}
