// What a row of a class counts in training.

import { readFileSync } from 'node:fs';
import { createEngine, Dataset, DenseNet, type FitOptions, GaterNet } from 'espalier';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Pace } from '#dist/runtime/pace.js';
import { classWeightsOf } from '#dist/training/class-weights.js';
import { lossFor } from '#dist/training/losses.js';
import { close } from '../support/allclose.js';
import { classesOf, stripes } from '../support/gated-images.js';
import { dense, switches, tasks, values } from '../support/problems.js';
import { refuses, refusesAsync } from '../support/refuses.js';

const test = suite('class weights');

interface Golden {
  classes: number;
  labels: number[];
  outputs: number[];
  balancedWeights: number[];
  weightedLoss: number;
}

const golden: Golden[] = JSON.parse(readFileSync('test/golden/metrics.json', 'utf8')).classes;
const targetsOf = (labels: readonly number[], classes: number) =>
  ({ kind: 'classes', values: Int32Array.from(labels), classes }) as const;

test('balanced ones are those of scikit-learn, 0 for a class without rows', () => {
  for (const { classes, labels, balancedWeights } of golden)
    close(classWeightsOf('balanced', targetsOf(labels, classes), classes)!, balancedWeights, 1e-12, 'weights');
});

test('given ones keep their ratios, with a mean of 1 over the rows', () => {
  const targets = targetsOf([0, 0, 0, 1], 3);
  for (const scale of [1, 7, 1e300, 1e-300])
    close(classWeightsOf([scale, 5 * scale, 9 * scale], targets, 3)!, [0.5, 2.5, 4.5], 1e-12, `scale ${scale}`);
  assert.is(classWeightsOf(undefined, targets, 3), undefined);
});

test('the loss of a batch, added up over tiles, is the weighted log loss of scikit-learn', async () => {
  const engine = await createEngine();
  for (const { classes, labels, outputs, weightedLoss } of golden) {
    const targets = targetsOf(labels, classes);
    const scope = engine.scope();
    const tiles = Math.ceil(labels.length / 32);
    const [d, logits] = [scope.bytes(tiles * classes * 128), scope.bytes(tiles * classes * 128)];
    const weights = classWeightsOf('balanced', targets, classes);
    const bound = lossFor('classes', classes).prepare(engine, scope, labels.length, weights);
    outputs.forEach((p, i) => {
      const [r, c] = [Math.floor(i / classes), i % classes];
      const at = (r >> 5) * classes * 32 + c * 32 + (r & 31);
      engine.f32(logits, tiles * classes * 32)[at] = Math.log(p);
    });
    const rows = Int32Array.from(labels.keys());
    const { sum, weight } = await bound.gradient(d, logits, targets, rows, new Pace());
    close([sum / weight], [weightedLoss], 1e-5, 'loss');
    scope.dispose();
  }
});

const problem = switches(3, 70);
const train = dense(problem);
const whole: FitOptions = { epochs: 6, batchSize: 1000, optimizer: { kind: 'sgd' }, learningRate: 0.3 };

async function weightsAfter(data: Dataset, options: FitOptions): Promise<Float32Array | Float64Array> {
  const net = await DenseNet.create(data, { hidden: [6], dropout: 0, seed: 2 });
  await net.fit(data, options);
  const { outputs } = await net.predict(train);
  net.dispose();
  return outputs;
}

test('a class that counts three times is one whose rows are there three times', async () => {
  const often = problem.labels.flatMap((label, r) => (label === 2 ? [r, r, r] : [r]));
  const repeated = dense({
    rows: often.map((r) => problem.rows[r]!),
    labels: often.map((r) => problem.labels[r]!),
  });
  const weighted = await weightsAfter(train, { ...whole, classWeights: [1, 1, 3, 1] });
  close(weighted, await weightsAfter(repeated, whole), 1e-5, 'outputs');
  const plain = await weightsAfter(train, whole);
  assert.throws(() => close(weighted, plain, 1e-2, 'outputs'));
});

test('equal weights give the bits of none, and only ratios matter', async () => {
  const options: FitOptions = { epochs: 4, batchSize: 16 };
  assert.equal(
    await weightsAfter(train, { ...options, classWeights: [3, 3, 3, 3] }),
    await weightsAfter(train, options),
  );
  assert.equal(
    await weightsAfter(train, { ...options, classWeights: [1, 2, 3, 4] }),
    await weightsAfter(train, { ...options, classWeights: [4, 8, 12, 16] }),
  );
});

test('a gated net too: a class of weight 0 is not learned', async () => {
  const images = classesOf(stripes(1, 40));
  const small = { backbone: 'resnet-8', width: 4, gater: 'resnet-8', gaterWidth: 4, seed: 1 } as const;
  for (const silent of [0, 1] as const) {
    const net = await GaterNet.create(images, small);
    await net.fit(images, {
      epochs: 3,
      batchSize: 20,
      learningRate: 0.05,
      classWeights: silent === 0 ? [0, 1, 0, 0] : [1, 0, 0, 0],
    });
    const { recall } = await net.evaluate(images);
    assert.equal([recall![silent], recall![1 - silent]], [0, 1]);
    net.dispose();
  }
});

test('epochs are compared by balanced accuracy, and evaluate counts every row once', async () => {
  const labels = problem.labels.map((label) => (label === 3 ? 1 : 0));
  const data = Dataset.dense(problem.rows, { labels });
  const net = await DenseNet.create(data, { hidden: [8], dropout: 0 });
  const { history, bestEpoch } = await net.fit(data, {
    validation: data,
    classWeights: 'balanced',
    epochs: 30,
    batchSize: 10,
  });
  const best = history.reduce((most, { validation: v }) => Math.max(most, v!.balancedAccuracy!), 0);
  assert.is(history[bestEpoch - 1]!.validation!.balancedAccuracy, best);
  const { loss } = await net.evaluate(data);
  const { outputs } = await net.predict(data);
  const own = labels.reduce<number>((sum, label, r) => sum - Math.log(outputs[2 * r + label]!), 0) / labels.length;
  close([loss], [own], 1e-4, 'loss');
  net.dispose();
});

test('a run goes on from its checkpoint to the same bits, and not with other weights', async () => {
  const options: FitOptions = { epochs: 4, batchSize: 16, classWeights: 'balanced', validation: train };
  const whole = await DenseNet.create(train, { hidden: [6], seed: 2 });
  let checkpoint: Uint8Array | undefined;
  await whole.fit(train, {
    ...options,
    onCheckpoint: (bytes) => {
      checkpoint ??= bytes;
    },
  });
  const other = await DenseNet.create(train, { hidden: [6], seed: 2 });
  for (const classWeights of [undefined, [1, 2, 1, 1]])
    await refusesAsync(
      () => other.fit(train, { ...options, classWeights, resume: checkpoint }),
      RangeError,
      /classWeights was "balanced" and is (not given|\[1,2,1,1\])/,
    );
  await other.fit(train, { ...options, resume: checkpoint });
  assert.equal(other.save(), whole.save());
  whole.dispose();
  other.dispose();
});

test('memory reckons with them as fit takes it', async () => {
  const net = await DenseNet.create(train, { hidden: [6], engine: await createEngine() });
  const options: FitOptions = { epochs: 1, batchSize: 16, classWeights: 'balanced' };
  const reckoned = net.memory(train, options);
  assert.ok(reckoned >= net.memory(train, { ...options, classWeights: undefined }));
  await net.fit(train, options);
  assert.ok(net.engine.arena.peak <= reckoned);
  net.dispose();
});

test('weights that fit no classes are refused', async () => {
  const of = (given: readonly number[]) => () => classWeightsOf(given, targetsOf([0, 0, 1], 3), 3);
  refuses(of([1, 2]), RangeError, /^classWeights: expected 3 numbers, one a class, got 2$/);
  const none = /^classWeights: expected a weight above 0 for a class that has training rows, got 0 for all$/;
  refuses(of([0, 0, 0]), RangeError, none);
  refuses(of([0, 0, 1]), RangeError, none);
  for (const [data, what] of [
    [tasks(problem), '2 tasks'],
    [values(problem), '2 values'],
  ] as const) {
    const net = await DenseNet.create(data, { hidden: [4] });
    for (const call of [net.fit.bind(net), async (rows: Dataset, o: FitOptions) => net.memory(rows, o)])
      await refusesAsync(
        () => call(data, { classWeights: 'balanced' }),
        TypeError,
        new RegExp(`^classWeights: expected classes to predict, got ${what}$`),
      );
    net.dispose();
  }
});

test.run();
