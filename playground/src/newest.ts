/** Runs the newest call; an older one is stopped, and no word is heard of it. */
export function newest<A extends unknown[]>(
  work: (signal: AbortSignal, ...given: A) => Promise<void>,
  failed: (error: Error) => void,
) {
  let current = new AbortController();
  const start = async (...given: A): Promise<void> => {
    current.abort();
    const own = new AbortController();
    current = own;
    try {
      await work(own.signal, ...given);
    } catch (error) {
      if (!own.signal.aborted) failed(error as Error);
    }
  };
  return Object.assign(start, { stop: () => current.abort() });
}
