// The suite of the benchmark in a worker of its own: it keeps its thread busy, and is stopped by ending it.
import type { Part } from '../../dist/cli/bench/parts.js';
import { OURS } from '../../dist/cli/bench/peers/espalier.js';
import { PLAIN } from '../../dist/cli/bench/peers/plain.js';
import { runTasks, type Start } from '../../dist/cli/bench/run.js';
import type { Measured } from '../../dist/cli/bench/suite.js';
import { lossLines } from '../../dist/cli/bench/words.js';

/** What the worker is sent, once. */
export interface Asked {
  readonly parts: readonly Part[];
  readonly quick: boolean;
  /** Beside TensorFlow.js, which is loaded for that. */
  readonly peers: boolean;
}

/** What it answers with, one after another. `ours`, `plain`: their names among the peers. */
export type Told =
  | { readonly kind: 'start'; readonly start: Start; readonly ours: string; readonly plain: string }
  /** `lines`: where the package was slower so far. */
  | { readonly kind: 'measured'; readonly measured: Measured; readonly lines: readonly string[] }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string };

/** A package that is here. */
export interface Loaded {
  readonly version: string;
  readonly module: unknown;
}

const tell = (told: Told) => postMessage(told);

addEventListener('message', async ({ data: { parts, quick, peers } }: MessageEvent<Asked>) => {
  const all: Measured[] = [];
  try {
    const here: ReadonlyMap<string, Loaded> = peers ? (await import('./bench-peers.js')).here : new Map();
    const modules = {
      version: (name: string) => here.get(name)?.version,
      load: (name: string) => here.get(name)?.module,
    };
    await runTasks(modules, {
      parts,
      quick,
      onStart: (start) => tell({ kind: 'start', start, ours: OURS, plain: PLAIN.name }),
      onTask(measured) {
        all.push(measured);
        tell({ kind: 'measured', measured, lines: lossLines(all) });
      },
    });
    tell({ kind: 'done' });
  } catch (error) {
    tell({ kind: 'failed', message: (error as Error).message });
  }
});
