// Sums that round but once, whatever the order, and numbers cut to their first bits.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { floorBits, meanOfUnits, nextTo, unitsOf } from '#dist/counts/survey/exact.js';
import { LEAST_DISTINCT, NumberSet } from '#dist/counts/survey/number-set.js';
import { Random } from '../support/random.js';

const meanOf = (...numbers: number[]) =>
  meanOfUnits(
    numbers.reduce((sum, x) => sum + unitsOf(x), 0n),
    numbers.length,
  );

test('means are rounded but once', () => {
  const { MAX_VALUE, MIN_VALUE } = Number;
  for (const [numbers, mean] of [
    [[1e308, 1e308, 1e308], 1e308],
    [[MAX_VALUE, MAX_VALUE, -MAX_VALUE, -MAX_VALUE, 4, 0, 0, 0], 0.5],
    [[1e16, 1, -1e16], 1 / 3],
    [[0.1, 0.2, 0.3], 0.2],
    [[MIN_VALUE, MIN_VALUE], MIN_VALUE],
    [[-MIN_VALUE * 6, MIN_VALUE * 2], -MIN_VALUE * 2],
    [[2 ** 53, 2 ** 53 + 2], 2 ** 53],
    [[2 ** 53 + 2, 2 ** 53 + 4], 2 ** 53 + 4],
    [[-7], -7],
    [[3, -3], 0],
  ] as const)
    assert.is(meanOf(...numbers), mean, String(numbers));
});

test('numbers lose their last bits downwards, those below 0 too, and step by step as at once', () => {
  const random = new Random(3);
  for (let i = 0; i < 2000; i++) {
    const x = (random.next() - 0.5) * 10 ** (random.below(40) - 20) + (random.below(2) ? 0 : random.next());
    const [few, more] = [random.below(53), random.below(53)].sort((a, b) => a - b) as [number, number];
    const cut = floorBits(x, more);
    assert.ok(cut <= x);
    assert.is(floorBits(floorBits(x, few), more), cut);
    assert.is(floorBits(cut, more), cut);
    assert.ok(floorBits(nextTo(x, 1), more) >= cut);
    assert.ok(Math.abs(x - cut) <= 2 ** (more - 52) * Math.max(Math.abs(x), Math.abs(cut)));
  }
  assert.is(floorBits(Math.PI, 52), 2);
  assert.is(nextTo(1, 1), 1 + 2 ** -52);
  assert.is(nextTo(-1, 1), -1 + 2 ** -53);
  assert.is(nextTo(0, -1), -Number.MIN_VALUE);
});

test('numbers of all sizes fit, in whatever order and parts they come', () => {
  const random = new Random(5);
  const numbers = Array.from(
    { length: 30_000 },
    () => (random.below(2) ? 1 : -1) * random.next() * 2 ** (random.below(2040) - 1022),
  );
  const whole = new NumberSet(LEAST_DISTINCT);
  for (const x of numbers) whole.add(x);
  const expected = whole.parts();
  assert.ok(expected.values.length <= LEAST_DISTINCT && expected.dropped > 0);
  assert.is(
    expected.sum,
    numbers.reduce((sum, x) => sum + unitsOf(x), 0n),
  );
  assert.is(whole.count, numbers.length);
  for (let times = 0; times < 3; times++) {
    const sets = Array.from({ length: 1 + random.below(5) }, () => new NumberSet(LEAST_DISTINCT));
    for (const i of random.permutation(numbers.length)) sets[random.below(sets.length)]!.add(numbers[i]!);
    const all = new NumberSet(LEAST_DISTINCT);
    for (const set of sets) all.addAll(set);
    assert.equal(all.parts(), expected);
  }
});

test.run();
