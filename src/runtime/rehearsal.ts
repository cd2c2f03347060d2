import { Engine } from './engine.js';
import { DirectFork, type Fork } from './fork.js';
import type { Kernels } from './kernels.js';
import type { WasmMemory } from './web-types.js';

/**
 * An engine that only counts: blocks have addresses but no memory behind them, kernels do nothing, views are empty. What lays out memory can be run on it to learn how
 * much that takes. Not for code that reads back what it wrote, nor for hot loops, which would see two kinds of engine from then on.
 */
class Rehearsal extends Engine {
  constructor({ kernels, threads }: Engine) {
    super(
      { buffer: { byteLength: Number.POSITIVE_INFINITY } } as WasmMemory,
      silent(kernels),
      Number.POSITIVE_INFINITY,
      threads,
    );
  }

  override fork(): Fork {
    return new DirectFork(this.kernels, this.scratch);
  }

  override f32(): Float32Array {
    return deaf(new Float32Array(0));
  }

  override f64(): Float64Array {
    return deaf(new Float64Array(0));
  }

  override i32(): Int32Array {
    return deaf(new Int32Array(0));
  }

  override u32(): Uint32Array {
    return deaf(new Uint32Array(0));
  }

  override i8(): Int8Array {
    return deaf(new Int8Array(0));
  }

  override u8(): Uint8Array {
    return deaf(new Uint8Array(0));
  }
}

/** The most bytes of the engine's memory that `lay` would have in use at once. */
export function bytesOf(engine: Engine, lay: (dry: Engine) => void): number {
  return bytesBeside(engine, () => undefined, lay);
}

/** bytesOf, beside what `before` lays out and keeps. */
export function bytesBeside<T>(
  engine: Engine,
  before: (dry: Engine) => T,
  lay: (dry: Engine, made: T) => void,
): number {
  const dry = new Rehearsal(engine);
  const made = before(dry);
  const { used } = dry.arena;
  lay(dry, made);
  return dry.arena.peak - used;
}

/** Kernels that tell sizes say them; the others do nothing. */
function silent(kernels: Kernels): Kernels {
  const get = (_: unknown, name: string) => (/_(bytes|blocks)$/.test(name) ? kernels[name as keyof Kernels] : () => 0);
  return new Proxy({}, { get }) as Kernels;
}

function deaf<T extends object>(view: T): T {
  return Object.assign(view, { set() {} });
}
