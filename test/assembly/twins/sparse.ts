import { f, sum4 } from './float.js';

/** Compressed rows without values: row r owns entries start[r] .. start[r + 1]. */
export interface Pattern {
  readonly start: Int32Array;
  readonly index: Int32Array;
}

/** out[r] = (accumulate ? out[r] : bias[r] or 0) + Σ_e value[place[e] or e] b[index[e]], entries in stored order. */
export function spmm(
  out: Float32Array,
  { start, index }: Pattern,
  value: Float32Array,
  place: Int32Array | undefined,
  b: Float32Array,
  bias: Float32Array | undefined,
  shape: { ldo: number; ldb: number; row0: number; row1: number; n: number; accumulate: boolean },
): void {
  const { ldo, ldb, row0, row1, n, accumulate } = shape;
  for (let r = row0; r < row1; r++) {
    for (let j = 0; j < n; j++) {
      let sum = accumulate ? out[r * ldo + j]! : (bias?.[r] ?? 0);
      for (let e = start[r]!; e < start[r + 1]!; e++) {
        sum = f(sum + f(value[place?.[e] ?? e]! * b[index[e]! * ldb + j]!));
      }
      out[r * ldo + j] = sum;
    }
  }
}

/**
 * dvalue[e] += a[r] · b[index[e]]: blocks of 32 lanes, the last lanes in blocks of 4. Within a block lane j adds to sum j % 4, the four sums are added
 * pairwise, and the block's sum to dvalue.
 */
export function sddmm(
  dvalue: Float32Array,
  { start, index }: Pattern,
  a: Float32Array,
  b: Float32Array,
  shape: { lda: number; ldb: number; row0: number; row1: number; n: number },
): void {
  const { lda, ldb, row0, row1, n } = shape;
  for (let r = row0; r < row1; r++) {
    for (let e = start[r]!; e < start[r + 1]!; e++) {
      const product = (j: number) => f(a[r * lda + j]! * b[index[e]! * ldb + j]!);
      for (let j = 0; j < n; ) {
        const width = j + 32 <= n ? 32 : 4;
        const sums = [product(j), product(j + 1), product(j + 2), product(j + 3)] as [number, number, number, number];
        for (let q = 4; q < width; q++) sums[q % 4] = f(sums[q % 4]! + product(j + q));
        dvalue[e] = f(dvalue[e]! + sum4(...sums));
        j += width;
      }
    }
  }
}
