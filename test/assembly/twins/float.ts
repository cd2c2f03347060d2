/** Rounds to f32: every operation of a twin goes through it, as every operation of a kernel does. */
export const f = Math.fround;

/** The kernels' sum of four lanes: (x0 + x2) + (x1 + x3). */
export function sum4(x0: number, x1: number, x2: number, x3: number): number {
  return f(f(x0 + x2) + f(x1 + x3));
}
