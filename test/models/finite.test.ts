// Weights can be finite and so large that sums overflow: nothing that is no number is handed out.
import { Dataset, DenseNet, GaterNet, TrfNet, TseNet } from 'espalier';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { plus } from '#dist/runtime/address.js';
import { noiseImages } from '../support/gated-images.js';
import { dense, sparse, switches, tasks, values } from '../support/problems.js';
import { refusesAsync } from '../support/refuses.js';
import { unsealed } from '../support/unsealed.js';

const test = suite('finite');
const problem = switches(1, 40);
const huge = 3e38;

function fill(net: DenseNet | TrfNet, value: (i: number) => number): void {
  const { at, length } = net.network.parameters;
  const weights = net.engine.f32(at, length);
  for (let i = 0; i < length; i++) if (weights[i] !== 0) weights[i] = value(i);
}

test('outputs that are not finite are refused with the row, and nothing is returned', async () => {
  for (const train of [dense(problem), sparse(problem), tasks(problem), values(problem)]) {
    const net = await DenseNet.create(train, { hidden: [4] });
    fill(net, (i) => (i % 2 ? huge : -huge));
    for (const call of [() => net.predict(train), () => net.evaluate(train)])
      await refusesAsync(
        call,
        RangeError,
        /^outputs: expected finite numbers, got (NaN|-?Infinity) in row \d+; the net's weights are too large$/,
      );
    net.dispose();
  }
});

test('the row is the first that is not finite', async () => {
  const rows = [
    [0, 0],
    [0, 0],
    [0, 0],
    [1, 1],
    [0, 0],
  ];
  const net = await DenseNet.create(
    Dataset.dense(rows, { targets: { kind: 'values', values: new Float32Array(5), outputs: 1 } }),
    {
      hidden: [],
    },
  );
  fill(net, () => huge);
  const data = Dataset.dense(rows);
  await refusesAsync(() => net.predict(data, { batchSize: 2 }), RangeError, /^outputs: .* Infinity in row 3;/);
  net.dispose();
});

test('a loss that is not finite is refused', async () => {
  const train = Dataset.dense([[1], [2]], { targets: { kind: 'values', values: Float32Array.of(0, 0), outputs: 1 } });
  const net = await DenseNet.create(train, { hidden: [] });
  fill(net, () => 1e30);
  assert.ok((await net.predict(train)).outputs.every(Number.isFinite));
  await refusesAsync(() => net.evaluate(train), RangeError, /^loss: expected finite numbers, got Infinity; /);
  net.dispose();
});

test('explanations of units that overflow are refused', async () => {
  const net = await DenseNet.create(dense(problem), { hidden: [4] });
  fill(net, () => huge);
  await refusesAsync(() => net.explain(dense(problem)), RangeError, /^activations: expected finite numbers, got /);
  await refusesAsync(() => net.explainRow(dense(problem)), RangeError, /^outputs: expected finite numbers, got /);
  await refusesAsync(() => net.importance(dense(problem)), RangeError, /expected finite numbers, got /);
  net.dispose();
});

test('gates of scores that are not finite are refused', async () => {
  const images = noiseImages(1, 6, 1, 8, 8);
  const small = { kind: 'cnn', filters: [3] } as const;
  const net = await GaterNet.create(images, { backbone: small, gater: small });
  const { network, engine } = net;
  const { offset, shape } = network.segments.find(
    ({ name }) => name.startsWith('gater.fnn') && name.endsWith('weight'),
  )!;
  const { offset: bias } = network.segments.find(({ name }) => name === 'gater.resnet.newfc.bias')!;
  engine.f32(plus(network.parameters.at, offset * 4), shape[0]! * shape[1]!).fill(huge);
  engine.f32(plus(network.parameters.at, bias * 4), 2).fill(huge);
  for (const call of [
    () => net.gates(images),
    () => net.predict(images),
    () => net.evaluate(images),
    () => net.predict(images, { gates: true }),
  ])
    await refusesAsync(call, RangeError, /^gates: expected finite numbers, got \S+ in row 0; /);
  net.dispose();
});

test('weights that would not be finite are refused at creation, and their memory is given back', async () => {
  const layer = { radius: 1, stride: 2 };
  const { engine } = await DenseNet.create(dense(problem), { hidden: [2] });
  const used = engine.arena.used;
  for (const initialScale of [1e308, 1e60])
    for (const make of [
      () => DenseNet.create(dense(problem), { initialScale, hidden: [3] }),
      () => DenseNet.create(sparse(problem), { initialScale, hidden: [] }),
      () => TrfNet.grow(sparse(problem), { initialScale, layers: [layer], pretrain: { epochs: 1 } }),
      () => TrfNet.grow(dense(problem), { initialScale, layers: [layer], pretrain: { epochs: 0 } }),
      () => TseNet.grow(sparse(problem), { initialScale, skeleton: { maxTop: 2 } }),
    ])
      await refusesAsync(make, RangeError, /^initialScale: expected a scale of finite weights, got 1e\+\d+$/);
  assert.is(engine.arena.used, used);
});

test('a net whose weights are not finite is not saved', async () => {
  const net = await DenseNet.create(dense(problem), { hidden: [2] });
  const gated = await GaterNet.create(noiseImages(1, 6, 1, 8, 8), {
    backbone: { kind: 'cnn', filters: [2] },
    gater: false,
  });
  for (const { engine, network } of [net, gated]) engine.f32(network.parameters.at, 1)[0] = NaN;
  for (const one of [net, gated])
    await refusesAsync(() => one.save(), RangeError, /^save: expected finite weights, got others in '[\w.]+'/);
  net.dispose();
  gated.dispose();
});

test('what no fit has written is refused in a file', async () => {
  const { writeSafetensors } = await import('espalier');
  const train = sparse(problem);
  const net = await TrfNet.grow(train, {
    layers: [{ radius: 2, stride: 2, globalUnits: 2 }],
    pretrain: { epochs: 0 },
    input: 'tf-idf',
  });
  const { tensors, metadata } = unsealed(net.save());
  const KEY = 'espalier.model';
  const header = JSON.parse(metadata[KEY]!);
  const retold = (more: object) => writeSafetensors(tensors, { [KEY]: JSON.stringify({ ...header, ...more }) });
  (await TrfNet.load(retold({}))).dispose();
  const [origin] = header.origin;
  const { idf } = header.input.learned;
  for (const more of [
    { options: { seed: -1, initialScale: 1 } },
    { options: { seed: 2 ** 32, initialScale: 1 } },
    { options: { seed: 1, initialScale: null } },
    { options: { seed: 1, initialScale: '1' } },
    { featureNames: new Array(20).fill('twice') },
    { target: { ...header.target, names: ['a', 'a', 'b', 'c'] } },
    { origin: null },
    { origin: {} },
    { origin: [origin, origin] },
    { origin: [null] },
    { origin: [{ ...origin, centres: origin.centres.slice(1) }] },
    { origin: [{ ...origin, centres: origin.centres.map(() => 20) }] },
    { origin: [{ ...origin, edges: [[0, 20, 0.1]] }] },
    { origin: [{ ...origin, edges: [[0, 1, -0.1]] }] },
    { origin: [{ ...origin, edges: 'none' }] },
    { origin: [{ ...origin, globalUnits: 3 }] },
    { origin: [{ ...origin, totalInformation: null }] },
    { input: { kind: 'tf-idf', learned: { ...header.input.learned, idf: idf.slice(1) } } },
    { input: { kind: 'tf-idf', learned: { ...header.input.learned, idf: idf.map(() => 0) } } },
    { input: { kind: 'standard', learned: { kind: 'standardizer', mean: null, scale: idf.slice(1) } } },
    { input: { kind: 'standard', learned: { kind: 'standardizer', mean: idf, scale: idf } } },
    { input: { kind: 'standard', learned: { kind: 'standardizer', mean: null, scale: idf.map(() => 0) } } },
    { input: { kind: 'standard' } },
  ])
    await refusesAsync(() => TrfNet.load(retold(more)), RangeError, /^bytes: the metadata of this net are damaged: /);
  net.dispose();
});

test.run();
