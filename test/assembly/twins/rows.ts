import { f } from './float.js';
import type { Pattern } from './sparse.js';

/** Sparse rows with values. */
export interface SparseRows extends Pattern {
  readonly value: Float32Array;
}

/** A sparse layer's connections by feature: entries start[f] .. start[f + 1], each a unit and the place of its weight. */
export interface FeatureConnections {
  readonly start: Int32Array;
  readonly unit: Int32Array;
  readonly place: Int32Array;
}

export interface Columns {
  readonly start: Int32Array;
  readonly row: Int32Array;
  readonly place: Int32Array;
}

/** The naive transpose: for each column, look through all entries in order. */
export function compressColumns({ start, index }: Pattern, columns: number): Columns {
  const rows = start.length - 1;
  const out = { start: [0], row: [] as number[], place: [] as number[] };
  for (let c = 0; c < columns; c++) {
    for (let r = 0; r < rows; r++) {
      for (let e = start[r]!; e < start[r + 1]!; e++) {
        if (index[e] !== c) continue;
        out.row.push(r);
        out.place.push(e);
      }
    }
    out.start.push(out.row.length);
  }
  return { start: Int32Array.from(out.start), row: Int32Array.from(out.row), place: Int32Array.from(out.place) };
}

/** y[unit][lane] += Σ_f x[lane][f] weight[place], entries then connections in stored order. */
export function sparseRowsForward(
  y: Float32Array,
  rows: SparseRows,
  connections: FeatureConnections,
  weight: Float32Array,
  row0: number,
  live: number,
): void {
  const { start, unit, place } = connections;
  for (let lane = 0; lane < live; lane++) {
    for (let e = rows.start[row0 + lane]!; e < rows.start[row0 + lane + 1]!; e++) {
      const feature = rows.index[e]!;
      if (rows.value[e] === 0) continue;
      for (let c = start[feature]!; c < start[feature + 1]!; c++) {
        const at = unit[c]! * 32 + lane;
        y[at] = f(y[at]! + f(weight[place[c]!]! * rows.value[e]!));
      }
    }
  }
}

/** dweight[place] += Σ_s x[s][f] dy[s][unit], rows rising; dy: tiles of [tileUnits][32]. */
export function sparseRowsBackward(
  dweight: Float32Array,
  columns: Columns,
  value: Float32Array,
  connections: FeatureConnections,
  dy: Float32Array,
  tileUnits: number,
  feature0: number,
  feature1: number,
): void {
  const { start, unit, place } = connections;
  for (let feature = feature0; feature < feature1; feature++) {
    for (let c = start[feature]!; c < start[feature + 1]!; c++) {
      let sum = 0;
      for (let e = columns.start[feature]!; e < columns.start[feature + 1]!; e++) {
        const s = columns.row[e]!;
        const d = dy[(Math.floor(s / 32) * tileUnits + unit[c]!) * 32 + (s % 32)]!;
        sum = f(sum + f(value[columns.place[e]!]! * d));
      }
      // A feature that no row has leaves its weights alone, a weight of -0 too.
      if (columns.start[feature] !== columns.start[feature + 1]) dweight[place[c]!] = f(dweight[place[c]!]! + sum);
    }
  }
}

/** tiles[f][s] += factor x[s][f], entry by entry; tiles: [tileUnits][32], one after another. */
export function addToTiles(tiles: Float32Array, tileUnits: number, rows: SparseRows, factor: number): void {
  for (let s = 0; s < rows.start.length - 1; s++) {
    for (let e = rows.start[s]!; e < rows.start[s + 1]!; e++) {
      const at = (Math.floor(s / 32) * tileUnits + rows.index[e]!) * 32 + (s % 32);
      tiles[at] = f(tiles[at]! + f(f(factor) * rows.value[e]!));
    }
  }
}
