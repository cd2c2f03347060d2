// The workers that threads run in where the whole package is one file, and their script a text inside it.
import type { Start } from './protocol.js';

/** thread.ts as one classic script: tools/one-file.mjs puts it here. */
declare const THREAD_SCRIPT: string;

export const NO_SCRIPT = 'its script could not be loaded; a policy has to allow blob: in worker-src';

/** Of Node, Deno and Bun. */
export function nodeWorker(node: typeof import('node:worker_threads'), start: Start) {
  return new node.Worker(script(), { eval: true, workerData: start });
}

let address: string | undefined;

/** By an address of the page's own: a script of another origin, as that of a CDN is, may not be started. */
export function pageWorker(): Worker {
  address ??= URL.createObjectURL(new Blob([script()], { type: 'text/javascript' }));
  return new Worker(address);
}

function script(): string {
  return THREAD_SCRIPT;
}
