import type { RowMatrix, SparseMatrix } from '../../data/matrix.js';
import type { Pace } from '../../runtime/pace.js';

/** Where a sparse row's entries of features [feature, feature + width) are. */
function entriesOf({ start, index }: SparseMatrix, row: number, feature: number, width: number): [number, number] {
  const place = (wanted: number) => {
    let [low, high] = [start[row]!, start[row + 1]!];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (index[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return [place(feature), place(feature + width)];
}

/** Rows whose numbers there are others than those of the row that they come from. */
export async function changedRows(
  matrix: RowMatrix,
  feature: number,
  width: number,
  order: Int32Array,
  pace: Pace,
): Promise<Int32Array> {
  const rows: number[] = [];
  for (let r = 0; r < matrix.rows; r++) {
    if (isChanged(matrix, feature, width, r, order[r]!)) rows.push(r);
    if (r % 256 === 0 && pace.due) await pace.turn();
  }
  return Int32Array.from(rows);
}

function isChanged(matrix: RowMatrix, feature: number, width: number, to: number, from: number): boolean {
  if (matrix.kind === 'dense') {
    const { columns, values } = matrix;
    for (let f = feature; f < feature + width; f++)
      if (values[to * columns + f] !== values[from * columns + f]) return true;
    return false;
  }
  const [a, aEnd] = entriesOf(matrix, to, feature, width);
  const [b, bEnd] = entriesOf(matrix, from, feature, width);
  if (aEnd - a !== bEnd - b) return true;
  for (let i = 0; i < aEnd - a; i++) {
    if (matrix.index[a + i] !== matrix.index[b + i] || matrix.value[a + i] !== matrix.value[b + i]) return true;
  }
  return false;
}

/** These rows, each with the numbers there of the row that the order names. */
export async function withValuesOf(
  matrix: RowMatrix,
  feature: number,
  width: number,
  rows: Int32Array,
  order: Int32Array,
  pace: Pace,
): Promise<RowMatrix> {
  const { columns } = matrix;
  if (matrix.kind === 'dense') {
    const taken =
      matrix.values instanceof Float32Array
        ? new Float32Array(rows.length * columns)
        : new Float64Array(rows.length * columns);
    for (const [i, r] of rows.entries()) {
      taken.set(matrix.values.subarray(r * columns, (r + 1) * columns), i * columns);
      const from = order[r]! * columns + feature;
      taken.set(matrix.values.subarray(from, from + width), i * columns + feature);
      if (pace.due) await pace.turn();
    }
    return { kind: 'dense', rows: rows.length, columns, values: taken };
  }
  const start = new Int32Array(rows.length + 1);
  const parts = (i: number): [number, number][] => {
    const r = rows[i]!;
    const [gap, gapEnd] = entriesOf(matrix, r, feature, width);
    return [[matrix.start[r]!, gap], entriesOf(matrix, order[r]!, feature, width), [gapEnd, matrix.start[r + 1]!]];
  };
  for (let i = 0; i < rows.length; i++) {
    start[i + 1] = start[i]! + parts(i).reduce((sum, [from, to]) => sum + to - from, 0);
    if (i % 256 === 0 && pace.due) await pace.turn();
  }
  const index = new Int32Array(start[rows.length]!);
  const value = new Float32Array(index.length);
  for (let i = 0; i < rows.length; i++) {
    let at = start[i]!;
    for (const [from, to] of parts(i)) {
      index.set(matrix.index.subarray(from, to), at);
      value.set(matrix.value.subarray(from, to), at);
      at += to - from;
    }
    if (i % 256 === 0 && pace.due) await pace.turn();
  }
  return { kind: 'sparse', rows: rows.length, columns, start, index, value };
}
