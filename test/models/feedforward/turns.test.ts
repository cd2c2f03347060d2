// What may happen in the turns inside a step, and what a step leaves when it is stopped there.
import { isDeepStrictEqual } from 'node:util';
import { createEngine, Dataset, DenseNet, type Engine, type FeedforwardNet, TrfNet, TseNet } from 'espalier';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { nextTask, Pace } from '#dist/runtime/pace.js';
import { Random } from '../../support/random.js';
import { sparseOf } from '../../support/structure.js';
import { sameAtAnyThreads } from '../../support/threads.js';

const test = suite('turns inside a step');

/** Every look finds that it is time for a turn. */
const own = Object.getOwnPropertyDescriptor(Pace.prototype, 'due')!;
test.before.each(() => {
  Object.defineProperty(Pace.prototype, 'due', { configurable: true, get: () => true });
});
test.after.each(() => {
  Object.defineProperty(Pace.prototype, 'due', own);
});

const random = new Random(1);
const hidden = Array.from({ length: 150 }, () => Array.from({ length: 12 }, () => random.below(2)));
const labels = hidden.map((on) => 2 * on[0]! + on[1]!);
const rows = hidden.map((on) => on.flatMap((x) => Array.from({ length: 11 }, () => (random.chance(0.15) ? 1 - x : x))));
const words = sparseOf(rows, { labels, classes: 4 });
const numbers = Dataset.dense(rows, { labels, classes: 4 });
const layers = [{ radius: 2, stride: 1, globalUnits: 40 }];

type Make = (engine: Engine) => Promise<FeedforwardNet>;
const nets: [string, Make, Dataset][] = [
  ['DenseNet of rows', (engine) => DenseNet.create(words, { engine, hidden: [130, 70], inputDropout: 0.2 }), words],
  ['DenseNet of numbers', (engine) => DenseNet.create(numbers, { engine, hidden: [130, 70] }), numbers],
  ['TrfNet', (engine) => TrfNet.grow(words, { engine, layers, pretrain: { epochs: 1 } }), words],
  ['TseNet', (engine) => TseNet.grow(numbers, { engine }), numbers],
];
const fitting = { epochs: 2, batchSize: 70, learningRate: 0.01 };

for (const [name, make, data] of nets) {
  test(`${name}: training, outputs and explanations have the same bits at any number of threads`, async () => {
    await sameAtAnyThreads(async (engine) => {
      const net = await make(engine);
      const { history } = await net.fit(data, { ...fitting, validation: data });
      const told = history.map(({ loss, validation }) => [loss, validation!.loss]);
      return [told, net.save(), await net.predict(data, { batchSize: 40 }), await net.explain(data)];
    });
  });
}

test('predict in the turns of a step gives what the net of before the step gives, and changes nothing', async () => {
  await sameAtAnyThreads(async (engine) => {
    const [, make, data] = nets[0]!;
    // One step an epoch, so that onEpoch hears of the weights after each.
    const steps = { epochs: 6, batchSize: data.rows, learningRate: 0.01 };
    const outputs = async (net: FeedforwardNet) => String((await net.predict(data, { batchSize: 33 })).outputs);
    const alone = await make(engine);
    const known = new Set([await outputs(alone)]);
    const onEpoch = async () => {
      known.add(await outputs(alone));
    };
    await alone.fit(data, { ...steps, onEpoch });
    assert.is(known.size, 7);
    const net = await make(engine);
    let training = true;
    const fit = net.fit(data, steps).finally(() => {
      training = false;
    });
    const heard: string[] = [];
    while (training) {
      heard.push(await outputs(net));
      await nextTask();
    }
    await fit;
    assert.ok(heard.length > 3, `${heard.length} predictions`);
    for (const one of heard) assert.ok(known.has(one), 'weights that no step left');
    assert.ok(isDeepStrictEqual(net.save(), alone.save()));
    return [...known];
  });
});

test('a step that is stopped at any turn leaves no trace: the same step afterwards gives the same bits', async () => {
  await sameAtAnyThreads(async (engine) => {
    const results: unknown[] = [];
    for (const [, make, data] of nets.slice(0, 2)) {
      const { network } = await make(engine);
      const session = network.startTraining(data, 70);
      const batch = Int32Array.from({ length: 70 }, (_, i) => 2 * i);
      const { at, length } = network.parameters;
      const weights = engine.f32(at, length).slice();
      const gradients = async () => {
        const loss = await session.step(batch, 3, 4, new Pace());
        return [loss, engine.f32(session.gradients, length).slice()];
      };
      const whole = await gradients();
      let stops = 0;
      for (let turns = 0; ; turns++) {
        const stop = new AbortController();
        const pace = new Pace(stop.signal);
        let left = turns;
        const turn = pace.turn.bind(pace);
        pace.turn = async () => {
          if (left-- === 0) stop.abort(new Error('enough'));
          await turn();
        };
        try {
          await session.step(batch, 3, 4, pace);
          break;
        } catch (error) {
          assert.is(error, stop.signal.reason);
          stops++;
        }
        assert.ok(isDeepStrictEqual(engine.f32(at, length), weights), `weights after turn ${turns}`);
        assert.ok(isDeepStrictEqual(await gradients(), whole), `the step after turn ${turns}`);
      }
      assert.ok(stops > 20, `${stops} turns in a step`);
      session.dispose();
      results.push(whole);
    }
    return results;
  });
});

test('timers have their turn inside a step', async () => {
  Object.defineProperty(Pace.prototype, 'due', own);
  const engine = await createEngine({ threads: 1 });
  const columns = 784;
  const large = Dataset.dense(new Float32Array(2048 * columns).fill(0.5), {
    columns,
    labels: Int32Array.from({ length: 2048 }, (_, r) => r % 4),
    classes: 4,
  });
  const net = await DenseNet.create(large, { engine, hidden: [1000, 500] });
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const session = net.network.startTraining(large, 2048);
  await session.step(
    Int32Array.from({ length: 2048 }, (_, r) => r),
    0,
    0,
    new Pace(),
  );
  clearInterval(timer);
  session.dispose();
  net.dispose();
  // 4 s of arithmetic on a slow machine, 100 ms on a fast one.
  assert.ok(ticks >= 2, `${ticks} ticks`);
});

test.run();
