import { requireLength } from '../check/arrays.js';
import { type Matrix, requireWhole } from './matrix.js';
import type { Targets } from './targets.js';

/** The matrix of the rows with these numbers, in this order. */
export function subsetMatrix(features: Matrix, chosen: ArrayLike<number>): Matrix {
  requireWhole(features);
  const { columns } = features;
  if (features.kind === 'dense') {
    return { kind: 'dense', rows: chosen.length, columns, values: takeBlocks(features.values, columns, chosen) };
  }
  if (features.kind === 'images') {
    return { ...features, rows: chosen.length, values: takeBlocks(features.values, columns, chosen) };
  }
  const start = new Int32Array(chosen.length + 1);
  for (let i = 0; i < chosen.length; i++) {
    const from = features.start[chosen[i]!]!;
    const to = features.start[chosen[i]! + 1]!;
    if (!(from >= 0 && from <= to && to <= features.index.length))
      throw new RangeError(`features.start[${chosen[i]! + 1}]: expected a place after ${from}, got ${to}`);
    start[i + 1] = start[i]! + to - from;
  }
  const index = new Int32Array(start[chosen.length]!);
  const value = new Float32Array(index.length);
  for (let i = 0; i < chosen.length; i++) {
    const from = features.start[chosen[i]!]!;
    const to = features.start[chosen[i]! + 1]!;
    index.set(features.index.subarray(from, to), start[i]);
    value.set(features.value.subarray(from, to), start[i]);
  }
  return { kind: 'sparse', rows: chosen.length, columns, start, index, value };
}

/** The targets of the chosen of so many rows, in this order. */
export function subsetTargets(targets: Targets, rows: number, chosen: ArrayLike<number>): Targets {
  const take = <T extends Block>(values: T, width: number) => {
    requireLength(values, rows * width, 'targets.values', `rows x width = ${rows} x ${width}`);
    return takeBlocks(values, width, chosen);
  };
  switch (targets.kind) {
    case 'classes':
      return { ...targets, values: take(targets.values, 1) };
    case 'tasks':
      return { ...targets, values: take(targets.values, targets.tasks) };
    case 'values':
      return { ...targets, values: take(targets.values, targets.outputs) };
  }
}

type Block = Float32Array | Float64Array | Int32Array | Int8Array | Uint8Array;

function takeBlocks<T extends Block>(values: T, width: number, chosen: ArrayLike<number>): T {
  // Node's Buffer is a Uint8Array too, but not one to be made with `new`.
  const kind = values instanceof Uint8Array ? Uint8Array : values.constructor;
  const taken = new (kind as new (length: number) => T)(chosen.length * width);
  for (let i = 0; i < chosen.length; i++) {
    const from = chosen[i]! * width;
    for (let j = 0; j < width; j++) taken[i * width + j] = values[from + j]!;
  }
  return taken;
}
