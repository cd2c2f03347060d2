import type { SparseMatrix } from '../../data/dataset.js';
import { log } from '../../numeric/log.js';

/** Normalised pointwise mutual information of pairs of features: ln(p(i,j) / (p(i) p(j))) / -ln p(i,j), -1 for pairs that never occur together. */
export class PairScores {
  /** Rows that have each feature. */
  readonly rows: Int32Array;
  private readonly columns: Int32Array[];
  private readonly total: number;
  private readonly known = new Map<number, number>();

  constructor({ rows, columns, start, index }: SparseMatrix) {
    this.total = rows;
    this.rows = new Int32Array(columns);
    for (const f of index) this.rows[f]!++;
    this.columns = Array.from(this.rows, (n) => new Int32Array(n));
    const fill = new Int32Array(columns);
    for (let r = 0; r < rows; r++)
      for (let e = start[r]!; e < start[r + 1]!; e++) this.columns[index[e]!]![fill[index[e]!]!++] = r;
  }

  coherence(features: readonly number[]): number | null {
    let sum = 0;
    let pairs = 0;
    for (let i = 0; i < features.length; i++) {
      for (let j = i + 1; j < features.length; j++, pairs++) sum += this.npmi(features[i]!, features[j]!);
    }
    return pairs ? sum / pairs : null;
  }

  private npmi(a: number, b: number): number {
    const key = Math.min(a, b) * this.columns.length + Math.max(a, b);
    let value = this.known.get(key);
    if (value === undefined) {
      const both = sharedRows(this.columns[a]!, this.columns[b]!) / this.total;
      const independent = (this.rows[a]! / this.total) * (this.rows[b]! / this.total);
      value = both === 0 ? -1 : both === 1 ? 1 : log(both / independent) / -log(both);
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
