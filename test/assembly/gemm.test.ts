import { test } from 'uvu';
import { type Address, plus } from '#dist/runtime/address.js';
import { Draws } from '../support/draws.js';
import { engine, guarded, kernelTest } from '../support/kernel-test.js';
import { copyOf, sameBits } from '../support/numbers.js';
import * as twin from './twins/gemm.js';

const rows5 = (m: number) => Math.ceil(m / 5) * 5;
const columns8 = (n: number) => Math.ceil(n / 8) * 8;
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

kernelTest('gemm_pack_a', 'rows, columns and odd strides of 1 to 13 rows, padding 0, bits of the twin', (pack) => {
  const draws = new Draws(1);
  for (const m of range(1, 13)) {
    for (const k of [0, 1, 2, 3, 7, 8]) {
      const layouts = [
        { rowStride: k, kStride: 1 },
        { rowStride: k + 3, kStride: 1 },
        { rowStride: 1, kStride: m },
        { rowStride: 1, kStride: m + 5 },
        { rowStride: 2, kStride: 2 * m + 1 },
      ];
      for (const { rowStride, kStride } of layouts) {
        for (const depth of [k, k + 2]) {
          guarded((memory) => {
            const size = (m - 1) * rowStride + Math.max(0, k - 1) * kStride + 1;
            const src = memory.input(draws.floats(size));
            const dst = memory.output(new Float32Array(rows5(m) * depth).fill(7));
            const expected = dst.read();
            pack(dst.at, src.at, m, k, rowStride, kStride, depth);
            twin.packA(expected, src.read(), m, k, rowStride, kStride, depth);
            sameBits(dst.read(), expected, `m ${m} k ${k} strides ${rowStride} ${kStride} depth ${depth}`);
          });
        }
      }
    }
  }
});

kernelTest('gemm_pack_b', 'rows, columns and odd strides of 1 to 17 columns, padding 0, bits of the twin', (pack) => {
  const draws = new Draws(2);
  for (const n of range(1, 17)) {
    for (const k of [0, 1, 3, 4, 5, 8, 9]) {
      const layouts = [
        { kStride: n, columnStride: 1 },
        { kStride: n + 3, columnStride: 1 },
        { kStride: 1, columnStride: k },
        { kStride: 1, columnStride: k + 5 },
        { kStride: 2 * n + 1, columnStride: 2 },
      ];
      for (const { kStride, columnStride } of layouts) {
        for (const depth of [k, k + 3]) {
          guarded((memory) => {
            const size = Math.max(0, k - 1) * kStride + (n - 1) * columnStride + 1;
            const src = memory.input(draws.floats(size));
            const dst = memory.output(new Float32Array(columns8(n) * depth).fill(7));
            const expected = dst.read();
            pack(dst.at, src.at, k, n, kStride, columnStride, depth);
            twin.packB(expected, src.read(), k, n, kStride, columnStride, depth);
            sameBits(dst.read(), expected, `k ${k} n ${n} strides ${kStride} ${columnStride} depth ${depth}`);
          });
        }
      }
    }
  }
});

kernelTest('gemm_pack_a', 'piece by piece along k equals the whole', (pack) => {
  piecewise(7, 5, (dst, src, from, count) => pack(plus(dst, from * 20), plus(src, from * 4), 7, count, 11, 1, 11));
  piecewise(7, 5, (dst, src, from, count) => pack(plus(dst, from * 20), plus(src, from * 28), 7, count, 1, 7, 11));
});

kernelTest('gemm_pack_b', 'piece by piece along k equals the whole', (pack) => {
  piecewise(9, 8, (dst, src, from, count) => pack(plus(dst, from * 32), plus(src, from * 4), count, 9, 1, 11, 11));
  piecewise(9, 8, (dst, src, from, count) => pack(plus(dst, from * 32), plus(src, from * 36), count, 9, 9, 1, 11));
});

/** Packs 11 columns at once and as 4 + 6 + 1. */
function piecewise(
  length: number,
  panel: number,
  pack: (dst: Address, src: Address, from: number, count: number) => void,
): void {
  guarded((memory) => {
    const src = memory.input(new Draws(3).floats(length * 11));
    const size = Math.ceil(length / panel) * panel * 11;
    const [whole, pieces] = [memory.scratch(size), memory.scratch(size)];
    pack(whole.at, src.at, 0, 11);
    pack(pieces.at, src.at, 0, 4);
    pack(pieces.at, src.at, 10, 1);
    pack(pieces.at, src.at, 4, 6);
    sameBits(pieces.read(), whole.read(), 'packed in pieces');
  });
}

interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly ldc?: number;
  readonly accumulate?: boolean;
  /** Rows of the packed panels of B; k unless told otherwise. */
  readonly depth?: number;
  /** Panels at which the rows of C are cut into separate calls. */
  readonly cuts?: readonly number[];
}

/** One product by the kernel and by the twin, over all of C's buffer: what lies between its rows must stay. */
function checkGemm(gemm: typeof engine.kernels.gemm, draws: Draws, product: Product): void {
  const { m, n, k, ldc = n, accumulate = false, depth = k, cuts = [] } = product;
  guarded((memory) => {
    const a = draws.matrix(m, k);
    const b = draws.matrix(k, n);
    const packedA = new Float32Array(rows5(m) * k);
    const packedB = new Float32Array(columns8(n) * depth).fill(Number.NaN);
    twin.packA(packedA, a, m, k, k, 1, k);
    twin.packB(packedB, b, k, n, n, 1, depth);
    const before = draws.matrix(m, n, ldc).subarray(0, (m - 1) * ldc + n);
    const c = memory.output(before);
    const [atA, atB, scratch] = [memory.input(packedA).at, memory.input(packedB).at, memory.scratch(40).at];
    const ends = [0, ...cuts, Math.ceil(m / 5)];
    for (let i = ends.length - 2; i >= 0; i--) {
      gemm(c.at, atA, atB, scratch, ldc, 8, 8 * depth, ends[i]!, ends[i + 1]!, m, n, k, accumulate ? 1 : 0);
    }
    const expected = copyOf(before);
    twin.gemm(expected, a, b, ldc, m, n, k, accumulate);
    sameBits(c.read(), expected, JSON.stringify(product));
  });
}

kernelTest('gemm', 'every m from 1 to 13 and n from 1 to 17, bits of the twin', (gemm) => {
  const draws = new Draws(4);
  for (const m of range(1, 13)) {
    for (const n of range(1, 17)) {
      for (const k of [1, 2, 5, 9]) {
        checkGemm(gemm, draws, { m, n, k });
        checkGemm(gemm, draws, { m, n, k, ldc: n + 3, accumulate: true });
      }
    }
  }
});

kernelTest(
  'gemm',
  'around the blocks of 256 along k: block sums are added one after another, bits of the twin',
  (gemm) => {
    const draws = new Draws(5);
    for (const k of [255, 256, 257, 511, 512, 513, 700]) {
      for (const [m, n] of [
        [5, 8],
        [7, 9],
        [10, 16],
        [1, 1],
      ] as const) {
        for (const accumulate of [false, true]) checkGemm(gemm, draws, { m, n, k, ldc: n + 1, accumulate });
      }
    }
  },
);

kernelTest('gemm', 'multiples of the tile, and panels of B that are deeper than k, bits of the twin', (gemm) => {
  const draws = new Draws(6);
  for (const [m, n] of [
    [15, 24],
    [20, 32],
    [25, 40],
  ] as const) {
    checkGemm(gemm, draws, { m, n, k: 33 });
    checkGemm(gemm, draws, { m, n, k: 33, depth: 40, accumulate: true });
  }
});

kernelTest('gemm', 'panels computed apart, last first, equal the whole', (gemm) => {
  const draws = new Draws(7);
  for (const m of [4, 5, 13, 21]) {
    const panels = Math.ceil(m / 5);
    for (let cut = 0; cut <= panels; cut++) {
      checkGemm(gemm, draws, { m, n: 19, k: 300, cuts: [cut] });
      checkGemm(gemm, draws, { m, n: 19, k: 300, ldc: 21, cuts: [cut, cut], accumulate: true });
    }
  }
});

kernelTest('gemm', 'reads activation tiles of 32 lanes as they lie, bits of the twin', (gemm) => {
  const draws = new Draws(8);
  for (const m of [1, 4, 5, 9]) {
    for (const n of [8, 16, 24, 32]) {
      for (const k of [1, 7, 257]) {
        guarded((memory) => {
          const [a, tile] = [draws.matrix(m, k), draws.matrix(k, 32)];
          const packedA = new Float32Array(rows5(m) * k);
          twin.packA(packedA, a, m, k, k, 1, k);
          const c = memory.output(draws.matrix(m, 32));
          const expected = c.read();
          const [atA, atB, scratch] = [memory.input(packedA).at, memory.input(tile).at, memory.scratch(40).at];
          gemm(c.at, atA, atB, scratch, 32, 32, 8, 0, Math.ceil(m / 5), m, n, k, 1);
          const b = Float32Array.from({ length: k * n }, (_, i) => tile[Math.floor(i / n) * 32 + (i % n)]!);
          twin.gemm(expected, a, b, 32, m, n, k, true);
          sameBits(c.read(), expected, `m ${m} n ${n} k ${k}`);
        });
      }
    }
  }
});

kernelTest('gemm', 'within the error bound of a sum in f32, k 2^-23 Σ|a||b|, of the product in f64', (gemm) => {
  const draws = new Draws(9);
  const [m, n, k] = [7, 9, 300];
  guarded((memory) => {
    const [a, b] = [draws.matrix(m, k), draws.matrix(k, n)];
    const [packedA, packedB] = [memory.scratch(rows5(m) * k), memory.scratch(columns8(n) * k)];
    engine.kernels.gemm_pack_a(packedA.at, memory.input(a).at, m, k, k, 1, k);
    engine.kernels.gemm_pack_b(packedB.at, memory.input(b).at, k, n, n, 1, k);
    const c = memory.scratch(m * n);
    gemm(c.at, packedA.at, packedB.at, memory.scratch(40).at, n, 8, 8 * k, 0, 2, m, n, k, 0);
    c.read().forEach((actual, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      let [sum, size] = [0, 0];
      for (let p = 0; p < k; p++) {
        sum += a[i * k + p]! * b[p * n + j]!;
        size += Math.abs(a[i * k + p]! * b[p * n + j]!);
      }
      if (!(Math.abs(actual - sum) <= k * 2 ** -23 * size))
        throw new Error(`[${i}][${j}] is ${actual}, expected ${sum}`);
    });
  });
});

test.run();
