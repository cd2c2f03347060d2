import { chowLiuTree, createEngine, Dataset, DenseNet, latentTree, mutualInformation, TrfNet } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MEMORY_CASES, NETS, topics } from '../support/memory-cases.js';
import { memoryPeak } from '../support/memory-peak.js';
import { refusesAsync } from '../support/refuses.js';

/** The others, and larger sizes: npm run bench:memory. */
const HERE = /^(chowLiuTree, sparse rows|latentTree|TrfNet.grow, sparse rows|TseNet.grow|DenseNet.create|fit, dense)$/;

for (const { name, sizes, prepare } of MEMORY_CASES.filter((one) => HERE.test(one.name))) {
  test(`${name}: what was reckoned beforehand is what is used, within a quarter`, async () => {
    const engine = await createEngine();
    const work = await prepare(engine, sizes[0]);
    engine.estimated = 0;
    const { used } = await memoryPeak(engine, work, 0.04);
    const ratio = engine.estimated / used;
    assert.ok(ratio > 0.8 && ratio < 1.25, `${engine.estimated} bytes reckoned, ${used} used`);
  });
}

for (const method of ['trf', 'tse', 'dense', 'gaternet'] as const) {
  test(`memory of a ${method} net: what fit is refused for below it, and what it reckons with; nothing is allocated`, async () => {
    const engine = await createEngine();
    const { net, data } = await NETS[method](engine, 600);
    const { features, targets } = data;
    const options = { epochs: 1, batchSize: 32, validation: data, onCheckpoint: () => {} };
    for (const rows of [data, new Dataset(features, targets)]) {
      const { used, peak } = engine.arena;
      const told = net.memory(rows, options);
      assert.is(engine.arena.used, used);
      assert.is(engine.arena.peak, peak);
      assert.ok(told < net.memory(rows, { ...options, batchSize: 4 * options.batchSize }));
      engine.estimated = 0;
      await net.fit(rows, options);
      assert.is(engine.estimated, told);
      (engine as { maxMemory: number }).maxMemory = told - 1;
      await refusesAsync(() => net.fit(new Dataset(features, targets), options), RangeError, /raise maxMemory$/);
      (engine as { maxMemory: number }).maxMemory = 2 ** 32;
    }
    net.dispose();
  });
}

test('beyond maxMemory: refused with the number, before anything is allocated', async () => {
  const engine = await createEngine({ maxMemory: 2 ** 20 });
  const { used, memory } = engine.arena;
  const size = memory.buffer.byteLength;
  const data = topics(6000, 1000);
  const columns = 2 ** 31 - 1;
  const [start, index, value] = [Int32Array.of(0, 1), Int32Array.of(columns - 1), Float32Array.of(1)];
  const wide = Dataset.sparse({ rows: 1, columns, start, index, value });
  const net = await DenseNet.create(topics(3000, 30), { hidden: [8], engine });
  const kept = engine.arena.used;
  const number = /^[a-zA-Z]+: .+ needs \d+\.\d MB, the limit is 1\.0 MB; use .+ or raise maxMemory$/;
  for (const call of [
    () => chowLiuTree(data, { engine }),
    () => chowLiuTree(wide, { engine }),
    () => chowLiuTree(wide, { engine, bins: 4 }),
    () => mutualInformation(wide, 0, 1, { engine }),
    () => latentTree(wide, { engine }),
    () => TrfNet.grow(data, { engine }),
    () => DenseNet.create(data, { engine }),
    () => DenseNet.create(data, { engine, hidden: [1], input: 'tf-idf' }),
    () => net.fit(topics(3000, 30), { batchSize: 3000 }),
    () => net.predict(topics(3000, 30), { batchSize: 3000 }),
    () => net.evaluate(topics(3000, 30), { batchSize: 3000 }),
    () => net.explain(topics(9000, 30)),
  ])
    await refusesAsync(call, RangeError, number);
  assert.is(engine.arena.used, kept);
  net.dispose();
  assert.is(engine.arena.used, used);
  assert.is(memory.buffer.byteLength, size);
});

test.run();
