import { Dataset } from 'espalier';
import { learnCsvSchema } from 'espalier/read';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inspectCsv } from '#dist/data/tables/inspect.js';
import { isProse } from '#dist/data/text/prose.js';
import { refuses, refusesAsync } from '../../support/refuses.js';

const test = suite('running text');

test('five words are running text, names and numbers are not', () => {
  for (const text of [
    'the cat sat on it',
    'Ein Hund läuft über das Eis.',
    '今日はとても良い天気ですね、散歩しよう',
    'ภาษาไทยไม่มีช่องว่างระหว่างคำ',
  ])
    assert.ok(isProse(text), text);
  for (const text of ['', 'New York City', 'Neither agree nor disagree', '1 2 3 4 5 6 7', '東京都', 'a'.repeat(100)])
    assert.not.ok(isProse(text), text);
});

const texts = (count: number, times: number) =>
  Array.from({ length: count * times }, (_, i) => `this is the text of number ${i % count} here`);

test('a column of running text is no category, however few rows there are', () => {
  for (const count of [3, 12, 3000]) {
    const rows = texts(count, 1).map((text, i) => `${text},${i % 2}`);
    const csv = `notes,y\n${rows.join('\n')}\n`;
    refuses(
      () => learnCsvSchema(csv, { target: 'y' }),
      RangeError,
      /^column "notes": expected numbers or categories, got running text.*espalier topics.*would go on with \{ ignore: \["notes"\] \}$/,
    );
    refuses(
      () => learnCsvSchema(csv, { target: 'notes' }),
      RangeError,
      /"notes": expected classes or numbers, got running text/,
    );
    const { columns } = learnCsvSchema(csv, { target: 'y', categorical: ['notes'] });
    assert.is(columns[0]!.kind, 'categorical');
  }
});

test('sentences that recur are categories', () => {
  const rows = texts(4, 10).map((text, i) => `${text},${i % 2}`);
  assert.is(learnCsvSchema(`answer,y\n${rows.join('\n')}\n`, { target: 'y' }).columns[0]!.kind, 'categorical');
});

test('inspect calls such a column text, and records are refused as well', async () => {
  const rows = texts(12, 1).map((text, i) => `${text},${i % 2}`);
  const { columns } = await inspectCsv(`notes,y\n${rows.join('\n')}\n`, { target: 'y' }, () => false);
  assert.is(columns[0]!.kind, 'text');
  const records = texts(12, 1).map((notes, i) => ({ notes, y: i % 2 }));
  await refusesAsync(() => Dataset.fromRecords(records, { target: 'y' }), RangeError, /running text/);
});

test.run();
