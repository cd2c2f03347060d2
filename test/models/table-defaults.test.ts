// Nets with default options on tables, against least squares and logistic regression in double precision.
import { readFileSync } from 'node:fs';
import { createEngine, Dataset, DenseNet, type Targets, TrfNet, TseNet } from 'espalier';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { complete } from '#dist/check/complete.js';
import { fitSettings } from '#dist/training/fit-defaults.js';
import { FIT, type FitSettings } from '#dist/training/fit-options.js';
import { accuracyOf, leastSquares, logisticRegression, type Rows, rmseOf, standardised } from '../support/baselines.js';
import { Random } from '../support/random.js';
import { sparseOf } from '../support/structure.js';

const test = suite('defaults on tables');
const engine = await createEngine();

/** The rows of a file of numbers, its last column apart. */
function numbersOf(file: string): { x: Rows; y: Float64Array } {
  const text = readFileSync(new URL(`../../../test/field/${file}`, import.meta.url), 'utf8');
  const lines = text.trimEnd().split('\n').slice(1);
  const cells = lines.map((line) => line.split(',').map(Number));
  const columns = cells[0]!.length - 1;
  const values = Float64Array.from(cells.flatMap((row) => row.slice(0, columns)));
  return { x: { rows: cells.length, columns, values }, y: Float64Array.from(cells, (row) => row[columns]!) };
}

test('house prices, trained and told on all rows: within 15 % of least squares', async () => {
  const { x, y } = numbersOf('01-prices.csv');
  const { columns, values } = x;
  const ones = standardised(x, x);
  const least = rmseOf(ones, leastSquares(ones, y), y);
  assert.ok(Math.abs(least - 20609) < 1, `${least}`);
  const data = Dataset.dense(values, { columns, targets: { kind: 'values', values: y, outputs: 1 } });
  for (const net of [
    await DenseNet.create(data, { engine }),
    await TrfNet.grow(data, { engine }),
    await TseNet.grow(data, { engine }),
  ]) {
    await net.fit(data);
    const { rmse } = (await net.evaluate(data)) as { rmse: number };
    assert.ok(rmse < 1.15 * least, `${net.method}: ${rmse}`);
    net.dispose();
  }
});

test('200 rows of unlike scale and a category: within two points of logistic regression', async () => {
  const random = new Random(5);
  const [rows, tested, columns] = [200, 2000, 6];
  const values = new Float64Array((rows + tested) * columns);
  const labels = Int32Array.from({ length: rows + tested }, (_, r) => {
    const z = Array.from({ length: 4 }, () => random.next() + random.next() + random.next() - 1.5);
    const category = random.below(2);
    values.set([6e4 + 2e4 * z[0]!, 1e-3 * z[1]!, 40 + 9 * z[2]!, 1e6 * z[3]!, category, 1 - category], r * columns);
    return Number(z[0]! - z[1]! + 0.5 * z[2]! + 0.5 * category + 0.6 * (random.next() - 0.5) > 0.25);
  });
  const part = (from: number, to: number) => ({
    x: { rows: to - from, columns, values: values.slice(from * columns, to * columns) },
    y: labels.slice(from, to),
  });
  const [train, check] = [part(0, rows), part(rows, rows + tested)];
  const [x, z] = [standardised(train.x, train.x), standardised(train.x, check.x)];
  const logistic = accuracyOf(z, logisticRegression(x, train.y, 2), check.y);
  const dataset = ({ x: { values: flat }, y }: ReturnType<typeof part>) => Dataset.dense(flat, { columns, labels: y });
  for (const net of [
    await DenseNet.create(dataset(train), { engine }),
    await TrfNet.grow(dataset(train), { engine }),
    await TseNet.grow(dataset(train), { engine }),
  ]) {
    await net.fit(dataset(train));
    const { accuracy } = (await net.evaluate(dataset(check))) as { accuracy: number };
    assert.ok(accuracy > logistic - 0.02, `${net.method}: ${accuracy}, logistic regression ${logistic}`);
    net.dispose();
  }
});

/** A flower's table: three kinds, the first apart, the others close to one another. */
function flowers(seed: number): { rows: number[][]; labels: number[] } {
  const random = new Random(seed);
  const around = (mean: number, spread: number) =>
    Math.round(10 * (mean + spread * (random.next() + random.next() + random.next() - 1.5))) / 10;
  const means = [
    [5, 3.4, 1.5, 0.3],
    [5.9, 2.8, 4.3, 1.3],
    [6.6, 3, 5.5, 2],
  ];
  const labels = Array.from({ length: 150 }, (_, r) => r % 3);
  return { labels, rows: labels.map((k) => means[k]!.map((mean) => Math.max(0, around(mean, 0.15 * mean ** 0.7)))) };
}

for (const [name, make] of [
  ['dense', (data: Dataset) => DenseNet.create(data, { engine })],
  ['trf', (data: Dataset) => TrfNet.grow(data, { engine })],
  ['tse', (data: Dataset) => TseNet.grow(data, { engine })],
] as const)
  test(`${name}: a table in sparse rows is learned as well as in dense ones`, async () => {
    const [train, check] = [flowers(1), flowers(2)];
    const accuracy = async (dataset: (given: typeof train) => Dataset) => {
      const net = await make(dataset(train));
      await net.fit(dataset(train));
      const { accuracy: found } = await net.evaluate(dataset(check));
      net.dispose();
      return found!;
    };
    const dense = await accuracy(({ rows, labels }) => Dataset.dense(rows, { labels }));
    const sparse = await accuracy(({ rows, labels }) => sparseOf(rows, { labels }));
    assert.ok(dense > 0.9, `dense rows: ${dense}`);
    assert.ok(sparse >= dense - 0.02, `sparse rows: ${sparse}, dense rows: ${dense}`);
  });

test('values to predict from sparse rows, 30 % of which are there: nearly all is told', async () => {
  const random = new Random(7);
  const columns = 210;
  const make = (rows: number) => {
    const cells = Array.from({ length: rows }, () =>
      Array.from({ length: columns }, () => (random.next() < 0.3 ? random.next() * 3 : 0)),
    );
    const y = Float64Array.from(cells, (row) => 3 * row[1]! + row[2]! + 0.3 * (random.next() - 0.5));
    const targets = { kind: 'values', values: y, outputs: 1 } as const;
    return sparseOf(cells, { targets });
  };
  const [train, check] = [make(800), make(500)];
  const net = await DenseNet.create(train, { engine, hidden: [64, 32] });
  await net.fit(train);
  const { r2 } = await net.evaluate(check);
  assert.ok(r2! > 0.92, `R² ${r2}`);
  net.dispose();
});

/** What fit would take for so many rows. */
function settingsFor(data: Dataset, given = {}, preset?: 'paper'): FitSettings {
  return fitSettings(complete(FIT, given, 'fit'), data, { preset });
}

/** Sparse rows that have the first so many columns. */
function rowsOf(rows: number, columns: number, there: number, targets?: Targets): Dataset {
  const row = Array.from({ length: there }, (_, i) => i);
  return Dataset.sparse({
    ...{ rows, columns, start: Int32Array.from({ length: rows + 1 }, (_, r) => r * there) },
    index: Int32Array.from(Array.from({ length: rows }, () => row).flat()),
    value: new Float32Array(rows * there).fill(1),
    ...(targets && { targets }),
  });
}

test("Adam's epsilon is larger over texts and fingerprints, and several tasks decay; over tables, values do", () => {
  const adam = (data: Dataset, preset?: 'paper') => {
    const { optimizer } = settingsFor(data, {}, preset);
    if (optimizer.kind !== 'adam') throw new Error(optimizer.kind);
    return [optimizer.epsilon, optimizer.weightDecay, optimizer.decoupled];
  };
  const classes: Targets = { kind: 'classes', values: new Int32Array(4), classes: 2 };
  const tasks: Targets = { kind: 'tasks', values: new Int8Array(8), tasks: 2 };
  const values: Targets = { kind: 'values', values: new Float64Array(4), outputs: 1 };
  assert.equal(
    [classes, tasks, values].map((targets) => adam(rowsOf(4, 300, 5, targets))),
    [
      [1e-4, 0, false],
      [1e-4, 1e-4, false],
      [1e-4, 0, false],
    ],
  );
  assert.equal(
    [classes, tasks, values].map((targets) => adam(rowsOf(4, 300, 30, targets))),
    [
      [1e-8, 0, false],
      [1e-8, 0, false],
      [1e-8, 0.4, true],
    ],
  );
  assert.equal(adam(rowsOf(4, 300, 5, tasks), 'paper'), [1e-8, 0, false]);
});

test("batches and epochs follow the number of a table's rows, however they are stored; texts and fingerprints have their own, and the papers' by the preset", () => {
  const dense = (rows: number) => Dataset.dense(new Float32Array(rows * 2), { columns: 2 });
  const of = (rows: number, given = {}) => {
    const { batchSize, epochs, learningRate, schedule } = settingsFor(dense(rows), given);
    return [batchSize, epochs, learningRate, schedule];
  };
  assert.equal(of(5), [8, 500, 0.002, 'cosine']);
  // 13 batches an epoch, 1,000 / 13 epochs.
  assert.equal(of(100), [8, 77, 0.002, 'cosine']);
  assert.equal(of(511), [8, 50, 0.002, 'cosine']);
  assert.equal(of(512), [16, 50, 0.002, 'cosine']);
  assert.equal(of(1500), [32, 50, 0.002, 'cosine']);
  assert.equal(of(30_000), [256, 50, 0.002, 'cosine']);
  assert.equal(of(1500, { batchSize: 500 }), [500, 334, 0.002, 'cosine']);
  assert.equal(of(100, { epochs: 3, learningRate: 1, schedule: 'constant' }), [8, 3, 1, 'constant']);
  const sparse = (columns: number, there: number, preset?: 'paper') => {
    const data = rowsOf(100, columns, there);
    const { batchSize, epochs, learningRate, schedule } = settingsFor(data, {}, preset);
    return [batchSize, epochs, learningRate, schedule];
  };
  const own = [8, 77, 0.003, 'cosine'];
  const papers = [256, 50, 0.001, 'inverse-sqrt'];
  assert.equal(sparse(199, 0), of(100));
  assert.equal(sparse(200, 20), of(100));
  assert.equal(sparse(200, 19), own);
  assert.equal(sparse(10_000, 50), own);
  assert.equal(sparse(10_000, 50, 'paper'), papers);
  assert.equal(sparse(200, 20, 'paper'), papers);
});

test('the defaults are what fit takes when it is told them, and what a checkpoint holds', async () => {
  const { x, y } = numbersOf('01-small-scale.csv');
  const data = Dataset.dense(x.values, {
    columns: x.columns,
    targets: { kind: 'values', values: y, outputs: 1 },
  });
  const optimizer = { kind: 'adam', weightDecay: 0.4, decoupled: true } as const;
  const told = { batchSize: 8, epochs: 67, learningRate: 0.002, optimizer, schedule: 'cosine' as const };
  const plain = await DenseNet.create(data, { engine });
  const same = await DenseNet.create(data, { engine, dropout: 0, hidden: [64, 32], input: 'standard' });
  const checkpoints: Uint8Array[] = [];
  const result = await plain.fit(data, { checkpointEvery: 50, onCheckpoint: (bytes) => void checkpoints.push(bytes) });
  assert.is(result.epochs, told.epochs);
  assert.is(result.history.length, told.epochs);
  await same.fit(data, { ...told, resume: checkpoints[0]! });
  assert.equal(same.save(), plain.save());
  assert.is(plain.memory(data), plain.memory(data, told));
  plain.dispose();
  same.dispose();
});

test.run();
