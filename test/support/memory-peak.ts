import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Engine } from 'espalier';

/** Smaller typed arrays are seen when a larger one is made. */
const NOTICED = 4096;

const KINDS = ['Int8Array', 'Uint8Array', 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array'] as const;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/**
 * The most bytes in use at once while `work` runs, beyond those before: blocks of the engine's memory, and typed arrays that something still holds, looked at
 * whenever either is made that could raise it by more than `slack` of it. Beside it the size that the WebAssembly memory grew to.
 */
export async function memoryPeak(
  engine: Engine,
  work: () => unknown,
  slack = 0,
): Promise<{ used: number; blocks: number; memory: number }> {
  const { arena } = engine;
  // What was let go of before is not to be missed later.
  for (let i = 0; i < 3; i++) {
    arrays();
    await setTimeout(5);
  }
  const before = arrays();
  let peak = 0;
  let blocks = 0;
  // At most: what was held at the last look, and all that was made since.
  let held = 0;
  const look = (made: number) => {
    held += made;
    blocks = Math.max(blocks, arena.used);
    if (held + arena.used <= peak * (1 + slack)) return;
    held = arrays() - before;
    peak = Math.max(peak, held + arena.used);
  };
  const allocate = arena.allocate.bind(arena);
  arena.allocate = (bytes) => {
    const at = allocate(bytes);
    if (Number(bytes) >= NOTICED) look(0);
    return at;
  };
  const restore = KINDS.map((kind) => notice(kind, look));
  try {
    await work();
  } finally {
    for (const undo of restore) undo();
    arena.allocate = allocate;
  }
  return { used: peak, blocks, memory: arena.memory.buffer.byteLength };
}

/** Bytes of array buffers that are reachable. */
function arrays(): number {
  // The first collection's buffers are given back by the second at the latest.
  collect();
  collect();
  return process.memoryUsage().arrayBuffers;
}

/** Tells of every large typed array of this kind that is made, whoever makes it; returns what undoes that. */
function notice(kind: (typeof KINDS)[number], look: (bytes: number) => void): () => void {
  const original = globalThis[kind] as Float32ArrayConstructor;
  const noticing = new Proxy(original, {
    construct(target, given, newTarget) {
      const made = Reflect.construct(target, given, newTarget) as Float32Array;
      const own = !(given[0] instanceof ArrayBuffer || given[0] instanceof SharedArrayBuffer);
      if (own && made.byteLength >= NOTICED) look(made.byteLength);
      return made;
    },
  });
  const place = { configurable: true, writable: true };
  Object.defineProperty(globalThis, kind, { ...place, value: noticing });
  // For slice, map and filter, which ask an array for its constructor.
  Object.defineProperty(original.prototype, 'constructor', { ...place, value: noticing });
  return () => {
    Object.defineProperty(globalThis, kind, { ...place, value: original });
    Object.defineProperty(original.prototype, 'constructor', { ...place, value: original });
  };
}
