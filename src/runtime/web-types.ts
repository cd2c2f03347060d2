// Types of the web platform that declarations speak of: a project without lib.dom compiles with them too.

/** The platform's own type where the project knows it. */
type Known<Global, Else> = Global extends { prototype: infer Instance } ? Instance : Else;

type Globals = typeof globalThis;

/** Of WebAssembly.Memory, where nobody has told more. */
interface Pages {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

export type WasmMemory = Globals extends { WebAssembly: { Memory: infer Global } } ? Known<Global, Pages> : Pages;
export type WasmModule = Globals extends { WebAssembly: { Module: infer Global } } ? Known<Global, object> : object;
export type WebResponse = Globals extends { Response: infer Global } ? Known<Global, object> : object;
export type WebURL = Globals extends { URL: infer Global } ? Known<Global, object> : object;
