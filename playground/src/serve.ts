// The worker of the page, in pieces that load as they are called for.
import { serveWorker } from '../../dist/serve-worker.js';

serveWorker();
