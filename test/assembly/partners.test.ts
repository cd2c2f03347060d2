import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Draws } from '../support/draws.js';
import { guarded, kernelTest } from '../support/kernel-test.js';
import { sameBits } from '../support/numbers.js';
import { pack, ROWS, randomColumn } from './latent-columns.js';

kernelTest('find_partner', 'the first of the most informed in a list, and none', (kernel) => {
  const information = Float64Array.of(9, 0.5, 0.25, 0.5, 0, 0.5);
  for (const [free, v, best] of [
    [[1, 2, 3, 5], 2, 1],
    [[1, 2, 3, 5], 1, 3],
    [[4, 5], 5, 4],
    [[0, 1], 1, 0],
    [[3], 3, -1],
    [[3], 0, 3],
  ] as const) {
    guarded((memory) => {
      const partner = memory.output(new Int32Array(6).fill(-5));
      const strength = memory.output(new Float64Array(6).fill(-5));
      const list = memory.input(Int32Array.from(free)).at;
      kernel(partner.at, strength.at, memory.input(information).at, list, free.length, v);
      const place = <T>(x: T, other: T) => Array.from({ length: 6 }, (_, i) => (i === v ? x : other));
      sameBits(partner.read(), place<number>(best, -5), `partner of ${v} in ${free}`);
      sameBits(strength.read(), place(best < 0 ? -1 : information[best]!, -5), `strength of ${v} in ${free}`);
    });
  }
});

kernelTest('most_of', 'the first of the strongest in a list', (kernel) => {
  const strength = Float64Array.of(9, -1, 0.25, 0.5, 0.5);
  for (const [free, best] of [
    [[1], 1],
    [[1, 2], 2],
    [[1, 2, 3, 4], 3],
    [[2, 4], 4],
    [[0, 4], 0],
  ] as const) {
    guarded((memory) => {
      const list = memory.input(Int32Array.from(free)).at;
      assert.is(kernel(memory.input(strength).at, list, free.length), best, `${free}`);
    });
  }
});

kernelTest('list_bits', '1 to 130 rows, columns of a range', (kernel) => {
  const draws = new Draws(3);
  for (const rows of ROWS) {
    const columns = Array.from({ length: 5 }, () => randomColumn(draws, rows));
    const lists = columns.map((column) => column.flatMap((bit, r) => (bit ? [r] : [])));
    const words = Math.ceil(rows / 64);
    guarded((memory) => {
      const bits = memory.output(new Uint8Array(5 * words * 8).fill(0xa5));
      const start = Int32Array.of(0, ...lists.map((_, v) => lists.slice(0, v + 1).flat().length));
      const at = memory.input(start).at;
      kernel(bits.at, at, memory.input(Int32Array.from(lists.flat())).at, words, 1, 4);
      const untouched = new Uint8Array(words * 8).fill(0xa5);
      const expected = columns.map((column, v) => {
        if (v < 1 || v >= 4) return untouched;
        const packed = pack(column);
        return new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength);
      });
      expected.forEach((bytes, v) => {
        sameBits(bits.read().subarray(v * words * 8, (v + 1) * words * 8), bytes, `${rows} rows, column ${v}`);
      });
    });
  }
});

test.run();
