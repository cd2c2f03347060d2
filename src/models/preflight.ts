import { MAX_BYTES } from '../runtime/arena.js';
import type { Engine } from '../runtime/engine.js';

/** RangeError before the wall where training would need more `bytes` than the memory still holds; `rows` and `smaller` word it for the kind of net. */
export function requireMemory(
  { arena }: Engine,
  bytes: number,
  batchSize: number,
  { rows, smaller }: { readonly rows: string; readonly smaller: string },
): void {
  if (arena.used + bytes <= MAX_BYTES) return;
  const [needed, used] = [bytes, arena.used].map((count) => Math.ceil(count / 1e6));
  throw new RangeError(
    `batchSize: training this net with ${batchSize} ${rows} a batch needs ${needed} MB beside ${used} MB in use; a WebAssembly memory holds ${Math.floor(MAX_BYTES / 1e6)} MB. Use ${smaller}`,
  );
}
