import type { CallList, Output } from './call-list.js';

/** What a build's calls wrote, in the order of their outputs. */
export type Written = readonly Uint8Array<ArrayBuffer>[];

/** The calls made once. */
export function written(calls: CallList): Written {
  calls.run(false);
  return calls.outputs.map((output) => calls.read(output));
}

/** ms for each call with either tiles, fifty in all; then for all together, while the last are compiled. Measured on Node 26: V8 has optimised every loop by then, but for those of a few kernels that take little time anywhere (lists of Prim's tree, conditional information). */
const WARM = 0.5;
const COMPARED = 20;

/** The first call that ever writes something else than `expected` once the engine has optimised the kernels, or before; undefined where none does. */
export function firstDiffering(
  calls: CallList,
  expected: Written,
  same: (output: Output, found: Uint8Array<ArrayBuffer>, expected: Uint8Array<ArrayBuffer>) => boolean,
): string | undefined {
  try {
    calls.warm(WARM);
    const until = performance.now() + COMPARED;
    do {
      for (const sixteen of [false, true]) {
        calls.run(sixteen);
        const differs = calls.outputs.find((output, i) => !same(output, calls.read(output), expected[i]!));
        if (differs) return differs.name;
      }
    } while (performance.now() < until);
  } catch {
    return 'a kernel that traps';
  }
  return undefined;
}

/** Bit by bit. */
export function sameBits(_: Output, found: Uint8Array, expected: Uint8Array): boolean {
  return found.every((byte, i) => byte === expected[i]);
}

/** Of the largest number of an output, the most that one of a relaxed kernel may differ by. Measured: 1e-6. */
const RELAXED_BOUND = 1e-5;

/** As near as rounding once or twice can make it; what is no number of 32 bits must have the same bits. */
export function nearEnough(output: Output, found: Uint8Array<ArrayBuffer>, expected: Uint8Array<ArrayBuffer>): boolean {
  if (output.kind !== 'f32') return sameBits(output, found, expected);
  const [a, b] = [new Float32Array(found.buffer), new Float32Array(expected.buffer)];
  const largest = b.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return a.every((x, i) => Math.abs(x - b[i]!) <= RELAXED_BOUND * largest);
}
