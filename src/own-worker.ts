// The worker of 'espalier/worker', in the form that bundlers know: a script beside this one. In the package's one file inlined-own-worker.ts stands in its place.
import type { WorkerLike } from './worker/port.js';

export function ownWorker(): WorkerLike {
  const node = globalThis.process?.getBuiltinModule?.('node:worker_threads');
  if (node) return new node.Worker(new URL('./worker-script.js', import.meta.url));
  return new Worker(new URL('./worker-script.js', import.meta.url), { type: 'module' });
}
