import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  APOSTROPHE,
  charClasses,
  FORMED,
  HAN,
  HIRAGANA,
  HYPHEN,
  KATAKANA,
  LETTER,
  MARK,
  PASSED,
  POINT,
  SPACE,
  SYLLABIC,
  WORD,
} from '#dist/data/documents/words/char-class.js';
import { UNICODE } from '#dist/data/documents/words/unicode-ranges.js';

/** Of characters beyond ASCII, but those that have a meaning of their own inside words: the first that holds. */
const EXPECTED: readonly (readonly [RegExp, number])[] = [
  [/[\u2010\u2011]/u, HYPHEN],
  [/[\u2019\uff07\u00b7\u05f3\u05f4]/u, APOSTROPHE],
  [/\u0640/u, PASSED],
  [/[\u200b\p{White_Space}]/u, SPACE],
  [/(?!\p{Cn})\p{Default_Ignorable_Code_Point}/u, PASSED],
  [/(?=[\p{L}\p{Nl}])\p{Script=Han}/u, HAN],
  [/(?=\p{L})\p{Script=Hiragana}/u, HIRAGANA],
  [/(?=\p{L})\p{Script_Extensions=Katakana}/u, KATAKANA],
  [/(?=\p{L})[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u, SYLLABIC],
  [/\p{L}/u, WORD | LETTER | FORMED],
  [/\p{M}/u, WORD | FORMED | MARK],
  [/\p{Nd}/u, WORD | FORMED],
];

test('classes of characters are the properties of Unicode', () => {
  const classes = charClasses();
  // An older engine knows fewer characters, a newer one more than the table.
  const newer = Number.parseFloat(process.versions.unicode!) > Number.parseFloat(UNICODE);
  const wrong: string[] = [];
  let letters = 0;
  for (let code = 0x80; code < 0x110000; code++) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const character = String.fromCodePoint(code);
    const own = classes[code]!;
    if (/\p{Cn}/u.test(character) || (newer && own === 0)) continue;
    const expected = EXPECTED.find(([is]) => is.test(character))?.[1] ?? 0;
    if (own !== expected) wrong.push(`U+${code.toString(16)}: ${own} instead of ${expected}`);
    if (own & LETTER && own & WORD) letters++;
  }
  assert.equal(wrong.slice(0, 10), []);
  assert.ok(letters > 30_000, String(letters));
});

test('classes of ASCII', () => {
  const classes = charClasses();
  const having = (own: number) =>
    Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))
      .filter((_, code) => classes[code] === own)
      .join('');
  assert.is(having(WORD | LETTER), 'abcdefghijklmnopqrstuvwxyz');
  assert.is(having(WORD | LETTER | FORMED), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ');
  assert.is(having(WORD), '0123456789');
  assert.is(having(SPACE), '\t\n\v\f\r ');
  assert.is(having(APOSTROPHE) + having(POINT) + having(HYPHEN), "',.-");
});

test.run();
