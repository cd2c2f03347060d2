import * as assert from 'uvu/assert';

/** Numbers within a share of the largest. */
export function close(found: ArrayLike<number>, expected: ArrayLike<number>, share: number, what: string): void {
  assert.is(found.length, expected.length, what);
  const largest = Array.from(expected).reduce((most, v) => Math.max(most, Math.abs(v)), 1e-30);
  for (let i = 0; i < expected.length; i++) {
    const off = Math.abs(found[i]! - expected[i]!);
    assert.ok(off <= share * largest, `${what}[${i}]: ${found[i]}, expected ${expected[i]}`);
  }
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
