import { createEngine, type Engine, GaterNet } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Kernels } from '#dist/runtime/kernels.js';
import { noiseImages, scramble } from '../../support/gated-images.js';
import { refusesAsync } from '../../support/refuses.js';

const backbone = { kind: 'resnet', depth: 8, width: 4 } as const;
const gater = { kind: 'resnet', depth: 8, width: 3 } as const;

/** Counts calls of an engine's kernels from here on. */
function counting(engine: Engine): Map<string, number> {
  const calls = new Map<string, number>();
  const exports = engine.kernels;
  const kernels = new Proxy({} as Kernels, {
    get(_, name: keyof Kernels) {
      calls.set(name, (calls.get(name) ?? 0) + 1);
      return exports[name];
    },
  });
  Object.assign(engine, { kernels });
  return calls;
}

test('gates: what predict tells too, at any batch size, and a batch at a time', async () => {
  const engine = await createEngine();
  const data = noiseImages(1, 40, 3, 9, 11);
  const net = await GaterNet.create(data, { engine, backbone, gater });
  scramble(net, 7);
  const { gates } = await net.predict(data, { gates: true });
  assert.ok(new Set(gates).size === 2, 'some are open, some closed');
  for (const batchSize of [1, 7, 40, 64]) {
    assert.equal(await net.gates(data, { batchSize }), gates);
    const parts: number[] = [];
    for await (const part of net.gateBatches(data, { batchSize })) {
      assert.is(part.first * net.network.gates, parts.length);
      parts.push(...part.gates);
    }
    assert.equal(Float32Array.from(parts), gates);
  }
  net.dispose();
});

test('gates run the gater alone, and fold it once for all batches', async () => {
  const engine = await createEngine();
  const data = noiseImages(1, 40, 3, 9, 11);
  const net = await GaterNet.create(data, { engine, backbone, gater });
  const convolutions = net.network.gater!.convs.filter((conv) => conv !== undefined).length;
  const calls = counting(engine);
  const sum = (...names: string[]) => names.reduce((total, name) => total + (calls.get(name) ?? 0), 0);
  await net.gates(data, { batchSize: 8 });
  assert.is(sum('winograd_weights', 'conv_weights'), convolutions);
  assert.is(sum('winograd_forward', 'conv_forward'), 5 * convolutions);
  assert.is(sum('gate_decide'), 5);
  net.dispose();
});

test('a stream that is left early gives its memory back, and lets go of the net', async () => {
  const engine = await createEngine();
  const data = noiseImages(1, 40, 3, 9, 11);
  const net = await GaterNet.create(data, { engine, backbone, gater });
  const { used } = engine.arena;
  for await (const { first } of net.gateBatches(data, { batchSize: 8 })) {
    assert.throws(() => net.dispose(), /the net is at work/);
    if (first === 8) break;
  }
  assert.is(engine.arena.used, used);
  net.dispose();
});

test('refused as predict refuses', async () => {
  const data = noiseImages(1, 8, 3, 9, 11);
  const engine = await createEngine();
  const [net, plain] = [
    await GaterNet.create(data, { engine, backbone, gater }),
    await GaterNet.create(data, { engine, backbone, gater: false }),
  ];
  const first = (of: GaterNet, options: object) => () => of.gateBatches(data, options).next();
  for (const run of [(options: object) => () => net.gates(data, options), (options: object) => first(net, options)]) {
    await refusesAsync(run({ batchSize: 0 }), RangeError, /^batchSize: expected an integer from 1/);
    await refusesAsync(run({ signal: AbortSignal.abort(new Error('stopped')) }), Error, /^stopped$/);
  }
  await refusesAsync(() => plain.gates(data), TypeError, /^gates: this net has no gater/);
  await refusesAsync(first(plain, {}), TypeError, /^gates: this net has no gater/);
  net.dispose();
  await refusesAsync(() => net.gates(data), Error, /^this net was disposed of/);
});

test.run();
