// npm run bench:nets -- [--sets nouns,mnist,fashion,cifar,tree,tables,agnews,tox21,r8] [--nets REGEX] [--seeds 0,1,2] [--data DIR] [--full] [--tune] [--set key=value]... [--out FILE] [--keep]
// [--json]: every method with default options on many sets, beside what it is held against: the same net with the tree's vertices exchanged, dense nets of several widths, one of them
// pruned by magnitude, logistic regression, forests and boosted trees of scikit-learn where a Python has it. --data is a folder with agnews, tox21 and r8, which npm does not have, and
// any others that have texts in train.tsv and test.tsv; --full takes all rows instead of 10,000; --tune looks at part of the training rows instead of the test rows: by it
// defaults are chosen. --out adds a line a run to a file; what the file has from the same settings and the same code is not run again, with --keep also from other code.
// npm run bench:nets -- --draw FILE [--set key=value]... [--tune] [--full] [--docs DIR]: what such a file has into docs/RESULTS.md, docs/nets.svg and docs/nets-seconds.svg.
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createEngine } from 'espalier';
import type { Contender } from './nets/contender.js';
import { contenders } from './nets/contenders.js';
import type { NetSet, Parts } from './nets/net-set.js';
import { addRun, type Run, type RunKey, readRuns, runOf, versionOf } from './nets/runs.js';
import { writeSection } from './nets/section.js';
import { setsNamed } from './nets/sets.js';
import { treesAreHere } from './nets/trees.js';
import { type SetSummary, type Summary, summaries } from './nets/verdicts.js';
import { formatTable, printHeader } from './support/report.js';
import { describeSettings } from './support/settings.js';

const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: '' },
    nets: { type: 'string', default: '' },
    seeds: { type: 'string', default: '0,1,2' },
    data: { type: 'string' },
    full: { type: 'boolean', default: false },
    tune: { type: 'boolean', default: false },
    set: { type: 'string', multiple: true, default: [] },
    out: { type: 'string' },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    draw: { type: 'string' },
    docs: { type: 'string' },
  },
});
const seeds = values.seeds.split(',').map(Number);
const settings = describeSettings(values.set);
const wanted = new RegExp(values.nets, 'i');
const { full, tune } = values;

if (values.draw === undefined) await runAll();
else {
  const docs = values.docs === undefined ? new URL('../../docs/', import.meta.url) : pathToFileURL(`${values.docs}/`);
  writeSection(readRuns(values.draw), { settings: settings.text, tune, full }, docs);
}

async function runAll(): Promise<void> {
  if (!values.json) {
    printHeader(`Nets${settings.text ? `, defaults but ${settings.text}` : ', default options'}`);
    if (!treesAreHere()) console.log('No Python with scikit-learn here: forests and boosted trees are left out.\n');
  }
  const engine = await createEngine();
  const all = contenders(engine, settings.values).filter(({ name }) => wanted.test(name));
  const most = full ? Number.POSITIVE_INFINITY : 10_000;
  const names = values.sets === '' ? [] : values.sets.split(',');
  for await (const set of setsNamed(names, most, values.data)) {
    const runs = await runsOn(set, all);
    if (values.json) continue;
    for (const summary of summaries(runs)) print(summary);
  }
}

/** All runs of a set, those that a file has as it has them. */
async function runsOn(set: NetSet, all: readonly Contender[]): Promise<Run[]> {
  const before = values.out === undefined ? [] : readRuns(values.out);
  const read = new Map<number, Promise<Parts>>();
  const partsOf = (seed: number) => {
    if (!read.has(seed)) read.set(seed, set.parts(seed, tune));
    return read.get(seed)!;
  };
  const runs: Run[] = [];
  for (const contender of all)
    for (const seed of seeds) {
      const { name, family } = contender;
      const key = {
        set: set.name,
        net: name,
        seed,
        settings: settings.text,
        tune,
        full,
        version: versionOf(contender),
      };
      const known = runOf(before, key, values.keep);
      if (known) runs.push(known);
      else {
        const parts = await partsOf(seed);
        if (contender.suits?.(parts) === false) break;
        const run = await performed(key, family, set.metric, contender, parts);
        if (values.out !== undefined) addRun(values.out, run);
        if (values.json) console.log(JSON.stringify(run));
        runs.push(run);
      }
    }
  return runs;
}

async function performed(
  key: RunKey,
  family: Run['family'],
  metric: Run['metric'],
  contender: Contender,
  parts: Parts,
): Promise<Run> {
  const { rows, columns } = parts.train;
  return { ...key, family, metric, rows, columns, ...(await contender.run(parts, key.seed)) };
}

function print({ set, metric, rows, columns, nets }: SetSummary): void {
  const what = metric === 'accuracy' ? 'accuracy' : 'mean AUC';
  console.log(`${set}: ${rows} rows of ${columns} columns, ${what} in points`);
  const lines = nets.map(lineOf);
  console.log(`${formatTable(['net', what, '±', 'validation', 'weights', 'seconds', 'NPMI', 'epochs'], lines)}\n`);
}

function lineOf(summary: Summary): string[] {
  return [
    summary.net,
    (100 * summary.mean).toFixed(2),
    (100 * summary.deviation).toFixed(2),
    (100 * summary.validation).toFixed(2),
    String(Math.round(summary.weights)),
    summary.seconds.toFixed(1),
    summary.coherence === null ? '' : summary.coherence.toFixed(3),
    summary.epochs.join(' ').trim(),
  ];
}
