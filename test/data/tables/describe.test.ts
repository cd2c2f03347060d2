import { Dataset } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type ColumnSummary, describeColumns } from '#dist/data/tables/describe.js';
import { describeMatrix, summariseTargets } from '#dist/data/tables/describe-matrix.js';
import { filledTable } from '#dist/data/tables/filled.js';
import { readRaw } from '#dist/data/text/read-raw.js';
import { Random } from '../../support/random.js';

const MARKS = ['', 'NA'];

/** By definition, a cell at a time. */
function twin(cells: readonly string[]): Omit<ColumnSummary, 'name' | 'kind' | 'duplicateOf'> {
  const there = cells.filter((cell) => !MARKS.includes(cell));
  const numbers = there.filter((cell) => cell !== '' && Number.isFinite(Number(cell))).map(Number);
  const words = there.filter((cell) => !Number.isFinite(Number(cell)));
  const distinct = new Set(numbers).size + new Set(words).size;
  return {
    missing: cells.length - there.length,
    distinct,
    ...(numbers.length > 0
      ? {
          min: Math.min(...numbers),
          mean: numbers.reduce((a, b) => a + b, 0) / numbers.length,
          max: Math.max(...numbers),
        }
      : {}),
    ...(distinct === 1 && there.length === cells.length ? { constant: true as const } : {}),
  };
}

test('columns of random cells are what they are by definition', () => {
  const random = new Random(3);
  for (let round = 0; round < 20; round++) {
    const rows = 1 + random.below(60);
    const pools = [['1', '2', '2.5', 'NA'], ['red', 'blue', ''], ['7'], ['', 'NA'], ['x', '1', '2'], ['-1e3', '1e3']];
    const columns = pools.map((pool) => Array.from({ length: rows }, () => pool[random.below(pool.length)]!));
    const names = columns.map((_, c) => `c${c}`);
    const text = [names, ...Array.from({ length: rows }, (_, r) => columns.map((cells) => cells[r]!))]
      .map((line) => line.join(','))
      .join('\n');
    const raw = readRaw(text, { delimiter: ',', decimal: '.', header: true, missingMarks: MARKS });
    const summaries = describeColumns(raw.columns, names);
    for (const [c, summary] of summaries.entries()) {
      const expected = twin(columns[c]!);
      for (const [key, value] of Object.entries(expected)) {
        const got = summary[key as keyof ColumnSummary];
        if (key === 'mean')
          assert.ok(Math.abs((got as number) - (value as number)) < 1e-9, `${key} ${got}, not ${value}`);
        else assert.is(got, value, `round ${round}, column ${c}: ${key}`);
      }
      assert.is(summary.constant, expected.constant);
    }
  }
});

test('kinds, the most frequent cells, duplicates', () => {
  const lines = ['id,n,again,sex,also,mixed,none'];
  for (let r = 0; r < 60; r++) {
    const sex = r % 3 ? 'f' : 'm';
    lines.push([`name${r}`, r, `${r}.0`, sex, sex, r < 1 ? 'odd' : r, ''].join(','));
  }
  const raw = readRaw(lines.join('\n'), { delimiter: ',', decimal: '.', header: true, missingMarks: MARKS });
  const names = lines[0]!.split(',');
  const summaries = describeColumns(raw.columns.slice(0, 6), names);
  assert.equal(
    summaries.map(({ kind }) => kind),
    ['text', 'numeric', 'numeric', 'categorical', 'categorical', 'numeric'],
  );
  assert.equal(
    summaries.map(({ duplicateOf }) => duplicateOf),
    [undefined, undefined, 'n', undefined, 'sex', undefined],
  );
  assert.equal(summaries[3]!.most, [
    { value: 'f', rows: 40 },
    { value: 'm', rows: 20 },
  ]);
  assert.is(summaries[5]!.words, 1);
});

test('dates: the first and the last, with a time where any has one', () => {
  const lines = [
    'day,moment,either,gap',
    '03.04.2024,2024-02-29 12:30,01/02/2024,',
    '29.02.2024,2024-03-01 00:00:30,02/01/2024,2024-01-05',
  ];
  const text = [...lines, '01.03.1999,2023-12-31,03/01/2024,2024-01-05'].join('\n');
  const keepTexts = (texts: readonly string[]) => texts.some((cell) => /\d{4}/.test(cell));
  const raw = readRaw(text, { delimiter: ',', decimal: '.', header: true, missingMarks: MARKS, keepTexts });
  const [day, moment, either, gap] = describeColumns(raw.columns, lines[0]!.split(','));
  assert.equal(day, {
    name: 'day',
    kind: 'date',
    missing: 0,
    distinct: 3,
    earliest: '1999-03-01',
    latest: '2024-04-03',
  });
  assert.equal([moment!.earliest, moment!.latest], ['2023-12-31T00:00Z', '2024-03-01T00:00:30Z']);
  assert.is(either!.kind, 'categorical');
  assert.equal([gap!.kind, gap!.missing, gap!.distinct, gap!.earliest], ['date', 1, 1, '2024-01-05']);
  const told = describeColumns(raw.columns, lines[0]!.split(','), 'day-first')[2]!;
  assert.equal([told.earliest, told.latest], ['2024-01-02', '2024-02-01']);
});

test('features of matrices: dense and sparse alike, by definition', () => {
  const random = new Random(5);
  const rows = Array.from({ length: 40 }, () => {
    const [a, b] = [random.below(2), random.below(4)];
    return [a, b, a, 0, Math.fround(random.next() - 0.5), 3];
  });
  const dense = describeMatrix(Dataset.dense(rows.map((row) => row.map(Math.fround))).features);
  const listed = rows.map((row) => row.flatMap((x, c) => (x === 0 ? [] : [[c, Math.fround(x)] as const])));
  const start = Int32Array.from({ length: 41 }, (_, r) => listed.slice(0, r).reduce((sum, row) => sum + row.length, 0));
  const sparse = describeMatrix({
    kind: 'sparse',
    rows: 40,
    columns: 6,
    start,
    index: Int32Array.from(listed.flat(), ([c]) => c),
    value: Float32Array.from(listed.flat(), ([, x]) => x),
  });
  assert.equal(dense, sparse);
  assert.equal(
    dense.map(({ kind }) => kind),
    ['binary', 'counts', 'binary', 'binary', 'numeric', 'counts'],
  );
  for (const [c, { min, max, mean, present, distinct, constant }] of dense.entries()) {
    const values = rows.map((row) => Math.fround(row[c]!));
    assert.is(min, Math.min(...values));
    assert.is(max, Math.max(...values));
    assert.ok(Math.abs(mean! - values.reduce((a, b) => a + b, 0) / 40) < 1e-6);
    assert.is(present, values.filter((x) => x !== 0).length);
    assert.is(distinct, new Set(values).size);
    assert.is(constant, new Set(values).size === 1 ? true : undefined);
  }
  assert.equal(
    dense.map(({ duplicateOf }) => duplicateOf),
    [undefined, undefined, '0', undefined, undefined, undefined],
  );
});

test('targets: rows and shares of classes, tasks, values', () => {
  assert.equal(
    summariseTargets({ kind: 'classes', values: Int32Array.of(0, 2, 2, 2), classes: 3, names: ['a', 'b', 'c'] }),
    {
      kind: 'classes',
      classes: [
        { name: 'a', rows: 1, share: 0.25 },
        { name: 'b', rows: 0, share: 0 },
        { name: 'c', rows: 3, share: 0.75 },
      ],
    },
  );
  assert.equal(summariseTargets({ kind: 'tasks', values: Int8Array.of(1, 0, -1, 0, 1, 0), tasks: 2 }), {
    kind: 'tasks',
    tasks: [
      { name: 'task0', yes: 2, no: 0, missing: 1 },
      { name: 'task1', yes: 0, no: 3, missing: 0 },
    ],
  });
  assert.equal(summariseTargets({ kind: 'values', values: Float64Array.of(1, 2, 6), outputs: 1, names: ['y'] }), {
    kind: 'values',
    name: 'y',
    min: 1,
    mean: 3,
    max: 6,
  });
});

test('missing cells of a table are filled as its schema says', () => {
  const numeric = { kind: 'numeric', name: 'x', values: Float64Array.of(1, Number.NaN) } as const;
  const colour = { kind: 'categorical', name: 'c', codes: Int32Array.of(-1, 1), categories: ['a', 'b'] } as const;
  const table = { kind: 'table', rows: 2, columns: [numeric, colour] } as const;
  const filled = filledTable(table, [
    { name: 'x', fill: 5 },
    { name: 'c', fill: 'b' },
  ]);
  assert.equal(filled.columns, [
    { ...numeric, values: Float64Array.of(1, 5) },
    { ...colour, codes: Int32Array.of(1, 1) },
  ]);
  assert.equal(filledTable(table, [{ name: 'x', fill: 5, missing: 'state' }]).columns, table.columns);
});

test.run();
