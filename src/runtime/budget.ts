import type { Option } from '../check/option.js';
import { MAX_BYTES, megabytes } from './arena.js';
import type { Engine } from './engine.js';

/** The option of what computes on no engine. */
export const MAX_MEMORY = {
  kind: 'integer',
  from: 2 ** 20,
  default: MAX_BYTES,
  flag: false,
  inert: true,
  doc: 'Bytes of the arrays made at most; what needs more is refused.',
} as const satisfies Option;

/** What an engine tells of its memory. */
type Budget = Pick<Engine, 'held' | 'maxMemory' | 'estimated'> & { readonly arena: Pick<Engine['arena'], 'used'> };

/**
 * RangeError, before anything is allocated, where a call needs more than the engine's maxMemory leaves.
 * @param bytes in use at most for the call: in the engine's memory beyond what is in use now, and in typed arrays that the package makes
 * @param what needs it, as the sentence begins: 'growing this tree'
 * @param smaller what would need less: 'fewer columns'
 */
export function requireMemory(engine: Budget, bytes: number, argument: string, what: string, smaller: string): void {
  const all = engine.held + engine.arena.used + bytes;
  if (!(all <= engine.maxMemory))
    throw new RangeError(
      `${argument}: ${what} needs ${megabytes(all)}, the limit is ${megabytes(engine.maxMemory)}; use ${smaller} or raise maxMemory`,
    );
  engine.estimated = Math.max(engine.estimated, all);
}

/** requireMemory, for what computes on no engine: readers. */
export function requireWithin(maxMemory: number, bytes: number, argument: string, what: string, smaller: string): void {
  requireMemory({ held: 0, arena: { used: 0 }, maxMemory, estimated: 0 }, bytes, argument, what, smaller);
}
