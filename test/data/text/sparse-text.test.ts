import { existsSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Dataset, type SparseMatrix } from '#dist/data/dataset.js';
import { formatSparseText, parseSparseText, type SparseTextOptions } from '#dist/data/text/sparse-text.js';
import { refuses } from '../../support/refuses.js';

const DATA = '../shared/data';

test('classes', () => {
  const data = parseSparseText('2,0:1,3:2.5\n0\n1,4:-1e-3\n', { classNames: ['a', 'b', 'c'] });
  assert.equal(data.features, {
    kind: 'sparse',
    rows: 3,
    columns: 5,
    start: Int32Array.of(0, 2, 2, 3),
    index: Int32Array.of(0, 3, 4),
    value: Float32Array.of(1, 2.5, -1e-3),
  });
  assert.equal(data.targets, { kind: 'classes', values: Int32Array.of(2, 0, 1), classes: 3, names: ['a', 'b', 'c'] });
});

test('tasks, by the first line or by option', () => {
  const data = parseSparseText('0 ? 1,2:1\n? ? ?,0:3', { taskNames: ['a', 'b', 'c'] });
  const values = Int8Array.of(0, -1, 1, -1, -1, -1);
  assert.equal(data.targets, { kind: 'tasks', values, tasks: 3, names: ['a', 'b', 'c'] });
  assert.equal(parseSparseText('0 ? 1,2:1\n? ? ?,0:3').targets, { kind: 'tasks', values, tasks: 3, names: undefined });
  assert.equal(parseSparseText('?,2:1\n1', { targets: 'tasks' }).targets, {
    kind: 'tasks',
    values: Int8Array.of(-1, 1),
    tasks: 1,
    names: undefined,
  });
});

test('tolerated: CRLF, byte-order mark, blanks, blank lines at the end, any order, explicit zeros', () => {
  const plain = parseSparseText('1,2:3,7:4,9:1\n0,1:1\n', { columns: 12 });
  const odd = parseSparseText('\ufeff 1 , 9:1 ,\t7:4.0,0:0, 2:3e0 \r\n0,1:1,5:-0.0,3:1e-60\r\n\r\n  \n', {
    columns: 12,
  });
  assert.equal(odd, plain);
  assert.equal(parseSparseText('0,1:.5,2:+2.,3:16777217,4:0.1').features, {
    kind: 'sparse',
    rows: 1,
    columns: 5,
    start: Int32Array.of(0, 4),
    index: Int32Array.of(1, 2, 3, 4),
    value: Float32Array.of(0.5, 2, 16777216, 0.1),
  });
});

test('classes and columns by default and by option', () => {
  const counts = (text: string, options?: SparseTextOptions) => {
    const { columns, targets } = parseSparseText(text, options);
    return [columns, targets?.kind === 'classes' ? targets.classes : -1];
  };
  assert.equal(counts('0\n0'), [1, 2]);
  assert.equal(counts('5,6:1'), [7, 6]);
  assert.equal(counts('5,6:1', { columns: 10, classes: 9 }), [10, 9]);
});

test('refused, with the line', () => {
  const refused = (text: string, message: RegExp, options?: SparseTextOptions) =>
    refuses(() => parseSparseText(text, options), RangeError, message);
  refused('', /^text: expected at least one row/);
  refused('\n\r\n', /^text: expected at least one row/);
  refused('0,1:1\n1,2:1,2:5', /^line 2: expected every feature once, got 2 twice$/);
  refused('0,1:1\n1,2:1,3:1,2:5', /^line 2: expected every feature once, got 2 twice$/);
  refused('0,1:1\n1,4:1\n0,-3:1', /^line 3: .*feature that is an integer from 0, got "-3:1"$/);
  refused('0,1.5:1', /^line 1: .* got "1.5:1"$/);
  refused('0,1', /^line 1: expected feature:value.* got "1"$/);
  refused('0,', /^line 1: expected feature:value.* got nothing$/);
  refused('0,1:1,,2:2', /^line 1: expected feature:value.* got nothing$/);
  refused('0,1:', /^line 1: .* number for a value, got "1:"$/);
  refused('0,1:x\n', /^line 1: .* got "1:x"$/);
  refused('0,1:0x10', /got "1:0x10"$/);
  refused('0,1:NaN', /got "1:NaN"$/);
  refused('0,1:Infinity', /got "1:Infinity"$/);
  refused('0,1:2 3', /got "1:2 3"$/);
  refused('0,1:1e39', /^line 1: expected a value within a 32-bit float, got 1e39$/);
  refused(`0,1:${'9'.repeat(40)}`, /^line 1: expected a value within a 32-bit float/);
  refused('0,3:1', /^line 1: expected a feature below 3, the number of columns, got 3$/, { columns: 3 });
  refused(
    '0,99999999999:1',
    /^line 1: expected a feature below 1048576 in so short a text, or the option columns, got 99999999999$/,
  );
  refused('0,1:1\n\n1,1:1', /^line 2: expected a label, got none$/);
  refused('0,1:1\n,1:1', /^line 2: expected a label, got none$/);
  refused('0,1:1\nx,1:1', /^line 2: expected a label that is an integer from 0, got "x"$/);
  refused('-1,1:1', /got "-1"$/);
  refused('1.5,1:1', /got "1.5"$/);
  refused('?,1:1', /got "\?"$/);
  refused('99999999999,1:1', /got "99999999999"$/);
  refused('5:1,6:1', /got "5:1"$/);
  refused('4,1:1', /^line 1: expected a label below 4, the number of classes, got 4$/, { classes: 4 });
  refused('2,1:1', /^line 1: expected a label below 2/, { classNames: ['a', 'b'] });
  refused('0 1,1:1\n0,1:1', /^line 2: expected 2 labels as on line 1, got 1$/);
  refused('0,1:1\n0 1,1:1', /^line 2: expected 1 label as on line 1, got 2$/);
  refused('0 1,1:1', /^line 1: expected 1 label for a row of classes, got 2$/, { targets: 'classes' });
  refused('0 2,1:1', /^line 1: expected a label 0, 1 or \?, got "2"$/);
  refused('0 1,1:1\n0 ??,1:1', /^line 2: expected a label 0, 1 or \?, got "\?\?"$/);
  refused('0 -1,1:1', /^line 1: expected a label 0, 1 or \?, got "-1"$/);
  refused('0 1,1:1', /^targets.names: expected length 2/, { taskNames: ['a'] });
  refused('0,1:1', /^featureNames: expected length 2/, { featureNames: ['a'] });
  refused('0', /^columns: /, { columns: 0 });
  refused('0', /^classes: /, { classes: 1 });
  refused('0', /^targets: expected 'classes' or 'tasks', got "values"$/, { targets: 'values' as 'tasks' });
  refuses(() => parseSparseText(1 as unknown as string), TypeError, /^text: expected a string, got 1$/);
});

test('no single number makes a dataset wide: high features and labels want an option, or as long a text', () => {
  const widest = (text: string, options?: SparseTextOptions) => parseSparseText(text, options).columns;
  assert.is(widest('0,1048575:1'), 1_048_576);
  const told = /^line 1: expected a feature below 1048576 in so short a text, or the option columns, got 1048576$/;
  refuses(() => widest('0,1048576:1'), RangeError, told);
  assert.is(widest('0,1048576:1', { columns: 2e9 }), 2e9);
  const long = Array.from({ length: 70_000 }, (_, c) => `${c}:1`).join(',');
  assert.is(widest(`0,${long},1048576:1`), 1_048_577);

  const classes = (text: string, options?: SparseTextOptions) => {
    const { targets } = parseSparseText(text, options);
    return targets?.kind === 'classes' ? targets.classes : -1;
  };
  assert.is(classes('65535,0:1'), 65_536);
  assert.is(classes('65536,0:1'), 2);
  assert.is(classes('65536,0:1', { classes: 70_000 }), 70_000);
  assert.is(classes(`65536\n${'0\n'.repeat(70_000)}`), 2);
});

test('labels that do not count from 0 are classes by value, and are written as they were', () => {
  const text = '3,0:1\n500000000,1:2\n1,0:1\n3,1:1\n';
  const data = parseSparseText(text);
  assert.equal(data.targets, {
    kind: 'classes',
    values: Int32Array.of(1, 2, 0, 1),
    classes: 3,
    names: ['1', '3', '500000000'],
  });
  assert.is(formatSparseText(data), text);
  // Another file of the split, by the names of the first.
  const other = parseSparseText('500000000,0:1\n', {
    columns: 2,
    targets: 'classes',
    classNames: ['1', '3', '500000000'],
  });
  assert.equal(other.targets!.values, Int32Array.of(2));
  refuses(
    () => parseSparseText('2,0:1\n', { classNames: ['1', '3'] }),
    RangeError,
    /^labels\[0\]: expected one of classNames, got 2$/,
  );
});

test('rows that cannot all have as many labels as the first take no room for them', () => {
  const text = `${'1 '.repeat(30_000)}\n${'1\n'.repeat(30_000)}`;
  refuses(() => parseSparseText(text), RangeError, /^line 2: expected 30000 labels as on line 1, got 1$/);
});

test('formatSparseText round-trips floats of any size, and leaves zeros out', () => {
  const value = Float32Array.of(0.1, -1e-38, 3.4e38, 5, 1e-45);
  const index = Int32Array.of(0, 2, 3, 4, 6);
  const data = Dataset.sparse({ rows: 2, columns: 7, start: Int32Array.of(0, 3, 5), index, value, labels: [1, 0] });
  assert.equal(parseSparseText(formatSparseText(data)), data);
  const rows = Dataset.dense(
    [
      [0, 1.5, 0],
      [0, 0, 0],
    ],
    { targets: { kind: 'tasks', values: Int8Array.of(1, -1, 0, 1), tasks: 2 } },
  );
  assert.is(formatSparseText(rows), '1 ?,1:1.5\n0 1\n');
  refuses(() => formatSparseText(rows.withTargets(undefined)), TypeError, /^dataset: .* no targets$/);
  const values = { kind: 'values', values: Float32Array.of(1, 2), outputs: 1 } as const;
  refuses(() => formatSparseText(rows.withTargets(values)), TypeError, /^dataset: .* 1 value$/);
});

/** Splits strings, where the parser scans. */
function naive(text: string) {
  const rows = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  const entries = rows.flatMap((row) => row.slice(1)).map((item) => item.split(':').map(Number));
  return {
    labels: rows.flatMap((row) => row[0]!.split(' ')).map((label) => (label === '?' ? -1 : Number(label))),
    lengths: rows.map((row) => row.length - 1),
    index: entries.map((entry) => entry[0]!),
    value: entries.map((entry) => entry[1]!),
  };
}

function checkFile(path: string, options: SparseTextOptions, rows: number): Dataset {
  const text = readFileSync(path, 'utf8');
  const data = parseSparseText(text, options);
  const expected = naive(text);
  const { start, index, value } = data.features as SparseMatrix;
  assert.is(data.rows, rows);
  assert.is(data.columns, options.columns);
  assert.equal(
    Array.from(start.subarray(1), (end, r) => end - start[r]!),
    expected.lengths,
  );
  assert.equal(Array.from(index), expected.index);
  assert.equal(Array.from(value), expected.value);
  assert.equal(Array.from(data.targets!.values), expected.labels);
  assert.is(formatSparseText(data), text);
  return data;
}

test('AG News', () => {
  if (!existsSync(`${DATA}/agnews`)) return console.log(`  (no ${DATA}/agnews: its files were not read)`);
  for (const [name, rows] of [
    ['train', 9000],
    ['valid', 1000],
    ['test', 7600],
  ] as const) {
    const data = checkFile(`${DATA}/agnews/${name}.txt`, { columns: 10_000 }, rows);
    assert.is(data.targets!.kind === 'classes' && data.targets!.classes, 4);
  }
});

test('Tox21', () => {
  if (!existsSync(`${DATA}/tox21`)) return console.log(`  (no ${DATA}/tox21: its files were not read)`);
  const taskNames = readFileSync(`${DATA}/tox21/tasks.txt`, 'utf8').trim().split('\n');
  let total = 0;
  for (const [name, rows] of [
    ['train', 6411],
    ['valid', 801],
    ['test', 802],
  ] as const) {
    const data = checkFile(`${DATA}/tox21/${name}.txt`, { columns: 2048, taskNames }, rows);
    assert.is(data.targets!.kind === 'tasks' && data.targets!.tasks, 12);
    total += data.rows;
  }
  assert.is(total, 8014);
});

test.run();
