import { createEngine, type Engine, type OptimizerOptions } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOptimizer, optimizerOptions, type Slowed } from '#dist/training/optimizer.js';
import { close } from '../support/allclose.js';
import { Random } from '../support/random.js';
import { refuses } from '../support/refuses.js';
import { sameAtAnyThreads } from '../support/threads.js';

/** The update rules as their papers and PyTorch write them, one number at a time, in double precision. */
function reference(options: ReturnType<typeof optimizerOptions>) {
  let [m, v, t] = [0, 0, 0];
  return (p: number, gradient: number, rate: number): number => {
    t++;
    if (options.kind === 'sgd') {
      const g = gradient + options.weightDecay * p;
      m = options.momentum * m + g;
      return p - rate * (options.nesterov ? g + options.momentum * m : m);
    }
    const { beta1, beta2, epsilon, weightDecay, decoupled } = options;
    const g = gradient + (decoupled ? 0 : weightDecay * p);
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    const shrunk = decoupled ? p - rate * weightDecay * p : p;
    return shrunk - (rate * (m / (1 - beta1 ** t))) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon);
  };
}

const all: OptimizerOptions[] = [
  'adam',
  'sgd',
  { kind: 'sgd', momentum: 0 },
  { kind: 'sgd', momentum: 0.5, nesterov: true, weightDecay: 0.1 },
  { kind: 'adam', beta1: 0, beta2: 0.5, epsilon: 1e-3, weightDecay: 0.2 },
  { kind: 'adam', weightDecay: 0.2, decoupled: true },
];

for (const given of all) {
  test(`${JSON.stringify(given)}: twenty updates with changing rates are the formula's to 1e-5`, async () => {
    await updates(await createEngine(), given, 48, 20);
  });

  test(`${JSON.stringify(given)}: in parts, with the same bits at any number of threads`, async () => {
    // Three parts, the last of 16 numbers.
    await sameAtAnyThreads((engine) => updates(engine, given, 2 ** 15 + 16, 2));
  });
}

for (const given of ['adam', { kind: 'sgd', momentum: 0.5, nesterov: true, weightDecay: 0.1 }] as const) {
  test(`${JSON.stringify(given)}: numbers from a place on move at a share of the rate`, async () => {
    await updates(await createEngine(), given, 48, 20, { from: 16, factor: 0.25 });
    await sameAtAnyThreads((engine) => updates(engine, given, 2 ** 16, 2, { from: 2 ** 15 + 32, factor: 0.25 }));
  });
}

async function updates(
  engine: Engine,
  given: OptimizerOptions,
  length: number,
  steps: number,
  slowed?: Slowed,
): Promise<Float32Array> {
  const scope = engine.scope();
  const random = new Random(1);
  const options = optimizerOptions(given);
  const optimizer = createOptimizer(engine, scope, length, options);
  const parameters = { at: scope.zeros(length), length };
  const gradients = scope.zeros(length);
  const start = Float32Array.from({ length }, () => random.next() * 2 - 1);
  engine.f32(parameters.at, length).set(start);
  const expected = Array.from(start);
  const rules = expected.map(() => reference(options));
  for (let step = 0; step < steps; step++) {
    const g = Float32Array.from({ length }, () => random.next() * 2 - 1);
    const rate = 0.05 / (step + 1);
    engine.f32(gradients, length).set(g);
    optimizer.step(parameters, gradients, rate, slowed);
    rules.forEach((rule, i) => {
      expected[i] = rule(expected[i]!, g[i]!, slowed && i >= slowed.from ? rate * slowed.factor : rate);
    });
  }
  close(engine.f32(parameters.at, length), expected, 1e-5, 'parameters');
  const moved = engine.f32(parameters.at, length).slice();
  scope.dispose();
  return moved;
}

test('defaults', () => {
  assert.equal(optimizerOptions('adam'), {
    kind: 'adam',
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
    decoupled: false,
  });
  assert.equal(optimizerOptions('sgd'), { kind: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0 });
  assert.equal(optimizerOptions({ kind: 'adam', beta1: undefined } as never), optimizerOptions('adam'));
});

test('nonsense is refused', () => {
  const refused = (options: unknown, kind: typeof TypeError | typeof RangeError, message: RegExp) =>
    refuses(() => optimizerOptions(options as OptimizerOptions), kind, message);
  refused('rmsprop', TypeError, /^optimizer: expected 'adam', 'sgd', an object of that kind, got "rmsprop"$/);
  refused({}, TypeError, /^optimizer: /);
  refused(null, TypeError, /^optimizer: .* got null$/);
  refused({ kind: 'adam', beta1: 1 }, RangeError, /^optimizer.beta1: expected a number from 0 to below 1, got 1$/);
  refused({ kind: 'adam', beta2: -0.1 }, RangeError, /^optimizer.beta2: .* got -0.1$/);
  refused({ kind: 'adam', epsilon: NaN }, RangeError, /^optimizer.epsilon: .* got NaN$/);
  refused(
    { kind: 'sgd', momentum: '0.9' },
    TypeError,
    /^optimizer\.momentum: expected a number from 0 to below 1, got "0\.9"$/,
  );
  refused({ kind: 'sgd', weightDecay: 1.5 }, RangeError, /^optimizer.weightDecay: .* got 1.5$/);
  refused({ kind: 'sgd', nesterov: 'yes' }, TypeError, /^optimizer\.nesterov: expected a boolean, got "yes"$/);
  refused({ kind: 'adam', decoupled: 1 }, TypeError, /^optimizer\.decoupled: expected a boolean, got 1$/);
  refused(
    { kind: 'adam', beta: 0.5 },
    TypeError,
    /^optimizer\.beta: expected an option of optimizer 'adam', got a name that is none; did you mean beta1\?$/,
  );
  refused({ kind: 'sgd', beta1: 0.5 }, TypeError, /^optimizer.beta1: /);
});

test.run();
