// Compiled, never run: what the package takes from a page, and what a page takes from the package.
import { createEngine, type Dataset, DenseNet, setDefaultEngine, writeSafetensors } from 'espalier';

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
  const tensors = { a: { type: 'F32', shape: [1], data: new Float32Array(1) } } as const;
  await fetch(url, { method: 'PUT', body: writeSafetensors(tensors) });
  return new Blob([net.save(), writeSafetensors(tensors)]);
}
