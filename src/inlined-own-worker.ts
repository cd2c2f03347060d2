// The worker where the whole package is one file: that file once more.
import type { WorkerLike } from './worker/port.js';

/** By an address of the page's own: a script of another origin, as that of a CDN is, may not be started. */
export function ownWorker(): WorkerLike {
  const script = `import { serveWorker } from ${JSON.stringify(import.meta.url)}; serveWorker();`;
  const node = globalThis.process?.getBuiltinModule?.('node:worker_threads');
  if (node) return new node.Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`));
  const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  return new Worker(address, { type: 'module' });
}
