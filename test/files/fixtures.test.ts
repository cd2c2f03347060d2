// Files of every format that a release has written, beside what they must give back.
import { readdirSync, readFileSync } from 'node:fs';
import { DenseNet, GaterNet, loadNet, TrfNet, TseNet } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { datasetOf, type Expected, imagesOf, optionsOf } from '../fixtures/fixture.js';
import { refusesAsync } from '../support/refuses.js';

const folder = 'test/fixtures';
const read = (path: string) => new Uint8Array(readFileSync(`${folder}/${path}.safetensors`));
const formats = readdirSync(folder).filter((name) => name.startsWith('format-'));
const expectedOf = (format: string) =>
  JSON.parse(readFileSync(`${folder}/${format}/expected.json`, 'utf8')) as Expected;

test('every format that there was is here, and every file is small', () => {
  assert.equal(formats.sort(), ['format-1', 'format-2']);
  for (const format of formats)
    for (const name of readdirSync(`${folder}/${format}`))
      assert.ok(readFileSync(`${folder}/${format}/${name}`).length < 20_000, name);
});

for (const format of formats) {
  const expected = expectedOf(format);
  for (const [name, outputs] of Object.entries(expected.outputs)) {
    test(`${format}, ${name}: the same bits as when it was saved, and again from this release's file`, async () => {
      const net = await loadNet(read(`${format}/${name}`));
      const data = net instanceof GaterNet ? imagesOf(expected) : datasetOf(name, expected.rows);
      assert.equal((await net.predict(data)).outputs, Float32Array.from(outputs));
      const again = await loadNet(net.save());
      assert.equal((await again.predict(data)).outputs, Float32Array.from(outputs));
      net.dispose();
      again.dispose();
    });
  }

  test(`${format}: a checkpoint of fit goes on to the bits of a run that never stopped`, async () => {
    const train = datasetOf('dense', expected.train);
    const net = await DenseNet.load(read(`${format}/dense.start`));
    await net.fit(train, { ...optionsOf.fit, validation: train, resume: read(`${format}/dense.fit`) });
    assert.equal(
      (await net.predict(datasetOf('dense', expected.rows))).outputs,
      Float32Array.from(expected.outputs.dense!),
    );
    net.dispose();
  });

  test(`${format}: checkpoints of growing go on to the nets that were saved`, async () => {
    for (const [name, grow] of [
      ['trf', (resume: Uint8Array) => TrfNet.grow(datasetOf('trf', expected.train), { ...optionsOf.trf, resume })],
      ['tse', (resume: Uint8Array) => TseNet.grow(datasetOf('tse', expected.train), { ...optionsOf.tse, resume })],
    ] as const) {
      const net = await grow(read(`${format}/${name}.growth`));
      await net.fit(datasetOf(name, expected.train), optionsOf.fit);
      assert.equal(
        (await net.predict(datasetOf(name, expected.rows))).outputs,
        Float32Array.from(expected.outputs[name]!),
        name,
      );
      net.dispose();
    }
  });
}

test('a checkpoint of release 0.1, of identity version 1, is refused in words', async () => {
  const expected = expectedOf('format-1');
  const train = datasetOf('dense', expected.train);
  const net = await DenseNet.load(read('format-1/dense.start'));
  const resume = read('identity-1/dense.fit');
  await refusesAsync(
    () => net.fit(train, { ...optionsOf.fit, validation: train, resume }),
    RangeError,
    /^resume: expected a checkpoint of version 2, got one of version 1, written by an earlier release of Espalier; run it anew, or go on with that release$/,
  );
  net.dispose();
});

test.run();
