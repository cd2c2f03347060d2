// Nets that relaxed kernels had a part in say so: in their description, their file and their checkpoints. The engine only says that it is relaxed, so that this runs anywhere.
import { createEngine, Dataset, DenseNet, type Engine, loadNet, TrfNet } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { precisionIn } from '#dist/models/precision.js';

const data = Dataset.dense(
  Float32Array.from({ length: 120 }, (_, i) => ((i * 37) % 11) / 5 - 1),
  { columns: 3, labels: Array.from({ length: 40 }, (_, i) => i % 2) },
);

async function engineOf(precision: 'strict' | 'relaxed'): Promise<Engine> {
  const engine = await createEngine({ threads: 1, wide: false });
  Object.assign(engine, { build: { ...engine.build, precision } });
  return engine;
}

const [strict, relaxed] = [await engineOf('strict'), await engineOf('relaxed')];
const options = { hidden: [4], seed: 1 };

test('a net of strict kernels says nothing, and its file has no such field', async () => {
  const net = await DenseNet.create(data, { ...options, engine: strict });
  await net.fit(data, { epochs: 1 });
  assert.not.ok('precision' in net.describe());
  assert.not.ok(Buffer.from(net.save()).includes('precision'));
});

test('a net of relaxed ones says so, also once it is loaded by a strict engine and trained on there', async () => {
  const net = await DenseNet.create(data, { ...options, engine: relaxed });
  await net.fit(data, { epochs: 1 });
  assert.is(net.describe().precision, 'relaxed');
  const loaded = await loadNet(net.save(), { engine: strict });
  assert.is(loaded.describe().precision, 'relaxed');
  await loaded.fit(data, { epochs: 1 });
  assert.is((await loadNet(loaded.save())).describe().precision, 'relaxed');
});

test('a strict net becomes relaxed by training, not by predicting', async () => {
  const made = await DenseNet.create(data, { ...options, engine: strict });
  const net = await loadNet(made.save(), { engine: relaxed });
  await net.predict(data);
  assert.is(net.describe().precision, undefined);
  await net.fit(data, { epochs: 1 });
  assert.is(net.describe().precision, 'relaxed');
});

test('a checkpoint of one precision is not gone on from with the other', async () => {
  const net = await DenseNet.create(data, { ...options, engine: relaxed });
  let checkpoint: Uint8Array | undefined;
  const keep = (bytes: Uint8Array) => {
    checkpoint = bytes;
  };
  await net.fit(data, { epochs: 2, onCheckpoint: keep });
  assert.ok(checkpoint);
  const other = await DenseNet.create(data, { ...options, engine: strict });
  try {
    await other.fit(data, { epochs: 2, resume: checkpoint });
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /but net\.precision was "relaxed" and is "strict"$/);
  }
});

test('layers grown with one precision are not gone on from with the other', async () => {
  const layers = [
    { radius: 1, stride: 1 },
    { radius: 1, stride: 1 },
  ];
  const grow = (engine: Engine, more: object) => TrfNet.grow(data, { layers, seed: 1, engine, ...more });
  const grown = async (engine: Engine) => {
    const kept: Uint8Array[] = [];
    await grow(engine, { onCheckpoint: (bytes: Uint8Array) => void kept.push(bytes) });
    return kept[0]!;
  };
  const [ofStrict, ofRelaxed] = [await grown(strict), await grown(relaxed)];
  const refused = async (engine: Engine, resume: Uint8Array, message: RegExp) => {
    const error = await grow(engine, { resume }).then(
      () => assert.unreachable(),
      (error: Error) => error,
    );
    assert.match((error as Error).message, message);
  };
  await refused(
    strict,
    ofRelaxed,
    /^resume: expected a checkpoint of .*, but precision was "relaxed" and is "strict"$/,
  );
  await refused(
    relaxed,
    ofStrict,
    /^resume: expected a checkpoint of .*, but precision was "strict" and is "relaxed"$/,
  );
  assert.is((await grow(relaxed, { resume: ofRelaxed })).describe().precision, 'relaxed');
  assert.is((await grow(strict, { resume: ofStrict })).describe().precision, undefined);
});

test('a precision that there is none of is a damaged file', () => {
  assert.throws(
    () => precisionIn({ precision: 'sloppy' }),
    /^bytes: the metadata of this net are damaged: precision is not 'relaxed'$/,
  );
  assert.equal(precisionIn({}), {});
});

test.run();
