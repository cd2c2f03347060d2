// What the threads of an engine tell each other: words of a block of the shared memory, and calls of kernels as numbers.

import type { WasmMemory, WasmModule } from '../web-types.js';

/** Words of 32 bits of the control block; those that threads contend for lie on cache lines of their own. */
export const SEQUENCE = 0;
export const DONE = 32;
/** How many threads sleep at SEQUENCE, and whether the first one sleeps at DONE. */
export const SLEEPERS = 48;
export const FIRST_SLEEPS = 49;
/** Of the open region: addresses in bytes. */
export const PROGRAM = 65;
export const ITEMS = 66;
export const OWN = 67;
export const OWN_STRIDE = 68;
/** Pages of the memory when the region was opened. */
export const PAGES = 69;
export const TRAPPED = 70;
/** 1 once the threads are to end. */
export const ENDING = 71;
/** How many threads there are places for. */
export const THREADS = 72;
/** One line a thread: 1 while it looks for items or works on one; and its share of the open region, see takeItem. */
const LINES = 80;
const LINE = 16;

export const PAGE = 65536;

/** Of a region's program, 64 bits each, and of its list of items, 32 bits each. */
export const PROGRAM_WORDS = 2 ** 14;
export const ITEM_WORDS = 2 ** 11;

/** What a thread is told when it starts. */
export interface Start {
  /** Of kernels of the same name, the last one's is meant. */
  readonly modules: readonly WasmModule[];
  readonly memory: WasmMemory;
  /** Byte of the control block. */
  readonly control: number;
  /** From 1; the thread that makes the calls is 0. */
  readonly index: number;
  /** How long to look for work before sleeping, ms. */
  readonly spin: number;
}

export function controlBytes(threads: number): number {
  return 4 * (LINES + threads * LINE);
}

export function busyWord(thread: number): number {
  return LINES + thread * LINE;
}

export function shareWord(thread: number): number {
  return busyWord(thread) + 1;
}

/** A call: the kernel's number, how many arguments, the result, the arguments. 64 bits each. */
export const CALL_HEAD = 3;
/** Added to an offset into what the thread that runs the call has for its own. Scalars of 32 bits between the two are whole multiples of 2^24 alone, and no kernel is given one. */
export const OWN_MARK = 2 ** 48;
const OWN_END = OWN_MARK + 2 ** 32;
export const MOST_ARGUMENTS = 22;

export type Kernel = (...values: number[]) => number | undefined;

/** The kernels by number: the order of the module's exports, the same on all threads. */
export function kernelTable(exports: Readonly<Record<string, unknown>>): { names: string[]; table: Kernel[] } {
  const names = Object.keys(exports).filter((name) => typeof exports[name] === 'function');
  return { names, table: names.map((name) => exports[name] as Kernel) };
}

/** Runs the calls in words [at, end); `own`: address of what this thread has for its own. */
export function execute(words: Float64Array, at: number, end: number, table: readonly Kernel[], own: number): void {
  while (at < end) {
    const kernel = table[words[at]!]!;
    const first = at + CALL_HEAD;
    const next = first + words[at + 1]!;
    for (let i = first; i < next; i++) {
      const value = words[i]!;
      if (value >= OWN_MARK && value < OWN_END) words[i] = value - OWN_MARK + own;
    }
    const [a, b] = [first + 8, first + 16];
    // Kernels take as many of them as they declare.
    const result = kernel(
      words[first]!,
      words[first + 1]!,
      words[first + 2]!,
      words[first + 3]!,
      words[first + 4]!,
      words[first + 5]!,
      words[first + 6]!,
      words[first + 7]!,
      words[a]!,
      words[a + 1]!,
      words[a + 2]!,
      words[a + 3]!,
      words[a + 4]!,
      words[a + 5]!,
      words[a + 6]!,
      words[a + 7]!,
      words[b]!,
      words[b + 1]!,
      words[b + 2]!,
      words[b + 3]!,
      words[b + 4]!,
      words[b + 5]!,
    );
    if (result !== undefined) words[at + 2] = result;
    at = next;
  }
}

/** The open region, as a thread sees it. */
export interface Region {
  readonly program: Float64Array;
  /** Word of the program at which each item begins; one more for the end of the last. */
  readonly items: Int32Array;
}

/** Items [from, to) that nobody has taken, as one word. */
export function share(from: number, to: number): number {
  return from + to * 2 ** SHARE_BITS;
}

const SHARE_BITS = 12;

/** How many items a share has. */
export function shareCount(word: number): number {
  return (word >>> SHARE_BITS) - (word & (2 ** SHARE_BITS - 1));
}

/**
 * The item that this thread is to run, or -1 where none is left: the first of its own share, or else the last of another's. Shares lie side by side, so that what a thread
 * wrote in one region it mostly reads in the next. What describes the region is written before its shares and stays until the item is done: one operation decides, so that a
 * thread that comes late takes an item of the region that is open then, or none.
 */
export function takeItem(words: Int32Array, thread: number): number {
  const threads = words[THREADS]!;
  for (let i = 0; i < threads; i++) {
    const at = shareWord((thread + i) % threads);
    for (let word = Atomics.load(words, at); shareCount(word) > 0; ) {
      const first = word & (2 ** SHARE_BITS - 1);
      const last = (word >>> SHARE_BITS) - 1;
      const found = Atomics.compareExchange(words, at, word, i === 0 ? share(first + 1, last + 1) : share(first, last));
      if (found === word) return i === 0 ? first : last;
      word = found;
    }
  }
  return -1;
}

/** Runs an item that was taken. `region` may throw too. */
export function runItem(
  words: Int32Array,
  region: () => Region,
  item: number,
  table: readonly Kernel[],
  own: number,
): void {
  try {
    const { program, items } = region();
    execute(program, items[item]!, items[item + 1]!, table, own);
  } catch {
    Atomics.store(words, TRAPPED, 1);
  }
  Atomics.add(words, DONE, 1);
  if (Atomics.load(words, FIRST_SLEEPS)) Atomics.notify(words, DONE);
}
