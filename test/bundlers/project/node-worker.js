// What the worker of espalier/worker learns in Node.
import { createWorker } from 'espalier/worker';
import { learn } from './learn.js';

createWorker({ threads: 2 })
  .then(async (worker) =>
    console.log(JSON.stringify({ digest: (await learn(worker)).digest, working: worker.working })),
  )
  .catch((error) => console.log(JSON.stringify({ failed: error.message })));
