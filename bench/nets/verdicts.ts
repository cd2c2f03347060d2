// What runs say together: means and deviations over the seeds, and who is ahead of whom.
import { deviation, mean } from '#dist/cli/bench/statistics.js';
import type { Contender } from './contender.js';
import type { Run } from './runs.js';

/** What readers know the learned nets by. */
export const LEARNED = { trf: 'TRF-net', tse: 'TSE-net', backbone: 'TSE-net without skip-paths' } as const;

/** A score over the seeds. */
export interface Score {
  readonly mean: number;
  /** Of a sample; 0 for one seed. */
  readonly deviation: number;
}

/** A net on a set, over the seeds. */
export interface Summary extends Score {
  readonly net: string;
  readonly family: Contender['family'];
  readonly validation: number;
  readonly weights: number;
  readonly seconds: number;
  readonly coherence: number | null;
  readonly epochs: readonly string[];
}

export interface SetSummary {
  readonly set: string;
  readonly metric: Run['metric'];
  readonly rows: number;
  readonly columns: number;
  readonly nets: readonly Summary[];
}

/** `difference` of means; `spread`: the pooled deviation of the two, √((s₁² + s₂²) / 2). Level where the first is within the second. */
export interface Verdict {
  readonly difference: number;
  readonly spread: number;
  readonly is: 'above' | 'level' | 'below';
}

/** What a learned structure is held against; absent where that was not run. */
export interface Verdicts {
  readonly permuted?: Verdict | undefined;
  /** The best dense net of as many weights. */
  readonly dense?: Verdict | undefined;
  readonly pruned?: Verdict | undefined;
  readonly linear?: Verdict | undefined;
  /** The better of forest and boosted trees. */
  readonly trees?: Verdict | undefined;
}

/** Sets and nets in the order in which they first come. Of runs of the same seed the last counts. */
export function summaries(runs: readonly Run[]): SetSummary[] {
  return [...grouped(runs, ({ set }) => set)].map(([set, own]) => {
    const nets = [...grouped(own, ({ net }) => net).values()].map(summary);
    const { metric, rows, columns } = own.at(-1)!;
    return { set, metric, rows, columns, nets };
  });
}

function grouped(runs: readonly Run[], by: (run: Run) => string): Map<string, Run[]> {
  const groups = new Map<string, Run[]>();
  for (const run of runs) groups.set(by(run), [...(groups.get(by(run)) ?? []), run]);
  return groups;
}

function summary(all: readonly Run[]): Summary {
  const runs = [...new Map(all.map((run) => [run.seed, run])).values()];
  const coherence = runs.flatMap((run) => run.coherence ?? []);
  const scores = runs.map(({ test }) => test);
  return {
    net: runs[0]!.net,
    family: runs[0]!.family,
    mean: mean(scores),
    deviation: deviation(scores),
    validation: mean(runs.map(({ validation }) => validation)),
    weights: mean(runs.map(({ weights }) => weights)),
    seconds: mean(runs.map(({ seconds }) => seconds)),
    coherence: coherence.length ? mean(coherence) : null,
    epochs: runs.map(({ epochs }) => epochs),
  };
}

export function compare(a: Score, b: Score): Verdict {
  const difference = a.mean - b.mean;
  const spread = Math.sqrt((a.deviation ** 2 + b.deviation ** 2) / 2);
  const is = difference > spread ? 'above' : difference < -spread ? 'below' : 'level';
  return { difference, spread, is };
}

/** The nets of which none with fewer weights (or seconds) is better, rising. */
export function frontOf(nets: readonly Summary[], by: 'weights' | 'seconds' = 'weights'): Summary[] {
  const rising = [...nets].sort((a, b) => a[by] - b[by]);
  return rising.filter((net, i) => rising.slice(0, i).every((before) => before.mean < net.mean));
}

/** The front at so many weights: between two nets on a line over the logarithm of weights; the first net's below it, the last's beyond. */
export function frontAt(front: readonly Summary[], weights: number): Score {
  const after = front.findIndex((net) => net.weights >= weights);
  if (after <= 0) return front.at(after)!;
  const [a, b] = [front[after - 1]!, front[after]!];
  const t = Math.log(weights / a.weights) / Math.log(b.weights / a.weights);
  const between = (x: number, y: number) => (1 - t) * x + t * y;
  return { mean: between(a.mean, b.mean), deviation: between(a.deviation, b.deviation) };
}

/** Verdicts on a learned net of a set. */
export function verdictsOn(net: Summary, { nets }: SetSummary): Verdicts {
  const against = (other: Score | undefined) => other && compare(net, other);
  const front = frontOf(nets.filter(({ family }) => family === 'dense'));
  const best = (of: Summary['family']) => nets.filter(({ family }) => family === of).sort((a, b) => b.mean - a.mean)[0];
  return {
    permuted: against(nets.find((other) => other.net === `${net.net} permuted`)),
    dense: against(front.length ? frontAt(front, net.weights) : undefined),
    pruned: against(best('pruned')),
    linear: against(best('linear')),
    trees: against(best('trees')),
  };
}
