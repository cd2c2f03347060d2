import { log } from '../../data/log.js';
import type { Pace } from '../../runtime/pace.js';
import type { SoftCounts } from './soft-counts.js';

/** A tree over the latents of the last level. */
export interface TopLinks {
  /** From the root outwards. */
  readonly order: readonly number[];
  /** By latent; -1 at the root. */
  readonly parent: readonly number[];
  /** By latent: P(1 | parent = 0, 1); at the root its prior, twice. */
  readonly tables: readonly (readonly [number, number])[];
}

/**
 * The Chow-Liu tree of latents given by their posteriors: the maximum spanning tree over the mutual information of the soft counts. The root is the latent that
 * shares most information with its neighbours. One pseudo-count for each cell of a table.
 */
export async function linkLatents(soft: SoftCounts, pace: Pace): Promise<TopLinks> {
  const { rows, latents: count, stride } = soft;
  const both = await soft.pairs(pace);
  const ones = soft.totals();
  const edges = spanningTree(count, (a, b) => information(both[a * stride + b]!, ones[a]!, ones[b]!, rows));
  const strength = new Float64Array(count);
  for (const { a, b, weight } of edges) {
    strength[a]! += weight;
    strength[b]! += weight;
  }
  const root = strength.indexOf(strength.reduce((most, s) => Math.max(most, s), 0));
  const neighbours = Array.from({ length: count }, () => [] as number[]);
  for (const { a, b } of edges) {
    neighbours[a]!.push(b);
    neighbours[b]!.push(a);
  }
  const parent = new Array<number>(count).fill(-1);
  const order = [root];
  for (const v of order) {
    for (const u of neighbours[v]!.sort((x, y) => x - y)) {
      if (u === parent[v]) continue;
      parent[u] = v;
      order.push(u);
    }
  }
  const tables = parent.map((p, v) => {
    if (p < 0) {
      const prior = (ones[v]! + 1) / (rows + 2);
      return [prior, prior] as const;
    }
    const joint = both[p * stride + v]!;
    return [(ones[v]! - joint + 1) / (rows - ones[p]! + 2), (joint + 1) / (ones[p]! + 2)] as const;
  });
  return { order, parent, tables };
}

/** I(a; b) in nats from soft counts. */
function information(both: number, a: number, b: number, n: number): number {
  const term = (count: number, x: number, y: number) => (count > 0 ? (count / n) * log((count * n) / (x * y)) : 0);
  const same = term(both, a, b) + term(n - a - b + both, n - a, n - b);
  // Either order of a and b gives the same bits.
  return Math.max(0, same + (term(a - both, a, n - b) + term(b - both, b, n - a)));
}

/** Prim's maximum spanning tree; of equal edges the one that was found first. */
function spanningTree(count: number, weightOf: (a: number, b: number) => number) {
  const edges: { a: number; b: number; weight: number }[] = [];
  const key = new Float64Array(count).fill(-1);
  const from = new Int32Array(count).fill(-1);
  const joined = new Uint8Array(count);
  for (let v = 0; v >= 0; ) {
    joined[v] = 1;
    let next = -1;
    for (let u = 0; u < count; u++) {
      if (joined[u]) continue;
      const weight = weightOf(v, u);
      if (weight > key[u]!) {
        key[u] = weight;
        from[u] = v;
      }
      if (next < 0 || key[u]! > key[next]!) next = u;
    }
    if (next >= 0) edges.push({ a: from[next]!, b: next, weight: key[next]! });
    v = next;
  }
  return edges;
}
