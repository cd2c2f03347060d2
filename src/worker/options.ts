import type { Options, OptionsOf } from '../check/option.js';
import { ENGINE_OPTIONS } from '../runtime/engine.js';
import { isWorker, type WorkerLike } from './port.js';

const { wasm: _, ...ENGINE } = ENGINE_OPTIONS;

/** Options of createWorker: those of its engine, and which worker. */
export const WORKER = {
  ...ENGINE,
  worker: {
    kind: 'other',
    is: isWorker,
    expected: 'a Worker',
    defaultDoc: 'one that runs espalier/worker-script',
    flag: false,
    inert: true,
    doc: 'A worker that was started for this and whose script imports espalier/worker-script, where a bundler does not find that of the package.',
  },
} as const satisfies Options;

export type WorkerOptions = Omit<OptionsOf<typeof WORKER>, 'worker'> & { worker?: WorkerLike };
