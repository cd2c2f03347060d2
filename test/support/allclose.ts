/** Largest difference, as a share of the largest number expected, at most `tolerance`; NaN is never close. */
export function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  if (actual.length !== expected.length) {
    throw new Error(`${what}: ${actual.length} numbers, expected ${expected.length}`);
  }
  let scale = 0;
  for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i]!));
  for (let i = 0; i < expected.length; i++) {
    const off = Math.abs(actual[i]! - expected[i]!);
    if (!(off <= tolerance * scale)) {
      throw new Error(`${what}[${i}]: ${actual[i]}, expected ${expected[i]}; the largest is ${scale}`);
    }
  }
}
