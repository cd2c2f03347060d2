/** Something to time: `run` is called once in a round and must take a millisecond or more. */
export interface Runner {
  readonly name: string;
  /** With `ownClock` it returns the milliseconds that it took. */
  readonly run: () => unknown;
  readonly async?: boolean;
  readonly ownClock?: boolean;
  /** Takes part in every so many rounds only; default 1. */
  readonly every?: number;
}

/** 'cpu' counts the time this process ran, so that others on a busy machine are left out; 'wall' is what a user waits. */
export type Clock = 'wall' | 'cpu';

function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Times the runners in turn, round after round, so that whatever slows the machine for a while slows them all. The first rounds warm up and are dropped.
 * Returns milliseconds [runner][round].
 */
export async function race(
  runners: readonly Runner[],
  rounds: number,
  { clock = 'wall', warmup = 5 }: { clock?: Clock; warmup?: number } = {},
): Promise<number[][]> {
  // Nothing but timing needs it.
  const { Bench } = await import('tinybench');
  const benches = runners.map(({ name, run, async = false, ownClock }) => {
    const bench = new Bench({ iterations: 1, time: 0, warmup: false, ...(clock === 'cpu' ? { now: cpuTime } : {}) });
    const timed = async () => ({ overriddenDuration: (await run()) as number });
    return bench.add(name, ownClock ? timed : run, { async: async || ownClock === true });
  });
  const times = runners.map((): number[] => []);
  for (let round = -warmup; round < rounds; round++) {
    for (const [i, bench] of benches.entries()) {
      const { name, async, ownClock, every = 1 } = runners[i]!;
      if (round % every !== 0) continue;
      bench.reset();
      if (async || ownClock) await bench.run();
      else bench.runSync();
      const { result } = bench.tasks[0]!;
      if (result.state === 'errored') throw new Error(`${name}: ${result.error.message}`, { cause: result.error });
      if (result.state !== 'completed') throw new Error(`${name}: expected a finished run, got '${result.state}'`);
      if (round >= 0) times[i]!.push(result.latency.mean);
    }
  }
  return times;
}
