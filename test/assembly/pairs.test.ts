import { test } from 'uvu';
import { Draws } from '../support/draws.js';
import { guarded, kernelTest } from '../support/kernel-test.js';
import { sameBits } from '../support/numbers.js';
import * as twin from './twins/pairs.js';

const bytes = (draws: Draws, length: number, rate: number) =>
  Uint8Array.from({ length }, () => {
    let byte = 0;
    for (let bit = 0; bit < 8; bit++) byte |= Number(draws.unit() < rate) << bit;
    return byte;
  });

kernelTest('bits_slices', 'every byte turned, ranges of bytes and columns apart, zeros past the columns', (turn) => {
  const draws = new Draws(31);
  for (const [d, words] of [
    [1, 1],
    [3, 2],
    [31, 1],
    [32, 3],
    [70, 4],
  ] as const) {
    const stride = Math.ceil(d / 32) * 32;
    const bits = bytes(draws, 8 * words * d, 0.5);
    for (let times = 0; times < 6; times++) {
      const b0 = draws.below(8 * words + 1);
      const b1 = b0 + draws.below(8 * words + 1 - b0);
      const cut = draws.below(stride + 1);
      guarded((memory) => {
        const out = memory.output(new Uint8Array((b1 - b0) * stride).fill(0xaa));
        const at = memory.input(bits).at;
        turn(out.at, at, words, d, stride, b0, b1, cut, stride);
        turn(out.at, at, words, d, stride, b0, b1, 0, cut);
        sameBits(out.read(), twin.slicesOf(bits, words, d, stride, b0, b1), `${d} x ${words}, bytes ${b0} to ${b1}`);
      });
    }
  }
});

function same(
  count: Parameters<Parameters<typeof kernelTest<'pair_counts_block'>>[2]>[0],
  slices: Uint8Array,
  stride: number,
  [s0, s1, v0, u0, u1]: readonly [number, number, number, number, number],
): void {
  guarded((memory) => {
    const out = memory.output(new Int32Array(32 * (u1 - u0)).fill(-5));
    const scratch = memory.output(new Uint8Array(32768 + 96 * (u1 - u0)).fill(0x5a));
    count(out.at, scratch.at, memory.input(slices).at, stride, s0, s1, v0, u0, u1);
    const expected = Int32Array.from({ length: 32 * (u1 - u0) }, (_, i) =>
      twin.bothOnes(slices, stride, s0, s1, v0 + (i % 32), u0 + Math.floor(i / 32)),
    );
    sameBits(out.read(), expected, `slices ${s0} to ${s1}, ${v0} with ${u0} to ${u1}`);
  });
}

kernelTest('pair_counts_block', '0 to 70 slices, every rest of four, equals counting bits one by one', (count) => {
  const draws = new Draws(32);
  const stride = 96;
  for (const rate of [0, 0.02, 0.5, 1]) {
    const slices = bytes(draws, 70 * stride, rate);
    for (const [s0, s1] of [
      [0, 0],
      [0, 1],
      [1, 3],
      [2, 5],
      [0, 28],
      [3, 32],
      [0, 70],
    ] as const) {
      const u0 = draws.below(stride);
      same(count, slices, stride, [s0, s1, 32 * draws.below(3), u0, u0 + 1 + draws.below(stride - u0)]);
    }
    same(count, slices, stride, [0, 9, 17, 5, 5]);
    same(count, slices, stride, [0, 9, 64, 95, 96]);
  }
});

kernelTest('pair_counts_block', '8,191 slices of ones, the most that 16 bits hold', (count) => {
  const stride = 32;
  same(count, new Uint8Array(8191 * stride).fill(255), stride, [0, 8191, 0, 30, 32]);
});

test.run();
