import type { WebAbortSignal } from '../check/option.js';

/** How long work may run before other tasks of the event loop get a turn, ms. */
const INTERVAL = 16;

/** When other tasks had a turn, as far as any pace knows: what one call leaves of the interval is all that the next has, and so are parts of a call with paces of their own. */
let last = Number.NEGATIVE_INFINITY;

/**
 * Lets a long computation share its thread: `if (pace.due) await pace.turn()` is almost free until the interval is over, then yields. Once the signal is aborted, or a
 * promise that a callback answered with is rejected, making it, turn and end throw.
 */
export class Pace {
  private signal: WebAbortSignal | undefined;
  /** Resolves once the callbacks' answers are there, or one is rejected. */
  private answered: Promise<unknown> = Promise.resolve();
  private fault: { readonly error: unknown } | undefined;

  constructor(signal?: WebAbortSignal) {
    this.signal = signal;
    const now = performance.now();
    // So long since, there were others; and clocks in tests go back.
    if (now - last > 2 * INTERVAL || now < last) last = now;
    this.check();
  }

  /** True when it is time to yield: keeps hot loops from awaiting at every step. */
  get due(): boolean {
    return !!this.fault || !!this.signal?.aborted || performance.now() - last > INTERVAL;
  }

  /** Yields to the event loop. */
  async turn(): Promise<void> {
    // Pages run what is posted before timers that came due meanwhile: those have their turn between the two.
    await nextTask();
    await nextTask();
    last = performance.now();
    this.check();
  }

  /** From now on an abort of this signal counts; of none where it is undefined. */
  listen(signal: WebAbortSignal | undefined): void {
    this.signal = signal;
  }

  /** Takes what a callback returned: its promise may be rejected long after. */
  hear(answer: unknown): void {
    if (!answer) return;
    this.answered = Promise.all([this.answered, answer]).then(
      () => {},
      (error) => {
        this.fault ??= { error };
      },
    );
  }

  /** Before the result: waits for the callbacks' answers, unless the signal comes first. */
  async end(signal: WebAbortSignal | undefined = this.signal): Promise<void> {
    await unlessAborted(this.answered, signal);
    this.check();
  }

  private check(): void {
    this.signal?.throwIfAborted();
    if (this.fault) throw this.fault.error;
  }
}

/** The work's result; rejects with the signal's reason where that comes first: who is waited for, a callback say, may never answer. */
export function unlessAborted<T>(work: T, signal: WebAbortSignal | undefined): Promise<Awaited<T>> {
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal!.reason);
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
  });
  // What is there already comes before the signal.
  return Promise.race([work, aborted]).finally(() => signal?.removeEventListener('abort', stop));
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
