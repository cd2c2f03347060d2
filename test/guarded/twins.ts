import type { Kernel } from './kernels.js';
import { HINT_SLOTS, HINTS } from './layout.js';

/** Calls compared, by kernel. */
export type Compared = Record<string, number>;

/** Above this a call is not compared: three copies of the memory are made. */
const MOST_BYTES = 2 ** 26;

/** Kernels of which the first calls run both ways from the same memory; they throw where result or memory differ in a bit. */
export function twins(
  guarded: Record<string, Kernel>,
  plain: Record<string, Kernel>,
  memory: WebAssembly.Memory,
  calls: number,
  compared: Compared,
): Record<string, Kernel> {
  const all = () => new Uint8Array(memory.buffer, HINTS + HINT_SLOTS);
  const twin =
    (name: string, kernel: Kernel): Kernel =>
    (...args) => {
      if ((compared[name] ?? 0) >= calls || memory.buffer.byteLength > MOST_BYTES) return kernel(...args);
      const before = all().slice();
      const result = kernel(...args);
      const after = all().slice();
      all().set(before);
      const expected = plain[name]!(...args);
      if (!Object.is(result, expected)) throw new Error(`${name}: ${result} guarded, ${expected} plain`);
      if (Buffer.compare(after, all()) !== 0) throw new Error(`${name}: leaves other bits guarded than plain`);
      compared[name] = (compared[name] ?? 0) + 1;
      return result;
    };
  return Object.fromEntries(Object.entries(guarded).map(([name, kernel]) => [name, twin(name, kernel)]));
}
