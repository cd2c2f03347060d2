import { instantiate } from '@assemblyscript/loader';
import { complete } from '../check/complete.js';
import type { Option, OptionsOf } from '../check/option.js';
import type { Address, Size } from './address.js';
import { Arena, MAX_BYTES } from './arena.js';
import type { Kernels } from './kernels.js';
import type { WasmMemory, WasmModule, WebResponse } from './web-types.js';

/** Where the kernels come from when not from the copy inside the package. */
export type WasmSource = WasmModule | ArrayBuffer | ArrayBufferView | URL | WebResponse;

/** Options of createEngine. */
export const ENGINE_OPTIONS = {
  wasm: {
    kind: 'other',
    is: isWasmSource,
    expected: 'a WebAssembly.Module, bytes, a URL or a Response',
    defaultDoc: 'the inlined copy',
    flag: false,
    inert: true,
    doc: 'The kernels, espalier/wasm/espalier.wasm, where inlined bytes may not be compiled.',
  },
  maxMemory: {
    kind: 'integer',
    from: 2 ** 20,
    default: MAX_BYTES,
    flag: false,
    inert: true,
    doc: 'Bytes in use at most; calls that need more are refused.',
  },
} as const satisfies Record<string, Option>;

export type EngineOptions = OptionsOf<typeof ENGINE_OPTIONS>;

/** The kernels, bound to one linear memory. Everything that computes holds one. */
export class Engine {
  /** The raw exports: no wrapper between a hot loop and a kernel. */
  readonly kernels: Kernels;
  readonly arena: Arena;
  /** 256 bytes that any kernel call may scribble on. */
  readonly scratch: Address;
  /** Bytes: what createEngine was given. */
  readonly maxMemory: number;
  /** Bytes beside those that calls make: of the data that a command has read, for one. They count against maxMemory too. */
  held = 0;
  /** The most bytes that any call so far was reckoned to need, with all that was in use then. */
  estimated = 0;

  /** @internal Use createEngine. */
  constructor(memory: WasmMemory, kernels: Kernels, maxMemory = MAX_BYTES) {
    this.kernels = kernels;
    this.maxMemory = maxMemory;
    this.arena = new Arena(memory, maxMemory);
    this.scratch = this.arena.allocate(256);
  }

  /** A view of `length` floats at an address. Views die when the memory grows: take one, use it, drop it. */
  f32(at: Address, length: Size): Float32Array {
    return new Float32Array(this.arena.memory.buffer, at, length);
  }

  f64(at: Address, length: Size): Float64Array {
    return new Float64Array(this.arena.memory.buffer, at, length);
  }

  i32(at: Address, length: Size): Int32Array {
    return new Int32Array(this.arena.memory.buffer, at, length);
  }

  u32(at: Address, length: Size): Uint32Array {
    return new Uint32Array(this.arena.memory.buffer, at, length);
  }

  i8(at: Address, length: Size): Int8Array {
    return new Int8Array(this.arena.memory.buffer, at, length);
  }

  u8(at: Address, length: Size): Uint8Array {
    return new Uint8Array(this.arena.memory.buffer, at, length);
  }

  /** A scope that frees all it allocated at once. */
  scope(): Scope {
    return new Scope(this);
  }
}

/** Blocks that live and die together. */
export class Scope {
  private readonly blocks: Address[] = [];
  private readonly engine: Engine;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** Address of `bytes` bytes, contents undefined. */
  bytes(bytes: Size): Address {
    const at = this.engine.arena.allocate(bytes);
    this.blocks.push(at);
    return at;
  }

  /** Address of `length` zeroed 32-bit elements. */
  zeros(length: Size): Address {
    const at = this.bytes(length * 4);
    this.engine.u8(at, length * 4).fill(0);
    return at;
  }

  /** Address of a copy of a typed array. */
  copy(source: Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array | Int8Array): Address {
    const at = this.bytes(source.byteLength);
    this.engine.u8(at, source.byteLength).set(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));
    return at;
  }

  dispose(): void {
    for (const at of this.blocks) this.engine.arena.release(at);
    this.blocks.length = 0;
  }
}

/**
 * Instantiates the kernels: WebAssembly SIMD, no relaxed instructions, so the same bits on every engine.
 * Throws an Error where WebAssembly SIMD is missing (Node below 16.4, Safari below 16.4).
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const { wasm, maxMemory } = complete(ENGINE_OPTIONS, options, 'createEngine');
  const memory = new WebAssembly.Memory({ initial: 16, maximum: Math.floor(Math.min(MAX_BYTES, maxMemory) / 65536) });
  const module = await compile(wasm);
  const { instance } = await instantiate(module, { env: { memory } });
  if (typeof instance.exports.gemm !== 'function')
    throw new TypeError('wasm: expected the module espalier/wasm/espalier.wasm, got one without its kernels');
  return new Engine(memory, instance.exports as unknown as Kernels, maxMemory);
}

let shared: Promise<Engine> | undefined;

/** The engine that everything uses unless told otherwise; made on first use. */
export function defaultEngine(): Promise<Engine> {
  shared ??= createEngine().catch((error) => {
    shared = undefined;
    throw error;
  });
  return shared;
}

/** Makes the shared engine with these options, in the place of one that was made before. */
export async function shareEngine(options: EngineOptions): Promise<void> {
  shared = createEngine(options);
  await shared;
}

/** The option of everything that computes. */
export const ENGINE = {
  kind: 'other',
  is: isEngine,
  expected: 'what createEngine made',
  defaultDoc: 'one shared engine',
  flag: false,
  inert: true,
  doc: 'The kernels and the memory that compute it.',
} as const satisfies Option;

export function isEngine(value: unknown): value is Engine {
  return value instanceof Engine;
}

function isWasmSource(value: unknown): value is WasmSource {
  return (
    value instanceof WebAssembly.Module ||
    value instanceof ArrayBuffer ||
    ArrayBuffer.isView(value) ||
    value instanceof URL ||
    (typeof Response !== 'undefined' && value instanceof Response)
  );
}

/** The engine of some options, or the shared one. */
export async function engineOf({ engine }: { engine?: Engine | undefined }): Promise<Engine> {
  return engine ?? defaultEngine();
}

let inlined: Promise<WebAssembly.Module> | undefined;

async function compile(source: WasmSource | undefined): Promise<WebAssembly.Module> {
  if (!hasSimd())
    throw new Error(
      'this runtime has no WebAssembly SIMD; Espalier needs Node 16.4, Chrome 91, Firefox 89, Safari 16.4 or later',
    );
  if (source === undefined) {
    inlined ??= import('./wasm-bytes.js').then(({ hex }) => WebAssembly.compile(decode(hex)));
    return inlined;
  }
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof URL) {
    if (source.protocol === 'file:')
      throw new TypeError('wasm: expected a URL that can be fetched; read a file: URL and pass its bytes');
    return compile(await fetch(source));
  }
  if (typeof Response !== 'undefined' && source instanceof Response) {
    if (!source.ok) throw new Error(`wasm: ${source.url} answered ${source.status}`);
    return WebAssembly.compile(await source.arrayBuffer());
  }
  if (ArrayBuffer.isView(source))
    return WebAssembly.compile(new Uint8Array(source.buffer as ArrayBuffer, source.byteOffset, source.byteLength));
  return WebAssembly.compile(source as ArrayBuffer);
}

function decode(hex: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Whether this runtime validates a module with one SIMD instruction (v128.const, drop). */
export function hasSimd(): boolean {
  return WebAssembly.validate(
    new Uint8Array([
      0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 23, 1, 21, 0, 253, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0,
      0, 0, 0, 0, 0, 0, 0, 26, 11,
    ]),
  );
}
