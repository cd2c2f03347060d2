/** How long work may run before other tasks of the event loop get a turn, ms. */
const INTERVAL = 24;

/** Lets a long computation share its thread: `if (pace.due) await pace.turn()` is almost free until the interval is over, then yields. */
export class Pace {
  private last = performance.now();
  private readonly signal: AbortSignal | undefined;

  constructor(signal?: AbortSignal) {
    this.signal = signal;
    signal?.throwIfAborted();
  }

  /** True when it is time to yield: keeps hot loops from awaiting at every step. */
  get due(): boolean {
    return performance.now() - this.last > INTERVAL;
  }

  /** Yields to the event loop; throws the signal's reason when it was aborted. */
  async turn(): Promise<void> {
    await nextTask();
    this.last = performance.now();
    this.signal?.throwIfAborted();
  }
}

/** Resolves in a new task; timers would be clamped to 4 ms in pages. */
export function nextTask(): Promise<void> {
  if (typeof setImmediate === 'function') return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
