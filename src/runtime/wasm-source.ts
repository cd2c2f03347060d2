import type { WasmModule, WebResponse, WebURL } from './web-types.js';

type Given = WasmModule | ArrayBuffer | ArrayBufferView | WebURL | string | WebResponse;

/** Where the kernels come from when not from the copy inside the package. A string is a URL, in a page a relative one too. */
export type WasmSource = Given | PromiseLike<Given>;

/** What it is, in messages. */
export const WASM_SOURCE = 'a WebAssembly.Module, bytes, a URL or a Response, or a promise of one';

export function isWasmSource(value: unknown): value is WasmSource {
  return isGiven(value) || typeof (value as PromiseLike<Given> | null)?.then === 'function';
}

export function isGiven(value: unknown): value is Given {
  return (
    value instanceof WebAssembly.Module ||
    value instanceof ArrayBuffer ||
    ArrayBuffer.isView(value) ||
    value instanceof URL ||
    typeof value === 'string' ||
    (typeof Response !== 'undefined' && value instanceof Response)
  );
}
