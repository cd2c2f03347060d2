// The workers that threads run in, in the form that bundlers know: a script beside this one. In the package's one file inlined-worker.ts stands in its place.
import type { Start } from './protocol.js';

export const NO_SCRIPT = 'its script could not be loaded';

/** Of Node, Deno and Bun. */
export function nodeWorker(node: typeof import('node:worker_threads'), start: Start) {
  return new node.Worker(new URL('./thread.js', import.meta.url), { workerData: start });
}

export function pageWorker(): Worker {
  return new Worker(new URL('./thread.js', import.meta.url), { type: 'module' });
}
