// Compiled, never run: what the package takes from a page, and what a page takes from the package.
import { createEngine, type Dataset, DenseNet, setDefaultEngine, writeSafetensors } from 'espalier';
import { createWorker as createAnother, topicsToHtml } from 'espalier/espalier.min.js';
import { createWorker } from 'espalier/worker';

export async function use(train: Dataset, signal: AbortSignal, url: string): Promise<Blob> {
  const engine = await createEngine({ wasm: fetch(url) });
  setDefaultEngine(engine);
  await createEngine({ wasm: url });
  await createEngine({ wasm: new URL(url) });
  await createEngine({ wasm: WebAssembly.compileStreaming(fetch(url)) });
  const net = await DenseNet.create(train, { hidden: [16], engine });
  await net.fit(train, {
    signal,
    onCheckpoint: (checkpoint) => void new Blob([checkpoint]),
  });
  await crypto.subtle.digest('SHA-256', net.save());
  await crypto.subtle.digest('SHA-256', await net.saveAsync());
  const worker = await createWorker({ worker: new Worker(url, { type: 'module' }) });
  const remote = await worker.DenseNet.create(await worker.Dataset.images({ values: [new ImageData(4, 4)] }));
  await remote.fit(train, { signal });
  await crypto.subtle.digest('SHA-256', await remote.saveAsync());
  for (const { terminate } of [worker, await createAnother()]) terminate();
  topicsToHtml satisfies (...given: never[]) => string;
  const tensors = { a: { type: 'F32', shape: [1], data: new Float32Array(1) } } as const;
  await fetch(url, { method: 'PUT', body: writeSafetensors(tensors) });
  return new Blob([net.save(), writeSafetensors(tensors)]);
}
