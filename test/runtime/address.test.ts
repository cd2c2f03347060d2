import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Address, NONE, plus, type Scalar, type Size } from '#dist/runtime/address.js';
import { createEngine, type Engine } from '#dist/runtime/engine.js';

/** Never run: each line after `@ts-expect-error` must be refused by the compiler, or the build of the tests fails. */
export function misuses(engine: Engine, at: Address, count: number): void {
  const { kernels, arena } = engine;
  kernels.relu(at, count);
  engine.f32(at, count);
  arena.release(arena.allocate(count));
  kernels.relu_backward(plus(at, 4 * count), NONE, count, 0.5);
  // @ts-expect-error: an address in the place of a size
  kernels.relu(at, at);
  // @ts-expect-error: an address in the place of a number to compute with
  kernels.relu_backward(at, at, count, at);
  // @ts-expect-error: a size in the place of an address
  kernels.relu(count, count);
  // @ts-expect-error: a literal in the place of an address; what is not there is NONE
  kernels.relu(0, count);
  // @ts-expect-error: moved without `plus`
  kernels.relu(at + 4 * count, count);
  // @ts-expect-error: an address as a distance
  plus(at, at);
  // @ts-expect-error: a distance moved
  plus(count, count);
  // @ts-expect-error: a view of a number
  engine.f32(count, count);
  // @ts-expect-error: a view as long as an address
  engine.f32(at, at);
  // @ts-expect-error: an address of bytes
  arena.allocate(at);
  // @ts-expect-error: releasing a number
  arena.release(count);
  const [size, scalar]: [Size, Scalar] = [count, count];
  // @ts-expect-error: a size is no address
  const first: Address = size;
  // @ts-expect-error: nor is a scalar
  const second: Address = scalar;
  void [first, second];
}

test('addresses are bytes, moved by bytes, and none of the arena’s is NONE', async () => {
  const { arena } = await createEngine();
  const at = arena.allocate(64);
  assert.is(plus(at, 12) - at, 12);
  assert.is(NONE, 0);
  assert.ok(at > NONE);
});

test.run();
