import { f } from './float.js';

/** Packs A [m][k] in panels of 5 rows, dst[panel][depth][5]; rows past the edge are 0. */
export function packA(
  dst: Float32Array,
  src: Float32Array,
  m: number,
  k: number,
  rowStride: number,
  kStride: number,
  depth: number,
): void {
  for (let i = 0; i < Math.ceil(m / 5) * 5; i++) {
    for (let p = 0; p < k; p++) {
      const slot = (Math.floor(i / 5) * depth + p) * 5 + (i % 5);
      dst[slot] = i < m ? src[i * rowStride + p * kStride]! : 0;
    }
  }
}

/** Packs B [k][n] in panels of 8 columns, dst[panel][depth][8]; columns past the edge are 0. */
export function packB(
  dst: Float32Array,
  src: Float32Array,
  k: number,
  n: number,
  kStride: number,
  columnStride: number,
  depth: number,
): void {
  for (let j = 0; j < Math.ceil(n / 8) * 8; j++) {
    for (let p = 0; p < k; p++) {
      const slot = (Math.floor(j / 8) * depth + p) * 8 + (j % 8);
      dst[slot] = j < n ? src[p * kStride + j * columnStride]! : 0;
    }
  }
}

/** C (+)= A B for row-major a [m][k] and b [k][n]: sums over blocks of 256 along k, each block's sum then added to C. */
export function gemm(
  c: Float32Array,
  a: Float32Array,
  b: Float32Array,
  ldc: number,
  m: number,
  n: number,
  k: number,
  accumulate: boolean,
): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      for (let p0 = 0; p0 < k; p0 += 256) {
        let sum = 0;
        for (let p = p0; p < Math.min(k, p0 + 256); p++) sum = f(sum + f(a[i * k + p]! * b[p * n + j]!));
        const at = i * ldc + j;
        c[at] = p0 > 0 || accumulate ? f(c[at]! + sum) : sum;
      }
    }
  }
}
