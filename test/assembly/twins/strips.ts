import { f } from './float.js';
import type { SparseRows } from './rows.js';

const LANES = 32;

/** Where (feature, unit) stands in strips [feature / 32][unit][32]. */
export function inStrip(feature: number, unit: number, units: number): number {
  return (Math.floor(feature / LANES) * units + unit) * LANES + (feature % LANES);
}

/** Where (row, unit) stands in tiles of [tileUnits][32]. */
export function inTile(row: number, unit: number, tileUnits: number): number {
  return (Math.floor(row / LANES) * tileUnits + unit) * LANES + (row % LANES);
}

/** The units above 0 of each row, rising. */
export function collectActive(
  h: Float32Array,
  tileUnits: number,
  units: number,
  tiles: number,
): { start: number[]; unit: number[]; value: number[] } {
  const out = { start: [0], unit: [] as number[], value: [] as number[] };
  for (let s = 0; s < tiles * LANES; s++) {
    for (let u = 0; u < units; u++) {
      const x = h[inTile(s, u, tileUnits)]!;
      if (!(x > 0)) continue;
      out.unit.push(u);
      out.value.push(x);
    }
    out.start.push(out.unit.length);
  }
  return out;
}

/** y[u][lane] += Σ_f x[lane][f] w[f][u], for a plain matrix w [features][units]. */
export function denseRowsForward(
  y: Float32Array,
  rows: SparseRows,
  w: Float32Array,
  units: number,
  row0: number,
): void {
  for (let lane = 0; lane < LANES; lane++) {
    for (let e = rows.start[row0 + lane]!; e < rows.start[row0 + lane + 1]!; e++) {
      if (rows.value[e] === 0) continue;
      for (let u = 0; u < units; u++) {
        const at = u * LANES + lane;
        y[at] = f(y[at]! + f(rows.value[e]! * w[rows.index[e]! * units + u]!));
      }
    }
  }
}

/** dw[f][u] += Σ_s x[s][f] dh[s][u] over the (s, u) that are active; dh: NaN where not. */
export function denseRowsBackward(
  dw: Float32Array,
  rows: SparseRows,
  dh: Float32Array,
  units: number,
  count: number,
): void {
  for (let s = 0; s < count; s++) {
    for (let e = rows.start[s]!; e < rows.start[s + 1]!; e++) {
      if (rows.value[e] === 0) continue;
      for (let u = 0; u < units; u++) {
        if (Number.isNaN(dh[s * units + u])) continue;
        const at = rows.index[e]! * units + u;
        dw[at] = f(dw[at]! + f(rows.value[e]! * dh[s * units + u]!));
      }
    }
  }
}
