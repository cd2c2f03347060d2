import { chowLiuTree, Dataset, DenseNet, mutualInformation, Standardizer, splitRows, TfIdf, TrfNet } from 'espalier';
import { formatSparseText } from 'espalier/read';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type ImageMatrix, requireImages, requireRows } from '#dist/data/dataset.js';
import { Draws } from '../../support/draws.js';
import { refuses, refusesAsync } from '../../support/refuses.js';

/** Byte i is i: 4 images of 2 channels, 2 rows and 3 columns. */
const counted = (changes: Partial<Parameters<typeof Dataset.images>[0]> = {}) =>
  Dataset.images({
    channels: 2,
    height: 2,
    width: 3,
    values: Uint8Array.from({ length: 48 }, (_, i) => i),
    labels: [0, 1, 0, 1],
    ...changes,
  });

test('bytes stay bytes, and the array given is kept', () => {
  const values = new Uint8Array(24);
  const data = Dataset.images({ channels: 3, height: 4, width: 2, values, labels: [0], classNames: ['a', 'b'] });
  assert.is(data.rows, 1);
  assert.is(data.columns, 24);
  const features = requireImages(data.features, 'data');
  assert.is(features.values, values);
  assert.equal([features.channels, features.height, features.width], [3, 4, 2]);
  assert.equal(data.targets, { kind: 'classes', values: Int32Array.of(0), classes: 2, names: ['a', 'b'] });
  const floats = Dataset.images({ channels: 1, height: 1, width: 1, values: Float32Array.of(-1, 2) });
  assert.is(floats.rows, 2);
  assert.is(floats.targets, undefined);
});

test('subset copies whole images of either kind', () => {
  const taken = counted().subset([3, 0, 3]);
  const features = requireImages(taken.features, 'data');
  const image = (r: number) => Array.from({ length: 12 }, (_, i) => r * 12 + i);
  assert.ok(features.values instanceof Uint8Array);
  assert.equal(Array.from(features.values), [...image(3), ...image(0), ...image(3)]);
  assert.equal([features.channels, features.height, features.width, features.columns], [2, 2, 3, 12]);
  assert.equal(Array.from(taken.targets!.values), [1, 0, 1]);
  const floats = counted({ values: Float32Array.from({ length: 48 }, (_, i) => i / 2) }).subset([1]);
  assert.equal(
    requireImages(floats.features, 'data').values,
    Float32Array.from(image(1), (x) => x / 2),
  );
});

test('the bytes of a Buffer are images like others', () => {
  const data = counted({ values: Buffer.from(Array.from({ length: 48 }, (_, i) => i)) });
  assert.equal(Array.from(requireImages(data.subset([2]).features, 'data').values).slice(0, 2), [24, 25]);
});

test('splits are stratified and disjoint', async () => {
  const draws = new Draws(3);
  const data = Dataset.images({
    channels: 1,
    height: 2,
    width: 2,
    values: Uint8Array.from({ length: 160 }, (_, i) => (i % 4 === 0 ? i / 4 : draws.below(256))),
    labels: Array.from({ length: 40 }, (_, r) => r % 4),
  });
  const { train, validation } = await splitRows(data, { validation: 0.2 });
  const first = (part: Dataset) => {
    const { rows, columns, values } = requireImages(part.features, 'part');
    return Array.from({ length: rows }, (_, r) => values[r * columns]!);
  };
  assert.equal(
    [...first(train), ...first(validation!)].sort((a, b) => a - b),
    Array.from({ length: 40 }, (_, r) => r),
  );
  for (let c = 0; c < 4; c++) assert.is(validation!.targets!.values.filter((v: number) => v === c).length, 2);
});

test('images that are refused', () => {
  const refused = (changes: object, message: RegExp, kind: typeof TypeError | typeof RangeError = RangeError) =>
    refuses(() => counted(changes), kind, message);
  refused({ channels: 0 }, /^channels: expected an integer from 1, got 0$/);
  refused({ height: 1.5 }, /^height: .* got 1.5$/);
  refused({ width: '3' }, /^width: expected an integer from 1, got "3"$/, TypeError);
  refused({ width: undefined }, /^width: expected an integer from 1, got undefined$/, TypeError);
  refused({ height: 5 }, /^values: expected a multiple of .* 2 x 5 x 3 and at least one image, got 48 values$/);
  refused({ values: new Uint8Array(0) }, /^values: .* at least one image, got 0 values$/);
  refused({ values: [1, 2] }, /^values: expected Uint8Array or Float32Array, got \[1,2\]$/, TypeError);
  refused({ values: new Int8Array(12) }, /^values: expected Uint8Array or Float32Array, got an Int8Array$/, TypeError);
  refused(
    { values: new Uint8ClampedArray(12) },
    /^values: expected Uint8Array or Float32Array, got an Uint8ClampedArray$/,
    TypeError,
  );
  refused({ labels: [0, 1, 0] }, /^targets.values: expected length 4 \(one class a row\), got 3$/);
  refused({ labels: [0, 1, 0, 3], classes: 3 }, /row 3 has class 3, expected one in \[0, 3\)/);
  const values = new Float32Array(48);
  values[12 + 6 + 3 + 2] = Number.NaN;
  refused({ values }, /^features: image 1, channel 1, row 1, column 2 is NaN, expected a finite number$/);
  values[12 + 6 + 3 + 2] = 0;
  values[47] = -Infinity;
  refused({ values }, /^features: image 3, channel 1, row 1, column 2 is -Infinity/);
  refuses(() => Dataset.images(null as never), TypeError, /^options: .* got null$/);
});

test('a matrix of images that is refused', () => {
  const matrix = (changes: object): ImageMatrix => ({
    kind: 'images',
    rows: 2,
    columns: 6,
    channels: 1,
    height: 2,
    width: 3,
    values: new Uint8Array(12),
    ...changes,
  });
  assert.is(new Dataset(matrix({})).rows, 2);
  const refused = (changes: object, message: RegExp, kind: typeof TypeError | typeof RangeError = RangeError) =>
    refuses(() => new Dataset(matrix(changes)), kind, message);
  refused({ columns: 12 }, /^features.columns: expected channels x height x width = 1 x 2 x 3, got 12$/);
  refused({ rows: 3 }, /^features.values: expected length 18 \(rows x columns = 3 x 6\), got 12$/);
  refused({ channels: null }, /^features\.channels: expected an integer from 1, got null$/, TypeError);
  refused(
    { values: new Float64Array(12) },
    /^features\.values: expected Uint8Array or Float32Array, got a Float64Array$/,
    TypeError,
  );
});

test('what takes rows refuses images, and what takes images refuses rows', async () => {
  const images = counted();
  const rows = Dataset.dense([[1], [2]]);
  const got = /^(data|train|dataset): expected dense or sparse rows, got images$/;
  await refusesAsync(() => chowLiuTree(images), TypeError, got);
  await refusesAsync(() => mutualInformation(images, 0, 1), TypeError, got);
  await refusesAsync(() => DenseNet.create(images, { hidden: [2] }), TypeError, got);
  await refusesAsync(() => TrfNet.grow(images, { layers: [{ radius: 1, stride: 1 }] as never }), TypeError, got);
  refuses(() => formatSparseText(images), TypeError, got);
  refuses(() => Standardizer.learn(images), TypeError, got);
  refuses(() => Standardizer.learn(rows).apply(images), TypeError, got);
  refuses(() => TfIdf.learn(images), TypeError, /^train: expected sparse rows of counts, got images$/);
  refuses(() => requireRows(images.features, 'data'), TypeError, got);
  refuses(() => requireImages(rows.features, 'data'), TypeError, /^data: expected images, .* got dense rows$/);
  const net = await DenseNet.create(Dataset.dense([[1], [2]], { labels: [0, 1] }), { hidden: [2] });
  await refusesAsync(
    () => net.predict(images),
    TypeError,
    /^data: expected dense rows like the training data, got images$/,
  );
  net.dispose();
});

test.run();
