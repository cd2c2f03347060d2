// What peers want otherwise than it is given: other orders of axes, zeros where nothing is joined.
import type { SparseMatrix } from '../../../data/dataset.js';
import type { Connections } from '../../../layers/connections.js';

/** Weights of connections as a dense matrix [unit][input]. */
export function denseWeight({ inputs, units, start, index }: Connections, weight: Float32Array): Float32Array {
  const made = new Float32Array(units * inputs);
  for (let u = 0; u < units; u++)
    for (let e = start[u]!; e < start[u + 1]!; e++) made[u * inputs + index[e]!] = weight[e]!;
  return made;
}

/** Those of a dense matrix [unit][input] that are connections. */
export function connected({ inputs, units, start, index }: Connections, dense: ArrayLike<number>): Float32Array {
  const found = new Float32Array(index.length);
  for (let u = 0; u < units; u++)
    for (let e = start[u]!; e < start[u + 1]!; e++) found[e] = dense[u * inputs + index[e]!]!;
  return found;
}

/** Rows of ones and zeros. */
export function denseRows({ rows, columns, start, index }: SparseMatrix): Float32Array {
  const made = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) for (let e = start[r]!; e < start[r + 1]!; e++) made[r * columns + index[e]!] = 1;
  return made;
}

/** Columns of bits, as espalier/kernels takes them. */
export function bitColumns({ rows, columns, start, index }: SparseMatrix): Uint8Array {
  const bytes = 8 * Math.ceil(rows / 64);
  const bits = new Uint8Array(columns * bytes);
  for (let r = 0; r < rows; r++)
    for (let e = start[r]!; e < start[r + 1]!; e++) bits[index[e]! * bytes + (r >> 3)]! |= 1 << (r & 7);
  return bits;
}

/** The pairs a < b of a square, in order. */
export function upper(square: ArrayLike<number>, d: number): Float32Array {
  const found = new Float32Array((d * (d - 1)) / 2);
  for (let a = 0, at = 0; a < d; a++) for (let b = a + 1; b < d; b++) found[at++] = square[a * d + b]!;
  return found;
}

/** A tensor of four axes with its axes in another order. */
export function moved(x: ArrayLike<number>, shape: readonly number[], order: readonly number[]): Float32Array {
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
  const [s0, s1, s2, s3] = order.map((axis) => strides[axis]!) as [number, number, number, number];
  const [d0, d1, d2, d3] = order.map((axis) => shape[axis]!) as [number, number, number, number];
  const made = new Float32Array(d0 * d1 * d2 * d3);
  let at = 0;
  for (let a = 0; a < d0; a++)
    for (let b = 0; b < d1; b++)
      for (let c = 0; c < d2; c++) for (let d = 0; d < d3; d++) made[at++] = x[a * s0 + b * s1 + c * s2 + d * s3]!;
  return made;
}

/** Nats of a maximum spanning tree over the pairs a < b (Prim's algorithm). */
export function spanningNats(information: ArrayLike<number>, d: number): number {
  const of = (a: number, b: number) => information[(a * (2 * d - a - 1)) / 2 + b - a - 1]!;
  const best = new Float64Array(d).fill(-1);
  const left = Array.from({ length: d - 1 }, (_, v) => v + 1);
  let nats = 0;
  for (let v = 0; left.length > 0; ) {
    let at = 0;
    for (let i = 0; i < left.length; i++) {
      const u = left[i]!;
      best[u] = Math.max(best[u]!, u < v ? of(u, v) : of(v, u));
      if (best[u]! > best[left[at]!]!) at = i;
    }
    v = left[at]!;
    nats += best[v]!;
    left[at] = left.at(-1)!;
    left.pop();
  }
  return nats;
}

/** [row][column] as [column][row]. */
export function turned(x: Float32Array, rows: number, columns: number): Float32Array {
  const made = new Float32Array(x.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) made[c * rows + r] = x[r * columns + c]!;
  return made;
}
