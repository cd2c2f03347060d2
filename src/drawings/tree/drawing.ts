import { complete } from '../../check/complete.js';
import type { Options, OptionsOf } from '../../check/option.js';
import { significant } from '../../numeric/format.js';
import { type Edge, requireTree, requireVertex, type Tree } from '../../structure/tree.js';
import { EDGE, LIGHT, PICKED } from '../palette.js';
import { clamp, drawing, element, fixed, group, title, xml } from '../svg.js';
import { shorten } from '../text.js';
import { describe, nameOf } from './describe.js';
import { type Placed, placeLabels } from './labels.js';
import { type Layout, layOut } from './layout.js';

/** Options of treeToSvg. */
export const TREE_SVG = {
  highlight: {
    kind: 'other',
    is: isIterable,
    expected: 'variables, by number',
    default: [],
    defaultDoc: 'none',
    doc: 'Variables to pick out, a receptive field say; the others fade.',
  },
  title: {
    kind: 'text',
    defaultDoc: 'the counts',
    doc: "Words for the drawing's own tooltip and for screen readers.",
  },
} as const satisfies Options;

export type TreeSvgOptions = OptionsOf<typeof TREE_SVG>;

function isIterable(value: unknown): value is Iterable<number> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

/**
 * A self-contained drawing: each tree of the forest radial around its most central vertex, the trees packed side by side.
 * The root is marked. Edges are wider and darker the more mutual
 * information they carry; names stand where they fit, and all of them are tooltips. Same tree, same bytes.
 */
export function treeToSvg(tree: Tree, options: TreeSvgOptions = {}): string {
  requireTree(tree);
  const { variables } = tree;
  const { highlight, title: words } = complete(TREE_SVG, options, 'treeToSvg');
  const chosen = new Set(highlight);
  for (const v of chosen) requireVertex(v, variables, 'highlight');
  const side = Math.min(2400, Math.round(400 + 28 * Math.sqrt(variables)));
  const dot = clamp((0.09 * side) / Math.sqrt(variables), 1.1, 4.5);
  const plan: Plan = {
    tree,
    chosen,
    side,
    dot,
    font: clamp(side / 100, 10, 17),
    layout: layOut(tree, side),
    ...ends(tree),
  };
  return drawing(side, side, {}, words ?? describe(tree), [
    element('style', {}, styles(plan)),
    element('rect', { width: side, height: side, fill: LIGHT.paper }),
    group({ class: 'e' }, drawEdges(plan)),
    group({ class: 'n' }, drawVertices(plan)),
    group({ class: 't' }, drawLabels(plan)),
  ]);
}

/** Edges come in this many widths. */
const LEVELS = 8;
/** In a larger forest, variables without an edge go without a label. */
const MOST_LONE_LABELS = 300;
/** The strongest that fit: more would hide the tree. */
const MOST_LABELS = 250;

interface Plan extends Ends {
  tree: Tree;
  /** Variables picked out; none where all are alike. */
  chosen: ReadonlySet<number>;
  side: number;
  layout: Layout;
  /** Radius of a dot and size of a letter, pixels. */
  dot: number;
  font: number;
}

/** What hangs on each variable. */
interface Ends {
  degree: Int32Array;
  /** Sum over its edges, nats. */
  strength: Float64Array;
  /** The most that an edge carries, nats. */
  most: number;
}

function ends({ variables, edges }: Tree): Ends {
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
  return { degree, strength, most };
}

/** Weak edges first: the strong ones lie on top. */
function drawEdges({ tree, chosen, most, layout }: Plan): string[] {
  const rising = (p: Edge, q: Edge) => p.information - q.information || p.a - q.a || p.b - q.b;
  return [...tree.edges].sort(rising).map(({ a, b, information }) => {
    const [top, end] = layout.parent[b] === a ? [a, b] : [b, a];
    const level = most > 0 ? Math.round((LEVELS - 1) * Math.sqrt(information / most)) : 0;
    const kind = chosen.size === 0 ? '' : chosen.has(a) && chosen.has(b) ? ' h' : ' f';
    const tip = `${nameOf(tree, a)} – ${nameOf(tree, b)}: ${significant(information)} nats`;
    return element('path', { class: `w${level}${kind}`, d: link(top, end, layout) }, title(tip));
  });
}

function drawVertices({ tree, chosen, degree, strength, layout: { x, y }, dot }: Plan): string[] {
  return Array.from({ length: tree.variables }, (_, v) => {
    const kind = chosen.size > 0 ? (chosen.has(v) ? 'h' : 'f') : v === tree.root ? 'r' : undefined;
    const tip = `${nameOf(tree, v)}: ${degree[v]} edge${degree[v] === 1 ? '' : 's'}, ${significant(strength[v]!)} nats`;
    return element('circle', { class: kind, cx: x[v]!, cy: y[v]!, r: radiusOf(degree[v]!, dot) }, title(tip));
  });
}

function drawLabels({ tree, chosen, degree, strength, layout, side, dot, font }: Plan): string[] {
  const { variables } = tree;
  const named = Array.from({ length: variables }, (_, v) => v).filter(
    (v) => degree[v]! > 0 || chosen.has(v) || variables <= MOST_LONE_LABELS,
  );
  named.sort((a, b) => Number(chosen.has(b)) - Number(chosen.has(a)) || strength[b]! - strength[a]! || a - b);
  const marks = {
    ...layout,
    radius: Float64Array.from(degree, (d) => radiusOf(d, dot)),
    outward: Uint8Array.from(degree, (d, v) => (d === 1 && layout.depth[v]! > 0 ? 1 : 0)),
  };
  return placeLabels(named, (v) => shorten(nameOf(tree, v)), marks, side, font, MOST_LABELS).map((label) =>
    drawLabel(label, chosen.size > 0 && !chosen.has(label.vertex)),
  );
}

function drawLabel({ text, x, y, turn, anchor }: Placed, faded: boolean): string {
  const place = turn === 0 ? { x, y } : { transform: `translate(${fixed(x)} ${fixed(y)})rotate(${fixed(turn)})` };
  const end = anchor === 'start' ? undefined : anchor;
  return element('text', { class: faded ? 'f' : undefined, ...place, 'text-anchor': end, dy: '.35em' }, xml(text));
}

function radiusOf(degree: number, dot: number): number {
  return dot * Math.min(3, 0.8 + 0.2 * Math.sqrt(degree));
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

function styles({ dot, font }: Plan): string {
  const { ink, paper } = LIGHT;
  const rules = [
    `.e path{fill:none;stroke:${EDGE};stroke-linecap:round}`,
    ...Array.from({ length: LEVELS }, (_, level) => {
      const share = level / (LEVELS - 1);
      return `.e .w${level}{stroke-width:${fixed(dot * (0.3 + 1.2 * share))};stroke-opacity:${fixed(0.35 + 0.6 * share)}}`;
    }),
    `.n circle{fill:${ink}}`,
    `.n .r{fill:${PICKED}}`,
    `.e .h{stroke:${PICKED};stroke-opacity:1}`,
    `.n .h{fill:${PICKED}}`,
    `.e .f{stroke-opacity:.15}`,
    `.n .f{fill-opacity:.25}`,
    `.t text{font:${fixed(font)}px system-ui,sans-serif;fill:${ink};stroke:${paper};stroke-width:${fixed(font / 4)};stroke-linejoin:round;paint-order:stroke;pointer-events:none}`,
    `.t .f{fill-opacity:.5}`,
  ];
  return rules.join('');
}
