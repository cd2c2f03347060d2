import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Dataset, type DenseMatrix, type SparseMatrix } from '#dist/data/dataset.js';
import { Standardizer, TfIdf } from '#dist/data/standardise.js';
import { close as closeTo } from '../support/numbers.js';
import { refuses } from '../support/refuses.js';
import { sparseOf } from '../support/structure.js';

const close = (actual: ArrayLike<number>, expected: ArrayLike<number>, absolute: number) =>
  closeTo(actual, expected, { absolute }, 'numbers');
const values = (data: Dataset) => Array.from((data.features as DenseMatrix).values);
const entries = (data: Dataset) => Array.from((data.features as SparseMatrix).value);

test('Standardizer on dense rows, against sums by hand', () => {
  const train = Dataset.dense(
    [
      [1, 10],
      [3, 10],
      [5, 40],
      [7, 20],
    ],
    { labels: [0, 1, 1, 0], featureNames: ['a', 'b'] },
  );
  const standardizer = Standardizer.learn(train);
  close(standardizer.mean!, [4, 20], 0);
  close(standardizer.scale, [Math.sqrt(5), Math.sqrt(150)], 1e-14);
  const out = standardizer.apply(train);
  assert.is(out.targets, train.targets);
  assert.is(out.featureNames, train.featureNames);
  const by = (x: number, sd: number) => x / Math.sqrt(sd);
  close(
    values(out),
    [by(-3, 5), by(-10, 150), by(-1, 5), by(-10, 150), by(1, 5), by(20, 150), by(3, 5), by(0, 150)],
    1e-7,
  );
  const test = Dataset.dense([[4, 20]]);
  assert.equal(values(standardizer.apply(test)), [0, 0]);
  assert.equal(values(Standardizer.learn(train, { center: false, scale: false }).apply(test)), [4, 20]);
  assert.equal(values(Standardizer.learn(train, { scale: false }).apply(test)), [0, 0]);
  close(
    values(Standardizer.learn(train, { center: false }).apply(test)),
    [4 / Math.sqrt(5), 20 / Math.sqrt(150)],
    1e-6,
  );
});

test('a constant column comes out as 0, whatever the constant and the number of rows', () => {
  for (const constant of [0, 0.1, -1e-40, 1 / 3, 3.4e38]) {
    for (const rows of [1, 7, 1001, 99_999]) {
      for (const kind of [Float32Array, Float64Array]) {
        const train = Dataset.dense(new kind(rows).fill(constant), { columns: 1 });
        const standardizer = Standardizer.learn(train);
        assert.is(standardizer.scale[0], 1);
        assert.ok(values(standardizer.apply(train)).every((value) => value === 0));
      }
    }
  }
});

test('large offsets lose nothing to cancellation', () => {
  const standardizer = Standardizer.learn(Dataset.dense([[16777214], [16777215], [16777216]]));
  close(standardizer.scale, [Math.sqrt(2 / 3)], 1e-12);
});

test('Standardizer on sparse rows: scale as if zeros were written, no centering', () => {
  const rows = [
    [0, 2, 5, 0],
    [3, 2, 0, 0],
    [0, 2, 1, 0],
  ];
  const standardizer = Standardizer.learn(sparseOf(rows));
  assert.is(standardizer.mean, null);
  const dense = Standardizer.learn(Dataset.dense(rows), { center: false });
  close(standardizer.scale, dense.scale, 1e-14);
  assert.equal(
    Array.from(standardizer.scale.subarray(1, 4)).map((x) => x === 1),
    [true, false, true],
  );
  const out = standardizer.apply(sparseOf(rows));
  close(
    entries(out),
    [2, 5 / dense.scale[2]!, 3 / dense.scale[0]!, 2, 2, 1 / dense.scale[2]!].map((x) => x),
    1e-6,
  );
  refuses(() => Standardizer.learn(sparseOf(rows), { center: true }), TypeError, /^train: .* sparse .*center: false$/);
  refuses(
    () => Standardizer.learn(Dataset.dense(rows)).apply(sparseOf(rows)),
    TypeError,
    /^dataset: expected dense rows/,
  );
});

test('Standardizer: columns and JSON', () => {
  const train = Dataset.dense([
    [1, 0.1],
    [2, 0.3],
    [4, 0.9],
  ]);
  for (const center of [true, false]) {
    const standardizer = Standardizer.learn(train, { center });
    const copy = Standardizer.fromJSON(JSON.parse(JSON.stringify(standardizer)));
    assert.equal(copy.mean, standardizer.mean);
    assert.equal(copy.scale, standardizer.scale);
  }
  refuses(
    () => Standardizer.learn(train).apply(Dataset.dense([[1]])),
    RangeError,
    /^dataset: expected 2 columns, as learned, got 1$/,
  );
  const refused = (json: unknown, message: RegExp, kind: typeof TypeError | typeof RangeError = RangeError) =>
    refuses(() => Standardizer.fromJSON(json), kind, message);
  refused(null, /^json: expected an object of kind 'standardizer', got null$/, TypeError);
  refused({ kind: 'tf-idf' }, /^json: /, TypeError);
  refused({ kind: 'standardizer', mean: null, scale: [0] }, /^json.scale\[0\]: expected a positive number, got 0$/);
  refused({ kind: 'standardizer', mean: null, scale: [] }, /^json.scale: /);
  refused({ kind: 'standardizer', mean: null, scale: 1 }, /^json.scale: expected an array/, TypeError);
  refused({ kind: 'standardizer', mean: [null], scale: [1] }, /^json.mean\[0\]: expected a finite number, got null$/);
  refused({ kind: 'standardizer', mean: [1, 2], scale: [1] }, /^json.mean: expected as many .*\(1\), got 2$/);
});

const COUNTS = [
  [3, 0, 1, 0],
  [0, 0, 1, 0],
  [2, 5, 1, 0],
  [0, 0, 0, 0],
];

test('TfIdf, against the formula in full', () => {
  const train = sparseOf(COUNTS);
  for (const sublinear of [true, false]) {
    for (const normalise of [true, false]) {
      const expected = COUNTS.flatMap((row) => {
        const weights = row.map((v, c) => {
          const df = COUNTS.filter((other) => other[c] !== 0).length;
          if (v === 0) return 0;
          return (sublinear ? 1 + Math.log(v) : v) * (Math.log((1 + COUNTS.length) / (1 + df)) + 1);
        });
        const norm = normalise ? Math.hypot(...weights) : 1;
        return weights.filter((weight) => weight !== 0).map((weight) => weight / norm);
      });
      const out = TfIdf.learn(train, { sublinear, normalise }).apply(train);
      close(entries(out), expected, 1e-6);
      assert.is((out.features as SparseMatrix).index, (train.features as SparseMatrix).index);
    }
  }
});

test('TfIdf: document frequencies are those of training, words unseen there get the highest weight', () => {
  const tfIdf = TfIdf.learn(sparseOf(COUNTS), { normalise: false });
  close(tfIdf.idf, [Math.log(5 / 3) + 1, Math.log(5 / 2) + 1, Math.log(5 / 4) + 1, Math.log(5) + 1], 1e-15);
  close(entries(tfIdf.apply(sparseOf([[0, 0, 0, 1]]))), [Math.log(5) + 1], 1e-6);
});

test('TfIdf: explicit zeros count for nothing', () => {
  const start = Int32Array.of(0, 2, 3);
  const index = Int32Array.of(0, 1, 1);
  const train = Dataset.sparse({ rows: 2, columns: 2, start, index, value: Float32Array.of(0, 4, 1) });
  const tfIdf = TfIdf.learn(train);
  close(tfIdf.idf, [Math.log(3) + 1, 1], 1e-15);
  assert.equal(entries(tfIdf.apply(train)), [0, 1, 1]);
});

test('TfIdf: refusals and JSON', () => {
  const tfIdf = TfIdf.learn(sparseOf(COUNTS), { sublinear: false });
  const copy = TfIdf.fromJSON(JSON.parse(JSON.stringify(tfIdf)));
  assert.equal(copy, tfIdf);
  refuses(
    () => TfIdf.learn(Dataset.dense(COUNTS)),
    TypeError,
    /^train: expected sparse rows of counts, got dense rows$/,
  );
  refuses(() => TfIdf.learn(sparseOf([[0], [1], [-2]])), RangeError, /^train: .* got -2 in row 2, column 0$/);
  refuses(() => tfIdf.apply(sparseOf([[0, -1, 0, 0]])), RangeError, /^dataset: .* got -1 in row 0, column 1$/);
  refuses(() => tfIdf.apply(sparseOf([[1]])), RangeError, /^dataset: expected 4 columns, as learned, got 1$/);
  refuses(() => TfIdf.fromJSON({ ...tfIdf.toJSON(), sublinear: 1 }), TypeError, /^json.sublinear: expected a boolean/);
  refuses(() => TfIdf.fromJSON({ ...tfIdf.toJSON(), idf: [1, -1] }), RangeError, /^json.idf\[1\]: .* got -1$/);
});

test.run();
