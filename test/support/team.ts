// The threads of an engine, for tests that count them or end them. Runs in Node and in pages.
import type { Address } from '#dist/runtime/address.js';
import type { Engine } from '#dist/runtime/engine.js';

/** More than what a fork must be worth. */
const MUCH = 1e9;

function plus(at: Address, bytes: number): Address {
  return (at + bytes) as Address;
}

interface Inside {
  readonly writer?: {
    readonly rooms: readonly unknown[];
    readonly team?: { readonly running: ReadonlyMap<number, { end(): void }> };
  };
}

/** Rooms for the calls of forks that no fork holds. */
export function roomsOf(engine: Engine): number {
  return (engine as unknown as Inside).writer!.rooms.length;
}

/** Ends a thread from outside, as a browser short of memory would: the engine hears of it later. False where none runs. */
export function killThread(engine: Engine): boolean {
  const running = [...((engine as unknown as Inside).writer?.team?.running.values() ?? [])];
  running[0]?.end();
  return running.length > 0;
}

/** How many beside the first one run, by what the engine has heard. */
export function othersOf(engine: Engine): number {
  return (engine as unknown as Inside).writer?.team?.running.size ?? 0;
}

/** How many items of a fork each thread ran. */
export function whoRan(engine: Engine, items = 64): number[] {
  const { threads } = engine;
  const scope = engine.scope();
  const bytes = 16_384;
  const own = { at: scope.bytes(bytes * threads), bytes };
  for (let thread = 0; thread < threads; thread++) engine.f32(plus(own.at, thread * bytes), 4).fill(thread);
  const out = scope.zeros(4 * items);
  const fork = engine.fork(MUCH, own);
  for (let item = 0; item < items; item++) {
    fork.kernels.accumulate(plus(out, 16 * item), fork.own, 4);
    fork.kernels.random_normal(plus(fork.own, 128), 200, plus(fork.own, 64), item, 1, 1, 0);
    fork.next();
  }
  fork.join();
  const ran = new Array<number>(threads).fill(0);
  for (let item = 0; item < items; item++) ran[engine.f32(plus(out, 16 * item), 1)[0]!]!++;
  scope.dispose();
  return ran;
}

/** Resolves when each thread of the engine has started and has run an item. */
export async function allAtWork(engine: Engine, threads = engine.threads): Promise<void> {
  const seen = new Set<number>();
  for (const began = Date.now(); seen.size < threads; ) {
    whoRan(engine).forEach((items, thread) => {
      if (items > 0) seen.add(thread);
    });
    if (Date.now() - began > 60_000) throw new Error(`of ${threads} threads only ${[...seen]} take part`);
    // Node tells of a thread's start, and of its end, as an event.
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
