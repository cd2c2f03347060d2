import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { DenseMatrix } from '#dist/data/dataset.js';
import type { TableSchema } from '#dist/data/tables/schema.js';
import { CSV, type CsvOptions, learnCsv, learnCsvSchema, readCsv } from '#dist/data/text/csv.js';
import { refuses } from '../../support/refuses.js';

const FLOWERS = `length,colour,width,kind
5.1,white,3.5,setosa
4.9,"dark, blue",3,virginica
7,white,3.2,setosa
`;

const values = (text: string, schema: TableSchema) =>
  Array.from((readCsv(text, schema).features as DenseMatrix).values);

test('learning and reading at once give what either gives', () => {
  for (const options of [{ target: 'kind' }, { target: null }, { target: -1, header: false }] satisfies CsvOptions[]) {
    const { schema, data } = learnCsv(FLOWERS, options);
    assert.equal(schema, learnCsvSchema(FLOWERS, options));
    assert.equal(data, readCsv(FLOWERS, schema));
  }
});

test('schema and rows of a plain file', () => {
  const schema = learnCsvSchema(FLOWERS, { target: 'kind' });
  assert.equal(schema, {
    kind: 'table-schema',
    dialect: { delimiter: ',', decimal: '.', thousands: '', header: true },
    names: ['length', 'colour', 'width', 'kind'],
    columns: [
      { name: 'length', kind: 'numeric', fill: null },
      { name: 'colour', kind: 'categorical', categories: ['dark, blue', 'white'], fill: null },
      { name: 'width', kind: 'numeric', fill: null },
    ],
    target: { name: 'kind', kind: 'classes', names: ['setosa', 'virginica'] },
    missingMarks: CSV.missingMarks.default,
    unknownCategory: 'refuse',
    leftOut: [],
  });
  const data = readCsv(FLOWERS, JSON.parse(JSON.stringify(schema)));
  assert.equal(data.featureNames, ['length', 'colour=white', 'width']);
  assert.equal(Array.from((data.features as DenseMatrix).values), [5.1, 1, 3.5, 4.9, 0, 3, 7, 1, 3.2]);
  assert.equal(data.targets, {
    kind: 'classes',
    values: Int32Array.of(0, 1, 0),
    classes: 2,
    names: ['setosa', 'virginica'],
  });
});

test('a file without the target, and one with its columns in another order', () => {
  const schema = learnCsvSchema(FLOWERS, { target: 'kind' });
  const bare = readCsv('colour,width,length\nwhite,2,1\n', schema);
  assert.is(bare.targets, undefined);
  assert.equal(Array.from((bare.features as DenseMatrix).values), [1, 1, 2]);
  const untargeted = learnCsvSchema(FLOWERS, { target: null });
  assert.is(untargeted.target, null);
  assert.is(readCsv(FLOWERS, untargeted).columns, 4);
});

test('delimiters, line ends, quotes and byte-order mark', () => {
  const plain = learnCsvSchema('a,b\n1,2\n3,4\n', { target: null });
  for (const text of ['\ufeff"a";b\r\n1;2\r\n\r\n3;4', 'a\tb\r1\t2\r3\t4\r', '\n a , b \n 1 , "2" \n\n"3",4\n\n']) {
    const schema = learnCsvSchema(text, { target: null });
    assert.equal({ ...schema, dialect: plain.dialect }, plain);
    assert.equal(values(text, schema), [1, 2, 3, 4]);
  }
  assert.is(learnCsvSchema('"a,b,c";d\n1;2', { target: null }).dialect!.delimiter, ';');
  assert.is(learnCsvSchema('a;b,c;d\n1;2,3;4', { target: null, delimiter: ',' }).names[1], 'c;d');
  const multiline = 'text,n\n"two\r\n""lines""",1\nx,2\na,3';
  assert.equal(readCsv(multiline, learnCsvSchema(multiline, { target: 'n' })).featureNames, [
    'text=a',
    'text=two\n"lines"',
    'text=x',
  ]);
});

test('header: found, forced, absent', () => {
  const bare = learnCsvSchema('1,x\n2,y\n', { target: -1 });
  assert.is(bare.dialect!.header, false);
  assert.equal(bare.names, ['column0', 'column1']);
  assert.equal(bare.target, { name: 'column1', kind: 'classes', names: ['x', 'y'] });
  assert.equal(values('5,y\n', bare), [5]);
  assert.equal(values('5\n6\n', bare), [5, 6]);
  assert.is(readCsv('5\n', bare).targets, undefined);
  refuses(() => readCsv('1,2,3\n', bare), RangeError, /expected 2, or 1 without the target columns, got 3/);

  assert.is(learnCsvSchema('a,b\nc,d\ne,f', { target: null, header: false }).columns.length, 2);
  assert.equal(learnCsvSchema('1,2\n3,4', { target: null, header: true }).names, ['1', '2']);
  assert.equal(learnCsvSchema(',a\n0,5', { target: null, header: true }).names, ['column0', 'a']);
  for (const header of [true, 'auto'] as const)
    refuses(
      () => learnCsvSchema('a,a\n0,5', { target: null, header }),
      RangeError,
      /distinct column names, got "a" twice/,
    );
});

test('task: classes or values', () => {
  const kind = (cells: unknown[], options: Partial<CsvOptions> = {}) =>
    learnCsvSchema(`x,y\n${cells.map((cell) => `1,${cell}\n`).join('')}`, { target: 'y', ...options }).target;
  assert.equal(kind([10, 9, '9.0', '010']), { name: 'y', kind: 'classes', names: ['9', '10'] });
  assert.equal(kind([1, 2.5]), { name: 'y', kind: 'values' });
  assert.equal(kind([1, 2.5], { task: 'classes' }), { name: 'y', kind: 'classes', names: ['1', '2.5'] });
  assert.equal(kind([1, 2], { task: 'values' }), { name: 'y', kind: 'values' });
  assert.is(kind(Array.from({ length: 20 }, (_, i) => i))!.kind, 'classes');
  assert.is(kind(Array.from({ length: 21 }, (_, i) => i))!.kind, 'values');
  assert.is(kind(Array.from({ length: 60 }, (_, i) => `c${i % 30}`))!.kind, 'classes');
  refuses(() => kind([1, 'b'], { task: 'values' }), RangeError, /^line 3, column "y": expected a number, got "b"$/);
  refuses(() => kind(['b', 'b']), RangeError, /^column "y": expected at least 2 classes, got only "b"$/);

  const schema = learnCsvSchema('x,y\n1,0.5\n2,-3\n', { target: 1 });
  assert.equal(readCsv('y,x\n7.5,1\n', schema).targets, {
    kind: 'values',
    values: Float64Array.of(7.5),
    outputs: 1,
    names: ['y'],
  });
  const numbers = learnCsvSchema('x,y\n1,7\n2,9\n', { target: 'y' });
  assert.equal(Array.from(readCsv('x,y\n1,9.0\n2,07\n', numbers).targets!.values), [1, 0]);
});

test('missing cells', () => {
  const text = 'n,c,y\n1,a,0\n,b,1\n4,?,0\n4,b,1\n';
  refuses(
    () => learnCsvSchema(text, { target: 'y' }),
    RangeError,
    /^column "n": 1 of 4 cells are missing, the first in line 3; .*; column "c": 1 of 4 cells .* line 4; .*would go on with \{ missing: "mean" \}$/,
  );
  const mean = learnCsvSchema(text, { target: 'y', missing: 'mean' });
  assert.equal(mean.columns, [
    { name: 'n', kind: 'numeric', fill: 3 },
    { name: 'c', kind: 'categorical', categories: ['a', 'b'], fill: 'b' },
  ]);
  assert.equal(values(text, mean), [1, 0, 3, 1, 4, 1, 4, 1]);
  assert.is(learnCsvSchema(text, { target: 'y', missing: 'mode' }).columns[0]!.fill, 4);
  const constant = learnCsvSchema('n,y\nNA,0\n2,1\n', { target: 'y', missing: -1 });
  assert.equal(values('n\nnull\n5\n', constant), [-1, 5]);
  refuses(
    () => learnCsvSchema(text, { target: 'y', missing: 0 }),
    RangeError,
    /^column "c": 1 of 4 cells are missing, the first in line 4; missing: 0 fills no category/,
  );

  // Learned on whole cells alone, and met with a hole later.
  const whole = learnCsvSchema('n,y\n1,0\n2,1\n', { target: 'y' });
  refuses(
    () => readCsv('n,y\n1,0\n\n,1\n', whole),
    RangeError,
    /^line 4, column "n": expected a number, got a missing cell$/,
  );
  const filled = learnCsvSchema('n,y\n1,0\n2,1\n', { target: 'y', missing: 'mean' });
  assert.equal(values('n\n?\n', filled), [1.5]);

  refuses(
    () => learnCsvSchema('n,y\n1,0\n2,\n', { target: 'y', missing: 'mean' }),
    RangeError,
    /^line 3, column "y": expected a target, got none there$/,
  );
  refuses(
    () => readCsv('n,y\n1,?\n', whole),
    RangeError,
    /^line 2, column "y": expected a target, got a missing cell$/,
  );
  refuses(
    () => learnCsvSchema('n,y\n?,0\n?,1\n', { target: 'y', missing: 'mean' }),
    RangeError,
    /^column "n": expected a value in some row/,
  );
  const marks = learnCsvSchema('n,y\n-999,0\n3,1\n', { target: 'y', missing: 'mean', missingMarks: ['-999'] });
  assert.equal(values('n\n-999\n', marks), [3]);
});

test('categories: forced, unseen, by number', () => {
  const text = 'code,y\n10,0\n9,1\n010,0\n';
  const schema = learnCsvSchema(text, { target: 'y', categorical: ['code'] });
  assert.equal(schema.columns, [
    { name: 'code', kind: 'categorical', categories: ['9', '10'], fill: null, spelled: true },
  ]);
  assert.equal(values(text, schema), [1, 0, 1]);
  // Of three categories each has a feature.
  const three = learnCsvSchema('c,y\n7,0\n3,1\n5,0\n', { target: 'y', categorical: ['c'], unknownCategory: 'zero' });
  assert.equal(values('c\n3\n9\n7\n', three), [1, 0, 0, 0, 0, 0, 0, 0, 1]);
  // Of one too, so that a column is never lost.
  assert.equal(values('c\na\n', learnCsvSchema('c,y\na,0\na,1\n', { target: 'y' })), [1]);
  refuses(
    () => readCsv('code\n9\n8\n', schema),
    RangeError,
    /^line 3, column "code": expected a category seen in training \("9", "10"\), got "8"; learning with unknownCategory: 'zero' lets others through$/,
  );
  const lenient = learnCsvSchema(text, { target: 'y', categorical: ['code'], unknownCategory: 'zero' });
  assert.equal(values('code\n9\n8\n10\n', lenient), [0, 0, 1]);
  refuses(
    () => readCsv('code,y\n9,2\n', lenient),
    RangeError,
    /^line 2, column "y": expected a class seen in training \("0", "1"\), got "2"$/,
  );
  const names = learnCsvSchema('c,y\n__proto__,0\nconstructor,1\n', { target: 'y' });
  assert.equal(values('c\nconstructor\n__proto__\n', names), [1, 0]);
  refuses(() => readCsv('c\ntoString\n', names), RangeError, /got "toString";/);
});

test('a stray word in a column of numbers is not taken for a category', () => {
  const rows = Array.from({ length: 40 }, (_, i) => (i === 17 ? '1O' : `${i}`));
  const text = `n\n${rows.join('\n')}\n`;
  refuses(
    () => learnCsvSchema(text, { target: null }),
    RangeError,
    /^line 19, column "n": expected a number like 39 of 40 cells of the column, got "1O"; .*missingMarks: \[.*,"1O"\]/,
  );
  assert.is(readCsv(text, learnCsvSchema(text, { target: null, categorical: ['n'] })).columns, 40);
});

test('ignored columns', () => {
  const text = 'id,n,y\nq1,1,0\nq2,2,1\n';
  const schema = learnCsvSchema(text, { target: 'y', ignore: ['id'] });
  assert.equal(values(text, schema), [1, 2]);
  assert.equal(values('n\n3\n', schema), [3]);
});

test('a column of texts that mostly differ is refused by name, above twenty of them', () => {
  const text = (rows: number, different: number) =>
    `id,n,kind\n${Array.from({ length: rows }, (_, r) => `p${r % different},${r},${r % 2 ? 'a' : 'b'}`).join('\n')}\n`;
  const column = (rows: number, different: number, options: Partial<CsvOptions> = {}) =>
    learnCsvSchema(text(rows, different), { target: 'kind', ...options }).columns[0]!;
  assert.is(column(20, 20).kind, 'categorical');
  assert.is(column(2400, 1200).kind, 'categorical');
  refuses(
    () => column(21, 21),
    RangeError,
    /^column "id": expected categories that recur, got 21 different texts in 21/,
  );
  const told =
    /^column "id": expected categories that recur, got at least 1201 different texts in 2400 rows; .* with ignore,.*; would go on with \{ ignore: \["id"\] \}$/;
  refuses(() => column(2400, 1201), RangeError, told);
  assert.is(column(2400, 1201, { ignore: ['id'] }).name, 'n');
  assert.is(column(2400, 1201, { categorical: ['id'] }).kind, 'categorical');
  refuses(
    () => column(2400, 1201, { target: 'id' }),
    RangeError,
    /^column "id": expected classes that recur, got at least 1201 different ones in 2400 rows$/,
  );
});

test('categories that make too large a table are refused before it is made', () => {
  const categories = Array.from({ length: 8_000 }, (_, id) => `c${id}`);
  const schema = learnCsvSchema(`a\n${categories.join('\n')}\n`, { target: null, categorical: ['a'] });
  refuses(
    () => readCsv(`a\n${'c1\n'.repeat(25_000)}`, schema),
    RangeError,
    /^text: a table of 25000 rows x 8000 features, 8000 of them categories of column "a", needs 1600\.0 MB, the limit is 1073\.7 MB; use ignore for "a" or raise maxMemory$/,
  );
  const text = `a\n${'c1\n'.repeat(25)}`;
  const maxMemory = 2 ** 20;
  refuses(() => readCsv(text, schema, { maxMemory }), RangeError, /needs 1\.6 MB, the limit is 1\.0 MB/);
  assert.is(readCsv(text, schema, { maxMemory: 4 * maxMemory }).rows, 25);
  const lettered = `a\n${categories.slice(0, 600).join('\n')}\n`;
  const learn = (maxMemory: number) => learnCsvSchema(lettered, { target: null, categorical: ['a'], maxMemory });
  refuses(() => learn(maxMemory), RangeError, /600 rows x 600 features.* needs 2\.9 MB, the limit is 1\.0 MB/);
  assert.is(learn(4 * maxMemory).columns.length, 1);
  assert.is(readCsv('a\nc1\nc2\n', schema).columns, 8_000);
});

test('rows of too many cells are refused before they are made; commas in quotes make no cells', () => {
  const many = 2 ** 17;
  const options = { target: null } as const;
  refuses(
    () => learnCsvSchema(`a,b\n"x\ny",${'1,'.repeat(many)}2`, options),
    RangeError,
    /^line 2: expected at most 131072 cells, got more; tables of more features go as sparse text$/,
  );
  assert.is(learnCsvSchema(`a,b\n"${'1,'.repeat(many)}",1\n,2`, { ...options, missing: 'mode' }).names.length, 2);
});

test('refused texts', () => {
  const schema = learnCsvSchema('a,b,y\n1,2,0\n3,4,1\n', { target: 'y' });
  const refused = (text: string, message: RegExp) => refuses(() => readCsv(text, schema), RangeError, message);
  refused('a,b,y\n1,2,0\n1,2\n', /^line 3: expected 3 cells, got 2$/);
  refused('a,b,y\r\n"1\r\n",2,0\r\n1,2,0,4\r\n', /^line 4: expected 3 cells, got 4$/);
  refused('a,b,y\n1,"2,0\n', /^line 2: expected a quote that closes, got none to the end of the text$/);
  refused('a,b,y\n1,"2"x,0\n', /^line 2: expected the end of the cell behind its closing quote, got "x,0/);
  refused('a,y\n1,0\n', /^text: expected a column "b", got none$/);
  refused('a,b,c\n1,0,1\n', /^text: column "c" is not in the schema, expected "a", "b", "y"$/);
  refused('a,b\n1,x\n', /^line 2, column "b": expected a number, got "x"$/);
  refused('a,b\n1,Infinity\n', /got "Infinity"$/);
  assert.is(readCsv('a,b\n1,1e39\n', schema).rows, 1);
  refused('a,b\n1,1e999\n', /^line 2, column "b": expected a number, got "1e999"$/);
  refused('', /^text: expected at least one row, got none$/);
  refused('a,b,y\n', /^text: expected at least one row below the header/);
  refuses(() => readCsv('a', {} as TableSchema), TypeError, /^schema: expected an object of kind 'table-schema'/);
  refuses(() => readCsv(1 as unknown as string, schema), TypeError, /^text: expected a string, got 1$/);
});

test('refused options', () => {
  const refused = (options: object, message: RegExp, kind: typeof TypeError | typeof RangeError = RangeError) =>
    refuses(() => learnCsvSchema('a,b\n1,2\n', { target: null, ...options } as CsvOptions), kind, message);
  refused({ target: 'c' }, /^target: expected one of the columns "a", "b", got "c"$/);
  refused({ target: 2 }, /^target: expected a place among 2 columns, got 2$/);
  refused({ target: -3 }, /^target: .* got -3$/);
  refused({ target: undefined }, /^target: expected a column's name or place, or null/, TypeError);
  refused({ categorical: ['c'] }, /^categorical: expected one of/);
  refused({ ignore: ['c'] }, /^ignore: expected one of/);
  refused({ ignore: 'a' }, /^ignore: expected a list of strings, got "a"$/, TypeError);
  refused({ ignore: ['a', 'b'] }, /at least one column of features/);
  refused(
    { missing: 'median' },
    /^missing: expected a finite number or 'refuse' or 'mean' or 'mode' or 'state', got "median"$/,
    TypeError,
  );
  refused({ missing: NaN }, /^missing: .* got NaN$/);
  refused({ task: 'tasks' }, /^task: /, TypeError);
  refused({ header: 1 }, /^header: /, TypeError);
  refused({ delimiter: '#' }, /^delimiter: /, TypeError);
  refused({ unknownCategory: 'ignore' }, /^unknownCategory: /, TypeError);
  refused({ categories: ['a'] }, /^categories: expected an option of learnCsvSchema, /, TypeError);
});

test.run();
