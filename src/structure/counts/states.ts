import type { Counts } from './counts.js';

/** Rows from which on k ln k is computed for each count, not looked up. */
export const MOST_TABLED = 2 ** 27;

/** The states that occur: of the others, as of rows that were not met, a tree knows nothing. */
export interface OccurringStates {
  /** Whether each variable is one item, and state 1 of it. */
  readonly areItems: boolean;
  /** States of a variable, at most; items of one. */
  readonly most: number;
  readonly mostItems: number;
  /** In how many rows each state of v occurs, those that do. */
  rows(v: number): Float64Array;
  /** What v's states are called; undefined where they have no names. */
  labels(v: number): readonly string[] | undefined;
  /** v's items. */
  items(v: number): { readonly first: number; readonly size: number };
  /**
   * Writes in how many rows each occurring state of v has each of u, [of v][of u]; returns how many each has.
   * @param count of the i-th item of v with an item
   */
  joint(
    out: Int32Array | Float64Array,
    v: number,
    u: number,
    count: (i: number, item: number) => number,
  ): [number, number];
}

export function occurringStates(counts: Counts): OccurringStates {
  const { rows: n, variables: d, itemStart } = counts;
  const { ones, variables } = counts.contents;
  const { stateCounts, states } = variables;
  const items = (v: number) => ({ first: itemStart[v]!, size: itemStart[v + 1]! - itemStart[v]! });
  /** Of all states, by variable. */
  const known: number[][] = [];
  const all = (v: number) => {
    const { first, size } = items(v);
    const some = ones.subarray(first, first + size);
    known[v] ??= [n - some.reduce((sum, k) => sum + k, 0), ...some];
    return known[v];
  };
  let [most, mostItems] = [2, 1];
  for (let v = 0; v < d; v++) {
    most = Math.max(most, items(v).size + 1);
    mostItems = Math.max(mostItems, items(v).size);
  }
  const wide = new Float64Array(most * most);
  return {
    areItems: stateCounts === undefined || stateCounts.every((k) => k === 2),
    most,
    mostItems,
    items,
    rows: (v) => Float64Array.from(all(v).filter((k) => k > 0)),
    labels: (v) => states?.[v]?.filter((_, s) => all(v)[s]! > 0),
    joint(out, v, u, count) {
      const [a, b] = [items(v), items(u)];
      const [ofV, ofU] = [all(v), all(u)];
      const width = b.size + 1;
      // What is counted, and the states that are implied by what is left.
      let corner = ofV[0]!;
      for (let t = 1; t < width; t++) wide[t] = ofU[t]!;
      for (let s = 1; s <= a.size; s++) {
        let left = ofV[s]!;
        for (let t = 1; t < width; t++) {
          const both = count(s - 1, b.first + t - 1);
          wide[s * width + t] = both;
          wide[t]! -= both;
          left -= both;
        }
        wide[s * width] = left;
      }
      for (let t = 1; t < width; t++) corner -= wide[t]!;
      wide[0] = corner;
      let [at, ka, kb] = [0, 0, 0];
      for (let s = 0; s <= a.size; s++) {
        if (ofV[s] === 0) continue;
        ka++;
        kb = 0;
        for (let t = 0; t < width; t++) {
          if (ofU[t] === 0) continue;
          kb++;
          out[at++] = wide[s * width + t]!;
        }
      }
      return [ka, kb];
    },
  };
}
