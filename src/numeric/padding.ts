/** The least multiple of `step` that is not below `count`. */
export function roundUp(count: number, step: number): number {
  return Math.ceil(count / step) * step;
}

/** Floats that a run of `length` takes in a block: whole 64-byte lines. */
export function padded(length: number): number {
  return roundUp(length, 16);
}
