import {
  createEngine,
  Dataset,
  DenseNet,
  type EpochRecord,
  type FitOptions,
  GaterNet,
  type GaterNetOptions,
  gateReport,
  loadNet,
  readSafetensors,
  TrfNet,
  tellingGates,
} from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { close } from '../../support/allclose.js';
import { classesOf, stripes, tasksOf, valuesOf } from '../../support/gated-images.js';
import { refusesAsync } from '../../support/refuses.js';

const small = { kind: 'resnet', depth: 8, width: 4 } as const;
const [train, other] = [stripes(1, 320), stripes(2, 100)];
/** Enough for what need not be good. */
const few = stripes(3, 50);
const fitting: FitOptions = { epochs: 6, batchSize: 16, learningRate: 0.05 };

const create = (data: Dataset, options: GaterNetOptions = {}) =>
  GaterNet.create(data, { backbone: small, gater: small, seed: 1, ...options });

async function trained(options: GaterNetOptions, data = classesOf(train), fit = fitting): Promise<GaterNet> {
  const net = await create(data, options);
  await net.fit(data, fit);
  return net;
}

/** Tensors of one part of a saved net, as bytes. */
function part(file: Uint8Array, name: string): Record<string, Uint8Array> {
  const { tensors } = readSafetensors(file);
  return Object.fromEntries(
    Object.entries(tensors)
      .filter(([key]) => key.startsWith(name))
      .map(([key, { data }]) => [key, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]),
  );
}

for (const options of [
  { placement: 'block-output' },
  { placement: 'every-conv' },
  { bottleneckNorm: true, bottleneck: 4 },
  { pretrainEpochs: 3 },
  { gater: false },
  {
    backbone: { kind: 'cnn', filters: [8, 12] },
    gater: [
      { type: 'conv', filters: 6 },
      { type: 'max-pool', size: 4 },
    ],
  },
] as GaterNetOptions[]) {
  test(`learning works: ${JSON.stringify(options)}`, async () => {
    const net = await trained(options);
    const { accuracy, gatesOpen } = await net.evaluate(classesOf(other));
    assert.ok(accuracy! >= 0.9, `${accuracy}`);
    if (options.gater === false) assert.is(gatesOpen, undefined);
    else assert.ok(gatesOpen! > 0.05 && gatesOpen! < 0.95, `${gatesOpen} open`);
    net.dispose();
  });
}

test('kinds of images open different filters', async () => {
  const net = await trained({});
  const data = classesOf(other);
  const report = gateReport(await net.gates(data), net.gateLayout, { classes: 2, values: other.kinds });
  assert.ok(report.inputDependent >= 10, `${report.inputDependent} of ${report.gates} depend on the image`);
  const [telling] = tellingGates(report, 1);
  const [first, second] = report.classes!.openRate[telling!.gate]!;
  assert.ok(Math.abs(first! - second!) > 0.4, `opened by ${first} of one kind and ${second} of the other`);
  net.dispose();
});

test('the larger the penalty, the fewer gates are open; a large one closes nearly all', async () => {
  const shares: number[] = [];
  for (const penalty of [0, 0.5, 5]) {
    const net = await trained({ penalty });
    shares.push((await net.evaluate(classesOf(other))).gatesOpen!);
    net.dispose();
  }
  assert.ok(shares[0]! > 0.5 && shares[0]! > shares[1]! + 0.1 && shares[1]! > shares[2]!, `${shares}`);
  assert.ok(shares[2]! < 0.08, `${shares}`);
});

test('learning works: tasks with missing labels, and numbers', async () => {
  const longer = { ...fitting, epochs: 10, learningRate: 0.03 };
  const tasks = await trained({}, tasksOf(train), longer);
  const { meanAuc, auc } = await tasks.evaluate(tasksOf(other));
  assert.ok(meanAuc! > 0.95, `${auc}`);
  const { classes, outputs } = await tasks.predict(tasksOf(other));
  assert.is(classes, undefined);
  assert.is(outputs.length, 200);
  tasks.dispose();
  const values = await trained({}, valuesOf(train), longer);
  const { rmse } = await values.evaluate(valuesOf(other));
  // Their deviation is 0.56.
  assert.ok(rmse! < 0.25, `${rmse}`);
  values.dispose();
});

test('evaluate says the mean loss of what predict says, the same for any batch size', async () => {
  const net = await trained({}, classesOf(few), { ...fitting, epochs: 1 });
  const data = classesOf(other);
  const { outputs } = await net.predict(data);
  const expected =
    other.labels.reduce((sum, label, r) => sum - Math.log(outputs[r * 4 + label]!), 0) / other.labels.length;
  const found = await net.evaluate(data);
  close([found.loss], [expected], 1e-5, 'loss');
  for (const batchSize of [1, 33, 1000]) {
    const again = await net.evaluate(data, { batchSize });
    assert.equal({ ...again, loss: 0 }, { ...found, loss: 0 });
    close([again.loss], [found.loss], 1e-6, `loss by ${batchSize}`);
  }
  net.dispose();
});

test('while it pre-trains the gater rests, to the bit, and the backbone learns as without one', async () => {
  const data = classesOf(few);
  const [net, alone] = [await create(data, { pretrainEpochs: 2 }), await create(data, { gater: false })];
  const snapshots: Uint8Array[] = [net.save()];
  const lonely: Uint8Array[] = [alone.save()];
  const options = { ...fitting, epochs: 4, schedule: 'constant' as const };
  await net.fit(data, { ...options, onEpoch: () => snapshots.push(net.save()) });
  await alone.fit(data, { ...options, onEpoch: () => lonely.push(alone.save()) });
  const gater = (epoch: number) => part(snapshots[epoch]!, 'gater');
  const backbone = (files: Uint8Array[], epoch: number) => part(files[epoch]!, 'backbone');
  for (const epoch of [0, 1, 2]) {
    assert.equal(gater(epoch), gater(0), `gater after epoch ${epoch}`);
    assert.equal(backbone(snapshots, epoch), backbone(lonely, epoch), `backbone after epoch ${epoch}`);
  }
  for (const [name, bytes] of Object.entries(gater(3))) assert.not.equal(bytes, gater(0)[name], name);
  assert.not.equal(backbone(snapshots, 3), backbone(lonely, 3));
  net.dispose();
  alone.dispose();
});

test('crops and flips are the same for a seed, others for another, none where none are asked for', async () => {
  const files = [];
  for (const options of [
    { augmentation: { pad: 2, flip: true } },
    { augmentation: { pad: 2, flip: true } },
    { augmentation: { pad: 2, flip: true }, seed: 2 },
    { augmentation: { pad: 0, flip: true } },
    { augmentation: { pad: 0, flip: false } },
    {},
  ]) {
    const net = await trained(options, classesOf(few), { ...fitting, epochs: 2 });
    files.push(part(net.save(), ''));
    net.dispose();
  }
  assert.equal(files[1], files[0]);
  assert.equal(files[5], files[4]);
  for (const [a, b] of [
    [0, 2],
    [0, 3],
    [3, 4],
  ] as const)
    assert.not.equal(files[a], files[b], `${a} and ${b}`);
});

/** Every kind of net: options, and what it is trained on. */
const kinds: [GaterNetOptions, (made: typeof train) => Dataset][] = [
  [{ placement: 'every-conv', augmentation: { pad: 1, flip: true }, pretrainEpochs: 1 }, classesOf],
  [{ bottleneckNorm: true, penalty: 0, normalise: { mean: [0.5], std: [0.25] } }, tasksOf],
  [
    {
      gater: false,
      backbone: [
        { type: 'conv', filters: 5, kernel: 5 },
        { type: 'average-pool', size: 2 },
      ],
    },
    valuesOf,
  ],
  [{ backbone: { kind: 'cnn', filters: [4, 5] }, gater: small, bottleneck: 1 }, classesOf],
];

for (const [options, make] of kinds) {
  test(`save and load, ${JSON.stringify(options)}: the same bytes, outputs, and training that goes on to the same bits`, async () => {
    const data = make(few);
    const net = await trained(options, data, { ...fitting, epochs: 2 });
    const bytes = net.save();
    for (const again of [await GaterNet.load(bytes), (await loadNet(bytes)) as GaterNet]) {
      assert.instance(again, GaterNet);
      assert.equal(again.save(), bytes);
      const gates = options.gater !== false;
      assert.equal(await again.predict(make(other), { gates }), await net.predict(make(other), { gates }));
      assert.equal(await again.evaluate(data), await net.evaluate(data));
      assert.equal([again.weights, again.seed, again.method], [net.weights, net.seed, 'gaternet']);
      assert.equal(again.target, net.target);
      assert.equal(again.gateLayout, net.gateLayout);
      again.dispose();
    }
    const again = await GaterNet.load(bytes);
    for (const each of [net, again]) await each.fit(data, { ...fitting, epochs: 1 });
    assert.equal(again.save(), net.save());
    net.dispose();
    again.dispose();
  });
}

test('a file of another method is not taken', async () => {
  const rows = [
    [0, 1],
    [1, 0],
  ];
  const dense = await DenseNet.create(Dataset.dense(rows, { labels: [0, 1] }), { hidden: [2] });
  await refusesAsync(
    () => GaterNet.load(dense.save()),
    TypeError,
    /^bytes: expected a net of method 'gaternet', got one of 'dense'$/,
  );
  const net = await create(classesOf(few));
  for (const Other of [DenseNet, TrfNet])
    await refusesAsync(() => Other.load(net.save()), TypeError, /^bytes: expected a net of method .* got .*gaternet/);
  net.dispose();
  dense.dispose();
});

const plain = ({ history }: { history: EpochRecord[] }) => history.map((record) => ({ ...record, seconds: 0 }));

test('a run that goes on from a checkpoint ends with the bits of one that never stopped', async () => {
  const options: GaterNetOptions = {
    placement: 'every-conv',
    pretrainEpochs: 2,
    augmentation: { pad: 2, flip: true },
    bottleneckNorm: true,
  };
  const data = classesOf(few);
  const fit: FitOptions = { epochs: 4, batchSize: 14, learningRate: 0.05, validation: classesOf(other) };
  const whole = await create(data, options);
  const checkpoints: Uint8Array[] = [];
  const result = await whole.fit(data, { ...fit, onCheckpoint: (bytes) => void checkpoints.push(bytes) });
  assert.is(checkpoints.length, 4);
  const resumed = async (checkpoint: Uint8Array) => {
    const net = await create(data, options);
    const rest = await net.fit(data, { ...fit, resume: checkpoint });
    assert.equal(plain(rest), plain(result));
    assert.is(rest.bestEpoch, result.bestEpoch);
    assert.equal(net.save(), whole.save());
    net.dispose();
  };
  for (const checkpoint of checkpoints) await resumed(checkpoint);
  // In the middle of an epoch: of the first, of pre-training's last, of one with gates.
  for (const steps of [1, 6, 11]) {
    const net = await create(data, options);
    const abort = new AbortController();
    let seen = 0;
    const stopped = await net.fit(data, {
      ...fit,
      signal: abort.signal,
      onProgress: () => {
        if (++seen === steps) abort.abort();
      },
    });
    assert.is(stopped.stoppedBy, 'signal');
    net.dispose();
    await resumed(stopped.checkpoint!);
  }
  // What else must be the same says so.
  for (const [other, message] of [
    [
      { ...options, penalty: 0.2 },
      /^resume: expected a checkpoint of the same net, data and options, but net\.shape\.penalty was 0\.1 and is 0\.2$/,
    ],
    [{ ...options, pretrainEpochs: 1 }, /^resume: expected a checkpoint of the same net/],
  ] as const) {
    const net = await create(data, other);
    await refusesAsync(() => net.fit(data, { ...fit, resume: checkpoints[1]! }), RangeError, message);
    net.dispose();
  }
  whole.dispose();
});

test("stopped by its signal, a net has the last whole epoch's weights and running statistics; with validation the best's", async () => {
  const data = classesOf(few);
  for (const validation of [undefined, classesOf(other)]) {
    const net = await create(data);
    const abort = new AbortController();
    const files = [net.save()];
    const { stoppedBy, bestEpoch } = await net.fit(data, {
      ...fitting,
      batchSize: 12,
      ...(validation ? { validation } : {}),
      signal: abort.signal,
      onEpoch: () => files.push(net.save()),
      onProgress: ({ epoch, batch }) => {
        if (epoch === 4 && batch === 3) abort.abort();
      },
    });
    assert.is(stoppedBy, 'signal');
    assert.is(files.length, 4);
    assert.equal(net.save(), files[validation ? bestEpoch : 3]);
    const moved = (name: string) => assert.not.equal(part(files[3]!, name), part(files[2]!, name), name);
    for (const name of ['bn.running_mean', 'stage3.block1.bn2.running_var', 'fc.bias'])
      moved(`backbone_state_dict.${name}`);
    net.dispose();
  }
});

test('an error leaves the weights and statistics of the last whole epoch, and no memory', async () => {
  const engine = await createEngine();
  const data = classesOf(few);
  const net = await create(data, { engine });
  const used = engine.arena.used;
  const initial = net.save();
  await refusesAsync(
    () => net.fit(data, { ...fitting, learningRate: 1e30 }),
    RangeError,
    /^learningRate: training diverged in epoch 1 at 1e\+30/,
  );
  assert.equal(net.save(), initial);
  assert.is(engine.arena.used, used);
  let last = initial;
  const fails = net.fit(data, {
    ...fitting,
    onEpoch: () => {
      last = net.save();
    },
    onProgress: ({ epoch, batch }) => {
      if (epoch === 2 && batch === 2) throw new TypeError('boom');
    },
  });
  await refusesAsync(() => fails, TypeError, /^boom$/);
  assert.not.equal(last, initial);
  assert.equal(net.save(), last);
  assert.is(engine.arena.used, used);
  net.dispose();
  assert.is(engine.arena.used, 0);
});

test('two nets on one engine do not disturb each other, trained at the same time', async () => {
  const run = async (seed: number, engine: Awaited<ReturnType<typeof createEngine>>) => {
    const net = await create(classesOf(few), { seed, engine });
    await net.fit(classesOf(few), { ...fitting, epochs: 2, batchSize: 8, validation: classesOf(other) });
    const file = net.save();
    net.dispose();
    return file;
  };
  const alone = [await run(1, await createEngine()), await run(2, await createEngine())];
  const shared = await createEngine();
  assert.equal(await Promise.all([run(1, shared), run(2, shared)]), alone);
});

test.run();
