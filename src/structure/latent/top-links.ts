import type { Engine, Scope } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import { informationOfCells } from '../information-cells.js';
import { RowFrontier } from '../prim.js';
import { type Edge, Tree } from '../tree.js';
import type { SoftCounts } from './soft-counts.js';

/** A tree over the latents of the last level. */
export interface TopLinks {
  /** From the root outwards. */
  readonly order: Int32Array;
  /** By latent; -1 at the root. */
  readonly parent: Int32Array;
  /** By latent: P(1 | parent = 0, 1); at the root its prior, twice. */
  readonly tables: readonly (readonly [number, number])[];
}

/**
 * The Chow-Liu tree of latents given by their posteriors: the maximum spanning tree over the mutual information of the soft counts. The root is the latent that
 * shares most information with its neighbours. One pseudo-count for each cell of a table.
 */
export async function linkLatents(engine: Engine, scope: Scope, soft: SoftCounts, pace: Pace): Promise<TopLinks> {
  const { rows, latents, stride } = soft;
  const room = soft.roomForPairs(scope);
  await soft.pairs(room, pace);
  const totals = scope.bytes(stride * 8);
  soft.totals(totals);
  const information = scope.bytes(latents * 8);
  const both = engine.f64(room.sums, latents * stride).slice();
  const ones = engine.f64(totals, latents).slice();
  const row = (v: number) => {
    const out = engine.f64(information, latents);
    for (let u = 0; u < latents; u++) {
      const together = both[v * stride + u]!;
      const [onlyV, onlyU] = [ones[v]! - together, ones[u]! - together];
      out[u] = informationOfCells(together, onlyV, onlyU, rows - onlyV - onlyU - together);
    }
  };
  const frontier = new RowFrontier(engine, scope, { variables: latents, information, row });
  const edges: Edge[] = [];
  for (let v = 0; v >= 0; v = frontier.join(v)) {
    const edge = frontier.edge(v);
    if (edge.from >= 0) edges.push({ a: edge.from, b: v, information: edge.information });
  }
  const { order, parent } = new Tree(latents, edges, mostInformed(latents, edges)).walk();
  const tables = Array.from(parent, (p, v) => {
    if (p < 0) {
      const prior = (ones[v]! + 1) / (rows + 2);
      return [prior, prior] as const;
    }
    const joint = both[p * stride + v]!;
    return [(ones[v]! - joint + 1) / (rows - ones[p]! + 2), (joint + 1) / (ones[p]! + 2)] as const;
  });
  return { order, parent, tables };
}

/** The variable whose edges carry most information together, the first of equals. */
function mostInformed(variables: number, edges: readonly Edge[]): number {
  const strength = new Float64Array(variables);
  for (const { a, b, information } of edges) {
    strength[a]! += information;
    strength[b]! += information;
  }
  return strength.indexOf(strength.reduce((most, s) => Math.max(most, s), 0));
}
