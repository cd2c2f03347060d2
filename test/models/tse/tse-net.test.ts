import {
  createEngine,
  Dataset,
  DenseNet,
  expandTree,
  LatentTree,
  type LatentTreeParts,
  latentTree,
  loadNet,
  readSafetensors,
  type Tensor,
  TrfNet,
  TseNet,
  type TseNetOptions,
  writeSafetensors,
} from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MarkedMemory } from '../../support/marked-memory.js';
import { dense, sparse, switches, tasks, values } from '../../support/problems.js';
import { refusesAsync } from '../../support/refuses.js';
import { sparseOf } from '../../support/structure.js';
import { unsealed, unsealedFile } from '../../support/unsealed.js';

const problem = switches(1, 150);
const other = switches(2, 70);
const FEATURES = 20;

/** The tree of the switches: a latent over each five columns, one over each two of those, the two linked. */
function skeletonOf(parts: Partial<LatentTreeParts> = {}): LatentTree {
  const parent = Array.from({ length: FEATURES + 6 }, (_, v) => {
    if (v < FEATURES) return FEATURES + Math.floor(v / 5);
    return v < FEATURES + 4 ? FEATURES + 4 + Math.floor((v - FEATURES) / 2) : v === FEATURES + 4 ? FEATURES + 5 : -1;
  });
  const probability = parent.flatMap((p, v) => (p < 0 ? [0.5, 0.5] : [0.1 + v / 1000, 0.9 - v / 1000]));
  return new LatentTree({
    features: FEATURES,
    levels: [4, 2],
    parent: Int32Array.from(parent),
    probability: Float64Array.from(probability),
    limits: new Float64Array(FEATURES).fill(0.5),
    rows: 150,
    logLikelihood: -1234.5678901234567,
    ...parts,
  });
}

const skeleton = skeletonOf();
const small: TseNetOptions = { skeleton, density: 0.4, minInputs: 0, skipPaths: { units: 7 }, seed: 3 };

/** What is learned here: islands of five on the first level, which is soon done. */
const learned: TseNetOptions = { ...small, skeleton: { maxTop: 2, restarts: 2, emSteps: 10, refineSteps: 2 } };

test('hidden layers are the levels of the tree, connected as its expansion; the output is dense', async () => {
  for (const density of [0, 0.4, 1]) {
    const train = sparse(problem);
    // Structure is learned from the rows as they are: of unit length, no value would be above its limit.
    const net = await TseNet.grow(train, { ...small, density, input: 'unit-length' });
    const { layers } = await expandTree(skeleton, train, { density, minInputs: 0 });
    const { tensors } = readSafetensors(net.save());
    assert.is(net.method, 'tse');
    assert.is(net.density, density);
    assert.equal(
      net.layers.map(({ inputs, sparseUnits, denseUnits }) => [inputs, sparseUnits, denseUnits]),
      [
        [20, 4, 0],
        [4, 2, 0],
        [2, 0, 4],
      ],
    );
    layers.forEach(({ start, index }, l) => {
      assert.equal(tensors[`layers.${l}.sparse.start`]!.data, start);
      assert.equal(tensors[`layers.${l}.sparse.index`]!.data, index);
    });
    // 0: the tree alone; 0.4: 8 of the 20 columns, and 2 of the 4 latents, which their parent has; 1: all.
    const connections = { 0: [20, 4], 0.4: [32, 4], 1: [80, 8] }[density]!;
    assert.equal(
      net.layers.slice(0, 2).map((layer) => layer.connections),
      connections,
    );
    for (let f = 0; f < FEATURES; f++) {
      const unit = Math.floor(f / 5);
      const { start, index } = layers[0]!;
      assert.ok(index.subarray(start[unit], start[unit + 1]).includes(f), `feature ${f} is not below its latent`);
    }
    net.dispose();
  }
});

test('initial weights count the connections a unit has: ±1/√fan_in', async () => {
  const net = await TseNet.grow(dense(problem), { ...small, density: 0 });
  const { tensors } = readSafetensors(net.save());
  const largest = (name: string) => Math.max(...(tensors[name]!.data as Float32Array).map(Math.abs));
  for (const [name, fanIn] of [
    ['layers.0.sparse.weight', 5],
    ['skips.0.hidden.weight', 20],
    ['skips.0.output.weight', 7],
    ['skips.1.hidden.weight', 4],
    ['skips.1.output.weight', 7],
  ] as const) {
    const bound = 1 / Math.sqrt(fanIn);
    assert.ok(largest(name) <= bound && largest(name) > 0.8 * bound, `${name}: ${largest(name)}, at most ${bound}`);
  }
  assert.is(largest('skips.0.hidden.bias'), 0);
  net.dispose();
});

test('skip-paths of a table begin at the features and the first hidden layer, 100 units each, unless told otherwise', async () => {
  const data = sparse(problem);
  for (const [skipPaths, expected] of [
    [
      undefined,
      [
        [0, 100],
        [1, 100],
      ],
    ],
    [
      {},
      [
        [0, 100],
        [1, 100],
      ],
    ],
    [
      { units: 3 },
      [
        [0, 3],
        [1, 3],
      ],
    ],
    [
      { from: 'all', units: 5 },
      [
        [0, 5],
        [1, 5],
        [2, 5],
      ],
    ],
    [
      { from: [2, 0] },
      [
        [0, 100],
        [2, 100],
      ],
    ],
    [{ from: [] }, []],
    [false, []],
  ] as const) {
    const net = await TseNet.grow(data, { skeleton, skipPaths } as TseNetOptions);
    assert.equal(
      net.skipPaths.map(({ from, units }) => [from, units]),
      expected,
    );
    const width = [20, 4, 2];
    const counted = net.layers.reduce((sum, l) => sum + l.connections + l.sparseUnits + l.denseUnits, 0);
    const paths = expected.reduce((sum, [from, units]) => sum + units * (width[from]! + 1 + 4), 0);
    assert.is(net.weights, counted + paths);
    net.dispose();
  }
});

/** Every kind of input, target and transform: rows to train on, and others. */
const KINDS: [string, Dataset, Dataset, TseNetOptions][] = [
  ['sparse rows, tf-idf', sparse(problem), sparse(other), { ...small, input: 'tf-idf' }],
  [
    'dense rows, standardised',
    dense(problem),
    dense(other),
    { ...small, input: 'standard', skipPaths: { from: 'all' } },
  ],
  ['tasks, no skip-paths', tasks(problem), tasks(other), { ...small, skipPaths: false }],
  ['values, path from the top', values(problem), values(other), { ...small, skipPaths: { from: [2], units: 33 } }],
  ['sparse rows, a skeleton that is learned', sparse(problem), sparse(other), learned],
];

for (const [name, train, rows, options] of KINDS) {
  test(`${name}: what is loaded predicts, explains, saves and goes on training to the same bits; fit resumes to them`, async () => {
    const net = await TseNet.grow(train, options);
    const start = net.save();
    const checkpoints: Uint8Array[] = [];
    const run = { epochs: 3, batchSize: 64 };
    await net.fit(train, { ...run, onCheckpoint: (bytes) => void checkpoints.push(bytes) });
    const bytes = net.save();
    assert.not.equal(bytes, start);
    const again = await loadNet(bytes);
    assert.instance(again, TseNet);
    if (!(again instanceof TseNet)) return;
    assert.equal(again.save(), bytes);
    assert.equal(await again.predict(rows), await net.predict(rows));
    assert.equal(await again.evaluate(rows), await net.evaluate(rows));
    assert.equal(await again.explain(rows), await net.explain(rows));
    assert.equal(again.skeleton.toJSON(), net.skeleton.toJSON());
    assert.equal(again.layers, net.layers);
    assert.equal(again.skipPaths, net.skipPaths);
    assert.is(again.density, net.density);
    assert.is(again.weights, net.weights);
    await Promise.all([net.fit(train, { epochs: 1 }), again.fit(train, { epochs: 1 })]);
    assert.equal(again.save(), net.save());
    const resumed = await TseNet.load(start);
    await resumed.fit(train, { ...run, resume: checkpoints[0]! });
    assert.equal(resumed.save(), bytes);
    for (const used of [net, again, resumed]) used.dispose();
  });
}

test('explain knows every hidden unit as a sparse one', async () => {
  const data = dense(problem);
  const net = await TseNet.grow(data, small);
  const { layers } = await net.explain(data);
  assert.equal(
    layers.map(({ layer, units }) => [layer, units.map(({ kind, inputs }) => [kind, inputs])]),
    [
      [0, Array.from({ length: 4 }, () => ['sparse', 8])],
      [1, Array.from({ length: 2 }, () => ['sparse', 2])],
    ],
  );
  net.dispose();
});

async function grow(data: Dataset, more: Partial<TseNetOptions> = {}) {
  const checkpoints: Uint8Array[] = [];
  const net = await TseNet.grow(data, { ...learned, onCheckpoint: (bytes) => void checkpoints.push(bytes), ...more });
  const file = net.save();
  const { growSeconds, skeleton } = net;
  net.dispose();
  return { file, checkpoints, growSeconds: growSeconds!, skeleton };
}

for (const [name, data] of [
  ['sparse', sparse(problem)],
  ['dense', dense(problem)],
] as const) {
  test(`${name} rows: the skeleton is that of the features as they are, whatever the input transform`, async () => {
    const expected = await latentTree(data, { ...learned.skeleton, seed: 3 });
    for (const input of ['none', 'standard', 'unit-length'] as const) {
      const { skeleton } = await grow(data, { input });
      assert.equal(skeleton.toJSON(), expected.toJSON());
    }
    const reseeded = await grow(data, { skeleton: { ...learned.skeleton, seed: 9 } as object });
    const elsewhere = await latentTree(data, { ...learned.skeleton, seed: 9 });
    assert.equal(reseeded.skeleton.toJSON(), elsewhere.toJSON());
  });

  test(`${name} rows: growing goes on from its checkpoint, or from the tree itself, to the same bits`, async () => {
    for (const more of [{}, { input: 'standard', density: 0.2, skipPaths: false }] as const) {
      const whole = await grow(data, more);
      assert.is(whole.checkpoints.length, 1);
      const phases = new Set<string>();
      const resumed = await grow(data, {
        ...more,
        resume: whole.checkpoints[0]!,
        onProgress: ({ phase }) => void phases.add(phase),
      });
      assert.equal(resumed.file, whole.file);
      assert.equal(resumed.checkpoints, []);
      phases.delete('expansion');
      assert.equal([...phases], []);
      const { expansion, ...learning } = resumed.growSeconds;
      assert.ok(expansion >= 0);
      assert.equal(learning, { information: 0, islands: 0, links: 0, refine: 0, likelihood: 0 });
      const ready = await grow(data, { ...more, skeleton: whole.skeleton });
      assert.equal(ready.file, whole.file);
      assert.equal(ready.checkpoints, []);
    }
  });
}

test('a checkpoint does for another density and other paths, but not for another tree', async () => {
  const engine = await createEngine();
  const data = sparse(problem);
  const { checkpoints } = await grow(data, { engine });
  const resume = checkpoints[0]!;
  const used = engine.arena.used;
  const wider = { density: 1, skipPaths: { from: 'all' }, initialScale: 2 } as const;
  assert.equal((await grow(data, { ...wider, resume })).file, (await grow(data, wider)).file);

  const refused = (
    more: Partial<TseNetOptions>,
    message: RegExp,
    rows = data,
    kind: typeof TypeError | typeof RangeError = RangeError,
  ) => refusesAsync(() => grow(rows, { engine, resume, ...more }), kind, message);
  const differs = (what: string) => new RegExp(`^resume: expected a checkpoint of the same .*, but ${what}`);
  await refused({ seed: 7 }, differs('seed was 3 and is 7$'));
  await refused({ skeleton: { ...learned.skeleton, maxTop: 3 } as object }, differs('maxTop was 2 and is 3$'));
  await refused(
    { skeleton: { ...learned.skeleton, threshold: 1 } as object },
    differs('threshold was "auto" and is 1$'),
  );
  await refused({}, differs('rows was 150 and is 20$'), sparse(switches(1, 20)));
  await refused({}, differs('kind was "sparse" and is "dense"$'), dense(problem));
  await refused(
    { skeleton },
    /^resume: expected none beside a skeleton that is ready, got a checkpoint of learning one$/,
    data,
    TypeError,
  );
  const ofTrf: Uint8Array[] = [];
  const layer = { radius: 1, stride: 1 };
  const trf = await TrfNet.grow(data, {
    ...{ layers: [layer, layer], pretrain: { epochs: 0 }, engine },
    onCheckpoint: (bytes) => void ofTrf.push(bytes),
  });
  await refused({ resume: ofTrf[0]! }, differs('method was "trf" and is "tse"$'));
  trf.dispose();

  await refused({ resume: resume.subarray(0, resume.length - 1) }, /truncated$/);
  await refused({ resume: 'x' as never }, /^resume: expected the bytes of a checkpoint, got "x"$/, data, TypeError);
  for (const tampered of damagedTrees(resume)) {
    await refused({ resume: tampered }, /^resume: the latent tree is damaged: /);
  }
  const { tensors, metadata } = unsealed(resume);
  const { identity, state } = JSON.parse(metadata['espalier.growth']!);
  for (const change of [{ levels: [4] }, { levels: 'two' }, { levels: [1e9] }, { rows: 0 }, { logLikelihood: 1 }]) {
    const text = JSON.stringify({ identity, state: { ...state, ...change } });
    const bytes = writeSafetensors(tensors, { 'espalier.growth': text });
    await refused({ resume: bytes }, /^resume: the latent tree is damaged: /);
  }
  assert.is(engine.arena.used, used);
});

/** These bytes with one of the tree's tensors missing, of another type, of another length or holding what it cannot. */
function damagedTrees(bytes: Uint8Array): Uint8Array[] {
  const { tensors, metadata } = unsealed(bytes);
  const damaged: Uint8Array[] = [];
  for (const [name, bad] of [
    ['tree.parent', [-1, 0, 2 ** 31 - 1]],
    ['tree.probability', [-0.1, 1.1, Number.NaN]],
    ['tree.limits', [Number.NaN, Number.POSITIVE_INFINITY]],
  ] as const) {
    const { [name]: own, ...others } = tensors as Record<string, Tensor>;
    const { shape, data } = own!;
    const put = (changed: Tensor['data']) => {
      const size = changed.length === data.length ? shape : [changed.length];
      damaged.push(writeSafetensors({ ...others, [name]: { shape: size, data: changed } }, metadata));
    };
    damaged.push(writeSafetensors(others, metadata));
    put(Float32Array.from(data as Float64Array));
    put(data.slice(1));
    for (const value of bad) {
      const changed = data.slice();
      changed[0] = value;
      put(changed);
    }
  }
  return damaged;
}

test('a signal stops growing with its reason; the checkpoint leads to the same bytes', async () => {
  const data = dense(problem);
  const engine = await createEngine();
  const used = engine.arena.used;
  const { file } = await grow(data);
  const controller = new AbortController();
  let last: Uint8Array | undefined;
  await refusesAsync(
    () =>
      grow(data, {
        engine,
        signal: controller.signal,
        onCheckpoint: (checkpoint) => {
          last = checkpoint;
          controller.abort(new RangeError('enough'));
        },
      }),
    RangeError,
    /^enough$/,
  );
  assert.is(engine.arena.used, used);
  assert.equal((await grow(data, { resume: last! })).file, file);
  await refusesAsync(() => grow(data, { signal: controller.signal }), RangeError, /^enough$/);
});

test('an error in onCheckpoint or onProgress rejects, and no memory stays taken', async () => {
  const engine = await createEngine();
  const used = engine.arena.used;
  const fail = () => {
    throw new RangeError('no more room');
  };
  for (const more of [{ onCheckpoint: fail }, { onCheckpoint: async () => fail() }, { onProgress: fail }]) {
    await refusesAsync(() => grow(sparse(problem), { engine, ...more }), RangeError, /^no more room$/);
    assert.is(engine.arena.used, used);
  }
});

test('progress tells the phases of learning the skeleton, level by level, before its expansion', async () => {
  const seen: string[] = [];
  const net = await TseNet.grow(dense(problem), {
    ...learned,
    onProgress: ({ phase, level, done, total }) => {
      assert.ok(done >= 0 && done <= total, `${phase} ${level}: ${done} of ${total}`);
      const step = `${phase} ${level}`;
      if (seen.at(-1) !== step) seen.push(step);
    },
  });
  assert.equal(seen.slice(0, 2), ['information 1', 'islands 1']);
  const expansion = seen.filter((step) => step.startsWith('expansion'));
  assert.equal(seen.slice(seen.length - expansion.length), expansion);
  assert.ok(Object.values(net.growSeconds!).every((seconds) => seconds >= 0));
  assert.ok(net.growSeconds!.islands > 0);
  net.dispose();
});

test('names come with the rows, or else with the skeleton, and go with the net', async () => {
  const names = Array.from({ length: FEATURES }, (_, f) => `word ${f}`);
  const named = Dataset.dense(problem.rows, { labels: problem.labels, classes: 4, featureNames: names });
  for (const [data, tree] of [
    [named, skeleton],
    [dense(problem), skeletonOf({ featureNames: names })],
    [named, skeletonOf({ featureNames: names })],
  ] as const) {
    const net = await TseNet.grow(data, { ...small, skeleton: tree });
    const again = await TseNet.load(net.save());
    for (const { featureNames, skeleton } of [net, again]) {
      assert.equal(featureNames, names);
      assert.is(skeleton.nameOf(3), 'word 3');
    }
    net.dispose();
    again.dispose();
  }
  const bare = await TseNet.grow(dense(problem), small);
  assert.is(bare.featureNames, undefined);
  bare.dispose();
  const renamed = skeletonOf({ featureNames: names.map((name, f) => (f === 7 ? 'other' : name)) });
  await refusesAsync(
    () => TseNet.grow(named, { ...small, skeleton: renamed }),
    RangeError,
    /^skeleton: expected feature 7 to be named as in train, "word 7", got "other"$/,
  );
});

test('features are dropped by default as in a TrfNet: a fifth of many, of which each row has few', async () => {
  const columns = 1000;
  const every = (n: number) =>
    Array.from({ length: 12 }, (_, r) => Array.from({ length: columns }, (_, c) => Number((c + r) % n === 0)));
  const rows = every(20);
  const labels = rows.map((_, r) => r % 2);
  const tree = new LatentTree({
    ...{ features: columns, levels: [1], rows: 12, logLikelihood: -1 },
    parent: new Int32Array(columns + 1).fill(columns).fill(-1, columns),
    probability: new Float64Array(2 * columns + 2).fill(0.3),
    limits: new Float64Array(columns),
  });
  for (const [data, expected] of [
    [sparseOf(rows, { labels }), 0.2],
    [sparseOf(every(3), { labels }), 0],
    [Dataset.dense(rows, { labels }), 0],
  ] as const) {
    const net = await TseNet.grow(data, { skeleton: tree, skipPaths: { units: 2 } });
    assert.is(net.state.shape.inputDropout, expected);
    const told = await TseNet.grow(data, { skeleton: tree, skipPaths: false, inputDropout: 0.25 });
    assert.is(told.state.shape.inputDropout, 0.25);
    net.dispose();
    told.dispose();
  }
});

for (const [name, make] of [
  ['sparse', sparse],
  ['dense', dense],
] as const) {
  test(`${name} rows: growing, training and inference write inside their blocks`, async () => {
    const engine = await createEngine();
    const memory = new MarkedMemory(engine);
    const net = await TseNet.grow(make(problem), { ...learned, skipPaths: { from: 'all', units: 9 }, engine });
    await net.fit(make(problem), { epochs: 2, batchSize: 33, validation: make(other) });
    await net.predict(make(other), { batchSize: 5 });
    await net.explain(make(other));
    memory.check();
    assert.ok(memory.blocks > 0);
    net.dispose();
    assert.is(memory.blocks, 0);
  });

  test(`${name} rows, learning works: noisy classes, with and without skip-paths`, async () => {
    const [many, fresh] = [switches(3, 1200), switches(4, 400)];
    // The best there is: each switch by a vote of its five noisy copies.
    const vote = (row: number[], from: number) => Number(row.slice(from, from + 5).reduce((a, b) => a + b, 0) > 2);
    const hits = fresh.rows.filter((row, r) => 2 * vote(row, 0) + vote(row, 5) === fresh.labels[r]).length;
    const best = hits / fresh.rows.length;
    const wide = { skeleton: { maxTop: 4 }, dropout: 0.1, seed: 1 };
    const net = await TseNet.grow(make(many), wide);
    await net.fit(make(many), { epochs: 20, batchSize: 32, learningRate: 5e-3 });
    const { accuracy } = await net.evaluate(make(fresh));
    assert.ok(accuracy! >= best - 0.05, `${accuracy}, at best ${best}`);
    // Four units may all be dead; most of the classes are told apart all the same.
    const bare = await TseNet.grow(make(many), { ...wide, skipPaths: false, dropout: 0 });
    await bare.fit(make(many), { epochs: 30, batchSize: 32, learningRate: 0.01 });
    const alone = await bare.evaluate(make(fresh));
    assert.ok(alone.accuracy! > 0.45, `${alone.accuracy} without skip-paths`);
    net.dispose();
    bare.dispose();
  });
}

/** What TypeScript would have refused. */
// biome-ignore lint/suspicious/noExplicitAny: the point of the test
const wrong = (value: unknown): any => value;

test('bad options are refused by name, before anything is learned', async () => {
  const engine = await createEngine();
  const used = engine.arena.used;
  const data = dense(problem);
  const tall = skeletonOf();
  let learning = 0;
  const refused = async (options: object, kind: typeof TypeError | typeof RangeError, message: RegExp, rows = data) => {
    const watch = { engine, onCheckpoint: () => void learning++ };
    await refusesAsync(() => TseNet.grow(rows, wrong({ ...watch, skeleton: {}, ...options })), kind, message);
    assert.is(engine.arena.used, used);
  };
  await refusesAsync(() => TseNet.grow(data, wrong(null)), TypeError, /^options: expected an object, got null$/);
  await refusesAsync(() => TseNet.grow(wrong('x'), small), TypeError, /^train: expected a Dataset, got "x"$/);
  await refused({}, TypeError, /^train: expected a dataset with targets/, Dataset.dense(problem.rows));

  await refused({ minInputs: 1.5 }, RangeError, /^minInputs: expected an integer from 0, got 1.5$/);
  await refused({ density: '0.05' }, TypeError, /^density: expected a share from 0 to 1, got "0\.05"$/);
  for (const density of [-0.1, 1.1, Number.NaN])
    await refused({ density }, RangeError, /^density: expected a share from 0 to 1, got (-0.1|1.1|NaN)$/);

  for (const skipPaths of [null, true, 100])
    await refused(
      { skipPaths },
      TypeError,
      /^skipPaths: expected an object of from, units or false, got (null|true|100)$/,
    );
  await refused(
    { skipPaths: { from: 1 } },
    TypeError,
    /^skipPaths.from: expected a list of integers from 0 or 'all', got 1$/,
  );
  await refused({ skipPaths: { from: 'top' } }, TypeError, /^skipPaths.from: .* or 'all', got "top"$/);
  await refused(
    { skipPaths: { from: ['1'] } },
    TypeError,
    /^skipPaths.from\[0\]: expected an integer from 0, got "1"$/,
  );
  await refused(
    { skipPaths: { from: [0, -1] } },
    RangeError,
    /^skipPaths.from\[1\]: expected an integer from 0, got -1$/,
  );
  await refused(
    { skipPaths: { from: [0.5] } },
    RangeError,
    /^skipPaths.from\[0\]: expected an integer from 0, got 0.5$/,
  );
  await refused(
    { skipPaths: { from: [1, 0, 1] } },
    RangeError,
    /^skipPaths.from: expected each value once, got 1 twice$/,
  );
  await refused({ skipPaths: { units: 0 } }, RangeError, /^skipPaths.units: expected an integer from 1, got 0$/);
  await refused({ skipPaths: { units: '9' } }, TypeError, /^skipPaths.units: expected an integer from 1, got "9"$/);
  await refused(
    { skeleton: tall, skipPaths: { from: [3] } },
    RangeError,
    /^skipPaths.from: expected levels from 0 to 2, the hidden layers of this net, got 3$/,
  );

  for (const skeleton of [null, 'tree', 5])
    await refused({ skeleton }, TypeError, /^skeleton: expected an object of threshold, .* or a LatentTree .*, got /);
  await refused({ skeleton: { maxIsland: 2 } }, RangeError, /^skeleton\.maxIsland: expected an integer from 3/);
  await refused({ skeleton: { threshold: 'low' } }, TypeError, /^skeleton\.threshold: expected a finite number/);
  await refused({ skeleton: { seed: -1 } }, RangeError, /^skeleton\.seed: expected an integer from 0/);
  await refused(
    { skeleton: tall },
    RangeError,
    /^skeleton: expected a tree over the 3 columns of train, got one over 20$/,
    Dataset.dense(
      [
        [1, 2, 3],
        [3, 2, 1],
      ],
      { labels: [0, 1] },
    ),
  );

  await refused({ input: 'sqrt' }, TypeError, /^input: expected one of none, /);
  assert.is(learning, 0);
});

test('files with a damaged tree are refused before any memory is taken', async () => {
  const engine = await createEngine();
  const net = await TseNet.grow(sparse(problem), { ...small, engine });
  const bytes = net.save();
  const { tensors, metadata } = unsealed(bytes);
  const [used, size] = [engine.arena.used, engine.arena.memory.buffer.byteLength];
  const refused = (file: Uint8Array, message: RegExp) =>
    refusesAsync(() => TseNet.load(file, { engine }), RangeError, message);
  for (const file of damagedTrees(bytes)) await refused(file, /^bytes: the latent tree is damaged: /);

  const header = JSON.parse(metadata['espalier.model']!);
  const retold = (origin: unknown) =>
    writeSafetensors(tensors, { 'espalier.model': JSON.stringify({ ...header, origin }) });
  assert.equal(header.origin, {
    levels: [4, 2],
    rows: 150,
    logLikelihood: -1234.5678901234567,
    density: 0.4,
    minInputs: 0,
    maxInputs: 100,
  });
  assert.equal(retold(header.origin), unsealedFile(bytes));
  const { origin } = header;
  for (const damaged of [
    null,
    'tree',
    [],
    { ...origin, levels: [6] },
    { ...origin, levels: [4, 1, 1] },
    { ...origin, levels: undefined },
    { ...origin, rows: -1 },
    { ...origin, rows: '150' },
    { ...origin, logLikelihood: 3 },
  ]) {
    await refused(retold(damaged), /^bytes: the latent tree is damaged: /);
  }
  for (const density of [null, -1, 2, '0.4']) {
    await refused(retold({ ...origin, density }), /^bytes: the metadata of this net are damaged: density: expected/);
  }
  for (const maxInputs of [null, -1, 0.5, '100']) {
    await refused(
      retold({ ...origin, maxInputs }),
      /^bytes: the metadata of this net are damaged: maxInputs: expected/,
    );
  }
  // A sound tree, but of another net.
  const flat = skeletonOf({
    levels: [6],
    parent: Int32Array.from({ length: 26 }, (_, v) => (v < 20 ? 20 + (v % 6) : v < 25 ? 25 : -1)),
  });
  const swapped = { ...tensors, 'tree.parent': { shape: [26], data: flat.parent } };
  await refused(
    writeSafetensors(swapped, { 'espalier.model': JSON.stringify({ ...header, origin: { ...origin, levels: [6] } }) }),
    /^bytes: the latent tree is damaged: its levels are not the hidden layers$/,
  );
  await refusesAsync(() => TrfNet.load(bytes), TypeError, /^bytes: expected a net of method 'trf', got one of 'tse'$/);
  const plain = await DenseNet.create(sparse(problem), { hidden: [3], engine });
  await refusesAsync(
    () => TseNet.load(plain.save()),
    TypeError,
    /^bytes: expected a net of method 'tse', got one of 'dense'$/,
  );
  plain.dispose();
  assert.is(engine.arena.used, used);
  assert.is(engine.arena.memory.buffer.byteLength, size);
  net.dispose();
});

test('a net that trains while a tree is learned and a net grown on its engine gets the weights it gets alone', async () => {
  const train = sparse(problem);
  const fitted = async (beside?: () => Promise<unknown>) => {
    const engine = await createEngine();
    const net = await TseNet.grow(train, { ...small, engine });
    const [, tree] = await Promise.all([
      net.fit(train, { epochs: 40, batchSize: 4 }),
      beside ? beside() : latent(engine),
    ]);
    return { weights: net.save(), tree: JSON.stringify(tree) };
  };
  const latent = (engine?: Awaited<ReturnType<typeof createEngine>>) =>
    latentTree(sparse(other), { maxTop: 2, refineSteps: 200, emTolerance: 1e-9, ...(engine ? { engine } : {}) });
  const alone = await fitted(() => latent());
  const together = await fitted();
  assert.equal(together.weights, alone.weights);
  assert.is(together.tree, alone.tree);
});

test.run();
