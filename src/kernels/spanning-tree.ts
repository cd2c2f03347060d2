import { requireArray, requireIndex, requireLength } from '../check/arrays.js';
import { complete } from '../check/complete.js';
import type { Options, OptionsOf } from '../check/option.js';
import { requireMemory } from '../runtime/budget.js';
import { engineOf } from '../runtime/engine.js';
import { Pace } from '../runtime/pace.js';
import { RowFrontier } from '../structure/prim.js';
import { CALLING, SIZE } from './call.js';

const SPANNING = {
  vertices: { ...SIZE, doc: 'How many there are.' },
  root: { kind: 'integer', from: 0, default: 0, doc: 'The vertex to begin at.' },
  ...CALLING,
} as const satisfies Options;

/** Options of maximumSpanningTree. */
export type SpanningTreeOptions = OptionsOf<typeof SPANNING>;

/** An edge of a spanning tree. */
export interface SpanningEdge {
  /** The end that was in the tree before. */
  from: number;
  to: number;
  weight: number;
}

/**
 * The maximum spanning tree by Prim's algorithm, its edges in the order in which they join. Of equal edges the smaller (min, max) pair wins, so that the tree is unique. Time O(vertices²).
 * @param weights [vertices][vertices], symmetric, of numbers from 0, or -Infinity where there is no edge: a graph that is not connected gives a forest. The diagonal is not read
 */
export async function maximumSpanningTree(weights: Float64Array, given: SpanningTreeOptions): Promise<SpanningEdge[]> {
  const options = complete(SPANNING, given, 'maximumSpanningTree');
  const { vertices: d, root, signal } = options;
  requireIndex(root, d, 'root', 'vertex');
  requireArray(weights, 'weights', Float64Array);
  requireLength(weights, d * d, 'weights', `vertices x vertices = ${d} x ${d}`);
  const own = weights.slice();
  requireWeights(own, d);
  const engine = await engineOf(options);
  const pace = new Pace(signal);
  requireMemory(engine, 28 * d + 8 * own.length, 'weights', `a tree over ${d} vertices`, 'fewer vertices');
  const scope = engine.scope();
  try {
    const information = scope.bytes(d * 8);
    const row = (v: number) => engine.f64(information, d).set(own.subarray(v * d, (v + 1) * d));
    const frontier = new RowFrontier(engine, scope, { variables: d, information, row });
    const edges: SpanningEdge[] = [];
    for (let v = root; v >= 0; ) {
      const { from, information: weight } = frontier.edge(v);
      if (from >= 0) edges.push({ from, to: v, weight });
      v = frontier.join(v);
      if (pace.due) await pace.turn();
    }
    await pace.end();
    return edges;
  } finally {
    scope.dispose();
  }
}

function requireWeights(weights: Float64Array, d: number): void {
  for (let a = 0; a < d; a++) {
    for (let b = 0; b < d; b++) {
      const weight = weights[a * d + b]!;
      if (a === b) continue;
      if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY) && weight !== Number.NEGATIVE_INFINITY)
        throw new RangeError(
          `weights[${a * d + b}]: expected a number from 0, or -Infinity for no edge, got ${weight}`,
        );
      if (weight !== weights[b * d + a])
        throw new RangeError(
          `weights[${a * d + b}]: expected ${weights[b * d + a]} as for the edge from ${b} to ${a}, got ${weight}`,
        );
    }
  }
}
