import { complete } from '../check/complete.js';
import { type Completed, type Fn, type Options, type OptionsOf, SEED, SIGNAL } from '../check/option.js';
import type { Observations } from '../data/checked.js';
import type { Table } from '../data/tables/table.js';
import { ENGINE, type Engine, engineOf, type Scope } from '../runtime/engine.js';
import { Pace } from '../runtime/pace.js';
import type { Counts } from './counts/counts.js';
import { isCounts } from './counts/is-counts.js';
import { type InformationRows, PairInformation, pairBytes } from './pair-information.js';
import type { PairLists } from './pair-lists.js';
import { RowFrontier } from './prim.js';
import type { SampledReport, Sampling } from './sampled.js';
import { type NamedVariables, variablesOf } from './table-variables.js';
import { DisjointSets, type Edge, requireVertex, Tree } from './tree.js';
import { type BinaryRows, DISCRETISE, type Hold, requireRoom, type Variables } from './variables.js';

/** What a tree must look like. */
export const CONSTRAINTS = {
  root: { kind: 'integer', from: 0, default: 0, doc: 'The variable that walks over the tree start from.' },
  minInformation: {
    kind: 'number',
    unit: 'nats',
    from: 0,
    // Nothing but what is required.
    words: [Number.POSITIVE_INFINITY],
    default: 0,
    doc: 'Edges of less mutual information, in nats, are left out, which leaves a forest.',
  },
  required: {
    kind: 'other',
    is: isPairs,
    expected: 'a list of pairs [a, b]',
    default: [],
    defaultDoc: 'none',
    doc: 'Pairs that must be edges; they may close no cycle.',
  },
  forbidden: {
    kind: 'other',
    is: isPairs,
    expected: 'a list of pairs [a, b]',
    default: [],
    defaultDoc: 'none',
    doc: 'Pairs that may not be edges.',
  },
} as const satisfies Options;

export type TreeConstraints = OptionsOf<typeof CONSTRAINTS>;

type Pairs = readonly (readonly [number, number])[];

/** Options of chowLiuTree. */
export const CHOW_LIU = {
  ...DISCRETISE,
  ...CONSTRAINTS,
  sample: {
    kind: 'flag',
    default: false,
    doc: 'Count a sample of the rows, and over all only what it cannot exclude: for long dense data, without required and forbidden pairs.',
  },
  confidence: {
    kind: 'number',
    from: 0,
    to: 1,
    default: 0.999999,
    doc: 'How sure a tree by a sample is that of all rows.',
  },
  seed: SEED,
  engine: ENGINE,
  signal: SIGNAL,
  onProgress: {
    kind: 'callback',
    inert: true,
    doc: 'Hears how many variables have joined the tree, and of how many.',
    type: undefined as Fn<(joined: number, variables: number) => void>,
  },
  onSampled: {
    kind: 'callback',
    inert: true,
    doc: 'Hears what a sample saved, and whether the tree is exact.',
    type: undefined as Fn<(report: SampledReport) => void>,
  },
} as const satisfies Options;

export type ChowLiuOptions = OptionsOf<typeof CHOW_LIU>;

/**
 * The Chow-Liu tree of the features, or of the columns of a Table, each one variable, or of Counts of them: the maximum spanning tree over pairwise mutual information (Chow and Liu 1968), by Prim's algorithm. Of equal
 * edges the smaller (min, max) pair wins, so the tree is unique. For sparse rows only pairs that occur together are counted, and of the others
 * only those that could become an edge are looked at (Meilă 1999): time near O(d · distinct counts + Σ over rows of nnz²), memory O(d + nnz).
 *
 * Promises that onProgress returns are waited for before the result, until the signal comes; one that is rejected ends the call.
 */
export async function chowLiuTree(data: Observations | Table | Counts, given: ChowLiuOptions = {}): Promise<Tree> {
  const options = complete(CHOW_LIU, given, 'chowLiuTree');
  const pace = new Pace(options.signal);
  if (isCounts(data)) return (await import('./counts/tree.js')).treeOfCounts(data, options, given);
  const isSparse = (data as Observations | null)?.features?.kind === 'sparse';
  const [engine, held] = await Promise.all([
    engineOf(options),
    isSparse && import('./held-rows.js'),
    isSparse && import('./sparse-prim.js'),
  ]);
  const scope = engine.scope();
  try {
    const hold: Hold | undefined = held
      ? (matrix, threshold) => held.holdRows(engine, scope, matrix, threshold)
      : undefined;
    const { variables, names, states } = await variablesOf(engine, data, options, pace, hold);
    return await growTree(engine, variables, options, names, states, options.sample ? options : undefined);
  } finally {
    scope.dispose();
  }
}

/** What a tree is grown from. */
export interface TreeSource {
  readonly variables: number;
  /** Who occurs with whom, where variables are binary and most do not; lives as long as the scope. */
  readonly lists?: (scope: Scope, pace: Pace) => Promise<PairLists>;
  readonly information: (pace: Pace) => Promise<InformationRows>;
  /** The edges by a sample of the rows, where one is asked for and does. */
  readonly sampled?: (constraints: number, steering: Steering) => Promise<Edge[] | undefined>;
}

/** How a tree is grown. */
export type Growth = Completed<typeof CONSTRAINTS> & Pick<ChowLiuOptions, 'signal' | 'onProgress'>;

/** chowLiuTree over variables that are discrete already. */
export function growTree(
  engine: Engine,
  data: Variables,
  options: Growth,
  names?: readonly string[],
  states?: NamedVariables['states'],
  sampling?: Sampling,
): Promise<Tree> {
  const source: TreeSource = {
    variables: data.variables,
    ...(data.kind === 'rows' ? { lists: (scope, pace) => listsOf(engine, data, scope, pace) } : {}),
    information: async (pace) => {
      requireRoom(engine, data.variables, pairBytes(data, 20, true));
      return PairInformation.inTurns(engine, data, pace, true);
    },
    ...(sampling
      ? {
          sampled: async (constraints, steering) =>
            (await import('./sampled.js')).edgesBySample(engine, data, constraints, sampling, steering),
        }
      : {}),
  };
  return growFrom(engine, source, options, names, states);
}

/** growTree from any source. */
export async function growFrom(
  engine: Engine,
  source: TreeSource,
  options: Growth,
  names?: readonly string[],
  states?: NamedVariables['states'],
): Promise<Tree> {
  const { root, minInformation, required, forbidden } = options;
  const d = source.variables;
  requireVertex(root, d, 'root');
  const overrides = constraintTable(required, forbidden, d);
  const pace = new Pace(options.signal);
  const steering: Steering = {
    root,
    minInformation,
    pace,
    hear: (joined) => pace.hear(options.onProgress?.(joined, d)),
  };
  const edges =
    (await source.sampled?.(overrides.size, steering)) ??
    (overrides.size > 0 || !source.lists
      ? await denseEdges(engine, source, overrides, steering)
      : await sparseEdges(engine, source.lists, steering));
  steering.hear(d);
  await pace.end();
  return new Tree(d, edges, root, names, states);
}

interface Steering extends Completed<Pick<typeof CONSTRAINTS, 'root' | 'minInformation'>> {
  readonly pace: Pace;
  /** Is told how many variables have joined. */
  readonly hear: (joined: number) => void;
}

async function listsOf(engine: Engine, data: BinaryRows, scope: Scope, pace: Pace): Promise<PairLists> {
  const [{ sparsePrimBytes }, { RowLists, rowListsBytes }] = await Promise.all([
    import('./sparse-prim.js'),
    import('./pair-lists.js'),
  ]);
  const { rows, variables } = data;
  const { held, turning, pairs } = rowListsBytes(data);
  const growing = sparsePrimBytes(engine, rows, variables, data.index.length, pairs);
  requireRoom(engine, variables, held + Math.max(turning, growing));
  return RowLists.over(engine, scope, data, pace);
}

/** Of binary variables without constraints. */
async function sparseEdges(
  engine: Engine,
  listing: NonNullable<TreeSource['lists']>,
  { root, minInformation, pace, hear }: Steering,
): Promise<Edge[]> {
  const scope = engine.scope();
  try {
    const [{ SparsePrim }, lists] = await Promise.all([import('./sparse-prim.js'), listing(scope, pace)]);
    return await new SparsePrim(engine, scope, lists).grow(root, minInformation, pace, hear);
  } finally {
    scope.dispose();
  }
}

/** Of any variables, by a whole row of information for each. */
async function denseEdges(
  engine: Engine,
  source: TreeSource,
  overrides: ReturnType<typeof constraintTable>,
  { root, minInformation, pace, hear }: Steering,
): Promise<Edge[]> {
  const pairs = await source.information(pace);
  const scope = engine.scope();
  try {
    const frontier = new RowFrontier(engine, scope, pairs, overrides);
    const edges: Edge[] = [];
    for (let v = root, joined = 1; v >= 0; joined++) {
      const { from, information } = frontier.edge(v);
      if (from >= 0 && (information === REQUIRED || information >= minInformation))
        edges.push({ a: from, b: v, information });
      await pairs.rowInTurns(v, pace);
      v = frontier.joinWithRow(v);
      if (pace.due) {
        hear(joined);
        await pace.turn();
      }
    }
    return edges.map((edge) => withInformation(engine, pairs, edge));
  } finally {
    pairs.dispose();
    scope.dispose();
  }
}

function isPairs(value: unknown): value is Pairs {
  return Array.isArray(value) && [...value].every((pair) => Array.isArray(pair) && pair.length === 2);
}

/** Required edges carry an infinite weight until the tree stands. */
function withInformation(engine: Engine, pairs: InformationRows, edge: Edge): Edge {
  if (edge.information !== REQUIRED) return edge;
  pairs.row(edge.a);
  return { ...edge, information: engine.f64(pairs.information, pairs.variables)[edge.b]! };
}

/** Weights that stand above and below every mutual information, and below the kernel's "no edge yet" of -1. */
const REQUIRED = Number.POSITIVE_INFINITY;
const FORBIDDEN = -2;

function constraintTable(required: Pairs, forbidden: Pairs, variables: number): Map<number, Map<number, number>> {
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
    for (const [a, b] of list) {
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
