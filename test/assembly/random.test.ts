import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { plus } from '#dist/runtime/address.js';
import { Draws } from '../support/draws.js';
import { guarded, kernelTest } from '../support/kernel-test.js';
import { close, sameBits } from '../support/numbers.js';
import { cos, logFloat, sin } from './twins/math.js';
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
    for (let g = 9; g >= 0; g--) bits(plus(pieces.at, 64 * g), 1, 5 + g, 1, 2, 3, 4);
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

kernelTest('random_normal', '0 to 9 groups, several streams and places, bits of the twin', (normal) => {
  for (const stream of STREAMS.map(({ seed, purpose, step }) => ({ seed, purpose, step }))) {
    for (const first of [0, 1, 1000, 0x3ffffff0]) {
      for (let groups = 0; groups <= 9; groups++) {
        guarded((memory) => {
          const out = memory.scratch(16 * groups);
          normal(out.at, groups, memory.scratch(16).at, first, stream.seed, stream.purpose, stream.step);
          sameBits(out.read(), twin.randomNormal(groups, first, stream), `${groups} groups from ${first}`);
        });
      }
    }
  }
});

kernelTest(
  'random_normal',
  'groups drawn apart equal the whole, and the same call gives the same numbers',
  (normal) => {
    guarded((memory) => {
      const [whole, pieces, again] = [memory.scratch(160), memory.scratch(160), memory.scratch(160)];
      const scratch = memory.scratch(16).at;
      normal(whole.at, 10, scratch, 5, 1, 2, 3);
      for (let g = 9; g >= 0; g--) normal(plus(pieces.at, 64 * g), 1, scratch, 5 + g, 1, 2, 3);
      normal(again.at, 10, scratch, 5, 1, 2, 3);
      sameBits(pieces.read(), whole.read(), 'pieces');
      sameBits(again.read(), whole.read(), 'again');
    });
  },
);

kernelTest('random_normal', 'within 1e-6 of Box and Muller in f64, relative to the radius', (normal) => {
  guarded((memory) => {
    const out = memory.scratch(16 * 4000);
    normal(out.at, 4000, memory.scratch(16).at, 0, 3, 4, 5);
    const values = out.read();
    const words = twin.randomBits(4000, 0, { seed: 3, purpose: 4, step: 5 });
    for (let i = 0; i < values.length; i++) {
      if (i % 8 >= 4) continue;
      const u = Math.fround((Math.fround(words[i]!) + 0.5) / 2 ** 32);
      const r = Math.sqrt(-2 * Math.log(u));
      const angle = (2 * Math.PI * words[i + 4]!) / 2 ** 32;
      const off = Math.max(Math.abs(values[i]! - r * Math.cos(angle)), Math.abs(values[i + 4]! - r * Math.sin(angle)));
      assert.ok(off <= 1e-6 * r, `pair ${i}: ${values[i]}, ${values[i + 4]} is ${off} off at radius ${r}`);
    }
  });
});

/** Φ(x) in f64: by its power series about 0, by its continued fraction far out. */
function normalBelow(x: number): number {
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (Math.abs(x) > 4) {
    let fraction = Math.abs(x);
    for (let k = 60; k >= 1; k--) fraction = Math.abs(x) + k / fraction;
    return x < 0 ? density / fraction : 1 - density / fraction;
  }
  let term = x;
  let sum = x;
  for (let k = 3; k < 120; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + density * sum;
}

test('the normal distribution function of these tests has the tabulated values', () => {
  close(
    [-8, -4.5, -1.959963984540054, 0, 1, 3.9, 4.1].map(normalBelow),
    [
      6.220960574271785e-16, 3.397673124730053e-6, 0.025, 0.5, 0.8413447460685429, 0.9999519036559824,
      0.9999793424930875,
    ],
    { relative: 1e-10 },
    'Φ',
  );
});

kernelTest(
  'random_normal',
  'a million draws: moments, tails and the distance to the normal distribution (fixed seed)',
  (normal) => {
    const n = 16 * 62_500;
    guarded((memory) => {
      const out = memory.scratch(n);
      normal(out.at, n / 16, memory.scratch(16).at, 0, 20260101, 10, 0);
      const values = out.read();
      const moments = [1, 2, 3, 4].map((power) => values.reduce((sum, x) => sum + x ** power, 0) / n);
      // Four standard deviations: Var x^k is 1, 2, 15, 96.
      [1, 2, 15, 96].forEach((variance, k) => {
        close([moments[k]!], [[0, 1, 0, 3][k]!], { absolute: 4 * Math.sqrt(variance / n) }, `moment ${k + 1}`);
      });
      for (const limit of [2, 3, 4]) {
        const share = 2 * normalBelow(-limit);
        const count = values.reduce((sum, x) => sum + (Math.abs(x) > limit ? 1 : 0), 0);
        assert.ok(Math.abs(count - n * share) < 4 * Math.sqrt(n * share), `${count} of ${n} beyond ${limit}`);
      }
      // Of neighbours in a pair, and of one draw and the next, nothing in common.
      for (const lag of [1, 4, 8, 16]) {
        let product = 0;
        for (let i = lag; i < n; i++) product += values[i]! * values[i - lag]!;
        assert.ok(Math.abs(product) < 4 * Math.sqrt(n), `lag ${lag}: correlation ${product / n}`);
      }
      // Kolmogorov: beyond 1.95 / √n once in a thousand seeds.
      values.sort();
      let distance = 0;
      for (let i = 0; i < n; i++) {
        const below = normalBelow(values[i]!);
        distance = Math.max(distance, below - i / n, (i + 1) / n - below);
      }
      assert.ok(distance < 1.95 / Math.sqrt(n), `Kolmogorov distance ${distance}`);
    });
  },
);

test('ln of the twin: below 3e-7 relative over normal numbers and around 1; sin and cos: 2e-7 up to π/4', () => {
  const draws = new Draws(3);
  const points = Array.from({ length: 100_000 }, (_, i) =>
    Math.fround(
      i % 2 ? (1 + draws.unit()) * 2 ** (draws.below(250) - 125) : 1 + (draws.unit() - 0.5) * 2 ** -draws.below(22),
    ),
  ).concat(1, Math.SQRT1_2, Math.SQRT2, 2 ** -126, 2 ** 127);
  for (const x of points.map(Math.fround)) close([logFloat(x)], [Math.log(x)], { relative: 3e-7 }, `ln ${x}`);
  for (let i = -50_000; i <= 50_000; i++) {
    const x = Math.fround(((i / 50_000) * Math.PI) / 4);
    close([sin(x), cos(x)], [Math.sin(x), Math.cos(x)], { relative: 2e-7 }, `sin and cos of ${x}`);
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
    for (let g = 9; g >= 0; g--) dropout(plus(pieces.at, 64 * g), 16, 2 ** 31, 2, scratch, g, 1, 2, 3, 4);
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
