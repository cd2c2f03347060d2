import { readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '#dist/cli/errors.js';
import type { Format } from '#dist/cli/options.js';
import { loadLike, loadToLearn } from '#dist/cli/read/data.js';
import { formatOf } from '#dist/cli/read/format.js';
import { decode, readInput } from '#dist/cli/read/input-file.js';
import { gunzip, textOf } from '#dist/data/gunzip.js';
import { describeTarget } from '#dist/models/target.js';
import { Scratch } from '../../support/cli.js';
import { idxBytes } from '../../support/cli-data.js';
import { refuses, refusesAsync } from '../../support/refuses.js';

const scratch = new Scratch();
test.after(() => scratch.remove());

const bytesOf = (text: string) => new TextEncoder().encode(text);
const told = (text: string, path = 'rows', whole = true) => formatOf(path, bytesOf(text), whole, path);

const KINDS: readonly (readonly [Format, string])[] = [
  ['sparse', '0,1:1\n1,2:0.5,3:-1e-3\n'],
  ['sparse', '1\n0,1:1\n'],
  ['sparse', '0 ? 1,2:1\n? 1 0\n'],
  ['sparse', '0,1:1\n1,2:x\n1,2:1\n'],
  ['sparse', '0,000000001:1\n'],
  ['svmlight', '+1 1:0.5 3:1 # c\n-1 2:1\n'],
  ['svmlight', '# made\n\n1 qid:3 1:1\n0\n'],
  ['svmlight', '1.5\t1:1\n'],
  ['csv', 'a,b\n1,2\n'],
  ['csv', '1,2\n3,4\n'],
  ['csv', 'when,what\n12:30,x\n'],
  ['csv', 'a;b\n1,5;2\n'],
  ['csv', 'a\tb\n1\t2\n'],
  ['csv', 'a|b\n1|2\n'],
  ['csv', 'id y x\n1 2 3\n4 5 6\n'],
  ['csv', '"x" "a b"\n"1" 5.1 "no"\n"2" 3.9 "yes"\n'],
];

test('contents tell, whatever the line ends', () => {
  for (const [format, text] of KINDS) {
    assert.is(told(text), format, text);
    assert.is(told(text.replaceAll('\n', '\r\n'), 'rows.txt'), format, text);
    assert.is(told(`\ufeff${text}`, 'rows.dat.gz'), format, text);
  }
  assert.is(formatOf('x', idxBytes([2], [0, 1]), true, 'x'), 'idx');
});

test('files of the field are what they are', async () => {
  const folder = new URL('../../../../test/field/', import.meta.url);
  const ends = { csv: 'csv', libsvm: 'svmlight', svm: 'svmlight', txt: 'sparse' } as const;
  for (const name of readdirSync(folder)) {
    if (/\.(?:md|ts)$/.test(name)) continue;
    const { format } = await readInput(new URL(name, folder).pathname, undefined);
    assert.is(format, ends[name.split('.').at(-1) as keyof typeof ends], name);
  }
});

test('a name that says otherwise is refused, and one that says the same settles what contents leave open', () => {
  refuses(() => told('0,1:1\n', 'a.csv'), UserError as never, /a\.csv: its name says CSV, its contents sparse text; /);
  refuses(
    () => told('0 1:1\n', 'a.csv'),
    UserError as never,
    /its contents svmlight; say which with --format csv or --format svmlight$/,
  );
  refuses(() => told('0,1:1\n', 'a.svm.gz'), UserError as never, /its name says svmlight, its contents sparse text/);
  refuses(() => told('a,b\n1,2\n', 'a.svm'), UserError as never, /its name says svmlight, its contents CSV/);
});

test('what may be two things is refused in words', () => {
  const refused = (text: string, message: RegExp, path?: string, whole?: boolean) =>
    refuses(() => told(text, path, whole), UserError as never, message);
  refused('0,::::\n', /got lines like "0,::::", which may be a table or entries with a fault; name it with --format$/);
  refused('1,3 1:1\n2 2:1:1\n', /which may be a table or entries with a fault/);
  refused(' '.repeat(70_000), /only blanks or comments where it begins, or a line too long to tell/, 'x', false);
  refused(`0,${'0'.repeat(70_000)}`, /got one number a line, like "0"/, 'x', false);
  refused('1\n0\n', /got one number a line/);
  refused('Once upon a time\n', /lines without a delimiter/);
  refused('Once upon a time, there was a tree.\nIt stood by a wall.\n', /got running text, .*espalier topics/);
  refused('{"text": "one", "label": 1}\n{"text": "two", "label": 2}\n', /got JSON, .*espalier topics/);
  refused('Once upon a time\nthere was a tree\n', /lines without a delimiter/);
  refused('a\0b', /some other binary file/);
  refused('PK\x03\x04more', /a zip file, as spreadsheets are saved; export it as CSV/);
  assert.is(told('0,::::\n1,12:30:15\n', 'times.csv'), 'csv');
  assert.is(told('1,3 1:1\n', 'a.svm'), 'svmlight');
  assert.is(told('word\n', 'one.csv'), 'csv');
});

test('a delimiter is of CSV alone', async () => {
  const path = scratch.file('numbers.dat', '1\n0\n');
  await refusesAsync(() => loadToLearn(path, {}, false), UserError, /got one number a line/);
  assert.is((await loadToLearn(path, { delimiter: 'comma' }, false)).data.rows, 2);
});

test('gzip of every format is read as what it holds', async () => {
  for (const [i, [format, text]] of KINDS.entries()) {
    const path = scratch.file(`${i}.gz`, gzipSync(text));
    const file = await readInput(path, undefined);
    assert.is(file.format, format);
    assert.is(decode(file, []), text);
  }
  const idx = idxBytes([2, 2], [0, 1, 2, 3]);
  const { format, bytes } = await readInput(scratch.file('images.gz', gzipSync(idx)), undefined);
  assert.is(format, 'idx');
  assert.equal(new Uint8Array(bytes), idx);
});

test('gzip that is cut off, damaged, empty or a bomb is refused', async () => {
  const packed = gzipSync('a,b\n1,2\n'.repeat(100));
  const damaged = Uint8Array.from(packed);
  damaged[packed.length - 6]! ^= 1;
  for (const bad of [packed.subarray(0, -10), damaged, packed.subarray(0, 12)])
    await refusesAsync(
      () => readInput(scratch.file('bad.csv.gz', bad), undefined),
      UserError,
      /bad\.csv\.gz: is gzipped, and damaged or cut off$/,
    );
  await refusesAsync(
    () => readInput(scratch.file('none.gz', gzipSync('')), undefined),
    UserError,
    /: the file is empty$/,
  );
  const bomb = gzipSync(Buffer.alloc(50e6, 'a,b\n'));
  assert.ok(bomb.length < 100_000);
  const before = process.memoryUsage().arrayBuffers;
  await refusesAsync(
    () => readInput(scratch.file('bomb.csv.gz', bomb), undefined, 2 ** 20),
    UserError,
    /bomb\.csv\.gz: unpacked: expected at most 1048576 bytes, got more$/,
  );
  assert.ok(process.memoryUsage().arrayBuffers - before < 20e6);
  await refusesAsync(() => gunzip(bomb, { maxMemory: 2 ** 20 }), RangeError, /^bytes: unpacking these needs /);
  await refusesAsync(() => gunzip(packed.subarray(0, -10)), RangeError, /^bytes: .*damaged or cut off$/);
  await refusesAsync(() => gunzip(bytesOf('a,b')), RangeError, /^bytes: expected gzip/);
});

test('encodings: UTF-8 and UTF-16 by their marks, windows-1252 with a word, else refused with the byte', async () => {
  const text = 'Straße;Grün €\n1;2\n';
  const utf16 = (big: boolean) => {
    const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
    return new Uint8Array(big ? bytes.swap16() : bytes);
  };
  for (const bytes of [bytesOf(text), bytesOf(`\ufeff${text}`), utf16(false), utf16(true), gzipSync(utf16(false))])
    assert.is(await textOf(new Uint8Array(bytes)), text);
  const windows = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ';
  const codes = [
    0x80,
    ...Array.from({ length: 11 }, (_, i) => 0x82 + i),
    0x8e,
    ...Array.from({ length: 12 }, (_, i) => 0x91 + i),
    0x9e,
    0x9f,
  ];
  assert.is(await textOf(Uint8Array.from(codes), { encoding: 'windows-1252' }), windows);
  const ansi = Uint8Array.from(text, (character) => (character === '€' ? 0x80 : character.charCodeAt(0)));
  await refusesAsync(
    () => textOf(ansi),
    RangeError,
    /^bytes: expected text in UTF-8, got byte 0xdf at 4; the option encoding names another, windows-1252/,
  );
  assert.is(await textOf(ansi, { encoding: 'windows-1252' }), text);
  await refusesAsync(() => textOf(ansi, { encoding: 'klingon' }), RangeError, /^encoding: /);
  const warnings: string[] = [];
  assert.is(decode(await readInput(scratch.file('ansi.csv', ansi), undefined), warnings), text);
  assert.equal(warnings, ['not UTF-8 for byte 0xdf at 4; read as windows-1252']);
  const file = await readInput(scratch.file('odd.csv', Uint8Array.of(97, 44, 0x81, 10)), undefined);
  refuses(() => decode(file, []), UserError as never, /odd\.csv: expected text in UTF-8, got byte 0x81 at 2$/);
  // Wherever the bad byte is, also within characters of several bytes.
  for (const at of [0, 1, 4094, 4095, 4096, 4097, 9001]) {
    const bytes = bytesOf('aßü€'.repeat(2000));
    const place = [...bytes.keys()].find((i) => i >= at && (bytes[i]! & 0xc0) !== 0x80)!;
    bytes[place] = 0xff;
    await refusesAsync(() => textOf(bytes), RangeError, new RegExp(`byte 0xff at ${place}; the option`));
  }
});

test('further svmlight is read as the training file was', async () => {
  const train = await loadToLearn(scratch.file('train.libsvm', '+1 1:1 3:1\n-1 2:1\n+1 1:2\n'), {}, true);
  assert.equal(train.svmlight, { zeroBased: false, labels: ['-1', '+1'] });
  assert.equal(train.taken, { format: 'svmlight', rows: 3, delimiter: ' ', zeroBased: false });
  const { columns } = train.data;
  const reference = { columns, target: describeTarget(train.data), svmlight: train.svmlight! };
  const test = scratch.file('test.txt', '1 2:5\n');
  const { data } = await loadLike(test, reference, {}, true);
  assert.is(data.columns, 3);
  assert.equal(Array.from(data.targets!.values), [1]);
  const unseen = scratch.file('new.txt', '0 3:5\n');
  assert.is((await loadLike(unseen, reference, {}, false)).data.targets, undefined);
  await refusesAsync(
    () => loadLike(unseen, reference, {}, true),
    UserError,
    /line 1: expected a label among "-1", "\+1"/,
  );
  const sparse = scratch.file('sparse.txt', '0,1:1\n');
  await refusesAsync(
    () => loadLike(sparse, reference, {}, true),
    UserError,
    /expected svmlight like the training data, got sparse text$/,
  );
  const { target } = reference;
  await refusesAsync(
    () => loadLike(test, { columns, target }, {}, true),
    UserError,
    /got svmlight, but the training data/,
  );
});

test.run();
