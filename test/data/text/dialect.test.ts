import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type GivenDialect, sniff } from '#dist/data/text/dialect.js';
import { refuses } from '../../support/refuses.js';

const test = suite('dialect');
const MARKS = ['', '?', 'NA'];
const of = (text: string, given: Partial<GivenDialect> = {}) => sniff(text, { missingMarks: MARKS, ...given });
const delimiterOf = (text: string) => of(text).dialect.delimiter;
const field = (name: string) => of(readFileSync(new URL(`../../../../test/field/${name}`, import.meta.url), 'utf8'));
const warned = (text: string, message: RegExp, given = {}) => {
  const { dialect, warnings } = of(text, given);
  assert.ok(
    warnings.some((warning) => message.test(warning)),
    `expected ${message}, got ${JSON.stringify(warnings)}`,
  );
  return dialect;
};

test('tables that people bring', () => {
  const plain = { delimiter: ',', decimal: '.', thousands: '', header: true };
  for (const [name, dialect] of Object.entries({
    '01-prices.csv': plain,
    '02-decimal-comma.csv': { ...plain, delimiter: ';', decimal: ',' },
    '02-train.csv': { ...plain, delimiter: ';', decimal: ',' },
    '02-train-points.csv': { ...plain, delimiter: ';' },
    '03-index.csv': plain,
    '03-row-names.csv': plain,
    '05-timestamps.csv': plain,
    '07-categories.csv': plain,
    '07-codes.csv': plain,
    '12-imbalance.csv': plain,
    '21-blanks.csv': { ...plain, delimiter: ' ' },
    '21-pipes.csv': { ...plain, delimiter: '|' },
  })) {
    assert.equal(field(name).dialect, dialect, name);
    assert.equal(field(name).warnings, [], name);
  }
  assert.equal(field('04-years.csv').dialect, plain);
  assert.match(
    field('04-years.csv').warnings.join(),
    /^the first line is taken for a header, .*; the option header says/,
  );
});

test('a delimiter is what parts most lines alike, whatever the first line has', () => {
  assert.is(delimiterOf('a,b;c,d;e,f\n1;2;3\n4;5;6\n'), ';');
  assert.is(delimiterOf('"a;b;c;d",x\n"1;2",3\n"4",5\n'), ',');
  assert.is(delimiterOf('22,12;61,98\n33,31;28,85\n'), ';');
  assert.is(delimiterOf('22,12\t61,98\n33,31\t28,85\n'), '\t');
  assert.is(delimiterOf('id,tags\n1,x;y\n2,z;w\n'), ',');
  assert.is(delimiterOf('1,x;y\n2,z;w\n'), ',');
  assert.is(delimiterOf('a|b\nx, y|1\nz, w|2\n'), '|');
  assert.is(delimiterOf('a\n1\n2\n'), ',');
  assert.is(delimiterOf(''), ',');
});

test('blanks part cells only where nothing else does', () => {
  assert.is(delimiterOf('  1.5   2 3\n 10.25  7 8\n'), ' ');
  assert.is(delimiterOf('1,5 2,5 3,5\n4,5 5,5 6,5\n'), ' ');
  assert.is(delimiterOf('1, 2, 3\n4, 5, 6\n'), ',');
  assert.is(delimiterOf('address,city\n12 Main Street,Bath\n7 Long Road,Ely\n'), ',');
  assert.is(delimiterOf('time,y\n2019-06-12 09:54:17,1\n2019-06-12 09:55:17,2\n'), ',');
  assert.is(delimiterOf('city\nNew York\nBath\nLos Angeles\nEly\n'), ',');
});

test('a line sep= is obeyed, and is no data', () => {
  const { dialect, line, at } = of('sep=;\r\na;b,c,d\r\n1;2\r\n');
  assert.equal([dialect.delimiter, dialect.header, line, at], [';', true, 2, 7]);
  assert.is(of('\ufeffSEP=|\n1|2\n').dialect.delimiter, '|');
  refuses(
    () => of('sep=^\n1^2\n'),
    RangeError,
    /^line 1: expected a comma, ;, a tab, \| or a blank behind sep=, got "\^"$/,
  );
});

test('thin evidence for a delimiter is told', () => {
  warned(
    'a;b,c\nx;y,z\nu;v,w\n',
    /^; is taken to part cells, but a comma parts as many lines alike; the option delimiter/,
  );
  warned('a,b\nx,y\nu,v,w\nt\n', /^a comma is taken to part cells, though only 50 % of the lines have 2 by it/);
  assert.equal(of('a,b\nx,y\nx,v\n').warnings, []);
});

test('the decimal mark is settled by all numbers', () => {
  const decimalOf = (text: string, given = {}) => of(text, given).dialect.decimal;
  assert.is(decimalOf('a;b\n1,234;28,7\n2,345;1\n'), ',');
  assert.is(decimalOf('a,b\n"28,7",x\n"1,5",y\n'), ',');
  assert.is(decimalOf('a;b\n"1,234";28.7\n"2,345";1\n'), '.');
  assert.is(decimalOf('a|b\n1.234,5|x\n'), ',');
  assert.is(decimalOf('a;b\n1;2\n'), '.');
  assert.is(decimalOf('a;b\n1,5;2\n', { decimal: '.' }), '.');
  assert.equal(of('a,b\n1.234,x\n5.678,x\n').warnings, []);
});

test('marks that could be either are told', () => {
  assert.is(warned('a;b\n1.234;x\n5.678;x\n', /^the mark in "1\.234" is taken to be between thousands/).decimal, ',');
  assert.is(warned('a,b\n1.234,x\n978,x\n', /^the mark in "1\.234" is taken to be the decimal mark/).decimal, '.');
  assert.is(warned('a;b\n1,234;x\n5,678;x\n', /^the mark in "1,234" is taken to be the decimal mark/).decimal, ',');
  const thousands = warned('a,b\n"1,234",x\n"5,678",x\n', /^the mark in "1,234" is taken to be between thousands/);
  assert.equal([thousands.decimal, thousands.thousands], ['.', ',']);
  warned('a;b\n1,5;2.5\n1,5;2,5\n', /^a comma is taken for the decimal mark, though .* 3 have a comma and 1 a point/);
  assert.equal(of('a;b\n1.234;x\n5.678;x\n', { decimal: ',' }).warnings, []);
});

test('units are told with an example', () => {
  warned(
    'p,q\n"€ 1.234,50",x\n"€ 2,50",x\n',
    /^column "p": numbers are taken without their €, decimal a comma, "\." between thousands, as in "€ 1/,
  );
  warned('12 %,x\n13 %,y\n', /^column 0: numbers are taken without their %/);
});

test('the header is settled by what stands below', () => {
  const headerOf = (text: string) => of(text).dialect.header;
  assert.is(headerOf('a,b\n1,2\n3,4\n'), true);
  assert.is(headerOf('1,2\n3,4\n'), false);
  assert.is(headerOf('1,x\n2,y\n'), false);
  assert.is(headerOf(',a\n0,5\n1,7\n'), true);
  assert.is(headerOf('a,a\n0,5\n'), true);
  assert.is(headerOf('x,y\nr1,1.5,2\nr2,3,4\n'), true);
  assert.is(headerOf('name,town\nann,ely\nbob,ely\nann,bath\n'), true);
  assert.is(headerOf('ann,ely\nbob,ely\nann,bath\n'), false);
  assert.is(headerOf('NA,2\n3,4\n'), false);
  assert.is(headerOf('price\n$5\n$6\n'), true);
  assert.is(headerOf('Preis;x\n1.234,5;a\n2,5;b\n'), true);
  assert.is(of('a,b\n1,2\n', { header: false }).dialect.header, false);
  assert.is(of('1,2\n1,2\n', { header: true }).dialect.header, true);
});

test('a header of numbers, and a line that could be one', () => {
  assert.is(warned('0,1,2\n0.5,0.25,1.5\n3.5,0.25,2.5\n', /like no others/).header, true);
  assert.is(warned('name,2019,2020\nann,1,2\nbob,3,4\neve,1,5\n', /like no others/).header, true);
  assert.is(
    warned('2019,2020\n1901,1804\n2030,2500\n1999,12\n', /taken for data, though its numbers could be years/).header,
    false,
  );
  assert.is(of('1,2\n300,400\n').dialect.header, false);
  assert.is(of('1,2,3\n4,5,6\n7,8,9\n').dialect.header, false);
  assert.is(of('1,2\n4,6\n4,6\n5,7\n').dialect.header, false);
  assert.is(warned('id,2019\n1,2\n3,4\n', /though it has numbers too/).header, true);
  assert.is(warned('ann,ely\nbob,bath\n', /nothing tells it from the others/).header, true);
});

test('what tells may lie far below', () => {
  const lines = (count: number, line: string) => `${line}\n`.repeat(count);
  const text = `a;b\n${lines(150_000, '1.234;x')}${lines(150_000, '1.234,5;x')}`;
  assert.is(of(text).dialect.decimal, ',');
  assert.equal(of(text).warnings, []);
});

test.run();
