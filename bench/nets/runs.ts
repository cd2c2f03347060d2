import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { moduleGraph } from '../../test/support/module-graph.js';
import type { Contender, Outcome } from './contender.js';

/** What a run is: a line of a file of results says this of itself, and is not run again. */
export interface RunKey {
  readonly set: string;
  readonly net: string;
  readonly seed: number;
  /** As --set has them; '' for defaults alone. */
  readonly settings: string;
  /** On a part of the training rows in the place of the test rows. */
  readonly tune: boolean;
  /** All rows, not 10,000 at most. */
  readonly full: boolean;
  /** Of the package's code that made the net; '' where it is another's. */
  readonly version: string;
}

export interface Run extends RunKey, Outcome {
  readonly family: Contender['family'];
  readonly metric: 'accuracy' | 'meanAuc';
  /** Of the rows to learn from. */
  readonly rows: number;
  readonly columns: number;
}

const METHODS: Partial<Record<Contender['family'], readonly string[]>> = {
  trees: [],
  dense: ['dense'],
  linear: ['dense'],
  pruned: ['dense', 'trf'],
};
const digests = new Map<string, string>();

/** A digest of the modules that make and train such a net, without comments: another where any of them changed. */
export function versionOf({ name, family }: Pick<Contender, 'name' | 'family'>): string {
  const methods = METHODS[family] ?? [name.startsWith('trf') ? 'trf' : 'tse'];
  return methods.map(digestOf).join('-');
}

function digestOf(method: string): string {
  const known = digests.get(method);
  if (known !== undefined) return known;
  const root = new URL('../../../dist/', import.meta.url);
  const { files } = moduleGraph(new URL(`models/${method}/method.js`, root));
  const hash = createHash('sha256');
  for (const href of [...files.keys()].sort()) hash.update(files.get(href)!);
  const digest = hash.digest('hex').slice(0, 12);
  digests.set(method, digest);
  return digest;
}

/** The runs of a file, one a line; none where it is not there. */
export function readRuns(file: string): Run[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Run);
}

export function addRun(file: string, run: Run): void {
  appendFileSync(file, `${JSON.stringify(run)}\n`);
}

/** The run of a key, the last where there are several; of any version with `anyVersion`. */
export function runOf(runs: readonly Run[], key: RunKey, anyVersion = false): Run | undefined {
  const own = runs.filter(
    (run) =>
      run.set === key.set &&
      run.net === key.net &&
      run.seed === key.seed &&
      run.settings === key.settings &&
      run.tune === key.tune &&
      run.full === key.full &&
      (anyVersion || run.version === key.version),
  );
  return own.at(-1);
}
