import { readFileSync } from 'node:fs';
import { type Document, readDocuments, type TextChunks } from 'espalier/text';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Random } from '../../support/random.js';
import { refusesAsync } from '../../support/refuses.js';

const test = suite('documents');

async function all(chunks: TextChunks, options: Parameters<typeof readDocuments>[1] = {}): Promise<Document[]> {
  const documents: Document[] = [];
  for await (const document of readDocuments(chunks, options)) documents.push(document);
  return documents;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Cut at random places, in pieces that may be empty. */
function cut<T extends string | Uint8Array>(whole: T, random: Random, most: number): T[] {
  const pieces: T[] = [];
  for (let at = 0; at < whole.length; ) {
    const length = random.below(most + 1);
    pieces.push(whole.slice(at, at + length) as T);
    at += length;
  }
  return pieces;
}

const SENTENCES = [
  'the profits of the company rose again this year',
  'größe über alles: „schön“ ist es hier nicht immer',
  'wheat, corn and barley were sold to the Soviet Union',
  'he said "no" and went away, again; they did not',
  'ein Hund 🐕 läuft über die lange Straße im Dorf',
];

test('lines: a document each, blank ones none, whatever ends them', async () => {
  const wanted = ['one', ' two ', 'three'].map((text) => ({ text }));
  for (const end of ['\n', '\r\n', '\r'])
    assert.equal(await all(['one', '', ' two ', '  ', 'three'].join(end), { format: 'lines' }), wanted);
  assert.equal(await all('\ufeffone\n\n two \nthree\n', { format: 'lines' }), wanted);
  assert.equal(await all('Once upon a time, there was a tree.\nIt stood, flat and sparse, on a wall.'), [
    { text: 'Once upon a time, there was a tree.' },
    { text: 'It stood, flat and sparse, on a wall.' },
  ]);
});

test('label and text: quotes mean nothing, further tabs are of the text', async () => {
  assert.equal(await all('earn\t"up" it went\ngrain\twheat\tand corn\n\nearn\tdown', { format: 'tsv' }), [
    { text: '"up" it went', label: 'earn' },
    { text: 'wheat\tand corn', label: 'grain' },
    { text: 'down', label: 'earn' },
  ]);
  assert.equal(await all('label\ttext\na\tone more text\nb\tsome other text\n'), [
    { text: 'one more text', label: 'a' },
    { text: 'some other text', label: 'b' },
  ]);
  await refusesAsync(
    () => all('a\tone\nno tab here', { format: 'tsv' }),
    RangeError,
    /^line 2: .*a label, a tab and a text/,
  );
});

test('CSV: the column of texts by its name, label, date and name beside it', async () => {
  const text = 'id;Category;Abstract;year\n1;a;"one; ""two""\nthree";2001\n2;;four;\n3;b;"  ";2003\n';
  assert.equal(await all(text), [
    { text: 'one; "two"\nthree', label: 'a', date: '2001', name: '1' },
    { text: 'four', name: '2' },
  ]);
  const said = await all(text, { textColumn: 'Category', labelColumn: -1, dateColumn: 0 });
  assert.equal(said, [
    { text: 'a', label: '2001', date: '1' },
    { text: 'b', label: '2003', date: '3' },
  ]);
});

test('CSV: else the only column of running text, with a header or without', async () => {
  const rows = SENTENCES.map((sentence, i) => `k${i},"${sentence.replaceAll('"', '""')}",${i}`);
  const texts = SENTENCES.map((text) => ({ text }));
  assert.equal(await all(rows.join('\n')), texts);
  assert.equal(await all(`key,what they wrote,n\n${rows.join('\n')}\n`), texts);
});

test('CSV: where several may be meant, none is taken, and the longest is proposed', async () => {
  const rows = SENTENCES.map((_, i) => `"short words of the row ${i}","many more words than those of the row ${i}"`);
  for (const [header, names] of [
    ['one,two', /"one", "two"/],
    ['text,abstract', /"text", "abstract"/],
  ] as const) {
    const wanted = header.split(',')[1];
    try {
      await all(`${header}\n${rows.join('\n')}`);
      assert.unreachable();
    } catch (error) {
      assert.match((error as Error).message, names);
      assert.equal((error as { suggestion?: unknown }).suggestion, { textColumn: wanted });
    }
  }
  await refusesAsync(
    () => all('a,b\nx,1\ny,2\nz,3\n', { format: 'csv' }),
    RangeError,
    /none of running text among "a"/,
  );
  await refusesAsync(
    () => all('a,text\nx,one\n', { textColumn: 'body' }),
    RangeError,
    /^textColumn: expected one of the columns "a", "text", got "body"/,
  );
});

test('CSV: what is proposed can go on, and what another option names is not proposed', async () => {
  const proposed = async (text: string, options: object) => {
    try {
      await all(text, { format: 'csv', ...options });
      return 'read';
    } catch (error) {
      const { message, suggestion } = error as { message: string; suggestion?: unknown };
      return suggestion === undefined ? message : JSON.stringify(suggestion);
    }
  };
  assert.match(await proposed('a,b,y\n1,2,x\n3,4,y\n', {}), /^textColumn: .*none of running text among "y"/);
  const rows =
    'text,stars,date\na text of more than five words,5,2020-01-02\nanother of six words or more,1,2020-01-03\n';
  for (const option of ['dateColumn', 'labelColumn'])
    assert.match(
      await proposed(rows, { [option]: 'text' }),
      new RegExp(`^${option}: expected another column than that of the texts, and "text" is`),
    );
  assert.match(await proposed(rows, { textColumn: 'stars' }), /^textColumn: expected .* and "stars" holds numbers/);
  assert.is(await proposed(rows, { dateColumn: 'stars' }), 'read');
});

test('CSV: names of columns in other languages, whatever their case and accents', async () => {
  for (const names of [
    'Datum,Kategorie,Inhalt',
    'Fecha,CATEGOR\u00cdA,Texto',
    'Ann\u00e9e,Classe,Texte',
    'Anno,Tema,Testo',
    'ano,categoria,conte\u00fado',
    'datum,klas,Tekst',
  ])
    assert.equal(await all(`${names}\n2020,a,kurz\n2021,b,lang\n`), [
      { text: 'kurz', label: 'a', date: '2020' },
      { text: 'lang', label: 'b', date: '2021' },
    ]);
});

test('numbers, sparse text and svmlight are no documents', async () => {
  await refusesAsync(() => all('a,b\n1,2\n3,4\n5,6\n'), RangeError, /numbers/);
  await refusesAsync(() => all('1,2\n3,4\n5,6\n', { format: 'csv' }), RangeError, /numbers/);
  await refusesAsync(() => all('0,1:1,2:1\n1,3:1\n'), RangeError, /rows of features/);
  await refusesAsync(() => all('+1 1:0.5 3:1\n-1 2:1\n'), RangeError, /rows of features/);
  await refusesAsync(() => all(''), RangeError, /got nothing/);
  await refusesAsync(() => all(' \n\n'), RangeError, /only blanks/);
});

test('CSV: a row of another length is told by its line', async () => {
  await refusesAsync(
    () => all('label,text\na,"one\ntwo"\nb,three,four\n', { format: 'csv' }),
    RangeError,
    /^line 4: expected 2 cells, got 3; format: 'lines'/,
  );
  await refusesAsync(
    () => all('label,text\na,"one\n', { format: 'csv' }),
    RangeError,
    /^line 2: expected a quote that closes/,
  );
});

test('JSON: lines of objects or strings, or one array of them', async () => {
  const values = [
    { text: 'a {text} with [marks] and "quotes" \\', label: 1, date: '2020', other: { a: [1] } },
    { text: null, label: 'x' },
    { label: 'y', text: 'another\ntext' },
  ];
  const wanted = [
    { text: values[0]!.text, label: '1', date: '2020' },
    { text: 'another\ntext', label: 'y' },
  ];
  assert.equal(await all(values.map((value) => JSON.stringify(value)).join('\n\n')), wanted);
  assert.equal(await all(JSON.stringify(values)), wanted);
  assert.equal(await all(JSON.stringify(values, null, 2)), wanted);
  assert.equal(
    await all(JSON.stringify(SENTENCES)),
    SENTENCES.map((text) => ({ text })),
  );
  assert.equal(
    await all(SENTENCES.map((text) => JSON.stringify(text)).join('\n'), { format: 'jsonl' }),
    SENTENCES.map((text) => ({ text })),
  );
});

test('JSON: what is wrong is told by line or place', async () => {
  const jsonl = (text: string, wanted: RegExp) => refusesAsync(() => all(text), RangeError, wanted);
  await jsonl('["a", "b"]\n["c", "d"]\n', /expected JSON objects .* got arrays/);
  await jsonl('{"text":"a"}\n{"text":\n', /^line 2: expected JSON/);
  await jsonl('{"text":"a"}\n{"text":3}', /^line 2: expected a text in "text", got 3/);
  await jsonl('{"text":"a"}\n["b"]', /^line 2: expected an object or a string, got an array/);
  await jsonl('[{"text":"a"},\n{"text":"b"}', /the \] of the array behind value 2|behind value 1/);
  await jsonl('[{"text":"a"},\n{"text":"b"}]\n[]', /one array of JSON/);
  await jsonl('{"text":"a","label":["x"]}', /one word in "label", got an array/);
});

test('the encoding: by the byte-order mark, UTF-8 strictly, or as said', async () => {
  const text = SENTENCES.join('\n');
  const wanted = SENTENCES.map((line) => ({ text: line }));
  const units = Uint16Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
  const marked = new Uint8Array([0xff, 0xfe, ...new Uint8Array(units.buffer)]);
  assert.equal(await all(marked, { format: 'lines' }), wanted);
  assert.equal(
    await all([marked.subarray(0, 1), marked.subarray(1, 9), marked.subarray(9)], { format: 'lines' }),
    wanted,
  );
  assert.equal(await all(Uint8Array.of(0x80, 0x20, 0xe4), { format: 'lines', encoding: 'windows-1252' }), [
    { text: '€ ä' },
  ]);
  await refusesAsync(
    () => all(Uint8Array.of(97, 0xe4, 10), { format: 'lines' }),
    RangeError,
    /^bytes: expected text in UTF-8, got other bytes/,
  );
  await refusesAsync(
    () => all(Uint8Array.of(97, 0xc3), { format: 'lines' }),
    RangeError,
    /^bytes: expected text in UTF-8/,
  );
});

test('who stops reading closes what is read', async () => {
  let closed = false;
  const chunks = async function* () {
    try {
      for (;;) yield 'a text\n'.repeat(2 ** 18);
    } finally {
      closed = true;
    }
  };
  for await (const _ of readDocuments(chunks())) break;
  assert.ok(closed);
});

test('a stream of the web is read', async () => {
  const blob = new Blob([SENTENCES.join('\n')]);
  assert.equal(
    await all(blob.stream() as never, { format: 'lines' }),
    SENTENCES.map((text) => ({ text })),
  );
});

/** One document each of random words, with all that needs care in CSV. */
function sample(random: Random): Document[] {
  const parts = ['a', 'bb', 'ß', '🐕', '"', ',', '\n', ' ', 'word', '\t', ';', "'"];
  return Array.from({ length: 1 + random.below(30) }, () => ({
    text: `x${Array.from({ length: random.below(20) }, () => parts[random.below(parts.length)]).join('')}x`,
    label: `l${random.below(3)}`,
  }));
}

test('any chunking of the bytes gives the same documents', async () => {
  const random = new Random(3);
  for (let round = 0; round < 40; round++) {
    const documents = sample(random);
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const end = round % 2 ? '\r\n' : '\n';
    const flat = documents.map(({ text, label }) => ({ text: text.replaceAll(/[\n\t]/g, ' '), label: label! }));
    const cases: [Parameters<typeof readDocuments>[1], string, Document[]][] = [
      [{ format: 'lines' }, flat.map(({ text }) => text).join(end), flat.map(({ text }) => ({ text }))],
      [{ format: 'tsv' }, flat.map(({ text, label }) => `${label}\t${text}`).join(end), flat],
      [{ format: 'jsonl' }, documents.map((one) => JSON.stringify(one)).join(end), documents],
      [{ format: 'jsonl' }, JSON.stringify(documents), documents],
      [
        { format: 'csv', textColumn: 'text' },
        `label,text${end}${documents.map(({ text, label }) => `${label},${quoted(text)}${end}`).join('')}`,
        documents,
      ],
    ];
    for (const [options, text, wanted] of cases) {
      assert.equal(await all(text, options), wanted, JSON.stringify([options, text]));
      assert.equal(await all(cut(bytesOf(text), random, 7), options), wanted);
      assert.equal(await all(cut(text, random, 5), options), wanted);
    }
  }
});

test('CSV of records longer than what is taken apart at once, by its twin', async () => {
  const random = new Random(5);
  const documents = Array.from({ length: 60 }, (_, i) => ({
    text: `${i} ${'long "text", of\nlines '.repeat(random.below(i % 20 === 0 ? 9000 : 400) + 1)}.`,
    label: `l${i % 4}`,
  }));
  const text = `label,text\n${documents.map((one) => `${one.label},"${one.text.replaceAll('"', '""')}"\n`).join('')}`;
  assert.ok(text.length > 200_000);
  assert.equal(await all(cut(bytesOf(text), random, 40_000)), documents);
});

test('the same of a file that is cut in small parts, as read from a disk', async () => {
  // Licences are prose with quotes, brackets and blank lines.
  const text = readFileSync(new URL('../../../../LICENSE', import.meta.url), 'utf8');
  const wanted = text.split('\n').filter((line) => line.trim() !== '');
  const found = await all(cut(bytesOf(text), new Random(1), 3), { format: 'lines' });
  assert.equal(
    found.map((one) => one.text),
    wanted,
  );
});

test.run();
