import type { SparseMatrix } from '../../matrix.js';

/** Rows of counts, one after another. */
export class RowBuilder {
  private readonly columns: number;
  private readonly binary: boolean;
  /** Counts of the row at hand, [column]. */
  private readonly counts: Int32Array;
  private touched = new Int32Array(256);
  private touchedCount = 0;
  private index = new Int32Array(1024);
  private value = new Float32Array(1024);
  private readonly start = [0];
  private filled = 0;

  constructor(columns: number, binary: boolean) {
    this.columns = columns;
    this.binary = binary;
    this.counts = new Int32Array(columns);
  }

  /** One more of a column in the row at hand. */
  add(column: number): void {
    if (this.counts[column]!++ > 0) return;
    if (this.touchedCount === this.touched.length) this.touched = grown(this.touched, 2 * this.touchedCount);
    this.touched[this.touchedCount++] = column;
  }

  endRow(): void {
    const columns = this.touched.subarray(0, this.touchedCount).sort();
    const end = this.filled + columns.length;
    if (end > this.index.length) {
      this.index = grown(this.index, 2 * end);
      this.value = grown(this.value, 2 * end);
    }
    for (const column of columns) {
      this.index[this.filled] = column;
      this.value[this.filled++] = this.binary ? 1 : this.counts[column]!;
      this.counts[column] = 0;
    }
    this.touchedCount = 0;
    this.start.push(end);
  }

  finish(): SparseMatrix {
    return {
      kind: 'sparse',
      rows: this.start.length - 1,
      columns: this.columns,
      start: Int32Array.from(this.start),
      index: this.index.slice(0, this.filled),
      value: this.value.slice(0, this.filled),
    };
  }
}

function grown<A extends Int32Array | Float32Array>(array: A, length: number): A {
  const larger = new (array.constructor as new (length: number) => A)(length);
  larger.set(array);
  return larger;
}
