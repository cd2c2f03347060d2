import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatOf, formatted, markOf } from '#dist/data/text/number-format.js';

const test = suite('number formats');

/** The numbers of a column's cells in the format found for it. */
function read(cells: string[], decimal: '.' | ',') {
  const format = formatOf(cells, decimal);
  return { ...format, numbers: cells.map((cell) => formatted(cell, format)) };
}

test('thousands between which marks stand, in either decimal', () => {
  const numbers = [1234.56, -1234567, 12, 0.5];
  const point = ['1,234.56', '-1,234,567', '12', '0.5'];
  const swapped = (cells: string[]) => cells.map((cell) => cell.replace(/[.,]/g, (mark) => (mark === '.' ? ',' : '.')));
  assert.equal(read(point, '.'), { decimal: '.', thousands: ',', unit: '', numbers });
  assert.equal(read(swapped(point), ','), { decimal: ',', thousands: '.', unit: '', numbers });
  for (const [mark, thousands] of [
    [' ', ' '],
    ['\u00a0', ' '],
    ['\u2009', ' '],
    ['\u202f', ' '],
    ["'", "'"],
    ['’', "'"],
  ] as const) {
    const marked = point.map((cell) => cell.replaceAll(',', mark));
    assert.equal(read(marked, '.'), { decimal: '.', thousands, unit: '', numbers });
    const comma = marked.map((cell) => cell.replace('.', ','));
    assert.equal(read(comma, ','), { decimal: ',', thousands, unit: '', numbers });
  }
});

test('groups of other than three digits, or two kinds of marks in a column, are no thousands', () => {
  for (const cells of [
    ['12,34'],
    ['1,2345'],
    ['1234,567'],
    ['0,123'],
    ['1,234 567'],
    ['1,234', '1 234'],
    [',123'],
    ['1,,234'],
  ]) {
    const { thousands, numbers } = read(cells, '.');
    assert.is(thousands, '', cells.join());
    assert.ok(numbers.every(Number.isNaN), cells.join());
  }
});

test('currencies and percent, before or behind, in nearly all cells', () => {
  assert.equal(read(['€ 1.234,50', '-€3', '€ -4,5'], ','), {
    decimal: ',',
    thousands: '.',
    unit: '€',
    numbers: [1234.5, -3, -4.5],
  });
  assert.equal(read(['$1,200', '$3', '($45.50)'], '.'), {
    decimal: '.',
    thousands: ',',
    unit: '$',
    numbers: [1200, 3, -45.5],
  });
  assert.equal(read(['12 %', '7.5%', '\u22123 %'], '.'), {
    decimal: '.',
    thousands: '',
    unit: '%',
    numbers: [12, 7.5, -3],
  });
  assert.equal(read(['12 EUR', '7 EUR'], '.').numbers, [12, 7]);
  assert.equal(read(['CHF 1’200.50', 'CHF 7.00'], '.').numbers, [1200.5, 7]);
  assert.equal(read(['£5', '¥6'], '.').numbers, [Number.NaN, Number.NaN]);
  assert.equal(read(['£5', '6', '7'], '.').numbers, [Number.NaN, 6, 7]);
  assert.equal(read(['12 kg', '13 kg'], '.').numbers, [Number.NaN, Number.NaN]);
  assert.equal(read(['$5$', '$6$'], '.').numbers, [Number.NaN, Number.NaN]);
  assert.equal(read(['a', 'b', '$6'], '.').unit, '');
});

test('a true minus sign, exponents; no infinite number', () => {
  assert.equal(read(['\u22121.5', '2'], '.').numbers, [-1.5, 2]);
  assert.equal(read(['1e5', '1,5E-3', '+2'], ',').numbers, [1e5, 0.0015, 2]);
  assert.equal(read(['Infinity', '1e999', '0x10', '--1', '(5)'], '.').numbers, Array(5).fill(Number.NaN));
});

test('what a cell tells of the decimal mark', () => {
  const told: Record<string, ReturnType<typeof markOf>> = {
    '28,7': { sure: ',' },
    '28.75': { sure: '.' },
    '0,123': { sure: ',' },
    '1234.567': { sure: '.' },
    '1.234': { either: '.' },
    '-1,234': { either: ',' },
    '1,234.5': { sure: '.' },
    '1.234.567': { sure: ',' },
    '1 234,567': { sure: ',' },
    '€ 1.234,50': { sure: ',' },
    '.5': { sure: '.' },
    '1,5e3': { sure: ',' },
    12: undefined,
    '12.06.2019': undefined,
    '1,2,3': undefined,
    'a.b': undefined,
    '.': undefined,
  };
  for (const [cell, evidence] of Object.entries(told)) assert.equal(markOf(cell), evidence, cell);
});

test.run();
