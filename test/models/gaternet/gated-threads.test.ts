import { createEngine, type Dataset, type Engine, GaterNet, type GaterNetOptions } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { GatedInference } from '#dist/models/gaternet/gated-inference.js';
import type { GatedSession } from '#dist/models/gaternet/gated-session.js';
import { Pace } from '#dist/runtime/pace.js';
import { logitsOf, noiseImages, scramble } from '../../support/gated-images.js';
import { sameAtAnyThreads } from '../../support/threads.js';
import { untilStopped } from '../../support/until-stopped.js';

const small = { kind: 'resnet', depth: 8, width: 3 } as const;
/** Wide enough that each layer is cut into shares. */
const wide = { kind: 'resnet', depth: 8, width: 11 } as const;
/** Channels that are no multiple of 4, kernels of 1, 3, 4, 5 and 7, strides of 2, both pools, gates on nearly all. */
const mixed: GaterNetOptions['backbone'] = [
  { type: 'conv', filters: 13, kernel: 7, stride: 2 },
  { type: 'max-pool', size: 3, stride: 2, padding: 1 },
  { type: 'block', filters: 22, stride: 2 },
  { type: 'conv', filters: 21, kernel: 4, padding: 2 },
  { type: 'average-pool', size: 2, stride: 1 },
  { type: 'conv', filters: 65, kernel: 1, gated: false },
  { type: 'block', filters: 65 },
  { type: 'conv', filters: 70, kernel: 5 },
  { type: 'conv', filters: 67 },
];

const CASES: Record<string, { options: GaterNetOptions; rows: number; size: number; batch?: number }> = {
  'ResNet, 33 images': {
    options: { backbone: wide, gater: wide, bottleneck: 5, bottleneckNorm: true, placement: 'every-conv' },
    rows: 33,
    size: 19,
  },
  'mixed, 19 images': { options: { backbone: mixed, gater: small, placement: 'every-conv' }, rows: 19, size: 47 },
  'CNN, an image at a time': {
    options: { backbone: { kind: 'cnn', filters: [5, 66] }, gater: small, augmentation: { pad: 2, flip: true } },
    rows: 2,
    size: 12,
    batch: 1,
  },
};

const rowsOf = ({ rows }: Dataset) => Int32Array.from({ length: rows }, (_, i) => i);

for (const [name, { options, rows, size, batch = rows }] of Object.entries(CASES)) {
  test(`${name}: loss, gradients, statistics, gates and logits have the same bits on any number of threads`, async () => {
    const data = noiseImages(size, rows, 3, size, size);
    await sameAtAnyThreads(async (engine) => {
      const net = await GaterNet.create(data, { engine, seed: 3, ...options });
      scramble(net, 5);
      const { network } = net;
      const all = () => engine.f32(network.parameters.at, network.parameters.length).slice();
      const session = network.startTraining(data, batch);
      const { sum } = await session.step(rowsOf(data).subarray(0, batch), 1, 2, new Pace());
      const gradients = engine.f32(session.gradients, network.trainedLength).slice();
      session.commit!();
      session.dispose();
      const moved = all();
      const gates = await net.gates(data);
      const decided = Float32Array.from(gates, (_, i) => Number(i % 3 === 0));
      const logits = await logitsOf(net, data, Math.ceil(rows / 2), { decided });
      const { outputs } = await net.predict(data);
      net.dispose();
      return { sum, gradients, moved, gates, logits, outputs };
    });
  });
}

/** Due at every look; throws at the look of that number. */
class Restless extends Pace {
  looks = 0;

  constructor(private readonly most: number) {
    super();
  }

  override get due(): boolean {
    return true;
  }

  override async turn(): Promise<void> {
    if (++this.looks === this.most) throw new Error('enough');
    await super.turn();
  }
}

test('a step that is broken off anywhere leaves weights and statistics, and the next is what it would have been', async () => {
  const { options, rows, size } = CASES['ResNet, 33 images']!;
  const data = noiseImages(size, rows, 3, size, size);
  const engine = await createEngine();
  const net = await GaterNet.create(data, { engine, seed: 3, ...options });
  scramble(net, 5);
  const { network } = net;
  const all = () => engine.f32(network.parameters.at, network.parameters.length).slice();
  const before = all();
  const session = network.startTraining(data, rows) as GatedSession;
  const step = async (pace: Pace) => {
    const { sum } = await session.step(rowsOf(data), 1, 2, pace);
    return { sum, gradients: engine.f32(session.gradients, network.trainedLength).slice() };
  };
  const whole = await step(new Pace());
  assert.equal(all(), before, 'statistics move with commit alone');
  const counting = new Restless(0);
  assert.equal(await step(counting), whole, 'turns change nothing');
  assert.ok(counting.looks > 100, `${counting.looks} turns`);
  let broken = 0;
  for (let last = 1; last < counting.looks; last += 37) {
    const result = await step(new Restless(last)).catch((error) => error.message);
    if (result === 'enough') broken++;
    // How many turns there are depends on how threads share the items: a late one may not come.
    else assert.equal(result, whole, `turn ${last}`);
    assert.equal(all(), before, `after turn ${last}`);
  }
  assert.ok(broken > 2, `${broken} steps were broken off`);
  assert.equal(await step(new Pace()), whole);
  session.commit();
  assert.not.equal(all(), before);
  session.dispose();
  net.dispose();
});

/** Resolves once the event loop had so many turns. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

test('a fit that is stopped inside a step goes on to the bits of one that was not', async () => {
  const { options } = CASES['ResNet, 33 images']!;
  const data = noiseImages(24, 64, 3, 24, 24);
  const fit = { epochs: 2, batchSize: 32 } as const;
  const make = async (engine: Engine) => GaterNet.create(data, { engine, seed: 3, ...options });
  const engine = await createEngine({ threads: 1 });
  // The interval of turns is over at once.
  const now = performance.now.bind(performance);
  let ticks = 0;
  performance.now = () => now() + 30 * ticks++;
  try {
    const { epochs, batchSize } = fit;
    const whole = await make(engine);
    await whole.fit(data, { epochs, batchSize });
    for (const after of [5, 40, 300]) {
      const net = await make(engine);
      const stop = new AbortController();
      const running = untilStopped(net, data, { epochs, batchSize, signal: stop.signal });
      await turns(after);
      stop.abort();
      const { checkpoint } = await running;
      assert.ok(checkpoint, `after ${after} turns`);
      const other = await make(engine);
      await other.fit(data, { epochs, batchSize, resume: checkpoint });
      assert.equal(other.save(), whole.save(), `after ${after} turns`);
    }
  } finally {
    performance.now = now;
  }
});

test('predictions while a step waits are those of the weights and statistics before it', async () => {
  const { options, rows, size } = CASES['ResNet, 33 images']!;
  const data = noiseImages(size, rows, 3, size, size);
  const engine = await createEngine();
  const net = await GaterNet.create(data, { engine, seed: 3, ...options });
  scramble(net, 5);
  const session = net.network.startTraining(data, rows);
  const step = async () => {
    const { sum } = await session.step(rowsOf(data), 1, 2, new Restless(0));
    return { sum, gradients: engine.f32(session.gradients, net.network.trainedLength).slice() };
  };
  const alone = await step();
  const { outputs } = await net.predict(data);
  let waiting = true;
  const beside = step().finally(() => {
    waiting = false;
  });
  let count = 0;
  while (waiting) {
    assert.equal((await net.predict(data, { batchSize: 9 })).outputs, outputs);
    count++;
    await turns(1);
  }
  assert.ok(count > 2, `${count} predictions`);
  assert.equal(await beside, alone);
  session.dispose();
  net.dispose();
});

test('two streams of predictions by turns give what each gives alone', async () => {
  const { options, rows, size } = CASES['mixed, 19 images']!;
  const data = noiseImages(size, rows, 3, size, size);
  const engine = await createEngine();
  const net = await GaterNet.create(data, { engine, seed: 3, ...options });
  scramble(net, 5);
  const run = async () => {
    const pace = new Restless(0);
    const inference = new GatedInference(net.network, rows);
    await inference.fold(pace);
    await inference.load(data, rowsOf(data), pace);
    const { logits, gates } = await inference.run(rows, pace);
    const result = { logits: engine.f32(logits, 32).slice(), gates };
    inference.dispose();
    return result;
  };
  const alone = await run();
  for (const result of await Promise.all([run(), run(), run()])) assert.equal(result, alone);
  net.dispose();
});

test.run();
