import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { log } from '#dist/numeric/log.js';

/** Correctly rounded logarithms, from mpmath at 300 bits. */
const EXACT: [number, number][] = [
  [5e-324, -744.4400719213812],
  [2.2250738585072014e-308, -708.3964185322641],
  [1e-10, -23.025850929940457],
  [0.3, -1.2039728043259361],
  [0.7071067811865475, -0.34657359027997275],
  [Math.SQRT1_2, -0.3465735902799726],
  [0.9999999999999999, -1.1102230246251565e-16],
  [1.0000000000000002, 2.220446049250313e-16],
  [1.1, 0.09531017980432493],
  [Math.SQRT2, 0.3465735902799727],
  [1.5, 0.4054651081081644],
  [2, Math.LN2],
  [Math.E, 1],
  [3, 1.0986122886681098],
  [10, Math.LN10],
  [9001, 9.105090961257085],
  [1e15, 34.538776394910684],
  [1.7976931348623157e308, 709.782712893384],
];

const double = new Float64Array(1);
const integer = new BigInt64Array(double.buffer);

/** Distance of two doubles of the same sign in units in the last place. */
function ulps(a: number, b: number): number {
  double[0] = a;
  const left = integer[0]!;
  double[0] = b;
  return Math.abs(Number(left - integer[0]!));
}

test('log is within 1 ulp of the exact values', () => {
  for (const [x, exact] of EXACT) assert.ok(ulps(log(x), exact) <= 1, `log(${x}) = ${log(x)}, expected ${exact}`);
});

test('log is within 2 ulp of Math.log over all binades', () => {
  for (let exponent = -1073; exponent <= 1023; exponent++) {
    for (let i = 0; i < 64; i++) {
      const x = (1 + ((i * 0.6180339887498949) % 1)) * 2 ** exponent;
      assert.ok(ulps(log(x), Math.log(x)) <= 2, `log(${x}) = ${log(x)}, Math.log gives ${Math.log(x)}`);
    }
  }
  for (let n = 1; n <= 100_000; n++) assert.ok(ulps(log(n), Math.log(n)) <= 2, `log(${n})`);
});

test('log at the ends of its domain', () => {
  assert.ok(Object.is(log(1), 0));
  assert.is(log(0), -Infinity);
  assert.is(log(-0), -Infinity);
  assert.is(log(Infinity), Infinity);
  assert.ok(Number.isNaN(log(-1)));
  assert.ok(Number.isNaN(log(-Infinity)));
  assert.ok(Number.isNaN(log(NaN)));
});

test.run();
