import { checked, complete } from '../check/complete.js';
import type { Option, OptionsOf } from '../check/option.js';
import { type Address, NONE, type Size } from './address.js';
import { Arena, MAX_BYTES } from './arena.js';
import type { EngineBuild } from './engine-build.js';
import { DirectFork, type Fork, type Own } from './fork.js';
import type { Kernels } from './kernels.js';
import { bytesOf, compile, kernelsOf, moduleOf, STRICT_BUILD, unpacked } from './modules.js';
import { threading } from './threads/can-thread.js';
import { controlBytes } from './threads/protocol.js';
import { ROOM_BYTES, roomAt } from './threads/room.js';
import { shareable } from './threads/shared-module.js';
import type { Team } from './threads/team.js';
import { Writer } from './threads/written-fork.js';
import { isWasmSource, WASM_SOURCE } from './wasm-source.js';
import type { WasmMemory, WasmModule } from './web-types.js';

/** Options of createEngine. */
export const ENGINE_OPTIONS = {
  wasm: {
    kind: 'other',
    is: isWasmSource,
    expected: WASM_SOURCE,
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
  threads: {
    kind: 'integer',
    from: 1,
    to: 256,
    defaultDoc: 'all cores; 1 in a page that is not cross-origin isolated',
    flag: false,
    inert: true,
    doc: 'Threads that compute. Results have the same bits at any number.',
  },
  wide: {
    kind: 'flag',
    defaultDoc: 'whether the environment variable ESPALIER_WIDE is 1',
    flag: false,
    inert: true,
    doc: 'Registers of 256 bits, by a flag of V8 that is experimental and then set for the whole process; the kernels are tested first, and results have the same bits. `engine.build` tells whether they are had.',
  },
  precision: {
    kind: 'choice',
    of: ['strict', 'relaxed'],
    default: 'strict',
    flag: false,
    doc: 'relaxed: a multiply-add may round once. Faster, and not the same bits on every machine.',
  },
} as const satisfies Record<string, Option>;

export type EngineOptions = OptionsOf<typeof ENGINE_OPTIONS>;

/** Bytes a thread. */
const SCRATCH_BYTES = 256;
/** Multiply-adds, or what takes as long, from which on a fork pays. Measured: npm run bench:threads -- --part fork. */
const WORTH_THREADS = 2_000_000;

/** What an engine has for itself, beside maxMemory: scratch, what its threads tell each other, the calls of two forks. */
function reservedBytes(threads: number): Size {
  return 65536 + SCRATCH_BYTES * threads + (threads > 1 ? controlBytes(threads) + 2 * ROOM_BYTES : 0);
}

/** The kernels, bound to one linear memory. Everything that computes holds one. */
export class Engine {
  /** @internal The raw exports: no wrapper between a hot loop and a kernel. */
  readonly kernels: Kernels;
  /** @internal */
  readonly arena: Arena;
  /** @internal 256 bytes that any kernel call outside forks may scribble on. */
  readonly scratch: Address;
  /** Threads that compute, the one that makes the calls counted. For as many has a fork to have memory of their own. */
  readonly threads: number;
  /** Bytes: what createEngine was given. */
  readonly maxMemory: number;
  /** Bytes beside those that calls make: of the data that a command has read, for one. They count against maxMemory too. */
  held = 0;
  /** The most bytes that any call so far was reckoned to need, with all that was in use then. */
  estimated = 0;

  private writer: Writer | undefined;

  /** @internal Use createEngine. */
  constructor(
    memory: WasmMemory,
    kernels: Kernels,
    maxMemory = MAX_BYTES,
    threads = 1,
    private readonly reasons: readonly string[] = [],
    /** Which kernels it runs. */
    readonly build: EngineBuild = STRICT_BUILD,
  ) {
    this.kernels = kernels;
    this.maxMemory = maxMemory;
    this.threads = threads;
    // Of a rehearsal there is no end.
    const limit = Math.max(maxMemory, Math.min(MAX_BYTES, maxMemory + reservedBytes(threads)));
    this.arena = new Arena(memory, limit);
    this.scratch = this.arena.reserve(SCRATCH_BYTES * threads);
  }

  /** @internal Of createEngine: the threads beside the one that makes the calls. */
  employ(makeTeam: (control: Address) => Team): void {
    const team = makeTeam(this.arena.reserve(controlBytes(this.threads)));
    const shared = () => {
      const at = this.arena.reserve(ROOM_BYTES);
      return roomAt(this.arena.memory.buffer, at);
    };
    this.writer = new Writer(this.kernels, shared, team);
    left.register(this, team);
  }

  /**
   * @internal Work that is cut into items, for all threads; see Fork.
   * @param work about how many multiply-adds or as long it takes, in all. Less than what threads are worth is done at once, by one
   * @param own memory that each thread has for its own; default: 256 bytes each
   */
  fork(work: Size, own: Own = { at: this.scratch, bytes: SCRATCH_BYTES }): Fork {
    if (work < WORTH_THREADS) return new DirectFork(this.kernels, own.at);
    this.writer ??= new Writer(this.kernels, () => roomAt(new ArrayBuffer(ROOM_BYTES), NONE), undefined);
    return this.writer.fork(own);
  }

  /** Threads that are at work: fewer than `threads` where some could not start or have ended, with the reasons. */
  get working(): { threads: number; reasons: readonly string[] } {
    const team = this.writer?.team;
    return team
      ? { threads: team.size, reasons: [...this.reasons, ...team.faults] }
      : { threads: 1, reasons: this.reasons };
  }

  /** Ends the threads; what is computed from then on is computed by one. */
  dispose(): void {
    this.writer?.team?.dispose();
  }

  /** @internal A view of `length` floats at an address. Views die when the memory grows: take one, use it, drop it. */
  f32(at: Address, length: Size): Float32Array {
    return new Float32Array(this.arena.memory.buffer, at, length);
  }

  /** @internal */
  f64(at: Address, length: Size): Float64Array {
    return new Float64Array(this.arena.memory.buffer, at, length);
  }

  /** @internal */
  i32(at: Address, length: Size): Int32Array {
    return new Int32Array(this.arena.memory.buffer, at, length);
  }

  /** @internal */
  u32(at: Address, length: Size): Uint32Array {
    return new Uint32Array(this.arena.memory.buffer, at, length);
  }

  /** @internal */
  i8(at: Address, length: Size): Int8Array {
    return new Int8Array(this.arena.memory.buffer, at, length);
  }

  /** @internal */
  u8(at: Address, length: Size): Uint8Array {
    return new Uint8Array(this.arena.memory.buffer, at, length);
  }

  /** @internal A scope that frees all it allocated at once. */
  scope(): Scope {
    return new Scope(this);
  }
}

/** Ends the threads of an engine that nobody holds any more. */
const left = /* @__PURE__ */ new FinalizationRegistry<Team>((team) => team.dispose());

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
 * Instantiates the kernels: WebAssembly SIMD, and unless `precision` is 'relaxed' no relaxed instructions, so the same bits on every engine.
 * Throws an Error where WebAssembly SIMD is missing (Node below 16.4, Safari below 16.4), or relaxed SIMD is asked for and missing.
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const {
    wasm: given,
    maxMemory,
    threads,
    wide = wideByEnvironment(),
    precision,
  } = complete(ENGINE_OPTIONS, options, 'createEngine');
  if (!hasSimd())
    throw new Error('this runtime has no WebAssembly SIMD, as Node 16.4, Chrome 91, Firefox 89, Safari 16.4 have');
  const wasm = given === undefined ? undefined : await bytesOf(given);
  const plan = threadsFor(threads, wasm);
  const maximum = Math.floor(Math.min(MAX_BYTES, maxMemory + reservedBytes(plan.threads)) / 65536);
  const sharedOnes = plan.threads > 1 ? sharedMemory(maximum) : undefined;
  const memory = sharedOnes ?? new WebAssembly.Memory({ initial: 16, maximum });
  const shared = !!sharedOnes;
  const relaxed = precision === 'relaxed';
  const special =
    wide || relaxed
      ? await (await import('./builds/builds.js')).buildFor(
          { strict: await bytesOf(wasm), relaxed, wide, shared },
          { kernelsOf, unpacked, shareable, compile, strictBuild: STRICT_BUILD },
        )
      : undefined;
  const [team, ...modules] = await Promise.all([
    shared && import('./threads/team.js'),
    ...(special?.modules ?? [moduleOf(wasm, shared)]),
  ]);
  const kernels = await kernelsOf(modules, memory);
  special?.choose(memory);
  const count = team ? plan.threads : 1;
  const reasons = count < plan.threads ? ['this runtime gave no shared WebAssembly memory'] : plan.reasons;
  const engine = new Engine(memory, kernels, maxMemory, count, reasons, special?.build);
  if (team) engine.employ((control) => new team.Team(modules, memory, control, count));
  return engine;
}

/** How many threads an engine is to have, and why no more. */
function threadsFor(
  wanted: number | undefined,
  wasm: Uint8Array | WasmModule | undefined,
): { threads: number; reasons: readonly string[] } {
  const can = threading();
  if (wanted === 1) return { threads: 1, reasons: ['threads is 1'] };
  if (can.canThread && wasm instanceof WebAssembly.Module)
    return { threads: 1, reasons: ['wasm is a compiled module, whose memory cannot be shared: pass its bytes'] };
  return { threads: can.canThread ? (wanted ?? can.threads) : 1, reasons: can.reasons };
}

/** Whether the environment asks for it. Deno throws, or asks its user, where it may not be read. */
function wideByEnvironment(): boolean {
  const { process, Deno } = globalThis as { process?: NodeJS.Process; Deno?: DenoPermissions };
  const query = { name: 'env', variable: 'ESPALIER_WIDE' };
  if (Deno && Deno.permissions.querySync(query).state !== 'granted') return false;
  return process?.env?.ESPALIER_WIDE === '1';
}

interface DenoPermissions {
  permissions: { querySync(query: object): { state: string } };
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

/**
 * Makes an engine the one that everything uses unless told otherwise: what is made from then on, not what an engine has made already.
 * The one before it goes on; `dispose` ends its threads.
 */
export function setDefaultEngine(engine: Engine): void {
  shared = Promise.resolve(checked(ENGINE, engine, 'engine') as Engine);
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

/** The engine of some options, or the shared one. */
export async function engineOf({ engine }: { engine?: Engine | undefined }): Promise<Engine> {
  return engine ?? defaultEngine();
}

/** Undefined where the runtime does not give one. */
function sharedMemory(maximum: number): WasmMemory | undefined {
  try {
    return new WebAssembly.Memory({ initial: 16, maximum, shared: true });
  } catch {
    return undefined;
  }
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
