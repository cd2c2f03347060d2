import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NONE } from '#dist/runtime/address.js';
import { Draws } from '../support/draws.js';
import { guarded, kernelTest } from '../support/kernel-test.js';
import { close, sameBits } from '../support/numbers.js';
import * as twin from './twins/loss.js';
import { exp, log } from './twins/math.js';

const LANES = 32;
const EXTREMES = [1000, -1000, 0, -0, 3.4e38, -3.4e38, 87, -87, 88, -88, 1e-45, 1e-3];
const LIVE = [0, 1, 3, 4, 5, 27, 28, 29, 31, 32];

/** Logits of ordinary size, or any pair of extremes side by side. */
function logitsOf(draws: Draws, classes: number, extreme: boolean): Float32Array {
  const ordinary = () => draws.float() * (draws.below(2) ? 1 : 0.1);
  const any = () => EXTREMES[draws.below(EXTREMES.length)]!;
  return Float32Array.from({ length: classes * LANES }, extreme ? any : ordinary);
}

/** Column `lane` of a tile. */
function columnOf(tile: ArrayLike<number>, lane: number, rows: number): number[] {
  return Array.from({ length: rows }, (_, c) => tile[c * LANES + lane]!);
}

function softmax64(z: readonly number[]): number[] {
  const top = Math.max(...z);
  const e = z.map((x) => Math.exp(x - top));
  const sum = e.reduce((a, b) => a + b, 0);
  return e.map((x) => x / sum);
}

test('the twin of exp is within 3e-7 of Math.exp, relative, on [-87, 88], and stays finite and positive outside', () => {
  const check = (x: number) => {
    assert.ok(Math.abs(exp(x) / Math.exp(x) - 1) < 3e-7, `exp(${x}) = ${exp(x)}, Math.exp gives ${Math.exp(x)}`);
  };
  for (let i = -87_000; i <= 88_000; i++) check(Math.fround(i / 1000));
  for (let n = -125; n <= 126; n++) {
    for (const offset of [-1e-5, 0, 1e-5]) check(Math.fround((n + 0.5) * Math.LN2 + offset));
  }
  for (const x of [0, -0, 1e-45, -1e-45]) assert.is(exp(x), 1);
  for (const x of [-1e3, -3.4e38, Number.NEGATIVE_INFINITY]) assert.is(exp(x), exp(-87));
  for (const x of [1e3, 3.4e38, Number.POSITIVE_INFINITY]) assert.is(exp(x), exp(88));
  assert.ok(exp(-87) > 0 && exp(88) < Number.POSITIVE_INFINITY);
});

test('the twin of log is within 2 ulp, 4.5e-16 relative, of Math.log', () => {
  const check = (x: number) => {
    const bound = 4.5e-16 * Math.abs(Math.log(x));
    assert.ok(Math.abs(log(x) - Math.log(x)) <= bound, `log(${x}) = ${log(x)}, Math.log gives ${Math.log(x)}`);
  };
  for (let e = -1000; e <= 1000; e++) for (let i = 0; i < 16; i++) check((1 + i / 16) * 2 ** e);
  for (let i = -500; i <= 500; i++) check(1 + i * 2 ** -20);
  for (const x of [Math.SQRT2, Math.SQRT1_2, 1 - 2 ** -53, 1 + 2 ** -52]) check(x);
  assert.ok(Object.is(log(1), 0));
});

kernelTest(
  'softmax',
  '1 to 12 classes, ordinary and extreme logits, apart and in place, bits of the twin',
  (softmax) => {
    const draws = new Draws(1);
    for (let classes = 1; classes <= 12; classes++) {
      for (const extreme of [false, true, true, true]) {
        const logits = logitsOf(draws, classes, extreme);
        const expected = twin.softmax(logits, classes);
        guarded((memory) => {
          const p = memory.scratch(classes * LANES);
          softmax(p.at, memory.input(logits).at, classes);
          sameBits(p.read(), expected, `${classes} classes`);
          const inPlace = memory.output(logits);
          softmax(inPlace.at, inPlace.at, classes);
          sameBits(inPlace.read(), expected, `${classes} classes in place`);
        });
      }
    }
  },
);

kernelTest('softmax', 'every exponent from 0 down to -90 in steps of 1/256, bits of the twin', (softmax) => {
  for (let from = 0; from < 90 * 256; from += LANES) {
    const logits = new Float32Array(2 * LANES);
    for (let lane = 0; lane < LANES; lane++) logits[LANES + lane] = -(from + lane) / 256;
    guarded((memory) => {
      const p = memory.scratch(2 * LANES);
      softmax(p.at, memory.input(logits).at, 2);
      sameBits(p.read(), twin.softmax(logits, 2), `from ${-from / 256}`);
    });
  }
});

kernelTest('softmax', 'within 1e-6 relative plus 1e-37 of Math.exp in f64, ±1000 and equal logits too', (softmax) => {
  const draws = new Draws(2);
  for (let classes = 1; classes <= 9; classes++) {
    for (const extreme of [false, true]) {
      guarded((memory) => {
        const logits = memory.input(logitsOf(draws, classes, extreme));
        const p = memory.scratch(classes * LANES);
        softmax(p.at, logits.at, classes);
        for (let lane = 0; lane < LANES; lane++) {
          const expected = softmax64(columnOf(logits.read(), lane, classes));
          close(columnOf(p.read(), lane, classes), expected, { relative: 1e-6, absolute: 1e-37 }, `lane ${lane}`);
        }
      });
    }
  }
  for (const z of [0, -0, 1000, -1000, 3e38, 1e-45]) {
    guarded((memory) => {
      const p = memory.output(new Float32Array(4 * LANES).fill(z));
      softmax(p.at, p.at, 4);
      sameBits(p.read(), new Float32Array(4 * LANES).fill(0.25), `four logits of ${z}`);
    });
  }
});

kernelTest(
  'softmax_cross_entropy',
  '1 to 9 classes, live 0 to 32, weights or none, NaN in the padding, bits of the twin',
  (entropy) => {
    const draws = new Draws(3);
    for (let classes = 1; classes <= 9; classes++) {
      for (const live of LIVE) {
        for (const extreme of [false, true]) {
          guarded((memory) => {
            const logits = logitsOf(draws, classes, extreme);
            for (let i = 0; i < logits.length; i++) if (i % LANES >= live) logits[i] = Number.NaN;
            const label = Int32Array.from({ length: LANES }, (_, lane) => (lane < live ? draws.below(classes) : 1e9));
            const weights = Float32Array.from({ length: LANES }, (_, lane) =>
              lane < live ? [0, 1, 0.3, 1e-30, 77][draws.below(5)]! : Number.NaN,
            );
            const [atLogits, atLabel] = [memory.input(logits).at, memory.input(label).at];
            for (const weight of [undefined, weights, new Float32Array(LANES).fill(1)]) {
              const d = memory.scratch(classes * LANES);
              const atWeight = weight ? memory.input(weight).at : NONE;
              const loss = entropy(d.at, atLogits, atLabel, atWeight, classes, live, 1 / 7);
              const expected = twin.softmaxCrossEntropy(logits, label, weight, classes, live, 1 / 7);
              const what = `${classes} classes, live ${live}${weight ? ', weighted' : ''}`;
              sameBits([loss], [expected.loss], `loss of ${what}`);
              sameBits(d.read(), expected.d, `gradient of ${what}`);
              assert.ok(Number.isFinite(loss) && loss >= 0, `loss ${loss}`);
            }
          });
        }
      }
    }
  },
);

kernelTest(
  'softmax_cross_entropy',
  'loss within 1e-6 a row plus 1e-6 relative, gradient within 1e-6, of f64, times the weight',
  (entropy) => {
    const draws = new Draws(4);
    for (let classes = 2; classes <= 9; classes++) {
      for (const size of [0.01, 1, 10, 1000]) {
        guarded((memory) => {
          const logits = draws.floats(classes * LANES).map((x) => x * size);
          const label = Int32Array.from({ length: LANES }, () => draws.below(classes));
          const weight = Float32Array.from({ length: LANES }, () => 3 * draws.below(2) + 0.5);
          const d = memory.scratch(classes * LANES);
          const [atLogits, atLabel, atWeight] = [
            memory.input(logits).at,
            memory.input(label).at,
            memory.input(weight).at,
          ];
          const loss = entropy(d.at, atLogits, atLabel, atWeight, classes, LANES, 1);
          let sum = 0;
          for (let lane = 0; lane < LANES; lane++) {
            const z = columnOf(logits, lane, classes);
            const top = Math.max(...z);
            const w = weight[lane]!;
            sum += w * (top - z[label[lane]!]! + Math.log(z.reduce((total, x) => total + Math.exp(x - top), 0)));
            const gradient = softmax64(z).map((p, c) => w * (p - (c === label[lane] ? 1 : 0)));
            close(columnOf(d.read(), lane, classes), gradient, { absolute: 1e-6 * w }, `lane ${lane}`);
          }
          close(
            [loss],
            [sum],
            { absolute: 1e-6 * 3.5 * LANES, relative: 1e-6 },
            `loss of ${classes} classes, size ${size}`,
          );
        });
      }
    }
  },
);

kernelTest('softmax_cross_entropy', 'a class 2000 below the top costs 2000, and the top class nothing', (entropy) => {
  guarded((memory) => {
    const logits = new Float32Array(2 * LANES).fill(1000).fill(-1000, LANES);
    const d = memory.scratch(2 * LANES);
    const at = memory.input(logits).at;
    assert.is(entropy(d.at, at, memory.input(new Int32Array(LANES).fill(1)).at, NONE, 2, LANES, 1), 2000 * LANES);
    close(d.read(), new Float32Array(2 * LANES).fill(1).fill(-1, LANES), { absolute: 1e-37 }, 'gradient');
    assert.is(entropy(d.at, at, memory.input(new Int32Array(LANES)).at, NONE, 2, LANES, 1), 0);
    close(d.read(), new Float32Array(2 * LANES), { absolute: 1e-37 }, 'gradient');
  });
});

kernelTest(
  'sigmoid',
  'every multiple of 4 up to 132, extremes too, apart and in place, bits of the twin',
  (sigmoid) => {
    const draws = new Draws(5);
    for (let n = 0; n <= 132; n += 4) {
      guarded((memory) => {
        const logits = memory.input(logitsOf(draws, 5, n % 8 === 0).subarray(0, n));
        const expected = twin.sigmoid(logits.read());
        const p = memory.scratch(n);
        sigmoid(p.at, logits.at, n);
        sameBits(p.read(), expected, `n ${n}`);
        const inPlace = memory.output(logits.read());
        sigmoid(inPlace.at, inPlace.at, n);
        sameBits(inPlace.read(), expected, `n ${n} in place`);
      });
    }
  },
);

kernelTest(
  'sigmoid',
  'within 5e-7 relative plus 1e-37 of 1 / (1 + exp(-x)) in f64; one half at 0 and -0',
  (sigmoid) => {
    const points = [0, -0, 1000, -1000, ...Array.from({ length: 4 * 20_000 }, (_, i) => (i - 40_000) / 400)];
    guarded((memory) => {
      const z = memory.input(Float32Array.from(points));
      const p = memory.scratch(points.length);
      sigmoid(p.at, z.at, points.length);
      const expected = Float64Array.from(z.read(), (x) => 1 / (1 + Math.exp(-x)));
      close(p.read(), expected, { relative: 5e-7, absolute: 1e-37 }, 'sigmoid');
      sameBits(p.read().subarray(0, 3), [0.5, 0.5, 1], 'sigmoid of 0, -0 and 1000');
    });
  },
);

kernelTest(
  'sigmoid_cross_entropy',
  '1 to 9 outputs, live 0 to 32, missing labels, NaN in the padding, bits of the twin',
  (entropy) => {
    const draws = new Draws(6);
    for (let outputs = 1; outputs <= 9; outputs++) {
      for (const live of LIVE) {
        for (const extreme of [false, true]) {
          guarded((memory) => {
            const logits = logitsOf(draws, outputs, extreme).map((z) => Math.max(-1e30, Math.min(1e30, z)));
            for (let i = 0; i < logits.length; i++) if (i % LANES >= live) logits[i] = Number.NaN;
            const label = Int8Array.from({ length: outputs * LANES }, () => draws.below(3) - 1);
            const d = memory.scratch(outputs * LANES);
            const loss = entropy(d.at, memory.input(logits).at, memory.input(label).at, outputs, live, 1 / 7);
            const expected = twin.sigmoidCrossEntropy(logits, label, outputs, live, 1 / 7);
            sameBits([loss], [expected.loss], `loss of ${outputs} outputs, live ${live}`);
            sameBits(d.read(), expected.d, `gradient of ${outputs} outputs, live ${live}`);
            assert.ok(Number.isFinite(loss) && loss >= 0, `loss ${loss}`);
          });
        }
      }
    }
  },
);

kernelTest(
  'sigmoid_cross_entropy',
  'loss within 1e-6 a label plus 1e-6 relative, gradient within 1e-6, of f64',
  (entropy) => {
    const draws = new Draws(7);
    for (const size of [0.01, 1, 10, 1000]) {
      guarded((memory) => {
        const outputs = 12;
        const logits = draws.floats(outputs * LANES).map((x) => x * size);
        const label = Int8Array.from({ length: outputs * LANES }, () => draws.below(3) - 1);
        const d = memory.scratch(outputs * LANES);
        const loss = entropy(d.at, memory.input(logits).at, memory.input(label).at, outputs, LANES, 1);
        let sum = 0;
        const gradient = Float64Array.from(logits, (z, i) => {
          if (label[i]! < 0) return 0;
          sum += Math.max(z, 0) - z * label[i]! + Math.log1p(Math.exp(-Math.abs(z)));
          return 1 / (1 + Math.exp(-z)) - label[i]!;
        });
        close(d.read(), gradient, { absolute: 1e-6 }, `gradient, size ${size}`);
        close([loss], [sum], { absolute: 1e-6 * logits.length, relative: 1e-6 }, `loss, size ${size}`);
      });
    }
  },
);

kernelTest('sigmoid_cross_entropy', 'with every label missing is 0 and has no gradient', (entropy) => {
  guarded((memory) => {
    const logits = memory.input(logitsOf(new Draws(8), 3, true)).at;
    const d = memory.scratch(3 * LANES);
    const loss = entropy(d.at, logits, memory.input(new Int8Array(3 * LANES).fill(-1)).at, 3, LANES, 1);
    sameBits([loss], [0], 'loss');
    sameBits(d.read(), new Float32Array(3 * LANES), 'gradient');
  });
});

kernelTest(
  'squared_error',
  '0 to 9 outputs, live 0 to 32, with and without target, apart and in place, bits of the twin',
  (error) => {
    const draws = new Draws(9);
    for (let outputs = 0; outputs <= 9; outputs++) {
      for (let live = 0; live <= LANES; live++) {
        for (const target of [undefined, draws.floats(outputs * LANES)]) {
          guarded((memory) => {
            const y = draws.floats(outputs * LANES);
            for (let i = 0; i < y.length; i++) if (i % LANES >= live) y[i] = Number.NaN;
            const expected = twin.squaredError(y, target, outputs, live, 1 / 7);
            const d = memory.scratch(outputs * LANES);
            const atTarget = target ? memory.input(target).at : NONE;
            const loss = error(d.at, memory.input(y).at, atTarget, outputs, live, 1 / 7);
            sameBits([loss], [expected.loss], `loss of ${outputs} outputs, live ${live}`);
            sameBits(d.read(), expected.d, `gradient of ${outputs} outputs, live ${live}`);
            const inPlace = memory.output(y);
            sameBits([error(inPlace.at, inPlace.at, atTarget, outputs, live, 1 / 7)], [expected.loss], 'in place');
            sameBits(inPlace.read(), expected.d, 'gradient in place');
          });
        }
      }
    }
  },
);

test.run();
