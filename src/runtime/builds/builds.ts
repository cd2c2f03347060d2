import type { Address } from '../address.js';
import type { EngineBuild, Packed } from '../engine-build.js';
import type { Kernels } from '../kernels.js';
import type { WasmMemory } from '../web-types.js';
import { callMemory, chooseTiles } from './call-list.js';
import { Calls } from './calls.js';
import { firstDiffering, nearEnough, sameBits, type Written, written } from './self-test.js';
import { hindrance, howToSet, marked, probeTiles, setFlag, type Tiles } from './wide.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** Kernels of these modules on one memory; of those of the same name, the last one's. */
export type Instantiate = (modules: readonly WebAssembly.Module[], memory: WasmMemory) => Promise<Kernels>;

/** What the core has already: given, not imported, so that bundlers keep it in one piece. */
export interface Core {
  readonly kernelsOf: Instantiate;
  readonly unpacked: (packed: Packed) => Bytes;
  readonly shareable: (module: Uint8Array) => Bytes;
  readonly compile: (module: Bytes) => Promise<WebAssembly.Module>;
  readonly strictBuild: EngineBuild;
}

/** What is asked for. */
export interface Asked {
  /** The strict kernels. */
  readonly strict: Bytes | WebAssembly.Module;
  readonly relaxed: boolean;
  readonly wide: boolean;
  /** Whether the memory is to be shared. */
  readonly shared: boolean;
}

/** What is had. */
export interface Had {
  /** For one memory. */
  readonly modules: readonly WebAssembly.Module[];
  /** Tells the kernels on a memory which tiles are the fastest. */
  readonly choose: (memory: WasmMemory) => void;
  readonly build: EngineBuild;
}

/**
 * Builds other than the strict one in registers of 128 bits, tested before use: relaxed kernels within a bound of the strict ones, wide ones bit by bit against the same kernels without.
 * @throws Error where relaxed kernels cannot be had; where wide ones cannot, `build` tells why
 */
export async function buildFor(asked: Asked, core: Core): Promise<Had> {
  const { strict, relaxed, wide, shared } = asked;
  const { strictBuild } = core;
  const parts = [strict, ...(relaxed ? [await relaxedBytes(core)] : [])];
  const compile = (mark: string) =>
    Promise.all(
      parts.map((part) =>
        part instanceof WebAssembly.Module ? part : core.compile(marked(shared ? core.shareable(part) : part, mark)),
      ),
    );
  const trial = async (modules: readonly WebAssembly.Module[]) => {
    const memory = callMemory(shared);
    const kernels = await core.kernelsOf(modules, memory);
    return { memory, kernels, calls: new Calls(kernels, memory) };
  };
  const modules = await compile('narrow');
  const reason = wide ? (strict instanceof WebAssembly.Module ? NO_BYTES : hindrance()) : undefined;
  if (!relaxed && reason) return { modules, choose: () => {}, build: { ...strictBuild, reasons: [reason] } };
  const { kernels, memory, calls } = await trial(modules);
  const narrow = written(calls);
  if (relaxed) {
    const ofStrict = written((await trial(modules.slice(0, 1))).calls);
    const differs = firstDiffering(calls, ofStrict, nearEnough);
    if (differs) throw new Error(`precision: the relaxed kernels of this runtime failed their test: ${differs}`);
  }
  const precision = relaxed ? 'relaxed' : 'strict';
  const fused = relaxed && roundsOnce(kernels, memory);
  const without = (...reasons: string[]): Had => ({
    modules,
    choose: () => {},
    build: { precision, fused, wide: false, reasons },
  });
  if (!wide) return without(...strictBuild.reasons);
  if (reason) return without(reason);
  const takeBack = setFlag();
  const widened = await compile('wide');
  const { tiles, fault } = tested(await trial(widened), narrow);
  if (!fault && tiles.wide) {
    inUse = true;
    const choose = (memory: WasmMemory) => chooseTiles(memory, tiles.sixteen);
    return { modules: widened, choose, build: { precision, fused, wide: true, reasons: [] } };
  }
  if (!inUse) takeBack();
  return without(fault ?? `no wide registers were found by their speed: ${howToSet()}`);
}

const NO_BYTES = 'wasm is a compiled module: pass its bytes';

/** Whether an engine of this process has wide registers: what it has not compiled yet needs the flag. */
let inUse = false;

interface Trial {
  readonly kernels: Kernels;
  readonly memory: WasmMemory;
  readonly calls: Calls;
}

function tested({ kernels, memory, calls }: Trial, narrow: Written): { tiles: Tiles; fault?: string } {
  const differs = firstDiffering(calls, narrow, sameBits);
  return {
    tiles: probeTiles(kernels, memory),
    ...(differs ? { fault: `the kernels failed their test in wide registers: ${differs}` } : {}),
  };
}

/** Whether a multiply-add of these kernels rounds once: (1 + 2^-12)^2 - (1 + 2^-11) is 2^-24 then, and otherwise 0. */
function roundsOnce(kernels: Kernels, memory: WasmMemory): boolean {
  const [scratch, c, a, b] = [0x800, 0x1000, 0x2000, 0x3000] as [Address, Address, Address, Address];
  const floats = new Float32Array(memory.buffer);
  floats.fill(0, a / 4, a / 4 + 10);
  floats.fill(0, b / 4, b / 4 + 16);
  floats[a / 4] = -1;
  floats[b / 4] = 1 + 2 ** -11;
  floats[a / 4 + 5] = floats[b / 4 + 8] = 1 + 2 ** -12;
  kernels.gemm(c, a, b, scratch, 8, 8, 16, 0, 1, 1, 1, 2, 0);
  return floats[c / 4] !== 0;
}

async function relaxedBytes({ unpacked }: Core): Promise<Bytes> {
  const bytes = unpacked((await import('./relaxed-bytes.js')).packed);
  if (!WebAssembly.validate(bytes))
    throw new Error(
      'precision: relaxed kernels need relaxed SIMD, which this runtime has not: Node 22, Chrome 114, Firefox 145 or later have it',
    );
  return bytes;
}
