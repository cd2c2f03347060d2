import type { SparseMatrix } from '../../data/matrix.js';
import { LEAST_DISTINCT, NumberSet } from './number-set.js';

/** What numbers sparse rows have, by column. Most are ones, which are only counted. */
export class SparseCensus {
  rows = 0;
  /** Columns up to the highest; or as many as were said. */
  columns = 0;
  /** svmlight: the lowest index, as written. */
  lowest = Number.POSITIVE_INFINITY;
  /** [column], longer than there are columns. */
  ones = new Float64Array(1024);
  readonly others = new Map<number, NumberSet>();

  add({ rows, columns, start, index, value }: SparseMatrix, lowest = Number.POSITIVE_INFINITY): void {
    this.rows += rows;
    this.reach(columns);
    this.lowest = Math.min(this.lowest, lowest);
    for (let e = start[0]!; e < start[rows]!; e++) {
      const c = index[e]!;
      const x = value[e]!;
      if (x === 1) this.ones[c]!++;
      else this.othersOf(c).add(x);
    }
  }

  addAll(other: SparseCensus): void {
    this.rows += other.rows;
    this.reach(other.columns);
    this.lowest = Math.min(this.lowest, other.lowest);
    for (let c = 0; c < other.columns; c++) this.ones[c]! += other.ones[c]!;
    for (const [c, set] of other.others) this.othersOf(c).addAll(set);
  }

  reach(columns: number): void {
    this.columns = Math.max(this.columns, columns);
    if (columns <= this.ones.length) return;
    const { ones } = this;
    this.ones = new Float64Array(Math.max(columns, 2 * ones.length));
    this.ones.set(ones);
  }

  /** All numbers of a column, those that are absent as zeros. */
  numbers(column: number): NumberSet {
    const all = new NumberSet(LEAST_DISTINCT);
    const others = this.others.get(column);
    if (others) all.addAll(others);
    const ones = this.ones[column] ?? 0;
    if (ones > 0) all.add(1, ones);
    const zeros = this.rows - ones - (others?.count ?? 0);
    if (zeros > 0) all.add(0, zeros);
    return all;
  }

  private othersOf(column: number): NumberSet {
    let set = this.others.get(column);
    if (!set) {
      set = new NumberSet(LEAST_DISTINCT);
      this.others.set(column, set);
    }
    return set;
  }
}
