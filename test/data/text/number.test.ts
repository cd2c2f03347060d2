import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isNumber } from '#dist/data/text/number.js';

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

test.run();
