import { createEngine, type Engine, type Tensor, TrfNet, writeSafetensors } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadBatch } from '#dist/layers/batch.js';
import { Network, type NetworkShape } from '#dist/models/feedforward/network.js';
import { Pace } from '#dist/runtime/pace.js';
import { bytesBeside } from '#dist/runtime/rehearsal.js';
import { atOnce } from '#dist/runtime/steps.js';
import { close } from '../../support/allclose.js';
import { type GoldenLayer, type GoldenTarget, type KnownNet, knownData, knownNet } from '../../support/known-net.js';
import { MarkedMemory } from '../../support/marked-memory.js';
import { Random } from '../../support/random.js';
import { refusesAsync } from '../../support/refuses.js';
import { unsealed } from '../../support/unsealed.js';

// The gradients are in gradients.test.ts, whole runs beside PyTorch's in trajectories.test.ts.

const COLUMNS = 20;

/** A net of two sparse layers with skip-paths from these levels, and rows for it. */
function made(input: 'rows' | 'tiles', from: readonly number[], rows = 70) {
  const random = new Random(3);
  const uniform = (length: number) => Array.from({ length }, () => random.next() - 0.5);
  const layer = (inputs: number, sparse: number, dense: number): GoldenLayer => ({
    inputs,
    fields: Array.from({ length: sparse }, (_, u) => [u % inputs, (u + 7) % inputs].sort((a, b) => a - b)),
    dense,
  });
  const layers = [layer(COLUMNS, 9, 0), layer(9, 5, 0), layer(5, 0, 3)];
  const values = layers.map(({ inputs, fields, dense }) => ({
    sparse: uniform(fields.flat().length),
    dense: uniform(dense * inputs),
    bias: uniform(fields.length + dense),
  }));
  const skips = from.map((k, p) => {
    const [units, inputs] = [4 + 7 * p, layers[k]!.inputs];
    return {
      from: k,
      units,
      values: { weight: uniform(units * inputs), bias: uniform(units), output: uniform(3 * units) },
    };
  });
  const target: GoldenTarget = {
    kind: 'classes',
    outputs: 3,
    values: Array.from({ length: rows }, () => random.below(3)),
  };
  const known: KnownNet = { layers, values, skips, input, target: { kind: 'classes', outputs: 3 }, dropout: 0.4 };
  const features = Array.from({ length: rows }, () =>
    Array.from({ length: COLUMNS }, () => (random.chance(0.4) ? 1 + random.below(3) : 0)),
  );
  return { known, features, data: knownData(features, input, target) };
}

/** Logits of a row, by the definition and in double precision. */
function logitsOf({ layers, values, skips = [] }: KnownNet, row: readonly number[]): number[] {
  const dot = (weights: ArrayLike<number>, at: number, x: readonly number[]) =>
    x.reduce((sum, value, i) => sum + Math.fround(weights[at + i]!) * value, 0);
  const levels = [[...row]];
  const logits: number[] = [];
  layers.forEach(({ inputs, fields, dense }, l) => {
    const x = levels[l]!;
    const { sparse, dense: weights, bias } = values[l]!;
    let e = 0;
    const y = fields.map((field) => field.reduce((sum, i) => sum + Math.fround(sparse[e++]!) * x[i]!, 0));
    for (let u = 0; u < dense; u++) y.push(dot(weights.flat(), u * inputs, x));
    const sums = y.map((value, u) => value + Math.fround(bias[u]!));
    if (l + 1 < layers.length) levels.push(sums.map((value) => Math.max(0, value)));
    else logits.push(...sums);
  });
  for (const { from, units, values: path } of skips) {
    const x = levels[from]!;
    const h = path.bias.map((b, u) => Math.max(0, Math.fround(b) + dot(path.weight.flat(), u * x.length, x)));
    logits.forEach((_, o) => {
      logits[o]! += dot(path.output.flat(), o * units, h);
    });
  }
  return logits;
}

for (const input of ['rows', 'tiles'] as const) {
  for (const from of [[], [0], [1], [2], [0, 1], [2, 0, 1, 2]]) {
    const name = `${input}, skip-paths from ${from.join(', ') || 'nowhere'}`;

    test(`${name}: predictions are those of the definition to 1e-5`, async () => {
      const { known, features, data } = made(input, from);
      const net = await knownNet(known);
      const expected = features.flatMap((row) => {
        const powers = logitsOf(known, row).map((z) => Math.exp(z));
        const sum = powers.reduce((a, b) => a + b, 0);
        return powers.map((p) => p / sum);
      });
      for (const batchSize of [1, 32, 33, 256])
        close((await net.predict(data, { batchSize })).outputs, expected, 1e-5, `${batchSize}`);
      net.dispose();
    });

    test(`${name}: what is loaded predicts, saves and goes on training to the same bits; fit resumes to them`, async () => {
      const { known, data } = made(input, from);
      const start = (await knownNet(known)).save();
      const net = await TrfNet.load(start);
      const checkpoints: Uint8Array[] = [];
      const options = { epochs: 3, batchSize: 33 };
      await net.fit(data, { ...options, onCheckpoint: (bytes) => void checkpoints.push(bytes) });
      const bytes = net.save();
      assert.not.equal(bytes, start);
      const again = await TrfNet.load(bytes);
      assert.equal(again.save(), bytes);
      assert.equal((await again.predict(data)).outputs, (await net.predict(data)).outputs);
      assert.equal(again.skipPaths, net.skipPaths);
      await Promise.all([net.fit(data, { epochs: 1 }), again.fit(data, { epochs: 1 })]);
      assert.equal(again.save(), net.save());
      const resumed = await TrfNet.load(start);
      await resumed.fit(data, { ...options, resume: checkpoints[1]! });
      assert.equal(resumed.save(), bytes);
      for (const used of [net, again, resumed]) used.dispose();
    });

    test(`${name}: training and inference write inside their blocks and take the memory they say`, async () => {
      const { known, data } = made(input, from);
      const engine = await createEngine();
      const plain = await createEngine();
      const memory = new MarkedMemory(engine);
      const net = await knownNet({ ...known, engine });
      await net.fit(data, { epochs: 2, batchSize: 33, validation: data });
      await net.predict(data, { batchSize: 5 });
      memory.check();
      assert.ok(memory.blocks > 0);
      net.dispose();
      assert.is(memory.blocks, 0);

      const other = await knownNet({ ...known, engine: plain });
      const before = plain.arena.used;
      const said = bytesBeside(
        plain,
        (dry) => other.network.on(dry),
        (_, dry) => dry.startTraining(data, 64),
      );
      const session = other.network.startTraining(data, 64);
      assert.is(said, plain.arena.used - before);
      session.dispose();
      assert.is(plain.arena.used, before);
      other.dispose();
    });
  }
}

test('a summary says where the paths begin and what they cost', async () => {
  const { known } = made('rows', [0, 2]);
  const net = await knownNet(known);
  assert.equal(net.skipPaths, [
    { from: 0, inputs: COLUMNS, units: 4, connections: 4 * (COLUMNS + 3) },
    { from: 2, inputs: 5, units: 11, connections: 11 * (5 + 3) },
  ]);
  const bare = await knownNet(made('rows', []).known);
  assert.equal(bare.skipPaths, []);
  assert.is(net.weights - bare.weights, 4 * (COLUMNS + 1 + 3) + 11 * (5 + 1 + 3));
  assert.is(net.layers.length, bare.layers.length);
  net.dispose();
  bare.dispose();
});

/** A net whose layers and paths are all as wide. */
function square(engine: Engine, dropout: number): Network {
  const shape: NetworkShape = {
    ...{ inputs: 16, input: 'tiles', hidden: [{ dense: 16 }, { dense: 16 }], outputs: 16, target: 'classes' },
    ...{ dropout, inputDropout: 0, skips: [0, 1, 2, 0].map((from) => ({ from, units: 16 })) },
  };
  return new Network(engine, shape);
}

test('layers and skip-paths draw initial weights of their own, within 1/√fan_in', async () => {
  const engine = await createEngine();
  const net = square(engine, 0);
  atOnce(net.initialising(3, 1));
  const linears = [...net.layers, ...net.paths.flatMap(({ hidden, output }) => [hidden, output])];
  assert.is(linears.length, 3 + 2 * 4);
  const drawn = linears.map((layer) => [...engine.f32(layer.parameters, 256)]);
  for (const weights of drawn) {
    assert.ok(weights.every((w) => Math.abs(w) <= 1 / 4));
    assert.ok(Math.max(...weights.map(Math.abs)) > 0.24);
  }
  const all = drawn.flat();
  assert.is(new Set(drawn.map(String)).size, drawn.length);
  // Numbers of 24 bits: two streams share a few by chance, a whole stream never.
  assert.ok(new Set(all).size > all.length * 0.99);
  net.dispose();
});

test('layers and skip-paths drop units of their own, in each step others', async () => {
  const engine = await createEngine();
  const net = square(engine, 0.5);
  // No weights and biases of 1: every unit is on unless it is dropped.
  const linears = [...net.layers, ...net.paths.flatMap(({ hidden, output }) => [hidden, output])];
  engine.f32(net.parameters.at, net.parameters.length).fill(0);
  for (const layer of linears) if (layer.bias) engine.f32(layer.bias, 16).fill(1);
  const matrix = { kind: 'dense', rows: 64, columns: 16, values: new Float32Array(64 * 16) } as const;
  const space = net.workspace(matrix, 64);
  const pace = new Pace();
  await loadBatch(
    space.batch,
    matrix,
    Int32Array.from({ length: 64 }, (_, r) => r),
    false,
    pace,
  );
  const masks: number[][] = [];
  for (const step of [0, 1]) {
    await net.forward(space, 2, pace, { seed: 5, step });
    for (const at of [...space.activations.slice(0, 2), ...space.paths]) masks.push([...engine.f32(at, 64 * 16)]);
  }
  assert.is(masks.length, 2 * (2 + 4));
  for (const mask of masks) {
    assert.ok(mask.every((y) => y === 0 || y === 2));
    const kept = mask.filter((y) => y > 0).length / mask.length;
    assert.ok(kept > 0.42 && kept < 0.58, `${kept} kept`);
  }
  for (let a = 0; a < masks.length; a++) {
    for (let b = 0; b < a; b++) {
      const alike = masks[a]!.filter((y, i) => y === masks[b]![i]).length / masks[a]!.length;
      assert.ok(alike > 0.42 && alike < 0.58, `masks ${a} and ${b} are alike in ${alike}`);
    }
  }
  space.dispose();
  net.dispose();
});

test('a checkpoint of a net with other skip-paths is refused', async () => {
  const { known, data } = made('tiles', [0, 1]);
  const net = await knownNet(known);
  const checkpoints: Uint8Array[] = [];
  await net.fit(data, { epochs: 2, batchSize: 33, onCheckpoint: (bytes) => void checkpoints.push(bytes) });
  const other = await knownNet(made('tiles', [1, 0]).known);
  await refusesAsync(
    () => other.fit(data, { epochs: 2, batchSize: 33, resume: checkpoints[0]! }),
    RangeError,
    /^resume: expected a checkpoint of the same net, data and options, but net\.skips was \[\{"from/,
  );
  net.dispose();
  other.dispose();
});

test('files with damaged skip-paths are refused before any memory is taken', async () => {
  const engine = await createEngine();
  const net = await knownNet({ ...made('rows', [0, 2]).known, engine });
  const { tensors, metadata } = unsealed(net.save());
  const [used, size] = [engine.arena.used, engine.arena.memory.buffer.byteLength];
  const refused = (bytes: Uint8Array, message: RegExp) =>
    refusesAsync(() => TrfNet.load(bytes, { engine }), RangeError, message);

  const retold = (skips: unknown) => {
    const header = JSON.parse(metadata['espalier.model']!);
    header.shape.skips = skips;
    return writeSafetensors(tensors, { 'espalier.model': JSON.stringify(header) });
  };
  const good = [
    { from: 0, units: 4 },
    { from: 2, units: 11 },
  ];
  (await TrfNet.load(retold(good), { engine })).dispose();
  for (const skips of [
    null,
    'none',
    {},
    [null, good[1]],
    [{ from: 0 }, good[1]],
    [{ units: 4 }, good[1]],
    [{ from: -1, units: 4 }, good[1]],
    [{ from: 3, units: 4 }, good[1]],
    [{ from: 0.5, units: 4 }, good[1]],
    [{ from: '0', units: 4 }, good[1]],
    [{ from: 0, units: 0 }, good[1]],
    [{ from: 0, units: -4 }, good[1]],
    [{ from: 0, units: 4.5 }, good[1]],
    [{ from: 0, units: 2 ** 31 }, good[1]],
  ]) {
    await refused(retold(skips), /^bytes: the metadata of this net are damaged: fields are missing or out of range$/);
  }
  for (const skips of [
    [{ from: 1, units: 4 }, good[1]],
    [{ from: 0, units: 5 }, good[1]],
    [{ from: 0, units: 2 ** 30 }, good[1]],
    [good[1], good[0]],
    [...good, good[0]],
  ]) {
    await refused(
      retold(skips),
      /^bytes: expected a tensor 'skips\.\d\.(hidden|output)\.(weight|bias)' of Float32 and shape/,
    );
  }

  const names = Object.keys(tensors).filter((name) => name.startsWith('skips.'));
  assert.equal(
    names.sort(),
    ['hidden.bias', 'hidden.weight', 'output.weight'].flatMap((part) => [`skips.0.${part}`, `skips.1.${part}`]).sort(),
  );
  for (const name of names) {
    const altered = (change: Tensor | undefined) => {
      const { [name]: _, ...others } = tensors;
      return writeSafetensors(change ? { ...others, [name]: change } : others, metadata);
    };
    const { shape, data } = tensors[name]!;
    const expected = `^bytes: expected a tensor '${name.replaceAll('.', '\\.')}' of Float32 and shape \\[${shape}\\], got`;
    await refused(altered(undefined), new RegExp(`${expected} none$`));
    await refused(
      altered({ shape: [data.length, 1], data }),
      new RegExp(`${expected} Float32 of shape \\[${data.length},1\\]$`),
    );
    await refused(
      altered({ shape, data: Float64Array.from(data as Float32Array) }),
      new RegExp(`${expected} Float64 of shape`),
    );
    const bad = data.slice();
    bad[data.length - 1] = Number.NaN;
    await refused(
      altered({ shape, data: bad }),
      new RegExp(`^bytes: tensor '${name}' holds numbers that are not finite$`),
    );
  }
  assert.is(engine.arena.used, used);
  assert.is(engine.arena.memory.buffer.byteLength, size);
  net.dispose();
});

test.run();
