import { equal, ok } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import { createEngine, type Engine } from 'espalier';

/** Numbers of threads at which results must have the same bits. */
const COUNTS = [1, 2, 3, 5] as const;

/** Runs it on an engine of each number of threads, with every fork cut as if it were worth them; all results must be equal bit by bit. Returns one. */
export async function sameAtAnyThreads<T>(run: (engine: Engine) => T | Promise<T>): Promise<T> {
  let first: { result: T } | undefined;
  for (const threads of COUNTS) {
    // WebKit reserves at once what a memory may ever have, and gives few such.
    const engine = await createEngine({ threads, ...(globalThis.process ? {} : { maxMemory: 2 ** 28 }) });
    const fork = engine.fork.bind(engine);
    engine.fork = (work, own) => fork(work + 1e9, own);
    try {
      const result = await run(engine);
      equal(engine.working.threads, threads, `${threads} threads are at work: ${engine.working.reasons}`);
      first ??= { result };
      ok(isDeepStrictEqual(result, first.result), `${threads} threads as one`);
    } finally {
      engine.dispose();
    }
  }
  return first!.result;
}
