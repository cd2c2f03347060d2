import { Dataset, splitRows } from 'espalier';
import { type CsvOptions, learnCsv, learnRecords, type RecordsOptions, readCsv, readRecords } from 'espalier/read';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { DenseMatrix } from '#dist/data/dataset.js';
import { Random } from '../../support/random.js';
import { refuses } from '../../support/refuses.js';

const test = suite('records');
const values = ({ features }: Dataset) => Array.from((features as DenseMatrix).values);
const PEOPLE = [
  { name: 'a', age: 30, member: true, since: new Date('2020-01-02'), kind: 'x' },
  { name: 'b', age: 41.5, member: false, since: new Date('2020-01-03T12:00:00Z'), kind: 'y' },
  { name: 'a', age: 52, member: true, since: new Date('2020-01-02'), kind: 'x' },
];

test('objects become features, and further ones as the first', async () => {
  const data = await Dataset.fromRecords(PEOPLE, { target: 'kind' });
  assert.equal(data.featureNames, ['name=b', 'age', 'member=true', 'since']);
  assert.equal(values(data), [0, 30, 1, 18263, 1, 41.5, 0, 18264.5, 0, 52, 1, 18263]);
  assert.equal(Array.from(data.targets!.values), [0, 1, 0]);
  const { schema } = data;
  const further = [{ since: '2020-01-05', member: 'true', name: 'b', age: '7' }];
  assert.equal(values(await Dataset.fromRecords(further, { schema: schema! })), [1, 7, 1, 18266]);
  assert.equal(values(readRecords(further, JSON.parse(JSON.stringify(schema)))), [1, 7, 1, 18266]);
  assert.equal(learnRecords(PEOPLE, { target: 'kind' }).data, data);
});

test('a text and the objects of its rows give the same', () => {
  const random = new Random(5);
  for (let round = 0; round < 20; round++) {
    const rows = Array.from({ length: 30 }, () => ({
      number: random.next() < 0.2 ? '' : `${Math.round(random.next() * 1000) / 8}`,
      word: random.next() < 0.2 ? 'NA' : 'uvw'[Math.floor(random.next() * 3)]!,
      mixed: ['1', 'one', '02'][Math.floor(random.next() * 3)]!,
      kind: random.next() < 0.5 ? 'yes' : 'no',
    }));
    const text = `number,word,mixed,kind\n${rows.map((row) => Object.values(row).join(',')).join('\n')}\n`;
    for (const missing of ['mean', 'mode', 'state'] as const) {
      const options = { target: 'kind', missing } satisfies CsvOptions & RecordsOptions;
      const { schema, data, table } = learnCsv(text, options);
      const { schema: same, ...learned } = learnRecords(rows, options);
      assert.equal({ ...schema, dialect: undefined }, { ...same, dialect: undefined });
      // As text, for no NaN is another.
      assert.is(JSON.stringify(learned.table), JSON.stringify(table));
      assert.equal(values(learned.data), values(data));
      assert.equal(values(readRecords(rows, schema)), values(data));
      assert.equal(values(readCsv(text, same)), values(data));
    }
  }
});

test('arrays of arrays, by place or by name', () => {
  const rows = [Float64Array.of(1, 2, 0), [3, 4, 1], [5, 6, 0]];
  const plain = learnRecords(rows, { target: -1 });
  assert.equal(plain.data.featureNames, ['column0', 'column1']);
  assert.equal(values(readRecords([[7, 8]], plain.schema)), [7, 8]);
  assert.equal(values(readRecords([[7, 8, 1]], plain.schema)), [7, 8]);
  const named = learnRecords(rows, { target: 'y', names: ['a', 'b', 'y'] });
  assert.equal(values(readRecords([[8, 7]], named.schema, { names: ['b', 'a'] })), [7, 8]);
  assert.equal(values(readRecords([{ b: 8, a: 7 }], named.schema)), [7, 8]);
  refuses(
    () => readRecords([[7]], plain.schema),
    RangeError,
    /^records: expected 3, or 2 without the target columns, got 1/,
  );
});

test('what is missing: null, undefined, NaN, names that are not there', () => {
  const rows = [
    { a: 1, b: 2 },
    { a: null, b: 4 },
    { a: Number.NaN, b: 5 },
    { b: 6 },
    { a: undefined, b: 7 },
    { a: '', b: 8 },
  ];
  const { table, taken } = learnRecords(rows, { target: null, missing: 'mean' });
  assert.equal(Array.from((table.columns[0] as { values: Float64Array }).values), [1, ...Array(5).fill(Number.NaN)]);
  assert.equal(taken.missing, { cells: 5, how: 'mean' });
  refuses(
    () => learnRecords(rows, { target: null }),
    RangeError,
    /^column "a": 5 of 6 cells are missing, the first in records\[1\]/,
  );
  // Names that every object inherits are no cells.
  assert.is(learnRecords([{ toString: 1, b: 1 }, { b: 2 }], { target: null, missing: 'mean' }).taken.missing!.cells, 1);
});

test('what is no cell is refused by its place', () => {
  const refused = (value: unknown, message: RegExp, kind: typeof TypeError | typeof RangeError = TypeError) =>
    refuses(() => learnRecords([{ a: 1 }, { a: value }], { target: null }), kind, message);
  refused(5n, /^records\[1\]\.a: expected a number, .*, got the bigint 5; Number\(\)/);
  refused({}, /^records\[1\]\.a: expected .* got an object$/);
  refused([1], /^records\[1\]\.a: expected .* got \[1\]$/);
  refused(new Date(0), /^records\[0\]\.a: expected a Date as in other rows, got 1$/);
  refused(Number.POSITIVE_INFINITY, /^records\[1\], column "a": expected a number within 64 bits/, RangeError);
  for (const records of [null, {}, 'rows', new Map()])
    refuses(() => learnRecords(records as never, { target: null }), TypeError, /^records: expected an array of /);
  for (const records of [[null], [5], [{ a: 1 }, [1]], [{ a: 1 }, null]])
    refuses(() => learnRecords(records, { target: null }), TypeError, /^records\[\d\]: expected an object, got /);
  refuses(() => learnRecords([[1], { a: 1 }], { target: null }), TypeError, /^records\[1\]: expected an array/);
  refuses(() => learnRecords([[1, 2], [1]], { target: null }), RangeError, /^records\[1\]: expected 2 values/);
  refuses(() => learnRecords([], { target: null }), RangeError, /^records: expected at least one row/);
  refuses(() => learnRecords([{}], { target: null }), RangeError, /^records: expected at least one value a row/);
  refuses(() => learnRecords([{ a: 1 }], { target: null, names: ['a'] }), TypeError, /^names: expected only beside/);
  refuses(() => learnRecords([[1, 2]], { target: null, names: ['a'] }), RangeError, /^names: expected /);
});

test('a schema stays with rows and goes with other features', async () => {
  const data = await Dataset.fromRecords([...PEOPLE, ...PEOPLE, ...PEOPLE], { target: 'kind' });
  const { train, validation } = await splitRows(data, { validation: 0.3 });
  for (const part of [data.subset([0]), train, validation!, data.withTargets(undefined)])
    assert.is(part.schema, data.schema);
  assert.is(Dataset.dense([[1]]).schema, undefined);
  refuses(
    () => new Dataset(data.features, undefined, undefined, {} as never),
    TypeError,
    /^schema: expected an object of kind 'table-schema'/,
  );
});

test.run();
