import { createEngine, Dataset, GaterNet, type GaterNetOptions } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

// Every block of memory is given a tail that nobody asked for: whoever writes past the end of a block changes one.

const TAIL = 256;
const MARK = 0xa5;

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
    const { arena } = engine;
    const allocate = arena.allocate.bind(arena);
    const release = arena.release.bind(arena);
    const ends = new Map<number, number>();
    const tails = () => [...ends.values()].map((end) => engine.u8(end, TAIL));
    arena.allocate = (bytes: number) => {
      const at = allocate(bytes + TAIL);
      ends.set(at, at + bytes);
      engine.u8(at + bytes, TAIL).fill(MARK);
      return at;
    };
    arena.release = (at: number) => {
      assert.ok(
        engine.u8(ends.get(at)!, TAIL).every((byte) => byte === MARK),
        `a block of ${name} was overrun`,
      );
      ends.delete(at);
      release(at);
    };
    const [rows, height, width] = [37, 9, 11];
    const values = Uint8Array.from({ length: rows * 3 * height * width }, (_, i) => (i * 7919) % 251);
    const labels = Int32Array.from({ length: rows }, (_, i) => i % 3);
    const data = Dataset.images({ channels: 3, height, width, values, labels, classes: 3 });
    const small = { kind: 'resnet', depth: 8, width: 4 } as const;
    const net = await GaterNet.create(data, { backbone: small, gater: small, engine, ...options });
    await net.fit(data, { epochs: 2, batchSize: 33, validation: data, learningRate: 0.01 });
    await net.predict(data, { batchSize: 5 });
    assert.ok(ends.size > 0);
    for (const tail of tails())
      assert.ok(
        tail.every((byte) => byte === MARK),
        `a block of ${name} was overrun`,
      );
    net.dispose();
    assert.is(ends.size, 0);
  });
}

test.run();
