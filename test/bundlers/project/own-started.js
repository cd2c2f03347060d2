import { createWorker } from 'espalier/worker';

/** One where the bundler makes a worker of espalier-worker.js, an entry of its own. */
export const started = () => createWorker({ worker: new Worker('./espalier-worker.js', { type: 'module' }) });
