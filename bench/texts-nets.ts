// npm run bench:r8 -- [--nets trf,tse,dense] [--seeds 0,1,2] [--data r8 | definitions]: nets from raw texts to predictions on raw texts, with the defaults that `espalier train --text` has:
// a vocabulary of the training texts, a tenth of their rows held out to choose the epoch by, and the test texts predicted by what the net keeps.
// R8 is ../shared/data/r8; definitions are those of tangible things in WordNet, by kind, every fifth for the test. bench/reference/r8.py is what to compare R8 with.
import { parseArgs } from 'node:util';
import { DenseNet, type FeedforwardNet, splitRows, TrfNet, TseNet } from 'espalier';
import { TextVectorizer } from 'espalier/text';
import { mean } from '#dist/cli/bench/statistics.js';
import { formatTable, printHeader } from './support/report.js';
import { haveR8, type Labelled, labelledDefinitions, labelsOf, readR8, textsOf } from './support/texts.js';

const NETS = {
  trf: (train, seed) => TrfNet.grow(train, { seed }),
  tse: (train, seed) => TseNet.grow(train, { seed }),
  dense: (train, seed) => DenseNet.create(train, { seed }),
} satisfies Record<string, (train: Parameters<typeof DenseNet.create>[0], seed: number) => Promise<FeedforwardNet>>;

type Name = keyof typeof NETS;

interface Result {
  readonly accuracy: number;
  readonly epoch: number;
  readonly weights: number;
  readonly seconds: readonly number[];
}

const HEADER = ['net', 'accuracy', 'range', 'weights', 'epochs', 'words s', 'grow s', 'fit s', 'predict s'];

const { values } = parseArgs({
  options: {
    nets: { type: 'string', default: 'trf,tse,dense' },
    seeds: { type: 'string', default: '0,1,2' },
    data: { type: 'string', default: 'r8' },
  },
});
if (values.data === 'r8' && !haveR8) console.log('../shared/data/r8 is not here; nothing to run');
else if (values.data === 'r8') await main(readR8('train'), readR8('test'));
else {
  const all = await labelledDefinitions();
  await main(
    all.filter((_, i) => i % 5 !== 0),
    all.filter((_, i) => i % 5 === 0),
  );
}

async function main(train: Labelled[], test: Labelled[]): Promise<void> {
  printHeader(`${values.data}: ${train.length} and ${test.length} texts, defaults`);
  const seeds = values.seeds.split(',').map(Number);
  const lines: string[][] = [];
  for (const name of values.nets.split(',') as Name[]) {
    const results: Result[] = [];
    for (const seed of seeds) results.push(await run(name, seed, train, test));
    const accuracies = results.map(({ accuracy }) => accuracy);
    lines.push([
      name,
      mean(accuracies).toFixed(4),
      `${Math.min(...accuracies).toFixed(4)} to ${Math.max(...accuracies).toFixed(4)}`,
      String(Math.round(mean(results.map(({ weights }) => weights)))),
      results.map(({ epoch }) => epoch).join(' '),
      ...results[0]!.seconds.map((_, p) => mean(results.map(({ seconds }) => seconds[p]!)).toFixed(1)),
    ]);
  }
  console.log(formatTable(HEADER, lines));
}

async function run(name: Name, seed: number, learnedFrom: Labelled[], test: Labelled[]): Promise<Result> {
  const times = [performance.now()];
  const lap = () => times.push(performance.now());
  const { data } = await TextVectorizer.learnTransform(textsOf(learnedFrom), {
    labels: labelsOf(learnedFrom),
  });
  lap();
  const { train, validation } = await splitRows(data, { seed });
  const net = await NETS[name](train, seed);
  lap();
  const { bestEpoch } = await net.fit(train, { validation });
  lap();
  const { classes } = await net.predict(textsOf(test));
  lap();
  const { names } = net.target;
  const right = test.filter(({ label }, i) => names![classes![i]!] === label).length;
  const { weights } = net;
  net.dispose();
  return {
    accuracy: right / test.length,
    epoch: bestEpoch,
    weights,
    seconds: times.slice(1).map((time, i) => (time - times[i]!) / 1000),
  };
}
