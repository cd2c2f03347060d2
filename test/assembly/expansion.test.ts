import { test } from 'uvu';
import { Draws } from '../support/draws.js';
import { guarded, kernelTest } from '../support/kernel-test.js';
import { sameBits } from '../support/numbers.js';

const range = (length: number) => Array.from({ length }, (_, i) => i);
const floats = (draws: Draws, length: number) => Float32Array.from({ length }, () => draws.unit());

kernelTest('copy_columns', 'some columns of some rows, the rest of the stride 0', (kernel) => {
  const draws = new Draws(1);
  const [rows, width, stride] = [5, 9, 16];
  const from = floats(draws, rows * width);
  for (const [offset, columns] of [[0, 9] as const, [3, 1] as const, [8, 1] as const]) {
    guarded((memory) => {
      const to = memory.output(new Float32Array(rows * stride).fill(-5));
      kernel(to.at, memory.input(from).at, stride, width, offset, columns, 1, 4);
      const expected = range(rows * stride).map((i) => {
        const [r, c] = [Math.floor(i / stride), i % stride];
        return r < 1 || r >= 4 ? -5 : c < columns ? from[r * width + offset + c]! : 0;
      });
      sameBits(to.read(), expected, `columns from ${offset}`);
    });
  }
});

kernelTest('gather_column', 'a column of listed rows, in any order', (kernel) => {
  const draws = new Draws(2);
  const from = floats(draws, 7 * 16);
  for (const rows of [[], [6], [3, 0, 3, 6]]) {
    guarded((memory) => {
      const out = memory.output(new Float32Array(rows.length).fill(-5));
      kernel(out.at, memory.input(from).at, 16, 11, memory.input(Int32Array.from(rows)).at, rows.length);
      sameBits(
        out.read(),
        rows.map((r) => from[r * 16 + 11]!),
        `${rows}`,
      );
    });
  }
});

kernelTest('column_sums', 'of f32 in f64, a row after another', (kernel) => {
  const draws = new Draws(3);
  for (const rows of [0, 1, 300]) {
    const from = floats(draws, rows * 5);
    guarded((memory) => {
      const sum = memory.output(new Float64Array(5).fill(-5));
      kernel(sum.at, memory.input(from).at, rows, 5, 1, 4);
      const expected = range(5).map((c) =>
        c < 1 || c >= 4 ? -5 : range(rows).reduce((total, r) => total + from[r * 5 + c]!, 0),
      );
      sameBits(sum.read(), expected, `${rows} rows`);
    });
  }
});

kernelTest('add_wide', 'begins or goes on with a sum, in part of a matrix', (kernel) => {
  const draws = new Draws(4);
  const from = floats(draws, 6 * 8);
  for (const accumulate of [0, 1]) {
    guarded((memory) => {
      const sum = memory.output(new Float64Array(6 * 8).fill(0.1));
      kernel(sum.at, memory.input(from).at, accumulate, 8, 2, 5, 3);
      const expected = Array.from(from, (x, i) => {
        const [r, c] = [i >> 3, i & 7];
        return r < 2 || r >= 5 || c < 3 ? 0.1 : accumulate ? 0.1 + x : x;
      });
      sameBits(sum.read(), expected, `accumulate ${accumulate}`);
    });
  }
});

kernelTest('mirror_lower', 'rows of a square get what their columns have above', (kernel) => {
  const square = Float64Array.from({ length: 4 * 6 }, (_, i) => i);
  guarded((memory) => {
    const a = memory.output(square);
    kernel(a.at, 6, 1, 4);
    sameBits(a.read(), [0, 1, 2, 3, 4, 5, 1, 7, 8, 9, 10, 11, 2, 8, 14, 15, 16, 17, 3, 9, 15, 21, 22, 23], 'a');
  });
});

kernelTest('take_columns', 'columns become rows', (kernel) => {
  const draws = new Draws(5);
  const from = floats(draws, 4 * 16);
  guarded((memory) => {
    const out = memory.output(new Float32Array(3 * 4).fill(-5));
    kernel(out.at, memory.input(from).at, 4, 16, 5, 8);
    sameBits(
      out.read(),
      range(12).map((i) => from[(i % 4) * 16 + 5 + Math.floor(i / 4)]!),
      'out',
    );
  });
});

/** What choose_inputs is to find, by sorting. */
function chosen(scores: Float32Array, more: number): number[] {
  const open = range(scores.length).filter((i) => scores[i]! >= 0);
  const best = open.sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, more);
  return range(scores.length).filter((i) => scores[i]! < 0 || best.includes(i));
}

kernelTest('choose_inputs', '1 to 67 scores, with equals, zeros and children, any number of them', (kernel) => {
  const draws = new Draws(6);
  for (const count of [1, 2, 3, 4, 5, 8, 31, 67]) {
    for (let times = 0; times < 12; times++) {
      const kinds = [
        () => draws.unit(),
        () => draws.below(3) / 4,
        () => 0,
        () => 1e-30 * draws.unit(),
        () => (draws.below(3) ? draws.unit() : 3e38),
      ];
      const scores = Float32Array.from({ length: count }, () => (draws.below(5) ? kinds[times % kinds.length]!() : -1));
      const open = scores.filter((score) => score >= 0).length;
      for (const more of new Set([Math.min(1, open), open >> 1, open])) {
        if (more === 0) continue;
        const expected = chosen(scores, more);
        guarded((memory) => {
          const index = memory.output(new Int32Array(expected.length).fill(-5));
          kernel(index.at, memory.input(scores).at, count, more);
          sameBits(index.read(), expected, `${more} of ${count}`);
        });
      }
    }
  }
});

test.run();
