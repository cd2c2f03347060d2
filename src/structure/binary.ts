import type { Engine } from '../runtime/engine.js';
import { Purpose, permutation } from '../runtime/random.js';
import { type BinaryColumns, type BinaryRows, emptyBits, requireRoom } from './variables.js';

/** Numbers of `most` of so many rows, chosen at random, rising; undefined where there are no more than that: all are meant. */
export function chooseRows(engine: Engine, rows: number, most: number, seed: number): Int32Array | undefined {
  if (rows <= most) return undefined;
  return permutation(engine, rows, seed, Purpose.latentSample, 0).subarray(0, most).slice().sort();
}

/** The chosen rows of lists. */
export function selectLists(data: BinaryRows, chosen: Int32Array | undefined): BinaryRows {
  if (!chosen) return data;
  const start = new Int32Array(chosen.length + 1);
  chosen.forEach((r, i) => {
    start[i + 1] = start[i]! + data.start[r + 1]! - data.start[r]!;
  });
  const index = new Int32Array(start[chosen.length]!);
  chosen.forEach((r, i) => {
    index.set(data.index.subarray(data.start[r]!, data.start[r + 1]!), start[i]!);
  });
  return { ...data, rows: chosen.length, start, index };
}

/** The chosen rows of bit columns. */
export function selectBits(data: BinaryColumns, chosen: Int32Array | undefined): BinaryColumns {
  if (!chosen) return data;
  const out = emptyBits(chosen.length, data.variables);
  for (let v = 0; v < data.variables; v++) {
    const from = v * data.words * 8;
    const to = v * out.words * 8;
    for (let i = 0; i < chosen.length; i++) {
      const r = chosen[i]!;
      out.bits[to + (i >> 3)]! |= ((data.bits[from + (r >> 3)]! >> (r & 7)) & 1) << (i & 7);
    }
  }
  return out;
}

/** The same variables as bit columns. */
export function packColumns(data: BinaryRows): BinaryColumns {
  const out = emptyBits(data.rows, data.variables);
  const stride = out.words * 8;
  for (let r = 0; r < data.rows; r++) {
    for (let e = data.start[r]!; e < data.start[r + 1]!; e++)
      out.bits[data.index[e]! * stride + (r >> 3)]! |= 1 << (r & 7);
  }
  return out;
}

/** Bytes of lists. */
export function listBytes({ start, index }: BinaryRows): number {
  return start.byteLength + index.byteLength;
}

/** The same variables as lists of the ones of each row. */
export function listRows(engine: Engine, data: BinaryRows | BinaryColumns): BinaryRows {
  if (data.kind === 'rows') return data;
  const { rows, variables } = data;
  const start = new Int32Array(rows + 1);
  eachOne(data, (r) => {
    start[r + 1]!++;
  });
  for (let r = 0; r < rows; r++) start[r + 1]! += start[r]!;
  requireRoom(engine, variables, data.bits.length + 4 * (2 * rows + start[rows]!));
  const fill = start.slice();
  const index = new Int32Array(start[rows]!);
  eachOne(data, (r, v) => {
    index[fill[r]!++] = v;
  });
  return { kind: 'rows', rows, variables, start, index };
}

/** Every bit that is 1, a column after another. */
function eachOne({ variables, words, bits }: BinaryColumns, visit: (row: number, variable: number) => void): void {
  const stride = words * 8;
  for (let v = 0; v < variables; v++) {
    for (let b = 0; b < stride; b++) {
      for (let byte = bits[v * stride + b]!; byte; byte &= byte - 1) visit(b * 8 + 31 - Math.clz32(byte & -byte), v);
    }
  }
}
