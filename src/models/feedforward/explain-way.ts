import type { Matrix, RowMatrix } from '../../data/dataset.js';
import { checkMatrix } from '../../data/matrix.js';
import { columnMoments } from '../../numeric/moments.js';

/** The straight line to a row. */
export interface Way {
  /** The features that differ on it. */
  readonly features: Int32Array;
  /** By how much, in their order. */
  readonly change: Float64Array;
  /** The rows at these shares of the way. */
  rows(shares: Float64Array): Matrix;
}

export function wayTo(matrix: RowMatrix, row: number, from: 'zero' | 'mean'): Way {
  checkMatrix(matrix);
  const { columns, kind } = matrix;
  const at = numbersOf(matrix, row);
  const mean = from === 'mean' ? meanOf(matrix) : undefined;
  const start = (f: number) => Math.fround(mean?.[f] ?? 0);
  const all = Array.from({ length: columns }, (_, f) => f);
  const used = Int32Array.from(all.filter((f) => at(f) !== 0 || start(f) !== 0));
  const change = Float64Array.from(used, (f) => Math.fround(at(f)) - start(f));
  const rows = (shares: Float64Array): Matrix => {
    const width = kind === 'dense' ? columns : used.length;
    const values = new Float32Array(shares.length * width);
    shares.forEach((share, s) => {
      used.forEach((f, i) => {
        values[s * width + (kind === 'dense' ? f : i)] = start(f) + share * change[i]!;
      });
    });
    if (kind === 'dense') return { kind, rows: shares.length, columns, values };
    const starts = Int32Array.from({ length: shares.length + 1 }, (_, s) => s * width);
    const index = Int32Array.from({ length: values.length }, (_, e) => used[e % width]!);
    return { kind, rows: shares.length, columns, start: starts, index, value: values };
  };
  return { features: used, change, rows };
}

/** A row's numbers by feature. */
export function numbersOf(matrix: RowMatrix, row: number): (feature: number) => number {
  if (matrix.kind === 'dense') {
    const { columns, values } = matrix;
    const own = values.slice(row * columns, (row + 1) * columns);
    return (f) => own[f]!;
  }
  const { start, index, value } = matrix;
  const known = new Map<number, number>();
  for (let e = start[row]!; e < start[row + 1]!; e++) known.set(index[e]!, value[e]!);
  return (f) => known.get(f) ?? 0;
}

function meanOf(matrix: RowMatrix): ArrayLike<number> {
  const { rows, columns } = matrix;
  if (matrix.kind === 'dense') return columnMoments(matrix.values, rows, columns).mean;
  const mean = new Float64Array(columns);
  matrix.value.forEach((x, e) => {
    mean[matrix.index[e]!]! += x / rows;
  });
  return mean;
}
