import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type ClassTargets,
  Dataset,
  type DatasetOptions,
  type DenseMatrix,
  describeTargets,
  type Matrix,
  requireTargets,
  type SparseMatrix,
  type Targets,
} from '#dist/data/dataset.js';
import { refuses } from '../support/refuses.js';

const dense = (values: number[], columns: number): DenseMatrix => ({
  kind: 'dense',
  rows: values.length / columns,
  columns,
  values: Float32Array.from(values),
});

/** Rows (0: 1 at 1, 5 at 3), (nothing), (2: -2 at 0). */
const sparse = (changes: Partial<SparseMatrix> = {}): SparseMatrix => ({
  kind: 'sparse',
  rows: 3,
  columns: 4,
  start: Int32Array.of(0, 2, 2, 3),
  index: Int32Array.of(1, 3, 0),
  value: Float32Array.of(1, 5, -2),
  ...changes,
});

const classes = (values: number[], count: number, names?: string[]): ClassTargets => ({
  kind: 'classes',
  values: Int32Array.from(values),
  classes: count,
  names,
});

test('dense rows of arrays', () => {
  const data = Dataset.dense([[1, 2, 3], Float64Array.of(4, 5, 6.5)], { featureNames: ['a', 'b', 'c'] });
  assert.is(data.rows, 2);
  assert.is(data.columns, 3);
  assert.equal(data.features, dense([1, 2, 3, 4, 5, 6.5], 3));
  assert.equal(data.featureNames, ['a', 'b', 'c']);
  assert.is(data.targets, undefined);
});

test('a flat array is kept, not copied', () => {
  const values = Float32Array.of(1, 2, 3, 4, 5, 6);
  const data = Dataset.dense(values, { columns: 2 });
  assert.is(data.rows, 3);
  assert.is((data.features as DenseMatrix).values, values);
});

test('flat typed arrays of other numbers are taken in floats that hold them', () => {
  const of = (rows: never) => (Dataset.dense(rows, { columns: 2 }).features as DenseMatrix).values;
  for (const kind of [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array])
    assert.equal(of(kind.of(1, 2, 3, 127) as never), Float32Array.of(1, 2, 3, 127), kind.name);
  assert.equal(of(Int32Array.of(-(2 ** 31), 16_777_217) as never), Float64Array.of(-(2 ** 31), 16_777_217));
  assert.equal(of(Uint32Array.of(2 ** 32 - 1, 1) as never), Float64Array.of(2 ** 32 - 1, 1));
  const kept = Float64Array.of(0.1, 2);
  assert.is(of(kept as never), kept);
  refuses(
    () => of(BigInt64Array.of(1n, 2n) as never),
    TypeError,
    /^rows: expected an array of rows or a flat typed array of numbers, got a BigInt64Array$/,
  );
  refuses(() => of(new DataView(new ArrayBuffer(8)) as never), TypeError, /^rows: .* got a DataView$/);
  refuses(
    () => of(new ArrayBuffer(8) as never),
    TypeError,
    /^rows: .* got an ArrayBuffer; new Float32Array\(buffer\) makes/,
  );
});

test('rows of numbers are 32-bit where these are exact, else 64-bit', () => {
  const of = (rows: ArrayLike<number>[]) => (Dataset.dense(rows).features as DenseMatrix).values;
  assert.equal(
    of([
      [1, 0.5],
      [-3, 16_777_216],
    ]),
    Float32Array.of(1, 0.5, -3, 16_777_216),
  );
  assert.equal(
    of([
      [1, 0.5],
      [0.1, 16_777_217],
    ]),
    Float64Array.of(1, 0.5, 0.1, 16_777_217),
  );
  assert.equal(of([Uint8Array.of(255), [1_550_083_467_346_370]]), Float64Array.of(255, 1_550_083_467_346_370));
});

test('labels by number', () => {
  const rows = [[1], [2], [3]];
  assert.equal(Dataset.dense(rows, { labels: [2, 0, 2] }).targets, classes([2, 0, 2], 3));
  assert.equal(Dataset.dense(rows, { labels: Uint8Array.of(0, 0, 0) }).targets, classes([0, 0, 0], 2));
  assert.equal(Dataset.dense(rows, { labels: [0, 1, 0], classes: 5 }).targets, classes([0, 1, 0], 5));
  assert.equal(
    Dataset.dense(rows, { labels: [0, 1, 0], classNames: ['x', 'y', 'z'] }).targets,
    classes([0, 1, 0], 3, ['x', 'y', 'z']),
  );
});

test('labels by name get ids in code-unit order, or those of classNames', () => {
  const rows = [[1], [2], [3]];
  assert.equal(Dataset.dense(rows, { labels: ['b', 'ä', 'Z'] }).targets, classes([1, 2, 0], 3, ['Z', 'b', 'ä']));
  assert.equal(
    Dataset.dense(rows, { labels: ['b', 'b', 'b'], classNames: ['a', 'b'] }).targets,
    classes([1, 1, 1], 2, ['a', 'b']),
  );
  refuses(() => Dataset.dense(rows, { labels: ['b', 'b', 'b'] }), RangeError, /^labels: .* 2 classes, got only "b"/);
  refuses(
    () => Dataset.dense(rows, { labels: ['a', 'c', 'b'], classNames: ['a', 'b'] }),
    RangeError,
    /^labels\[1\]: expected one of classNames, got "c"$/,
  );
});

test('numbers that do not count from 0 are classes by value, unless classes or names say otherwise', () => {
  const of = (labels: ArrayLike<number>, options: Partial<DatasetOptions> = {}) =>
    Dataset.dense(
      Array.from(labels, (y) => [y]),
      { labels, ...options },
    ).targets;
  // EMNIST letters count from 1.
  const letters = Array.from({ length: 52 }, (_, r) => 26 - (r % 26));
  const names = Array.from({ length: 26 }, (_, c) => String(c + 1));
  assert.equal(
    of(letters),
    classes(
      letters.map((y) => y - 1),
      26,
      names,
    ),
  );
  assert.equal(of(letters, { classNames: names }), of(letters));
  assert.equal(of([26, 3], { classNames: names }), classes([25, 2], 26, names));
  assert.equal(of([5, 500_000_000, 5]), classes([0, 1, 0], 2, ['5', '500000000']));
  assert.equal(of([0, 9, 2 ** 40]), classes([0, 1, 2], 3, ['0', '9', '1099511627776']));
  assert.equal(of([10, 9, 100]), classes([1, 0, 2], 3, ['9', '10', '100']));
  assert.equal(of([1, -1, 1]), classes([1, 0, 1], 2, ['-1', '+1']));
  assert.equal(of([-1, 1], { classNames: ['no', 'yes'] }), classes([0, 1], 2, ['no', 'yes']));
  // No more gaps than classes: a file that lacks some. One label alone tells nothing of the others.
  assert.equal(of([0, 3]), classes([0, 3], 4));
  assert.equal(of([0, 4]), classes([0, 1], 2, ['0', '4']));
  assert.equal(of([4, 4]), classes([4, 4], 5));
  assert.equal(of([1, 2], { classes: 3 }), classes([1, 2], 3));
  assert.equal(of([1, 2], { classNames: ['a', 'b', 'c'] }), classes([1, 2], 3, ['a', 'b', 'c']));
  refuses(() => of([27], { classNames: names }), RangeError, /^labels\[0\]: expected one of classNames, got 27$/);
});

test('no single label makes many classes, unless their number is given', () => {
  const of = (labels: ArrayLike<number>, classes?: number) => Dataset.dense([[1], [2]], { labels, classes }).targets;
  assert.equal(of([0, 65_536]), classes([0, 1], 2, ['0', '65536']));
  assert.equal(of([65_536, 65_536]), classes([1, 1], 2, ['0', '65536']));
  assert.equal(of([0, 65_536], 70_000), classes([0, 65_536], 70_000));
});

test('labels that are refused', () => {
  const rows = [[1], [2], [3]];
  const refused = (options: DatasetOptions, kind: typeof TypeError | typeof RangeError, message: RegExp) =>
    refuses(() => Dataset.dense(rows, options), kind, message);
  refused({ labels: [0, 1.5, 1] }, RangeError, /^labels\[1\]: .*integer from 0, got 1.5$/);
  refused({ labels: [0, 1, -1] }, RangeError, /^labels\[2\]: .* got -1$/);
  refused({ labels: [0, NaN, 1] }, RangeError, /^labels\[1\]: .* got NaN$/);
  refused({ labels: [0, 2 ** 60, 1] }, RangeError, /^labels\[1\]/);
  refused({ labels: [-2, 2, 1] }, RangeError, /^labels\[0\]: .* or -1 and 1 alone, got -2$/);
  refused(
    { labels: BigInt64Array.of(0n, 1n) as never },
    TypeError,
    /^labels\[0\]: expected a number, got the bigint 0n; .*Number/,
  );
  refused(
    { labels: new ArrayBuffer(3) as never },
    TypeError,
    /^labels: expected a list of class ids or names, got an ArrayBuffer$/,
  );
  refused({ labels: [0, '1', 1] as unknown as number[] }, TypeError, /^labels\[1\]: expected a number.* got "1"$/);
  refused({ labels: ['a', 1, 'b'] as string[] }, TypeError, /^labels\[1\]: expected a string.* got 1$/);
  refused({ labels: [0, 1] }, RangeError, /^targets.values: expected length 3 .* got 2$/);
  refused({ labels: [] }, RangeError, /^targets.values: expected length 3 .* got 0$/);
  refused({ labels: [0, 1, 2], classes: 2 }, RangeError, /row 2 has class 2, expected one in \[0, 2\)/);
  refused({ labels: [0, 1, 2], targets: classes([0, 1, 1], 2) }, TypeError, /got both/);
  refused({ classes: 3 }, TypeError, /beside labels/);
});

test('dense rows that are refused', () => {
  refuses(() => Dataset.dense([[1, 2], [3]]), RangeError, /^rows\[1\]: expected 2 values, .*row 0, got 1$/);
  refuses(() => Dataset.dense([[1, 2]], { columns: 3 }), RangeError, /^rows\[0\]: expected 3 values, columns, got 2$/);
  refuses(
    () =>
      Dataset.dense([
        [1, 2],
        [3, NaN],
      ]),
    RangeError,
    /row 1, column 1 is NaN, expected a finite number/,
  );
  refuses(() => Dataset.dense([[1, -Infinity]]), RangeError, /row 0, column 1 is -Infinity/);
  assert.equal((Dataset.dense([[1e39]]).features as DenseMatrix).values, Float64Array.of(1e39));
  refuses(() => Dataset.dense([['1']] as unknown as number[][]), TypeError, /^rows\[0\]\[0\]: .* got "1"$/);
  refuses(() => Dataset.dense([1, 2] as unknown as number[][]), TypeError, /^rows\[0\]: expected an array.* got 1$/);
  refuses(() => Dataset.dense([[1], null] as unknown as number[][]), TypeError, /^rows\[1\]: .* got null$/);
  refuses(() => Dataset.dense('12' as unknown as number[][]), TypeError, /^rows: expected an array/);
  refuses(() => Dataset.dense([]), RangeError, /^rows: expected at least one row/);
  refuses(() => Dataset.dense([[], []]), RangeError, /^features.columns: expected an integer from 1, got 0$/);
  refuses(() => Dataset.dense(new Float32Array(6)), TypeError, /^columns: expected a number beside a flat/);
  refuses(() => Dataset.dense(new Float32Array(6), { columns: 4 }), RangeError, /multiple of columns \(4\)/);
  refuses(() => Dataset.dense(new Float32Array(6), { columns: 1.5 }), RangeError, /^columns: .* got 1.5$/);
  refuses(() => Dataset.dense(new Float32Array(0), { columns: 1 }), RangeError, /at least one row/);
});

test('sparse rows', () => {
  const { kind, ...parts } = sparse();
  const data = Dataset.sparse({ ...parts, labels: [0, 1, 1] });
  assert.is(kind, data.features.kind);
  assert.equal(data.features, sparse());
  assert.equal(data.targets, classes([0, 1, 1], 2));
});

test('sparse rows that are refused', () => {
  const refused = (
    changes: Partial<SparseMatrix>,
    message: RegExp,
    kind: typeof TypeError | typeof RangeError = RangeError,
  ) => refuses(() => new Dataset(sparse(changes)), kind, message);
  refused({ index: Int32Array.of(1, 4, 0) }, /row 0 has column 4, expected one in \[0, 4\)/);
  refused({ index: Int32Array.of(1, 3, -1) }, /row 2 has column -1/);
  refused({ index: Int32Array.of(3, 1, 0) }, /row 0 has column 1 after 3, expected rising columns/);
  refused({ index: Int32Array.of(1, 1, 0) }, /row 0 has column 1 after 1/);
  refused({ start: Int32Array.of(0, 2, 1, 3) }, /^features.start\[2\]: expected at least .*\(2\), got 1$/);
  refused({ start: Int32Array.of(1, 2, 2, 3) }, /^features.start\[0\]: expected 0, got 1$/);
  refused({ start: Int32Array.of(0, 2, 3) }, /^features.start: expected length 4 \(rows \+ 1\), got 3$/);
  refused({ start: Int32Array.of(0, 2, 2, 4) }, /^features.index: expected length 4/);
  refused({ value: Float32Array.of(1, 5) }, /^features.value: expected length 3/);
  refused({ value: Float32Array.of(1, NaN, 2) }, /row 0, column 3 is NaN/);
  refused({ rows: 0 }, /^features.rows: expected an integer from 1, got 0$/);
  refused({ columns: 2.5 }, /^features.columns: .* got 2.5$/);
  refused({ columns: '4' as unknown as number }, /^features\.columns: expected an integer from 1, got "4"$/, TypeError);
  refused(
    { index: [1, 3, 0] as unknown as Int32Array },
    /^features\.index: expected Int32Array, got \[1,3,0\]$/,
    TypeError,
  );
  refused({ kind: 'csc' as 'sparse' }, /^features: expected a matrix of kind/, TypeError);
  refuses(() => new Dataset(null as unknown as Matrix), TypeError, /^features: .* got null$/);
});

test('targets that are refused', () => {
  const refused = (targets: unknown, message: RegExp, kind: typeof TypeError | typeof RangeError = RangeError) =>
    refuses(() => new Dataset(dense([1, 2, 3], 1), targets as Targets), kind, message);
  refused(classes([0, 1, 3], 3), /row 2 has class 3, expected one in \[0, 3\)/);
  refused(classes([0, -1, 1], 3), /row 1 has class -1/);
  refused(classes([0, 0, 0], 1), /^targets.classes: expected an integer from 2, got 1$/);
  refused(classes([0, 1], 2), /^targets.values: expected length 3/);
  refused(classes([0, 1, 1], 2, ['a']), /^targets.names: expected length 2 \(one name a class\), got 1$/);
  refused(classes([0, 1, 1], 2, ['a', 'a']), /^targets.names: expected unique names, got "a" at 0 and 1$/);
  refused({ kind: 'classes', values: [0, 1, 1], classes: 2 }, /^targets.values: expected Int32Array/, TypeError);
  const tasks = { kind: 'tasks', tasks: 2 };
  refused({ ...tasks, values: Int8Array.of(0, 1, -1, 0, 2, 0) }, /row 2 has 2 for task 0, expected 1, 0 or -1/);
  refused({ ...tasks, values: Int8Array.of(0, 1, -1, -2, 0, 0) }, /row 1 has -2 for task 1/);
  refused({ ...tasks, values: new Int8Array(5) }, /^targets.values: expected length 6/);
  const values = { kind: 'values', outputs: 1 };
  refused({ ...values, values: Float32Array.of(0, Infinity, 1) }, /row 1 has Infinity for output 0/);
  refused({ ...values, outputs: 0, values: new Float32Array(3) }, /^targets.outputs/);
  refused({ kind: 'ranks' }, /^targets.kind: .* got "ranks"$/, TypeError);
  refused(null, /^targets: expected an object, got null$/, TypeError);
});

test('feature names that are refused', () => {
  const refused = (names: unknown, message: RegExp, kind: typeof TypeError | typeof RangeError = RangeError) =>
    refuses(() => new Dataset(dense([1, 2], 2), undefined, names as string[]), kind, message);
  refused(['a'], /^featureNames: expected length 2/);
  refused(['a', 'a'], /^featureNames: expected unique names, got "a" at 0 and 1$/);
  refused(['a', 2], /^featureNames\[1\]: expected a string, got 2$/, TypeError);
  refused('ab', /^featureNames: expected a list of strings, got "ab"$/, TypeError);
});

test('subset takes rows of every kind, in the order asked, repeats and all', () => {
  const names = ['p', 'q', 'r', 's'];
  const tasks: Targets = { kind: 'tasks', values: Int8Array.of(0, 1, -1, 0, 1, 1), tasks: 2 };
  const taken = new Dataset(sparse(), tasks, names).subset([2, 0, 1, 2]);
  assert.equal(taken.features, {
    kind: 'sparse',
    rows: 4,
    columns: 4,
    start: Int32Array.of(0, 1, 3, 3, 4),
    index: Int32Array.of(0, 1, 3, 0),
    value: Float32Array.of(-2, 1, 5, -2),
  });
  assert.equal(taken.targets, { kind: 'tasks', values: Int8Array.of(1, 1, 0, 1, -1, 0, 1, 1), tasks: 2 });
  assert.is(taken.featureNames, names);

  const rows = new Dataset(dense([1, 2, 3, 4, 5, 6], 2), classes([0, 1, 2], 3));
  assert.equal(rows.subset(Uint32Array.of(1)).features, dense([3, 4], 2));
  assert.equal(rows.subset([2, 0]).targets, classes([2, 0], 3));
  const values: Targets = { kind: 'values', values: Float32Array.of(1, 2, 3), outputs: 1 };
  assert.equal(rows.withTargets(values).subset([2, 1]).targets, { ...values, values: Float32Array.of(3, 2) });

  refuses(() => rows.subset([0, 3]), RangeError, /^rows\[1\]: expected an integer in \[0, 3\), got 3$/);
  refuses(() => rows.subset([-1]), RangeError, /^rows\[0\]: .* got -1$/);
  refuses(() => rows.subset([0.5]), RangeError, /got 0.5$/);
  refuses(() => rows.subset([]), RangeError, /at least one row number/);
});

test('withTargets replaces, removes and checks', () => {
  const data = new Dataset(dense([1, 2], 1), undefined, ['a']);
  const labelled = data.withTargets(classes([0, 1], 2));
  assert.is(labelled.features, data.features);
  assert.equal(labelled.featureNames, ['a']);
  assert.is(labelled.withTargets(undefined).targets, undefined);
  refuses(() => data.withTargets(classes([0, 2], 2)), RangeError, /row 1 has class 2/);
});

test('describeTargets and requireTargets', () => {
  assert.is(describeTargets(undefined), 'no targets');
  assert.is(describeTargets(classes([], 4)), '4 classes');
  assert.is(describeTargets({ kind: 'tasks', values: new Int8Array(0), tasks: 1 }), '1 task');
  assert.is(describeTargets({ kind: 'tasks', values: new Int8Array(0), tasks: 12 }), '12 tasks');
  assert.is(describeTargets({ kind: 'values', values: new Float32Array(0), outputs: 1 }), '1 value');
  assert.is(describeTargets({ kind: 'values', values: new Float32Array(0), outputs: 2 }), '2 values');
  const data = Dataset.dense([[1], [2]], { labels: [0, 1] });
  assert.is(requireTargets(data, 'classes', 'train').classes, 2);
  refuses(() => requireTargets(data, 'tasks', 'train'), TypeError, /^train: .* with tasks .*, got one with 2 classes$/);
  refuses(
    () => requireTargets(data.withTargets(undefined), 'values', 'valid'),
    TypeError,
    /^valid: .* got one with no targets$/,
  );
});

test.run();
