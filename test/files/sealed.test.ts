import { createHash } from 'node:crypto';
import { Dataset, DenseNet, GaterNet, loadNet, readSafetensors, type Tensor, writeSafetensors } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Sha256 } from '#dist/files/sha256.js';
import { refusesAsync } from '../support/refuses.js';
import { unsealed } from '../support/unsealed.js';

const SEAL = 'espalier.sha256';

const train = Dataset.dense(
  Array.from({ length: 8 }, (_, r) => [r, 7 - r, r % 3]),
  { labels: [0, 1, 0, 1, 0, 1, 0, 1] },
);
const net = await DenseNet.create(train, { hidden: [3] });
const bytes = net.save({ 'note é': 'of mine' });
const file = readSafetensors(bytes);
const outputs = (await net.predict(train)).outputs;

/** The digest as docs/FORMAT.md tells it, with Node's hash. */
function digestOf({ tensors, metadata }: typeof file): string {
  const hash = createHash('sha256');
  const count = (n: number) => {
    const eight = Buffer.alloc(8);
    eight.writeBigUInt64LE(BigInt(n));
    hash.update(eight);
  };
  const counted = (data: Uint8Array | string) => {
    const buffer = Buffer.from(data as string);
    count(buffer.length);
    hash.update(buffer);
  };
  const order = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  const notes = Object.keys(metadata)
    .filter((name) => name !== SEAL)
    .sort(order);
  count(notes.length);
  for (const name of notes) {
    counted(name);
    counted(metadata[name]!);
  }
  const names = Object.keys(tensors).sort(order);
  count(names.length);
  for (const name of names) {
    const { shape, data } = tensors[name]!;
    counted(name);
    counted(data instanceof Float32Array ? 'F32' : 'other');
    count(shape.length);
    shape.forEach(count);
    counted(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}

test("SHA-256: as Node's, for every length up to three blocks, in whatever parts", () => {
  const all = Uint8Array.from({ length: 5000 }, (_, i) => (i * 131 + (i >> 3)) & 255);
  const wanted = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');
  for (let length = 0; length <= 200; length++)
    assert.is(new Sha256().update(all.subarray(7, 7 + length)).hex(), wanted(all.subarray(7, 7 + length)), `${length}`);
  for (const step of [1, 3, 55, 63, 64, 65, 200, 4999]) {
    const hash = new Sha256();
    for (let from = 0; from < all.length; from += step) hash.update(all.subarray(from, from + step));
    assert.is(hash.hex(), wanted(all), `parts of ${step}`);
  }
});

test('a saved net carries the digest that the description of the format tells', () => {
  assert.is(file.metadata[SEAL], digestOf(file));
});

test('a file that another tool lays out anew is the same net', async () => {
  // Reversed names and blanks in a header of any length: no order, gap or padding of this package.
  const names = Object.keys(file.tensors).reverse();
  let offset = 0;
  const entries = names.map((name) => {
    const { shape, data } = file.tensors[name]!;
    const entry = [name, { shape, data_offsets: [offset, offset + data.byteLength], dtype: 'F32' }];
    offset += data.byteLength;
    return entry;
  });
  const notes = Object.fromEntries(Object.entries(file.metadata).reverse());
  const header = Buffer.from(JSON.stringify(Object.fromEntries([...entries, ['__metadata__', notes]]), null, 3));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const data = names.map((name) => {
    const { buffer, byteOffset, byteLength } = file.tensors[name]!.data;
    return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
  });
  const again = await loadNet(new Uint8Array(Buffer.concat([length, header, ...data])));
  assert.equal((await again.predict(train)).outputs, outputs);
  assert.equal(again.save({ 'note é': 'of mine' }), bytes);
});

test('what is changed, added or left out is refused', async () => {
  const { tensors, metadata } = file;
  const refused = (changed: Record<string, Tensor>, notes: Record<string, string> = metadata) =>
    refusesAsync(
      () => loadNet(writeSafetensors(changed, notes)),
      RangeError,
      /^bytes: the net is damaged: its contents do not match its SHA-256$/,
    );
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const { [name]: _, ...others } = tensors;
    await refused(others);
    await refused({ ...others, [`${name}s`]: { shape, data } });
    await refused({ ...others, [name]: { shape: [1, ...shape], data } });
    await refused({ ...others, [name]: { shape, data: new Uint32Array(data.buffer, data.byteOffset, data.length) } });
    const other = data.slice();
    other[other.length - 1] = 0.5;
    await refused({ ...others, [name]: { shape, data: other } });
  }
  await refused({ ...tensors, more: { shape: [0], data: new Float32Array(0) } });
  await refused(tensors, { ...metadata, 'note é': 'of theirs' });
  await refused(tensors, { ...metadata, more: '' });
  const { 'note é': _, ...fewer } = metadata;
  await refused(tensors, fewer);
  await refused(tensors, { ...fewer, 'note é ': 'of mine'.slice(1) });
});

test('a net of this format without its digest is damaged; one of format 1 never had any', async () => {
  const { [SEAL]: _, ...others } = file.metadata;
  await refusesAsync(
    () => loadNet(writeSafetensors(file.tensors, others)),
    RangeError,
    /^bytes: the net is damaged: its SHA-256 is missing$/,
  );
  const { tensors, metadata } = unsealed(bytes);
  const old = await loadNet(writeSafetensors(tensors, metadata));
  assert.equal((await old.predict(train)).outputs, outputs);
  assert.equal(old.save({ 'note é': 'of mine' }), bytes);
});

test('a newer format is refused in words', async () => {
  const { tensors, metadata } = unsealed(bytes);
  const header = JSON.parse(metadata['espalier.model']!);
  const of = (format: unknown) =>
    writeSafetensors(tensors, { 'espalier.model': JSON.stringify({ ...header, format }) });
  await refusesAsync(
    () => loadNet(of(3)),
    RangeError,
    /^bytes: expected a net of format 2 or before, got one of format 3, written by a newer release of Espalier; update it$/,
  );
  for (const format of [0, -1, 1.5, '2', null, [2]])
    await refusesAsync(() => loadNet(of(format)), RangeError, /^bytes: expected a net of format 1 to 2, got /);
});

test('a digest is made anew when metadata that were read are saved again', async () => {
  const again = await loadNet(bytes);
  const resaved = again.save({ ...file.metadata, more: 'words' });
  assert.is.not(readSafetensors(resaved).metadata[SEAL], file.metadata[SEAL]);
  assert.is(readSafetensors(resaved).metadata[SEAL], digestOf(readSafetensors(resaved)));
  await loadNet(resaved);
});

test('a state dict needs no digest, but a wrong one is told', async () => {
  await refusesAsync(
    () => GaterNet.fromStateDict(writeSafetensors(file.tensors, { [SEAL]: 'f'.repeat(64) })),
    RangeError,
    /^bytes: the state dict is damaged/,
  );
});

test('other things than bytes are told from them', async () => {
  const { buffer } = bytes.slice();
  await refusesAsync(() => loadNet(buffer as never), TypeError, /^bytes: expected a Uint8Array, got an ArrayBuffer$/);
  await refusesAsync(() => loadNet(null as never), TypeError, /^bytes: expected a Uint8Array, got null$/);
  await refusesAsync(() => net.save(null as never), TypeError, /^metadata: expected an object, got null$/);
});

test.run();
