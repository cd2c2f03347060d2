import { instantiate } from '@assemblyscript/loader';
import type { EngineBuild, Packed } from './engine-build.js';
import type { Kernels } from './kernels.js';
import { shareable } from './threads/shared-module.js';
import { KERNELS } from './wasm-name.js';
import type { WasmSource } from './wasm-source.js';
import type { WasmMemory, WasmModule } from './web-types.js';

/** The kernels that an engine runs unless told otherwise. */
export const STRICT_BUILD: EngineBuild = {
  precision: 'strict',
  fused: false,
  wide: false,
  reasons: ['wide was not asked for'],
};

/** The module's bytes, or the module; undefined for the inlined copy. */
export async function bytesOf(source?: WasmSource): Promise<Uint8Array<ArrayBuffer> | WasmModule> {
  if (source === undefined) return unpacked((await import('./wasm-bytes.js')).packed);
  return (await import('./given-module.js')).givenModule(source);
}

/** WebAssembly.compile, which does not say what a policy that forbids it lacks. */
export async function compile(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    if (!/content.security.policy|\bcsp\b/i.test(String(cause))) throw cause;
    const told = "the page's Content-Security-Policy forbids WebAssembly: its script-src needs 'wasm-unsafe-eval'";
    throw new Error(told, { cause });
  }
}

/** The module that imports a memory of this kind. The inlined one is compiled once a kind, for all copies of the package that a page may have. */
export async function moduleOf(source: WasmSource | undefined, shared: boolean): Promise<WasmModule> {
  const made = async () => {
    const bytes = await bytesOf(source);
    return bytes instanceof WebAssembly.Module ? bytes : compile(shared ? shareable(bytes) : bytes);
  };
  if (source !== undefined) return made();
  const key = Symbol.for(`espalier ${KERNELS}`);
  const page = globalThis as { [key]?: Map<boolean, Promise<WasmModule>> };
  page[key] ??= new Map();
  const compiled = page[key];
  const before = compiled.get(shared);
  if (before) return before;
  const module = made();
  compiled.set(shared, module);
  module.catch(() => compiled.delete(shared));
  return module;
}

/** The kernels of these modules on one memory; of those of the same name, the last one's. TypeError for other modules. */
export async function kernelsOf(modules: readonly WasmModule[], memory: WasmMemory): Promise<Kernels> {
  const made: Record<string, unknown>[] = [];
  for (const module of modules)
    made.push((await instantiate(module as WebAssembly.Module, { env: { memory } })).instance.exports);
  const kernels = made.length > 1 ? Object.assign({}, ...made) : made[0]!;
  if (typeof kernels.gemm !== 'function')
    throw new TypeError('wasm: expected the module espalier/wasm/espalier.wasm, got one without its kernels');
  return kernels as unknown as Kernels;
}

/** The bytes of a module inside the package. */
export function unpacked({ order, signs, text }: Packed): Uint8Array<ArrayBuffer> {
  const values = Uint8Array.from(order.match(/../g)!, (byte) => Number.parseInt(byte, 16));
  const places = new Uint8Array(128);
  for (let place = 0; place < signs.length; place++) places[signs.charCodeAt(place)] = place;
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // } is 125 and ~ 126; no other sign is above 124.
    const rare = Math.max(0, code - 124);
    bytes[length++] = values[signs.length * rare + places[rare ? text.charCodeAt(++i) : code]!]!;
  }
  return bytes.slice(0, length);
}
