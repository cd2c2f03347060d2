// Runs in the page, bundled: the suite with what a page can have of peers, told to the server.
import * as wasmBackend from '@tensorflow/tfjs-backend-wasm';
import * as core from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { runTasks } from '../../dist/cli/bench/run.js';

const HERE = {
  '@tensorflow/tfjs-core': core,
  '@tensorflow/tfjs-backend-wasm': wasmBackend,
  '@tensorflow/tfjs-layers': layers,
};

export async function post(options) {
  wasmBackend.setWasmPaths('/bench/peers/node_modules/@tensorflow/tfjs-backend-wasm/dist/');
  const modules = { version: (name) => (name in HERE ? core.version_core : undefined), load: (name) => HERE[name] };
  const told = await runTasks(modules, options).catch((error) => ({ failed: String(error.stack ?? error) }));
  await fetch('/report', { method: 'POST', body: JSON.stringify(told) });
}
