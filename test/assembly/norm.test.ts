import { test } from 'uvu';
import { type Address, NONE } from '#dist/runtime/address.js';
import { Draws } from '../support/draws.js';
import { guarded, kernelTest } from '../support/kernel-test.js';
import { close, sameBits } from '../support/numbers.js';
import * as twin from './twins/norm.js';

/** Planes of every length around the vectors, and of real images; odd numbers of samples and channels. */
const SHAPES: twin.Shape[] = [...Array.from({ length: 20 }, (_, i) => i + 1), 49, 64, 65, 196].flatMap((hw) => [
  { n: 1, c: 1, hw },
  { n: 3, c: 5, hw },
]);

const named = ({ n, c, hw }: twin.Shape) => `n ${n} c ${c} hw ${hw}`;
const both = [false, true];

/** Gates of 0 and 1, and some between. */
function gatesOf(draws: Draws, length: number): Float32Array {
  return Float32Array.from({ length }, () => [0, 1, 0.25, draws.unit()][draws.below(4)]!);
}

kernelTest('plane_moments', 'planes of 1 to 20 and of larger images, bits of the twin', (moments) => {
  const draws = new Draws(1);
  for (const { n, c, hw } of SHAPES) {
    guarded((memory) => {
      const x = memory.input(draws.floats(n * c * hw));
      const out = memory.scratch(2 * n * c);
      moments(out.at, x.at, n * c, hw);
      sameBits(out.read(), twin.planeMoments(x.read(), n * c, hw), `${n * c} planes of ${hw}`);
    });
  }
});

kernelTest('plane_moments', 'within 1e-5 of f64 around a mean 100 times the deviation', (moments) => {
  const draws = new Draws(2);
  for (const hw of [1, 7, 49, 64, 1024]) {
    guarded((memory) => {
      const x = memory.input(Float32Array.from({ length: 4 * hw }, () => 100 + draws.unit()));
      const out = memory.scratch(8);
      moments(out.at, x.at, 4, hw);
      for (let p = 0; p < 4; p++) {
        const plane = Array.from(x.read().subarray(p * hw, (p + 1) * hw));
        const mean = plane.reduce((a, b) => a + b, 0) / hw;
        const m2 = plane.reduce((sum, v) => sum + (v - mean) ** 2, 0);
        close([out.read()[2 * p]!], [mean], { relative: 1e-6 }, `mean of ${hw}`);
        close([out.read()[2 * p + 1]!], [m2], { relative: 1e-5, absolute: 1e-6 }, `m2 of ${hw}`);
      }
    });
  }
});

kernelTest(
  'batch_norm_apply',
  'with and without gate, shortcut and relu, apart and in place, bits of the twin',
  (apply) => {
    const draws = new Draws(3);
    for (const shape of SHAPES) {
      const { n, c, hw } = shape;
      for (const gated of both) {
        for (const added of both) {
          for (const relu of both) {
            guarded((memory) => {
              const [x, scale, shift] = [n * c * hw, c, c].map((length) => draws.floats(length));
              const gate = gated ? gatesOf(draws, n * c) : undefined;
              const shortcut = added ? draws.floats(n * c * hw) : undefined;
              const expected = twin.batchNormApply(x!, scale!, shift!, gate, shortcut, shape, relu);
              const [atScale, atShift] = [memory.input(scale!).at, memory.input(shift!).at];
              const atGate = gate ? memory.input(gate).at : NONE;
              const run = (y: Address, from: Address, r: Address) =>
                apply(y, from, atScale, atShift, atGate, r, n, c, hw, relu ? 1 : 0);
              const what = `${named(shape)} gate ${gated} shortcut ${added} relu ${relu}`;
              const [atX, atR] = [memory.input(x!).at, shortcut ? memory.input(shortcut).at : NONE];
              const y = memory.scratch(n * c * hw);
              run(y.at, atX, atR);
              sameBits(y.read(), expected, what);
              const overX = memory.output(x!);
              run(overX.at, overX.at, atR);
              sameBits(overX.read(), expected, `${what}, over x`);
              if (!shortcut) return;
              const overShortcut = memory.output(shortcut);
              run(overShortcut.at, atX, overShortcut.at);
              sameBits(overShortcut.read(), expected, `${what}, over the shortcut`);
            });
          }
        }
      }
    }
  },
);

kernelTest('batch_norm_apply', 'a closed gate still multiplies: infinity times 0 is NaN', (apply) => {
  guarded((memory) => {
    const y = memory.scratch(5);
    const one = memory.input(Float32Array.of(1)).at;
    const x = memory.input(Float32Array.of(1, -1, Infinity, -0, -Infinity));
    apply(y.at, x.at, one, one, memory.input(Float32Array.of(0)).at, NONE, 1, 1, 5, 0);
    sameBits(y.read(), [0, 0, Number.NaN, 0, Number.NaN], 'y');
  });
});

kernelTest('batch_norm_sums', 'with and without relu, apart and in place, bits of the twin', (sumUp) => {
  const draws = new Draws(4);
  for (const shape of SHAPES) {
    const { n, c, hw } = shape;
    for (const relu of both) {
      guarded((memory) => {
        const length = n * c * hw;
        const y = draws.floats(length).map((v) => Math.max(0, v));
        const [dy, x, mean] = [length, length, c].map((size) => draws.floats(size));
        const expected = twin.batchNormSums(dy!, y, x!, mean!, shape, relu);
        // Without relu y is not read.
        const atY = relu ? memory.input(y).at : NONE;
        const [atX, atMean] = [memory.input(x!).at, memory.input(mean!).at];
        const [sums, dz] = [memory.scratch(2 * n * c), memory.scratch(length)];
        sumUp(sums.at, dz.at, memory.input(dy!).at, atY, atX, atMean, n, c, hw, relu ? 1 : 0);
        sameBits(sums.read(), expected.sums, `sums, ${named(shape)} relu ${relu}`);
        sameBits(dz.read(), expected.dz, `dz, ${named(shape)} relu ${relu}`);
        const inPlace = memory.output(dy!);
        sumUp(sums.at, inPlace.at, inPlace.at, atY, atX, atMean, n, c, hw, relu ? 1 : 0);
        sameBits(sums.read(), expected.sums, `sums in place, ${named(shape)} relu ${relu}`);
        sameBits(inPlace.read(), expected.dz, `dz in place, ${named(shape)} relu ${relu}`);
      });
    }
  }
});

kernelTest('batch_norm_sums', 'where y is NaN or 0 of either sign no gradient passes', (sumUp) => {
  guarded((memory) => {
    const [sums, dz] = [memory.scratch(2), memory.scratch(5)];
    const y = memory.input(Float32Array.of(0, -0, Number.NaN, 1e-45, -1)).at;
    const dy = memory.input(Float32Array.of(1, 2, 4, 8, 16)).at;
    const x = memory.input(Float32Array.of(3, 3, 3, 3, 3)).at;
    sumUp(sums.at, dz.at, dy, y, x, memory.input(Float32Array.of(1)).at, 1, 1, 5, 1);
    sameBits(dz.read(), [0, 0, 0, 8, 0], 'dz');
    sameBits(sums.read(), [8, 16], 'sums');
  });
});

kernelTest('batch_norm_backward', 'with and without gate, apart and in place, bits of the twin', (backward) => {
  const draws = new Draws(5);
  for (const shape of SHAPES) {
    const { n, c, hw } = shape;
    for (const gated of both) {
      guarded((memory) => {
        const [dz, x] = [draws.floats(n * c * hw), draws.floats(n * c * hw)];
        const gate = gated ? gatesOf(draws, n * c) : undefined;
        const [a, b, d, mean] = [0, 1, 2, 3].map(() => draws.floats(c));
        const expected = twin.batchNormBackward(dz, x, gate, { a: a!, b: b!, d: d!, mean: mean! }, shape);
        const atGate = gate ? memory.input(gate).at : NONE;
        const [atA, atB, atD, atMean] = [a!, b!, d!, mean!].map((table) => memory.input(table).at);
        const run = (dx: Address, atDz: Address, atX: Address) =>
          backward(dx, atDz, atX, atGate, atA!, atB!, atD!, atMean!, n, c, hw);
        const [atDz, atX] = [memory.input(dz).at, memory.input(x).at];
        const [dx, overDz, overX] = [memory.scratch(n * c * hw), memory.output(dz), memory.output(x)];
        run(dx.at, atDz, atX);
        run(overDz.at, overDz.at, atX);
        run(overX.at, atDz, overX.at);
        sameBits(dx.read(), expected, `${named(shape)} gate ${gated}`);
        sameBits(overDz.read(), expected, `${named(shape)} gate ${gated}, over dz`);
        sameBits(overX.read(), expected, `${named(shape)} gate ${gated}, over x`);
      });
    }
  }
});

kernelTest('accumulate', 'every length from 0 to 40, bits of the twin', (accumulate) => {
  const draws = new Draws(6);
  for (let length = 0; length <= 40; length++) {
    guarded((memory) => {
      const [y, x] = [memory.output(draws.floats(length)), memory.input(draws.floats(length))];
      const expected = y.read();
      accumulate(y.at, x.at, length);
      twin.accumulate(expected, x.read());
      sameBits(y.read(), expected, `length ${length}`);
    });
  }
});

test.run();
