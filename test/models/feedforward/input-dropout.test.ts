import { DenseNet, TrfNet } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dense, sparse, switches } from '../../support/problems.js';
import { refusesAsync } from '../../support/refuses.js';

const train = switches(9, 160);

for (const [name, data] of [
  ['sparse', sparse(train)],
  ['dense', dense(train)],
] as const) {
  test(`inputDropout changes training on ${name} rows, not predictions, and is kept in the file`, async () => {
    const runs: Uint8Array[] = [];
    for (const inputDropout of [0, 0.5, 0.5]) {
      const net = await DenseNet.create(data, { hidden: [8], seed: 2, dropout: 0, inputDropout });
      const before = (await net.predict(data)).outputs;
      await net.fit(data, { epochs: 2, batchSize: 32 });
      const bytes = net.save();
      const again = await DenseNet.load(bytes);
      assert.equal((await again.predict(data)).outputs, (await net.predict(data)).outputs);
      assert.not.equal((await net.predict(data)).outputs, before);
      // Training goes on from the file as from the net: the rate is in it.
      await Promise.all([net.fit(data, { epochs: 1 }), again.fit(data, { epochs: 1 })]);
      assert.equal(again.save(), net.save());
      runs.push(bytes);
      net.dispose();
      again.dispose();
    }
    assert.not.equal(runs[1], runs[0]);
    assert.equal(runs[2], runs[1]);
  });
}

test('the rate must be a share below 1', async () => {
  const grow = (inputDropout: number) => () =>
    TrfNet.grow(sparse(train), { layers: [{ radius: 1, stride: 1 }], inputDropout });
  await refusesAsync(grow(1), RangeError, /inputDropout: expected a share from 0 to below 1, got 1/);
  await refusesAsync(
    grow('half' as unknown as number),
    TypeError,
    /^inputDropout: expected a share from 0 to below 1, got "half"$/,
  );
});

test.run();
