import { f, sum4 } from './float.js';

/** Compressed rows without values: row r owns entries start[r] .. start[r + 1]. */
export interface Pattern {
  readonly start: Int32Array;
  readonly index: Int32Array;
}

/** out[r] = (accumulate ? out[r] : bias[r] or 0) + Σ_e value[place[e] or e] b[index[e]], entries in stored order; the sum is formed first. */
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
      let sum = 0;
      for (let e = start[r]!; e < start[r + 1]!; e++) {
        sum = f(sum + f(value[place?.[e] ?? e]! * b[index[e]! * ldb + j]!));
      }
      out[r * ldo + j] = f((accumulate ? out[r * ldo + j]! : (bias?.[r] ?? 0)) + sum);
    }
  }
}

/**
 * dvalue[e] += a[r] · b[index[e]]: blocks of 32 lanes, the last lanes in blocks of 4. Within a block of 32 lane j adds to sum j % 8, sums j and j + 4 are
 * added, the four that are left pairwise, and the block's sum to dvalue.
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
        const sums = Array.from({ length: Math.min(8, width) }, (_, q) => product(j + q));
        for (let q = 8; q < width; q++) sums[q % 8] = f(sums[q % 8]! + product(j + q));
        const [s0, s1, s2, s3] = width === 4 ? sums : [0, 1, 2, 3].map((q) => f(sums[q]! + sums[q + 4]!));
        dvalue[e] = f(dvalue[e]! + sum4(s0!, s1!, s2!, s3!));
        j += width;
      }
    }
  }
}

/** The first words of both halves of each row of 32, OR'ed. */
export function readAhead(b: Int32Array, rows: number): number {
  let seen = 0;
  for (let half = 0; half < 2 * rows; half++) seen |= b[16 * half]!;
  return seen;
}
