import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Draws } from '../support/draws.js';
import { guarded, kernelTest } from '../support/kernel-test.js';
import { sameBits } from '../support/numbers.js';
import * as twin from './twins/random.js';

/** Known answers for philox4x32-10 from the Random123 distribution (kat_vectors): counter, key, result. */
const KNOWN: [number[], number[], number[]][] = [
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
];

const STREAMS: twin.Stream[] = [
  { seed: 0, purpose: 0, step: 0, high: 0 },
  { seed: 42, purpose: 3, step: 7, high: 1 },
  { seed: 0xffffffff, purpose: 0xffffffff, step: 0xffffffff, high: 0xffffffff },
  { seed: 0xa4093822, purpose: 0x299f31d0, step: 0x85a308d3, high: 0x13198a2e },
];

/** Pearson's statistic of counts that should all be equal. */
function chiSquare(counts: ArrayLike<number>): number {
  const all = Array.from(counts);
  const expected = all.reduce((a, b) => a + b, 0) / all.length;
  return all.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** Asserts that the statistic is neither too large nor too small for its degrees of freedom: 4 standard deviations of its cube root (Wilson and Hilferty 1931). */
function plausible(statistic: number, freedom: number, what: string): void {
  const z = ((statistic / freedom) ** (1 / 3) - (1 - 2 / (9 * freedom))) / Math.sqrt(2 / (9 * freedom));
  assert.ok(Math.abs(z) < 4, `${what}: chi-square ${statistic} with ${freedom} degrees of freedom, z = ${z}`);
}

test('the twin of Philox gives the known answers', () => {
  for (const [counter, key, expected] of KNOWN) assert.equal(twin.philox(counter, key), expected);
});

kernelTest('random_bits', 'begins with the known answer for counter 0 and key 0', (bits) => {
  guarded((memory) => {
    const out = memory.output(new Uint32Array(16));
    bits(out.at, 1, 0, 0, 0, 0, 0);
    sameBits(out.read().subarray(0, 4), KNOWN[0]![2], 'block 0');
  });
});

kernelTest('random_bits', '0 to 9 groups from low and high places of streams, words of the twin', (bits) => {
  for (const stream of STREAMS) {
    const { seed, purpose, step, high = 0 } = stream;
    for (const first of [0, 1, 1000, 0x3ffffff0]) {
      for (let groups = 0; groups <= 9; groups++) {
        guarded((memory) => {
          const out = memory.output(new Uint32Array(16 * groups));
          bits(out.at, groups, first, seed, purpose, step, high);
          sameBits(out.read(), twin.randomBits(groups, first, stream), `groups ${groups} first ${first}`);
        });
      }
    }
  }
});

kernelTest('random_bits', 'groups drawn apart equal the whole', (bits) => {
  guarded((memory) => {
    const [whole, pieces] = [memory.output(new Uint32Array(160)), memory.output(new Uint32Array(160))];
    bits(whole.at, 10, 5, 1, 2, 3, 4);
    for (let g = 9; g >= 0; g--) bits(pieces.at + 64 * g, 1, 5 + g, 1, 2, 3, 4);
    sameBits(pieces.read(), whole.read(), 'pieces');
  });
});

kernelTest('random_bits', 'each of seed, purpose, step and high makes another stream', (bits) => {
  guarded((memory) => {
    const out = memory.output(new Uint32Array(16));
    const seen = new Set<string>();
    for (const changed of [-1, 0, 1, 2, 3]) {
      const key = [0, 0, 0, 0] as [number, number, number, number];
      if (changed >= 0) key[changed] = 1;
      bits(out.at, 1, 0, ...key);
      seen.add(out.read().join());
    }
    assert.is(seen.size, 5);
  });
});

kernelTest('random_bits', 'bytes are spread evenly (chi-square, fixed seed)', (bits) => {
  guarded((memory) => {
    const out = memory.output(new Uint32Array(16 * 1000));
    bits(out.at, 1000, 0, 20180501, 9, 0, 0);
    const counts = new Float64Array(256);
    for (const byte of new Uint8Array(out.read().buffer)) counts[byte]!++;
    plausible(chiSquare(counts), 255, 'bytes');
  });
});

const INTERVALS: [number, number][] = [
  [0, 1],
  [-1, 1],
  [-0.0421, 0.0421],
  [2, 3.5],
];

kernelTest('random_uniform', '0 to 9 groups, several intervals and places, bits of the twin', (uniform) => {
  for (const stream of STREAMS.map(({ seed, purpose, step }) => ({ seed, purpose, step }))) {
    for (const [low, high] of INTERVALS) {
      for (let groups = 0; groups <= 9; groups++) {
        guarded((memory) => {
          const out = memory.scratch(16 * groups);
          const first = 3 * groups;
          uniform(out.at, groups, low, high, memory.scratch(16).at, first, stream.seed, stream.purpose, stream.step);
          const expected = twin.randomUniform(groups, low, high, first, stream);
          sameBits(out.read(), expected, `${low} to ${high}, ${groups} groups`);
        });
      }
    }
  }
});

kernelTest('random_uniform', 'stays in its interval and fills it evenly (chi-square, fixed seed)', (uniform) => {
  for (const [low, high] of INTERVALS) {
    guarded((memory) => {
      const out = memory.scratch(16 * 2000);
      uniform(out.at, 2000, low, high, memory.scratch(16).at, 0, 7, 8, 9);
      const counts = new Float64Array(50);
      for (const x of out.read()) {
        assert.ok(x >= Math.fround(low) && x <= Math.fround(high), `${x} is outside ${low} to ${high}`);
        counts[Math.min(49, Math.floor((50 * (x - low)) / (high - low)))]!++;
      }
      plausible(chiSquare(counts), 49, `${low} to ${high}`);
    });
  }
});

kernelTest('random_permutation', 'every length from 0 to 80, the same as the twin’s', (permute) => {
  for (let n = 0; n <= 80; n++) {
    guarded((memory) => {
      const out = memory.output(new Int32Array(n).fill(-1));
      permute(out.at, n, memory.scratch(16).at, 5, 6, n);
      sameBits(out.read(), twin.randomPermutation(n, { seed: 5, purpose: 6, step: n }), `n ${n}`);
    });
  }
});

kernelTest('random_permutation', 'of 100,000 holds each number once', (permute) => {
  guarded((memory) => {
    const out = memory.output(new Int32Array(100_000));
    permute(out.at, 100_000, memory.scratch(16).at, 1, 2, 3);
    sameBits(
      out.read().sort(),
      Int32Array.from({ length: 100_000 }, (_, i) => i),
      'sorted',
    );
    permute(out.at, 100_000, memory.scratch(16).at, 1, 2, 3);
    const fixed = out.read().reduce((count, x, i) => count + (x === i ? 1 : 0), 0);
    assert.ok(fixed < 12, `${fixed} numbers stand at their own place; about 1 should`);
  });
});

kernelTest('random_permutation', 'all 120 orders of five are as frequent (chi-square, fixed seed)', (permute) => {
  guarded((memory) => {
    const out = memory.output(new Int32Array(5));
    const scratch = memory.scratch(16).at;
    const counts = new Map<string, number>();
    for (let step = 0; step < 24_000; step++) {
      permute(out.at, 5, scratch, 3, 1, step);
      const order = out.read().join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    assert.is(counts.size, 120);
    plausible(chiSquare([...counts.values()]), 119, 'orders');
  });
});

kernelTest(
  'dropout',
  'every multiple of 16 up to 160 and thresholds from none to nearly all, bits of the twin',
  (dropout) => {
    const draws = new Draws(1);
    for (let n = 0; n <= 160; n += 16) {
      for (const threshold of [0, 1, 0x40000000, 0x7fffffff, 0x80000000, 0xc0000000, 0xffffffff]) {
        for (const { seed, purpose, step, high = 0 } of STREAMS) {
          guarded((memory) => {
            const x = memory.output(draws.floats(n));
            const expected = x.read();
            const first = n / 16;
            dropout(x.at, n, threshold, 1 / 0.7, memory.scratch(16).at, first, seed, purpose, step, high);
            twin.dropout(expected, threshold, 1 / 0.7, first, { seed, purpose, step, high });
            sameBits(x.read(), expected, `n ${n} threshold ${threshold}`);
          });
        }
      }
    }
  },
);

kernelTest('dropout', 'pieces of 16 equal the whole', (dropout) => {
  guarded((memory) => {
    const before = new Draws(2).floats(160);
    const [whole, pieces] = [memory.output(before), memory.output(before)];
    const scratch = memory.scratch(16).at;
    dropout(whole.at, 160, 2 ** 31, 2, scratch, 0, 1, 2, 3, 4);
    for (let g = 9; g >= 0; g--) dropout(pieces.at + 64 * g, 16, 2 ** 31, 2, scratch, g, 1, 2, 3, 4);
    sameBits(pieces.read(), whole.read(), 'pieces');
  });
});

kernelTest('dropout', 'drops at its rate, within 4 standard deviations, and scales the rest', (dropout) => {
  for (const rate of [0.01, 0.25, 0.5, 0.75, 0.9]) {
    guarded((memory) => {
      const n = 160_000;
      const x = memory.output(new Float32Array(n).fill(1));
      const scale = Math.fround(1 / (1 - rate));
      dropout(x.at, n, Math.round(rate * 2 ** 32), scale, memory.scratch(16).at, 0, 11, 4, 0, 0);
      const after = x.read();
      assert.ok(after.every((value) => value === 0 || value === scale));
      const dropped = after.reduce((count, value) => count + (value === 0 ? 1 : 0), 0);
      const deviation = Math.sqrt(n * rate * (1 - rate));
      assert.ok(Math.abs(dropped - n * rate) < 4 * deviation, `rate ${rate}: ${dropped} of ${n} dropped`);
    });
  }
});

test.run();
