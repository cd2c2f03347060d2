import { createEngine, Dataset, DenseNet, type FeedforwardNet, TrfNet } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { close } from '../../support/allclose.js';
import { dense, sparse, switches, tasks, values } from '../../support/problems.js';
import { Random } from '../../support/random.js';
import { refusesAsync } from '../../support/refuses.js';
import { sparseOf } from '../../support/structure.js';

const growth = {
  layers: [
    { radius: 2, stride: 2, globalUnits: 3 },
    { radius: 1, stride: 2, globalUnits: 2 },
  ],
  pretrain: { epochs: 2, batchSize: 32 },
};
const train = switches(1, 240);
const test2 = switches(2, 150);

test('a TrfNet finds the tree that the data were drawn from, and its fields follow it', async () => {
  // A Markov tree: each variable copies its parent, with noise.
  const parents = [-1, 0, 0, 1, 1, 2, 2, 3, 4, 4, 6, 6];
  const random = new Random(7);
  const rows = Array.from({ length: 3000 }, () => {
    const row: number[] = [];
    for (const p of parents) row.push(p < 0 ? random.below(2) : random.chance(0.12) ? 1 - row[p]! : row[p]!);
    return row;
  });
  const wanted = parents.flatMap((p, v) => (p < 0 ? [] : [[p, v]])).sort((x, y) => x[0]! - y[0]! || x[1]! - y[1]!);
  const labels = rows.map((row) => row[11]!);
  for (const data of [sparseOf(rows, { labels }), Dataset.dense(rows, { labels })]) {
    const net = await TrfNet.grow(data, {
      layers: [{ radius: 1, stride: 2, globalUnits: 1 }],
      pretrain: { epochs: 1 },
    });
    const { edges, centres, totalInformation, radius, stride, globalUnits } = net.origin[0]!;
    assert.equal(
      edges.map(([a, b]) => [a, b]),
      wanted,
    );
    assert.equal([radius, stride, globalUnits], [1, 2, 1]);
    close([totalInformation], [edges.reduce((sum, [, , nats]) => sum + nats, 0)], 1e-12, 'nats');
    // Depths 0 and 2 of the tree.
    assert.equal(
      [...centres].sort((a, b) => a - b),
      [0, 3, 4, 5, 6],
    );
    assert.is(net.layers[0]!.sparseUnits, 5);
    // Centre, parent and children: 3, 3, 4, 2 and 4 of them.
    assert.is(net.layers[0]!.connections, 3 + 3 + 4 + 2 + 4 + 12);
    net.dispose();
  }
});

test('layers and weights add up', async () => {
  const net = await TrfNet.grow(sparse(train), growth);
  const { layers } = net;
  assert.is(layers.length, 3);
  assert.is(layers[0]!.inputs, 20);
  layers.forEach((layer, l) => {
    const units = layer.sparseUnits + layer.denseUnits;
    if (l < 2) assert.is(layers[l + 1]!.inputs, units);
    assert.is(layer.denseUnits, [3, 2, 4][l]);
    const fields = layer.connections - layer.denseUnits * layer.inputs;
    close([layer.density], [layer.sparseUnits ? fields / (layer.sparseUnits * layer.inputs) : 1], 1e-12, 'density');
  });
  assert.is(
    net.weights,
    layers.reduce((sum, { connections, sparseUnits, denseUnits }) => sum + connections + sparseUnits + denseUnits, 0),
  );
  const baseline = await DenseNet.create(dense(train), { hidden: [7, 5] });
  assert.is(baseline.weights, 20 * 7 + 7 + 7 * 5 + 5 + 5 * 4 + 4);
  assert.equal(baseline.layers[1], { inputs: 7, sparseUnits: 0, denseUnits: 5, connections: 35, density: 1 });
  assert.equal([baseline.method, net.method], ['dense', 'trf']);
  assert.ok(net.growSeconds!.tree >= 0 && net.growSeconds!.pretrain > 0);
  net.dispose();
  baseline.dispose();
});

test('growing: the same seed gives the same bits, another others; without epochs of pre-training the weights are the initial ones', async () => {
  for (const data of [sparse(train), dense(train)]) {
    const files = [];
    for (const options of [{ seed: 1 }, { seed: 1 }, { seed: 2 }, { seed: 1, pretrain: { epochs: 0 } }]) {
      const net = await TrfNet.grow(data, { ...growth, ...options });
      files.push(net.save());
      net.dispose();
    }
    assert.equal(files[1], files[0]);
    assert.not.equal(files[2], files[0]);
    assert.not.equal(files[3], files[0]);
  }
});

test('pre-training lowers the reconstruction error, and progress tells of every phase in order', async () => {
  const seen: string[] = [];
  const losses: number[][] = [[], []];
  const net = await TrfNet.grow(sparse(train), {
    ...growth,
    pretrain: { epochs: 12, batchSize: 32, learningRate: 0.01 },
    onProgress: ({ phase, layer, layers, done, total, epoch, loss }) => {
      assert.is(layers, 2);
      assert.ok(done >= 0 && done <= total);
      const what = `${phase} ${layer}`;
      if (seen.at(-1) !== what) seen.push(what);
      if (phase === 'pretrain') losses[layer - 1]![epoch! - 1] = loss!;
    },
  });
  assert.equal(seen, ['tree 1', 'pretrain 1', 'encode 2', 'tree 2', 'pretrain 2']);
  for (const each of losses) {
    assert.is(each.length, 12);
    assert.ok(each.at(-1)! < 0.9 * each[0]!, `${each}`);
  }
  net.dispose();
});

test('growing stops at its signal and gives all memory back, as does every error', async () => {
  const engine = await createEngine();
  const used = engine.arena.used;
  const abort = new AbortController();
  let late = 0;
  const growing = TrfNet.grow(sparse(switches(1, 4000)), {
    ...growth,
    pretrain: { epochs: 1_000_000 },
    engine,
    signal: abort.signal,
    onProgress: ({ phase }) => {
      if (abort.signal.aborted) late++;
      else if (phase === 'pretrain') setTimeout(() => abort.abort(new Error('enough')), 1);
    },
  });
  await refusesAsync(() => growing, Error, /^enough$/);
  assert.ok(late < 1000, `${late} batches after the signal`);
  assert.is(engine.arena.used, used);
  const boom = () => {
    throw new TypeError('boom');
  };
  for (const phase of ['tree', 'pretrain', 'encode']) {
    const onProgress = (at: { phase: string }) => (at.phase === phase ? boom() : undefined);
    for (const data of [sparse(train), dense(train)]) {
      await refusesAsync(() => TrfNet.grow(data, { ...growth, engine, onProgress }), TypeError, /^boom$/);
      assert.is(engine.arena.used, used, phase);
    }
  }
  for (const learningRate of [1e25, 1e300]) {
    for (const data of [sparse(train), dense(train)]) {
      await refusesAsync(
        () => TrfNet.grow(data, { ...growth, engine, pretrain: { learningRate } }),
        RangeError,
        /^pretrain.learningRate: pre-training of layer \d diverged at 1e\+/,
      );
      assert.is(engine.arena.used, used);
    }
  }
});

test('memory is as before once a net is gone, and a net that is gone says so', async () => {
  const engine = await createEngine();
  const used = engine.arena.used;
  for (let round = 0; round < 3; round++) {
    const nets: [FeedforwardNet, Dataset][] = [
      [await TrfNet.grow(sparse(train), { ...growth, engine }), sparse(test2)],
      [await TrfNet.grow(dense(train), { ...growth, engine }), dense(test2)],
      [await DenseNet.create(tasks(train), { hidden: [6], engine }), tasks(test2)],
    ];
    for (const [net, data] of nets) {
      await net.fit(data, { epochs: 1, validation: data });
      await net.predict(data);
      const copy = await (net instanceof TrfNet ? TrfNet : DenseNet).load(net.save(), { engine });
      await copy.evaluate(data);
      copy.dispose();
      net.dispose();
      net.dispose();
      for (const call of [
        () => net.predict(data),
        () => net.evaluate(data),
        () => net.fit(data),
        () => net.explain(data),
        () => net.save(),
      ]) {
        await refusesAsync(call, Error, /^this net was disposed of$/);
      }
      assert.is(net.layers.at(-1)!.denseUnits, net.target.outputs);
    }
    assert.is(engine.arena.used, used, `round ${round}`);
  }
});

test('a net in use is not disposed of', async () => {
  const net = await DenseNet.create(dense(train), { hidden: [6] });
  const many = dense(switches(1, 30_000));
  const expected = net.predict(many, { batchSize: 1 });
  await refusesAsync(() => net.dispose(), Error, /^dispose: the net is at work/);
  const { outputs } = await expected;
  assert.equal((await net.predict(many)).outputs, outputs);
  net.dispose();
});

test('explain is at work too; what describe tells is a copy', async () => {
  const engine = await createEngine();
  const net = await DenseNet.create(dense(train), { hidden: [4], engine });
  const explained = net.explain(dense(train));
  assert.throws(() => net.dispose(), /^dispose: the net is at work; wait for .*explain/);
  await explained;
  const saved = net.save();
  const told = net.describe();
  Object.assign(told.target, { outputs: 9, names: [] });
  Object.assign(told.layers[0]!, { inputs: 1 });
  assert.equal(net.save(), saved);
  net.dispose();
});

test('the transform is of the rows as they are at each call, the training rows after growing too', async () => {
  const at = Float32Array.from({ length: 40 }, (_, i) => i % 7);
  const of = (values: Float32Array) =>
    Dataset.dense(values, { columns: 4, labels: Array.from({ length: 10 }, (_, i) => i % 2) });
  const data = of(at);
  const net = await DenseNet.create(data, { hidden: [4], input: 'log' });
  await net.fit(data, { epochs: 1 });
  for (const value of [1, 3]) {
    at.fill(value);
    assert.equal((await net.predict(data)).outputs, (await net.predict(of(at.slice()))).outputs);
  }
});

test('predictions: the same bits for any batch size; probabilities; classes; a signal', async () => {
  for (const [net, data] of [
    [await TrfNet.grow(sparse(train), growth), sparse(test2)],
    [await DenseNet.create(dense(train), { hidden: [9] }), dense(test2)],
    [await DenseNet.create(sparse(train), { hidden: [9, 3] }), sparse(test2)],
  ] as const) {
    const { outputs, classes } = await net.predict(data);
    assert.is(outputs.length, data.rows * 4);
    for (const batchSize of [1, 31, 32, 33, 64, 1e6]) {
      assert.equal((await net.predict(data, { batchSize })).outputs, outputs, `batches of ${batchSize}`);
    }
    for (let r = 0; r < data.rows; r++) {
      const row = [...outputs.subarray(r * 4, r * 4 + 4)];
      close([row.reduce((a, b) => a + b, 0)], [1], 1e-6, 'probabilities');
      assert.is(classes![r], row.indexOf(Math.max(...row)));
    }
    await refusesAsync(() => net.predict(data, { signal: AbortSignal.abort(new Error('no')) }), Error, /^no$/);
    net.dispose();
  }
});

test('evaluate says the mean loss of what predict says', async () => {
  const nets: [DenseNet, Dataset, (outputs: ArrayLike<number>, data: Dataset, net: DenseNet) => number][] = [
    [
      await DenseNet.create(dense(train), { hidden: [9] }),
      dense(test2),
      (p, { targets }) => mean(Array.from(targets!.values as Int32Array, (y, r) => -Math.log(p[r * 4 + y]!))),
    ],
    [
      await DenseNet.create(tasks(train), { hidden: [9] }),
      tasks(test2),
      (p, { targets }) =>
        mean([...(targets!.values as Int8Array)].flatMap((y, i) => (y < 0 ? [] : [-Math.log(y ? p[i]! : 1 - p[i]!)]))),
    ],
    [
      await DenseNet.create(values(train), { hidden: [9] }),
      values(test2),
      // In deviations of the rows that the net was made for, summed over the two outputs, averaged over rows.
      (y, { targets }, { target }) =>
        2 * mean(Array.from(targets!.values as Float32Array, (t, i) => ((y[i]! - t) / target.deviation![i % 2]!) ** 2)),
    ],
  ];
  for (const [net, data, loss] of nets) {
    const { outputs, classes } = await net.predict(data);
    const found = await net.evaluate(data);
    close([found.loss], [loss(outputs, data, net)], 1e-5, net.target.kind);
    assert.is(found.rows, data.rows);
    assert.is(classes === undefined, net.target.kind !== 'classes');
    if (net.target.kind === 'values') {
      const wanted = data.targets!.values as Float32Array;
      close([found.rmse!], [Math.sqrt(mean(Array.from(wanted, (t, i) => (outputs[i]! - t) ** 2)))], 1e-12, 'RMSE');
    }
    net.dispose();
  }
});

const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;

test('evaluate transforms its data, also data that another net has been validated on', async () => {
  const [rows, validation] = [sparse(train), sparse(test2)];
  const plain = await DenseNet.create(rows, { hidden: [4], input: 'none' });
  await plain.fit(rows, { epochs: 1, validation });
  const other = await DenseNet.create(rows, { hidden: [4], input: 'tf-idf', seed: 5 });
  const copy = validation.subset(Array.from({ length: validation.rows }, (_, r) => r));
  assert.equal(await other.evaluate(validation), await other.evaluate(copy));
  const narrow = await DenseNet.create(
    sparseOf(
      [
        [1, 0],
        [0, 1],
      ],
      { labels: [0, 1] },
    ),
    { hidden: [4] },
  );
  await refusesAsync(() => narrow.evaluate(validation), RangeError, /^data: expected 2 columns, got 20$/);
  for (const net of [plain, other, narrow]) net.dispose();
});

test('input transforms: binary is what counts above 0 give, and sparse and dense rows are treated alike', async () => {
  const random = new Random(3);
  const counts = train.rows.map((row) => row.map((x) => x * (1 + random.below(5))));
  const ones = Dataset.dense(train.rows, { labels: train.labels });
  const make = async (data: Dataset, input: 'none' | 'binary' | 'unit-length' | 'log') => {
    const net = await DenseNet.create(data, { hidden: [6], seed: 2, input });
    const { outputs } = await net.predict(data);
    net.dispose();
    return outputs;
  };
  assert.equal(await make(Dataset.dense(counts, { labels: train.labels }), 'binary'), await make(ones, 'none'));
  const unit = counts.map((row) => row.map((x) => x / (Math.hypot(...row) || 1)));
  const labelled = (rows: number[][]) => Dataset.dense(rows, { labels: train.labels });
  close(await make(labelled(counts), 'unit-length'), await make(labelled(unit), 'none'), 1e-5, 'unit length');
  const logs = counts.map((row) => row.map((x) => Math.log1p(x)));
  close(await make(labelled(counts), 'log'), await make(labelled(logs), 'none'), 1e-5, 'logarithms');
});

test('sparse and dense rows of the same numbers train to nearly the same net', async () => {
  const nets = [];
  for (const data of [sparse(train), dense(train)]) {
    const net = await DenseNet.create(data, { hidden: [10], dropout: 0, seed: 1 });
    nets.push({ net, data });
  }
  // Initial weights are laid out differently, so that only what is learned can be alike.
  for (const { net, data } of nets) await net.fit(data, { epochs: 40, batchSize: 32, learningRate: 0.01 });
  const [a, b] = await Promise.all([nets[0]!.net.evaluate(sparse(test2)), nets[1]!.net.evaluate(dense(test2))]);
  assert.ok(Math.abs(a.accuracy! - b.accuracy!) <= 0.05, `${a.accuracy} and ${b.accuracy}`);
  for (const { net } of nets) net.dispose();
});

test('learning works: parity of two bits, which no layer alone can do', async () => {
  const rows = [0, 1, 2, 3].map((i) => [i & 1, i >> 1]);
  const data = Dataset.dense(rows, { labels: [0, 1, 1, 0] });
  const net = await DenseNet.create(data, { hidden: [16], dropout: 0, seed: 1 });
  await net.fit(data, { epochs: 300, learningRate: 0.05, schedule: 'constant' });
  const { accuracy, loss } = await net.evaluate(data);
  assert.is(accuracy, 1);
  assert.ok(loss < 0.05, `${loss}`);
  net.dispose();
});

test('learning works: noisy classes, a grown net from sparse and from dense rows', async () => {
  const many = switches(3, 1200);
  // The best there is: each switch by a vote of its five noisy copies.
  const vote = (row: number[], from: number) => Number(row.slice(from, from + 5).reduce((a, b) => a + b, 0) > 2);
  const best = mean(test2.rows.map((row, r) => Number(2 * vote(row, 0) + vote(row, 5) === test2.labels[r])));
  for (const make of [sparse, dense]) {
    const layers = [{ radius: 3, stride: 1, globalUnits: 8 }];
    const net = await TrfNet.grow(make(many), { ...growth, layers, seed: 1, dropout: 0.2, inputDropout: 0 });
    await net.fit(make(many), { epochs: 20, batchSize: 32, learningRate: 5e-3 });
    const { accuracy } = await net.evaluate(make(test2));
    assert.ok(accuracy! >= best - 0.05, `${accuracy}, at best ${best}`);
    net.dispose();
  }
});

test('learning works: tasks with missing labels, judged on all labels', async () => {
  const net = await DenseNet.create(tasks(train, 0.5), { hidden: [16], seed: 1, dropout: 0.2 });
  await net.fit(tasks(train, 0.5), { epochs: 40, batchSize: 32, learningRate: 5e-3 });
  const { meanAuc, auc } = await net.evaluate(tasks(test2, 0));
  assert.ok(meanAuc! > 0.97, `${auc}`);
  net.dispose();
});

test('learning works: regression', async () => {
  const net = await DenseNet.create(values(train), { hidden: [32], seed: 1, dropout: 0 });
  const before = (await net.evaluate(values(test2))).rmse!;
  await net.fit(values(train), { epochs: 150, batchSize: 32, learningRate: 5e-3 });
  const { rmse } = await net.evaluate(values(test2));
  assert.ok(rmse! < 0.15, `${rmse}, untrained ${before}`);
  net.dispose();
});

test('two nets on one engine do not disturb each other, trained at the same time', async () => {
  const run = async (seed: number, engine = undefined as Awaited<ReturnType<typeof createEngine>> | undefined) => {
    const net = await TrfNet.grow(sparse(train), { ...growth, seed, ...(engine ? { engine } : {}) });
    await net.fit(sparse(train), { epochs: 3, batchSize: 16 });
    const file = net.save();
    net.dispose();
    return file;
  };
  const alone = [await run(1, await createEngine()), await run(2, await createEngine())];
  assert.equal(await Promise.all([run(1), run(2)]), alone);
});

test.run();
