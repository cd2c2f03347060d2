import { atOnce, type Steps } from '../../runtime/steps.js';
import { voteOnHeader } from './header-vote.js';
import { numberIn } from './number.js';
import { formatOf, markOf, type NumberFormat } from './number-format.js';
import { type RecordOfCells, readHead, readWindows } from './sample.js';
import { show } from './show.js';
import { titlesAbove } from './titles.js';

/** How a text writes its table. */
export interface Dialect {
  /** Between cells; ' ' is any run of blanks. */
  readonly delimiter: Delimiter;
  readonly decimal: '.' | ',';
  /** Between groups of three digits in some column; '' where there is none. ' ' stands for any blank, "'" for any apostrophe. */
  readonly thousands: string;
  /** Whether the first line names the columns. */
  readonly header: boolean;
}

export type Delimiter = ',' | ';' | '\t' | '|' | ' ';

/** What a text's first thousand records, and some from all over a long one, tell of how it is written. */
export interface DialectEvidence {
  readonly dialect: Dialect;
  /** A sentence each where the evidence is thin, naming the option that says it. */
  readonly warnings: readonly string[];
  /** Cells that most records have. */
  readonly width: number;
  /** Of the columns, [width]. */
  readonly formats: readonly NumberFormat[];
  /** Whether columns hold codes: digits of one length, with a nought in front among them, [width]. */
  readonly codes: readonly boolean[];
  /** Cells of the table's first line, undefined for none. */
  readonly first: readonly string[] | undefined;
  /** Whether some cells tell the decimal mark, and none another. */
  readonly sureOfDecimal: boolean;
  /** Where the table begins, and its line. */
  readonly at: number;
  readonly line: number;
}

/** What is known of a text beforehand. */
export interface GivenDialect {
  readonly delimiter?: Delimiter | undefined;
  readonly decimal?: '.' | ',' | undefined;
  /** Undefined settles it by vote. */
  readonly header?: boolean | undefined;
  readonly missingMarks: readonly string[];
}

/** In the order in which equals are preferred: whoever writes decimal commas has no comma between cells. */
export const DELIMITERS: readonly Delimiter[] = ['\t', ';', '|', ',', ' '];
const WORDS: Readonly<Record<Delimiter, string>> = { '\t': 'a tab', ';': ';', '|': '|', ',': 'a comma', ' ': 'blanks' };
/** Below this share of records that agree, a delimiter is thin evidence. */
const CLEAR = 0.9;
const MOST_NUMBERS = 0.95;

/**
 * Settles delimiter, decimal mark, number formats and header by vote over many records.
 *
 * @throws RangeError for a line `sep=` with another delimiter
 */
export function sniff(text: string, given: GivenDialect): DialectEvidence {
  return atOnce(sniffSteps(text, given));
}

/** sniff, a delimiter or a vote a step. */
export function* sniffSteps(text: string, given: GivenDialect): Steps<DialectEvidence> {
  const warnings: string[] = [];
  const missing = new Set(given.missingMarks);
  const begin = text.startsWith('\ufeff') ? 1 : 0;
  const said = saidDelimiter(text, begin);
  const { at, line } = said ?? { at: begin, line: 1 };
  const candidate = yield* chooseDelimiter(text, at, line, given.delimiter ?? said?.delimiter, missing, warnings);
  const { delimiter, width } = candidate;
  const titles = given.header === false ? 0 : titlesAbove(candidate.records, width, missing, warnings);
  const records = candidate.records.slice(titles);
  const first = records[0];
  yield;
  const all = [...records, ...readWindows(text, delimiter, width)].filter(({ cells }) => cells.length === width);
  yield;
  const cells = columnsOf(all, width, missing);
  yield;
  const vote = chooseDecimal(cells.values, delimiter, given.decimal === undefined ? warnings : []);
  const decimal = given.decimal ?? vote.decimal;
  const body = first?.cells.length === width ? columnsOf(all.slice(1), width, missing) : cells;
  yield;
  const formats = body.values.map((column) => formatOf(column, decimal));
  yield;
  const header = given.header ?? voteOnHeader(first?.cells, body.values, formats, missing, warnings);
  formats.forEach((format, place) => {
    tellUnit(format, header ? first?.cells[place] : undefined, place, body.values[place]!, warnings);
  });
  const thousands = formats.find((format) => format.thousands !== '')?.thousands ?? '';
  return {
    dialect: { delimiter, decimal, thousands, header },
    warnings,
    width,
    formats,
    codes: body.values.map(areCodes),
    first: first?.cells,
    sureOfDecimal: vote.sure,
    ...(titles === 0 ? { at, line } : { at: startOf(text, at, first!.line - line), line: first!.line }),
  };
}

/** Where the line begins that is `lines` below the one at a place. */
function startOf(text: string, from: number, lines: number): number {
  let at = from;
  for (let passed = 0; passed < lines; passed++) at = text.indexOf('\n', at) + 1;
  return at;
}

/** Excel takes a first line like `sep=;` for the delimiter. */
function saidDelimiter(text: string, at: number): { delimiter: Delimiter; at: number; line: number } | undefined {
  const match = /^"?sep=(.)"?(?:\r\n|\n|\r|$)/i.exec(text.slice(at, at + 16));
  if (match === null) return undefined;
  const delimiter = DELIMITERS.find((one) => one === match[1]);
  if (delimiter === undefined) {
    throw new RangeError(`line 1: expected a comma, ;, a tab, | or a blank behind sep=, got ${show(match[1]!)}`);
  }
  return { delimiter, at: at + match[0].length, line: 2 };
}

interface Candidate {
  readonly delimiter: Delimiter;
  readonly records: readonly RecordOfCells[];
  readonly width: number;
  /** Of the records, those that have `width` cells; 0 where that is one cell. */
  readonly share: number;
  /** Of the cells below the first record that are not missing, the numbers. */
  readonly numbers: number;
}

function* chooseDelimiter(
  text: string,
  at: number,
  line: number,
  said: Delimiter | undefined,
  missing: ReadonlySet<string>,
  warnings: string[],
): Steps<Candidate> {
  if (said !== undefined) return candidateOf(text, said, at, line, missing);
  const all: Candidate[] = [];
  for (const delimiter of DELIMITERS) {
    all.push(candidateOf(text, delimiter, at, line, missing));
    yield;
  }
  const ranked = all.filter(({ delimiter }) => delimiter !== ' ').sort(compare);
  const [best, second] = ranked as [Candidate, Candidate];
  const blanks = all.at(-1)!;
  const taken = blanksPart(blanks, best)
    ? blanks
    : best.share > 0
      ? best
      : all.find(({ delimiter }) => delimiter === ',')!;
  const word = WORDS[taken.delimiter];
  const titles = titlesAbove(taken.records, taken.width, missing, []);
  const agreeing = (taken.share * taken.records.length) / (taken.records.length - titles);
  if (taken.share > 0 && agreeing < CLEAR) {
    const share = Math.round(agreeing * 100);
    warnings.push(
      `${word} is taken to part cells, though only ${share} % of the lines have ${taken.width} by it; the option delimiter says otherwise`,
    );
  } else if (taken === best && second.share === best.share && second.numbers === best.numbers && best.share > 0) {
    warnings.push(
      `${word} is taken to part cells, but ${WORDS[second.delimiter]} parts as many lines alike; the option delimiter says otherwise`,
    );
  }
  return taken;
}

function compare(a: Candidate, b: Candidate): number {
  return b.share - a.share || b.numbers - a.numbers;
}

/** Blanks stand in texts and behind commas too, so they part cells only where nothing else does, or where they leave nothing but numbers. */
function blanksPart(blanks: Candidate, best: Candidate): boolean {
  if (blanks.share < CLEAR) return false;
  if (blanks.share === 1 && best.share < CLEAR) return true;
  return best.share < 0.5 || (blanks.numbers >= MOST_NUMBERS && best.numbers < MOST_NUMBERS);
}

function candidateOf(
  text: string,
  delimiter: Delimiter,
  at: number,
  line: number,
  missing: ReadonlySet<string>,
): Candidate {
  const { records, problem } = readHead(text, delimiter, at, line);
  const counts = new Map<number, number>();
  for (const { cells } of records) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  const first = records[0]?.cells.length ?? 1;
  // Among equals the first line's.
  let width = first;
  for (const [cells, count] of counts) if (count > counts.get(width)!) width = cells;
  // R names no column of row names.
  const isR = delimiter === ' ' && records.length > 1 && first === width - 1;
  let numbers = 0;
  let others = 0;
  for (const { cells } of records.slice(1)) {
    for (const cell of cells) {
      if (missing.has(cell)) continue;
      if (isPlainNumber(cell)) numbers++;
      else others++;
    }
  }
  const alike = counts.get(width)! + (isR ? 1 : 0);
  const agreeing = width < 2 ? 0 : alike / (records.length + (problem === undefined ? 0 : 1));
  return { delimiter, records, width, share: agreeing, numbers: numbers / Math.max(1, numbers + others) };
}

function isPlainNumber(cell: string): boolean {
  return !Number.isNaN(numberIn(cell, '.')) || !Number.isNaN(numberIn(cell, ','));
}

/** Cells by column, those that are missing left out. */
function columnsOf(records: readonly RecordOfCells[], width: number, missing: ReadonlySet<string>) {
  const values: string[][] = Array.from({ length: width }, () => []);
  for (const { cells } of records) {
    for (let place = 0; place < width; place++) if (!missing.has(cells[place]!)) values[place]!.push(cells[place]!);
  }
  return { values };
}

interface DecimalVote {
  readonly decimal: '.' | ',';
  /** Whether some cells tell it, and none another. */
  readonly sure: boolean;
}

function chooseDecimal(columns: readonly (readonly string[])[], delimiter: Delimiter, warnings: string[]): DecimalVote {
  const sure = { '.': 0, ',': 0 };
  const either = { '.': 0, ',': 0 };
  let example = '';
  for (const column of columns) {
    for (const cell of column) {
      const evidence = markOf(cell);
      if (evidence?.sure !== undefined) sure[evidence.sure]++;
      if (evidence?.either !== undefined) {
        if (either['.'] + either[','] === 0) example = cell;
        either[evidence.either]++;
      }
    }
  }
  const decimal = sure[','] > sure['.'] ? ',' : '.';
  const less = Math.min(sure[','], sure['.']);
  if (less > 0) {
    const [comma, point] = [sure[','], sure['.']];
    warnings.push(
      `${word(decimal)} is taken for the decimal mark, though of the numbers looked at ${comma} have a comma and ${point} a point; the option decimal says otherwise`,
    );
  }
  const told = sure['.'] + sure[','];
  if (told > 0 || either['.'] + either[','] === 0) return { decimal, sure: told > 0 && less === 0 };
  return { decimal: chooseOfEither(columns, either, delimiter, example, warnings), sure: false };
}

/** Where each mark has three digits behind it: with ; between cells, as where commas are decimal marks, a point is between thousands; else it is the decimal mark. */
function chooseOfEither(
  columns: readonly (readonly string[])[],
  either: Readonly<Record<'.' | ',', number>>,
  delimiter: Delimiter,
  example: string,
  warnings: string[],
): '.' | ',' {
  const decimal = delimiter === ';' ? ',' : '.';
  if (either[','] > 0 || delimiter !== ',' || columns.some(hasWholeBesides)) {
    const meaning = example.includes(decimal) ? 'the decimal mark' : 'between thousands';
    warnings.push(
      `the mark in ${show(example)} is taken to be ${meaning}, nothing else tells; the option decimal says otherwise`,
    );
  }
  return decimal;
}

/** Whether whole numbers stand beside others: 978 beside 2.057. */
function hasWholeBesides(cells: readonly string[]): boolean {
  return cells.some((cell) => markOf(cell) !== undefined) && cells.some((cell) => /^[-+]?\d{1,3}$/.test(cell));
}

/** Digits of one length, with a nought in front among them. */
function areCodes(cells: readonly string[]): boolean {
  const length = cells[0]?.length ?? 0;
  return (
    length > 1 &&
    cells.some((cell) => cell.startsWith('0')) &&
    cells.every((cell) => cell.length === length && /^\d+$/.test(cell))
  );
}

function word(decimal: '.' | ','): string {
  return decimal === '.' ? 'a point' : 'a comma';
}

function tellUnit(
  { unit, decimal, thousands }: NumberFormat,
  name: string | undefined,
  place: number,
  cells: readonly string[],
  warnings: string[],
): void {
  if (unit === '') return;
  const column = name ? show(name) : `${place}`;
  const example = cells.find((cell) => cell.includes(unit))!;
  const mark = thousands === '' ? '' : `, ${show(thousands)} between thousands`;
  warnings.push(
    `column ${column}: numbers are taken without their ${unit}, decimal ${word(decimal)}${mark}, as in ${show(example)}`,
  );
}
