import { f, sumOf } from './float.js';

/** (mean, Σ (x - mean)²) of each plane. */
export function planeMoments(x: Float32Array, planes: number, hw: number): Float32Array {
  const out = new Float32Array(2 * planes);
  for (let p = 0; p < planes; p++) {
    const plane = x.subarray(p * hw, (p + 1) * hw);
    const mean = f(sumOf(plane) / hw);
    out[2 * p] = mean;
    out[2 * p + 1] = sumOf(plane.map((v) => f(f(v - mean) * f(v - mean))));
  }
  return out;
}

export interface Shape {
  readonly n: number;
  readonly c: number;
  readonly hw: number;
}

/** act(gate (scale x + shift) + shortcut), each operation rounded. */
export function batchNormApply(
  x: Float32Array,
  scale: Float32Array,
  shift: Float32Array,
  gate: Float32Array | undefined,
  shortcut: Float32Array | undefined,
  { c, hw }: Shape,
  relu: boolean,
): Float32Array {
  return x.map((v, i) => {
    const plane = Math.floor(i / hw);
    let y = f(f(scale[plane % c]! * v) + shift[plane % c]!);
    if (gate) y = f(gate[plane]! * y);
    if (shortcut) y = f(y + shortcut[i]!);
    return relu && !(y > 0) ? 0 : y;
  });
}

/** The masked gradient, and (Σ dz, Σ dz (x - mean)) of each plane. */
export function batchNormSums(
  dy: Float32Array,
  y: Float32Array,
  x: Float32Array,
  mean: Float32Array,
  { n, c, hw }: Shape,
  relu: boolean,
): { sums: Float32Array; dz: Float32Array } {
  const dz = dy.map((d, i) => (relu && !(y[i]! > 0) ? 0 : d));
  const sums = new Float32Array(2 * n * c);
  for (let p = 0; p < n * c; p++) {
    const plane = dz.subarray(p * hw, (p + 1) * hw);
    sums[2 * p] = sumOf(plane);
    sums[2 * p + 1] = sumOf(plane.map((d, j) => f(d * f(x[p * hw + j]! - mean[p % c]!))));
  }
  return { sums, dz };
}

export interface Coefficients {
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly d: Float32Array;
  readonly mean: Float32Array;
}

/** (b (x - mean) + d) + (gate a) dz. */
export function batchNormBackward(
  dz: Float32Array,
  x: Float32Array,
  gate: Float32Array | undefined,
  { a, b, d, mean }: Coefficients,
  { c, hw }: Shape,
): Float32Array {
  return dz.map((v, i) => {
    const plane = Math.floor(i / hw);
    const k = plane % c;
    const rest = f(f(b[k]! * f(x[i]! - mean[k]!)) + d[k]!);
    return f(rest + f(f((gate?.[plane] ?? 1) * a[k]!) * v));
  });
}

/** y += x. */
export function accumulate(y: Float32Array, x: Float32Array): void {
  for (let i = 0; i < y.length; i++) y[i] = f(y[i]! + x[i]!);
}
