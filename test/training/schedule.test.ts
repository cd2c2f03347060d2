import { DenseNet } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Schedule, scheduleFactor } from '#dist/training/schedule.js';
import { close } from '../support/allclose.js';
import { dense, switches } from '../support/problems.js';
import { refuses } from '../support/refuses.js';

const factors = (schedule: Schedule, epochs: number) =>
  Array.from({ length: epochs }, (_, epoch) => scheduleFactor(schedule, epoch, epochs));

test('factors follow their formulas', () => {
  for (const epochs of [1, 2, 7, 50, 300]) {
    const formula = (f: (t: number) => number) => Array.from({ length: epochs }, (_, t) => f(t));
    assert.equal(
      factors('constant', epochs),
      formula(() => 1),
    );
    close(
      factors('inverse-sqrt', epochs),
      formula((t) => 1 / Math.sqrt(t + 1)),
      1e-15,
      'inverse-sqrt',
    );
    close(
      factors('cosine', epochs),
      formula((t) => (1 + Math.cos((Math.PI * t) / epochs)) / 2),
      1e-14,
      'cosine',
    );
    close(
      factors({ steps: [0.5, 0.75], factor: 0.1 }, epochs),
      formula((t) => (t / epochs >= 0.75 ? 0.01 : t / epochs >= 0.5 ? 0.1 : 1)),
      1e-15,
      'steps',
    );
    assert.equal(
      factors((t, all) => t + all, epochs),
      formula((t) => t + epochs),
    );
  }
});

test('a run uses them', async () => {
  const train = dense(switches(1, 20));
  const net = await DenseNet.create(train, { hidden: [2] });
  for (const [schedule, expected] of [
    ['inverse-sqrt', [1, Math.SQRT1_2, 1 / Math.sqrt(3)]],
    [undefined, [1, 0.75, 0.25]],
    [{ steps: [0.5], factor: 0 }, [1, 1, 0]],
  ] as const) {
    const { history } = await net.fit(train, { epochs: 3, learningRate: 0.5, ...(schedule ? { schedule } : {}) });
    close(
      history.map((h) => h.learningRate),
      expected.map((f) => f / 2),
      1e-12,
      String(schedule),
    );
  }
  net.dispose();
});

test('what is no schedule is refused', () => {
  const refused = (schedule: unknown, kind: typeof TypeError | typeof RangeError, message: RegExp) =>
    refuses(() => scheduleFactor(schedule as Schedule, 0, 5), kind, message);
  refused(
    'linear',
    TypeError,
    /^schedule: expected an object of steps, factor or 'constant', 'inverse-sqrt', 'cosine' or a function, got "linear"$/,
  );
  refused({ steps: [0.5] }, TypeError, /^schedule\.factor: expected a factor from 0, got undefined$/);
  refused({ steps: [0.5], factor: NaN }, RangeError, /^schedule\.factor: expected a factor from 0, got NaN$/);
  refused({ steps: [0.5, 30], factor: 0.1 }, RangeError, /^schedule.steps\[1\]: expected a fraction .* got 30$/);
  refused(() => -1, RangeError, /^schedule: expected a factor of at least 0 for epoch 0, got -1$/);
  refused(() => NaN, RangeError, /^schedule: .* got NaN$/);
  refused(() => undefined, RangeError, /^schedule: .* got undefined$/);
});

test.run();
