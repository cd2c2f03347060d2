import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encode } from 'fast-png';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '#dist/cli/errors.js';
import { type ImageFolderOptions, readImageFolder, readPictures } from '#dist/cli/read/image-folder.js';
import { requireImages } from '#dist/data/dataset.js';
import { refusesAsync } from '../../support/refuses.js';

let folder = '';
test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'espalier-folder-'));
});
test.after.each(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, contents: Uint8Array | string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), contents);
}

/** A PNG of 2 x 1 pixels (width, height), all samples `value`, or of another size. */
const png = (value: number, channels = 1, width = 2, height = 1) =>
  encode({ width, height, channels, data: new Uint8Array(width * height * channels).fill(value) });

const refused = (message: RegExp, options?: ImageFolderOptions) =>
  refusesAsync(() => readImageFolder(folder, options), UserError, message);

test('rows by class and file name, in code-unit order', async () => {
  write('b/10.png', png(1));
  write('b/9.png', png(2));
  write('B/x.PNG', png(3));
  write('a/0.png', png(4));
  write('a/notes.txt', 'left alone');
  write('a/.hidden.png', 'left alone');
  write('.git/x', 'left alone');
  write('list.csv', 'left alone');
  const { data } = await readImageFolder(folder);
  const { channels, height, width, values } = requireImages(data.features, 'data');
  assert.equal([channels, height, width], [1, 1, 2]);
  await refused(/images: holding 4 images of 1 x 1 x 2 needs .* MB, the limit is .* MB; use fewer or smaller images/, {
    maxMemory: 7,
  });
  assert.equal(values, Uint8Array.of(3, 3, 4, 4, 1, 1, 2, 2));
  assert.equal(data.targets, {
    kind: 'classes',
    values: Int32Array.of(0, 1, 2, 2),
    classes: 3,
    names: ['B', 'a', 'b'],
  });
});

test('grey images among coloured ones count as coloured; two that agree stay grey', async () => {
  write('a/0.png', png(7, 2));
  write('b/0.png', encode({ width: 2, height: 1, channels: 4, data: Uint8Array.of(1, 2, 3, 0, 4, 5, 6, 255) }));
  const { channels, values } = requireImages((await readImageFolder(folder)).data.features, 'data');
  assert.is(channels, 3);
  assert.equal(values, Uint8Array.of(7, 7, 7, 7, 7, 7, 1, 4, 2, 5, 3, 6));
  write('b/0.png', png(8));
  assert.equal(requireImages((await readImageFolder(folder)).data.features, 'data').values, Uint8Array.of(7, 7, 8, 8));
  const coloured = requireImages((await readImageFolder(folder, { channels: 3 })).data.features, 'data');
  assert.equal(coloured.values, Uint8Array.of(7, 7, 7, 7, 7, 7, 8, 8, 8, 8, 8, 8));
});

test('a further folder takes the classes of the first, and may lack some', async () => {
  write('cat/0.png', png(1));
  const { data } = await readImageFolder(folder, { classNames: ['ant', 'bee', 'cat'] });
  assert.equal(data.targets, {
    kind: 'classes',
    values: Int32Array.of(2),
    classes: 3,
    names: ['ant', 'bee', 'cat'],
  });
  await refused(/cat: expected a class of ant, bee, got cat$/, { classNames: ['ant', 'bee'] });
  write('cat/1.png', png(1, 3));
  await refused(
    /1\.png: expected a grey image like the training images, got one with colours; ImageMagick makes one of it: convert IN\.png -colorspace Gray OUT\.png$/,
    {
      classNames: ['ant', 'cat'],
      channels: 1,
    },
  );
});

test('without classes: a file, or all in a folder and those within it, in code-unit order of their paths', async () => {
  for (const [name, value] of [
    ['b.png', 1],
    ['B.png', 2],
    ['sub/deep/a.png', 3],
    ['sub/z.png', 4],
    ['a.png', 5],
  ] as const)
    write(name, png(value));
  write('sub/notes.txt', 'no picture');
  const names = ['B.png', 'a.png', 'b.png', 'sub/deep/a.png', 'sub/z.png'];
  const { data, files, warnings } = await readPictures(folder);
  assert.equal(
    files,
    names.map((name) => join(folder, name)),
  );
  assert.is(data.targets, undefined);
  assert.equal(requireImages(data.features, 'data').values, Uint8Array.of(2, 2, 5, 5, 1, 1, 3, 3, 4, 4));
  assert.equal(warnings, ['1 of 6 files passed over: 1 .txt']);
  const one = await readPictures(join(folder, 'sub/z.png'), { size: { height: 1, width: 2 }, channels: 3 });
  assert.equal(one.files, [join(folder, 'sub/z.png')]);
  assert.equal(requireImages(one.data.features, 'data').values, Uint8Array.of(4, 4, 4, 4, 4, 4));
  await refusesAsync(
    () => readPictures(folder, { size: { height: 5, width: 4 } }),
    UserError,
    /: expected images of 4 x 5 like the training images, got 5 of 2 x 1 \(\S+B\.png\); ImageMagick makes one of it: convert IN\.png -resize 4x5! OUT\.png$/,
  );
  for (const name of names) rmSync(join(folder, name));
  await refusesAsync(() => readPictures(folder), UserError, /: expected PNG or JPEG files, got none$/);
});

test('folders that are refused', async () => {
  await refused(/: expected a subfolder of PNG or JPEG files for each class, got no subfolders$/);
  write('loose.png', png(1));
  await refused(/got no subfolders$/);
  write('a/0.png', png(1));
  await refused(/: expected subfolders of at least 2 classes, got only a$/);
  write('b/photo.gif', 'not a PNG');
  await refused(/b: expected PNG or JPEG files, got none$/);
  await refusesAsync(() => readImageFolder(join(folder, 'none')), UserError, /none: no such file or directory$/);
  await refusesAsync(
    () => readImageFolder(join(folder, 'loose.png')),
    UserError,
    /loose\.png: is a file, expected a folder/,
  );
});

test('images of other sizes are refused with all sizes and how many of each, a damaged one by name', async () => {
  write('a/0.png', png(1));
  write('b/0.png', png(1, 1, 3, 4));
  write('b/1.png', png(1, 1, 3, 4));
  write('b/2.png', png(1, 1, 5, 4));
  await refused(
    /: expected images of one size, width x height, got 2 of 3 x 4 \(\S+b.0\.png\), 1 of 2 x 1 \(\S+a.0\.png\), 1 of 5 x 4 \(\S+b.2\.png\); ImageMagick makes one of it: convert IN\.png -resize 3x4! OUT\.png$/,
  );
  for (const name of ['1', '2']) rmSync(join(folder, `b/${name}.png`));
  write('b/0.png', 'GIF89a');
  await refused(/b.0\.png: expected a PNG or JPEG, got other or damaged bytes: /);
  write('b/0.png', png(1).slice(0, -5));
  await refused(/b.0\.png: expected a PNG or JPEG, got other or damaged bytes: /);
  write('b/0.png', '');
  await refused(/b.0\.png: expected a PNG or JPEG, got other or damaged bytes: /);
});

test('what becomes no row is counted and told', async () => {
  write('a/0.png', png(1));
  write('b/0.PNG', png(1));
  assert.equal((await readImageFolder(folder)).warnings, []);
  for (const name of ['a/1.gif', 'a/2.GIF', 'b/list.txt', 'b/README', 'a/deep/0.png', 'labels.csv', '.hidden'])
    write(name, 'x');
  assert.equal((await readImageFolder(folder)).warnings, [
    '4 of 6 files passed over: 2 .gif, 1 .txt, 1 without an ending',
    'folders within those of the classes passed over: 1',
    'files beside the folders of the classes passed over: 1',
  ]);
});

test.run();
