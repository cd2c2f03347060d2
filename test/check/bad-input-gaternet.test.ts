import {
  type BackboneLayer,
  createEngine,
  Dataset,
  DenseNet,
  GaterNet,
  type GaterNetOptions,
  gateReport,
  loadNet,
  readSafetensors,
  type Tensor,
  writeSafetensors,
} from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { classesOf, noiseImages, stripes, tasksOf, valuesOf } from '../support/gated-images.js';
import { refusesAsync } from '../support/refuses.js';
import { unsealed, unsealedFile } from '../support/unsealed.js';

// What a person may pass to a GaterNet by mistake, and files that are not what they were: a clear error, and nothing left behind.

const made = stripes(1, 24);
const images = classesOf(made);
const small = { kind: 'resnet', depth: 8, width: 2 } as const;
const engine = await createEngine();
const options: GaterNetOptions = {
  backbone: small,
  gater: [{ type: 'conv', filters: 2 }],
  bottleneck: 2,
  // Only what changes anything is in a file.
  ...{ gateBias: 0.5, gateNoise: 0.5, gaterRate: 0.5, gateVariance: 0.01, openTarget: 0.5, penaltyWarmup: 1 },
  engine,
};
const net = await GaterNet.create(images, options);
const alone = await GaterNet.create(images, { backbone: small, gater: false, engine });
const tall = noiseImages(1, 6, 1, 9, 8, 4);
const rows = Dataset.dense(
  [
    [1, 2],
    [3, 4],
  ],
  { labels: [0, 1] },
);

/** What TypeScript would have refused. */
// biome-ignore lint/suspicious/noExplicitAny: the point of the file
const wrong = (value: unknown): any => value;
const create = (change: object, data = images) => GaterNet.create(data, { ...options, ...wrong(change) });
const layers = (layer: unknown, ...more: BackboneLayer[]) => create({ backbone: [layer, ...more] });
const fit = (change: object, data = images) => net.fit(data, { epochs: 1, batchSize: 8, ...wrong(change) });
const conv = { type: 'conv', filters: 2 } as const;

type Case = [
  what: string,
  call: () => unknown,
  kind: typeof TypeError | typeof RangeError | typeof Error,
  message: RegExp,
];

const creating: Case[] = [
  ['rows', () => create({}, rows), TypeError, /^train: expected images, as of Dataset.images, got dense rows$/],
  ['no dataset', () => create({}, wrong([1])), TypeError, /^train: expected a Dataset, got \[1\]; Dataset\.dense/],
  [
    'images of one class',
    () => create({}, images.subset([...made.labels].flatMap((y, r) => (y === 1 ? [r] : [])))),
    RangeError,
    /^train: expected rows of at least 2 classes, got only class 1$/,
  ],
  [
    'NaN in an image',
    () =>
      Dataset.images({
        channels: 1,
        height: 2,
        width: 2,
        values: Float32Array.of(1, 2, NaN, 4),
        labels: [0],
        classes: 2,
      }),
    RangeError,
    /NaN, expected a finite number|expected finite/,
  ],
  [
    'a depth between two',
    () => create({ backbone: 'resnet-18' }),
    RangeError,
    /^backbone.depth: expected 6n \+ 2 \(8, 14, 20, ... 9998\), got 18$/,
  ],
  ['a depth of 2', () => create({ gater: 'resnet-2' }), RangeError, /^gater.depth: expected an integer from 8, got 2$/],
  [
    'a depth without end',
    () => create({ backbone: { kind: 'resnet', depth: 6e9 + 2 } }),
    RangeError,
    /^backbone.depth: expected 6n \+ 2 .* got 6000000002$/,
  ],
  ['another net', () => create({ backbone: 'vgg-16' }), TypeError, /^backbone: expected 'resnet-N' .* got "vgg-16"$/],
  [
    'another kind',
    () => create({ gater: { kind: 'vgg' } }),
    TypeError,
    /^gater.kind: expected 'resnet' or 'cnn', got "vgg"$/,
  ],
  ['a number of layers', () => create({ backbone: 20 }), TypeError, /^backbone: expected 'resnet-N' .* got 20$/],
  [
    'a width of 0',
    () => create({ backbone: { ...small, width: 0 } }),
    RangeError,
    /^backbone.width: expected an integer from 1, got 0$/,
  ],
  [
    'no filters',
    () => create({ backbone: { kind: 'cnn', filters: [] } }),
    RangeError,
    /^backbone\.filters: expected a list of at least 1 of integers from 1, got an empty list$/,
  ],
  [
    'half a filter',
    () => create({ backbone: { kind: 'cnn', filters: [2, 0.5] } }),
    RangeError,
    /^backbone.filters\[1\]: expected an integer from 1, got 0.5$/,
  ],
  ['no layers', () => create({ backbone: [] }), RangeError, /^backbone: expected at least one layer, got none$/],
  ['a layer of null', () => layers(null), TypeError, /^backbone\[0\]: expected an object, got null$/],
  [
    'an unknown layer',
    () => layers({ type: 'dense', size: 3 }),
    TypeError,
    /^backbone\[0\].type: expected 'conv', 'block', 'max-pool' or 'average-pool', got "dense"$/,
  ],
  [
    "an even kernel with 'same' padding",
    () => layers({ ...conv, kernel: 4 }),
    RangeError,
    /^backbone\[0\].kernel: expected an odd kernel for padding 'same', got 4$/,
  ],
  [
    'a kernel larger than the image',
    () => layers({ ...conv, kernel: 9, padding: 0 }),
    RangeError,
    /^backbone\[0\].kernel: expected at most 8, the smaller side of 8 x 8 with padding 0, got 9$/,
  ],
  [
    'a kernel larger than what is left of the image',
    () => layers(conv, { type: 'max-pool', size: 4 }, { ...conv, kernel: 3, padding: 0 }),
    RangeError,
    /^backbone\[2\].kernel: expected at most 2, the smaller side of 2 x 2 with padding 0, got 3$/,
  ],
  [
    'a pool larger than the image',
    () => layers(conv, { type: 'max-pool', size: 9 }),
    RangeError,
    /^backbone\[1\].size: expected at most 8/,
  ],
  [
    'a pool without size',
    () => layers(conv, wrong({ type: 'max-pool' })),
    TypeError,
    /^backbone\[1\]\.size: expected an integer from 1, got undefined$/,
  ],
  [
    'padding wider than half the pool',
    () => layers(conv, { type: 'average-pool', size: 2, padding: 2 }),
    RangeError,
    /^backbone\[1\].padding: expected at most half of size \(2\), got 2$/,
  ],
  [
    'a stride of 0',
    () => layers({ ...conv, stride: 0 }),
    RangeError,
    /^backbone\[0\].stride: expected an integer from 1, got 0$/,
  ],
  [
    'padding below 0',
    () => layers({ ...conv, padding: -1 }),
    RangeError,
    /^backbone\[0\]\.padding: expected an integer from 0 or 'same', got -1$/,
  ],
  [
    'padding by another name',
    () => layers({ ...conv, padding: 'valid' }),
    TypeError,
    /^backbone\[0\]\.padding: expected an integer from 0 or 'same', got "valid"$/,
  ],
  [
    'gated: "no"',
    () => layers({ ...conv, gated: 'no' }),
    TypeError,
    /^backbone\[0\]\.gated: expected a boolean, got "no"$/,
  ],
  [
    'nothing to gate',
    () => layers({ ...conv, gated: false }),
    RangeError,
    /^backbone: expected gated filters beside a gater, got none$/,
  ],
  [
    'a crop of nothing',
    () => create({ augmentation: { pad: 8, flip: true } }),
    RangeError,
    /^augmentation.pad: expected less than the side of 8 x 8 images, got 8$/,
  ],
  [
    'means of three channels',
    () => create({ normalise: { mean: [0, 0, 0], std: [1, 1, 1] } }),
    RangeError,
    /^normalise.mean: expected a number for each of 1 channels, got 3$/,
  ],
  [
    'two deviations of one channel',
    () => create({ normalise: { mean: [0], std: [1, 1] } }),
    RangeError,
    /^normalise.std: expected as many numbers as in normalise.mean \(1\), got 2$/,
  ],
];

const using: Case[] = [
  [
    'images of another height',
    () => net.predict(tall),
    RangeError,
    /^data: expected images of 1 x 8 x 8, got 1 x 9 x 8$/,
  ],
  [
    'images of three channels',
    () => net.evaluate(noiseImages(1, 4, 3, 8, 8, 4)),
    RangeError,
    /^data: expected images of 1 x 8 x 8, got 3 x 8 x 8$/,
  ],
  [
    'rows to predict',
    () => net.predict(rows),
    TypeError,
    /^data: expected images, as of Dataset.images, got dense rows$/,
  ],
  [
    'rows to learn from',
    () => fit({}, rows),
    TypeError,
    /^train: expected images, as of Dataset.images, got dense rows$/,
  ],
  [
    'images to learn from of another size',
    () => fit({}, tall),
    RangeError,
    /^train: expected images of 1 x 8 x 8, got 1 x 9 x 8$/,
  ],
  ['rows to validate on', () => fit({ validation: rows }), TypeError, /^validation: expected images/],
  [
    'tasks to a net of classes',
    () => fit({}, tasksOf(made)),
    TypeError,
    /^train: expected classes to predict, got .*tasks/,
  ],
  [
    'numbers to evaluate a net of classes',
    () => net.evaluate(valuesOf(made)),
    TypeError,
    /^data: expected classes to predict/,
  ],
  ['gates of a net without a gater', () => alone.gates(images), TypeError, /^gates: this net has no gater$/],
  ['too few gates to cost', () => net.costOf(new Float32Array(13)), RangeError, /^gates: expected 14 numbers, got 13$/],
  [
    'gates of two images to cost',
    () => net.costOf(new Float32Array(28)),
    RangeError,
    /^gates: expected 14 numbers, got 28$/,
  ],
  [
    'gates of one and a half images to report',
    () => gateReport(new Float32Array(21), net.gateLayout),
    RangeError,
    /^gates: expected .*14/,
  ],
  [
    'half open gates to report',
    () => gateReport(new Float32Array(14).fill(0.5), net.gateLayout),
    RangeError,
    /^gates: expected 0 or 1, got 0.5/,
  ],
  ['a net to resume', () => fit({ resume: net.save() }), TypeError, /^resume: expected a checkpoint/],
  ['a divergent rate', () => fit({ learningRate: 1e30 }), RangeError, /^learningRate: training diverged in epoch 1/],
];

const before = { used: engine.arena.used, net: net.save() };
for (const [what, call, kind, message] of [...creating, ...using]) test(what, () => refusesAsync(call, kind, message));

test('after all that, the net and the memory are as they were, and it learns', async () => {
  assert.equal(net.save(), before.net);
  assert.is(engine.arena.used, before.used);
  const copy = await GaterNet.load(net.save(), { engine });
  await copy.fit(images, { epochs: 1, batchSize: 8 });
  copy.dispose();
});

test('a batch of one image that leaves one number a channel has no variance', async () => {
  // 4 x 4 images end in stage 3 with planes of one number.
  const data = noiseImages(3, 9, 1, 4, 4);
  const message = /^batchSize: expected batches of at least 2 images, .* got one of 1 \(9 rows, (1|4|8) a batch\)$/;
  const single = await GaterNet.create(data, { ...options, gater: false });
  for (const batchSize of [1, 4, 8]) await refusesAsync(() => single.fit(data, { batchSize }), RangeError, message);
  await single.fit(data, { batchSize: 3, epochs: 1 });
  assert.is((await single.predict(data, { batchSize: 1 })).classes!.length, 9);
  single.dispose();
  const normed = await GaterNet.create(images, { ...options, bottleneckNorm: true });
  await refusesAsync(
    () => normed.fit(images, { batchSize: 23 }),
    RangeError,
    /^batchSize: expected batches of at least 2/,
  );
  normed.dispose();
  // Planes of four numbers have one.
  const copy = await GaterNet.load(net.save(), { engine });
  await copy.fit(images, { batchSize: 1, epochs: 1, learningRate: 1e-3 });
  copy.dispose();
  assert.is(engine.arena.used, before.used);
});

test('one fit at a time; a net at work is not disposed of; one that is gone says so', async () => {
  const copy = await GaterNet.load(net.save(), { engine });
  const abort = new AbortController();
  const fitting = copy.fit(images, { epochs: 1_000_000, batchSize: 8, signal: abort.signal });
  await refusesAsync(() => copy.fit(images), Error, /^fit: the net is being trained already/);
  await refusesAsync(() => copy.dispose(), Error, /^dispose: the net is being trained/);
  abort.abort('enough');
  assert.is(await fitting.catch((error) => error), 'enough');
  const predicting = copy.predict(images.subset(Array.from({ length: 4000 }, (_, i) => i % 24)), { batchSize: 1 });
  await refusesAsync(() => copy.dispose(), Error, /^dispose: the net is at work/);
  await predicting;
  copy.dispose();
  copy.dispose();
  for (const call of [
    () => copy.predict(images),
    () => copy.gates(images),
    () => copy.evaluate(images),
    () => copy.fit(images),
    () => copy.save(),
  ])
    await refusesAsync(call, Error, /^this net was disposed of$/);
  assert.is(engine.arena.used, before.used);
});

test('too large a batch: what it would take, before any is taken', async () => {
  const own = await createEngine();
  const data = Dataset.images({
    ...{ channels: 1, height: 64, width: 64 },
    values: new Uint8Array(4000 * 64 * 64),
    labels: Array.from({ length: 4000 }, (_, r) => r % 2),
  });
  const wide = await GaterNet.create(data, {
    backbone: { kind: 'resnet', depth: 8, width: 32 },
    gater: small,
    engine: own,
  });
  const { used } = own.arena;
  const size = own.arena.memory.buffer.byteLength;
  await refusesAsync(
    () => wide.fit(data, { batchSize: 4000 }),
    RangeError,
    /^batchSize: training this net with 4000 images a batch needs \d+\.\d MB, the limit is 4295\.0 MB; use smaller batches/,
  );
  assert.is(own.arena.memory.buffer.byteLength, size);
  await refusesAsync(() => wide.predict(data, { batchSize: 4000 }), RangeError, /^batchSize: running this net over /);
  assert.is(own.arena.used, used);
  await refusesAsync(
    () =>
      GaterNet.create(data, {
        backbone: [
          { type: 'conv', filters: 40_000 },
          { type: 'conv', filters: 40_000 },
        ],
        engine: own,
      }),
    RangeError,
    /^backbone: holding the weights of this net needs /,
  );
  assert.is(own.arena.used, used);
  wide.dispose();
  assert.is(own.arena.used, 0);
});

const KEY = 'espalier.model';
const file = net.save();
const { tensors, metadata } = unsealed(file);
const loads = (bytes: Uint8Array) => GaterNet.load(bytes, { engine });
const damaged = /^bytes: the metadata of this net are damaged/;

test('a file cut short anywhere is refused', async () => {
  for (let length = 0; length < file.length; length += length < 16 ? 1 : 97)
    await refusesAsync(() => loads(file.subarray(0, length)), RangeError, /^bytes: (header: |data: )?expected/);
  await refusesAsync(() => loads(file.subarray(0, file.length - 1)), RangeError, /^bytes: data: expected/);
  await refusesAsync(
    () => loads(wrong('net.safetensors')),
    TypeError,
    /^bytes: expected a Uint8Array, got "net\.safetensors"$/,
  );
  assert.is(engine.arena.used, before.used);
});

test('a flipped byte of a header without a digest is refused or changes a number, and nothing else happens', async () => {
  const whole = unsealedFile(file);
  const header = Number(new DataView(whole.buffer, whole.byteOffset).getBigUint64(0, true));
  let refused = 0;
  let tried = 0;
  for (let at = 0; at < 8 + header; at += 5) {
    const copy = whole.slice();
    copy[at]! ^= 1 << (at % 7);
    tried++;
    try {
      const other = await loads(copy);
      assert.is((await other.predict(noiseOf(other))).classes!.length, 3, `byte ${at}`);
      other.dispose();
    } catch (error) {
      refused++;
      assert.ok(error instanceof TypeError || error instanceof RangeError, `byte ${at}: ${error}`);
      assert.match((error as Error).message, /^bytes: /, `byte ${at}`);
    }
  }
  assert.ok(refused > 0.9 * tried, `${refused} of ${tried}`);
  assert.is(engine.arena.used, before.used);
});

/** Three images of the size that a net takes. */
function noiseOf({ state }: GaterNet): Dataset {
  const { channels, height, width } = state.shape.image;
  return noiseImages(1, 3, channels, height, width);
}

/** The file with other metadata. */
function retold(change: (header: Record<string, unknown>) => unknown): Uint8Array {
  const header = JSON.parse(metadata[KEY]!);
  return writeSafetensors(tensors, { [KEY]: JSON.stringify(change(header) ?? header) });
}

test('metadata of other types or out of range are refused before any memory is taken', async () => {
  const header = JSON.parse(metadata[KEY]!);
  const optional = ['shape.penalty', 'shape.pretrainEpochs', 'shape.bottleneckNorm'];
  const size = engine.arena.memory.buffer.byteLength;
  let tried = 0;
  const visit = async (value: unknown, path: string[]) => {
    if (path.length > 0) {
      const name = path.join('.');
      for (const other of [null, 'text', -1, 0.5, 1e10, true, [], {}]) {
        const json = JSON.stringify(other);
        if (json === JSON.stringify(value) || (json === 'null' && optional.includes(name))) continue;
        // A number for a number, and it may be meant.
        if (
          typeof value === 'number' &&
          /penalty|mean|std|pretrainEpochs|image|gate(Bias|Noise|Variance)|gaterRate|openTarget/.test(name) &&
          typeof other === 'number'
        )
          continue;
        if (typeof value === 'boolean' && typeof other === 'boolean') continue;
        tried++;
        const bytes = retold((copy) => {
          // biome-ignore lint/suspicious/noExplicitAny: JSON
          const at = path.slice(0, -1).reduce((inner: any, key) => inner[key], copy);
          at[path.at(-1)!] = other;
        });
        const what =
          name === 'format' || name === 'method'
            ? /^bytes: expected a net of/
            : /^bytes: (the metadata of this net are damaged|expected a tensor)/;
        try {
          await refusesAsync(() => loads(bytes), name === 'method' ? TypeError : RangeError, what);
        } catch (error) {
          throw new Error(`${name} = ${json}: ${(error as Error).message}`);
        }
      }
    }
    if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) await visit(inner, [...path, key]);
  };
  await visit(header, []);
  assert.ok(tried > 100, `${tried}`);
  await refusesAsync(() => loads(retold(() => [])), RangeError, damaged);
  await refusesAsync(() => loads(writeSafetensors(tensors, { [KEY]: '{' })), RangeError, damaged);
  await refusesAsync(() => loads(writeSafetensors(tensors)), TypeError, /^bytes: expected a net saved by Espalier/);
  await refusesAsync(
    () => loadNet(retold((h) => void Object.assign(h, { method: 'x' }))),
    TypeError,
    /^bytes: expected a net of method 'trf', 'tse', 'gaternet', 'dense', got one of "x"$/,
  );
  assert.is(engine.arena.used, before.used);
  assert.is(engine.arena.memory.buffer.byteLength, size);
});

/** These tensors with one changed, or left out. */
function altered(
  from: Record<string, Tensor>,
  name: string,
  change: (tensor: Tensor) => Tensor | undefined,
): Record<string, Tensor> {
  assert.ok(name in from, name);
  const { [name]: old, ...rest } = from;
  const changed = change({ shape: old!.shape, data: old!.data.slice() });
  return changed ? { ...rest, [name]: changed } : rest;
}

const filled = (value: number) => (tensor: Tensor) => {
  tensor.data[0] = value;
  return tensor;
};

test('tensors that are missing, of another shape or type, or hold what cannot be are refused by name', async () => {
  const tampered = (name: string, change: (tensor: Tensor) => Tensor | undefined) =>
    loads(writeSafetensors(altered(tensors, name, change), metadata));
  for (const name of Object.keys(tensors)) {
    const quoted = `'${name.replaceAll('.', '\\.')}'`;
    await refusesAsync(
      () => tampered(name, () => undefined),
      RangeError,
      new RegExp(`^bytes: expected a tensor ${quoted} .* got none$`),
    );
    await refusesAsync(
      () => tampered(name, ({ shape, data }) => ({ shape: [...shape, 1], data })),
      RangeError,
      new RegExp(
        `^bytes: expected a tensor ${quoted} of Float32 and shape \\[[\\d,]+\\], got Float32 of shape \\[[\\d,]+,1\\]$`,
      ),
    );
    await refusesAsync(
      () => tampered(name, ({ shape, data }) => ({ shape, data: Float64Array.from(data as Float32Array) })),
      RangeError,
      new RegExp(`^bytes: expected a tensor ${quoted} .* got Float64`),
    );
    for (const value of [NaN, Infinity])
      await refusesAsync(
        () => tampered(name, filled(value)),
        RangeError,
        new RegExp(`^bytes: tensor ${quoted} holds numbers that are not finite$`),
      );
    if (name.endsWith('running_var'))
      await refusesAsync(
        () => tampered(name, filled(-1e-3)),
        RangeError,
        new RegExp(`^bytes: tensor ${quoted} holds variances below 0$`),
      );
    else (await tampered(name, filled(-1e-3))).dispose();
  }
  assert.is(engine.arena.used, before.used);
});

test('state dicts that are not those of a gated ResNet are refused by name', async () => {
  const resnet = await GaterNet.create(images, { ...options, gater: small });
  const dict = readSafetensors(resnet.save()).tensors;
  resnet.dispose();
  const read = (given: Record<string, Tensor>, more: object = {}) =>
    GaterNet.fromStateDict(writeSafetensors(given), {
      ...{ engine, image: { height: 8, width: 8 }, normalise: { mean: [0], std: [1] } },
      ...wrong(more),
    });
  const without = (name: string) => read(altered(dict, name, () => undefined));
  const reshaped = (name: string, shape: number[]) => read(altered(dict, name, ({ data }) => ({ shape, data })));
  (await read(dict)).dispose();

  const expected = (name: string) => new RegExp(`^bytes: expected a tensor '${name.replaceAll('.', '\\.')}'`);
  for (const name of Object.keys(dict))
    await refusesAsync(() => without(name), RangeError, /^bytes: expected a tensor '/);
  for (const name of [
    'backbone_state_dict.conv.weight',
    'backbone_state_dict.fc.weight',
    'backbone_state_dict.stage1.block1.conv1.weight',
    'gater_state_dict.resnet.newfc.weight',
    'gater_state_dict.resnet.conv.weight',
  ])
    await refusesAsync(() => without(name), RangeError, expected(name));
  await refusesAsync(
    () => reshaped('backbone_state_dict.conv.weight', [2, 9]),
    RangeError,
    /^bytes: expected a tensor 'backbone_state_dict.conv.weight' of 4 dimensions, got one of shape \[2,9\]$/,
  );
  await refusesAsync(
    () => reshaped('backbone_state_dict.fc.weight', [32]),
    RangeError,
    /^bytes: expected a tensor 'backbone_state_dict.fc.weight' of 2 dimensions, got one of shape \[32\]$/,
  );
  await refusesAsync(
    () => reshaped('backbone_state_dict.fc.weight', [8, 4]),
    RangeError,
    expected('backbone_state_dict.fc.weight'),
  );
  await refusesAsync(
    () => reshaped('gater_state_dict.fnn.fc.0.weight', [2, 14]),
    RangeError,
    expected('gater_state_dict.fnn.fc.0.weight'),
  );
  // Empty ones are no classes, channels or filters.
  for (const [name, shape] of [
    ['backbone_state_dict.fc.weight', [0, 8]],
    ['backbone_state_dict.conv.weight', [0, 1, 3, 3]],
    ['backbone_state_dict.conv.weight', [2, 0, 3, 3]],
    ['gater_state_dict.resnet.newfc.weight', [0, 8]],
  ] as const)
    await refusesAsync(
      () => read(altered(dict, name, () => ({ shape, data: new Float32Array(0) }))),
      RangeError,
      /expected/,
    );

  await refusesAsync(() => read({}), RangeError, expected('backbone_state_dict.conv.weight'));
  await refusesAsync(
    () => read(dict, { placement: 'every-conv' }),
    RangeError,
    expected('gater_state_dict.fnn.fc.0.weight'),
  );
  await refusesAsync(() => read(dict, { placement: 'stem' }), TypeError, /^placement: expected/);
  await refusesAsync(
    () => read(dict, { normalise: undefined }),
    RangeError,
    /^normalise.mean: expected a number for each of 1 channels, got 3$/,
  );
  await refusesAsync(() => read(dict, { classNames: ['a'] }), RangeError, /^classNames: expected 4 names, got 1$/);
  await refusesAsync(
    () => read(dict, { image: { height: 0, width: 8 } }),
    RangeError,
    /height: expected an integer from 1, got 0$/,
  );
  await refusesAsync(
    () => GaterNet.fromStateDict(wrong('cifar.pt')),
    TypeError,
    /^bytes: expected a Uint8Array, got "cifar\.pt"$/,
  );
  await refusesAsync(() => GaterNet.fromStateDict(wrong(null)), TypeError, /^bytes: expected a Uint8Array/);
  const dense = await DenseNet.create(rows, { hidden: [2], engine });
  await refusesAsync(
    () => GaterNet.fromStateDict(dense.save(), { engine }),
    RangeError,
    expected('backbone_state_dict.conv.weight'),
  );
  dense.dispose();
  assert.is(engine.arena.used, before.used);
});

test.run();
