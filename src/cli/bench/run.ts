import type { EngineOptions } from '../../runtime/engine.js';
import type { EngineBuild } from '../../runtime/engine-build.js';
import { type Found, findPeers } from './known.js';
import type { Modules, Peer } from './operations.js';
import type { Part } from './parts.js';
import { espalier, OURS } from './peers/espalier.js';
import { PLAIN } from './peers/plain.js';
import { EFFORT, type Measured, measure, QUICK } from './suite.js';
import { TASKS, type Task } from './tasks.js';

export interface RunOptions {
  /** Default: all. */
  readonly parts?: readonly Part[];
  readonly quick?: boolean;
  readonly full?: boolean;
  /** Of the package's; default: one thread, as peers compute on one. */
  readonly engine?: EngineOptions;
  /** Told before the first task. */
  onStart?(start: Start): void;
  /** Told after each task. */
  onTask?(measured: Measured): void;
}

export interface Outcome {
  /** Which kernels the package ran. */
  readonly build: EngineBuild;
  readonly measured: readonly Measured[];
  readonly peers: readonly string[];
  readonly absent: Found['absent'];
}

/** What is known before anything is timed. */
export interface Start extends Omit<Outcome, 'measured'> {
  /** In their order. */
  readonly tasks: readonly Pick<Task, 'part' | 'name' | 'operation' | 'shape'>[];
}

/** What `espalier bench --json` prints. */
export interface Report extends Outcome {
  readonly machine: string;
  readonly runtime: string;
  /** Of the package's. */
  readonly threads: number;
}

/** Everybody who is there does every task that is asked for. */
export async function runTasks(modules: Modules, options: RunOptions = {}): Promise<Outcome> {
  const { parts, quick = false, full = false, engine = {}, onStart, onTask } = options;
  const tasks = TASKS.filter(
    (task) => (parts?.includes(task.part) ?? true) && (quick ? task.quick : full || !task.full),
  );
  const found = await findPeers(modules);
  const own = await espalier({ ...engine, threads: engine.threads ?? 1 });
  const peers: Peer[] = [own, PLAIN, ...found.peers];
  const about = { build: own.build, peers: peers.map(({ name }) => name), absent: found.absent };
  const measured: Measured[] = [];
  try {
    onStart?.({ ...about, tasks: tasks.map(({ part, name, operation, shape }) => ({ part, name, operation, shape })) });
    for (const task of tasks) {
      const one = await measure(task, peers, quick ? QUICK : EFFORT);
      measured.push(one);
      onTask?.(one);
    }
  } finally {
    for (const peer of peers) peer.dispose?.();
  }
  return { build: own.build, measured, peers: about.peers, absent: found.absent };
}

/** Where another was faster: by more than a fiftieth of the medians. */
export function losses(measured: readonly Measured[]): { task: Measured; peer: string; times: number }[] {
  return measured.flatMap((task) => {
    const ours = task.times.find(({ peer }) => peer === OURS);
    if (!ours) return [];
    return task.times
      .filter(({ ms }) => ours.ms > 1.02 * ms)
      .map(({ peer, ms }) => ({ task, peer, times: ours.ms / ms }));
  });
}
