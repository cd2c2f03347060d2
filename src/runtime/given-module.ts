import { got } from '../check/phrase.js';
import { isGiven, WASM_SOURCE, type WasmSource } from './wasm-source.js';
import type { WasmModule } from './web-types.js';

/** The bytes of a module that the caller has, or the module. */
export async function givenModule(source: WasmSource): Promise<Uint8Array<ArrayBuffer> | WasmModule> {
  const given = await source;
  if (!isGiven(given)) throw new TypeError(`wasm: expected ${WASM_SOURCE}, got a promise of ${got(given)}`);
  if (given instanceof WebAssembly.Module) return given;
  if (given instanceof URL || typeof given === 'string') {
    const url = urlOf(given);
    const { readFile } = (url.protocol === 'file:' && globalThis.process?.getBuiltinModule?.('node:fs/promises')) || {};
    return readFile ? new Uint8Array(await readFile(url)) : givenModule(await fetch(url));
  }
  if (typeof Response !== 'undefined' && given instanceof Response) {
    if (!given.ok) throw new Error(`wasm: ${given.url} answered ${given.status}`);
    return new Uint8Array(await given.arrayBuffer());
  }
  if (ArrayBuffer.isView(given)) return new Uint8Array(given.buffer as ArrayBuffer, given.byteOffset, given.byteLength);
  return new Uint8Array(given as ArrayBuffer);
}

function urlOf(url: URL | string): URL {
  try {
    return new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href);
  } catch {
    throw new TypeError(`wasm: expected a URL, whole where there is no page that it belongs to, got ${got(url)}`);
  }
}
