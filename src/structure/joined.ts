import type { Edge } from './tree.js';

/** Variables in the order in which they joined a tree; edge i, from i = 1 on, leads from parent[order[i]] to order[i]. */
export interface Joined {
  readonly order: Int32Array;
  readonly parent: Int32Array;
  readonly information: Float64Array;
}

/** Edges of at least so much information, nats, sorted by (a, b), as a tree has them. */
export function edgesOf({ order, parent, information }: Joined, least: number): Edge[] {
  const d = order.length;
  // Each edge under its variable that joined later; by the larger end first, then by the smaller.
  const joined = new Int32Array(d).fill(-1);
  for (let i = 1; i < d; i++) if (information[i]! >= least) joined[order[i]!] = i;
  const low = (v: number) => Math.min(v, parent[v]!);
  const high = (v: number) => Math.max(v, parent[v]!);
  const kept = order.filter((v) => joined[v]! >= 0);
  const edges: Edge[] = [];
  for (const v of sortedBy(sortedBy(kept, high, d), low, d))
    edges.push({ a: low(v), b: high(v), information: information[joined[v]!]! });
  return edges;
}

/** By a number below d; equal ones stay in their order. */
function sortedBy(list: Int32Array, of: (v: number) => number, d: number): Int32Array {
  const next = new Int32Array(d + 1);
  for (const v of list) next[of(v) + 1]!++;
  for (let k = 0; k < d; k++) next[k + 1]! += next[k]!;
  const sorted = new Int32Array(list.length);
  for (const v of list) sorted[next[of(v)]!++] = v;
  return sorted;
}
