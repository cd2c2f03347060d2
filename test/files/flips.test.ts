// A damaged file is refused, or it is what it was.

import { readFileSync } from 'node:fs';
import type { Prediction } from 'espalier';
import { DenseNet, GaterNet, loadNet, TrfNet, TseNet } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { datasetOf, type Expected, imagesOf, optionsOf } from '../fixtures/fixture.js';
import { Random } from '../support/random.js';

const folder = 'test/fixtures/format-2';
const read = (name: string) => new Uint8Array(readFileSync(`${folder}/${name}.safetensors`));
const expected = JSON.parse(readFileSync(`${folder}/expected.json`, 'utf8')) as Expected;

/** What a file leads to, to the bit. */
async function outputsOf(name: string, bytes: Uint8Array): Promise<Prediction['outputs']> {
  const kind = name.split('.')[0]!;
  const train = () => datasetOf(kind, expected.train);
  const made = {
    'dense.fit': async () => {
      const net = await DenseNet.load(read('dense.start'));
      try {
        await net.fit(train(), { ...optionsOf.fit, validation: train(), resume: bytes });
        return net;
      } catch (error) {
        net.dispose();
        throw error;
      }
    },
    'trf.growth': () => TrfNet.grow(train(), { ...optionsOf.trf, resume: bytes }),
    'tse.growth': () => TseNet.grow(train(), { ...optionsOf.tse, resume: bytes }),
  }[name];
  const net = await (made ? made() : loadNet(bytes));
  const data = net instanceof GaterNet ? imagesOf(expected) : datasetOf(kind, expected.rows);
  const { outputs } = await net.predict(data);
  net.dispose();
  return outputs;
}

const FLIPS = 300;

for (const name of ['dense', 'trf', 'tse', 'gaternet', 'dense.fit', 'trf.growth', 'tse.growth']) {
  test(`${name}: a flipped bit anywhere is refused or changes nothing`, async () => {
    const bytes = read(name);
    const wanted = await outputsOf(name, bytes);
    const random = new Random(name.length);
    const header = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const count = { refused: 0, same: 0 };
    for (let i = 0; i < FLIPS; i++) {
      // Half of them in the header, which is the smaller part of large files.
      const at = random.below(i % 2 ? bytes.length : header);
      const damaged = bytes.slice();
      damaged[at]! ^= 1 << random.below(8);
      let outputs: Prediction['outputs'];
      try {
        outputs = await outputsOf(name, damaged);
      } catch (error) {
        assert.ok(error instanceof TypeError || error instanceof RangeError, `byte ${at}: ${error}`);
        assert.match((error as Error).message, /^(bytes|resume): /, `byte ${at}`);
        count.refused++;
        continue;
      }
      assert.equal(outputs, wanted, `byte ${at}`);
      count.same++;
    }
    console.log(`${name}: ${JSON.stringify(count)}`);
    assert.ok(count.refused > 0.9 * FLIPS, JSON.stringify(count));
  });
}

test.run();
