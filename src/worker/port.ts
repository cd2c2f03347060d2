/** An end of a message channel: what a worker and the scope inside it have in common, of pages and of Node. */
export interface Port {
  post(message: unknown, transfer: readonly object[]): void;
  listen(receive: (message: unknown) => void): void;
  /** Whether answers are waited for: a process waits for those of a worker, and for nothing else of it. */
  busy?(now: boolean): void;
}

/** A worker as its owner holds it. */
export interface Running extends Port {
  /** Tells why it is no more, once. */
  ended(tell: (why: string) => void): void;
  end(): void;
}

/** What a Worker of the web is, as far as it is needed here: also one that the caller has started. */
export interface WorkerLike {
  postMessage(message: unknown, transfer: never): void;
  terminate(): unknown;
}

/** A Worker of the web. */
interface WebWorker extends WorkerLike {
  onmessage: ((event: { data: unknown }) => void) | null;
  onmessageerror: (() => void) | null;
  onerror: ((event: { message?: string; preventDefault?(): void }) => void) | null;
}

/** A Worker of node:worker_threads. */
interface NodeWorker extends WorkerLike {
  on(event: string, listen: (value: unknown) => void): void;
  ref(): void;
  unref(): void;
}

export function isWorker(value: unknown): value is WorkerLike {
  const { postMessage, terminate } = (value ?? {}) as Partial<WorkerLike>;
  return typeof postMessage === 'function' && typeof terminate === 'function';
}

/** A worker that runs, or is about to. */
export function running(worker: WorkerLike): Running {
  const post = (message: unknown, transfer: readonly object[]) => worker.postMessage(message, transfer as never);
  const end = () => void worker.terminate();
  if ('unref' in worker && 'on' in worker) {
    const node = worker as NodeWorker;
    node.unref();
    return {
      post,
      end,
      listen: (receive) => node.on('message', receive),
      ended(tell) {
        node.on('error', (error) => tell(`the worker failed: ${(error as Error)?.message ?? error}`));
        node.on('messageerror', () => tell('the worker sent what cannot be read here'));
        node.on('exit', () => tell('the worker has ended'));
      },
      busy: (now) => (now ? node.ref() : node.unref()),
    };
  }
  const web = worker as WebWorker;
  return {
    post,
    end,
    listen(receive) {
      web.onmessage = ({ data }) => receive(data);
    },
    ended(tell) {
      web.onmessageerror = () => tell('the worker sent what cannot be read here');
      web.onerror = (event) => {
        event.preventDefault?.();
        tell(
          `the worker failed: ${event.message ?? 'its script could not be loaded; docs/BUNDLERS.md says what each bundler needs'}`,
        );
      };
    },
  };
}

/** The end of the channel inside a worker. Error where this is none. */
export function ownPort(): Port {
  const { parentPort } = globalThis.process?.getBuiltinModule?.('node:worker_threads') ?? {};
  if (parentPort)
    return {
      post: (message, transfer) => parentPort.postMessage(message, transfer as never),
      listen(receive) {
        parentPort.on('message', receive);
        parentPort.on('messageerror', unreadable);
      },
    };
  const scope = globalThis as unknown as Partial<WebWorker> & { document?: unknown };
  if (scope.document !== undefined || typeof scope.postMessage !== 'function')
    throw new Error('espalier/worker-script: is the script of a worker, and this is none; createWorker starts one');
  return {
    post: (message, transfer) => scope.postMessage!(message, transfer as never),
    listen(receive) {
      scope.onmessage = ({ data }) => receive(data);
      scope.onmessageerror = unreadable;
    },
  };
}

/** Ends the worker: nobody could be told which call it was. */
function unreadable(): never {
  throw new Error('what was sent to the worker cannot be read there');
}
