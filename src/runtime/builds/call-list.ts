import type { Address, Size } from '../address.js';
import type { Kernels } from '../kernels.js';
import type { WasmMemory } from '../web-types.js';

/** What a call writes. */
export interface Output {
  readonly name: string;
  readonly at: Address;
  readonly bytes: Size;
  readonly kind: 'f32' | 'f64' | 'other';
}

/** Byte of the word that tells the kernels whether tiles of sixteen columns are the fastest, see assembly/wide.ts. */
export const TILES = 512 as Address;
const FIRST = 4096;
const PAGES = 32;

/** A memory for calls, of the kind that the modules import. */
export function callMemory(shared: boolean): WasmMemory {
  return new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared });
}

/** Says which tiles the kernels on this memory are to take. */
export function chooseTiles(memory: WasmMemory, sixteen: boolean): void {
  new Uint32Array(memory.buffer)[TILES / 4] = sixteen ? 1 : 0;
}

/** Calls of kernels over made-up numbers at fixed places, and what they write. */
export class CallList {
  readonly outputs: Output[] = [];
  private readonly calls: (() => void)[] = [];
  private end = FIRST;
  private state = 1;
  private image = new Uint8Array(0);
  /** The calls before this have tiles to choose from. */
  private tiled = 0;

  constructor(
    readonly kernels: Kernels,
    readonly memory: WasmMemory,
  ) {}

  /** Those so far have tiles to choose from, further ones have not. */
  endTiled(): void {
    this.tiled = this.calls.length;
  }

  /** No more calls: the numbers stand as they are to be before each run. */
  seal(): void {
    this.image = new Uint8Array(this.memory.buffer, FIRST, this.end - FIRST).slice();
  }

  /** Makes all calls, on numbers as they were at first. */
  run(sixteen: boolean): void {
    new Uint8Array(this.memory.buffer).set(this.image, FIRST);
    chooseTiles(this.memory, sixteen);
    for (const call of this.calls) call();
  }

  /** Makes each call for `milliseconds`, and again with the other tiles where there are any: V8 counts how much each kernel does before it optimises it. */
  warm(milliseconds: number): void {
    for (const [sixteen, count] of [
      [true, this.tiled],
      [false, this.calls.length],
    ] as const) {
      this.run(sixteen);
      for (const call of this.calls.slice(0, count)) {
        const until = performance.now() + milliseconds;
        do for (let i = 0; i < 8; i++) call();
        while (performance.now() < until);
      }
    }
  }

  read({ at, bytes }: Output): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.memory.buffer, at, bytes).slice();
  }

  bytes(bytes: Size): Address {
    const at = this.end as Address;
    this.end += (bytes + 127) & ~63;
    return at;
  }

  draw(): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return this.state;
  }

  /** Numbers in [low, 1). */
  floats(length: Size, low = -1): Address {
    const at = this.bytes(4 * length);
    const floats = new Float32Array(this.memory.buffer, at, length);
    for (let i = 0; i < length; i++) floats[i] = low + (this.draw() / 2 ** 32) * (1 - low);
    return at;
  }

  doubles(values: ArrayLike<number>): Address {
    const at = this.bytes(8 * values.length);
    new Float64Array(this.memory.buffer, at, values.length).set(values);
    return at;
  }

  integers(values: ArrayLike<number>): Address {
    const at = this.bytes(4 * values.length);
    new Int32Array(this.memory.buffer, at, values.length).set(values);
    return at;
  }

  call(name: string, call: () => void, ...outputs: readonly (readonly [Address, Size, Output['kind']?])[]) {
    this.calls.push(call);
    for (const [at, bytes, kind = 'f32'] of outputs) this.outputs.push({ name, at, bytes, kind });
  }

  /** call of one that answers with a number, which counts as written too. */
  answered(name: string, call: () => number, ...outputs: readonly (readonly [Address, Size, Output['kind']?])[]) {
    const at = this.doubles([0]);
    const made = () => {
      const answer = call();
      new Float64Array(this.memory.buffer, at, 1)[0] = answer;
    };
    this.call(name, made, ...outputs, [at, 8, 'f64']);
  }
}
