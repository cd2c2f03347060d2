import type { Engine } from '#dist/runtime/engine.js';

// Runs in Node and in pages.

/** From now on every fork of these engines is written down and run by all threads, however little work it is. Returns what undoes it. */
export function forkAll(engines: typeof Engine): () => void {
  const { prototype } = engines;
  const { fork } = prototype;
  prototype.fork = function (_, own) {
    return fork.call(this, Number.POSITIVE_INFINITY, own);
  };
  return () => {
    prototype.fork = fork;
  };
}
