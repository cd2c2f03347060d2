import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isNumber, numberIn, scanDigits, scanEnd } from '#dist/data/text/number.js';
import { Random } from '../../support/random.js';

/** The same as an expression, which is exact but not linear. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

test('every text of up to 6 of these characters is a number or none as the expression says', () => {
  const characters = ['0', '7', '.', 'e', 'E', '+', '-', ' ', 'x'];
  let texts = [''];
  for (let length = 0; length <= 6; length++) {
    for (const text of texts) if (isNumber(text) !== NUMBER.test(text)) assert.unreachable(JSON.stringify(text));
    if (length < 6) texts = texts.flatMap((text) => characters.map((character) => text + character));
  }
});

test('a number is one to Number too; other spellings of numbers are none here', () => {
  for (const text of ['1', '-0.5', '+.5e-3', '7.', '1E9', '0'.repeat(1000)]) {
    assert.ok(isNumber(text), text);
    assert.ok(Number.isFinite(Number(text)), text);
  }
  for (const text of ['', '0x10', 'Infinity', 'NaN', '1_000', '1 ', '\u0661', '1e', '.', '1.2.3', '--1']) {
    assert.not.ok(isNumber(text), text);
  }
});

test('numbers are those of Number, to the bit, with a decimal comma too', () => {
  const random = new Random(5);
  const digits = (most: number) => Array.from({ length: random.below(most + 1) }, () => random.below(10)).join('');
  for (let i = 0; i < 20_000; i++) {
    const sign = ['', '', '-', '+'][random.below(4)]!;
    const exponent = random.chance(0.2)
      ? `${'eE'[random.below(2)]}${['', '-', '+'][random.below(3)]}${random.below(330)}`
      : '';
    const text = `${sign}${digits(random.chance(0.3) ? 30 : 9)}${random.chance(0.7) ? '.' : ''}${digits(random.chance(0.2) ? 30 : 8)}${exponent}`;
    const right = NUMBER.test(text) ? Number(text) : Number.NaN;
    if (!Object.is(numberIn(text, '.'), right)) assert.unreachable(text);
    if (!Object.is(numberIn(text.replace('.', ','), ','), right)) assert.unreachable(`${text} with a comma`);
    if (!Number.isNaN(right) && text.includes('.') && !Number.isNaN(numberIn(text, ',')))
      assert.unreachable(`${text} for a comma`);
  }
  for (const text of [
    '9007199254740991',
    '9007199254740993',
    '1550083467346370',
    '-0',
    '0.1',
    '123456789012345678.9',
    '1e23',
  ])
    assert.ok(Object.is(numberIn(text, '.'), Number(text)), text);
});

test('a number within a text ends where its spelling does', () => {
  for (const [text, from, number, end] of [
    ['a12.5;7', 1, 12.5, 5],
    ['1e;', 0, 1, 1],
    ['3e+4x', 0, 3e4, 4],
    ['-x', 0, Number.NaN, 1],
  ] as const) {
    assert.equal(scanDigits(text, from, 46), number);
    assert.is(scanEnd, end);
  }
});

test.run();
