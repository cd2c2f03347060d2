// What the preset of the paper stands for, and that a net remembers it.
import { type Dataset, DenseNet, TrfNet, type TrfNetOptions, TseNet } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readModelFile, writingModelFile } from '#dist/files/model-file.js';
import { Pace } from '#dist/runtime/pace.js';
import { inTurns } from '#dist/runtime/steps.js';
import { Random } from '../support/random.js';
import { refusesAsync } from '../support/refuses.js';
import { sparseOf } from '../support/structure.js';

/** Rows of 240 columns, of which a row has a twentieth: not a table. */
function fingerprints(tasks = false): Dataset {
  const random = new Random(3);
  const rows = Array.from({ length: 60 }, () => Array.from({ length: 240 }, () => Number(random.chance(0.05))));
  const labels = rows.map((row) => row[0]! + row[1]!);
  if (!tasks) return sparseOf(rows, { labels: labels.map((n) => Math.min(1, n)) });
  return sparseOf(rows, {
    targets: { kind: 'tasks', values: Int8Array.from(labels, (n) => Math.min(1, n)), tasks: 1 },
  });
}

const shapes = (net: TrfNet) => net.origin.map(({ radius, stride, globalUnits }) => [radius, stride, globalUnits]);
const rates = ({ state }: TrfNet | TseNet) => {
  const { dropout, sparseDropout = dropout, inputDropout } = state.shape;
  return [dropout, sparseDropout, inputDropout];
};
const quick: TrfNetOptions = { pretrain: { epochs: 0 } };

test('a TrfNet has one layer and no noise in units of few inputs; by the preset the layers and the dropout of the paper', async () => {
  for (const [data, own, paper] of [
    [
      fingerprints(),
      [[6, 5, 25]],
      [
        [6, 5, 100],
        [5, 4, 50],
        [5, 2, 25],
      ],
    ],
    [
      fingerprints(true),
      [[5, 2, 25]],
      [
        [5, 2, 80],
        [5, 2, 40],
        [5, 2, 20],
      ],
    ],
  ] as const) {
    const nets = [await TrfNet.grow(data), await TrfNet.grow(data, { ...quick, preset: 'paper' })];
    assert.equal(nets.map(shapes), [own, paper]);
    assert.equal(nets.map(rates), [
      [0.5, 0, 0.2],
      [0.5, 0.5, 0],
    ]);
    for (const net of nets) net.dispose();
  }
});

test("a TseNet over texts has one level of 100 inputs at most and a skip-path of 50 units; by the preset, the paper's levels, inputs and paths", async () => {
  const data = fingerprints();
  const density = 0.9;
  const both = [
    [0, 100],
    [1, 100],
  ];
  for (const [options, most, paths, levels] of [
    [{}, 100, [[0, 50]], 1],
    [{ preset: 'paper', skeleton: { maxTop: 10 } }, 216, both, 2],
    [{ maxInputs: 120, skeleton: { maxTop: 10 } }, 120, [[0, 50]], 2],
    [{ preset: 'paper', maxInputs: 30, skipPaths: { from: [0] } }, 30, [[0, 100]], undefined],
  ] as const) {
    const net = await TseNet.grow(data, { density, ...options });
    assert.equal(
      net.skipPaths.map(({ from, units }) => [from, units]),
      paths,
    );
    if (levels) assert.is(net.skeleton.levels.length, levels);
    const { connections, sparseUnits } = net.layers[0]!;
    // A latent has its children, of which there may be more.
    assert.ok(
      connections >= most * sparseUnits && connections < (most + 1) * sparseUnits,
      `${connections / sparseUnits}`,
    );
    net.dispose();
  }
});

test('what is given wins over the preset', async () => {
  const data = fingerprints();
  const given = { dropout: 0.25, inputDropout: 0.125, layers: [{ radius: 1, stride: 2 }] };
  const net = await TrfNet.grow(data, { ...quick, ...given, preset: 'paper' });
  assert.equal(shapes(net), [[1, 2, 0]]);
  assert.equal(rates(net), [0.25, 0.25, 0.125]);
  assert.equal(rates(await TrfNet.grow(data, { ...quick, ...given, sparseDropout: 0.75 })), [0.25, 0.75, 0.125]);
});

test('fit goes by the preset that the net was made with, from its file too', async () => {
  const data = fingerprints();
  const net = await DenseNet.create(data, { hidden: [3], preset: 'paper' });
  const rate = async (one: DenseNet) => {
    const { history, epochs } = await one.fit(data);
    return [epochs, history[0]!.learningRate, history[3]!.learningRate];
  };
  const again = await DenseNet.load(net.save());
  assert.equal(await rate(net), [50, 0.001, 0.0005]);
  assert.equal(await rate(again), [50, 0.001, 0.0005]);
  const other = await DenseNet.create(data, { hidden: [3] });
  const [epochs, first] = await rate(other);
  assert.equal([epochs, first], [125, 0.003]);
});

test('units of skip-paths are dropped as other dense ones are, and the rate of sparse ones stays in the file', async () => {
  const data = fingerprints();
  const net = await TseNet.grow(data, { skipPaths: { from: [0], units: 4 } });
  assert.equal(rates(net), [0.5, 0, 0.2]);
  const again = await TseNet.load(net.save());
  assert.equal(rates(again), [0.5, 0, 0.2]);
  await Promise.all([net.fit(data, { epochs: 2 }), again.fit(data, { epochs: 2 })]);
  assert.equal(again.save(), net.save());
});

test('a file with a preset that there is not is refused', async () => {
  const net = await DenseNet.create(fingerprints(), { hidden: [3], preset: 'paper' });
  const { tensors, header } = await readModelFile(net.save());
  const changed = { ...header, options: { ...(header.options as object), preset: 'papers' } };
  const bytes = await inTurns(writingModelFile(tensors, changed), new Pace());
  await refusesAsync(
    () => DenseNet.load(bytes),
    RangeError,
    /^bytes: the metadata of this net are damaged: fields are missing or out of range$/,
  );
});

test('refused by name', async () => {
  const data = fingerprints();
  await refusesAsync(
    () => TrfNet.grow(data, { preset: 'papers' as 'paper' }),
    TypeError,
    /^preset: expected one of paper, got "papers"$/,
  );
  await refusesAsync(
    () => TseNet.grow(data, { sparseDropout: 1 }),
    RangeError,
    /^sparseDropout: expected a share from 0 to below 1, got 1$/,
  );
});

test.run();
