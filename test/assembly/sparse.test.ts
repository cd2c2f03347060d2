import { test } from 'uvu';
import { equal } from 'uvu/assert';
import { NONE } from '#dist/runtime/address.js';
import { TILES } from '#dist/runtime/builds/call-list.js';
import { Draws } from '../support/draws.js';
import { engine, guarded, kernelTest } from '../support/kernel-test.js';
import { sameBits } from '../support/numbers.js';
import { randomPattern } from '../support/patterns.js';
import * as twin from './twins/sparse.js';

type Spmm = typeof engine.kernels.spmm;
type Sddmm = typeof engine.kernels.sddmm;

const ROWS = 11;
const COLUMNS = 7;

interface Product {
  readonly n: number;
  readonly ldo?: number;
  readonly ldb?: number;
  readonly place?: boolean;
  readonly bias?: boolean;
  readonly accumulate?: boolean;
  readonly row0?: number;
  readonly row1?: number;
  /** Rows at which the range is cut into separate calls. */
  readonly cuts?: readonly number[];
}

/** One product by kernel and twin. Rows have 0 to 9 entries, unsorted, some columns twice; rows of both operands may lie apart. */
function checkSpmm(spmm: Spmm, draws: Draws, product: Product): void {
  const { n, ldo = n, ldb = n, accumulate = false, row0 = 0, row1 = ROWS, cuts = [] } = product;
  guarded((memory) => {
    const pattern = randomPattern(draws, ROWS, COLUMNS, 9);
    const entries = pattern.index.length;
    const value = draws.floats(entries);
    const b = draws.matrix(COLUMNS, n, ldb);
    const place = product.place ? draws.permutation(entries) : undefined;
    const bias = product.bias ? draws.floats(ROWS) : undefined;
    const out = memory.output(draws.matrix(ROWS, n, ldo));
    const expected = out.read();
    const at = {
      start: memory.input(pattern.start).at,
      index: memory.input(pattern.index).at,
      value: memory.input(value).at,
      place: place ? memory.input(place).at : NONE,
      b: memory.input(b).at,
      bias: bias ? memory.input(bias).at : NONE,
    };
    const ends = [row0, ...cuts, row1];
    for (let i = ends.length - 2; i >= 0; i--) {
      const [from, to] = [ends[i]!, ends[i + 1]!];
      const { start, index } = at;
      spmm(out.at, start, index, at.value, at.place, at.b, at.bias, ldo, ldb, from, to, n, accumulate ? 1 : 0);
    }
    twin.spmm(expected, pattern, value, place, b, bias, { ldo, ldb, row0, row1, n, accumulate });
    sameBits(out.read(), expected, JSON.stringify(product));
  });
}

kernelTest('spmm', 'every n from 1 to 72, with and without place, bias and accumulate, bits of the twin', (spmm) => {
  const draws = new Draws(1);
  for (let n = 1; n <= 72; n++) {
    for (let options = 0; options < 8; options++) {
      const [place, bias, accumulate] = [(options & 1) > 0, (options & 2) > 0, (options & 4) > 0];
      checkSpmm(spmm, draws, { n, place, bias, accumulate });
    }
  }
});

kernelTest(
  'spmm',
  'rows of both operands further apart than n: what lies between is not read and not written',
  (spmm) => {
    const draws = new Draws(2);
    for (const n of [1, 3, 8, 31, 32, 33, 64, 71]) {
      for (const accumulate of [false, true])
        checkSpmm(spmm, draws, { n, ldo: n + 5, ldb: n + 3, accumulate, bias: true });
    }
  },
);

kernelTest('spmm', 'rows computed apart, last first, equal the whole; rows outside the range stay', (spmm) => {
  const draws = new Draws(3);
  for (let cut = 0; cut <= ROWS; cut++) {
    checkSpmm(spmm, draws, { n: 43, cuts: [cut], place: true, accumulate: true });
    checkSpmm(spmm, draws, { n: 43, row0: cut, bias: true });
    checkSpmm(spmm, draws, { n: 43, row1: cut });
  }
});

kernelTest('spmm', 'a matrix with no entries gives the bias, 0, or what was there', (spmm) => {
  guarded((memory) => {
    const start = memory.input(new Int32Array(4)).at;
    const none = memory.input(new Int32Array(0)).at;
    const bias = memory.input(Float32Array.of(1, -0, 3)).at;
    for (const n of [1, 8, 32, 41]) {
      const out = memory.scratch(3 * n);
      const each = (row: readonly number[]) => row.flatMap((x) => new Array<number>(n).fill(x));
      spmm(out.at, start, none, none, NONE, none, bias, n, n, 0, 3, n, 0);
      sameBits(out.read(), each([1, 0, 3]), 'bias');
      spmm(out.at, start, none, none, NONE, none, NONE, n, n, 0, 3, n, 1);
      sameBits(out.read(), each([1, 0, 3]), 'accumulate');
      spmm(out.at, start, none, none, NONE, none, NONE, n, n, 0, 3, n, 0);
      sameBits(out.read(), each([0, 0, 0]), 'neither');
    }
  });
});

interface Dots {
  readonly n: number;
  readonly lda?: number;
  readonly ldb?: number;
  readonly row0?: number;
  readonly row1?: number;
  readonly cuts?: readonly number[];
}

function checkSddmm(sddmm: Sddmm, draws: Draws, dots: Dots): void {
  const { n, lda = n, ldb = n, row0 = 0, row1 = ROWS, cuts = [] } = dots;
  guarded((memory) => {
    const pattern = randomPattern(draws, ROWS, COLUMNS, 9);
    const [a, b] = [draws.matrix(ROWS, n, lda), draws.matrix(COLUMNS, n, ldb)];
    const dvalue = memory.output(draws.floats(pattern.index.length));
    const expected = dvalue.read();
    const [start, index] = [memory.input(pattern.start).at, memory.input(pattern.index).at];
    const [atA, atB] = [memory.input(a).at, memory.input(b).at];
    const scratch = memory.output(new Float32Array(32)).at;
    const ends = [row0, ...cuts, row1];
    for (let i = ends.length - 2; i >= 0; i--) {
      sddmm(dvalue.at, start, index, atA, atB, scratch, lda, ldb, ends[i]!, ends[i + 1]!, n);
    }
    twin.sddmm(expected, pattern, a, b, { lda, ldb, row0, row1, n });
    sameBits(dvalue.read(), expected, JSON.stringify(dots));
  });
}

kernelTest('sddmm', 'every multiple of 4 up to 136, rows of 0 to 9 entries, bits of the twin', (sddmm) => {
  const draws = new Draws(4);
  for (let n = 4; n <= 136; n += 4) for (let times = 0; times < 4; times++) checkSddmm(sddmm, draws, { n });
});

/** Where the word stands that chooses kernels for wide registers, see assembly/wide.ts. */

kernelTest('sddmm', 'the kernel for wide registers: the same bits', (sddmm) => {
  const draws = new Draws(4);
  const word = engine.u32(TILES, 1);
  const before = word[0]!;
  try {
    for (const wide of [0, 1]) {
      word[0] = wide;
      for (const n of [4, 32, 36, 96]) for (let times = 0; times < 9; times++) checkSddmm(sddmm, draws, { n });
    }
  } finally {
    engine.u32(TILES, 1)[0] = before;
  }
});

kernelTest('read_ahead', '0 to 9 rows: what the twin sees, all of it and no more', (readAhead) => {
  const draws = new Draws(10);
  for (let rows = 0; rows < 10; rows++) {
    guarded((memory) => {
      // Words of one bit each: one that is not read is missed.
      const words = Int32Array.from({ length: 32 * rows }, () => 1 << draws.below(31));
      const seen = memory.output(new Int32Array([-1]));
      readAhead(seen.at, memory.input(words).at, rows);
      equal(seen.read()[0], twin.readAhead(words, rows), `${rows} rows`);
    });
  }
});

kernelTest('sddmm', 'no lanes leave the values alone', (sddmm) => {
  checkSddmm(sddmm, new Draws(5), { n: 0, lda: 4, ldb: 4 });
});

kernelTest('sddmm', 'rows of both operands further apart than n: what lies between is not read', (sddmm) => {
  const draws = new Draws(6);
  for (const n of [4, 28, 32, 36, 64]) checkSddmm(sddmm, draws, { n, lda: n + 5, ldb: n + 3 });
});

kernelTest('sddmm', 'rows computed apart, last first, equal the whole; rows outside the range stay', (sddmm) => {
  const draws = new Draws(7);
  for (let cut = 0; cut <= ROWS; cut++) {
    checkSddmm(sddmm, draws, { n: 44, cuts: [cut] });
    checkSddmm(sddmm, draws, { n: 44, row0: cut });
    checkSddmm(sddmm, draws, { n: 44, row1: cut });
  }
});

test.run();
