import type { Steps } from '../../runtime/steps.js';
import { isNumber } from './number.js';
import { cut } from './show.js';

/** What a text may name without an option that says so: numbers up to a plain bound, or in proportion to the length of the text. */
const PLAIN_COLUMNS = 2 ** 20;
const COLUMNS_PER_ENTRY = 16;

export const TAB = 9;
export const NEWLINE = 10;
export const RETURN = 13;
export const SPACE = 32;
export const HASH = 35;
export const COMMA = 44;
export const COLON = 58;
const PLUS = 43;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;

/** So many digits make a whole number that a double holds, and a power of ten that it holds: their quotient is rounded but once, as Number does. */
const PLAIN_DIGITS = 15;
const POWERS = Float64Array.from({ length: PLAIN_DIGITS + 1 }, (_, exponent) => Number(`1e${exponent}`));

/** Characters that take a millisecond or so: to be counted, to be read. */
const COUNTED = 2 ** 19;
const READ = 2 ** 14;

/** What one kind of text differs by from another. */
export interface SparseSyntax {
  /** Codes that end a value, beside the line's end. */
  readonly stops: readonly number[];
  /** An item from its beginning, for messages. */
  readonly item: RegExp;
  /** What the format calls a column. */
  readonly noun: 'feature' | 'index';
  /** Number of columns, where it is known. */
  readonly columns: number | undefined;
  /** Of numbering: 1 where the first column may be called 1. */
  readonly base: 0 | 1;
  /** Of a text that is read in parts. */
  readonly begun?: Begun | undefined;
}

/** What stands before a part of a text. */
export interface Begun {
  /** On which the part begins, from 1. */
  readonly line: number;
  /** Entries of the parts before. */
  readonly entries: number;
}

/** Entries `column:value` of rows, one row a line, scanned by character codes: splitting strings would cost ten times as much. */
export class SparseScanner {
  protected readonly text: string;
  /** Where the blanks at the end of the text begin. */
  protected readonly end: number;
  protected at = 0;
  protected line = 1;
  protected entries = 0;
  protected highest = 0;
  protected highestLine = 1;
  protected lowest = Number.POSITIVE_INFINITY;
  /** Of the text, those without a row among them. */
  protected lines = 0;
  /** Columns from here on are refused. */
  protected columnEnd = 0;
  readonly #syntax: SparseSyntax;
  readonly #stops = new Uint8Array(128);
  #index = new Int32Array(0);
  #value = new Float32Array(0);
  #first = 0;
  #sorted = true;
  #zeros = false;
  #previous = -1;

  constructor(text: string, syntax: SparseSyntax) {
    this.text = text;
    this.#syntax = syntax;
    this.line = syntax.begun?.line ?? 1;
    let end = text.length;
    while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--;
    this.end = end;
    if (text.charCodeAt(0) === 0xfeff) this.at = 1;
    if (this.at >= end) throw new RangeError('text: expected at least one row, got none');
    for (const stop of [...syntax.stops, NEWLINE]) this.#stops[stop] = 1;
  }

  /** Counts lines, and makes room for entries. */
  protected *survey(): Steps<void> {
    const { text, end } = this;
    let colons = this.#syntax.begun?.entries ?? 0;
    const before = colons;
    this.lines = 1;
    for (let from = 0; from < end; from += COUNTED) {
      const to = Math.min(end, from + COUNTED);
      for (let at = from; at < to; at++) {
        const code = text.charCodeAt(at);
        if (code === COLON) colons++;
        else if (code === NEWLINE) this.lines++;
      }
      yield;
    }
    const { columns, base } = this.#syntax;
    this.columnEnd = base + (columns ?? Math.max(PLAIN_COLUMNS, Math.min(COLUMNS_PER_ENTRY * colons, 0x7fffffff)));
    this.#index = new Int32Array(colons - before);
    this.#value = new Float32Array(colons - before);
  }

  /** Where the reading from here on has taken so long that it pauses. */
  protected get pauseAt(): number {
    return this.at + READ;
  }

  /** What was read, as long as it is; the scanner is of no use any more. `base` is taken off each column. */
  protected take(base: 0 | 1): { index: Int32Array; value: Float32Array } {
    const [index, value] = [this.#index, this.#value];
    // One after the other: text and arrays are large, and both copies at once are not needed.
    this.#index = new Int32Array(0);
    const kept = index.length === this.entries ? index : index.slice(0, this.entries);
    this.#value = new Float32Array(0);
    if (base === 1) for (let i = 0; i < kept.length; i++) kept[i]!--;
    return { index: kept, value: value.length === this.entries ? value : value.slice(0, this.entries) };
  }

  /** Reads `column:value`; leaves the scanner at what stopped the value. */
  protected readEntry(): void {
    const from = this.at;
    const column = this.readInteger();
    if (column < 0 || this.code() !== COLON) {
      const { noun } = this.#syntax;
      const what = noun === 'feature' ? 'a feature' : 'an index';
      this.refuse(`${noun}:value with ${what} that is an integer from 0`, this.itemAt(from));
    }
    if (column >= this.columnEnd) this.#refuseColumn(column);
    this.at++;
    const value = this.#readValue(from);
    if (column === this.#previous) this.#refuseTwice(column);
    if (column < this.#previous) this.#sorted = false;
    if (value === 0) this.#zeros = true;
    if (column > this.highest) {
      this.highest = column;
      this.highestLine = this.line;
    }
    if (column < this.lowest) this.lowest = column;
    this.#previous = column;
    this.#index[this.entries] = column;
    this.#value[this.entries] = value;
    this.entries++;
  }

  /** Puts the row's entries in order and leaves zeros out. Number of entries so far. */
  protected endRow(): number {
    if (!this.#sorted) this.#sort();
    if (this.#zeros) this.#dropZeros();
    this.#first = this.entries;
    this.#sorted = true;
    this.#zeros = false;
    this.#previous = -1;
    return this.entries;
  }

  #sort(): void {
    const first = this.#first;
    const order = Array.from({ length: this.entries - first }, (_, i) => first + i);
    order.sort((a, b) => this.#index[a]! - this.#index[b]!);
    const index = order.map((i) => this.#index[i]!);
    const value = order.map((i) => this.#value[i]!);
    for (let i = 1; i < index.length; i++) if (index[i] === index[i - 1]) this.#refuseTwice(index[i]!);
    this.#index.set(index, first);
    this.#value.set(value, first);
  }

  #dropZeros(): void {
    let kept = this.#first;
    for (let i = this.#first; i < this.entries; i++) {
      if (this.#value[i] === 0) continue;
      this.#index[kept] = this.#index[i]!;
      this.#value[kept] = this.#value[i]!;
      kept++;
    }
    this.entries = kept;
  }

  #readValue(itemFrom: number): number {
    const from = this.at;
    const number = this.readNumber();
    if (Number.isNaN(number))
      this.refuse(`${this.#syntax.noun}:value with a number for a value`, this.itemAt(itemFrom));
    const value = Math.fround(number);
    if (!Number.isFinite(value)) this.refuse('a value within a 32-bit float', this.#textFrom(from));
    return value;
  }

  /** A number up to a stop, blanks aside; NaN for what is none. Those of few digits, by far the most, are read in place. */
  protected readNumber(): number {
    const from = this.at;
    let code = this.code();
    const negative = code === MINUS;
    if (negative || code === PLUS) {
      this.at++;
      code = this.code();
    }
    let digits = 0;
    let point = -1;
    let mantissa = 0;
    for (; ; code = this.code()) {
      if (code >= ZERO && code <= NINE) {
        mantissa = mantissa * 10 + code - ZERO;
        digits++;
      } else if (code === POINT && point < 0) point = digits;
      else break;
      this.at++;
    }
    if (digits > 0 && digits <= PLAIN_DIGITS && this.#stopsHere(code)) {
      const number = point < 0 ? mantissa : mantissa / POWERS[digits - point]!;
      return negative ? -number : number;
    }
    while (!this.isStop(this.code())) this.at++;
    const written = this.text.slice(from, this.at).trim();
    return isNumber(written) ? Number(written) : Number.NaN;
  }

  /** Whether a stop comes next, blanks aside. */
  #stopsHere(code: number): boolean {
    if (this.isStop(code)) return true;
    this.skipBlanks();
    return this.isStop(this.code());
  }

  protected isStop(code: number): boolean {
    return code < 128 && this.#stops[code] === 1;
  }

  /** Digits from here on, or -1 if there are none. Too many of them come out as too high a number. */
  protected readInteger(): number {
    const from = this.at;
    let number = 0;
    for (;;) {
      const code = this.code();
      if (code < ZERO || code > NINE) break;
      number = number * 10 + code - ZERO;
      this.at++;
    }
    return this.at === from ? -1 : number;
  }

  /** The end of the text reads as the end of a line. */
  protected code(): number {
    return this.at < this.end ? this.text.charCodeAt(this.at) : NEWLINE;
  }

  /** A return belongs to the line's end, so it counts as a blank. */
  protected skipBlanks(): void {
    for (;;) {
      const code = this.code();
      if (code !== SPACE && code !== TAB && code !== RETURN) return;
      this.at++;
    }
  }

  /** For messages: the item that begins here, without the rest of a long one. */
  protected itemAt(from: number, item = this.#syntax.item): string {
    const found = item.exec(this.text.slice(from, Math.min(from + 40, this.end)))![0];
    return found === '' ? 'nothing' : JSON.stringify(found);
  }

  #textFrom(from: number): string {
    return cut(this.text.slice(from, Math.min(this.at, from + 100)).trim(), 60);
  }

  #refuseTwice(column: number): never {
    this.refuse(`every ${this.#syntax.noun} once`, `${column} twice`);
  }

  #refuseColumn(column: number): never {
    const { noun, columns, base } = this.#syntax;
    const what = `${noun === 'feature' ? 'a feature' : 'an index'} below ${this.columnEnd}`;
    let why = ' in so short a text, or the option columns';
    if (columns !== undefined) why = base === 1 ? ` for ${columns} columns` : ', the number of columns';
    this.refuse(what + why, String(column));
  }

  protected refuse(expected: string, found: string, line = this.line): never {
    throw new RangeError(`line ${line}: expected ${expected}, got ${cut(found, 80)}`);
  }
}

export function isBlank(code: number): boolean {
  return code === SPACE || code === TAB || code === NEWLINE || code === RETURN;
}
