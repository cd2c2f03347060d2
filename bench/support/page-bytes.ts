import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';

const root = new URL('../../../', import.meta.url);
const peers = new URL('bench/peers/node_modules/', root);

/** What a page loads for each, bytes gzipped: the whole package bundled and minified, with the WebAssembly that one thread and SIMD need. */
export function pageBytes(): { peer: string; bytes: number }[] {
  const wasm = (folder: string, pattern: RegExp) =>
    readdirSync(new URL(folder, peers))
      .filter((name) => pattern.test(name))
      .map((name) => new URL(`${folder}/${name}`, peers));
  return [
    { peer: 'Espalier', entry: "export * from './dist/index.js'", from: root, files: [] },
    {
      peer: 'TensorFlow.js wasm',
      entry: "export * from '@tensorflow/tfjs-core'; export * from '@tensorflow/tfjs-backend-wasm'",
      from: peers,
      files: wasm('@tensorflow/tfjs-backend-wasm/dist', /^tfjs-backend-wasm-simd\.wasm$/),
    },
    {
      peer: 'ONNX Runtime Web',
      entry: "export * from 'onnxruntime-web/wasm'",
      from: peers,
      files: wasm('onnxruntime-web/dist', /^ort-wasm-simd-threaded\.wasm$/),
    },
    { peer: 'jax-js', entry: "export * from '@jax-js/jax'", from: peers, files: [] },
    { peer: 'brain.js', entry: "export { default } from 'brain.js'", from: peers, files: [] },
    { peer: 'ConvNetJS', entry: "export { default } from 'convnetjs'", from: peers, files: [] },
  ].map(({ peer, entry, from, files }) => {
    const bundled = buildSync({
      stdin: { contents: entry, resolveDir: fileURLToPath(from) },
      ...{ bundle: true, minify: true, write: false, format: 'esm', platform: 'browser', logLevel: 'error' },
      external: [
        'node:*',
        'fs',
        'path',
        'util',
        'worker_threads',
        'perf_hooks',
        'os',
        'crypto',
        'stream',
        'module',
        'gl',
      ],
    }).outputFiles!.map(({ contents }) => contents);
    const all = [...bundled, ...files.map((file) => readFileSync(file))];
    return { peer, bytes: all.reduce((sum, one) => sum + gzipSync(one, { level: 9 }).length, 0) };
  });
}
