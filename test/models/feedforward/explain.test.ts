import { type Dataset, DenseNet, readSafetensors, TrfNet, TseNet } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { close } from '../../support/allclose.js';
import { knownNet } from '../../support/known-net.js';
import { Random } from '../../support/random.js';
import { refusesAsync } from '../../support/refuses.js';
import { sparseOf } from '../../support/structure.js';

// Two topics of four words each, and two words that belong to none.
function topics(rows: number): { data: Dataset; table: number[][] } {
  const random = new Random(11);
  const labels: number[] = [];
  const table = Array.from({ length: rows }, (_, r) => {
    const topic = r % 2;
    labels.push(topic);
    return Array.from({ length: 10 }, (_, f) => Number(random.chance(f < 8 ? (f >> 2 === topic ? 0.7 : 0.05) : 0.3)));
  });
  return { data: sparseOf(table, { labels }), table };
}

const { data, table } = topics(400);

/** Pearson correlation, from the definition. */
function pearson(a: readonly number[], b: readonly number[]): number {
  const mean = (x: readonly number[]) => x.reduce((s, v) => s + v, 0) / x.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((x, i) => {
    ab += (x - ma) * (b[i]! - mb);
    aa += (x - ma) ** 2;
    bb += (b[i]! - mb) ** 2;
  });
  return ab / Math.sqrt(aa * bb);
}

function npmi(a: number, b: number, rows = table): number {
  const share = (test: (row: number[]) => boolean) => rows.filter(test).length / rows.length;
  const both = share((row) => row[a] === 1 && row[b] === 1);
  if (both === 0) return -1;
  return Math.log(both / (share((row) => row[a] === 1) * share((row) => row[b] === 1))) / -Math.log(both);
}

test('features, correlations, activity and coherence are those of the definitions', async () => {
  const net = await DenseNet.create(data, { hidden: [300], seed: 4 });
  const { layers, rows } = await net.explain(data, { top: 4, minRows: 1 });
  assert.is(rows, 400);
  assert.is(layers.length, 1);
  assert.is(layers[0]!.units.length, 300);
  // The hidden layer by hand, from the saved weights.
  const { tensors } = readSafetensors(net.save());
  const weight = tensors['layers.0.dense.weight']!.data as Float32Array;
  const bias = tensors['layers.0.bias']!.data as Float32Array;
  for (const u of [0, 1, 2, 255, 256, 257, 299]) {
    const unit = layers[0]!.units[u]!;
    const activation = table.map((row) =>
      Math.max(
        0,
        row.reduce((s, x, f) => s + x * weight[u * 10 + f]!, bias[u]!),
      ),
    );
    close([unit.activity], [activation.filter((x) => x > 0).length / 400], 1e-12, 'activity');
    const wanted = Array.from({ length: 10 }, (_, f) => ({
      f,
      r: pearson(
        activation,
        table.map((row) => row[f]!),
      ),
    }))
      .filter(({ r }) => r > 0)
      .sort((x, y) => y.r - x.r)
      .slice(0, 4);
    assert.equal(
      unit.features.map(({ feature }) => feature),
      wanted.map(({ f }) => f),
    );
    close(
      unit.features.map(({ correlation }) => correlation),
      wanted.map(({ r }) => r),
      1e-4,
      'correlations',
    );
    assert.is(unit.kind, 'global');
    assert.is(unit.inputs, 10);
    if (wanted.length < 2) assert.is(unit.coherence, null);
    else {
      const pairs = wanted.flatMap(({ f: a }, i) => wanted.slice(i + 1).map(({ f: b }) => npmi(a, b)));
      close([unit.coherence!], [pairs.reduce((s, x) => s + x, 0) / pairs.length], 1e-12, 'NPMI');
    }
  }
  net.dispose();
});

test('sparse units have their fields, features their names, layers their means', async () => {
  const named = sparseOf(table, { labels: table.map((_, r) => r % 2), featureNames: [...'abcdefghij'] });
  const net = await TrfNet.grow(named, {
    layers: [
      { radius: 2, stride: 2, globalUnits: 2 },
      { radius: 1, stride: 2 },
    ],
    pretrain: { epochs: 5 },
  });
  await net.fit(named, { epochs: 5 });
  const { layers } = await net.explain(named, { top: 3 });
  assert.is(layers.length, 2);
  layers.forEach(({ units, coherence, sparseCoherence, globalCoherence }, l) => {
    const { sparseUnits, denseUnits } = net.layers[l]!;
    assert.is(units.filter(({ kind }) => kind === 'sparse').length, sparseUnits);
    assert.is(units.filter(({ kind }) => kind === 'global').length, denseUnits);
    const known = units.flatMap((unit) => unit.coherence ?? []);
    if (known.length) close([coherence!], [known.reduce((s, x) => s + x, 0) / known.length], 1e-12, 'mean');
    if (denseUnits === 0) assert.is(globalCoherence, null);
    assert.ok(sparseCoherence === null || Math.abs(sparseCoherence) <= 1);
    for (const { features } of units) for (const { feature, name } of features) assert.is(name, 'abcdefghij'[feature]);
  });
  assert.equal(
    (await net.explain(named, { layers: [1] })).layers.map(({ layer }) => layer),
    [1],
  );
  net.dispose();
});

test('coherence on other rows: the same features, scored by how often they meet there', async () => {
  const net = await DenseNet.create(data, { hidden: [40], seed: 4 });
  // Words 0 and 1 never meet, and word 7 is hardly ever there.
  const held = table
    .slice(0, 120)
    .map((row, r) => row.map((x, f) => (f < 2 ? Number(r % 2 === f) : f === 7 ? Number(r < 3) : x)));
  const [same, other] = [await net.explain(data), await net.explain(data, { coherence: sparseOf(held) })];
  assert.equal(same.coherenceRows, { rows: 400, from: 'data' });
  assert.equal([other.rows, other.coherenceRows], [400, { rows: 120, from: 'coherence' }]);
  let compared = 0;
  for (const [u, unit] of other.layers[0]!.units.entries()) {
    assert.equal(unit.features, same.layers[0]!.units[u]!.features);
    const known = unit.features.map(({ feature }) => feature).filter((f) => f !== 7);
    const pairs = known.flatMap((a, i) => known.slice(i + 1).map((b) => npmi(a, b, held)));
    if (pairs.length === 0) assert.is(unit.coherence, null);
    else close([unit.coherence! + 2], [pairs.reduce((s, x) => s + x, 0) / pairs.length + 2], 1e-12, 'NPMI');
    if (unit.coherence !== same.layers[0]!.units[u]!.coherence) compared++;
  }
  assert.ok(compared > 10);
  await refusesAsync(
    () => net.explain(data, { coherence: sparseOf([[1, 0]]) }),
    RangeError,
    /^coherence: expected 10 columns, got 2/,
  );
  net.dispose();
});

test('units of skip-paths: their features by the definition, from every level', async () => {
  const net = await TseNet.grow(data, { skipPaths: { units: 3 }, input: 'binary' });
  await net.fit(data, { epochs: 2 });
  const { layers, skipPaths } = await net.explain(data, { top: 3 });
  assert.is(layers.length, net.layers.length - 1);
  assert.ok(layers.every(({ units }) => units.every(({ kind }) => kind === 'sparse')));
  assert.equal(
    skipPaths.map(({ path, from, units }) => [path, from, units.length]),
    net.skipPaths.map(({ from }, p) => [p, from, 3]),
  );
  const { tensors } = readSafetensors(net.save());
  const of = (name: string) => tensors[name]!.data as Float32Array;
  const relu = (x: number) => Math.max(0, x);
  // The levels by hand.
  const levels = [table];
  for (let l = 0; l < layers.length; l++) {
    const [start, index, weight, bias] = ['sparse.start', 'sparse.index', 'sparse.weight', 'bias'].map((name) =>
      of(`layers.${l}.${name}`),
    );
    levels.push(
      levels[l]!.map((row) =>
        Array.from({ length: bias!.length }, (_, u) => {
          let sum = bias![u]!;
          for (let e = start![u]!; e < start![u + 1]!; e++) sum += weight![e]! * row[index![e]!]!;
          return relu(sum);
        }),
      ),
    );
  }
  let compared = 0;
  for (const { path, from, units, coherence } of skipPaths) {
    const [weight, bias] = [of(`skips.${path}.hidden.weight`), of(`skips.${path}.hidden.bias`)];
    const width = levels[from]![0]!.length;
    for (const { unit, kind, inputs, activity, features } of units) {
      assert.equal([kind, inputs], ['skip', width]);
      const activation = levels[from]!.map((row) =>
        relu(row.reduce((s, x, i) => s + x * weight[unit * width + i]!, bias[unit]!)),
      );
      close([activity + 1], [activation.filter((x) => x > 0).length / 400 + 1], 1e-2, 'activity');
      for (const { feature, correlation } of features) {
        close(
          [correlation],
          [
            pearson(
              activation,
              table.map((row) => row[feature]!),
            ),
          ],
          1e-3,
          'correlation',
        );
        compared++;
      }
    }
    const known = units.flatMap((unit) => unit.coherence ?? []);
    assert.ok(known.length === 0 ? coherence === null : Math.abs(coherence!) <= 1);
  }
  assert.ok(compared > 5);
  assert.equal((await net.explain(data, { layers: [0] })).skipPaths, []);
  net.dispose();
});

test('a constant unit has no features, and a unit none that it is independent of, whatever rounding says', async () => {
  // Every combination of five columns, 13 times.
  const rows = Array.from({ length: 32 * 13 }, (_, i) => [0, 1, 2, 3, 4].map((c) => (i >> c) & 1));
  const combinations = sparseOf(rows, { labels: rows.map(([first]) => first!) });
  const seen = [0, 1, 2, 3, 4].map((c) => [0, 1, 2, 3, 4].map((other) => (c === other ? 0.3 : 0)));
  const net = await knownNet({
    layers: [
      { inputs: 5, fields: [], dense: 6 },
      { inputs: 6, fields: [], dense: 2 },
    ],
    values: [
      { sparse: [], dense: [...seen, [0, 0, 0, 0, 0]], bias: [0.1, 0.7, 1 / 3, 1.9, 0.01, 0.1] },
      { sparse: [], dense: Array.from({ length: 2 }, () => [1, 1, 1, 1, 1, 1]), bias: [0, 0] },
    ],
    input: 'rows',
    target: { kind: 'classes', outputs: 2 },
  });
  const { layers } = await net.explain(combinations);
  assert.equal(
    layers[0]!.units.map(({ features }) => features.map(({ feature }) => feature)),
    [[0], [1], [2], [3], [4], []],
  );
  for (const { features, coherence } of layers[0]!.units) {
    assert.is(coherence, null);
    for (const { correlation } of features) close([correlation], [1], 1e-5, 'correlation');
    assert.ok(features.every(({ correlation }) => correlation <= 1));
  }
  net.dispose();
});

test('bad options are refused', async () => {
  const net = await DenseNet.create(data, { hidden: [3] });
  await refusesAsync(() => net.explain(data, { top: 0 }), RangeError, /top: expected an integer from 1, got 0/);
  await refusesAsync(() => net.explain(data, { minRows: 1.5 }), RangeError, /minRows/);
  await refusesAsync(
    () => net.explain(data, { layers: [1] }),
    RangeError,
    /layers: expected hidden layers from 0 to 0, got 1/,
  );
  await refusesAsync(() => net.explain(sparseOf([[1, 0]], {})), RangeError, /data: expected 10 columns, got 2/);
  net.dispose();
});

test.run();
