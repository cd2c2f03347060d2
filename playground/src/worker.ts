// The worker that all is computed in.
import { createWorker } from 'espalier/worker';

/** It starts while the page is already there; whoever asks first waits for it. */
export const starting = createWorker();
// An error is told by the calls that wait.
starting.catch(() => {});
