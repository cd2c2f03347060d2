import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Command } from 'commander';
import type { Document } from 'espalier/text';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '#dist/cli/errors.js';
import { addDocumentOptions, readDocumentTexts } from '#dist/cli/flags/documents.js';
import { addDataOptions } from '#dist/cli/options.js';
import { type DocumentSource, documentsLine } from '#dist/cli/read/document-source.js';
import { openDocuments } from '#dist/cli/read/documents.js';
import { loadTextsToLearn } from '#dist/cli/read/texts.js';
import { commandWith } from '#dist/cli/troubles.js';
import { Scratch } from '../../support/cli.js';
import { refusesAsync } from '../../support/refuses.js';

const test = suite('documents of files and folders');
let scratch: Scratch;
test.before.each(() => {
  scratch = new Scratch();
});
test.after.each(() => scratch.remove());

function write(name: string, contents: string | Uint8Array): string {
  mkdirSync(dirname(scratch.path(name)), { recursive: true });
  return scratch.file(name, contents);
}

async function all(source: DocumentSource): Promise<Document[]> {
  const documents: Document[] = [];
  for await (const document of source.open()) documents.push(document);
  return documents;
}

const LINES = 'the first text of all\nsome second text\nand the third one\n';
const TEXTS = LINES.trimEnd()
  .split('\n')
  .map((text) => ({ text }));

test('a file of lines, as often as need be, gzipped too', async () => {
  for (const [name, bytes] of [
    ['notes.txt', Buffer.from(LINES)],
    ['notes.txt.gz', gzipSync(LINES)],
    ['notes', Buffer.concat([gzipSync(LINES.slice(0, 30)), gzipSync(LINES.slice(30))])],
  ] as const) {
    const source = await openDocuments(write(name, bytes));
    assert.is(source.sha256, createHash('sha256').update(bytes).digest('hex'));
    assert.equal(await all(source), TEXTS);
    assert.equal(await all(source), TEXTS);
    assert.is(documentsLine(source.taken), '3 documents, a document a line, no labels');
  }
});

test('who stops reading closes the file', async () => {
  const path = scratch.file('left.txt', 'one\ntwo\n');
  const packed = scratch.file('left.txt.gz', gzipSync('one\ntwo\n'));
  // Where the system tells which files are open.
  const opened = () =>
    (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd') : []).filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).includes('left.txt');
      } catch {
        return false;
      }
    });
  for (const file of [path, packed]) {
    const source = await openDocuments(file);
    for await (const _ of source.open()) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(opened(), []);
  }
});

test('what was taken is told in a line', async () => {
  const csv = await openDocuments(
    write('a.csv', 'id,topic,body,date\n1,x,some text,2020\n2,y,other text,2021\n3,x,,\n'),
  );
  assert.is(
    documentsLine(csv.taken),
    '2 documents, CSV, delimiter comma, header yes, texts from body, 2 labels from topic, dates from date, names from id',
  );
  assert.equal(csv.labels, ['x', 'y']);
  assert.equal(csv.warnings, ['1 without a text passed over']);
  const tsv = await openDocuments(write('b.tsv', 'x\tone text\ny\tone more\nx\ta third\n'));
  assert.is(documentsLine(tsv.taken), '3 documents, lines of label, tab and text, 2 labels');
});

test('columns that are not used are told', async () => {
  const source = async (more: string) =>
    documentsLine(
      (await openDocuments(write('c.csv', `text,${more}\nsome text${',1'.repeat(more.split(',').length)}\n`))).taken,
    );
  assert.match(await source('stars,id'), /, names from id, not used: stars$/);
  assert.match(await source('a,b,c,d,e,f'), /, not used: a, b, c, d and 2 more$/);
});

test('to learn from, documents need labels: without any it is told which column may have them, some without are passed over', async () => {
  const learn = (path: string) => loadTextsToLearn(path, {}, { options: { minDocuments: 1 } });
  const bare = write('stars.csv', 'text,stars\none text,1\nother text,2\n');
  await refusesAsync(
    () => learn(bare),
    UserError,
    /got none: no column is called label.*columns: "stars"; .*--label-column stars$/,
  );
  write('notes/a/one.txt', 'ship sea');
  write('notes/b/two.txt', 'bank sea');
  write('notes/loose.txt', 'tree');
  const { data, documents, warnings } = await learn(scratch.path('notes'));
  assert.equal(documents, ['a/one.txt', 'b/two.txt']);
  assert.is(data.rows, 2);
  assert.ok(warnings!.includes('1 of 3 documents without a label passed over'));
  write('alone/one.txt', 'ship sea');
  await refusesAsync(() => learn(scratch.path('alone')), UserError, /labels of a folder are the names/);
});

test('a file of lines that is windows-1252 is read so, with a word, wherever that shows', async () => {
  const late = `${'plain words\n'.repeat(200_000)}gr\u00fc\u00dfe\n`;
  const source = await openDocuments(write('late.txt', Buffer.from(late, 'latin1')), { format: 'lines' });
  assert.equal(source.warnings, ['is not UTF-8; read as windows-1252']);
  assert.is(source.documents, 200_001);
  assert.is((await all(source)).at(-1)!.text, 'gr\u00fc\u00dfe');
  const bad = Buffer.concat([Buffer.from('plain words\n'.repeat(200_000)), Buffer.from([0xff, 0x81, 10])]);
  await refusesAsync(
    () => openDocuments(write('bad.txt', bad), { format: 'lines' }),
    UserError,
    /neither UTF-8 nor windows-1252/,
  );
});

test('a file that changes between passes is an error', async () => {
  const path = write('notes.txt', LINES);
  const source = await openDocuments(path);
  appendFileSync(path, 'one more\n');
  await refusesAsync(() => all(source), UserError, /notes\.txt: was changed while it was read/);
  const folder = await openDocuments(dirname(write('folder/a.txt', 'a text')));
  writeFileSync(scratch.path('folder/a.txt'), 'b text');
  utimesSync(scratch.path('folder/a.txt'), 1, 1);
  await refusesAsync(() => all(folder), UserError, /a\.txt: was changed/);
  unlinkSync(scratch.path('folder/a.txt'));
  await refusesAsync(() => all(folder), UserError, /a\.txt: .*no such file|a\.txt: was changed/);
});

test('what is no file of documents is refused with what to do', async () => {
  const refused = (name: string, contents: string | Uint8Array, wanted: RegExp) =>
    refusesAsync(() => openDocuments(write(name, contents)), UserError, wanted);
  await refused('empty.txt', '', /empty\.txt: the file is empty/);
  await refused('blank.txt', '\n \n', /only blanks/);
  await refused('a.zip', 'PK\x03\x04....', /a zip file/);
  await refused('a.pdf', '%PDF-1.7\n', /a PDF; write its text with pdftotext/);
  await refused('a.bin', Uint8Array.of(65, 0, 66, 0), /binary file/);
  await refused('a.csv', 'a,b\n1,2\n3,4\n', /numbers/);
  await refused('a.txt', '0,1:1,2:1\n1,2:1\n', /rows of features/);
  await refused('a.md', '# one note\n', /is one document \(Markdown\), expected many/);
  await refused('cut.txt.gz', gzipSync(LINES.repeat(99)).subarray(0, 60), /damaged or cut off/);
  await refusesAsync(() => openDocuments(scratch.path('nothing')), UserError, /nothing: no such file/);
  await refusesAsync(() => openDocuments(write('x.txt', LINES), { format: 'folder' }), UserError, /expects a folder/);
});

test('several columns that may be the texts: the command that goes on', async () => {
  const rows = Array.from({ length: 5 }, (_, i) => `some words of the first ${i},and of a second column of words ${i}`);
  const path = write('two.csv', `one,two\n${rows.join('\n')}\n`);
  try {
    await openDocuments(path);
    assert.unreachable();
  } catch (error) {
    const { suggestion, troubles } = error as { suggestion: Record<string, unknown>; troubles: string[] };
    assert.match(troubles[0]!, /^--text-column: .*"one", "two"/);
    assert.is(commandWith(['topics', 'two.csv'], suggestion), 'espalier topics two.csv --text-column two');
  }
  assert.is((await openDocuments(path, { textColumn: 'two' })).documents, 5);
});

test('a folder: sorted by path, folders of the first level as labels', async () => {
  write('notes/b/z.txt', 'zet');
  write('notes/b/deep/er/a.md', '# Deep\n\n*er*');
  write('notes/a/page.html', '<head><title>no</title></head><p>one &amp; two');
  write('notes/a/B.TXT', 'upper');
  write('notes/root.markdown', 'at the [root](no)');
  write('notes/.git/no.txt', 'no');
  write('notes/a/node_modules/p/readme.md', 'no');
  write('notes/a/.hidden.txt', 'no');
  write('notes/a/x.png', 'no');
  write('notes/y.pdf', 'no');
  write('notes/b/empty.txt', ' \n');
  write('notes/b/bytes.txt', Uint8Array.of(1, 2, 255));
  write('notes/b/latin.txt', Uint8Array.of(0xe4, 0x68));
  const source = await openDocuments(scratch.path('notes'));
  const wanted = [
    { text: 'upper', label: 'a', name: 'a/B.TXT' },
    { text: 'one & two', label: 'a', name: 'a/page.html' },
    { text: 'Deep\ner', label: 'b', name: 'b/deep/er/a.md' },
    { text: '\u00e4h', label: 'b', name: 'b/latin.txt' },
    { text: 'zet', label: 'b', name: 'b/z.txt' },
    { text: 'at the root', name: 'root.markdown' },
  ];
  assert.equal(await all(source), wanted);
  assert.equal(await all(source), wanted);
  assert.equal(source.labels, ['a', 'b']);
  assert.is(documentsLine(source.taken), '6 documents (.html, .markdown, .md, .txt), labels from 2 folders');
  assert.equal(source.warnings, [
    '2 files passed over (.pdf, .png)',
    '1 file without a text passed over: "b/empty.txt"',
    '1 file passed over that is no text: "b/bytes.txt"',
    '1 file not UTF-8, read as windows-1252: "b/latin.txt"',
    '1 document beside the folders without a label',
  ]);
});

test('a folder: links that lead back are followed once, one folder is no label', async () => {
  write('notes/only/a.txt', 'a text');
  write('notes/b.txt', 'b text');
  symlinkSync('..', scratch.path('notes/only/back'));
  const source = await openDocuments(scratch.path('notes'));
  assert.equal(await all(source), [
    { text: 'b text', name: 'b.txt' },
    { text: 'a text', name: 'only/a.txt' },
  ]);
  assert.is(source.labels, undefined);
  assert.equal(source.warnings, ['1 folder passed over that links lead to again']);
});

test('a folder: the hash is of names and contents', async () => {
  write('one/a.txt', 'text');
  write('two/a.txt', 'text');
  write('three/b.txt', 'text');
  const [one, two, three] = await Promise.all(['one', 'two', 'three'].map((name) => openDocuments(scratch.path(name))));
  assert.is(one!.sha256, two!.sha256);
  assert.is.not(one!.sha256, three!.sha256);
});

test('a folder of other things is refused', async () => {
  write('pictures/a.png', 'no');
  await refusesAsync(() => openDocuments(scratch.path('pictures')), UserError, /got 1 \.png; images by class/);
  mkdirSync(scratch.path('bare'));
  await refusesAsync(
    () => openDocuments(scratch.path('bare')),
    UserError,
    /expected \.txt, \.md or \.html files, got none/,
  );
  await refusesAsync(
    () => openDocuments(scratch.path('bare'), { format: 'csv' }),
    UserError,
    /--format csv expects a file/,
  );
});

test('one --format serves rows and texts', () => {
  const command = addDocumentOptions(addDataOptions(new Command('x'), true));
  assert.is(command.options.filter(({ long }) => long === '--format').length, 1);
  command.parse(['--format', 'lines', '--text-column', '-1', '--label-column', 'kind'], { from: 'user' });
  assert.equal(readDocumentTexts(command.opts()), { format: 'lines', textColumn: -1, labelColumn: 'kind' });
  assert.throws(() => readDocumentTexts({ format: 'sparse' }), /--format sparse: is of rows/);
});

test('a real corpus of labels and texts', async () => {
  const text = readFileSync(new URL('../../../../LICENSE', import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const source = await openDocuments(write('licence.tsv', lines.map((line, i) => `k${i % 3}\t${line}`).join('\n')));
  assert.equal(
    (await all(source)).map((one) => one.text),
    lines,
  );
  assert.equal(source.labels, ['k0', 'k1', 'k2']);
});

test.run();
