import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Draws } from '../support/draws.js';
import { guarded, kernelTest } from '../support/kernel-test.js';
import { close, sameBits } from '../support/numbers.js';
import * as twin from './twins/gate.js';

/** Numbers of the size of a gater's output, now and then far out, infinite or NaN. */
function preOf(draws: Draws, length: number): Float32Array {
  const extremes = [Infinity, -Infinity, Number.NaN, 1e30, -1e30, 0, -0, 90, -90];
  return Float32Array.from({ length }, () =>
    draws.below(12) === 0 ? extremes[draws.below(extremes.length)]! : 8 * draws.unit() - 4,
  );
}

kernelTest(
  'gate_forward',
  'rows of 1 to 21 and of 336, hard and soft, apart and in place, bits of the twin',
  (forward) => {
    const draws = new Draws(1);
    for (const n of [1, 2, 5]) {
      for (const c of [...Array.from({ length: 21 }, (_, i) => i + 1), 336]) {
        guarded((memory) => {
          const [pre, noise] = [preOf(draws, n * c), Float32Array.from({ length: n * c }, () => 2 * draws.unit() - 1)];
          const coin = Int32Array.from({ length: n }, () => [0, 1, -1, 256][draws.below(4)]!);
          const expected = twin.gateForward(pre, noise, coin, c);
          const [atPre, atNoise, atCoin] = [memory.input(pre).at, memory.input(noise).at, memory.input(coin).at];
          const [gate, slope] = [memory.scratch(n * c), memory.scratch(n * c)];
          forward(gate.at, slope.at, atPre, atNoise, atCoin, n, c);
          sameBits(gate.read(), expected.gate, `gate, n ${n} c ${c}`);
          sameBits(slope.read(), expected.slope, `slope, n ${n} c ${c}`);
          const [overPre, overNoise] = [memory.output(pre), memory.output(noise)];
          forward(overPre.at, overNoise.at, overPre.at, overNoise.at, atCoin, n, c);
          sameBits(overPre.read(), expected.gate, `gate in place, n ${n} c ${c}`);
          sameBits(overNoise.read(), expected.slope, `slope in place, n ${n} c ${c}`);
        });
      }
    }
  },
);

kernelTest('gate_forward', 'within 1e-6 of the formula in f64; the slope is that of the soft gate', (forward) => {
  const u = Float32Array.from({ length: 4001 }, (_, i) => (i - 2000) / 500);
  const soft = (x: number) => Math.min(1, Math.max(0, 1.2 / (1 + Math.exp(-x)) - 0.1));
  guarded((memory) => {
    const [pre, noise] = [memory.input(u), memory.input(new Float32Array(u.length))];
    const [gate, slope] = [memory.scratch(u.length), memory.scratch(u.length)];
    const slopes: Float32Array[] = [];
    for (const hard of [0, 1]) {
      forward(gate.at, slope.at, pre.at, noise.at, memory.input(Int32Array.of(hard)).at, 1, u.length);
      const expected = Float64Array.from(u, (x) => (hard ? Number(x > 0) : soft(x)));
      close(gate.read(), expected, { absolute: 1e-6 }, hard ? 'hard' : 'soft');
      slopes.push(slope.read());
    }
    sameBits(slopes[1]!, slopes[0]!, 'slopes of hard and soft rows');
    const edge = Math.log(11);
    const differences = Float64Array.from(u, (x) =>
      Math.abs(Math.abs(x) - edge) < 1e-4 ? Number.NaN : (soft(x + 1e-5) - soft(x - 1e-5)) / 2e-5,
    );
    const inside = (values: ArrayLike<number>) => Array.from(values).filter((_, i) => !Number.isNaN(differences[i]!));
    assert.ok(inside(u).length > 3990);
    close(inside(slopes[0]!), inside(differences), { absolute: 1e-6 }, 'slope');
  });
});

kernelTest('gate_forward', 'adds the noise: one rounded sum decides', (forward) => {
  guarded((memory) => {
    const [gate, slope] = [memory.scratch(3), memory.scratch(3)];
    const [pre, noise] = [memory.input(Float32Array.of(1, -1, 1)), memory.input(Float32Array.of(-2, 2, -1))];
    forward(gate.at, slope.at, pre.at, noise.at, memory.input(Int32Array.of(1)).at, 1, 3);
    sameBits(gate.read(), [0, 1, 0], 'gate');
  });
});

kernelTest('gate_decide', 'every length from 0 to 40, apart and in place; only what is above 0 opens', (decide) => {
  const draws = new Draws(2);
  for (let length = 0; length <= 40; length++) {
    guarded((memory) => {
      const pre = preOf(draws, length);
      const expected = twin.gateDecide(pre);
      const [gate, inPlace] = [memory.scratch(length), memory.output(pre)];
      decide(gate.at, memory.input(pre).at, length);
      decide(inPlace.at, inPlace.at, length);
      sameBits(gate.read(), expected, `length ${length}`);
      sameBits(inPlace.read(), expected, `length ${length} in place`);
    });
  }
  guarded((memory) => {
    const gate = memory.scratch(7);
    decide(gate.at, memory.input(Float32Array.of(Number.NaN, 0, -0, 1e-45, -1e-45, Infinity, Number.NaN)).at, 7);
    sameBits(gate.read(), [0, 0, 0, 1, 0, 1, 0], 'NaN, zeros and the smallest numbers');
  });
});

kernelTest('gate_backward', 'every length from 0 to 40, apart and in place, bits of the twin', (backward) => {
  const draws = new Draws(3);
  for (let length = 0; length <= 40; length++) {
    guarded((memory) => {
      const [dgate, slope] = [draws.floats(length), draws.floats(length)];
      const penalty = draws.unit() / 100;
      const expected = twin.gateBackward(dgate, slope, penalty);
      const [atDgate, atSlope] = [memory.input(dgate).at, memory.input(slope).at];
      const [dpre, overDgate, overSlope] = [memory.scratch(length), memory.output(dgate), memory.output(slope)];
      backward(dpre.at, atDgate, atSlope, penalty, length);
      backward(overDgate.at, overDgate.at, atSlope, penalty, length);
      backward(overSlope.at, atDgate, overSlope.at, penalty, length);
      for (const out of [dpre, overDgate, overSlope]) sameBits(out.read(), expected, `length ${length}`);
    });
  }
});

test.run();
