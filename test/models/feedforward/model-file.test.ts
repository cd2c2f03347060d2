import { Dataset, DenseNet, type FeedforwardNet, type Tensor, TrfNet, writeSafetensors } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dense, sparse, switches, tasks, values } from '../../support/problems.js';
import { refusesAsync } from '../../support/refuses.js';
import { unsealed } from '../../support/unsealed.js';

const problem = switches(1, 150);
const other = switches(2, 70);
const growth = {
  layers: [
    { radius: 2, stride: 2, globalUnits: 3 },
    { radius: 1, stride: 2 },
  ],
  pretrain: { epochs: 1 },
};

/** Every kind of input, target and transform: rows to train on, and others. */
const makers: [string, Dataset, Dataset, (train: Dataset) => Promise<FeedforwardNet>][] = [
  [
    'TrfNet, sparse rows, tf-idf',
    sparse(problem),
    sparse(other),
    (d) => TrfNet.grow(d, { ...growth, input: 'tf-idf', seed: 1 }),
  ],
  [
    'TrfNet, dense rows, standardised',
    dense(problem),
    dense(other),
    (d) => TrfNet.grow(d, { ...growth, input: 'standard', seed: 2 }),
  ],
  [
    'TrfNet, sparse rows, standard',
    sparse(problem),
    sparse(other),
    (d) => TrfNet.grow(d, { ...growth, input: 'standard' }),
  ],
  [
    'DenseNet, sparse rows, logarithms',
    sparse(problem),
    sparse(other),
    (d) => DenseNet.create(d, { hidden: [7], input: 'log' }),
  ],
  ['DenseNet, dense rows, no hidden layer', dense(problem), dense(other), (d) => DenseNet.create(d, { hidden: [] })],
  [
    'DenseNet, tasks, unit length',
    tasks(problem),
    tasks(other),
    (d) => DenseNet.create(d, { hidden: [5, 6, 4], input: 'unit-length' }),
  ],
  [
    'DenseNet, values, binary',
    values(problem),
    values(other),
    (d) => DenseNet.create(d, { hidden: [9], input: 'binary', dropout: 0 }),
  ],
];

const load = (net: FeedforwardNet, bytes: Uint8Array) => (net.method === 'trf' ? TrfNet : DenseNet).load(bytes);

for (const [name, train, rows, make] of makers) {
  test(`${name}: what is loaded predicts the same bits, saves the same bytes and goes on training to the same bits`, async () => {
    const net = await make(train);
    await net.fit(train, { epochs: 2, batchSize: 64 });
    const bytes = net.save();
    const again = await load(net, bytes);
    const expected = await net.predict(rows);
    assert.equal(await again.predict(rows), expected);
    assert.equal(await again.evaluate(rows), await net.evaluate(rows));
    assert.equal(again.save(), bytes);
    assert.equal(again.layers, net.layers);
    assert.is(again.weights, net.weights);
    assert.is(again.seed, net.seed);
    assert.equal(again.target, net.target);
    if (net instanceof TrfNet && again instanceof TrfNet) assert.equal(again.origin, net.origin);
    await net.fit(train, { epochs: 1 });
    await again.fit(train, { epochs: 1 });
    assert.equal(again.save(), net.save());
    net.dispose();
    again.dispose();
  });
}

test('names go with the net', async () => {
  const featureNames = problem.rows[0]!.map((_, c) => `word ${c} "π"`);
  const train = Dataset.dense(problem.rows, { labels: problem.labels, classNames: ['a', 'b', 'c', 'd'], featureNames });
  const net = await DenseNet.load((await DenseNet.create(train, { hidden: [3] })).save());
  assert.equal(net.featureNames, featureNames);
  assert.equal(net.target, { kind: 'classes', outputs: 4, names: ['a', 'b', 'c', 'd'] });
  // Names tell which class is meant, whatever its number.
  const swapped = problem.labels.map((y) => [1, 0, 2, 3][y]!);
  const reordered = Dataset.dense(problem.rows, { labels: swapped, classNames: ['b', 'a', 'c', 'd'] });
  assert.equal(await net.evaluate(reordered), await net.evaluate(train));
  const renamed = Dataset.dense(problem.rows, { labels: problem.labels, classNames: ['a', 'b', 'c', 'e'] });
  await refusesAsync(
    () => net.evaluate(renamed),
    RangeError,
    /^data: expected classes named a, b, c, d, got e in row \d+$/,
  );
});

/** A reader of the format that shares nothing with the package's: length, JSON, raw little-endian numbers. */
function plainReader(bytes: Uint8Array) {
  const length = Number(Buffer.from(bytes).readBigUInt64LE(0));
  const header = JSON.parse(Buffer.from(bytes).toString('utf8', 8, 8 + length));
  return (name: string) => {
    const { dtype, shape, data_offsets: offsets } = header[name];
    const data = Buffer.from(bytes).subarray(8 + length + offsets[0], 8 + length + offsets[1]);
    const read = dtype === 'F32' ? (i: number) => data.readFloatLE(4 * i) : (i: number) => data.readInt32LE(4 * i);
    return { shape: shape as number[], values: Array.from({ length: data.length / 4 }, (_, i) => read(i)) };
  };
}

test("a stranger's reader finds all it needs to run the net itself", async () => {
  for (const [make, rows] of [
    [sparse, sparse(other)],
    [dense, dense(other)],
  ] as const) {
    const net = await TrfNet.grow(make(problem), { ...growth, seed: 3 });
    await net.fit(make(problem), { epochs: 1 });
    const tensor = plainReader(net.save());
    const { outputs } = await net.predict(rows);
    for (const r of [0, 1, 33, 69]) {
      let x = other.rows[r]!;
      for (const l of [0, 1, 2]) {
        const bias = tensor(`layers.${l}.bias`).values;
        const y = [...bias];
        let unit = 0;
        if (l < 2) {
          const [start, index, weight] = ['start', 'index', 'weight'].map(
            (part) => tensor(`layers.${l}.sparse.${part}`).values,
          );
          for (; unit < start!.length - 1; unit++) {
            for (let e = start![unit]!; e < start![unit + 1]!; e++) y[unit]! += weight![e]! * x[index![e]!]!;
          }
        }
        if (l !== 1) {
          const { shape, values: weight } = tensor(`layers.${l}.dense.weight`);
          assert.equal(shape, [bias.length - unit, x.length]);
          for (let u = 0; u < shape[0]!; u++)
            for (let i = 0; i < x.length; i++) y[unit + u]! += weight[u * x.length + i]! * x[i]!;
        }
        x = l < 2 ? y.map((value) => Math.max(0, value)) : y;
      }
      const top = Math.max(...x);
      const sum = x.reduce((s, z) => s + Math.exp(z - top), 0);
      x.forEach((z, c) => {
        assert.ok(Math.abs(outputs[r * 4 + c]! - Math.exp(z - top) / sum) < 1e-5);
      });
    }
    net.dispose();
  }
});

test('damaged and foreign files are refused before any memory is taken', async () => {
  const net = await TrfNet.grow(sparse(problem), { ...growth, seed: 4 });
  const bytes = net.save();
  const { tensors, metadata } = unsealed(bytes);
  const used = net.engine.arena.used;
  const size = net.engine.arena.memory.buffer.byteLength;
  const refused = (file: Uint8Array, message: RegExp, kind: typeof TypeError | typeof RangeError = RangeError) =>
    refusesAsync(() => TrfNet.load(file), kind, message);

  for (const length of [0, 7, 8, 100, bytes.length - 1]) {
    await refused(bytes.subarray(0, length), /^bytes: (header: |data: )?expected/);
  }
  await refused('x' as never, /^bytes: expected a Uint8Array, got "x"$/, TypeError);
  await refused(null as never, /^bytes: expected a Uint8Array, got null$/, TypeError);
  await refused(writeSafetensors({}), /^bytes: expected a net saved by Espalier/, TypeError);
  await refusesAsync(
    () => DenseNet.load(bytes),
    TypeError,
    /^bytes: expected a net of method 'dense', got one of 'trf'$/,
  );

  const retold = (change: (header: never) => unknown) => {
    const header = JSON.parse(metadata['espalier.model']!);
    return writeSafetensors(tensors, { 'espalier.model': JSON.stringify(change(header as never) ?? header) });
  };
  type Header = { [name: string]: Header } & { hidden: Header[] };
  const damagedMetadata: ((header: Header) => unknown)[] = [
    (h) => void Object.assign(h, { format: 0 }),
    () => 'text',
    () => [],
    (h) => void Object.assign(h.shape!, { inputDropout: -1 }),
    (h) => void Object.assign(h, { shape: null }),
    (h) => void Object.assign(h, { target: null }),
    (h) => void Object.assign(h, { input: null }),
    (h) => void Object.assign(h, { input: { kind: 'tf-idf', learned: { kind: 'tf-idf', idf: [-1] } } }),
    (h) => void Object.assign(h, { input: { kind: 'sqrt' } }),
    (h) => void Object.assign(h, { options: {} }),
    (h) => void Object.assign(h, { featureNames: ['a'] }),
    (h) => void Object.assign(h.target!, { outputs: 5 }),
    (h) => void Object.assign(h.target!, { names: ['a'] }),
    (h) => void Object.assign(h.shape!, { hidden: 'none' }),
    (h) => void Object.assign(h.shape!, { hidden: [null] }),
    (h) => void Object.assign(h.shape!, { dropout: 1 }),
    (h) => void Object.assign(h.shape!, { inputs: 1.5 }),
    (h) => void Object.assign(h.shape!, { outputs: -4 }),
    (h) => void Object.assign(h.shape!, { input: 'columns' }),
    (h) => void Object.assign(h.shape!.hidden[0]!, { dense: -1 }),
    (h) => void Object.assign(h.shape!.hidden[0]!, { dense: 0, sparse: 0 }),
  ];
  for (const change of damagedMetadata) {
    await refused(
      retold(change as never),
      /^bytes: (the metadata of this net are damaged|expected a net of format 1|not an object)/,
    );
  }
  await refused(
    writeSafetensors(tensors, { 'espalier.model': '{' }),
    /^bytes: the metadata of this net are damaged: not JSON$/,
  );

  // Shapes that the tensors do not fit, huge ones too: refused by the tensors, not by the memory.
  for (const change of [
    (h: Header) => void Object.assign(h.shape!, { inputs: 21 }),
    (h: Header) => void Object.assign(h.shape!.hidden[0]!, { dense: 2 ** 30 }),
    (h: Header) => void Object.assign(h.shape!.hidden[0]!, { sparse: 2 ** 30 }),
    (h: Header) => void Object.assign(h.shape!.hidden[1]!, { dense: 1 }),
    (h: Header) => void Object.assign(h.shape!.hidden[1]!, { sparse: 0, dense: 3 }),
  ]) {
    await refused(retold(change as never), /^bytes: (expected a tensor 'layers|the structure of layer \d is damaged)/);
  }

  const altered = (name: string, change: (tensor: Tensor) => Tensor | undefined) => {
    const copy: Record<string, Tensor> = {};
    for (const [key, tensor] of Object.entries(tensors)) {
      const changed = key === name ? change({ shape: [...tensor.shape], data: tensor.data.slice() }) : tensor;
      if (changed) copy[key] = changed;
    }
    return writeSafetensors(copy, metadata);
  };
  const put = (value: number, at: number) => (tensor: Tensor) => {
    tensor.data[at < 0 ? tensor.data.length + at : at] = value;
    return tensor;
  };
  for (const name of Object.keys(tensors)) {
    await refused(
      altered(name, () => undefined),
      /^bytes: expected a tensor 'layers\.\d\.[a-z.]+' .*got none$/,
    );
    await refused(
      altered(name, ({ data }) => ({ shape: [data.length], data: Float64Array.from(data as Float32Array) })),
      /^bytes: expected a tensor 'layers/,
    );
    if (tensors[name]!.data instanceof Float32Array) {
      for (const value of [NaN, Infinity]) {
        await refused(
          altered(name, put(value, -1)),
          new RegExp(`^bytes: tensor '${name}' holds numbers that are not finite$`),
        );
      }
    }
  }
  await refused(
    altered('layers.0.dense.weight', ({ shape, data }) => ({ shape: [...shape].reverse(), data })),
    /^bytes: expected a tensor 'layers.0.dense.weight' of Float32 and shape \[3,20\], got Float32 of shape \[20,3\]$/,
  );
  const structure = /^bytes: the structure of layer 0 is damaged/;
  for (const [part, value, at] of [
    ['index', 20, -1],
    ['index', -1, 0],
    ['index', 2 ** 31 - 1, 3],
    ['start', 1, 0],
    ['start', -5, 1],
    ['start', 2 ** 30, 1],
    ['start', 0, -1],
    ['start', 1e6, -1],
  ] as const) {
    await refused(altered(`layers.0.sparse.${part}`, put(value, at)), structure);
  }
  await refused(
    altered('layers.0.sparse.index', ({ shape, data }) => ({ shape, data: (data as Int32Array).map(() => 0) })),
    structure,
  );
  assert.is(net.engine.arena.used, used);
  assert.is(net.engine.arena.memory.buffer.byteLength, size);
  net.dispose();
});

test.run();
