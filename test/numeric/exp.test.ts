import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { exp } from '#dist/numeric/exp.js';

/** Correctly rounded, from Python's decimal at 60 digits. */
const EXACT: [number, number][] = [
  [-708.0, 3.307553003638408e-308],
  [-700.0, 9.85967654375977e-305],
  [-100.0, 3.720075976020836e-44],
  [-20.5, 1.2501528663867426e-9],
  [-6.907755278982137, 0.0010000000000000002],
  [-1.0, 0.36787944117144233],
  [-0.1, 0.9048374180359595],
  [-1e-10, 0.9999999999],
  [1e-300, 1.0],
  [1e-16, 1.0],
  [0.3, 1.3498588075760032],
  [0.5, 1.6487212707001282],
  [1.0, Math.E],
  [2.0, 7.38905609893065],
  [10.0, 22026.465794806718],
  [100.5, 4.4319559098458955e43],
  [709.0, 8.218407461554972e307],
];

const double = new Float64Array(1);
const integer = new BigInt64Array(double.buffer);

/** Distance of two positive doubles in units in the last place. */
function ulps(a: number, b: number): number {
  double[0] = a;
  const left = integer[0]!;
  double[0] = b;
  return Math.abs(Number(left - integer[0]!));
}

test('exp is within 1 ulp of the exact values', () => {
  for (const [x, exact] of EXACT) assert.ok(ulps(exp(x), exact) <= 1, `exp(${x}) = ${exp(x)}, expected ${exact}`);
});

test('exp is within 2 ulp of Math.exp over its domain', () => {
  for (let i = 0; i <= 40_000; i++) {
    const x = -708 + (i * 1417) / 40_000;
    assert.ok(ulps(exp(x), Math.exp(x)) <= 2, `exp(${x}) = ${exp(x)}, Math.exp gives ${Math.exp(x)}`);
  }
});

test('exp at the ends of its domain', () => {
  assert.is(exp(0), 1);
  assert.is(exp(-0), 1);
  assert.is(exp(-709), 0);
  assert.is(exp(-Infinity), 0);
  assert.is(exp(710), Infinity);
  assert.is(exp(Infinity), Infinity);
  assert.ok(Number.isNaN(exp(NaN)));
});

test.run();
