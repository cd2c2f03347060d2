import { Interrupted } from './errors.js';

/** Exit codes as a shell counts them: 128 and the signal's number. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

let working: AbortController | undefined;

/** From now on these signals ask the work under way to stop, and end the process, by way of its exit handlers, where there is none or it was asked before. */
export function watchSignals(): void {
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (!working || working.signal.aborted) process.exit(code);
      working.abort(new Interrupted(code));
    });
  }
}

/** Runs work that a first signal asks to stop through its AbortSignal. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  working = new AbortController();
  try {
    return await work(working.signal);
  } finally {
    working = undefined;
  }
}
