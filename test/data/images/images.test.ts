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
  refused({ values: [1, 2] }, /^values: expected a multiple of .* got 2 values$/);
  refused({ values: new Int8Array(12) }, /^values: expected bytes, floats, .* got an Int8Array$/, TypeError);
  refused({ values: new ArrayBuffer(12) }, /^values: .* got an ArrayBuffer; new Uint8Array\(buffer\)/, TypeError);
  refused({ values: [1, '2'] }, /^values\[1\]: expected a number, got "2"$/, TypeError);
  refused({ values: [1e39] }, /^values\[0\]: expected a number within a 32-bit float, got 1e\+39$/);
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

/** As a canvas gives it: 2 rows of 3 pixels. */
const canvas = (first: number) => ({
  width: 3,
  height: 2,
  data: Uint8ClampedArray.from({ length: 24 }, (_, i) => (i % 4 === 3 ? 128 : first + i)),
});
const pixelsOf = (options: object) => (Dataset.images(options as never).features as ImageMatrix).values;

test('images of a canvas: planes of colour without opacity, or of brightness', () => {
  const planes = [0, 4, 8, 12, 16, 20, 1, 5, 9, 13, 17, 21, 2, 6, 10, 14, 18, 22];
  const one = Dataset.images({ values: canvas(0) });
  const { kind, channels, height, width, rows } = one.features as ImageMatrix;
  assert.equal([kind, channels, height, width, rows], ['images', 3, 2, 3, 1]);
  assert.equal(pixelsOf({ values: canvas(0) }), Uint8Array.from(planes));
  const two = [...planes, ...planes.map((x) => x + 7)];
  assert.equal(pixelsOf({ values: [canvas(0), canvas(7)], labels: [0, 1] }), Uint8Array.from(two));
  // 0.299 x + 0.587 (x + 1) + 0.114 (x + 2) = x + 0.815
  assert.equal(pixelsOf({ values: canvas(0), channels: 1 }), Uint8Array.of(1, 5, 9, 13, 17, 21));
  const refused = (options: object, kind: typeof TypeError | typeof RangeError, message: RegExp) =>
    refuses(() => pixelsOf(options), kind, message);
  refused({ values: canvas(0), channels: 4 }, RangeError, /^channels: expected 3 or 1 of an ImageData, got 4$/);
  refused(
    { values: [canvas(0), { ...canvas(0), width: 2 }] },
    RangeError,
    /^values\[1\]: expected an image of 2 x 3, got 2 x 2$/,
  );
  refused(
    { values: { ...canvas(0), data: new Uint8Array(18) } },
    RangeError,
    /^values\[0\]\.data: expected 4 bytes a pixel, 24, got 18$/,
  );
  refused({ values: [canvas(0), 1] }, TypeError, /^values\[1\]: expected an ImageData as in values\[0\], got 1$/);
});

test('images of clamped bytes are a view of these, those of other numbers are floats', () => {
  const sides = { channels: 1, height: 1, width: 2 };
  const clamped = Uint8ClampedArray.of(9, 1, 2, 255).subarray(1, 3);
  const bytes = pixelsOf({ ...sides, values: clamped });
  assert.equal(bytes, Uint8Array.of(1, 2));
  clamped[0] = 7;
  assert.is(bytes[0], 7);
  assert.equal(pixelsOf({ ...sides, values: [0.5, 1] }), Float32Array.of(0.5, 1));
  assert.equal(pixelsOf({ ...sides, values: Float64Array.of(0.25, 3) }), Float32Array.of(0.25, 3));
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
