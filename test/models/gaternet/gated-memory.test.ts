import { createEngine, Dataset, GaterNet, type GaterNetOptions } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MarkedMemory } from '../../support/marked-memory.js';

const NETS: readonly (readonly [string, GaterNetOptions])[] = [
  ['a bottleneck wider than the features, normalised', { bottleneck: 70, bottleneckNorm: true }],
  ['a bottleneck wider than the features', { bottleneck: 70 }],
  ['every convolution gated', { placement: 'every-conv', bottleneckNorm: true }],
  ['no gater', { gater: false }],
  ['a plain net with pools', { backbone: { kind: 'cnn', filters: [5, 9] }, placement: 'every-conv' }],
];

for (const [name, options] of NETS) {
  test(`training and inference write inside their blocks: ${name}`, async () => {
    const engine = await createEngine();
    const memory = new MarkedMemory(engine);
    const [rows, height, width] = [37, 9, 11];
    const values = Uint8Array.from({ length: rows * 3 * height * width }, (_, i) => (i * 7919) % 251);
    const labels = Int32Array.from({ length: rows }, (_, i) => i % 3);
    const data = Dataset.images({ channels: 3, height, width, values, labels, classes: 3 });
    const small = { kind: 'resnet', depth: 8, width: 4 } as const;
    const net = await GaterNet.create(data, { backbone: small, gater: small, engine, ...options });
    await net.fit(data, { epochs: 2, batchSize: 33, validation: data, learningRate: 0.01 });
    await net.predict(data, { batchSize: 5 });
    assert.ok(memory.blocks > 0);
    memory.check();
    net.dispose();
    assert.is(memory.blocks, 0);
  });
}

test.run();
