import type { SparseMatrix } from '../data/matrix.js';
import { log } from '../numeric/log.js';
import type { Steps } from '../runtime/steps.js';

/** Entries of a step: each may be the first in a page of its list. */
const LISTED = 2 ** 11;

/**
 * Normalised pointwise mutual information of two features, from how many of `total` rows have both, the one and the other: ln(p(i,j) / (p(i) p(j))) / -ln p(i,j), -1 where they never
 * occur together. Bouma, "Normalized (pointwise) mutual information in collocation extraction" (2009).
 */
export function npmi(both: number, a: number, b: number, total: number): number {
  const shared = both / total;
  if (shared === 0) return -1;
  return shared === 1 ? 1 : log(shared / ((a / total) * (b / total))) / -log(shared);
}

/** Mean score of all pairs of a list, without those that have none; null where none has. */
export function meanOfPairs(list: readonly number[], score: (a: number, b: number) => number | null): number | null {
  let sum = 0;
  let pairs = 0;
  for (let i = 0; i < list.length; i++) {
    for (let j = i + 1; j < list.length; j++) {
      const value = score(list[i]!, list[j]!);
      if (value === null) continue;
      sum += value;
      pairs++;
    }
  }
  return pairs ? sum / pairs : null;
}

/** NPMI of pairs of features over rows that are all there. */
export class PairScores {
  /** Rows that have each feature. */
  readonly rows: Int32Array;
  private readonly columns: Int32Array[];
  private readonly total: number;
  private readonly known = new Map<number, number>();

  private constructor(total: number, columns: Int32Array[]) {
    this.total = total;
    this.columns = columns;
    this.rows = Int32Array.from(columns, (rows) => rows.length);
  }

  /** Of features that are present where a row lists them. */
  static *of({ rows, columns, start, index }: SparseMatrix): Steps<PairScores> {
    const counts = new Int32Array(columns);
    for (let e = 0; e < index.length; e++) {
      counts[index[e]!]!++;
      if (e % LISTED === 0) yield;
    }
    yield;
    const lists = Array.from(counts, (n) => new Int32Array(n));
    const fill = new Int32Array(columns);
    for (let r = 0; r < rows; r++) {
      for (let e = start[r]!; e < start[r + 1]!; e++) {
        lists[index[e]!]![fill[index[e]!]!++] = r;
        if (e % LISTED === 0) yield;
      }
    }
    return new PairScores(rows, lists);
  }

  /** Mean over the pairs of features that are each in at least so many rows: that rarer ones never meet says nothing. */
  coherence(features: readonly number[], minRows: number): number | null {
    const known = features.filter((f) => this.rows[f]! >= minRows);
    return meanOfPairs(known, (a, b) => this.npmi(a, b));
  }

  private npmi(a: number, b: number): number {
    const key = Math.min(a, b) * this.columns.length + Math.max(a, b);
    let value = this.known.get(key);
    if (value === undefined) {
      value = npmi(sharedRows(this.columns[a]!, this.columns[b]!), this.rows[a]!, this.rows[b]!, this.total);
      this.known.set(key, value);
    }
    return value;
  }
}

function sharedRows(a: Int32Array, b: Int32Array): number {
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) shared++;
    if (a[i]! <= b[j]!) i++;
    else j++;
  }
  return shared;
}
