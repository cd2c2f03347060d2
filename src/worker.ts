// 'espalier/worker': the package behind a worker, so that a page does nothing but show what comes.
import { complete } from './check/complete.js';
import type { Dataset } from './data/dataset.js';
import type { SplitOptions, SplitParts } from './data/split.js';
import { ownWorker } from './own-worker.js';
import type { Engine } from './runtime/engine.js';
import { connected } from './worker/client.js';
import { WORKER, type WorkerOptions } from './worker/options.js';
import { running, type WorkerLike } from './worker/port.js';
import type { Came, RemoteDataset, RemoteModule } from './worker/remote.js';

export type { WorkerOptions } from './worker/options.js';
export type { WorkerLike } from './worker/port.js';
export type { Call, Came, RemoteDataset, RemoteNet, RemoteObject, Sent } from './worker/remote.js';

/**
 * The functions and classes of espalier, espalier/read, espalier/text, espalier/topics and espalier/draw by the same names, computed in a worker: all are waited for. Datasets and nets lie in the
 * worker, and here is what stands for them: what they tell of themselves, and their methods. All else that comes is what it is everywhere: a Tree, a LatentTree, an error of its class.
 *
 * Typed arrays and ArrayBuffers among the arguments are handed over, not copied: they are empty here from then on. So are those of a Dataset of this side, which after that stands for
 * the one in the worker, and may be given as often as one likes. Views of a part of an ArrayBuffer are copied. Callbacks and signals work; of progress that comes faster than its callback ends, the
 * newest is told.
 */
export type EspalierWorker = Omit<RemoteModule<Api>, 'createEngine' | 'setDefaultEngine' | 'splitRows'> & {
  /** As everywhere: which parts there are follows from the options. */
  readonly splitRows: <const O extends SplitOptions = Record<never, never>>(
    data: Dataset | RemoteDataset,
    options?: O,
  ) => Promise<Came<SplitParts<O>>>;
  /** Threads that compute in the worker, and why no more. */
  readonly working: Engine['working'];
  readonly build: Engine['build'];
  /** Ends the worker. Calls under way and later ones are rejected. */
  terminate(): void;
};

type Api = typeof import('./index.js') &
  typeof import('./read.js') &
  typeof import('./text.js') &
  typeof import('./topics.js') &
  typeof import('./draw.js');

/**
 * Starts a worker: a Web Worker, or a worker thread of Node, Deno and Bun, which a process does not wait for but while a call is under way.
 * @throws TypeError, RangeError for options of another kind or value, Error where the worker cannot start or compute
 */
export async function createWorker(options: WorkerOptions = {}): Promise<EspalierWorker> {
  const { worker = ownWorker(), ...engine } = complete(WORKER, options, 'createWorker');
  return (await connected(running(worker as WorkerLike), engine)) as EspalierWorker;
}
