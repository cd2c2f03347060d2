import type { Matrix } from './matrix.js';
import type { Targets } from './targets.js';

/** The matrix of the rows with these numbers, in this order. */
export function subsetMatrix(features: Matrix, rows: ArrayLike<number>): Matrix {
  const { columns } = features;
  if (features.kind === 'dense') {
    return { kind: 'dense', rows: rows.length, columns, values: takeBlocks(features.values, columns, rows) };
  }
  if (features.kind === 'images') {
    return { ...features, rows: rows.length, values: takeBlocks(features.values, columns, rows) };
  }
  const start = new Int32Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) {
    start[i + 1] = start[i]! + features.start[rows[i]! + 1]! - features.start[rows[i]!]!;
  }
  const index = new Int32Array(start[rows.length]!);
  const value = new Float32Array(index.length);
  for (let i = 0; i < rows.length; i++) {
    const from = features.start[rows[i]!]!;
    const to = features.start[rows[i]! + 1]!;
    index.set(features.index.subarray(from, to), start[i]);
    value.set(features.value.subarray(from, to), start[i]);
  }
  return { kind: 'sparse', rows: rows.length, columns, start, index, value };
}

/** The targets of the rows with these numbers, in this order. */
export function subsetTargets(targets: Targets, rows: ArrayLike<number>): Targets {
  switch (targets.kind) {
    case 'classes':
      return { ...targets, values: takeBlocks(targets.values, 1, rows) };
    case 'tasks':
      return { ...targets, values: takeBlocks(targets.values, targets.tasks, rows) };
    case 'values':
      return { ...targets, values: takeBlocks(targets.values, targets.outputs, rows) };
  }
}

function takeBlocks<T extends Float32Array | Int32Array | Int8Array | Uint8Array>(
  values: T,
  width: number,
  rows: ArrayLike<number>,
): T {
  // Node's Buffer is a Uint8Array too, but not one to be made with `new`.
  const kind = values instanceof Uint8Array ? Uint8Array : values.constructor;
  const taken = new (kind as new (length: number) => T)(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    const from = rows[i]! * width;
    for (let j = 0; j < width; j++) taken[i * width + j] = values[from + j]!;
  }
  return taken;
}
