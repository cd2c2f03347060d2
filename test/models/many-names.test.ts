// What is written can be read, however large; what could not be read is refused before the work.
import { Dataset, DenseNet, loadNet } from 'espalier';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { refusesAsync } from '../support/refuses.js';

const test = suite('many names');

/** Two rows, one feature each, of so many. */
function wide(names: readonly string[]): Dataset {
  return Dataset.sparse({
    ...{ rows: 2, columns: names.length, featureNames: names, labels: [0, 1] },
    ...{ start: Int32Array.of(0, 1, 2), index: Int32Array.of(0, names.length - 1), value: Float32Array.of(1, 1) },
  });
}

test('a net of 500,000 named features saves and loads', async () => {
  const data = wide(Array.from({ length: 500_000 }, (_, i) => `a "feature" numbered ${i}`));
  const net = await DenseNet.create(data, { hidden: [], inputDropout: 0 });
  const again = await loadNet(net.save());
  assert.equal((await again.predict(data)).outputs, (await net.predict(data)).outputs);
  assert.is((again as DenseNet).featureNames!.at(-1), 'a "feature" numbered 499999');
});

test('names that no file can hold are refused before a net is made', async () => {
  const data = wide(Array.from({ length: 100 }, (_, i) => `${i}${'x'.repeat(1_000_000)}`));
  await refusesAsync(
    () => DenseNet.create(data, { hidden: [] }),
    RangeError,
    /^train: expected names and structure of at most 90000000 bytes in the net's file, got \d+$/,
  );
});

test.run();
