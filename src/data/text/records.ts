import Papa from 'papaparse';
import { atOnce, type Steps } from '../../runtime/steps.js';

/** How a text's records are taken apart. */
export interface RecordsOptions {
  /** ' ' is any run of blanks. */
  readonly delimiter: string;
  /** Where the first record begins, and its line. */
  readonly at: number;
  readonly line: number;
  readonly mostCells: number;
}

/** Why records were not read to the end. */
export interface RecordTrouble {
  /** Begins with the line. */
  readonly message: string;
  /** Of a record with too many cells, those so far. */
  readonly wide?: { readonly cells: readonly string[]; readonly line: number };
}

interface Parsed {
  readonly data: string[][];
  readonly errors: readonly { readonly code?: string; readonly row?: number; readonly index?: number }[];
  readonly meta: { readonly cursor: number };
}

const LEAST_SLICE = 2 ** 14;
const MOST_SLICE = 2 ** 20;
const RECORDS = 64;
/** Cells of it are trimmed to nothing, but are not passed over as nothing. */
const HARD_BLANK = '\u00a0';

/** Line ends as LF alone. */
export function* plainLines(text: string): Steps<string> {
  if (!text.includes('\r')) return text;
  const parts: string[] = [];
  for (let at = 0, end = 0; at < text.length; at = end) {
    end = at + MOST_SLICE;
    if (text[end] === '\n') end++;
    parts.push(text.slice(at, end).replaceAll('\r\n', '\n').replaceAll('\r', '\n'));
    yield;
  }
  return parts.join('');
}

/**
 * Takes a text whose lines end with LF apart by papaparse, slice by slice, so that few records are held at a time. Lines of blanks alone are left out; cells come
 * with the blanks about them. Goes on as long as `take` says so, to the first trouble.
 */
export function eachRecord(text: string, options: RecordsOptions, take: Take): RecordTrouble | undefined {
  return atOnce(recordSteps(text, options, take));
}

/** eachRecord, a slice a step. */
export function* recordSteps(text: string, options: RecordsOptions, take: Take): Steps<RecordTrouble | undefined> {
  return (yield* wholeRecords(new RecordSlices(options), text, options.at, true, take)).trouble;
}

/**
 * The records that are whole in a text from a place on, a slice a step.
 * @param last whether no text follows
 */
export function* wholeRecords(
  slices: RecordSlices,
  text: string,
  from: number,
  last: boolean,
  take: Take,
): Steps<{ readonly at: number; readonly trouble?: RecordTrouble | undefined }> {
  let at = from;
  let size = LEAST_SLICE;
  while (at < text.length) {
    const isEnd = at + size >= text.length;
    const slice = last ? sliceOf(text, at, size) : text.slice(at, at + size);
    const { cursor, records, trouble, stopped } = slices.take(slice, last && isEnd, take);
    if (trouble !== undefined || stopped) return { at, trouble };
    if (records === 0 && isEnd && !last) break;
    if (records === 0) size *= 4;
    else size = Math.min(MOST_SLICE, Math.max(LEAST_SLICE, Math.ceil((RECORDS * cursor) / records)));
    at += cursor;
    yield at;
  }
  return { at };
}

export type Take = (cells: string[], line: number) => boolean;

/** What was found in a slice. */
interface SliceRecords {
  /** Characters of the slice that whole records take: none where it holds none. */
  readonly cursor: number;
  readonly records: number;
  readonly trouble?: RecordTrouble;
  /** Told to go on no further. */
  readonly stopped?: true;
}

/** Takes slices apart that each begin where the records of the one before end. */
export class RecordSlices {
  readonly #parser: Papa.Parser;
  readonly #prepare: (slice: string) => string;
  readonly #options: RecordsOptions;
  #line: number;

  constructor(options: RecordsOptions) {
    const { delimiter, line } = options;
    this.#options = options;
    this.#parser = new Papa.Parser({ delimiter, newline: '\n' });
    this.#prepare = preparation(delimiter);
    this.#line = line;
  }

  /** Hands the records that are whole in a slice on, to the first trouble; `last`: no text follows it, and it ends with a line end. */
  take(given: string, last: boolean, take: Take): SliceRecords {
    const { delimiter, mostCells } = this.#options;
    const slice = this.#prepare(given);
    const begun = this.#line;
    const { data, errors, meta } = this.#parser.parse(slice, 0, true) as Parsed;
    const found = { cursor: meta.cursor, records: data.length };
    const { row = 0, index = 0 } = errors[0] ?? { row: data.length };
    const spread = meta.cursor > 0 && newlines(slice, meta.cursor) !== data.length;
    for (let r = 0; r < data.length; r++) {
      if (r === row) return { ...found, trouble: brokenQuote(slice, index, begun) };
      const cells = delimiter === ' ' ? data[r]!.filter((cell) => cell !== '') : data[r]!;
      if (cells.length > mostCells) return { ...found, trouble: tooWide(cells, this.#line, mostCells) };
      if ((cells.length > 1 || !isBlank(cells[0])) && !take(cells, this.#line)) return { ...found, stopped: true };
      this.#line += spread ? linesOf(data[r]!) : 1;
    }
    if (data.length > 0) return found;
    const trouble = troubleOfCut(this.#parser, slice, last, this.#line, mostCells);
    return trouble === undefined ? found : { ...found, trouble };
  }
}

/** The text's last line ends in it too. */
function sliceOf(text: string, at: number, size: number): string {
  const slice = text.slice(at, at + size);
  return at + size < text.length || slice.endsWith('\n') ? slice : `${slice}\n`;
}

/** What is wrong with a record that does not end in a slice; nothing where a longer slice may end it. */
function troubleOfCut(
  parser: Papa.Parser,
  slice: string,
  last: boolean,
  line: number,
  mostCells: number,
): RecordTrouble | undefined {
  const { data, errors } = parser.parse(slice, 0, false) as Parsed;
  const cells = data[0]!;
  if (cells.length > mostCells) return tooWide(cells, line, mostCells);
  const index = errors[0]?.index ?? 0;
  const decided = errors.length > 0 && behindQuote(slice, index) < slice.length;
  return last || decided ? brokenQuote(slice, index, line) : undefined;
}

/**
 * What makes of a slice one of the same length that papaparse reads as it is meant: blanks before a quoted cell go behind it, where they are passed over; a quoted cell of nothing
 * is told from no cell; and tabs are blanks where blanks part cells.
 */
function preparation(delimiter: string): (slice: string) => string {
  const blank = delimiter === '\t' ? ' ' : '[ \\t]';
  if (delimiter === ' ') {
    const opening = /(^|[ \t\n])()"/g;
    return (slice) => (slice.includes('"') ? rewritten(slice, opening, true) : slice.replaceAll('\t', ' '));
  }
  const needed = new RegExp(`(?:^|[${delimiter}\\n])${blank}+"|(?:^|\\n)"[ \\t]*"`);
  const opening = new RegExp(`(^|[${delimiter}\\n])(${blank}*)"`, 'g');
  return (slice) => (slice.includes('"') && needed.test(slice) ? rewritten(slice, opening, false) : slice);
}

/** `opening` finds a quoted cell with the blanks before it; `blanksPart` cells. */
function rewritten(slice: string, opening: RegExp, blanksPart: boolean): string {
  const between = (part: string) => (blanksPart ? part.replaceAll('\t', ' ') : part);
  let made = '';
  let done = 0;
  opening.lastIndex = 0;
  for (let found = opening.exec(slice); found !== null; found = opening.exec(slice)) {
    const [, before = '', blanks = ''] = found;
    const from = opening.lastIndex;
    const closing = closingQuote(slice, from);
    // The slice may cut it.
    const end = closing < 0 ? slice.length : closing + 1;
    const cell = slice.slice(from - 1, end);
    const behind = () => slice[blanksPart ? end : behindQuote(slice, from)] ?? '\n';
    const nothing = /^"[ \t]*"$/.test(cell) && ' \t\n'.includes(behind());
    made +=
      between(slice.slice(done, found.index) + before) + (nothing ? HARD_BLANK.repeat(cell.length) : cell) + blanks;
    done = end;
    opening.lastIndex = end;
  }
  return made + between(slice.slice(done));
}

function isBlank(cell: string | undefined): boolean {
  return cell === undefined || cell === '' || /^[ \t]+$/.test(cell);
}

/** Whether a line is of delimiters alone, as spreadsheets write blank lines. */
export function isOfDelimiters(cells: readonly string[]): boolean {
  return cells.length > 1 && cells.every((cell) => cell.trim() === '');
}

function newlines(text: string, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** That a record takes. */
function linesOf(cells: readonly string[]): number {
  return cells.reduce((lines, cell) => lines + newlines(cell, cell.length), 1);
}

/** Of the cell that begins at `from`; negative where there is none. */
function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}

/** Where what stands behind a quoted cell's closing quote begins; the text's length where the cell does not close in it. */
function behindQuote(text: string, from: number): number {
  const closing = closingQuote(text, from);
  if (closing < 0) return text.length;
  let at = closing + 1;
  while (text[at] === ' ' || text[at] === '\t') at++;
  return at;
}

/** Of the cell that begins behind the quote at `from` - 1. */
function brokenQuote(slice: string, from: number, line: number): RecordTrouble {
  const end = behindQuote(slice, from);
  if (end >= slice.length) {
    const begun = line + newlines(slice, from);
    return { message: `line ${begun}: expected a quote that closes, got none to the end of the text` };
  }
  const behind = JSON.stringify(slice.slice(end, end + 20).split('\n', 1)[0]);
  const place = line + newlines(slice, end);
  return { message: `line ${place}: expected the end of the cell behind its closing quote, got ${behind}` };
}

function tooWide(cells: readonly string[], line: number, most: number): RecordTrouble {
  const message = `line ${line}: expected at most ${most} cells, got more; tables of more features go as sparse text`;
  return { message, wide: { cells, line } };
}
