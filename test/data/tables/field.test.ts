// Tables that people bring, from their columns of cells on; right values were counted by hand or come from NumPy.
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { DenseMatrix } from '#dist/data/dataset.js';
import type { LearnedTable } from '#dist/data/tables/learn-records.js';
import { takenLine } from '#dist/data/tables/taken.js';
import { TableError } from '#dist/data/tables/troubles.js';
import { type CsvOptions, learnCsv, readCsv } from '#dist/data/text/csv.js';

const test = suite('tables that people bring');
const field = (name: string) => readFileSync(new URL(`../../../../test/field/${name}`, import.meta.url), 'utf8');
const learn = (name: string, options: Partial<CsvOptions> = {}) => learnCsv(field(name), { target: null, ...options });
const kinds = ({ schema }: LearnedTable) => schema.columns.map(({ name, kind }) => `${name} ${kind}`);
const valuesOf = ({ data }: LearnedTable) => (data.features as DenseMatrix).values;
const troublesOf = (call: () => unknown): TableError => {
  try {
    call();
  } catch (error) {
    if (error instanceof TableError) return error;
    throw error;
  }
  throw new Error('expected a TableError, but the call returned');
};

test('decimal commas and dates: no cell becomes a category', () => {
  const read = learn('02-decimal-comma.csv', { target: 'Klasse', decimal: ',' });
  assert.equal(kinds(read), ['Datum date', 'Temp numeric', 'Feuchte numeric']);
  // 2019-06-12 is day 18,059, and 09:54:17 the second 35,657 of it.
  assert.is(valuesOf(read)[0], 18_059 + 35_657 / 86_400);
  assert.is(valuesOf(read)[1], 28.7);
  assert.is(
    takenLine(read.taken),
    '6 rows, delimiter ;, decimal comma, header yes, 2 numeric, 1 date, target Klasse of 2 classes',
  );
  assert.equal(kinds(learn('02-decimal-comma.csv', { target: 'Klasse', decimal: ',', dates: 'leave-out' })), [
    'Temp numeric',
    'Feuchte numeric',
  ]);
});

test('a table with commas is the table with points, and reads new rows', () => {
  const commas = learn('02-train.csv', { target: -1, decimal: ',' });
  const points = learn('02-train-points.csv', { target: -1 });
  assert.equal(commas.table, points.table);
  assert.is(readCsv(field('02-new.csv'), commas.schema).rows, 100);
});

test('names of rows are left out, with a word', () => {
  const pandas = learn('03-index.csv', { ignore: ['label'] });
  assert.equal(kinds(pandas), ['height numeric', 'weight numeric']);
  assert.equal(pandas.schema.leftOut, [
    { name: 'column0', why: 'row names' },
    { name: 'label', why: 'ignored' },
  ]);
  assert.is(
    takenLine(pandas.taken),
    '10 rows, delimiter comma, decimal point, header yes, 2 numeric, row names left out, label left out',
  );
  const r = learn('03-row-names.csv');
  assert.is(r.data.rows, 60);
  assert.equal(kinds(r), ['height numeric', 'weight numeric']);
  const shorter = learnCsv('a b\nr1 1 2\nr2 3 5\n', { target: null, header: true, delimiter: ',' });
  assert.is(shorter.schema.columns.length, 1);
  for (const [header, cells] of [
    ['Unnamed: 0,a,b', ['0,1,5', '1,2,6', '2,2,7']],
    ['a,b', ['x,1,5', 'y,2,6', 'z,2,7']],
  ] as const) {
    const read = learnCsv(`${header}\n${cells.join('\n')}\n`, { target: null, header: true });
    assert.equal(kinds(read), ['a numeric', 'b numeric']);
    assert.equal(Array.from(valuesOf(read)), [1, 5, 2, 6, 2, 7]);
    // Rows without such names, and such names that training had not.
    assert.equal(Array.from((readCsv('a,b\n1,5\n', read.schema).features as DenseMatrix).values), [1, 5]);
  }
  const plain = learnCsv('a,b\n1,5\n2,6\n', { target: null });
  assert.is(readCsv(',b,a\nr,5,1\n', plain.schema).columns, 2);
  // What recurs names no row.
  assert.equal(kinds(learnCsv(',a\nx,1\nx,2\ny,3\n', { target: null, header: true })), [
    'column0 categorical',
    'a numeric',
  ]);
});

test('a header of numbers, and other marks between cells, where the options tell of them', () => {
  const years = learn('04-years.csv', { header: true });
  assert.is(years.data.rows, 4);
  assert.equal(years.data.featureNames, ['2019', '2020', '2021']);
  assert.match(takenLine(years.taken), /header yes/);
  for (const [name, delimiter, columns] of [
    ['21-blanks.csv', ' ', ['id', 'x0', 'x1']],
    ['21-pipes.csv', '|', ['id', 'x0']],
  ] as const) {
    const { data, taken } = learn(name, { target: 'y', delimiter });
    assert.equal(data.featureNames, columns);
    assert.ok(takenLine(taken).includes(`delimiter ${delimiter === ' ' ? 'blank' : delimiter},`));
  }
});

test('of very many troubles a message tells the first', () => {
  const names = Array.from({ length: 50 }, (_, c) => `column-of-some-length-${c}`);
  const rows = [1, 2].map((r) => names.map((_, c) => (r === 2 ? '?' : c)).join(','));
  const error = troublesOf(() => learnCsv(`${names.join(',')}\n${rows.join('\n')}\n`, { target: null, header: true }));
  assert.is(error.troubles.length, 50);
  assert.match(error.message, /; 30 more; would go on with \{ missing: "mean" \}$/);
  const blank = troublesOf(() =>
    learnCsv(`${names.join(',')}\n${names.map(() => '?').join(',')}\n`, { target: null, header: true }),
  );
  assert.is((blank.suggestion!.ignore as string[]).length, 50);
  assert.ok(blank.message.length < 5000);
});

test('microseconds stay apart', () => {
  const [first, second] = valuesOf(learn('05-timestamps.csv')).filter((_, i) => i % 2 === 0);
  assert.equal([first, second], [1550083467346370, 1550083467446370]);
});

test('the mean fills on the same side of every value, in any unit and from any zero', () => {
  const places = ['06-x1.csv', '06-x3.csv', '06-x10.csv'].map((name) => {
    const read = learn(name, { missing: 'mean' });
    const column = read.schema.columns[0] as { fill: number };
    const values = valuesOf(read).filter((_, i) => i % 2 === 0);
    return Array.from(values, (x) => Math.sign(x - column.fill));
  });
  assert.equal(places[1], places[0]);
  assert.equal(places[2], places[0]);
  const fill = (values: number[]) => {
    const text = `x,y\n${values.map((x) => `${x},1\n`).join('')},1\n`;
    return (learnCsv(text, { target: null, missing: 'mean' }).schema.columns[0] as { fill: number }).fill;
  };
  // The mean of 0.1, 0.2 and 0.3 is the second of them, however the sum rounds.
  assert.is(fill([0.1, 0.2, 0.3]), 0.2);
  assert.is(fill([0.3, 0.6, 0.9]), 0.6);
  assert.is(fill([1e9 + 0.1, 1e9 + 0.2, 1e9 + 0.3]), 1e9 + 0.2);
  assert.is(fill([0, 1, 5]), 2);
});

test('four columns of categories, in words and in codes', () => {
  const words = learn('07-categories.csv');
  assert.equal(words.taken.categories, [3, 3, 3, 2]);
  assert.ok(takenLine(words.taken).endsWith('0 numeric, 4 categories of 3, 3, 3 and 2'), takenLine(words.taken));
  const codes = learn('07-codes.csv', { categorical: ['weather', 'shoes', 'mood', 'coin'] });
  assert.equal(codes.taken.categories, [3, 3, 3, 2]);
  const codesOf = ({ table }: LearnedTable, i: number) => (table.columns[i] as { codes: Int32Array }).codes;
  for (const i of [0, 1, 2, 3]) {
    const pairs = new Set(Array.from(codesOf(words, i), (code, r) => `${code} ${codesOf(codes, i)[r]}`));
    assert.is(pairs.size, words.taken.categories![i], `column ${i}: one code a word`);
  }
});

test('few of many are a class of their own', () => {
  const { data } = learn('12-imbalance.csv', { target: 'fraud' });
  assert.is(data.rows, 1200);
  assert.is(data.targets!.values.filter((x) => x === 1).length, 54);
});

test('all troubles of a passenger list in one message, with the options that go on', () => {
  const header = 'PassengerId,Survived,Pclass,Name,Sex,Age,Ticket,Fare,Cabin,Embarked';
  const rows = Array.from({ length: 891 }, (_, r) => {
    const age = r < 177 ? '' : `${20 + (r % 40)}`;
    const ticket = r % 4 === 0 ? `PC ${r}` : `${100_000 + (r % 600)}`;
    const cabin = r < 687 ? '' : `C${r % 147}`;
    const embarked = r === 61 || r === 829 ? '' : 'SCQ'[r % 3]!;
    return `${r + 1},${r % 3 ? 0 : 1},${1 + (r % 3)},"Name, No. ${r}",${r % 2 ? 'male' : 'female'},${age},${ticket},${(r * 7) % 512},${cabin},${embarked}`;
  });
  const text = `${header}\n${rows.join('\n')}\n`;
  const { troubles, suggestion } = troublesOf(() => learnCsv(text, { target: 'Survived' }));
  const begins = troubles.map((trouble) => trouble.slice(0, trouble.indexOf(':')));
  assert.equal(
    begins,
    ['Name', 'Age', 'Ticket', 'Cabin', 'Embarked'].map((name) => `column "${name}"`),
  );
  assert.match(troubles[1]!, /177 of 891 cells are missing, the first in line 2/);
  assert.match(troubles[4]!, /2 of 891 cells are missing, the first in line 63/);
  assert.match(troubles[3]!, /147 different texts in 204 rows \(687 cells are missing\)/);
  assert.equal(suggestion, { missing: 'mean', ignore: ['PassengerId', 'Name', 'Ticket', 'Cabin'] });
  const read = learnCsv(text, { target: 'Survived', ...suggestion });
  assert.equal(kinds(read), [
    'Pclass numeric',
    'Sex categorical',
    'Age numeric',
    'Fare numeric',
    'Embarked categorical',
  ]);
  assert.equal(read.warnings, []);
  assert.is(
    takenLine(read.taken),
    '891 rows, delimiter comma, decimal point, header yes, 3 numeric, 2 categories of 2 and 3, 179 missing cells (mean), PassengerId, Name, Ticket and Cabin left out, target Survived of 2 classes',
  );
  // An id alone is no trouble, but worth a word.
  const kept = learnCsv(text, { target: 'Survived', missing: 'mean', ignore: ['Name', 'Ticket', 'Cabin'] });
  assert.is(kept.warnings.length, 1);
  assert.match(kept.warnings[0]!, /^column "PassengerId" has 891 different whole numbers in 891 rows.* ignore /);
});

test('what was given is kept in what would go on', () => {
  const { suggestion } = troublesOf(() =>
    learnCsv('a,b,c\n1,,2\n2,3,-\n3,,4\n'.replace('\n2,3,-', `\n${'1,5,5\n'.repeat(40)}2,3,-`), {
      target: null,
      ignore: ['a'],
      missingMarks: ['', 'x'],
    }),
  );
  assert.equal(suggestion, { missing: 'mean', missingMarks: ['', 'x', '-'] });
  const { suggestion: more } = troublesOf(() =>
    learnCsv(`a,b,c\n${Array.from({ length: 30 }, (_, r) => `${r},k${r},1`).join('\n')}\n`, {
      target: null,
      ignore: ['a'],
    }),
  );
  assert.equal(more, { ignore: ['a', 'b'] });
});

test('rows of other lengths, an empty column and a blank target are told together', () => {
  const { troubles, suggestion } = troublesOf(() => learnCsv('a,b,y\n1,,0\n2,,1\n3,0\n4,,\n5,,1,7\n', { target: 'y' }));
  assert.equal(troubles, [
    'line 4: expected 3 cells, got 2; in all 2 rows are so, next on lines 6 (4)',
    'column "b": expected a value in some row, got none',
    'line 5, column "y": expected a target, got none there',
  ]);
  assert.is(suggestion, undefined);
});

test('all cells that a schema cannot take are told together', () => {
  const { schema } = learnCsv('n,c,d,y\n1,a,2020-01-01,no\n2,b,2020-01-02,yes\n', { target: 'y' });
  const text = 'n,c,d,y\nx,a,2020-01-01,no\n1,z,soon,no\n,q,2020-01-05,maybe\n';
  const { troubles } = troublesOf(() => readCsv(text, schema));
  assert.equal(troubles, [
    'line 2, column "n": expected a number, got "x"',
    'line 4, column "n": expected a number, got a missing cell',
    'line 3, column "c": expected a category seen in training ("a", "b"), got "z", and the like in 1 more row; learning with unknownCategory: \'zero\' lets others through',
    'line 3, column "d": expected a date, got "soon"',
    'line 4, column "y": expected a class seen in training ("no", "yes"), got "maybe"',
  ]);
});

test('targets that are blank or new are left alone where they are not compared with', () => {
  const { schema } = learnCsv('n,y\n1,no\n2,yes\n', { target: 'y' });
  const data = readCsv('n,y\n1,\n2,maybe\n', schema, { targets: 'ignore' });
  assert.is(data.targets, undefined);
  assert.equal(Array.from((data.features as DenseMatrix).values), [1, 2]);
});

test('a missing cell may be a state of its own', () => {
  const text = 'n,c,two,y\n1,a,p,0\n,b,,1\n4,,q,0\n4,b,p,1\n';
  const { data, table, schema } = learnCsv(text, { target: 'y', missing: 'state' });
  assert.equal(data.featureNames, ['n', 'n?', 'c=a', 'c=b', 'c?', 'two=p', 'two=q', 'two?']);
  assert.equal(
    Array.from({ length: 4 }, (_, r) => Array.from((data.features as DenseMatrix).values.subarray(r * 8, r * 8 + 8))),
    [
      [1, 0, 1, 0, 0, 1, 0, 0],
      [3, 1, 0, 1, 0, 0, 0, 1],
      [4, 0, 0, 0, 1, 0, 1, 0],
      [4, 0, 0, 1, 0, 1, 0, 0],
    ],
  );
  assert.equal((table.columns[1] as { codes: Int32Array }).codes, Int32Array.of(0, 1, -1, 1));
  assert.ok(Number.isNaN((table.columns[0] as { values: Float64Array }).values[1]));
  assert.is(readCsv('n,c,two\nNA,NA,NA\n', schema).columns, 8);
  // One category and gaps are two states, of which the second is shown.
  assert.equal(learnCsv('c,n\na,1\n,2\n', { target: null, missing: 'state' }).data.featureNames, ['c?', 'n']);
  // A column that was whole in training has no state for gaps, but a fill.
  const whole = learnCsv('c,n\na,1\nb,2\nb,3\n', { target: null, missing: 'state' });
  assert.equal(whole.data.featureNames, ['c=b', 'n']);
  assert.equal(Array.from((readCsv('c,n\nNA,NA\n', whole.schema).features as DenseMatrix).values), [1, 2]);
});

test('a constant column and classes that may be values are worth a word', () => {
  const text = `a,b,y\n${Array.from({ length: 60 }, (_, r) => `${r / 7},5,${r % 12}`).join('\n')}\n`;
  const { warnings } = learnCsv(text, { target: 'y' });
  assert.is(warnings.length, 2);
  assert.match(warnings[0]!, /^column "b" is "5" in every row; ignore/);
  assert.match(warnings[1]!, /^column "y" has 12 different whole numbers.*task: 'values'/);
});

test('codes of digits keep their noughts, other numbers have one spelling', () => {
  const learned = (cells: string[]) =>
    learnCsv(`z,n\n${cells.map((cell, r) => `${cell},${r}`).join('\n')}\n`, { target: null, categorical: ['z'] })
      .schema;
  const categories = (cells: string[]) => (learned(cells).columns[0] as { categories: readonly string[] }).categories;
  assert.equal(categories(['01234', '10115', '01234']), ['01234', '10115']);
  assert.equal(categories(['01', '1.0', '1', '10']), ['1', '10']);
  assert.equal(categories(['0', '1', '0']), ['0', '1']);
  const codes = readCsv('z,n\n10115,1\n01234,2\n', learned(['01234', '10115', '01234']));
  assert.equal(Array.from((codes.features as DenseMatrix).values), [1, 1, 0, 2]);
});

test('twenty thousand ids are refused in little memory', () => {
  const text = `id,n\n${Array.from({ length: 20_000 }, (_, r) => `user-${r},${r % 7}`).join('\n')}\n`;
  const before = process.memoryUsage().arrayBuffers;
  const { suggestion } = troublesOf(() => learnCsv(text, { target: null }));
  assert.equal(suggestion, { ignore: ['id'] });
  assert.ok(process.memoryUsage().arrayBuffers - before < 10e6);
});

test.run();
