import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { buildSync, type Metafile } from 'esbuild';
import { LATER } from '../../test/support/module-graph.js';

const root = new URL('../../../', import.meta.url);
const peers = new URL('bench/peers/node_modules/', root);

/**
 * What a page loads for each, bytes gzipped: the whole package bundled and minified, with the WebAssembly that one thread and SIMD need; of Espalier without what is loaded when it is
 * first asked for (threads, relaxed kernels, training), all else of it.
 */
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
    const { outputFiles, metafile } = buildSync({
      stdin: { contents: entry, resolveDir: fileURLToPath(from) },
      ...{ bundle: true, minify: true, write: false, format: 'esm', platform: 'browser', logLevel: 'error' },
      ...{ splitting: true, metafile: true, outdir: 'out', absWorkingDir: fileURLToPath(root) },
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
    });
    const loaded = chunks(metafile);
    const bundled = outputFiles.filter(({ path }) => loaded.some((name) => path.endsWith(name)));
    const all = [...bundled.map(({ contents }) => contents), ...files.map((file) => readFileSync(file))];
    return { peer, bytes: all.reduce((sum, one) => sum + gzipSync(one, { level: 9 }).length, 0) };
  });
}

/** Those that the entry imports, and in turn, but what is loaded later. */
function chunks({ outputs }: Metafile): string[] {
  const entry = Object.keys(outputs).find((name) => name.endsWith('/stdin.js'))!;
  const found = new Set([entry]);
  for (const name of found)
    for (const { path, external } of outputs[name]!.imports)
      if (!external && !LATER.test(outputs[path]?.entryPoint ?? '')) found.add(path);
  return [...found];
}
