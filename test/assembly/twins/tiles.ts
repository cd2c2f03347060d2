import { f, sum4 } from './float.js';

/** tile[u][lane] = rows[lane][u] + bias[u]. */
export function rowsToTile(
  tile: Float32Array,
  rows: Float32Array,
  bias: Float32Array | undefined,
  ldr: number,
  units: number,
): void {
  for (let u = 0; u < units; u++) {
    for (let lane = 0; lane < 32; lane++) {
      const x = rows[lane * ldr + u]!;
      tile[u * 32 + lane] = bias ? f(x + bias[u]!) : x;
    }
  }
}

/** rows[lane][u] = tile[u][lane]. */
export function tileToRows(rows: Float32Array, tile: Float32Array, ldr: number, units: number): void {
  for (let u = 0; u < units; u++) for (let lane = 0; lane < 32; lane++) rows[lane * ldr + u] = tile[u * 32 + lane]!;
}

/** tile[u][lane] = value[u]. */
export function tileFill(tile: Float32Array, value: Float32Array, units: number): void {
  for (let u = 0; u < units; u++) for (let lane = 0; lane < 32; lane++) tile[u * 32 + lane] = value[u]!;
}

/** sum[u] += Σ_lane tile[u][lane]: lane j adds to sum j % 4, then the four pairwise. */
export function tileSums(sum: Float32Array, tile: Float32Array, units: number): void {
  for (let u = 0; u < units; u++) {
    const sums = [0, 1, 2, 3].map((j) => tile[u * 32 + j]!) as [number, number, number, number];
    for (let lane = 4; lane < 32; lane++) sums[lane % 4] = f(sums[lane % 4]! + tile[u * 32 + lane]!);
    sum[u] = f(sum[u]! + sum4(...sums));
  }
}

/** y = max(0, y); NaN and -0 become 0. */
export function relu(y: Float32Array): void {
  for (let i = 0; i < y.length; i++) y[i] = y[i]! > 0 ? y[i]! : 0;
}

/** d = y > 0 ? d scale : 0. */
export function reluBackward(d: Float32Array, y: Float32Array, scale: number): void {
  for (let i = 0; i < d.length; i++) d[i] = y[i]! > 0 ? f(d[i]! * f(scale)) : 0;
}
