// 'espalier/worker-script': what runs in the worker of 'espalier/worker'. The script of a worker of one's own may import it in the place of code.
import { serveWorker } from './serve-worker.js';

serveWorker();
