import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ClassTargets } from '#dist/data/dataset.js';
import { textOf } from '#dist/data/gunzip.js';
import type { NumericValues, Table } from '#dist/data/tables/table.js';
import { takenLine } from '#dist/data/tables/taken.js';
import { TableError } from '#dist/data/tables/troubles.js';
import { type CsvOptions, learnCsv, readCsv } from '#dist/data/text/csv.js';
import { learnSvmlight } from '#dist/data/text/svmlight.js';
import { Random } from '../../support/random.js';
import { refuses, refusesAsync } from '../../support/refuses.js';

const test = suite('tables as programs export them');

const learn = (text: string, options: Partial<CsvOptions> = {}) => learnCsv(text, { target: null, ...options });
const valuesOf = (table: Table, place = 0) => Array.from((table.columns[place] as NumericValues).values);

function troublesOf(text: string, options: Partial<CsvOptions> = {}): TableError {
  let error: unknown;
  refuses(
    () => {
      try {
        return learn(text, options);
      } catch (caught) {
        error = caught;
        throw caught;
      }
    },
    RangeError,
    /./,
  );
  assert.instance(error, TableError);
  return error as TableError;
}

const random = new Random(9);
/** Of 60 sales: a town, a price with two decimals, pieces, a kind. */
const SALES = Array.from({ length: 60 }, (_, r) => ({
  town: ['Köln', 'Ulm', 'Jena'][r % 3]!,
  price: (80_000 + random.below(8_000_000)) / 100,
  pieces: 1 + random.below(3000),
  kind: r % 2 ? 'big' : 'small',
}));
const german = (x: number, digits: number) =>
  x.toLocaleString('de-DE', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const ROWS = SALES.map((s) => `${s.town};${german(s.price, 2)};${german(s.pieces, 0)};${s.kind}`);
const HEADER = 'Stadt;Umsatz;Stück;Größe';
const PLAIN = [HEADER, ...ROWS].join('\n');

test('title lines above the header are left out, with a word each; the numbers of lines stay', () => {
  const plain = learn(PLAIN);
  assert.equal(
    valuesOf(plain.table, 1),
    SALES.map(({ price }) => price),
  );
  for (const title of [
    'Umsatz 2019;;;',
    'Umsatz 2019',
    'Umsatz 2019;;;\n;;;',
    ';Umsatz 2019;;\nvertraulich',
    'Stand:',
  ]) {
    const { schema, table, warnings } = learn(`${title}\n${PLAIN}\n`);
    assert.equal(schema, plain.schema, title);
    assert.equal(table, plain.table, title);
    assert.match(
      warnings[0]!,
      /^line 1, "(Umsatz 2019|Stand:)", is taken for a title and left out; the table begins on line [234]$/,
    );
    assert.equal(readCsv(`${title}\n${PLAIN}\n`, plain.schema), plain.data);
  }
  const bad = troublesOf(`Umsatz 2019;;;\n\n${PLAIN.replace(ROWS[7]!, `${ROWS[7]!};5`)}\n`);
  assert.match(bad.message, /^line 11: expected 4 cells, got 5/);
});

test('what is no title stays', () => {
  assert.equal(learn('x\n"a",1\n"b",2\n').schema.names, ['column0', 'x']);
  assert.equal(learn(',x\na,1\nb,2\n').schema.names, ['column0', 'x']);
  assert.is(learn('Bob,,\nAnn,1,2\nEve,2,3\n', { missing: 'mean', header: false }).data.rows, 3);
  assert.is(learn('1,,\n2,1,2\n3,2,3\n', { missing: 'mean' }).data.rows, 3);
  assert.is(learn('a,b\n1,2\n3,4\n').warnings.length, 0);
});

test('lines of delimiters alone are blank lines', () => {
  const { table, warnings } = learn(`;;;\n${HEADER}\n${ROWS.join('\n;;;\n')}\n;;;\n`);
  assert.equal(table, learn(PLAIN).table);
  assert.match(warnings.join('\n'), /^61 lines have delimiters alone, the first is line 1; they are left out$/m);
});

test('a point before three digits: between thousands where semicolons part cells, a decimal mark elsewhere', () => {
  const pieces = ['2.057', '978', '1.034', '38', '3.400', '12'];
  const text = (delimiter: string) => `n${delimiter}k\n${pieces.map((n) => `${n}${delimiter}a`).join('\n')}\n`;
  const semicolons = learn(text(';'));
  assert.equal(valuesOf(semicolons.table), [2057, 978, 1034, 38, 3400, 12]);
  assert.match(semicolons.warnings[0]!, /^the mark in "2\.057" is taken to be between thousands, .* option decimal/);
  const commas = learn(text(','));
  assert.equal(valuesOf(commas.table), [2.057, 978, 1.034, 38, 3.4, 12]);
  assert.match(commas.warnings[0]!, /^the mark in "2\.057" is taken to be the decimal mark, .* option decimal/);
  // Another column says what a point is.
  assert.equal(valuesOf(learn('n;m\n2.057;0.5\n978;1.25\n').table), [2.057, 978]);
  assert.equal(
    learn('n,m\n1.234,2\n2.345,3\n').warnings.filter((told) => told.includes('decimal')),
    [],
  );
});

test('a row of totals is told with its line, and is no word of a column that recurs', () => {
  const sum = (of: 'price' | 'pieces') => SALES.reduce((total, sale) => total + sale[of], 0);
  const told = /^line 62 looks like a total: Umsatz, Stück are the sums of the rows above; leave it out of the table$/;
  const total = (word: string, kind: string) =>
    `${PLAIN}\n${word};${german(sum('price'), 2)};${german(sum('pieces'), 0)};${kind}`;
  const alone = learn(total('', ''), { missing: 'mode' });
  assert.is(alone.data.rows, 61);
  assert.match(alone.warnings.at(-1)!, told);
  for (const word of ['Summe', 'Gesamt:', '∑', 'Irgendwas'])
    assert.ok(
      learn(total(word, ''), { missing: 'mode' }).warnings.some((warning) => told.test(warning)),
      word,
    );
  // The class is missing: both are told, and no option would put it right.
  const error = troublesOf(total('Summe', ''), { target: 'Größe' });
  assert.match(error.troubles.at(-1)!, told);
  assert.is(error.suggestion, undefined);
  const quiet = (text: string) => assert.not.match(learn(text).warnings.join('\n'), /total/);
  quiet('a,b\n1,x\n2,y\n3,x\n6,y\n');
  quiet('a,b\n1,1\n2,0\n');
  quiet('brand,n\nTotal,1\nShell,2\nShell,4\nTotal,9\n');
  quiet(PLAIN);
});

test('numbers among few words: these are told as marks of what is missing, and with them learning goes on', () => {
  for (const mark of ['x', 'keine Angabe', '—', 'zzz']) {
    const cells = Array.from({ length: 60 }, (_, r) => (r % 10 === 4 ? mark : `${r / 4}`));
    const text = `n,k\n${cells.map((cell, r) => `${cell},${r % 2 ? 'a' : 'b'}`).join('\n')}\n`;
    const { message, suggestion } = troublesOf(text);
    assert.match(message, new RegExp(`column "n": 54 of 60 cells are numbers, 6 are "${mark}", the first in line 6`));
    assert.not.match(message, /ignore/);
    assert.is(suggestion!.missing, 'mean');
    assert.ok(
      (suggestion!.missingMarks as string[]).includes(mark) && (suggestion!.missingMarks as string[]).includes('NA'),
    );
    const { table } = learn(text, suggestion as Partial<CsvOptions>);
    assert.is(valuesOf(table).filter((x) => Number.isNaN(x)).length, 6);
  }
  // Few different numbers and a word may be categories.
  assert.is(learn('n\n1\n2\nmany\n1\n2\nmany\n3\n').schema.columns[0]!.kind, 'categorical');
  for (const mark of ['-', '--', '.', '#DIV/0!', '#WERT!', '#NV', 'k.A.', 'n.a.', 'NaT', 'nil'])
    assert.equal(valuesOf(learn(`n,m\n1,2\n${mark},3\n3,4\n`, { missing: 'mean' }).table), [1, Number.NaN, 3], mark);
});

test('a word in the first row alone is rather of a header, and is offered as no mark', () => {
  const numbers = Array.from({ length: 40 }, (_, r) => `${r},${r / 4}`).join('\n');
  const { message, suggestion } = troublesOf(`size,cost\n${numbers}\n`, { header: false });
  assert.match(message, /got "size"; if that line names columns, the option header says so/);
  assert.is(suggestion, undefined);
  assert.match(
    troublesOf(`size,cost\nm,EUR\n${numbers}\n`).message,
    /got "m"; if that line is of the header, leave it out/,
  );
});

test('plus and minus are categories', () => {
  const text = 'n,sign\n1,+\n2,-\n3,+\n?,-\n';
  const { data, table, schema } = learn(text, { target: 'sign', missing: 'mean' });
  assert.equal((data.targets as ClassTargets).names, ['+', '-']);
  assert.equal(Array.from(data.targets!.values), [0, 1, 0, 1]);
  assert.ok(Number.isNaN(valuesOf(table)[3]));
  assert.equal(Array.from(readCsv('n,sign\n1,-\n', schema).targets!.values), [1]);
});

test('a minus behind a number, and units that differ', () => {
  const { table } = learn('b;k\n1.234,56-;a\n17,00;b\n3,50-;a\n1.000,00;b\n');
  assert.equal(valuesOf(table), [-1234.56, 17, -3.5, 1000]);
  const { message, suggestion } = troublesOf(
    `r;k\n${Array.from({ length: 40 }, (_, r) => `${r},${r % 10}${r % 2 ? ' %' : ''};a`).join('\n')}\n`,
  );
  assert.match(
    message,
    /column "r": numbers have different units, 20 without a unit, 20 with %, as "0,0" and "1,1 %"|column "r": .*20 with %/,
  );
  assert.is(suggestion, undefined);
});

test('dates of short years and with names of months are days, however often they recur', () => {
  const days = (cells: readonly string[]) => {
    const again = [...cells, ...cells, ...cells];
    const { table, schema, warnings } = learn(`d;n\n${again.map((cell, r) => `${cell};${r}`).join('\n')}\n`);
    assert.is(schema.columns[0]!.kind, 'date', cells[0]);
    return { days: valuesOf(table).slice(0, cells.length), warnings };
  };
  const right = (...dates: string[]) => dates.map((date) => Date.parse(date) / 86_400_000);
  const short = days(['31.12.69', '01.01.70', '29.02.68', '13.06.19']);
  assert.equal(short.days, right('1969-12-31', '1970-01-01', '2068-02-29', '2019-06-13'));
  assert.match(short.warnings.join('\n'), /^column "d": years of two digits are taken for those from 1969 to 2068$/m);
  assert.equal(days(['6/13/19', '1/2/20']).days, right('2019-06-13', '2020-01-02'));
  assert.equal(
    days(['1. Januar 2019', '12. März 2020', '3. Dez. 2020']).days,
    right('2019-01-01', '2020-03-12', '2020-12-03'),
  );
  assert.equal(days(['Jan 19', 'Feb 19', 'Oct 20']).days, right('2019-01-01', '2019-02-01', '2020-10-01'));
  assert.equal(days(['12-Jun-2019', '1-Sept-2020']).days, right('2019-06-12', '2020-09-01'));
  assert.equal(days(['June 12, 2019', 'May 1, 2020']).days, right('2019-06-12', '2020-05-01'));
  assert.equal(days(['2019/06/12', '2020/01/31']).days, right('2019-06-12', '2020-01-31'));
  for (const cells of [
    ['1.2.34', '1.3.10'],
    ['31.02.19', '01.02.19'],
    ['Foo 19', 'Bar 20'],
  ])
    assert.is(
      learn(`d;n\n${[...cells, ...cells].map((c, r) => `${c};${r}`).join('\n')}\n`).schema.columns[0]!.kind,
      'categorical',
    );
});

test("R's write.table: blanks between, a header one cell shorter, names of rows in quotes", () => {
  const { schema, table } = learn('"x" "y"\n"1" 5.1 "no"\n"2" 3.9 "yes"\n"3" 3.1 "yes"\n', { target: 'y' });
  assert.equal(schema.leftOut, [{ name: 'column0', why: 'row names' }]);
  assert.equal(valuesOf(table), [5.1, 3.9, 3.1]);
  assert.is(schema.dialect!.delimiter, ' ');
});

test('a table like the training one is read in its own dialect', () => {
  const write = (delimiter: string, decimal: string, unit = '') =>
    [['size', 'town', 'kind'], ...SALES.map((s) => [s.price.toFixed(2).replace('.', decimal) + unit, s.town, s.kind])]
      .map((cells) => cells.join(delimiter))
      .join('\n');
  const ways = [write(',', '.'), write('\t', '.'), write(';', ','), write(';', '.'), write('|', ',', ' €')];
  for (const trained of ways) {
    const { schema, data } = learn(trained, { target: 'kind' });
    for (const text of ways) {
      const read = readCsv(text, schema);
      assert.equal(
        [read.features, read.targets],
        [data.features, data.targets],
        `${trained.slice(0, 30)} ${text.slice(0, 30)}`,
      );
    }
    const one = (text: string) => text.split('\n').slice(0, 2).join('\n');
    for (const text of ways) assert.equal(readCsv(one(text), schema).features, readCsv(one(trained), schema).features);
  }
  const { schema } = learn(ways[0]!, { target: 'kind' });
  refuses(
    () => readCsv('a\tb\n1\t2\n3\t4\n', schema),
    RangeError,
    /^text: is parted by tabs, the training text was by commas; /,
  );
});

test('codes with leading noughts are worth a word', () => {
  const text = `PLZ;n\n${['07764', '80331', '01067', '50667'].map((code, r) => `${code};${r}`).join('\n')}\n`;
  const told = /^column "PLZ": numbers with leading noughts, as codes have; categorical takes them so$/m;
  assert.match(learn(text).warnings.join('\n'), told);
  for (const options of [{ categorical: ['PLZ'] }, { ignore: ['PLZ'] }, { target: 'PLZ', task: 'values' as const }])
    assert.not.match(learn(text, options).warnings.join('\n'), told);
  assert.not.match(learn('a;n\n0;1\n1;2\n10;3\n').warnings.join('\n'), /noughts/);
});

test('what is no text is told what makes one of it', async () => {
  const call = (text: unknown) => () => learnCsv(text as string, { target: null });
  refuses(call(Promise.resolve('a')), TypeError, /^text: expected a string, got a Promise; await /);
  refuses(call(new Uint8Array(3)), TypeError, /^text: expected a string, got bytes; textOf decodes them$/);
  refuses(call(new ArrayBuffer(3)), TypeError, /^text: expected a string, got bytes; textOf decodes them$/);
  await refusesAsync(
    () => textOf(Uint8Array.of(97, 0xdf)),
    RangeError,
    /; the option encoding names another, windows-1252/,
  );
  const { taken } = learnSvmlight('0 1:1\n1 2:1\n', {});
  assert.match(takenLine(taken), /indices from 1/);
  assert.match(takenLine(learnSvmlight('0 0:1\n1 2:1\n', {}).taken), /indices from 0/);
});

test.run();
