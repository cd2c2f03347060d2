import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MISSING, NUMBER } from '#dist/data/tables/raw.js';
import { type RawOptions, readRaw } from '#dist/data/text/read-raw.js';
import { plainRecords } from '../../support/plain-records.js';
import { Random } from '../../support/random.js';
import { type Value, valuesOf, waysOfWriting, write } from '../../support/raw-tables.js';
import { refuses } from '../../support/refuses.js';

const test = suite('raw columns');
const MARKS = ['', '?', 'NA'];
const of = (text: string, options: Partial<RawOptions> = {}) => readRaw(text, { missingMarks: MARKS, ...options });

test('numbers, texts and what is missing, by column', () => {
  const table = of('n,c,m\n1,red,2.5\n-2e3,"dark, red",?\n NA ,red,\n+.5,\u22121,7\n');
  assert.equal(table.header, ['n', 'c', 'm']);
  assert.is(table.rows, 4);
  const [n, c, m] = table.columns;
  assert.equal(Array.from(n!.numbers), [1, -2000, Number.NaN, 0.5]);
  assert.equal(Array.from(n!.ids!), [NUMBER, NUMBER, MISSING, NUMBER]);
  assert.equal([n!.texts, n!.different], [[], 0]);
  assert.equal(Array.from(c!.numbers), [Number.NaN, Number.NaN, Number.NaN, -1]);
  assert.equal(Array.from(c!.ids!), [0, 1, 0, NUMBER]);
  assert.equal([c!.texts, c!.different], [['red', 'dark, red'], 2]);
  assert.equal(Array.from(m!.numbers), [2.5, Number.NaN, Number.NaN, 7]);
  assert.is(of('a\n1\n2\n').columns[0]!.ids, undefined);
});

test('a column read as text keeps its spelling; others are told apart from it by name or place', () => {
  const text = 'code,n\n01,01\n1,1\n?,2\n1.0,3\n';
  for (const asText of [(name?: string) => name === 'code', (_: unknown, place: number) => place === 0]) {
    const [code, n] = of(text, { asText }).columns;
    assert.equal(
      [code!.texts, Array.from(code!.ids!)],
      [
        ['01', '1', '1.0'],
        [0, 1, MISSING, 2],
      ],
    );
    assert.equal(Array.from(n!.numbers), [1, 1, 2, 3]);
  }
});

test('a mark of what is missing that is a number stands for all its spellings', () => {
  const { columns } = of('a,b\n-999,1\n-999.0,2\n3,-999\n', { missingMarks: ['-999'] });
  assert.equal(Array.from(columns[0]!.numbers), [Number.NaN, Number.NaN, 3]);
  assert.equal(Array.from(columns[1]!.ids!), [NUMBER, NUMBER, MISSING]);
});

test('a column of other texts in more than half of a thousand rows and more keeps none', () => {
  const table = (rows: number, different: number, asText?: () => boolean) =>
    of(`id,n\n${Array.from({ length: rows }, (_, r) => `p${r % different},${r % 7 === 0 ? '' : r}\n`).join('')}`, {
      asText,
    }).columns[0]!;
  assert.is(table(1000, 1000).texts!.length, 1000);
  assert.is(table(2400, 1200).texts!.length, 1200);
  const dropped = table(2400, 1201);
  assert.equal([dropped.texts, dropped.different], [undefined, 1201]);
  assert.ok(dropped.ids!.every((id) => id === 0));
  assert.is(table(2400, 1201, () => true).texts!.length, 1201);
  // Given up on the way.
  const long = table(150_000, 100_000);
  assert.is(long.texts, undefined);
  assert.ok(long.different > 65_536 && long.different <= 100_000);
  assert.ok(long.ids!.every((id) => id === 0));
});

test('lines of other lengths are counted, with the first of them, and are no rows', () => {
  const bad = Array.from({ length: 30 }, () => '1\n').join('');
  const { rows, ragged, columns, line } = of(`a,b\n1,2\n3,4,5\n${'6,7\n'.repeat(40)}${bad}8,9`);
  assert.is(rows, 42);
  assert.is(ragged.count, 31);
  assert.equal(ragged.first.slice(0, 2), [
    { line: 3, cells: 3 },
    { line: 44, cells: 1 },
  ]);
  assert.is(ragged.first.length, 20);
  assert.equal(Array.from(columns[0]!.numbers.subarray(40)), [6, 8]);
  assert.equal([line(0), line(1), line(40), line(41)], [2, 4, 43, 74]);
});

test('the line of each row, with lines in quotes and blank ones', () => {
  const text = '\n"a\nb",c\n\n1,2\r\n"x\r\ny",3\r4,5\n \n6,7';
  const { header, rows, line } = of(text);
  assert.equal(header, ['a\nb', 'c']);
  assert.equal(
    Array.from({ length: rows }, (_, r) => line(r)),
    [5, 6, 8, 10],
  );
});

test('empty last columns without a name are left out, with a word', () => {
  for (const text of ['a,b,\n1,2,\n3,4,\n', 'a,b\n1,2,\n3,4,\n', '1,2,,\n3,4,,\n']) {
    const { columns, header, warnings } = of(text);
    assert.is(columns.length, 2, text);
    assert.equal(header, text.startsWith('a') ? ['a', 'b'] : undefined);
    assert.match(warnings.join(), /last columns? without a name or a cell that is not empty: left out/);
    assert.equal(Array.from(columns[1]!.numbers), [2, 4]);
  }
  assert.is(of('a,b,c\n1,2,\n3,4,\n').columns.length, 3);
  assert.equal(of('a,b,\n1,2\n3,4\n').header, ['a', 'b']);
  assert.equal(of('x,y\nr1,1,2\nr2,3,4\n').header, ['x', 'y']);
});

test('formatted numbers of a column, and the odd cell in it', () => {
  const rows = Array.from({ length: 40 }, (_, r) => `"$1,${100 + r}.50";${r}\n`).join('');
  const { columns } = of(`price;n\n${rows}"$12,34";1\n`);
  assert.is(columns[0]!.numbers[39], 1139.5);
  assert.equal(columns[0]!.texts, ['$12,34']);
});

test('quotes that do not close, or not where a cell ends, lines too wide, texts of nothing', () => {
  const refused = (text: string, message: RegExp, options = {}) =>
    refuses(() => of(text, options), RangeError, message);
  refused('a,b\n1,2\n3,"4\n5,6\n', /^line 3: expected a quote that closes, got none to the end of the text$/);
  refused('a,b\n1,"2"x\n', /^line 2: expected the end of the cell behind its closing quote, got "x/);
  refused('a,b\n1,2,3,4,5\n', /^line 2: expected at most 3 cells, got more/, { maxColumns: 3 });
  refused('a,b,c,d\n1,2,3,4\n', /^line 1: expected at most 3 cells, got more/, { maxColumns: 3 });
  refused('1,2,3,4\n', /^line 1: expected at most 3 cells, got more/, { maxColumns: 3 });
  for (const text of ['', '\n \n', '\ufeff']) refused(text, /^text: expected at least one row, got none$/);
  refuses(() => of(5 as unknown as string), TypeError, /^text: expected a string, got 5$/);
  assert.equal(valuesOf(of('h,n\n5" pipe,1\n6"2\',2\n')), [
    ['5" pipe', 1],
    ['6"2\'', 2],
  ]);
});

const HEADER = ['id', 'size', 'a "name"', 'kind'];
const CELLS = [
  ['1', '12.25', 'two\nlines', 'a'],
  ['2', '-0.5', 'say "x"', 'b'],
  ['3', '', 'a,b;c|d e\tf', 'a'],
  ['1e3', '7.125', 'plain', '?'],
  ['5', '8', '', 'b'],
];
const VALUES: Value[][] = [
  [1, 12.25, 'two\nlines', 'a'],
  [2, -0.5, 'say "x"', 'b'],
  [3, null, 'a,b;c|d e\tf', 'a'],
  [1000, 7.125, 'plain', null],
  [5, 8, null, 'b'],
];

test('one table, however it is written: delimiter, line end, quotes, blanks, decimal mark, byte-order mark', () => {
  const random = new Random(3);
  for (const how of waysOfWriting()) {
    const table = of(write([HEADER, ...CELLS], how, random));
    const told = JSON.stringify(how);
    assert.equal(table.header, HEADER, told);
    assert.equal(valuesOf(table), VALUES, told);
    assert.equal([table.dialect.delimiter, table.dialect.decimal], [how.delimiter, how.decimal], told);
  }
});

const NUMBER_TEXT = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

const PIECES = ['1', '-2.5', '.5', '1e3', '12345678901234567890', 'x', 'Y z', 'q"q', ',', ';', '\t', '\n', '\n""\n'];
PIECES.push('', 'NA', '?', '0', '007', 'e', '-', ', "', '" ');

test('made-up tables are what a reader of single characters makes of them, each cell then taken for a number by an expression', () => {
  const random = new Random(11);
  const cell = () =>
    Array.from({ length: random.chance(0.8) ? 1 : 2 }, () => PIECES[random.below(PIECES.length)]!).join('');
  for (let round = 0; round < 400; round++) {
    const width = 1 + random.below(5);
    // Longer than papaparse gets at once.
    const long = round % 40 === 0;
    const cells = Array.from({ length: long ? 800 : 1 + random.below(30) }, () =>
      Array.from({ length: width + (long && random.chance(0.02) ? 1 : 0) }, cell),
    );
    if (long) cells[500]![0] = 'y"\n, "'.repeat(round === 40 ? 60_000 : 5000);
    const end = ['\n', '\r\n', '\r'][random.below(3)]!;
    const delimiter = ([',', ';', '\t', '|', ' '] as const)[random.below(5)]!;
    const [padded, bom, last] = [random.chance(0.5), random.chance(0.5), random.chance(0.5)];
    const text = write(cells, { delimiter, end, decimal: '.', bom, quotes: 'some', padded, last }, random);
    // Lines of delimiters alone are blank.
    const records = plainRecords(text, delimiter).filter(({ cells }) => cells.length < 2 || cells.join('') !== '');
    const right = records.filter((record) => record.cells.length === width);
    if (right.length === 0) continue;
    const table = of(text, { delimiter, decimal: '.', header: false, asText: () => false, keepTexts: () => true });
    const found = valuesOf(table);
    // Last columns without any cell are left out.
    const left = Array.from({ length: width - table.columns.length }, () => null);
    for (const [r, record] of right.entries()) {
      const told = `row ${r} of ${JSON.stringify(text.slice(0, 1000))}`;
      assert.equal([...found[r]!, ...left], record.cells.map(plainValue), told);
      assert.is(table.line(r), record.line, told);
    }
    assert.is(table.rows, right.length);
    assert.is(table.ragged.count, records.length - right.length);
  }
});

function plainValue(cell: string): Value {
  if (MARKS.includes(cell)) return null;
  return NUMBER_TEXT.test(cell) && Number.isFinite(Number(cell)) ? Number(cell) : cell;
}

test('quotes that a slice of the text cuts, anywhere', () => {
  const row = '"a ""b"" , c" , 1.5,"x\ny"  , ""\n';
  for (let shift = 0; shift < row.length; shift++) {
    const text = `${'h'.repeat(shift + 1)},n,t,m\n${row.repeat(1200)}`;
    const { rows, columns, line } = of(text, { delimiter: ',', header: true });
    assert.is(rows, 1200);
    assert.equal([columns[0]!.texts, columns[2]!.texts], [['a "b" , c'], ['x\ny']]);
    assert.ok(columns[1]!.numbers.every((number) => number === 1.5));
    assert.ok(columns[3] === undefined || columns[3].ids!.every((id) => id === MISSING));
    assert.is(line(1199), 2 + 2 * 1199);
  }
});

test('the line of what is wrong, far down and behind blanks', () => {
  const good = '1,"2\n3", "4"\n'.repeat(5000);
  const refused = (bad: string, message: RegExp) => refuses(() => of(`a,b,c\n${good}${bad}`), RangeError, message);
  refused('1,2, "3"x\n4,5,6\n', /^line 10002: expected the end of the cell behind its closing quote, got "x/);
  refused(`1,2, "3"  x${good}`, /^line 10002: expected the end of the cell behind its closing quote, got "x/);
  refused(
    `1,"2\n3"," 4${good.replaceAll('"', '""')}`,
    /^line 10003: expected a quote that closes, got none to the end/,
  );
  refused(`1${',2'.repeat(300_000)}`, /^line 10002: expected at most 131072 cells, got more/);
});

test.run();
