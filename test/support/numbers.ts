import * as assert from 'uvu/assert';

export type Numbers = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array | Int8Array;

/** Asserts equal lengths and equal values bit for bit: -0 is not 0. Any NaN equals any NaN, as WebAssembly leaves its bits open. */
export function sameBits(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  if (actual.length !== expected.length) {
    assert.unreachable(`${what}: length ${actual.length}, expected ${expected.length}`);
  }
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i])) continue;
    const show = (x: number) => (Object.is(x, -0) ? '-0' : `${x}`);
    assert.unreachable(`${what}: [${i}] is ${show(actual[i]!)}, expected ${show(expected[i]!)}`);
  }
}

/** Asserts |actual - expected| <= absolute + relative * |expected| for every element; NaN is close to nothing. */
export function close(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: { absolute?: number; relative?: number },
  what: string,
): void {
  const { absolute = 0, relative = 0 } = tolerance;
  assert.is(actual.length, expected.length, `${what}: length`);
  for (let i = 0; i < expected.length; i++) {
    const bound = absolute + relative * Math.abs(expected[i]!);
    if (Math.abs(actual[i]! - expected[i]!) <= bound) continue;
    assert.unreachable(`${what}: [${i}] is ${actual[i]}, expected ${expected[i]} within ${bound}`);
  }
}

/** A copy of the same kind. */
export function copyOf<T extends Numbers>(source: T): T {
  return source.slice() as T;
}
