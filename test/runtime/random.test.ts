import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { plus } from '#dist/runtime/address.js';
import { createEngine } from '#dist/runtime/engine.js';
import { dropThreshold, fillNormal, fillUniform, Purpose, permutation } from '#dist/runtime/random.js';
import { randomNormal, randomPermutation, randomUniform } from '../assembly/twins/random.js';
import { sameBits } from '../support/numbers.js';

const engine = await createEngine();

test('every purpose has a stream of its own', () => {
  const purposes = Object.values(Purpose);
  assert.is(new Set(purposes).size, purposes.length);
});

test('a permutation is the twin’s, depends on seed, purpose and step, and leaves no memory behind', () => {
  const { used } = engine.arena;
  const seen = new Set<string>();
  for (const [seed, purpose, step] of [
    [1, 2, 3],
    [2, 2, 3],
    [1, 3, 3],
    [1, 2, 4],
  ] as const) {
    const order = permutation(engine, 100, seed, purpose, step);
    sameBits(order, randomPermutation(100, { seed, purpose, step }), `${seed} ${purpose} ${step}`);
    seen.add(order.join());
  }
  assert.is(seen.size, 4);
  for (const n of [0, 1]) sameBits(permutation(engine, n, 1, 2, 3), Int32Array.from({ length: n }), `n ${n}`);
  assert.is(engine.arena.used, used);
});

test('a permutation outlives the growth of the memory', () => {
  const order = permutation(engine, 50, 1, 2, 3);
  const before = order.slice();
  engine.arena.release(engine.arena.allocate(2 * engine.arena.memory.buffer.byteLength));
  sameBits(order, before, 'permutation');
});

test('fillUniform gives the twin’s numbers for any length, within the block rounded up to 16', () => {
  for (const length of [0, 1, 15, 16, 17, 100]) {
    const room = Math.ceil(length / 16) * 16;
    const at = engine.arena.allocate((room + 16) * 4);
    engine.f32(at, room + 16).fill(9);
    fillUniform(engine, at, length, -0.25, 0.25, 5, 6, 7);
    const expected = randomUniform(room / 16, -0.25, 0.25, 0, { seed: 5, purpose: 6, step: 7 });
    sameBits(engine.f32(at, room), expected, `length ${length}`);
    sameBits(engine.f32(plus(at, room * 4), 16), new Float32Array(16).fill(9), `after ${length}`);
    engine.arena.release(at);
  }
});

test('fillNormal gives the twin’s numbers times the deviation for any length, within the block rounded up to 16', () => {
  for (const length of [0, 1, 15, 16, 17, 100]) {
    const room = Math.ceil(length / 16) * 16;
    const at = engine.arena.allocate((room + 16) * 4);
    engine.f32(at, room + 16).fill(9);
    fillNormal(engine, at, length, 0.3, 5, 6, 7);
    const expected = randomNormal(room / 16, 0, { seed: 5, purpose: 6, step: 7 }).subarray(0, length);
    sameBits(
      engine.f32(at, length),
      expected.map((x) => x * 0.3),
      `length ${length}`,
    );
    sameBits(engine.f32(plus(at, room * 4), 16), new Float32Array(16).fill(9), `after ${length}`);
    engine.arena.release(at);
  }
});

test('dropThreshold is the rate of all 32-bit words, at most the last one', () => {
  const rates = [0, 0.25, 0.5, 0.9, 1 - 2 ** -33, 1];
  assert.equal(rates.map(dropThreshold), [0, 2 ** 30, 2 ** 31, 3865470566, 2 ** 32 - 1, 2 ** 32 - 1]);
});

test.run();
