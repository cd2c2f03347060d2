import type { SparseMatrix } from '../../data/matrix.js';
import type { ItemRows } from '../../structure/counts/items.js';

/** Makes items of rows whose every cell has a state. */
export class ItemBuilder {
  readonly #start: Int32Array;
  #index = new Int32Array(1024);
  #row = 0;
  #length = 0;

  constructor(rows: number) {
    this.#start = new Int32Array(rows + 1);
  }

  /** Rising within a row. */
  add(item: number): void {
    if (this.#length === this.#index.length) {
      const index = new Int32Array(2 * this.#length);
      index.set(this.#index);
      this.#index = index;
    }
    this.#index[this.#length++] = item;
  }

  endRow(): void {
    this.#start[++this.#row] = this.#length;
  }

  finish(): ItemRows {
    return { rows: this.#row, start: this.#start, index: this.#index.slice(0, this.#length) };
  }
}

/**
 * @param stateOf of column c and a number of it
 * @param start of each column's items
 */
export function sparseItems(
  matrix: SparseMatrix,
  start: Int32Array,
  stateOf: (column: number, x: number) => number,
  zeros: readonly number[],
): ItemRows {
  const items = new ItemBuilder(matrix.rows);
  const put = (column: number, state: number) => {
    if (state > 0) items.add(start[column]! + state - 1);
  };
  for (let r = 0; r < matrix.rows; r++) {
    let z = 0;
    for (let e = matrix.start[r]!; e < matrix.start[r + 1]!; e++) {
      const column = matrix.index[e]!;
      for (; z < zeros.length && zeros[z]! < column; z++) put(zeros[z]!, stateOf(zeros[z]!, 0));
      if (zeros[z] === column) z++;
      put(column, stateOf(column, matrix.value[e]!));
    }
    for (; z < zeros.length; z++) put(zeros[z]!, stateOf(zeros[z]!, 0));
    items.endRow();
  }
  return items.finish();
}
