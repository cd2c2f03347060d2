import type { Address } from '../address.js';
import type { Kernels } from '../kernels.js';
import type { WasmMemory } from '../web-types.js';
import { chooseTiles } from './call-list.js';

/** Of V8 from 12 on, off by default and experimental: pairs of neighbouring operations on 128 bits become one on 256. It does something in Node 24 and later. */
const FLAG = 'experimental-wasm-revectorize';
/** The first V8 whose flag does something: Node 24's. */
const FIRST_V8 = 13;

/** Why V8's wide registers cannot be had here, whatever flag is set. */
export function hindrance(): string | undefined {
  const { navigator, process } = globalThis;
  const { bun, deno, node, v8 = '' } = process?.versions ?? {};
  // Others would be told from V8 by a speed that has other reasons there.
  if (bun || (!node && !/Chrome\//.test(navigator?.userAgent))) return 'this runtime is not on V8';
  if (deno) return `Deno 2.9 has none, also with --v8-flags=--${FLAG}`;
  if (!node) return undefined;
  if (process.arch !== 'x64') return `V8 has wide registers on x64 alone, not on ${process.arch}`;
  return Number.parseInt(v8, 10) < FIRST_V8
    ? `V8 ${v8} has no wide registers that work: Node 24 or later has them`
    : undefined;
}

/**
 * Sets the flag for the whole process, for what is compiled from then on; in a page it cannot be set.
 * @returns what takes it back, where it was not set when the process started
 */
export function setFlag(): () => void {
  const v8 = globalThis.process?.getBuiltinModule?.('node:v8');
  if (!v8) return () => {};
  v8.setFlagsFromString(`--${FLAG}`);
  const given = globalThis.process.execArgv?.some((arg) => arg.replaceAll('_', '-') === `--${FLAG}`);
  return () => {
    if (!given) v8.setFlagsFromString(`--no-${FLAG}`);
  };
}

/** Whether the flag can be set by hand, once setting it here did nothing. Measured: Deno 2.9.6 and Debian's Chromium 156 have the flag and widen nothing. */
export function howToSet(): string {
  if (globalThis.process?.versions?.node) return 'the processor may lack AVX2';
  return `a page cannot set V8's flag; Chromium may be started with --js-flags=--${FLAG}, which does nothing in Debian's`;
}

/** The same module with other bytes, as a section that nobody reads: V8 would give back what it has compiled of the same bytes before. */
export function marked(module: Uint8Array, mark: string): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(mark);
  return Uint8Array.of(...module, 0, name.length + 1, name.length, ...name);
}

const [ROWS, COLUMNS, DEPTH] = [60, 64, 256];
/** Eight columns take less than that of the time of sixteen where V8 makes no wide registers: a tile of sixteen then does not fit in those there are. Measured: 0.65 and 1.1. */
const SPLIT = 0.85;
/** Turns without a better time: on a busy machine V8 may still be optimising the kernel. */
const TURNS = 7;
const MOST_TURNS = 60;
/** Less is no better time. */
const BETTER = 0.95;
/** So many take 0.3 ms: clocks of pages are coarse. */
const REPEATS = 12;

/** How the tiles of a product fare. */
export interface Tiles {
  /** Whether V8 makes one operation of two. */
  readonly wide: boolean;
  /** Whether sixteen columns are faster than eight. */
  readonly sixteen: boolean;
}

/** Products of 60 x 256 by 256 x 64 with tiles of eight and of sixteen columns, by turns, the fastest of either, until neither gets faster. */
export function probeTiles(kernels: Kernels, memory: WasmMemory): Tiles {
  const [scratch, c, a, b] = [0x800, 0x1000, 0x8000, 0x20000] as [Address, Address, Address, Address];
  new Float32Array(memory.buffer, a, ROWS * DEPTH).fill(0.5);
  new Float32Array(memory.buffer, b, COLUMNS * DEPTH).fill(0.5);
  const time = (sixteen: boolean): number => {
    chooseTiles(memory, sixteen);
    const began = performance.now();
    for (let i = 0; i < REPEATS; i++)
      kernels.gemm(c, a, b, scratch, COLUMNS, 8, 8 * DEPTH, 0, ROWS / 5, ROWS, COLUMNS, DEPTH, 0);
    return performance.now() - began;
  };
  let [eight, sixteen] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let turn = 0, last = 0; turn < MOST_TURNS && turn - last < TURNS; turn++) {
    const [a, b] = [time(false), time(true)];
    if (a < BETTER * eight || b < BETTER * sixteen) last = turn;
    eight = Math.min(eight, a);
    sixteen = Math.min(sixteen, b);
  }
  return { wide: eight > SPLIT * sixteen, sixteen: sixteen < eight };
}
