// saveAsync: the file of save, of the weights of its call, in turns with other tasks.
import { DenseNet, GaterNet, loadNet, type Net } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { classesOf, stripes } from '../support/gated-images.js';
import { sparse, switches } from '../support/problems.js';
import { SlowClock } from '../support/slow-clock.js';

const rows = sparse(switches(1, 60));
const pictures = classesOf(stripes(5, 36));
const small = { kind: 'resnet', depth: 8, width: 4 } as const;
const nets: [string, Net, () => Promise<unknown>][] = [];
const dense = await DenseNet.create(rows, { hidden: [40] });
nets.push(['DenseNet', dense, () => dense.fit(rows, { epochs: 1 })]);
const gated = await GaterNet.create(pictures, { backbone: small, gater: small });
nets.push(['GaterNet', gated, () => gated.fit(pictures, { epochs: 1, batchSize: 12 })]);

for (const [name, net, fit] of nets) {
  test(`${name}: the file of save, though the net goes on learning meanwhile`, async () => {
    const before = net.save({ note: 'mine' });
    let turns = 0;
    const clock = new SlowClock();
    let made: Uint8Array;
    try {
      void clock.after(3, () => {
        turns = 3;
      });
      const saving = net.saveAsync({ note: 'mine' });
      await fit();
      made = await saving;
    } finally {
      clock.stop();
    }
    assert.is(turns, 3, 'it yields');
    // Not by equal, which would list all differences.
    assert.ok(Buffer.from(made).equals(before), 'the weights of then');
    assert.not.ok(Buffer.from(net.save({ note: 'mine' })).equals(before), 'it has learned');
    (await loadNet(made)).dispose();
  });
}

test('its signal stops it, and what save refuses it refuses', async () => {
  const reason = new Error('enough');
  assert.is(await dense.saveAsync({}, { signal: AbortSignal.abort(reason) }).catch((error) => error), reason);
  const clock = new SlowClock();
  const stop = new AbortController();
  try {
    void clock.after(2, () => stop.abort(reason));
    assert.is(await dense.saveAsync({}, { signal: stop.signal }).catch((error) => error), reason);
  } finally {
    clock.stop();
  }
  const refusal = await dense.saveAsync({ note: 1 } as never).catch((error) => error);
  assert.instance(refusal, TypeError);
  assert.throws(
    () => dense.save({ note: 1 } as never),
    (error: Error) => error.message === refusal.message,
  );
});

test.run();
