// TensorFlow.js with its WebAssembly backend: the peer of the suite that a page can have. Loaded only where it is asked for.
import * as backend from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import * as core from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import type { Loaded } from './bench-worker.js';

backend.setWasmPaths({
  'tfjs-backend-wasm.wasm': plain,
  'tfjs-backend-wasm-simd.wasm': simd,
  // All are asked for; the suite has one thread, which never loads it.
  'tfjs-backend-wasm-threaded-simd.wasm': simd,
});

/** By the names of their packages. */
export const here = new Map<string, Loaded>([
  ['@tensorflow/tfjs-core', { version: core.version_core, module: core }],
  ['@tensorflow/tfjs-backend-wasm', { version: backend.version_wasm, module: backend }],
  ['@tensorflow/tfjs-layers', { version: layers.version_layers, module: layers }],
]);
