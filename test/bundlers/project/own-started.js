/** Options of createWorker where the bundler makes a worker of espalier-worker.js, an entry of its own. */
export const started = () => ({ worker: new Worker('./espalier-worker.js', { type: 'module' }) });
