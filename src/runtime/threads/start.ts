import type { Start } from './protocol.js';
import { NO_SCRIPT, nodeWorker, pageWorker } from './worker.js';

/** A thread that runs. */
export interface Handle {
  /** Whether it is known, before any event tells, to run no more. */
  isDead(): boolean;
  end(): void;
}

/**
 * Starts a thread: a worker thread of Node, Deno and Bun, which lets the process end, or a worker of a page.
 * @param ended is told when and why it is no more
 */
export function startThread(start: Start, ended: (fault: string) => void): Handle {
  const node = globalThis.process?.getBuiltinModule?.('node:worker_threads');
  if (node) {
    const worker = nodeWorker(node, start);
    worker.unref();
    worker.on('error', (error) => ended(`a thread failed: ${error?.message ?? error}`));
    worker.on('exit', () => ended('a thread ended'));
    // Node asks the thread itself, and gets -1 where there is none; but only if it has been asked once before. Deno and Bun cannot tell.
    const isDead = () =>
      // Not by its bare name, for which Parcel would look for a stand-in.
      !globalThis.process.versions.bun && worker.performance?.eventLoopUtilization?.().idle === -1;
    worker.once('message', isDead);
    return { isDead, end: () => void worker.terminate() };
  }
  const worker = pageWorker();
  worker.onerror = (event) => {
    event.preventDefault();
    ended(`a thread failed: ${event.message ?? NO_SCRIPT}`);
  };
  worker.postMessage(start);
  return { isDead: () => false, end: () => worker.terminate() };
}
