// Nothing changes when a column or a target becomes a·x + b.
import { readFileSync } from 'node:fs';
import {
  Dataset,
  DenseNet,
  type FeedforwardNet,
  loadNet,
  readSafetensors,
  TrfNet,
  TseNet,
  writeSafetensors,
} from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { close } from '../support/allclose.js';
import { Random } from '../support/random.js';
import { refusesAsync } from '../support/refuses.js';
import { unsealed } from '../support/unsealed.js';
import { untilStopped } from '../support/until-stopped.js';

/** Multiples of 1/256, so that an offset of 1e9 rounds nothing. */
const random = new Random(5);
const rows = Array.from({ length: 160 }, () => [
  ...Array.from({ length: 4 }, () => random.below(4096) / 256),
  random.below(2),
]);
const labels = rows.map(([a, b, c, , e]) => (a! + b! > c! + 8 + 4 * e! ? 1 : 0));
const wanted = rows.map(([a, b, , d]) => 2 * a! - b! + (d! * d!) / 16);

type Move = (x: number) => number;
const MOVES: [string, Move][] = [
  ['3 x', (x) => 3 * x],
  ['0.1 x', (x) => 0.1 * x],
  ['1e6 x', (x) => 1e6 * x],
  ['x + 1e9', (x) => x + 1e9],
  ['3 x - 7', (x) => 3 * x - 7],
];

const classified = (move: Move, columns = [0, 2]) =>
  Dataset.dense(
    rows.map((row) => row.map((x, c) => (columns.includes(c) ? move(x) : x))),
    { labels },
  );
const regressed = (move: Move, targets: Move = (y) => y) =>
  Dataset.dense(
    rows.map((row) => row.map((x, c) => (c < 2 ? move(x) : x))),
    { targets: { kind: 'values', values: Float64Array.from(wanted, targets), outputs: 1 } },
  );
const fit = { epochs: 12, batchSize: 16, learningRate: 0.01 };

async function trained(net: FeedforwardNet, data: Dataset) {
  await net.fit(data, fit);
  const { outputs } = await net.predict(data);
  const evaluation = await net.evaluate(data);
  net.dispose();
  return { outputs, ...evaluation };
}

const makers: [string, (data: Dataset) => Promise<FeedforwardNet>][] = [
  ['dense', (data) => DenseNet.create(data, { hidden: [16], seed: 1 })],
  [
    'trf',
    (data) =>
      TrfNet.grow(data, { layers: [{ radius: 1, stride: 1, globalUnits: 8 }], pretrain: { epochs: 2 }, seed: 1 }),
  ],
  ['tse', (data) => TseNet.grow(data, { seed: 1 })],
];
for (const [name, make] of makers) {
  test(`${name}: units and offsets of columns change neither classes nor probabilities`, async () => {
    const data = classified((x) => x);
    const plain = await trained(await make(data), data);
    assert.ok(plain.accuracy! > 0.8, `accuracy ${plain.accuracy}`);
    for (const [move, of] of MOVES) {
      const moved = classified(of);
      const { outputs, accuracy } = await trained(await make(moved), moved);
      assert.is(accuracy, plain.accuracy, move);
      close(outputs, plain.outputs, 1e-3, move);
    }
  });
}

test('units and offsets of a target change only the unit of what is told', async () => {
  const make = (data: Dataset) => DenseNet.create(data, { hidden: [16], seed: 1, dropout: 0 });
  const data = regressed((x) => x);
  const plain = await trained(await make(data), data);
  const { deviation } = (await make(data)).target;
  assert.ok(plain.rmse! < 0.5 * deviation![0]!, `RMSE ${plain.rmse}, deviation ${deviation}`);
  const moves: [string, Move, number][] = [...MOVES, ['1e9 x + 1e9', (x) => 1e9 * x + 1e9] as [string, Move]].map(
    ([move, of]) => [move, of, of(1) - of(0)],
  );
  for (const [move, of, a] of moves) {
    const moved = regressed(of, of);
    const net = await make(moved);
    const found = await trained(net, moved);
    close([found.loss], [plain.loss], 1e-3, `${move}: loss`);
    close([found.rmse! / a], [plain.rmse!], 1e-3, `${move}: RMSE`);
    assert.instance(found.outputs, Float64Array);
    close(
      Array.from(found.outputs, (y) => (y - of(0)) / a),
      plain.outputs,
      1e-3,
      `${move}: outputs`,
    );
  }
  const turned = regressed(
    (x) => x,
    (y) => -y,
  );
  const found = await trained(await make(turned), turned);
  assert.ok(Math.abs(found.loss - plain.loss) < 0.1, `loss ${found.loss}, not ${plain.loss}`);
});

test('several outputs count alike, whatever their units; the best epoch too is the same', async () => {
  const both = (unit: number) =>
    Dataset.dense(rows, {
      targets: {
        kind: 'values',
        values: Float64Array.from(wanted.flatMap((y, r) => [y, unit * rows[r]![2]!])),
        outputs: 2,
      },
    });
  const run = async (unit: number) => {
    const data = both(unit);
    const net = await DenseNet.create(data, { hidden: [16], seed: 2 });
    const { bestEpoch } = await net.fit(data, { ...fit, validation: data });
    return { bestEpoch, outputs: Array.from((await net.predict(data)).outputs, (y, i) => (i % 2 ? y / unit : y)) };
  };
  const [plain, moved] = [await run(1), await run(2 ** 40)];
  assert.is(moved.bestEpoch, plain.bestEpoch);
  close(moved.outputs, plain.outputs, 1e-6, 'outputs');
});

test('data whose labels are named otherwise than in training are numbered as there', async () => {
  const train = Dataset.dense(rows, { labels: labels.map((y) => 3 * y + 2) });
  const net = await DenseNet.create(train, { hidden: [8], seed: 1 });
  assert.equal(net.target.names, ['2', '5']);
  await net.fit(train, { epochs: 5 });
  const { classes } = await net.predict(train);
  const accuracyOf = async (kept: (label: number) => boolean, made = (label: number): number | string => label) => {
    const places = labels.flatMap((y, r) => (kept(y) ? [r] : []));
    const part = Dataset.dense(
      places.map((r) => rows[r]!),
      { labels: places.map((r) => made(3 * labels[r]! + 2)) as number[] },
    );
    const right = places.filter((r) => classes![r] === labels[r]).length / places.length;
    assert.is((await net.evaluate(part)).accuracy, right);
  };
  await accuracyOf(() => true);
  // All of one class: ids without names.
  await accuracyOf((y) => y === 1);
  await accuracyOf((y) => y === 0);
  await accuracyOf(() => true, String);
  const other = Dataset.dense(rows, { labels: labels.map((y) => 4 * y + 2) });
  await refusesAsync(() => net.evaluate(other), RangeError, /^data: expected classes named 2, 5, got 6 in row \d+$/);
  // A net of plain ids, and data that lack the lowest.
  const plain = await DenseNet.create(Dataset.dense(rows, { labels: rows.map((_, r) => r % 4) }), { hidden: [2] });
  const some = Dataset.dense([rows[2]!, rows[3]!], { labels: [2, 3] });
  const same = Dataset.dense([rows[2]!, rows[3]!], { labels: [2, 3], classes: 4 });
  assert.equal(await plain.evaluate(some), await plain.evaluate(same));
});

test('house prices: far below the deviation after a few epochs', async () => {
  const lines = readFileSync('test/field/01-prices.csv', 'utf8').trim().split(/\r?\n/).slice(1);
  const cells = lines.map((line) => line.split(',').map(Number));
  const prices = Float64Array.from(cells, (row) => row.at(-1)!);
  const data = Dataset.dense(
    cells.map((row) => row.slice(0, -1)),
    { targets: { kind: 'values', values: prices, outputs: 1 } },
  );
  const net = await DenseNet.create(data, { hidden: [32], dropout: 0, seed: 1 });
  close(net.target.mean!, [497_884.466_666_7], 1e-9, 'mean');
  close(net.target.deviation!, [230_919.106_165], 1e-9, 'deviation');
  await net.fit(data, { epochs: 15, batchSize: 32 });
  const { rmse } = await net.evaluate(data);
  assert.ok(rmse! < 30_000, `RMSE ${rmse}; least squares has 20,609`);
});

test('times in microseconds are told apart', async () => {
  const times = Array.from({ length: 32 }, (_, r) => [1_550_083_467_346_370 + 100_000 * (r % 2)]);
  const data = Dataset.dense(times, { labels: times.map((_, r) => r % 2) });
  const net = await DenseNet.create(data, { hidden: [8], dropout: 0 });
  await net.fit(data, { epochs: 40, batchSize: 8, learningRate: 0.05 });
  assert.is((await net.evaluate(data)).accuracy, 1);
});

test('the scale is that of the rows that the net was made for, in the file and after fit on others', async () => {
  const first = regressed((x) => x);
  const net = await DenseNet.create(first, { hidden: [4] });
  const { target } = net;
  const mean = wanted.reduce((a, b) => a + b) / wanted.length;
  const deviation = Math.sqrt(wanted.reduce((sum, y) => sum + (y - mean) ** 2, 0) / wanted.length);
  close([...target.mean!, ...target.deviation!], [mean, deviation], 1e-12, 'scale');
  const others = regressed(
    (x) => x,
    (y) => y + 5,
  );
  await net.fit(others, { epochs: 1 });
  assert.equal(net.target, target);
  const loaded = await loadNet(net.save());
  assert.equal(loaded.target, target);
  assert.equal((await loaded.predict(first)).outputs, (await net.predict(first)).outputs);
  const elsewhere = await DenseNet.create(others, { hidden: [4] });
  const stop = new AbortController();
  const { checkpoint } = await untilStopped(net, first, { ...fit, signal: AbortSignal.abort() });
  await refusesAsync(
    () => elsewhere.fit(first, { ...fit, resume: checkpoint!, signal: stop.signal }),
    RangeError,
    /net\.mean was .* and is /,
  );
});

test('training on 64-bit targets goes on from a checkpoint to the same bits', async () => {
  const data = regressed(
    (x) => x,
    (y) => 1e6 * y + 0.1,
  );
  const make = () => DenseNet.create(data, { hidden: [8], seed: 3 });
  const whole = await make();
  await whole.fit(data, { ...fit, validation: data });
  const checkpoints: Uint8Array[] = [];
  await (await make()).fit(data, {
    ...fit,
    validation: data,
    checkpointEvery: 5,
    onCheckpoint: (c) => void checkpoints.push(c),
  });
  const rest = await make();
  await rest.fit(data, { ...fit, validation: data, checkpointEvery: 5, resume: checkpoints[0]! });
  assert.equal((await rest.predict(data)).outputs, (await whole.predict(data)).outputs);
});

test('a constant target is its own prediction; values too far apart are refused', async () => {
  const of = (values: number[]) =>
    Dataset.dense([[1], [2], [3.5]], { targets: { kind: 'values', values: Float64Array.from(values), outputs: 1 } });
  const net = await DenseNet.create(of([7e9, 7e9, 7e9]), { hidden: [4] });
  assert.equal([net.target.mean, net.target.deviation], [[7e9], [1]]);
  const small = await DenseNet.create(of([1e-300, 3e-300, 2e-300]), { hidden: [4] });
  close(small.target.deviation!, [1e-300 * Math.sqrt(2 / 3)], 1e-12, 'deviation');
  await refusesAsync(
    () => DenseNet.create(of([-1e308, 1e308, 1.7e308])),
    RangeError,
    /^train: expected values whose differences/,
  );
  await refusesAsync(
    () => small.evaluate(of([1, 2, 3])),
    RangeError,
    /^targets: row 0 has 1 for output 0, too far from/,
  );
});

test('files with a scale that is none are refused', async () => {
  const net = await DenseNet.create(
    regressed((x) => x),
    { hidden: [4] },
  );
  const { tensors, metadata } = unsealed(net.save());
  const header = JSON.parse(metadata['espalier.model']!);
  const retold = (scale: object) =>
    writeSafetensors(tensors, {
      'espalier.model': JSON.stringify({ ...header, target: { ...header.target, ...scale } }),
    });
  assert.ok(await loadNet(retold({})));
  for (const scale of [
    { mean: undefined },
    { deviation: undefined },
    { mean: [1, 2] },
    { deviation: [0] },
    { deviation: [-1] },
    { mean: ['1'] },
    { mean: [null] },
    { deviation: 1 },
  ])
    await refusesAsync(() => loadNet(retold(scale)), RangeError, /^bytes: the metadata of this net are damaged/);
  assert.ok(readSafetensors(net.save()));
});

test("the default input is 'standard' for tables, and leaves indicators, pixels and texts alone", async () => {
  const inputOf = async (values: number[][] | Dataset) => {
    const data = values instanceof Dataset ? values : Dataset.dense(values, { labels: values.map((_, r) => r % 2) });
    const net = await DenseNet.create(data, { hidden: [2] });
    const { input } = JSON.parse(readSafetensors(net.save()).metadata['espalier.model']!) as {
      input: { kind: string };
    };
    return input.kind;
  };
  assert.is(
    await inputOf([
      [0, 1],
      [1, 1],
    ]),
    'none',
  );
  assert.is(
    await inputOf([
      [0, 17 / 255],
      [Math.fround(3 / 255), 1],
    ]),
    'none',
  );
  assert.is(
    await inputOf([
      [0, 1],
      [2, 1],
    ]),
    'standard',
  );
  assert.is(
    await inputOf([
      [0, 0.123],
      [1, 1],
    ]),
    'standard',
  );
  assert.is(
    await inputOf([
      [-1, 0],
      [1, 1],
    ]),
    'standard',
  );
  const sparse = (columns: number, ...value: number[]) =>
    Dataset.sparse({
      ...{ rows: 2, columns, start: Int32Array.of(0, 1, 2), index: Int32Array.of(0, 1) },
      ...{ value: Float32Array.from(value), labels: [0, 1] },
    });
  assert.is(await inputOf(sparse(2, 3.5, 70)), 'standard');
  assert.is(await inputOf(sparse(2, 1, 1)), 'none');
  assert.is(await inputOf(sparse(5000, 3.5, 70)), 'none');
});

test('64-bit numbers that 32 bits do not hold are refused where no transform brings them nearer', async () => {
  const data = Dataset.dense(
    [
      [1, 2],
      [3, 1e300],
    ],
    { labels: [0, 1] },
  );
  await refusesAsync(
    () => DenseNet.create(data, { input: 'none' }),
    RangeError,
    /^features: row 1, column 1 is 1e\+300, expected/,
  );
  for (const input of ['standard', 'unit-length', 'log', 'binary'] as const) {
    const net = await DenseNet.create(data, { input, hidden: [2] });
    const { outputs } = await net.predict(data);
    assert.ok(outputs.every(Number.isFinite), input);
  }
  const net = await DenseNet.create(Dataset.dense([[1], [2]], { labels: [0, 1] }), { hidden: [2] });
  await refusesAsync(
    () => net.predict(Dataset.dense([[1e60]])),
    RangeError,
    /^dataset: row 0, column 0 is 1e\+60, too far/,
  );
});

test.run();
