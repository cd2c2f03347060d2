import { readFileSync } from 'node:fs';
import { areaUnderRoc, Dataset, DenseNet } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { argmax, classMetrics } from '#dist/training/class-metrics.js';
import { type Evaluation, metrics, score } from '#dist/training/metrics.js';
import { close } from '../support/allclose.js';
import { switches } from '../support/problems.js';
import { Random } from '../support/random.js';
import { refuses } from '../support/refuses.js';

/** Share of pairs of a positive and a negative in which the positive scores higher, equal scores counting half. */
function pairCount(scores: readonly number[], positive: readonly boolean[]): number | null {
  let [won, pairs] = [0, 0];
  scores.forEach((a, i) => {
    scores.forEach((b, j) => {
      if (!positive[i] || positive[j]) return;
      pairs++;
      won += a > b ? 1 : a === b ? 0.5 : 0;
    });
  });
  return pairs === 0 ? null : won / pairs;
}

test('AUC is the share of pairs in order, ties counting half', () => {
  const random = new Random(1);
  for (let trial = 0; trial < 300; trial++) {
    const n = random.below(40);
    // From all scores equal to hardly any.
    const levels = 1 + random.below(30);
    const scores = Array.from({ length: n }, () => random.below(levels) / levels - 0.5);
    const share = random.next();
    const positive = scores.map(() => random.chance(share));
    const expected = pairCount(scores, positive);
    const found = areaUnderRoc(scores, positive);
    if (expected === null) assert.is(found, null);
    else close([found!], [expected], 1e-12, 'AUC');
    assert.is(areaUnderRoc(Float32Array.from(scores), positive.map(Number)), found, 'labels as numbers');
  }
});

test('AUC of the clear cases', () => {
  assert.is(areaUnderRoc([1, 2, 3, 4], [0, 0, 1, 1]), 1);
  assert.is(areaUnderRoc([1, 2, 3, 4], [1, 1, 0, 0]), 0);
  assert.is(areaUnderRoc([5, 5, 5], [1, 0, 1]), 0.5);
  assert.is(areaUnderRoc([-Infinity, 0, Infinity, Infinity], [0, 0, 1, 0]), 5 / 6);
  assert.is(areaUnderRoc([0, -0], [1, 0]), 0.5);
  assert.is(areaUnderRoc([], []), null);
  assert.is(areaUnderRoc([1, 2], [1, 1]), null);
});

test('AUC of what has no rank is refused', () => {
  refuses(() => areaUnderRoc([1, NaN], [1, 0]), RangeError, /^scores\[1\]: expected a number, got NaN$/);
  refuses(() => areaUnderRoc([1, 2], [1]), RangeError, /^positive: expected as many as scores \(2\), got 1$/);
  refuses(() => areaUnderRoc(['1', '2'] as never, [1, 0]), TypeError, /^scores\[0\]: expected a number, got "1"$/);
  refuses(() => areaUnderRoc(5 as never, 5 as never), TypeError, /^scores: expected a list of numbers, got 5$/);
  refuses(() => areaUnderRoc([1, 2], [1, 2]), TypeError, /^positive\[1\]: expected a boolean, 0 or 1, got 2$/);
});

test('mean AUC over the tasks that have labels of both kinds, missing ones left out', () => {
  const random = new Random(2);
  const [rows, tasks] = [50, 5];
  const outputs = Float32Array.from({ length: rows * tasks }, () => random.below(12) / 12);
  const labels = Int8Array.from({ length: rows * tasks }, (_, i) =>
    i % tasks === 3 ? random.below(2) - 1 : random.below(3) - 1,
  );
  const found = metrics(outputs, { kind: 'tasks', values: labels, tasks });
  const expected = Array.from({ length: tasks }, (_, task) => {
    const places = Array.from({ length: rows }, (_, r) => r * tasks + task).filter((i) => labels[i]! >= 0);
    return pairCount(
      places.map((i) => outputs[i]!),
      places.map((i) => labels[i] === 1),
    );
  });
  assert.is(expected[3], null);
  assert.is(found.auc![3], null);
  const known = [0, 1, 2, 4];
  close(
    known.map((t) => found.auc![t]!),
    known.map((t) => expected[t]!),
    1e-12,
    'AUC',
  );
  close([found.meanAuc!], [known.reduce((sum, t) => sum + expected[t]!, 0) / 4], 1e-12, 'mean');
  const none = metrics(Float32Array.of(1, 2), { kind: 'tasks', values: Int8Array.of(1, -1), tasks: 1 });
  assert.equal(none, { meanAuc: null, auc: [null] });
});

test('accuracy: the first of equal classes is the prediction', () => {
  const outputs = Float32Array.of(0.5, 0.5, 0, 0.2, 0.4, 0.4, 0.1, 0.2, 0.7);
  assert.equal(argmax(outputs, 3), Int32Array.of(0, 1, 2));
  const accuracy = (...values: number[]) =>
    metrics(outputs, { kind: 'classes', values: Int32Array.from(values), classes: 3 }).accuracy;
  assert.is(accuracy(0, 1, 2), 1);
  assert.is(accuracy(1, 2, 2), 1 / 3);
});

test('accuracy where the data hold fewer classes than the net knows', async () => {
  const { rows, labels } = switches(1, 120);
  const train = Dataset.dense(rows, { labels, classes: 4 });
  const net = await DenseNet.create(train, { hidden: [16], dropout: 0 });
  await net.fit(train, { epochs: 20, batchSize: 16, learningRate: 0.01 });
  const two = labels.flatMap((y, r) => (y < 2 ? [r] : []));
  const few = Dataset.dense(
    two.map((r) => rows[r]!),
    { labels: two.map((r) => labels[r]!) },
  );
  const { classes } = await net.predict(few);
  const right = two.filter((r, i) => classes![i] === labels[r]).length;
  assert.is((await net.evaluate(few)).accuracy, right / two.length);
  assert.ok(right / two.length > 0.9);
  net.dispose();
});

test('RMSE over rows and outputs', () => {
  const found = metrics(Float32Array.of(1, 2, 3, 4), {
    kind: 'values',
    values: Float32Array.of(1, 0, 3, 0),
    outputs: 2,
  });
  close([found.rmse!], [Math.sqrt((4 + 16) / 4)], 1e-12, 'RMSE');
});

interface GoldenClasses {
  classes: number;
  labels: number[];
  outputs: number[];
  confusion: number[][];
  precision: (number | null)[];
  recall: (number | null)[];
  f1: (number | null)[];
  accuracy: number;
  balancedAccuracy: number;
}

interface GoldenValues {
  outputs: number;
  wanted: number[];
  predicted: number[];
  trainedMean: number[];
  rmse: number;
  meanOnlyRmse: number;
  r2: number;
  rmseByOutput: number[];
  meanOnlyRmseByOutput: number[];
  r2ByOutput: number[];
}

const golden: { classes: GoldenClasses[]; values: GoldenValues[] } = JSON.parse(
  readFileSync('test/golden/metrics.json', 'utf8'),
);

function closeOrNull(found: (number | null)[], expected: (number | null)[], what: string): void {
  const nulls = (list: (number | null)[]) => list.map((x) => x === null);
  assert.equal(nulls(found), nulls(expected), what);
  close(found.map(Number), expected.map(Number), 1e-12, what);
}

test('classes: what scikit-learn says, null where it divides by nothing', () => {
  for (const { classes, labels, outputs, ...said } of golden.classes) {
    const targets = { kind: 'classes', values: Int32Array.from(labels), classes } as const;
    const found = metrics(Float32Array.from(outputs), targets);
    assert.equal(found.confusion, said.confusion);
    for (const name of ['precision', 'recall', 'f1'] as const) closeOrNull(found[name]!, said[name], name);
    for (const name of ['accuracy', 'balancedAccuracy'] as const) close([found[name]!], [said[name]], 1e-12, name);
    const rowsOf = said.confusion.map((row) => row.reduce((a, b) => a + b, 0));
    assert.is(found.largestClass, rowsOf.indexOf(Math.max(...rowsOf)));
    assert.is(found.majorityAccuracy, Math.max(...rowsOf) / labels.length);
    const brief = metrics(Float32Array.from(outputs), targets, { brief: true });
    const { accuracy, balancedAccuracy, majorityAccuracy } = found;
    assert.equal(brief, { accuracy, balancedAccuracy, majorityAccuracy });
  }
  assert.ok(golden.classes.some(({ precision }) => precision.includes(null)));
  assert.ok(golden.classes.some(({ f1 }) => f1.includes(null)));
});

test('more than 2,000 classes have no confusion matrix, and all else', () => {
  const of = (classes: number) => classMetrics(Int32Array.of(1, 1, 0), Int32Array.of(1, 0, 0), classes);
  assert.is(of(2000).confusion!.length, 2000);
  assert.is(of(2001).confusion, undefined);
  assert.equal(of(2001).recall!.slice(0, 3), [0.5, 1, null]);
  assert.is(of(2001).accuracy, 2 / 3);
});

test('values: what scikit-learn says, by output and over all', () => {
  for (const { outputs, wanted, predicted, trainedMean, ...said } of golden.values) {
    const targets = { kind: 'values', values: Float64Array.from(wanted), outputs } as const;
    const found = metrics(Float64Array.from(predicted), targets, {
      target: { kind: 'values', outputs, mean: trainedMean },
    });
    for (const name of ['rmse', 'meanOnlyRmse', 'r2'] as const) close([found[name]!], [said[name]], 1e-9, name);
    if (outputs === 1) assert.is(found.rmseByOutput, undefined);
    else
      for (const name of ['rmseByOutput', 'meanOnlyRmseByOutput', 'r2ByOutput'] as const)
        for (const [o, x] of found[name]!.entries()) close([x!], [said[name][o]!], 1e-9, `${name} ${o}`);
  }
});

test('no R² of equal targets, whatever rounding makes of their mean; of several outputs it is that of the others', () => {
  for (const x of [0.1, 1e9 / 3, -7e-8, 0]) {
    const values = new Float64Array(49).fill(x);
    const predicted = values.map((v, i) => v + i);
    assert.is(metrics(predicted, { kind: 'values', values, outputs: 1 }).r2, null);
    assert.is(metrics(predicted, { kind: 'values', values, outputs: 1 }).meanOnlyRmse, 0);
  }
  assert.is(
    metrics(Float64Array.of(2), { kind: 'values', values: Float64Array.of(3), outputs: 1 }).r2,
    null,
    'one row',
  );
  const pair = { kind: 'values', values: Float64Array.of(5, 0, 5, 2), outputs: 2 } as const;
  const found = metrics(Float64Array.of(5, 0, 6, 1), pair);
  assert.equal([found.r2, found.r2ByOutput], [0.5, [null, 0.5]]);
});

test('units and offsets of values change no R², and scale the errors', () => {
  const random = new Random(5);
  const [values, predicted] = [1, 2].map(() => Float64Array.from({ length: 60 }, () => random.next())) as [
    Float64Array,
    Float64Array,
  ];
  const of = (a: number, b: number): Partial<Evaluation> => {
    const turned = (list: Float64Array) => list.map((x) => a * x + b);
    return metrics(turned(predicted), { kind: 'values', values: turned(values), outputs: 1 });
  };
  const plain = of(1, 0);
  for (const [a, b] of [
    [1000, 0],
    [1, 1e6],
    [-3e5, 5e5],
  ] as const) {
    const found = of(a, b);
    close([found.r2!], [plain.r2!], 1e-8, 'R²');
    close(
      [found.rmse!, found.meanOnlyRmse!],
      [plain.rmse! * Math.abs(a), plain.meanOnlyRmse! * Math.abs(a)],
      1e-8,
      'errors',
    );
  }
});

test('models are compared by their metric or loss, larger is better', () => {
  const about = { rows: 1, loss: 3 };
  assert.is(score({ ...about, accuracy: 0.25 }), 0.25);
  assert.is(score({ ...about, meanAuc: 0.75, auc: [] }), 0.75);
  assert.is(score({ ...about, rmse: 2 }), -2);
  assert.is(score({ ...about, accuracy: 0.25 }, 'loss'), -3);
  assert.is(score({ ...about, accuracy: 0.25, balancedAccuracy: 0.5 }, 'balanced'), 0.5);
  assert.is(score({ ...about, meanAuc: null, auc: [null] }), -3, 'by loss where there is no mean AUC');
  assert.is(
    score({ ...about, rmse: 2, rmseByOutput: [1, 3] }),
    -3,
    'by loss where outputs may have units of their own',
  );
});

test.run();
