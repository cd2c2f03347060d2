import { createWorker } from 'espalier/worker';

/** A worker of espalier/worker, without options where the bundler finds the package's own. */
export const started = () => createWorker();
