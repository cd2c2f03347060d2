import { type HierarchyNode, hierarchy, packSiblings, tree as tidyTree } from 'd3-hierarchy';
import { requireVertex, type Tree } from '../structure/tree.js';
import { dotString } from './dot.js';
import { type Placed, placeLabels, shorten } from './labels.js';
import { clamp, fixed, xml } from './svg.js';

/** A tree as plain JSON. */
export interface TreeJson {
  variables: number;
  root: number;
  /** Number of trees in the forest. */
  components: number;
  /** Sum over the edges, nats. */
  totalMutualInformation: number;
  names?: readonly string[];
  edges: { a: number; b: number; information: number }[];
}

export interface SvgOptions {
  /** Variables to pick out, a receptive field say; the others fade. */
  highlight?: Iterable<number>;
  /** Words for the drawing's own tooltip and for screen readers. Default: the counts. */
  title?: string;
}

/** For JSON.stringify: the edges, sorted by (a, b), with their mutual information in nats. */
export function treeToJson(tree: Tree): TreeJson {
  const { variables, root, components, names, edges } = tree;
  return {
    variables,
    root,
    components,
    totalMutualInformation: tree.totalInformation,
    ...(names ? { names } : {}),
    edges: edges.map(({ a, b, information }) => ({ a, b, information })),
  };
}

/** An undirected graph for Graphviz; edges carry their nats as `weight` and as a tooltip. */
export function treeToDot(tree: Tree): string {
  const lines = ['graph tree {', '  node [shape=plaintext, fontsize=10, height=0, width=0, margin=0.03];'];
  for (let v = 0; v < tree.variables; v++) lines.push(`  ${v} [label=${dotString(nameOf(tree, v))}];`);
  for (const { a, b, information } of tree.edges) {
    const nats = shortNumber(information);
    lines.push(`  ${a} -- ${b} [weight=${nats}, tooltip=${dotString(`${nats} nats`)}];`);
  }
  lines.push('}', '');
  return lines.join('\n');
}

/**
 * A self-contained drawing: each tree of the forest radial around its most central vertex, the trees packed side by side.
 * The root is marked. Edges are wider and darker the more mutual
 * information they carry; names stand where they fit, and all of them are tooltips. Same tree, same bytes.
 */
export function treeToSvg(tree: Tree, options: SvgOptions = {}): string {
  const { variables, edges } = tree;
  const chosen = new Set(options.highlight ?? []);
  for (const v of chosen) requireVertex(v, variables, 'highlight');
  const side = Math.min(2400, Math.round(400 + 28 * Math.sqrt(variables)));
  const layout = layOut(tree, side);
  const { x, y, angle, depth, parent } = layout;
  const strength = new Float64Array(variables);
  const degree = new Int32Array(variables);
  let most = 0;
  for (const { a, b, information } of edges) {
    most = Math.max(most, information);
    for (const v of [a, b]) {
      strength[v]! += information;
      degree[v]!++;
    }
  }
  const dot = clamp((0.09 * side) / Math.sqrt(variables), 1.1, 4.5);
  const radius = Float64Array.from(degree, (d) => dot * Math.min(3, 0.8 + 0.2 * Math.sqrt(d)));
  const font = clamp(side / 100, 10, 17);
  const faded = (...vertices: number[]) => chosen.size > 0 && !vertices.every((v) => chosen.has(v));

  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" width="${side}" height="${side}" role="img">`,
    `<title>${xml(options.title ?? describe(tree))}</title>`,
    `<style>${styles(dot, font)}</style>`,
    `<rect width="${side}" height="${side}" fill="#fdfcf9"/>`,
    '<g class="e">',
  ];
  // Weak edges first: the strong ones lie on top.
  for (const edge of [...edges].sort((p, q) => p.information - q.information || p.a - q.a || p.b - q.b)) {
    const [top, end] = parent[edge.b] === edge.a ? [edge.a, edge.b] : [edge.b, edge.a];
    const level = most > 0 ? Math.round((LEVELS - 1) * Math.sqrt(edge.information / most)) : 0;
    const kind = chosen.size > 0 ? (faded(edge.a, edge.b) ? ' f' : ' h') : '';
    const tip = `${nameOf(tree, edge.a)} – ${nameOf(tree, edge.b)}: ${shortNumber(edge.information)} nats`;
    out.push(`<path class="w${level}${kind}" d="${link(top, end, layout)}"><title>${xml(tip)}</title></path>`);
  }
  out.push('</g>', '<g class="n">');
  for (let v = 0; v < variables; v++) {
    const kind = chosen.size > 0 ? (faded(v) ? ' class="f"' : ' class="h"') : v === tree.root ? ' class="r"' : '';
    const tip = `${nameOf(tree, v)}: ${degree[v]} edge${degree[v] === 1 ? '' : 's'}, ${shortNumber(strength[v]!)} nats`;
    out.push(
      `<circle${kind} cx="${fixed(x[v]!)}" cy="${fixed(y[v]!)}" r="${fixed(radius[v]!)}"><title>${xml(tip)}</title></circle>`,
    );
  }
  out.push('</g>', '<g class="t">');
  const named = Array.from({ length: variables }, (_, v) => v).filter(
    (v) => degree[v]! > 0 || chosen.has(v) || variables <= MOST_LONE_LABELS,
  );
  named.sort((a, b) => Number(chosen.has(b)) - Number(chosen.has(a)) || strength[b]! - strength[a]! || a - b);
  const marks = { x, y, angle, radius, outward: Uint8Array.from(degree, (d, v) => (d === 1 && depth[v]! > 0 ? 1 : 0)) };
  for (const label of placeLabels(named, (v) => shorten(nameOf(tree, v)), marks, side, font, MOST_LABELS)) {
    out.push(text(label, chosen.size > 0 && faded(label.vertex)));
  }
  out.push('</g>', '</svg>', '');
  return out.join('\n');
}

/** Edges come in this many widths. */
const LEVELS = 8;
/** In a larger forest, variables without an edge go without a label. */
const MOST_LONE_LABELS = 300;
/** The strongest that fit: more would hide the tree. */
const MOST_LABELS = 250;

interface Layout {
  x: Float64Array;
  y: Float64Array;
  /** Direction from the centre of the vertex's own tree, radians. */
  angle: Float64Array;
  depth: Int32Array;
  parent: Int32Array;
}

/**
 * Each tree in a circle whose area grows with its variables, its most central vertex in the middle; the circles packed, and all scaled to the square.
 */
function layOut(tree: Tree, side: number): Layout {
  const { variables } = tree;
  const layout: Layout = {
    x: new Float64Array(variables),
    y: new Float64Array(variables),
    angle: new Float64Array(variables),
    depth: new Int32Array(variables),
    parent: new Int32Array(variables).fill(-1),
  };
  const circles = centroids(tree).map((centre) => {
    const nodes = hierarchy(centre, (v) => {
      const children = tree.neighbours(v).filter((u) => u !== layout.parent[v]);
      for (const u of children) layout.parent[u] = v;
      return children;
    });
    const size = nodes.descendants().length;
    return { nodes, size, r: size === 1 ? 0.45 : Math.sqrt(size) + 0.6, x: 0, y: 0 };
  });
  circles.sort((a, b) => b.size - a.size || a.nodes.data - b.nodes.data);
  packSiblings(circles);
  for (const circle of circles) {
    const radii = ringRadii(circle.nodes, circle.size === 1 ? 0 : circle.r - 0.6);
    const placed = tidyTree<number>()
      .size([2 * Math.PI, 1])
      .separation((a, b) => (a.parent === b.parent ? 1 : 1.6) / radii[a.depth]!)(circle.nodes);
    placed.each(({ data: v, x: turn, depth }) => {
      const along = turn - Math.PI / 2;
      layout.x[v] = circle.x + radii[depth]! * Math.cos(along);
      layout.y[v] = circle.y + radii[depth]! * Math.sin(along);
      layout.angle[v] = along;
      layout.depth[v] = depth;
    });
  }
  fit(layout, side);
  return layout;
}

/** Of each component the vertex whose removal leaves the smallest largest part, the first of equals: drawings around it are round. */
function centroids(tree: Tree): number[] {
  const { order, parent } = tree.walk();
  const size = new Int32Array(tree.variables).fill(1);
  const largest = new Int32Array(tree.variables);
  const component = new Int32Array(tree.variables);
  for (const v of order) component[v] = parent[v]! < 0 ? v : component[parent[v]!]!;
  const best = new Map<number, number>();
  for (const v of order.slice().reverse()) {
    const p = parent[v]!;
    if (p < 0) continue;
    size[p]! += size[v]!;
    largest[p] = Math.max(largest[p]!, size[v]!);
  }
  for (let v = 0; v < tree.variables; v++) {
    const root = component[v]!;
    largest[v] = Math.max(largest[v]!, size[root]! - size[v]!);
    const rival = best.get(root);
    if (rival === undefined || largest[v]! < largest[rival]!) best.set(root, v);
  }
  return [...best.values()];
}

/** Radius of each depth, up to `reach`: half by depth, half so that rings of many vertices get as much more room. */
function ringRadii(nodes: HierarchyNode<number>, reach: number): number[] {
  const counts = new Array<number>(nodes.height + 1).fill(0);
  for (const { depth } of nodes.descendants()) counts[depth]!++;
  const total = counts.reduce((sum, count) => sum + count, 0);
  let inside = 0;
  return counts.map((count, depth) => {
    inside += count;
    return depth === 0 ? 0 : (reach * (depth / nodes.height + Math.sqrt(inside / total))) / 2;
  });
}

/** Scales and centres the places into the square, with room for labels at its rim. */
function fit({ x, y }: Layout, side: number): void {
  const [left, right] = [x.reduce((a, b) => Math.min(a, b)), x.reduce((a, b) => Math.max(a, b))];
  const [top, bottom] = [y.reduce((a, b) => Math.min(a, b)), y.reduce((a, b) => Math.max(a, b))];
  const margin = clamp(0.09 * side, 70, 120);
  const scale = (side - 2 * margin) / Math.max(right - left, bottom - top, 1e-9);
  for (let v = 0; v < x.length; v++) {
    x[v] = side / 2 + (x[v]! - (left + right) / 2) * scale;
    y[v] = side / 2 + (y[v]! - (top + bottom) / 2) * scale;
  }
}

/** From a vertex outwards to its child: leaves along the one's ray, arrives along the other's. A centre has no ray of its own. */
function link(from: number, to: number, { x, y, angle, depth }: Layout): string {
  const start = `M${fixed(x[from]!)} ${fixed(y[from]!)}`;
  const end = `${fixed(x[to]!)} ${fixed(y[to]!)}`;
  if (depth[from] === 0) return `${start}L${end}`;
  // No further along the rays than half the way the link gains on them, so that it never swings past its end.
  const gain = (x[to]! - x[from]!) * Math.cos(angle[to]!) + (y[to]! - y[from]!) * Math.sin(angle[to]!);
  const bend = (v: number, sign: number) => {
    const reach = (sign * Math.max(0, gain)) / 2.5;
    return `${fixed(x[v]! + reach * Math.cos(angle[v]!))} ${fixed(y[v]! + reach * Math.sin(angle[v]!))}`;
  };
  return `${start}C${bend(from, 1)} ${bend(to, -1)} ${end}`;
}

function styles(dot: number, font: number): string {
  const rules = [
    `.e path{fill:none;stroke:#2f6b5e;stroke-linecap:round}`,
    ...Array.from({ length: LEVELS }, (_, level) => {
      const share = level / (LEVELS - 1);
      return `.e .w${level}{stroke-width:${fixed(dot * (0.3 + 1.2 * share))};stroke-opacity:${fixed(0.35 + 0.6 * share)}}`;
    }),
    `.n circle{fill:#1f2d3a}`,
    `.n .r{fill:#c8553d}`,
    `.e .h{stroke:#c8553d;stroke-opacity:1}`,
    `.n .h{fill:#c8553d}`,
    `.e .f{stroke-opacity:.15}`,
    `.n .f{fill-opacity:.25}`,
    `.t text{font:${fixed(font)}px system-ui,sans-serif;fill:#1f2d3a;stroke:#fdfcf9;stroke-width:${fixed(font / 4)};stroke-linejoin:round;paint-order:stroke;pointer-events:none}`,
    `.t .f{fill-opacity:.5}`,
  ];
  return rules.join('');
}

function text({ text, x, y, turn, anchor }: Placed, faded: boolean): string {
  const place =
    turn === 0
      ? `x="${fixed(x)}" y="${fixed(y)}"`
      : `transform="translate(${fixed(x)} ${fixed(y)})rotate(${fixed(turn)})"`;
  const end = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
  return `<text${faded ? ' class="f"' : ''} ${place}${end} dy=".35em">${xml(text)}</text>`;
}

function describe({ variables, edges, components, totalInformation }: Tree): string {
  const trees = components === 1 ? 'Tree' : `Forest of ${components} trees`;
  return `${trees} over ${variables} variables, ${edges.length} edges, ${shortNumber(totalInformation)} nats`;
}

function nameOf({ names }: Tree, v: number): string {
  return names?.[v] ?? String(v);
}

/** Four significant digits, without an exponent where people read on. */
function shortNumber(x: number): string {
  return String(Number(x.toPrecision(4)));
}
