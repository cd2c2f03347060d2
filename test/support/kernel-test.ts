import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngine, type EngineOptions } from '#dist/runtime/engine.js';
import type { Kernels } from '#dist/runtime/kernels.js';
import { GuardedMemory } from './guarded-memory.js';

/** The engine of a file's kernel tests, of the options that test/runtimes asks for. */
export const engine = await createEngine((globalThis as { kernelTestEngine?: EngineOptions }).kernelTestEngine);

/** Runs `use` on guarded buffers, then checks the canaries and that no input changed. */
export function guarded<T>(use: (memory: GuardedMemory) => T): T {
  const memory = new GuardedMemory(engine);
  try {
    const result = use(memory);
    memory.check();
    return result;
  } finally {
    memory.dispose();
  }
}

/** A test of one kernel, which is handed to the body; a body that never calls it fails. */
export function kernelTest<K extends keyof Kernels>(name: K, title: string, body: (kernel: Kernels[K]) => void): void {
  test(`${name}: ${title}`, () => {
    let calls = 0;
    const kernel = engine.kernels[name] as (...args: number[]) => number;
    const counted = (...args: number[]) => {
      calls++;
      return kernel(...args);
    };
    body(counted as unknown as Kernels[K]);
    assert.ok(calls > 0, `${name} was never called`);
  });
}
