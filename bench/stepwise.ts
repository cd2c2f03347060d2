// npm run bench:stepwise -- [--part texts,settings,stream] [--words 1000] [--rows 1000000] [--set key=value]...: stepwise EM of latent trees. texts: log-likelihood of unseen
// documents of R8 by the number of documents used, batch EM against stepwise EM over the same structure; settings: the same by batch, exponent and order of the documents; stream:
// documents drawn from a tree that R8 taught, streamed: time, memory, and how well tables and tree are found again. Each part is a process of its own.
import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import { assignLatents, createEngine, type Dataset, LatentTree, type LatentTreeJson, latentTree } from 'espalier';
import { TextVectorizer } from 'espalier/text';
import { refineLatentTree, type StepwiseOptions, sampleLatentTree } from 'espalier/topics';
import { recoveryOf } from '../test/support/latent/recovery.js';
import { Random } from '../test/support/random.js';
import { formatTable, megabytes, printHeader } from './support/report.js';
import { haveR8, readR8 } from './support/texts.js';

const PARTS: Readonly<Record<string, () => Promise<void>>> = { texts, settings, stream, tables };

/** The last is made by the one before. */
const PUBLIC = Object.keys(PARTS).slice(0, -1);

const { values } = parseArgs({
  options: {
    part: { type: 'string', default: PUBLIC.join(',') },
    words: { type: 'string', default: '1000' },
    rows: { type: 'string', default: '1000000' },
    set: { type: 'string', multiple: true, default: [] },
  },
});
const [words, rows] = (['words', 'rows'] as const).map((name) => {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number > 0) return number;
  throw new RangeError(`--${name}: expected an integer from 1, got ${values[name]}`);
}) as [number, number];
const set = Object.fromEntries(values.set.map((item) => [item.split('=')[0]!, Number(item.split('=')[1])]));
const engine = await createEngine();

const part = process.env.ESPALIER_BENCH_PART;
if (part !== undefined) await PARTS[part]!();
else if (!haveR8) console.log('../shared/data/r8 is not here; nothing to run');
else {
  printHeader('Stepwise EM of latent trees');
  for (const name of values.part.split(',')) {
    if (!PUBLIC.includes(name)) throw new RangeError(`--part: expected some of ${PUBLIC}, got ${name}`);
    await inChild(name);
  }
}

/** Its peak memory is a process's own. */
function inChild(name: string, trees?: readonly LatentTree[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(process.argv[1]!, process.argv.slice(2), { env: { ...process.env, ESPALIER_BENCH_PART: name } });
    if (trees) child.send(trees.map((tree) => tree.toJSON()));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${name} ended with ${code}`))));
  });
}

/** R8 as rows of words: for training in random order, and for testing. */
async function readTexts(): Promise<{ train: Dataset; labels: string[]; test: Dataset }> {
  const documents = readR8('train');
  const train = new Random(1).permutation(documents.length).map((i) => documents[i]!);
  const texts = train.map(({ text }) => text);
  const vectorizer = await TextVectorizer.learn(texts, { maxFeatures: words });
  return {
    train: await vectorizer.transform(texts),
    labels: train.map(({ label }) => label),
    test: await vectorizer.transform(readR8('test').map(({ text }) => text)),
  };
}

/** ln P of a row, on average. */
async function perRow(tree: LatentTree, data: Dataset): Promise<number> {
  const { logLikelihood } = await assignLatents(tree, data, { engine });
  return logLikelihood.reduce((sum, nats) => sum + nats, 0) / data.rows;
}

async function refined(tree: LatentTree, data: Dataset, options: StepwiseOptions): Promise<LatentTree> {
  return (await refineLatentTree(tree, () => [data], { engine, ...set, ...options })).tree;
}

function firstRows(data: Dataset, count: number): Dataset {
  return data.subset(Array.from({ length: Math.min(count, data.rows) }, (_, r) => r));
}

async function texts(): Promise<void> {
  const { train, test } = await readTexts();
  console.log(
    `R8, ${train.columns} words: ln P of a test document (${test.rows}), structure and tables of so many rows\n`,
  );
  const lines: string[][] = [];
  for (const count of [500, 1000, 2000, train.rows]) {
    const data = firstRows(train, count);
    const batch = (refineSteps: number) => latentTree(data, { engine, refineSteps });
    const [plain, ten] = [await batch(0), await batch(10)];
    const trees = [plain, ten, await batch(50), await batch(200)];
    for (const passes of [1, 2, 5]) trees.push(await refined(ten, data, { passes }));
    const nats: string[] = [];
    for (const tree of trees) {
      if (String(tree.parent) !== String(plain.parent)) throw new Error('two structures of the same rows');
      nats.push((await perRow(tree, test)).toFixed(2));
    }
    lines.push([String(data.rows), plain.levels.join(' '), ...nats]);
  }
  const stepwise = [1, 2, 5].map((passes) => `10, then ${passes} stepwise`);
  console.log(formatTable(['rows', 'levels', 'batch 0', '10', '50', '200', ...stepwise], lines));

  console.log('\nstructure and ten steps of batch EM from so many rows, then stepwise passes over all\n');
  const more: string[][] = [];
  for (const count of [500, 1000, 2000]) {
    const tree = await latentTree(firstRows(train, count), { engine });
    const nats = [await perRow(tree, test)];
    for (const passes of [1, 2, 5]) nats.push(await perRow(await refined(tree, train, { passes }), test));
    more.push([String(count), ...nats.map((one) => one.toFixed(2))]);
  }
  console.log(`${formatTable(['rows', 'passes 0', '1', '2', '5'], more)}\n`);
}

async function settings(): Promise<void> {
  const { train, labels, test } = await readTexts();
  const tree = await latentTree(firstRows(train, 2000), { engine });
  const sorted = labels
    .map((label, r) => ({ label, r }))
    .sort((a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : a.r - b.r));
  const byLabel = train.subset(sorted.map(({ r }) => r));
  const newRows = train.subset(Array.from({ length: train.rows - 2000 }, (_, i) => 2000 + i));
  const start = (await perRow(tree, test)).toFixed(2);
  console.log(
    `R8, a tree of 2000 rows (${start} nats a test document), then one pass over the ${train.rows} rows, over`,
  );
  console.log(
    `the same sorted by label, over the ${newRows.rows} rows that are new; steps 0 or as many as 2000 rows\n`,
  );
  const lines: string[][] = [];
  for (const size of [50, 100, 300, 1000]) {
    for (const exponent of [0.6, 0.75, 0.9, 1]) {
      const nats: string[] = [];
      for (const data of [train, byLabel, newRows])
        for (const steps of [0, undefined])
          nats.push((await perRow(await refined(tree, data, { batchRows: size, exponent, steps }), test)).toFixed(2));
      lines.push([String(size), String(exponent), ...nats]);
    }
  }
  const orders = ['any order', 'by label', 'new rows'].flatMap((order) => [`${order}, 0`, `${order}, 2000`]);
  console.log(`${formatTable(['batchRows', 'exponent', ...orders], lines)}\n`);
}

async function stream(): Promise<void> {
  const { train } = await readTexts();
  const truth = await latentTree(train, { engine });
  const [sample] = await pieces(sampleLatentTree(truth, 10_000, { engine, seed: 1, pieceRows: 10_000 }));
  const found = await latentTree(sample!, { engine });
  console.log(
    `${rows} documents drawn from a tree of R8: ${truth.features} words, levels of ${truth.levels.join(', ')}`,
  );
  console.log(`the tree of the first 10,000 of them, levels of ${found.levels.join(', ')}, beside it:`);
  for (const level of [1, 2]) {
    const { adjustedRand, precision, recall, exact } = recoveryOf(truth, found, level);
    const shares = `pairs ${precision.toFixed(3)} right, ${recall.toFixed(3)} found, groups exact ${exact.toFixed(3)}`;
    console.log(`  level ${level}: adjusted Rand ${adjustedRand.toFixed(3)}, ${shares}`);
  }
  await inChild('tables', [truth, found]);
}

/** In a process that has learned nothing, so that its peak memory is that of streaming. */
async function tables(): Promise<void> {
  const [truth, found] = (await received()).map((json) => LatentTree.fromJSON(json)) as [LatentTree, LatentTree];
  const [test] = await pieces(sampleLatentTree(truth, 5000, { engine, seed: 2, pieceRows: 5000 }));
  const lines: string[][] = [];
  const tell = async (name: string, tree: LatentTree, ...cells: string[]) => {
    const error = tree.levels.join() === truth.levels.join() ? errorOf(tree, truth) : '';
    lines.push([name, error, (await perRow(tree, test!)).toFixed(3), ...cells]);
    console.error(lines.at(-1)!.join('  '));
  };
  const flat = flattened(truth);
  const first = () => sampleLatentTree(truth, 10_000, { engine, seed: 1 });
  const all = () => sampleLatentTree(truth, rows, { engine, seed: 1 });
  const taught = (await refineLatentTree(flat, first, { engine, passes: 10, steps: 0, exponent: 0.75 })).tree;
  await tell('the true tree', truth);
  await tell('flattened', flat);
  await tell('10,000 rows, ten passes', taught);
  await tell("the structure of 10,000 rows, batch EM's tables", found);
  const runs: [string, LatentTree, StepwiseOptions][] = [
    ['10,000 rows, then all', taught, {}],
    ['flattened, then all', flat, { steps: 0 }],
  ];
  const before = process.resourceUsage().maxRSS * 1024;
  for (const [name, start, options] of runs) {
    const began = process.cpuUsage();
    const { tree } = await refineLatentTree(start, all, { engine, ...options, ...set });
    const { user, system } = process.cpuUsage(began);
    const seconds = (user + system) / 1e6;
    if (tree.rows !== rows) throw new Error(`${tree.rows} rows of ${rows}`);
    const peak = megabytes(process.resourceUsage().maxRSS * 1024);
    await tell(name, tree, seconds.toFixed(1), (rows / seconds).toFixed(0), peak);
  }
  const few = Math.ceil(rows / 10);
  const began = process.cpuUsage();
  for await (const _ of sampleLatentTree(truth, few, { engine, seed: 1 }));
  const drawn = process.cpuUsage(began);
  console.log(formatTable(['tables', 'error', 'ln P', 's', 'rows/s', 'peak resident'], lines));
  console.log(
    `error: mean |p - true p| of a table, by the shares of its parent's states; ln P: of a row unseen, mean of ${test!.rows}`,
  );
  const seconds = ((drawn.user + drawn.system) / 1e6) * (rows / few);
  console.log(
    `seconds of the processor, with drawing, about ${seconds.toFixed(0)} of them; peak resident ${megabytes(before)} before`,
  );
}

/** What the process that made this one has sent. */
function received(): Promise<LatentTreeJson[]> {
  return new Promise((resolve) => {
    process.once('message', (trees) => resolve(trees as LatentTreeJson[]));
  });
}

async function pieces(source: AsyncIterable<Dataset>): Promise<Dataset[]> {
  const all: Dataset[] = [];
  for await (const piece of source) all.push(piece);
  return all;
}

/** Every P(node = 1 | parent) half way to P(node = 1). */
function flattened(tree: LatentTree): LatentTree {
  const probability = tree.probability.map((p, i) => 0.5 * p + 0.5 * tree.marginal[i >> 1]!);
  const { features, levels, parent, limits, rows, logLikelihood, featureNames } = tree;
  return new LatentTree({ features, levels, parent, probability, limits, rows, logLikelihood, featureNames });
}

/** Σ over nodes of Σ over states of the parent, P(state) |p - true p|, for a node. */
function errorOf(found: LatentTree, truth: LatentTree): string {
  let sum = 0;
  for (let v = 0; v < truth.nodes; v++) {
    const p = truth.parent[v]!;
    const above = p < 0 ? 1 : truth.marginal[p]!;
    const off = (state: number) => Math.abs(found.probability[2 * v + state]! - truth.probability[2 * v + state]!);
    sum += (1 - above) * off(0) + above * off(1);
  }
  return (sum / truth.nodes).toExponential(2);
}
