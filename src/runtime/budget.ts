import { megabytes } from './arena.js';
import type { Engine } from './engine.js';

/**
 * RangeError, before anything is allocated, where a call needs more than the engine's maxMemory leaves.
 * @param bytes in use at most for the call: in the engine's memory beyond what is in use now, and in typed arrays that the package makes
 * @param what needs it, as the sentence begins: 'growing this tree'
 * @param smaller what would need less: 'fewer columns'
 */
export function requireMemory(engine: Engine, bytes: number, argument: string, what: string, smaller: string): void {
  const all = engine.arena.used + bytes;
  if (!(all <= engine.maxMemory))
    throw new RangeError(
      `${argument}: ${what} needs ${megabytes(all)}, the limit is ${megabytes(engine.maxMemory)}; use ${smaller} or raise maxMemory`,
    );
  engine.estimated = Math.max(engine.estimated, all);
}
