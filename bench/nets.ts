// npm run bench:nets -- [--sets nouns,mnist,fashion,cifar,tree,tables,folder] [--nets REGEX] [--seeds 0,1,2] [--data DIR] [--full] [--tune] [--set key=value]... [--json]: every method with default options on many sets,
// beside what it is held against: the same net with the tree's vertices exchanged, dense nets of several widths, one of them pruned by magnitude, logistic regression. --data is a
// folder with agnews, tox21 and r8, which npm does not have; --full takes all rows instead of 10,000; --tune looks at part of the training rows instead of the test rows: by it
// defaults are chosen.
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createEngine } from 'espalier';
import { deviation, mean } from '#dist/cli/bench/statistics.js';
import type { Contender, Outcome } from './nets/contender.js';
import { contenders } from './nets/contenders.js';
import { shuffledPixels } from './nets/images-set.js';
import { treeSet } from './nets/made-set.js';
import type { NetSet, Parts } from './nets/net-set.js';
import { folderSets } from './nets/shared-set.js';
import { tableSets } from './nets/table-set.js';
import { nounsSet } from './nets/texts-set.js';
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
    json: { type: 'boolean', default: false },
  },
});
const most = values.full ? Number.POSITIVE_INFINITY : 10_000;
const seeds = values.seeds.split(',').map(Number);
const settings = describeSettings(values.set);
const wanted = new RegExp(values.nets, 'i');

const SETS: Record<string, () => Promise<NetSet[]>> = {
  nouns: async () => [await nounsSet(most)],
  mnist: async () => [await shuffledPixels('mnist', 'MNIST shuffled', most)],
  fashion: async () => [await shuffledPixels('fashion-mnist', 'Fashion-MNIST shuffled', most)],
  cifar: async () => [await shuffledPixels('cifar10', 'CIFAR-10 grey shuffled', most)],
  tree: async () => [treeSet(10_000)],
  tables: async () => tableSets(most),
  folder: async () => (values.data ? folderSets(pathToFileURL(`${values.data}/`)) : []),
};

if (!values.json) printHeader(`Nets${settings.text ? `, defaults but ${settings.text}` : ', default options'}`);
const engine = await createEngine();
for (const [key, load] of Object.entries(SETS)) {
  if (values.sets && !values.sets.split(',').includes(key)) continue;
  for (const set of await load()) await compare(set);
}

async function compare(set: NetSet): Promise<void> {
  const lines: string[][] = [];
  const parts: Parts[] = [];
  for (const seed of seeds) parts.push(await set.parts(seed, values.tune));
  for (const contender of contenders(engine, settings.values).filter(({ name }) => wanted.test(name))) {
    const outcomes: Outcome[] = [];
    for (const [i, seed] of seeds.entries()) outcomes.push(await contender.run(parts[i]!, seed));
    if (values.json) console.log(JSON.stringify({ set: set.name, ...summary(contender, outcomes) }));
    else lines.push(lineOf(contender, outcomes));
  }
  if (values.json) return;
  const { train, test } = parts[0]!;
  const what = set.metric === 'accuracy' ? 'accuracy' : 'mean AUC';
  console.log(`${set.name}: ${train.rows} rows of ${train.columns} columns, ${what} of ${test.rows} others, points`);
  console.log(`${formatTable(['net', what, '±', 'validation', 'weights', 'seconds', 'NPMI', 'epochs'], lines)}\n`);
}

function summary({ name, family }: Contender, outcomes: readonly Outcome[]) {
  const of = (key: 'test' | 'validation' | 'weights' | 'seconds') => outcomes.map((outcome) => outcome[key]);
  const coherence = outcomes.flatMap((outcome) => outcome.coherence ?? []);
  return {
    net: name,
    family,
    test: of('test'),
    validation: mean(of('validation')),
    weights: mean(of('weights')),
    seconds: mean(of('seconds')),
    coherence: coherence.length ? mean(coherence) : null,
    epochs: outcomes.map(({ epochs }) => epochs),
  };
}

function lineOf(contender: Contender, outcomes: readonly Outcome[]): string[] {
  const { net, test, validation, weights, seconds, coherence, epochs } = summary(contender, outcomes);
  return [
    net,
    (100 * mean(test)).toFixed(2),
    (100 * deviation(test)).toFixed(2),
    (100 * validation).toFixed(2),
    String(Math.round(weights)),
    seconds.toFixed(1),
    coherence === null ? '' : coherence.toFixed(3),
    epochs.join(' '),
  ];
}
