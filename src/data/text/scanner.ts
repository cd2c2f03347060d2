import { scanDigits, scanEnd } from './number.js';

const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const BLANK = 32;
const QUOTE = 34;
const NONE = -1;

/** What follows a cell. */
export const DELIMITER = 0;
export const LINE_END = 1;
export const TEXT_END = 2;

/**
 * Takes a text apart cell by cell, in one pass: quotes may hold delimiters, line ends and doubled quotes; a line ends with CR, LF or both; blanks about
 * a cell count for nothing. Numbers without quotes or blanks in them are read on the way.
 */
export class Scanner {
  /** Where the next cell begins, and its line, from 1. */
  at: number;
  line: number;
  /** The number that the last cell is, else NaN. */
  number = Number.NaN;
  /** Of the last cell. */
  quoted = false;
  /** Of the first quote that is not closed, or not where a cell ends. */
  problem: string | undefined;
  private from = 0;
  private to = 0;
  private doubled = false;
  private returns = false;
  private readonly delimiter: number;
  /** Blanks part cells in runs of spaces and tabs. */
  private readonly other: number;
  private readonly decimal: number;

  /** Without a decimal mark, no cell is a number. */
  constructor(
    readonly text: string,
    delimiter: string,
    decimal: string,
    at = 0,
    line = 1,
  ) {
    this.delimiter = delimiter.charCodeAt(0);
    this.other = this.delimiter === BLANK ? TAB : this.delimiter;
    this.decimal = decimal === '' ? NONE : decimal.charCodeAt(0);
    this.at = at;
    this.line = line;
    if (this.delimiter === BLANK) this.skipBlanks();
  }

  /** The last cell, trimmed; its lines end with LF. */
  value(): string {
    let cell = this.text.slice(this.from, this.to);
    if (this.doubled) cell = cell.replaceAll('""', '"');
    if (this.returns) cell = cell.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
    return cell.trim();
  }

  /** Whether nothing stands where the last cell is, quotes neither. */
  get empty(): boolean {
    return this.from === this.to && !this.quoted;
  }

  /** Reads a cell and tells what follows it. */
  cell(): number {
    this.doubled = false;
    this.returns = false;
    this.quoted = false;
    const from = this.skipBlanks();
    const code = this.codeAt(from);
    if (code === QUOTE) return this.quotedCell(from + 1);
    if (this.decimal !== NONE) {
      this.number = scanDigits(this.text, from, this.decimal === this.delimiter ? NONE : this.decimal);
      if (!Number.isNaN(this.number)) {
        this.from = from;
        this.to = scanEnd;
        const end = this.blanksBehind(scanEnd);
        if (this.endsCell(this.codeAt(end))) return this.finish(end);
        this.number = Number.NaN;
      }
    }
    const end = this.skipCell(from);
    this.from = from;
    this.to = this.trimmedEnd(from, end);
    return this.finish(end);
  }

  private quotedCell(from: number): number {
    const { text, line } = this;
    this.quoted = true;
    this.number = Number.NaN;
    this.from = from;
    let at = from;
    for (; ; at++) {
      const code = this.codeAt(at);
      if (code === QUOTE) {
        if (this.codeAt(at + 1) !== QUOTE) break;
        this.doubled = true;
        at++;
      } else if (code === NEWLINE) this.line++;
      else if (code === RETURN) {
        this.returns = true;
        if (this.codeAt(at + 1) !== NEWLINE) this.line++;
      } else if (code === NONE) {
        this.problem ??= `line ${line}: expected a quote that closes, got none to the end of the text`;
        this.to = at;
        return this.finish(at);
      }
    }
    this.to = at;
    if (this.decimal !== NONE && at > from && !this.doubled) {
      const number = scanDigits(text, from, this.decimal);
      if (scanEnd === at) this.number = number;
    }
    const end = this.blanksBehind(at + 1);
    if (this.endsCell(this.codeAt(end))) return this.finish(end);
    this.problem ??= `line ${this.line}: expected the end of the cell behind its closing quote, got ${JSON.stringify(text.slice(end, end + 20))}`;
    return this.finish(this.skipCell(end));
  }

  private codeAt(at: number): number {
    return at < this.text.length ? this.text.charCodeAt(at) : NONE;
  }

  private endsCell(code: number): boolean {
    return code === this.delimiter || code === this.other || code === NEWLINE || code === RETURN || code === NONE;
  }

  /** Where the blanks behind a cell end, unless they part cells. */
  private blanksBehind(at: number): number {
    this.at = at;
    return this.delimiter === BLANK ? at : this.skipBlanks();
  }

  private skipBlanks(): number {
    const { text, delimiter } = this;
    let at = this.at;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (code !== BLANK && (code !== TAB || delimiter === TAB)) break;
      at++;
    }
    this.at = at;
    return at;
  }

  private skipCell(from: number): number {
    const { text, delimiter, other } = this;
    let at = from;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === delimiter || code === NEWLINE || code === RETURN || code === other) break;
    }
    return at;
  }

  private trimmedEnd(from: number, end: number): number {
    let to = end;
    while (to > from) {
      const code = this.text.charCodeAt(to - 1);
      if (code !== BLANK && code !== TAB) break;
      to--;
    }
    return to;
  }

  /** Moves behind what ends the cell. */
  private finish(end: number): number {
    const { text, delimiter } = this;
    this.at = end;
    const code = this.codeAt(delimiter === BLANK ? this.skipBlanks() : end);
    if (code === NONE) return TEXT_END;
    if (code === RETURN || code === NEWLINE) {
      this.line++;
      this.at++;
      if (code === RETURN && this.codeAt(this.at) === NEWLINE) this.at++;
      if (delimiter === BLANK) this.skipBlanks();
      return this.at < text.length ? LINE_END : TEXT_END;
    }
    if (delimiter !== BLANK) this.at++;
    return DELIMITER;
  }
}
