import { type Clock, race } from '#dist/cli/bench/race.js';
import type { Case } from '../cases/case.js';
import type { Peak } from './peak.js';

/** Each sample takes about this long, so that a moment of the machine holds a kernel and the peak beside it. */
export const SAMPLE_MS = 2;

/** Runs and checks the cases, then times them in turns with the peak. Returns the peak's GFLOP/s by round, and of each case its work a second by round. */
export async function timeCases(
  cases: readonly Case[],
  peak: Peak,
  rounds: number,
  clock: Clock,
): Promise<[number[], number[][]]> {
  const runners: { name: string; run: () => Promise<void>; calls: number; async: true }[] = [];
  for (const kernel of cases) {
    await kernel.run();
    kernel.check();
    const calls = await callsPerSample(kernel);
    const run = () => repeat(kernel, calls);
    runners.push({ name: `${kernel.name} ${kernel.shape}`, run, calls, async: true });
  }
  const [peakTimes, ...times] = await race([{ name: 'peak', run: peak.run }, ...runners], rounds, { clock });
  const perSecond = (amount: number, all: readonly number[]) => all.map((ms) => amount / (ms / 1000));
  return [
    perSecond(peak.gigaflop, peakTimes!),
    cases.map(({ work }, i) => perSecond(work.amount * runners[i]!.calls, times[i]!)),
  ];
}

/** Layers may give others their turn, kernels do not. */
async function repeat(kernel: Case, calls: number): Promise<void> {
  for (let i = 0; i < calls; i++) {
    const done = kernel.run();
    if (done) await done;
  }
}

async function callsPerSample(kernel: Case): Promise<number> {
  for (let calls = 1; ; calls *= 2) {
    const began = performance.now();
    await repeat(kernel, calls);
    const ms = performance.now() - began;
    if (ms >= SAMPLE_MS / 2) return Math.max(1, Math.round((calls * SAMPLE_MS) / ms));
  }
}
