// Nets trained on streams of shards: the same bits as in memory where one shard holds all, and whatever the threads and stops; and what is refused.
import {
  createEngine,
  Dataset,
  DenseNet,
  type Engine,
  type FitOptions,
  GaterNet,
  type Net,
  TrfNet,
  TseNet,
} from 'espalier';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { classesOf, stripes } from '../support/gated-images.js';
import { dense, sparse, switches, tasks, values } from '../support/problems.js';
import { refusesAsync } from '../support/refuses.js';
import { cutAt, streamOf } from '../support/shards.js';
import { untilStopped } from '../support/until-stopped.js';

const test = suite('fit on streams');
const engine = await createEngine();
const rows = switches(1, 203, 4, 5, 0.2);
const validation = dense(switches(2, 60, 4, 5, 0.2));
const cuts = [20, 31, 120];

type Made = [make: (data: Dataset, engine: Engine) => Promise<Net>, data: Dataset];
const nets: Record<string, Made> = {
  'dense, classes': [(data, on) => DenseNet.create(data, { hidden: [12, 8], engine: on }), dense(rows)],
  'dense, sparse rows': [(data, on) => DenseNet.create(data, { hidden: [12], engine: on }), sparse(rows)],
  'dense, tasks': [(data, on) => DenseNet.create(data, { hidden: [12], engine: on }), tasks(rows)],
  'dense, values': [(data, on) => DenseNet.create(data, { hidden: [12], input: 'standard', engine: on }), values(rows)],
  trf: [
    (data, on) =>
      TrfNet.grow(data, {
        layers: [{ radius: 1, stride: 2, globalUnits: 3 }],
        pretrain: { epochs: 1 },
        input: 'log',
        inputDropout: 0.1,
        engine: on,
      }),
    sparse(rows),
  ],
  tse: [(data, on) => TseNet.grow(data, { engine: on }), sparse(rows)],
  gaternet: [
    (data, on) =>
      GaterNet.create(data, {
        backbone: [{ type: 'conv', filters: 3, kernel: 3, stride: 1, padding: 'same', gated: true }],
        gater: [{ type: 'conv', filters: 2 }],
        bottleneck: 2,
        pretrainEpochs: 1,
        augmentation: { pad: 1, flip: true },
        engine: on,
      }),
    classesOf(stripes(1, 40)),
  ],
};
const OPTIONS: FitOptions = { epochs: 3, batchSize: 8 };

async function trained(
  [make, data]: Made,
  train: Dataset | Awaited<ReturnType<typeof streamOf>>,
  options: FitOptions = OPTIONS,
  on = engine,
) {
  const net = await make(data, on);
  const { history } = await net.fit(train, options);
  const saved = net.save();
  net.dispose();
  return { saved, history: history.map(({ seconds, ...record }) => record) };
}

for (const [name, made] of Object.entries(nets)) {
  const [make, data] = made;
  test(`${name}: one shard within the window, the same bits as a dataset`, async () => {
    assert.equal(await trained(made, await streamOf([data])), await trained(made, data));
  });

  test(`${name}: several shards, the same bits on three threads, other bits than by another window`, async () => {
    const stream = await streamOf(cutAt(data, ...cuts.filter((cut) => cut < data.rows)), 30);
    const once = await trained(made, stream);
    const three = await createEngine({ threads: 3 });
    assert.equal(await trained(made, stream, OPTIONS, three), once);
    three.dispose();
    assert.not.equal((await trained(made, await streamOf(cutAt(data, 20), 30))).saved, once.saved);
  });

  test(`${name}: stopped in the middle of an epoch and gone on with, the same bits`, async () => {
    const stream = await streamOf(cutAt(data, ...cuts.filter((cut) => cut < data.rows)), 30);
    const once = await trained(made, stream);
    let resume: Uint8Array | undefined;
    for (let stops = 0; ; stops++) {
      const net = await make(data, engine);
      const abort = new AbortController();
      let batches = 0;
      const { result, checkpoint } = await untilStopped(net, stream as never, {
        ...OPTIONS,
        ...(resume ? { resume } : {}),
        signal: abort.signal,
        onProgress: () => {
          if (++batches === 4) abort.abort();
        },
      });
      resume = checkpoint;
      const saved = net.save();
      net.dispose();
      if (!result) continue;
      assert.ok(stops > 2);
      assert.equal(saved, once.saved);
      break;
    }
  });
}

test('validation, also a stream, class weights and the best epoch are as in memory', async () => {
  const made: Made = nets['dense, classes']!;
  const options: FitOptions = { epochs: 6, batchSize: 8, classWeights: 'balanced', patience: 3, seed: 9 };
  const wanted = await trained(made, made[1], { ...options, validation });
  const stream = await streamOf([made[1]]);
  assert.equal(await trained(made, stream, { ...options, validation }), wanted);
  assert.equal(await trained(made, stream, { ...options, validation: await streamOf([validation]) }), wanted);
});

test('classes of other numbers than the net has them are told apart by name', async () => {
  const named = (data: Dataset, names: string[], map = (y: number) => y) => {
    const { values } = data.targets as { values: Int32Array };
    return data.withTargets({ kind: 'classes', values: values.map(map), classes: names.length, names });
  };
  const all = named(dense(rows), ['a', 'b', 'c', 'd']);
  const turned = named(dense(rows), ['d', 'c', 'b', 'a'], (y) => 3 - y);
  const made: Made = [nets['dense, classes']![0], all];
  const options: FitOptions = { ...OPTIONS, classWeights: [1, 2, 3, 4] };
  assert.equal(await trained(made, await streamOf([turned]), options), await trained(made, all, options));
  const net = await made[0](all, engine);
  const other = await streamOf([named(dense(rows), ['a', 'b', 'c', 'x'])]);
  await refusesAsync(() => net.fit(other), RangeError, /^train: expected classes named a, b, c, d, got x$/);
  net.dispose();
});

test('evaluate and predict over a stream say what they do over a dataset', async () => {
  for (const name of ['dense, classes', 'dense, tasks', 'dense, values', 'trf', 'tse']) {
    const [make, data] = nets[name]!;
    const net = await make(data, engine);
    await net.fit(data, OPTIONS);
    const one = await streamOf([data]);
    assert.equal(await net.evaluate(one), await net.evaluate(data), name);
    assert.equal(await net.predict(one), await net.predict(data), name);
    const many = await streamOf(cutAt(data, ...cuts));
    assert.equal(await net.predict(many), await net.predict(data), name);
    const { loss, ...rest } = await net.evaluate(many);
    const { loss: wanted, ...others } = await net.evaluate(data);
    assert.equal(rest, others, name);
    assert.ok(Math.abs(loss - wanted) < 1e-6 * wanted, name);
    net.dispose();
  }
});

test('what does not fit is refused by name, and the net is as it was', async () => {
  const [make, data] = nets['dense, classes']!;
  const net = await make(data, engine);
  const before = net.save();
  const other = await streamOf([dense(switches(1, 30, 5))]);
  await refusesAsync(() => net.fit(other), RangeError, /^train: expected 20 columns, got 25/);
  await refusesAsync(() => net.evaluate(other), RangeError, /^data: expected 20 columns, got 25/);
  const lists = await streamOf([sparse(rows)]);
  await refusesAsync(() => net.fit(lists), TypeError, /^train: expected dense rows like the training data/);
  const plain = await streamOf([data.withTargets(undefined)]);
  await refusesAsync(() => net.fit(plain), TypeError, /^train: expected classes to predict, got no targets/);
  await refusesAsync(() => net.fit(data, { validation: plain }), TypeError, /^validation: expected classes/);
  assert.is((await net.predict(plain)).classes!.length, 203);
  await refusesAsync(() => net.memory(lists as never) as never, TypeError, /^train: expected a Dataset/);
  await refusesAsync(() => net.fit({ ...lists } as never), TypeError, /^train: expected a Dataset/);

  const [a, b] = cutAt(data, 100) as [Dataset, Dataset];
  const changed = { rows: b };
  const stream = await Dataset.stream([() => a, () => changed.rows], { window: 16 });
  changed.rows = b.subset([...Array(103).keys()].reverse());
  await refusesAsync(() => net.fit(stream, OPTIONS), RangeError, /^shards\[1\]: expected the same rows as before/);
  assert.equal(net.save(), before);
  let calls = 0;
  const fails = await Dataset.stream([
    () => a,
    () => {
      if (calls++ > 0) throw new Error('the disk is gone');
      return b;
    },
  ]);
  await refusesAsync(() => net.fit(fails, OPTIONS), Error, /the disk is gone/);
  assert.equal(net.save(), before);
  await net.fit(data, { epochs: 1 });
  net.dispose();
});

test('a checkpoint goes on over the same shards and window alone', async () => {
  const [make, data] = nets['dense, classes']!;
  const checkpointOf = async (train: Parameters<Net['fit']>[0]) => {
    const net = await make(data, engine);
    let checkpoint: Uint8Array | undefined;
    await net.fit(train, {
      ...OPTIONS,
      onCheckpoint: (bytes) => {
        checkpoint ??= bytes;
      },
    });
    net.dispose();
    return checkpoint!;
  };
  const resume = await checkpointOf(await streamOf(cutAt(data, 100), 32));
  const net = await make(data, engine);
  const refuses = async (train: Parameters<Net['fit']>[0], message: RegExp) =>
    refusesAsync(() => net.fit(train, { ...OPTIONS, resume }), RangeError, message);
  await refuses(await streamOf(cutAt(data, 101), 32), /shards data is another/);
  await refuses(await streamOf(cutAt(data, 100), 64), /window was 32 and is 64/);
  await refuses(data, /window was 32 and is not given/);
  await net.fit(await streamOf(cutAt(data, 100), 32), { ...OPTIONS, resume });
  net.dispose();
});

test('the signal stops a fit that waits for a shard', async () => {
  const [make, data] = nets['dense, classes']!;
  const net = await make(data, engine);
  const [a, b] = cutAt(data, 100) as [Dataset, Dataset];
  let calls = 0;
  const waits = () => (calls++ === 0 ? b : new Promise<Dataset>(() => {}));
  const stream = await Dataset.stream([() => a, waits], { window: 400 });
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error('enough')), 20);
  let checkpoint: Uint8Array | undefined;
  const options: FitOptions = {
    ...OPTIONS,
    signal: stop.signal,
    onCheckpoint: (bytes) => {
      checkpoint = bytes;
    },
  };
  await refusesAsync(() => net.fit(stream, options), Error, /^enough$/);
  assert.ok(checkpoint);
  net.dispose();
});

test('gated nets evaluate datasets alone', async () => {
  const [make, data] = nets.gaternet!;
  const net = await make(data, engine);
  const stream = await streamOf([data]);
  await refusesAsync(() => net.evaluate(stream), TypeError, /^data: expected a Dataset, got .*sample\(\)/);
  await refusesAsync(() => net.predict(stream), TypeError, /^data: expected a Dataset/);
  await refusesAsync(() => net.fit(data, { validation: stream }), TypeError, /^validation: expected a Dataset/);
  net.dispose();
});

test.run();
