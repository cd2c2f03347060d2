import { instantiate } from '@assemblyscript/loader';
import type { EngineBuild, Packed } from './engine-build.js';
import type { Kernels } from './kernels.js';
import { shareable } from './threads/shared-module.js';
import type { WasmMemory, WasmModule, WebResponse } from './web-types.js';

/** Where the kernels come from when not from the copy inside the package. */
export type WasmSource = WasmModule | ArrayBuffer | ArrayBufferView | URL | WebResponse;

/** The kernels that an engine runs unless told otherwise. */
export const STRICT_BUILD: EngineBuild = {
  precision: 'strict',
  fused: false,
  wide: false,
  reasons: ['wide was not asked for'],
};

export function isWasmSource(value: unknown): value is WasmSource {
  return (
    value instanceof WebAssembly.Module ||
    value instanceof ArrayBuffer ||
    ArrayBuffer.isView(value) ||
    value instanceof URL ||
    (typeof Response !== 'undefined' && value instanceof Response)
  );
}

/** The module's bytes, or the module; undefined for the inlined copy. */
export async function bytesOf(source: WasmSource | undefined): Promise<Uint8Array<ArrayBuffer> | WasmModule> {
  if (source === undefined) return unpacked((await import('./wasm-bytes.js')).packed);
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof URL) {
    if (source.protocol === 'file:')
      throw new TypeError('wasm: expected a URL that can be fetched; read a file: URL and pass its bytes');
    return bytesOf(await fetch(source));
  }
  if (typeof Response !== 'undefined' && source instanceof Response) {
    if (!source.ok) throw new Error(`wasm: ${source.url} answered ${source.status}`);
    return new Uint8Array(await source.arrayBuffer());
  }
  if (ArrayBuffer.isView(source))
    return new Uint8Array(source.buffer as ArrayBuffer, source.byteOffset, source.byteLength);
  return new Uint8Array(source as ArrayBuffer);
}

const compiled = new Map<boolean, Promise<WebAssembly.Module>>();

/** The module that imports a memory of this kind. The inlined one is compiled once a kind. */
export async function moduleOf(source: WasmSource | undefined, shared: boolean): Promise<WasmModule> {
  const compile = async () => {
    const bytes = await bytesOf(source);
    return bytes instanceof WebAssembly.Module ? bytes : WebAssembly.compile(shared ? shareable(bytes) : bytes);
  };
  if (source !== undefined) return compile();
  const before = compiled.get(shared);
  if (before) return before;
  const module = compile();
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
