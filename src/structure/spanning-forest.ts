import { DisjointSets } from './tree.js';

/** Pairs a < b of variables, by (a, b) rising. */
export interface PairList {
  readonly a: Int32Array;
  readonly b: Int32Array;
}

export interface WeightedPairs extends PairList {
  readonly weight: Float64Array | Float32Array;
}

/** Numbers of the pairs of the maximum spanning forest, rising, by Borůvka's algorithm: of equal pairs the one that comes first wins. */
export function spanningForest(variables: number, { a, b, weight }: WeightedPairs): Int32Array {
  const sets = new DisjointSets(variables);
  const best = new Int32Array(variables);
  const chosen: number[] = [];
  const open = Int32Array.from(a.keys());
  let size = open.length;
  while (size > 0) {
    best.fill(-1);
    let kept = 0;
    for (let k = 0; k < size; k++) {
      const i = open[k]!;
      const [x, y] = [sets.find(a[i]!), sets.find(b[i]!)];
      if (x === y) continue;
      open[kept++] = i;
      if (best[x]! < 0 || weight[i]! > weight[best[x]!]!) best[x] = i;
      if (best[y]! < 0 || weight[i]! > weight[best[y]!]!) best[y] = i;
    }
    size = kept;
    for (const i of best) if (i >= 0 && sets.join(a[i]!, b[i]!)) chosen.push(i);
  }
  return Int32Array.from(chosen).sort();
}

/** The least weight on a forest's path from one variable to each: walks of it. */
export class Bottlenecks {
  private readonly start: Int32Array;
  private readonly neighbour: Int32Array;
  private readonly edge: Int32Array;
  private readonly order: Int32Array;
  /** Of the variable that `from` was called with last; -Infinity where no path leads. */
  readonly least: Float64Array;
  private readonly weights: WeightedPairs['weight'];

  constructor(variables: number, pairs: WeightedPairs, forest: Int32Array) {
    this.start = new Int32Array(variables + 1);
    this.neighbour = new Int32Array(2 * forest.length);
    this.edge = new Int32Array(2 * forest.length);
    this.order = new Int32Array(variables);
    this.least = new Float64Array(variables);
    this.weights = pairs.weight;
    const { start, neighbour, edge } = this;
    for (const i of forest) {
      start[pairs.a[i]! + 1]!++;
      start[pairs.b[i]! + 1]!++;
    }
    for (let v = 0; v < variables; v++) start[v + 1]! += start[v]!;
    const fill = start.slice();
    for (const i of forest) {
      for (const [v, u] of [
        [pairs.a[i]!, pairs.b[i]!],
        [pairs.b[i]!, pairs.a[i]!],
      ] as const) {
        const at = fill[v]!++;
        neighbour[at] = u;
        edge[at] = i;
      }
    }
  }

  from(v: number): Float64Array {
    const { start, neighbour, edge, order, least, weights } = this;
    least.fill(Number.NEGATIVE_INFINITY);
    least[v] = Number.POSITIVE_INFINITY;
    order[0] = v;
    for (let at = 0, size = 1; at < size; at++) {
      const x = order[at]!;
      for (let e = start[x]!; e < start[x + 1]!; e++) {
        const u = neighbour[e]!;
        if (least[u] !== Number.NEGATIVE_INFINITY) continue;
        least[u] = Math.min(least[x]!, weights[edge[e]!]!);
        order[size++] = u;
      }
    }
    return least;
  }
}
