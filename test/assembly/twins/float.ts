/** Rounds to f32: every operation of a twin goes through it, as every operation of a kernel does. */
export const f = Math.fround;

/** The kernels' sum of four lanes: (x0 + x2) + (x1 + x3). */
export function sum4(x0: number, x1: number, x2: number, x3: number): number {
  return f(f(x0 + x2) + f(x1 + x3));
}

/** The kernels' sum of any length: whole eights to eight lanes, a four left over to the first four, lanes joined, then the last ones in order. */
export function sumOf(terms: ArrayLike<number>): number {
  const fours = terms.length - (terms.length % 4);
  const lanes = new Float32Array(8);
  for (let i = 0; i < fours; i++) lanes[i % 8]! += terms[i]!;
  const [l0, l1, l2, l3] = [0, 1, 2, 3].map((i) => f(lanes[i]! + lanes[i + 4]!)) as [number, number, number, number];
  let sum = sum4(l0, l1, l2, l3);
  for (let i = fours; i < terms.length; i++) sum = f(sum + terms[i]!);
  return sum;
}
