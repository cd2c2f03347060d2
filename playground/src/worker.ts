// The worker that all is computed in.
import { createWorker, type EspalierWorker } from 'espalier/worker';
import { first } from './first.js';

/** Begun when the first picture is there; whoever asks sooner waits for it. */
export const starting: Promise<EspalierWorker> = first.then(() =>
  createWorker({ worker: new Worker(new URL('./serve.ts', import.meta.url), { type: 'module' }) }),
);
// An error is told by the calls that wait.
starting.catch(() => {});
