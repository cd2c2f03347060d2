// Parts read by batches of a few hundred characters: the rows of the whole file, with its line numbers.
import { gzipSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '#dist/cli/errors.js';
import { openPart, type PartOptions } from '#dist/cli/read/part.js';
import type { Batch } from '#dist/data/batch.js';
import { idxDataset } from '#dist/data/images/idx.js';
import { readRaw } from '#dist/data/text/read-raw.js';
import { parseSparseText } from '#dist/data/text/sparse-text.js';
import { parseSvmlight } from '#dist/data/text/svmlight.js';
import { Scratch } from '../../support/cli.js';
import { refusesAsync } from '../../support/refuses.js';

const scratch = new Scratch();
test.after(() => scratch.remove());

const MARKS = ['', 'NA'];

async function batchesOf(path: string, options: PartOptions = {}): Promise<Batch[]> {
  const part = await openPart(path, { batch: 300, ...options });
  const batches: Batch[] = [];
  for await (const batch of part.batches()) batches.push(batch);
  return batches;
}

/** Entries by row: [column, value] each. */
function entriesOf(features: Extract<Batch, { kind: 'rows' }>['features']): number[][][] {
  const { rows, columns } = features;
  return Array.from({ length: rows }, (_, r) =>
    features.kind === 'dense'
      ? Array.from(features.values.subarray(r * columns, (r + 1) * columns), (x, c) => [c, x])
      : Array.from(features.index.subarray(features.start[r], features.start[r + 1]), (c, i) => [
          c,
          features.value[features.start[r]! + i]!,
        ]),
  );
}

function rowsOf(batches: readonly Batch[]) {
  const entries: number[][][] = [];
  const labels: string[] = [];
  for (const batch of batches) {
    assert.ok(batch.kind === 'rows');
    entries.push(...entriesOf(batch.features));
    labels.push(...(batch.labels ?? []));
  }
  return { entries, labels };
}

const sparseLines = Array.from(
  { length: 200 },
  (_, r) => `${r % 3},${(r * 7) % 50}:${1 + (r % 5)},${60 + (r % 9)}:0.5,${r % 11 === 0 ? '55:0' : '58:-2'}`,
);

test('sparse text by batches is the rows of the whole, packed or not', async () => {
  const text = `${sparseLines.join('\n')}\n\n`;
  const whole = parseSparseText(text).features;
  assert.ok(whole.kind !== 'images');
  for (const bytes of [text, text.replaceAll('\n', '\r\n'), gzipSync(text), `\ufeff${text}`]) {
    const batches = await batchesOf(scratch.file('rows.txt', bytes));
    assert.ok(batches.length > 5);
    const { entries, labels } = rowsOf(batches);
    assert.equal(entries, entriesOf(whole));
    assert.equal(
      labels,
      sparseLines.map((_, r) => String(r % 3)),
    );
  }
});

test('what is wrong is told with the line of the file', async () => {
  const wrong = (at: number, line: string) => [...sparseLines.slice(0, at), line, ...sparseLines.slice(at)].join('\n');
  const path = (text: string) => scratch.file('wrong.txt', text);
  await refusesAsync(
    () => batchesOf(path(wrong(150, '1,3:x'))),
    UserError,
    /wrong\.txt: line 151: expected feature:value/,
  );
  await refusesAsync(
    () => batchesOf(path(wrong(90, ''))),
    UserError,
    /wrong\.txt: line 91: expected a label, got none/,
  );
  await refusesAsync(() => batchesOf(path(wrong(90, '1 0,3:1'))), UserError, /line 91: /);
  await refusesAsync(
    () => batchesOf(path(wrong(120, '1,70:1')), { columns: 70 }),
    UserError,
    /line 121: expected a feature below 70/,
  );
  await refusesAsync(() => batchesOf(scratch.file('empty.txt', '')), UserError, /empty\.txt: the file is empty/);
  await refusesAsync(() => batchesOf(scratch.path('none')), UserError, /none: no such file/);
  const cut = gzipSync(sparseLines.join('\n')).subarray(0, -20);
  await refusesAsync(() => batchesOf(scratch.file('cut.txt.gz', cut)), UserError, /is gzipped, and damaged or cut off/);
  const latin = Uint8Array.from([...new TextEncoder().encode('a,b\n1,x\n'), 0xe4, 44, 49, 10]);
  await refusesAsync(() => batchesOf(scratch.file('latin.csv', latin)), UserError, /expected text in UTF-8/);
});

test('several labels a row are no class', async () => {
  const text = sparseLines.map((line) => line.replace(/^./, '0 1')).join('\n');
  const batches = await batchesOf(scratch.file('tasks.txt', text));
  assert.ok(batches.every((batch) => batch.kind === 'rows' && batch.labels === undefined));
});

test('svmlight by batches: indices as written, or as said', async () => {
  const lines = sparseLines.map((line, r) => {
    const items = line
      .split(',')
      .slice(1)
      .map((item) => item.split(':').map(Number) as [number, number]);
    return `${r % 2 ? '+1' : '-1'} qid:4 ${items.map(([c, x]) => `${c + 1}:${x}`).join(' ')} # ${r}${r % 40 === 0 ? '\n\n# only this' : ''}`;
  });
  const text = lines.join('\n');
  const path = scratch.file('rows.svm', text);
  const whole = parseSvmlight(text).features;
  assert.ok(whole.kind !== 'images');
  const said = rowsOf(await batchesOf(path, { zeroBased: false }));
  assert.equal(said.entries, entriesOf(whole));
  assert.equal([...new Set(said.labels)], ['-1', '1']);
  const written = rowsOf(await batchesOf(path));
  assert.equal(
    written.entries,
    entriesOf(whole).map((row) => row.map(([c, x]) => [c! + 1, x!])),
  );
  await refusesAsync(
    () => batchesOf(scratch.file('zero.svm', `${text}\n1 0:1`), { zeroBased: false }),
    UserError,
    /line 211: expected indices that count from 1/,
  );
});

const cellsText = [
  'n,word,"a ""quoted"" one"',
  ...Array.from({ length: 300 }, (_, r) =>
    [
      r % 7 === 0 ? 'NA' : r / 4,
      `w${r % 5}`,
      r % 13 === 0 ? `"two\nlines ${r % 3}, and ""more"""` : `plain 5" ${r % 4}`,
    ].join(','),
  ),
].join('\n');

function cellsOf(source: {
  rows: number;
  columns: readonly { numbers: Float64Array; ids: Int32Array | undefined; texts: readonly string[] | undefined }[];
}): (string | number)[][] {
  return Array.from({ length: source.rows }, (_, r) =>
    source.columns.map(({ numbers, ids, texts }) => {
      const id = ids ? ids[r]! : -1;
      return id >= 0 ? texts![id]! : id === -2 ? 'missing' : numbers[r]!;
    }),
  );
}

test('cells by batches are those of the whole, quoted line ends too', async () => {
  const whole = readRaw(cellsText, { missingMarks: MARKS });
  const path = scratch.file('cells.csv', cellsText);
  for (const size of [200, 300, 3000, 2 ** 22]) {
    const part = await openPart(path, { batch: size, cells: { missingMarks: MARKS } });
    const cells: (string | number)[][] = [];
    const where: string[] = [];
    for await (const batch of part.batches()) {
      assert.ok(batch.kind === 'cells');
      assert.equal(batch.source.names, ['n', 'word', 'a "quoted" one']);
      cells.push(...cellsOf(batch.source));
      for (let r = 0; r < batch.source.rows; r++) where.push(batch.source.where(r));
    }
    assert.equal(cells, cellsOf(whole));
    assert.equal(
      where,
      cells.map((_, r) => `line ${whole.line(r)}`),
    );
    assert.match(part.sha256, /^[0-9a-f]{64}$/);
  }
});

test('a part without a header takes the names of others; another header is refused by name', async () => {
  const names = ['n', 'word', 'a "quoted" one'];
  const like = { names, dialect: { delimiter: ',', decimal: '.', thousands: '', header: true } as const };
  const body = cellsText.slice(cellsText.indexOf('\n') + 1);
  for (const text of [body, cellsText]) {
    const batches = await batchesOf(scratch.file('part.csv', text), { cells: { missingMarks: MARKS, like } });
    let rows = 0;
    for (const batch of batches) {
      assert.ok(batch.kind === 'cells');
      assert.equal(batch.source.names, names);
      rows += batch.source.rows;
    }
    assert.is(rows, 300);
  }
  const others = [body.replaceAll(/$/gm, ',9'), `n,wort,c\n1,a,b\n2,b,c\n3,c,c\n`];
  for (const [i, pattern] of [
    /expected \d columns as in the parts surveyed/,
    /got a line like another header: "wort" in place of "word"/,
  ].entries())
    await refusesAsync(
      () => batchesOf(scratch.file('other.csv', i === 0 ? 'p,q\n1,2\n3,4\n' : others[1]!), { cells: { like } }),
      UserError,
      i === 0 ? /2 cells, not 3|expected 3 columns/ : pattern,
    );
});

test('images come as rows, with their labels', async () => {
  const header = [0, 0, 8, 3, 0, 0, 0, 50, 0, 0, 0, 4, 0, 0, 0, 5];
  const images = Uint8Array.from([...header, ...Array.from({ length: 1000 }, (_, i) => (i * 37) % 256)]);
  const labels = Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 50, ...Array.from({ length: 50 }, (_, i) => i % 10)]);
  const path = scratch.file('images-idx3-ubyte', images);
  const { entries, labels: names } = rowsOf(await batchesOf(path, { labels: scratch.file('labels', labels) }));
  const whole = idxDataset(images).features;
  assert.ok(whole.kind !== 'images');
  assert.equal(entries, entriesOf(whole));
  assert.equal(
    names,
    Array.from({ length: 50 }, (_, i) => String(i % 10)),
  );
  await refusesAsync(
    () => batchesOf(scratch.file('cut-idx3', images.subarray(0, -7))),
    UserError,
    /expected 50 images of 20 bytes, got 49 and a part of one/,
  );
});

test.run();
