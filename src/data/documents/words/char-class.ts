import { RANGES } from './unicode-ranges.js';

// What a character is to words, as bits.
/** Letters, marks and digits: a word goes on. */
export const WORD = 1;
export const LETTER = 2;
/** The word is not the characters as they stand: a capital, or not ASCII. */
export const FORMED = 4;
/** It stands on a letter, and begins no word. */
export const MARK = 8;
// One of these instead of bits. Only letters, marks and digits are odd.
export const SPACE = 16;
/** Part of a word between two of its characters, and of no meaning there: soft hyphens, joiners. */
export const PASSED = 32;
/** Part of a number between two digits. */
export const POINT = 48;
/** Part of a word between two letters. */
export const APOSTROPHE = 64;
export const HYPHEN = 80;
/** The first half of a pair: the class is that of the whole. */
export const PAIR = 96;
/** From here on scripts without spaces between words: Thai, Lao, Khmer and Myanmar. */
export const SYLLABIC = 128;
export const HIRAGANA = 144;
export const KATAKANA = 160;
export const HAN = 176;

const BITS: Readonly<Record<string, number>> = {
  I: PASSED,
  S: SPACE,
  H: HAN,
  R: HIRAGANA,
  K: KATAKANA,
  A: SYLLABIC,
  L: WORD | LETTER | FORMED,
  M: WORD | FORMED | MARK,
  D: WORD | FORMED,
};

/** Apostrophes are also the dot inside words of Catalan and the signs of Hebrew abbreviations. */
const SIGNS = [
  [POINT, '.,'],
  [APOSTROPHE, "'\u2019\uff07\u00b7\u05f3\u05f4"],
  [HYPHEN, '-\u2010\u2011'],
] as const;

let table: Uint8Array | undefined;

/** The class of each character, [code point]; made when it is first asked for. */
export function charClasses(): Uint8Array {
  table ??= expanded();
  return table;
}

function expanded(): Uint8Array {
  const classes = new Uint8Array(0x110000);
  for (let c = 0; c < 0x80; c++) classes[c] = asciiClass(String.fromCharCode(c));
  let at = 0x80;
  for (const [, gap, name, length] of RANGES.matchAll(/([0-9a-z]*)([A-Z])([0-9a-z]*)/g)) {
    at += gap ? Number.parseInt(gap, 36) : 0;
    const end = at + (length ? Number.parseInt(length, 36) : 1);
    classes.fill(BITS[name!]!, at, end);
    at = end;
  }
  for (const [own, signs] of SIGNS) for (const sign of signs) classes[sign.charCodeAt(0)] = own;
  return classes.fill(PAIR, 0xd800, 0xdc00);
}

function asciiClass(c: string): number {
  if (/[a-z]/.test(c)) return WORD | LETTER;
  if (/[A-Z]/.test(c)) return WORD | LETTER | FORMED;
  if (/[0-9]/.test(c)) return WORD;
  return /\s/.test(c) ? SPACE : 0;
}

/** The class of the character at a place. */
export function classAt(text: string, i: number): number {
  const classes = charClasses();
  const own = i < text.length ? classes[text.charCodeAt(i)]! : 0;
  return own === PAIR ? pairClass(classes, text, i) : own;
}

/** The class of the pair of halves at a place; 0 for a half without the other. */
export function pairClass(classes: Uint8Array, text: string, i: number): number {
  const code = text.codePointAt(i)!;
  return code > 0xffff ? classes[code]! : 0;
}

/** Whether it is a letter, a mark, a digit or a character of a script without spaces. */
export function isOfWord(charClass: number): boolean {
  return (charClass & WORD) !== 0 || charClass >= SYLLABIC;
}

export function isMark(charClass: number): boolean {
  return (charClass & (WORD | MARK)) === (WORD | MARK);
}

/** UTF-16 code units of the character at a place. */
export function widthAt(text: string, i: number): number {
  return text.codePointAt(i)! > 0xffff ? 2 : 1;
}
