// Permutation importance, against permuting by hand.
import { createEngine, Dataset, DenseNet, type FeedforwardNet, TrfNet } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Purpose, permutation } from '#dist/runtime/random.js';
import { close } from '../../support/allclose.js';
import { dense, sparse, switches, tasks, values } from '../../support/problems.js';
import { Random } from '../../support/random.js';
import { refusesAsync } from '../../support/refuses.js';
import { sparseOf } from '../../support/structure.js';

const problem = switches(1, 240);
const engine = await createEngine();

/** The metric of rows in which one column's features are those of other rows, by `evaluate` of a data set made anew. */
async function byHand(
  net: FeedforwardNet,
  table: readonly (readonly number[])[],
  { targets }: Dataset,
  input: 'sparse' | 'dense',
  features: readonly number[],
  order: ArrayLike<number>,
): Promise<number> {
  const moved = table.map((row, r) => row.map((x, f) => (features.includes(f) ? table[order[r]!]![f]! : x)));
  const data =
    input === 'sparse' ? sparseOf(moved, { targets: targets! }) : Dataset.dense(moved, { targets: targets! });
  const { accuracy, meanAuc, rmse } = await net.evaluate(data);
  return (accuracy ?? meanAuc ?? rmse)!;
}

const orders = (rows: number, seed: number, repeats: number) =>
  Array.from({ length: repeats }, (_, k) => permutation(engine, rows, seed, Purpose.importance, k));

const cases: [string, Dataset, 'sparse' | 'dense', string][] = [
  ['classes of sparse rows', sparse(problem), 'sparse', 'accuracy'],
  ['classes of dense rows', dense(problem), 'dense', 'accuracy'],
  ['tasks', tasks(problem), 'dense', 'meanAuc'],
  ['values', values(problem), 'dense', 'rmse'],
];

for (const [name, data, input, metric] of cases) {
  test(`${name}: the drop of the metric is that of permuting by hand`, async () => {
    const net = await DenseNet.create(data, {
      hidden: [12],
      seed: 2,
      ...(input === 'sparse' ? { input: 'unit-length' } : {}),
    });
    await net.fit(data, { epochs: 8, learningRate: 0.01 });
    const told = await net.importance(data, { repeats: 3, seed: 9, features: [0, 6, 19] });
    const evaluation = await net.evaluate(data);
    assert.is(told.metric, metric);
    assert.is(told.value, evaluation[metric as 'accuracy']);
    assert.equal([told.rows, told.repeats, told.seed, told.candidates], [240, 3, 9, 20]);
    assert.equal(
      told.features.map(({ feature }) => feature).sort((a, b) => a - b),
      [0, 6, 19],
    );
    for (const { feature, importance, deviation, rows } of told.features) {
      const after = [];
      for (const order of orders(240, 9, 3)) after.push(await byHand(net, problem.rows, data, input, [feature], order));
      const drops = after.map((x) => (metric === 'rmse' ? x - told.value : told.value - x));
      const mean = drops.reduce((a, b) => a + b, 0) / 3;
      close([importance + 1], [mean + 1], 1e-12, 'importance');
      close([deviation + 1], [Math.sqrt(drops.reduce((s, x) => s + (x - mean) ** 2, 0) / 2) + 1], 1e-12, 'deviation');
      assert.is(rows, problem.rows.filter((row) => row[feature] !== 0).length);
    }
    for (let i = 1; i < told.features.length; i++)
      assert.ok(told.features[i - 1]!.importance >= told.features[i]!.importance);
    net.dispose();
  });
}

test('all of a column moves together, under its name', async () => {
  const draw = new Random(5);
  const records = Array.from({ length: 150 }, () => {
    const soil = ['clay', 'sand', 'loam', 'peat'][draw.below(4)]!;
    return { noise: 2 * draw.next() - 1, soil, kind: soil === 'clay' || soil === 'peat' ? 'wet' : 'dry' };
  });
  const data = await Dataset.fromRecords(records, { target: 'kind' });
  const net = await DenseNet.create(data, { hidden: [8] });
  await net.fit(data, { epochs: 40, learningRate: 0.01 });
  const { features, candidates } = await net.importance(data, { repeats: 2, seed: 4 });
  assert.is(candidates, 2);
  assert.equal(
    features.map(({ name }) => name),
    ['soil', 'noise'],
  );
  assert.ok(features[0]!.importance > 0.3);
  const { values: flat } = data.features as { values: Float64Array };
  const table = Array.from({ length: 150 }, (_, r) => [...flat.subarray(r * 5, r * 5 + 5)]);
  let sum = 0;
  for (const order of orders(150, 4, 2)) sum += await byHand(net, table, data, 'dense', [1, 2, 3, 4], order);
  const { accuracy } = await net.evaluate(data);
  close([features[0]!.importance], [accuracy! - sum / 2], 1e-12, 'soil');
  // Any of its features stands for it.
  assert.equal((await net.importance(data, { repeats: 2, seed: 4, features: [2, 4] })).features, [features[0]]);
  net.dispose();
});

test('of many features, the ones that decide are found, and noise is worth nothing', async () => {
  const draw = new Random(6);
  const table = Array.from({ length: 600 }, () => Array.from({ length: 60 }, () => Number(draw.chance(0.3))));
  const labels = table.map((row) => row[17]! | (row[40]! & row[41]!));
  for (const data of [sparseOf(table, { labels }), Dataset.dense(table, { labels })]) {
    const net = await TrfNet.grow(data, {
      layers: [{ radius: 1, stride: 1, globalUnits: 20 }],
      pretrain: { epochs: 0 },
    });
    await net.fit(data, { epochs: 30, learningRate: 0.01 });
    const told = await net.importance(data, { top: 4 });
    assert.is(told.candidates, 60);
    assert.is(told.features.length, 4);
    assert.equal(new Set(told.features.slice(0, 3).map(({ feature }) => feature)), new Set([17, 40, 41]));
    assert.is(told.features[0]!.feature, 17);
    assert.ok(told.features[0]!.importance > 0.2, `${told.features[0]!.importance}`);
    assert.ok(Math.abs(told.features[3]!.importance) < 0.02, `${told.features[3]!.importance}`);
    // Few rows are no evidence.
    assert.is((await net.importance(data, { minRows: 601 })).features.length, 0);
    net.dispose();
  }
});

test('what does not fit is refused', async () => {
  const data = sparse(problem);
  const net = await DenseNet.create(data, { hidden: [3] });
  await refusesAsync(
    () => net.importance(data, { features: [20] }),
    RangeError,
    /^features: expected features from 0 to 19, got 20/,
  );
  await refusesAsync(
    () => net.importance(data.withTargets(undefined)),
    TypeError,
    /^data: expected classes to predict/,
  );
  net.dispose();
});

test.run();
