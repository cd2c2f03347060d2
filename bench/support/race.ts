import { Bench } from 'tinybench';

/** Something to time: `run` is called once a round and must take a millisecond or more. */
export interface Runner {
  readonly name: string;
  readonly run: () => unknown;
  readonly async?: boolean;
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
  const bench = new Bench({ iterations: 1, time: 0, warmup: false, ...(clock === 'cpu' ? { now: cpuTime } : {}) });
  for (const { name, run, async = false } of runners) bench.add(name, run, { async });
  const times = runners.map((): number[] => []);
  for (let round = -warmup; round < rounds; round++) {
    bench.reset();
    if (runners.some((runner) => runner.async)) await bench.run();
    else bench.runSync();
    bench.tasks.forEach(({ name, result }, i) => {
      if (result.state === 'errored') throw new Error(`${name}: ${result.error.message}`, { cause: result.error });
      if (result.state !== 'completed') throw new Error(`${name}: expected a finished run, got '${result.state}'`);
      if (round >= 0) times[i]!.push(result.latency.mean);
    });
  }
  return times;
}
