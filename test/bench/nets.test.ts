// What bench/nets makes of rows: controls that are only as good as they are what they are called.
import { createEngine, DenseNet, TrfNet } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { contenders } from '../../bench/nets/contenders.js';
import { treeSet } from '../../bench/nets/made-set.js';
import { permutedColumns } from '../../bench/nets/permuted.js';
import { thinned } from '../../bench/nets/pruned.js';
import { cut, rowsSet } from '../../bench/nets/rows-set.js';
import { Random } from '../support/random.js';
import { sparseOf } from '../support/structure.js';

const random = new Random(4);
const rows = Array.from({ length: 120 }, () =>
  Array.from({ length: 30 }, () => (random.chance(0.2) ? 1 + random.below(3) : 0)),
);
const labels = rows.map((row) => Number(row[0]! + row[1]! > 1));
const data = sparseOf(rows, { labels });

test('permuted columns: every row has its numbers, each column those of another, the same for all rows', () => {
  const permuted = permutedColumns(data, 1);
  const columns = (of: number[][]) => Array.from({ length: 30 }, (_, c) => of.map((row) => row[c]!).join());
  const { features } = permuted;
  assert.ok(features.kind === 'sparse');
  const dense = rows.map((_, r) => {
    const row = new Array<number>(30).fill(0);
    for (let e = features.start[r]!; e < features.start[r + 1]!; e++) row[features.index[e]!] = features.value[e]!;
    return row;
  });
  assert.equal(columns(dense).sort(), columns(rows).sort());
  assert.not.equal(columns(dense), columns(rows));
  assert.not.equal(permutedColumns(data, 2).features, features);
  assert.is(permuted.targets, data.targets);
});

test('rows to learn from, to choose by and to look at are apart; the real test rows rest while settings are chosen', async () => {
  for (const tune of [false, true]) {
    const { held, tuned, rest } = cut(100, 3, tune);
    assert.equal([held.length, tuned.length, rest.length], tune ? [10, 20, 70] : [10, 0, 90]);
    assert.is(new Set([...held, ...tuned, ...rest]).size, 100);
  }
  const set = rowsSet('some', 'accuracy', data, data.subset([0, 1, 2]));
  assert.is((await set.parts(0, false)).test.rows, 3);
  assert.is((await set.parts(0, true)).test.rows, 24);
});

test('a pruned net has the largest tenth of the hidden weights, and each unit one', async () => {
  const engine = await createEngine();
  const dense = await DenseNet.create(data, { hidden: [40], seed: 1, engine });
  const weights = dense.network.layers[0]!.weights;
  const thin = await TrfNet.load(await thinned(dense.save()), { engine });
  const [layer] = thin.layers;
  assert.is(weights, 40 * 30 + 40);
  assert.ok(layer!.connections >= 120 && layer!.connections <= 130, `${layer!.connections}`);
  // A net of so few of its weights says something else, one of all of them would not.
  const [a, b] = [await dense.predict(data), await thin.predict(data)];
  assert.not.equal(a.outputs, b.outputs);
  const values = engine.f32(thin.network.layers[0]!.sparse!.weight, layer!.connections);
  const rowMajor = engine.f32(dense.network.layers[0]!.dense!.weight, 1200);
  const sizes = Array.from(rowMajor, Math.abs).sort((x, y) => y - x);
  assert.ok(Array.from(values, Math.abs).filter((w) => w >= sizes[119]!).length === 120);
});

test('data made from a tree: four classes of which each is there, and the same at each call', async () => {
  const { train } = await treeSet(400).parts(0, false);
  assert.ok(train.targets?.kind === 'classes');
  assert.equal([...new Set(train.targets.values)].sort(), [0, 1, 2, 3]);
  assert.equal((await treeSet(400).parts(0, false)).train.features, train.features);
});

test('each contender tells its score, weights, seconds and epochs', async () => {
  const engine = await createEngine();
  const set = rowsSet('some', 'accuracy', data, data);
  const quick = [['epochs', '2']] as const;
  for (const contender of contenders(engine, quick).filter(({ name }) =>
    /^(trf|trf permuted|dense 6|pruned)$/.test(name),
  )) {
    const { test: score, weights, seconds, epochs } = await contender.run(await set.parts(0, false), 0);
    assert.ok(score >= 0 && score <= 1 && weights > 30 && seconds > 0, contender.name);
    assert.match(epochs, /^[12]\/2$/);
  }
});

test.run();
