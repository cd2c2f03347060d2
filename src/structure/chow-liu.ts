import { type Engine, engineOf } from '../runtime/engine.js';
import { Pace } from '../runtime/pace.js';
import type { InformationOptions } from './information.js';
import { PairInformation } from './pair-information.js';
import { RowFrontier, SparseFrontier } from './prim.js';
import { DisjointSets, type Edge, requireVertex, Tree } from './tree.js';
import { type BinaryRows, checkedDataset, discretise, type Observations, type Variables } from './variables.js';

export interface TreeConstraints {
  /** Where walks over the tree start. Default 0. */
  root?: number;
  /** Edges with less mutual information (nats) are left out, which leaves a forest. Default 0: a spanning tree. */
  minInformation?: number;
  /** Pairs that must be edges, whatever their information. RangeError when they close a cycle. */
  required?: readonly (readonly [number, number])[];
  /** Pairs that may not be edges. */
  forbidden?: readonly (readonly [number, number])[];
}

export interface ChowLiuOptions extends InformationOptions, TreeConstraints {
  /** Called now and then with the number of variables that have joined the tree, and of all. */
  onProgress?: (joined: number, variables: number) => void;
}

/**
 * The Chow-Liu tree of the features: the maximum spanning tree over pairwise mutual information (Chow and Liu 1968), by Prim's algorithm. Of equal
 * edges the smaller (min, max) pair wins, so the tree is unique. For sparse rows only pairs that occur together are counted, and of the others
 * only those that could become an edge are looked at (Meilă 1999): time near O(d · distinct counts + Σ over rows of nnz²), memory O(d + nnz).
 */
export async function chowLiuTree(data: Observations, options: ChowLiuOptions = {}): Promise<Tree> {
  const { features, featureNames } = checkedDataset(data);
  const engine = await engineOf(options);
  return growTree(engine, discretise(features, options), options, featureNames);
}

/** chowLiuTree over variables that are discrete already. */
export async function growTree(
  engine: Engine,
  data: Variables,
  options: TreeConstraints & { signal?: AbortSignal; onProgress?: (joined: number, variables: number) => void },
  names?: readonly string[],
): Promise<Tree> {
  const { root = 0, minInformation = 0, required = [], forbidden = [] } = options;
  const d = data.variables;
  requireVertex(root, d, 'root');
  if (typeof minInformation !== 'number')
    throw new TypeError(`minInformation: expected a number of nats, got ${typeof minInformation}`);
  if (!(minInformation >= 0)) throw new RangeError(`minInformation: expected nats from 0, got ${minInformation}`);
  if (options.onProgress !== undefined && typeof options.onProgress !== 'function')
    throw new TypeError(`onProgress: expected a function, got ${typeof options.onProgress}`);
  const overrides = constraintTable(required, forbidden, d);
  const pace = new Pace(options.signal);
  const scope = engine.scope();
  const constrained = overrides.size > 0 || data.kind !== 'rows';
  const pairs = constrained ? new PairInformation(engine, data) : undefined;
  try {
    const frontier = pairs
      ? new RowFrontier(engine, scope, pairs, overrides)
      : new SparseFrontier(engine, scope, data as BinaryRows);
    const edges: Edge[] = [];
    for (let v = root, joined = 1; v >= 0; joined++) {
      const { from, information } = frontier.edge(v);
      if (from >= 0 && (information === REQUIRED || information >= minInformation))
        edges.push({ a: from, b: v, information });
      v = frontier.join(v);
      if (pace.due) {
        options.onProgress?.(joined, d);
        await pace.turn();
      }
    }
    options.onProgress?.(d, d);
    return new Tree(d, pairs ? edges.map((edge) => withInformation(engine, pairs, edge)) : edges, root, names);
  } finally {
    pairs?.dispose();
    scope.dispose();
  }
}

/** Required edges carry an infinite weight until the tree stands. */
function withInformation(engine: Engine, pairs: PairInformation, edge: Edge): Edge {
  if (edge.information !== REQUIRED) return edge;
  pairs.row(edge.a);
  return { ...edge, information: engine.f64(pairs.information, pairs.variables)[edge.b]! };
}

/** Weights that stand above and below every mutual information, and below the kernel's "no edge yet" of -1. */
const REQUIRED = Number.POSITIVE_INFINITY;
const FORBIDDEN = -2;

function constraintTable(
  required: readonly (readonly [number, number])[],
  forbidden: readonly (readonly [number, number])[],
  variables: number,
): Map<number, Map<number, number>> {
  const table = new Map<number, Map<number, number>>();
  const sets = new DisjointSets(variables);
  const put = (a: number, b: number, weight: number) => {
    for (const [x, y] of [
      [a, b],
      [b, a],
    ] as const) {
      const row = table.get(x) ?? new Map<number, number>();
      row.set(y, weight);
      table.set(x, row);
    }
  };
  for (const [name, list, weight] of [
    ['forbidden', forbidden, FORBIDDEN],
    ['required', required, REQUIRED],
  ] as const) {
    if (!Array.isArray(list)) throw new TypeError(`${name}: expected a list of pairs [a, b], got ${typeof list}`);
    for (const pair of list) {
      if (!Array.isArray(pair) || pair.length !== 2)
        throw new TypeError(`${name}: expected pairs [a, b], got ${JSON.stringify(pair)}`);
      const [a, b] = pair as [number, number];
      requireVertex(a, variables, name);
      requireVertex(b, variables, name);
      if (a === b) throw new RangeError(`${name}: expected two different variables, got ${a} twice`);
      if (weight === REQUIRED) {
        if (table.get(a)?.get(b) === FORBIDDEN) throw new RangeError(`required: ${a}-${b} is forbidden too`);
        if (table.get(a)?.get(b) === REQUIRED) continue;
        if (!sets.join(a, b))
          throw new RangeError(`required: expected edges without a cycle, but ${a}-${b} closes one`);
      }
      put(a, b, weight);
    }
  }
  return table;
}
