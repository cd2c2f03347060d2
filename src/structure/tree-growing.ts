import type { Completed, Fn, WebAbortSignal } from '../check/option.js';
import type { Engine, Scope } from '../runtime/engine.js';
import { Pace } from '../runtime/pace.js';
import { type InformationRows, PairInformation, pairBytes } from './pair-information.js';
import type { PairLists } from './pair-lists.js';
import { RowFrontier } from './prim.js';
import type { Sampling } from './sampled.js';
import type { NamedVariables } from './table-variables.js';
import { DisjointSets, type Edge, requireVertex, Tree } from './tree.js';
import type { CONSTRAINTS, Pairs } from './tree-constraints.js';
import { type BinaryRows, requireRoom, type Variables } from './variables.js';

/** What a tree is grown from. */
export interface TreeSource {
  readonly variables: number;
  /** Who occurs with whom, where variables are binary and most do not; lives as long as the scope. */
  readonly lists?: (scope: Scope, pace: Pace) => Promise<PairLists | undefined>;
  readonly information: (pace: Pace) => Promise<InformationRows>;
  /** The edges by a sample of the rows, where one is asked for and does. */
  readonly sampled?: (constraints: number, steering: Steering) => Promise<Edge[] | undefined>;
}

/** How a tree is grown. */
export interface Growth extends Completed<typeof CONSTRAINTS> {
  readonly signal?: WebAbortSignal | undefined;
  readonly onProgress?: Fn<(joined: number, variables: number) => void> | undefined;
}

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
      const cut = data.kind === 'rows' ? (await import('./pair-lists.js')).asBits(engine, data) : data;
      requireRoom(engine, cut.variables, pairBytes(cut, 20, true));
      return PairInformation.inTurns(engine, cut, pace, true);
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
    (source.lists && overrides.size === 0 ? await sparseEdges(engine, source.lists, steering) : undefined) ??
    (await denseEdges(engine, source, overrides, steering));
  steering.hear(d);
  await pace.end();
  return new Tree(d, edges, root, names, states);
}

interface Steering extends Completed<Pick<typeof CONSTRAINTS, 'root' | 'minInformation'>> {
  readonly pace: Pace;
  /** Is told how many variables have joined. */
  readonly hear: (joined: number) => void;
}

/** Undefined where so many occur together that all pairs are better looked at. */
async function listsOf(engine: Engine, data: BinaryRows, scope: Scope, pace: Pace): Promise<PairLists | undefined> {
  const [{ sparsePrimBytes }, { areBetterAsBits, RowLists, rowListsBytes }] = await Promise.all([
    import('./sparse-prim.js'),
    import('./pair-lists.js'),
  ]);
  if (areBetterAsBits(data)) return undefined;
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
): Promise<Edge[] | undefined> {
  const scope = engine.scope();
  try {
    const [{ SparsePrim }, lists] = await Promise.all([import('./sparse-prim.js'), listing(scope, pace)]);
    if (!lists) return undefined;
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
