import { atOnce, type Steps } from '../../runtime/steps.js';
import type { RawColumn, RawTable } from '../tables/raw.js';
import { Collector } from './collector.js';
import { type Delimiter, type DialectEvidence, sniffSteps } from './dialect.js';
import { numberIn } from './number.js';
import { isOfDelimiters, plainLines, recordSteps } from './records.js';
import { requireText } from './require-text.js';
import { MOST_COLUMNS } from './sample.js';

const MOST_RAGGED = 20;

/** What is known beforehand of a text to read. */
export interface RawOptions {
  /** Undefined settles it by vote, as below. */
  readonly delimiter?: Delimiter | undefined;
  readonly decimal?: '.' | ',' | undefined;
  /** 'auto' unless said. */
  readonly header?: boolean | 'auto' | undefined;
  /** Trimmed cells that are missing; one that is a number stands for all spellings of it. */
  readonly missingMarks: readonly string[];
  /** Whether all of a column's cells are texts, numbers too; the name is undefined without a header. */
  readonly asText?: ((name: string | undefined, place: number) => boolean) | undefined;
  /** Whether a column that has so many different texts as to tell rows apart keeps them all the same. */
  readonly keepTexts?: ((texts: readonly string[]) => boolean) | undefined;
  /** 131,072 unless said. */
  readonly maxColumns?: number | undefined;
}

/**
 * Reads a text's cells into typed columns, in one pass after a look at its first megabyte.
 *
 * @throws TypeError for what is no text; RangeError naming the line for a quote that is not closed, or not where its cell ends, and for a line of more than maxColumns cells; RangeError for a text without cells
 */
export function readRaw(text: string, options: RawOptions): RawTable {
  requireText(text);
  return atOnce(rawSteps(text, options));
}

/** readRaw of what is known to be a text, a slice a step. */
export function* rawSteps(text: string, options: RawOptions): Steps<RawTable> {
  const { delimiter, decimal, missingMarks, header = 'auto' } = options;
  const given = { delimiter, decimal, missingMarks, header: header === 'auto' ? undefined : header };
  const lines = yield* plainLines(text);
  return yield* new RawReader(lines, yield* sniffSteps(lines, given), options).reading();
}

/** Takes records to columns. */
export class RawReader {
  private readonly columns: Collector[] = [];
  private readonly lines = new Lines();
  private readonly missing: ReadonlySet<string>;
  /** Numbers that are missing cells. */
  private readonly missingNumbers: ReadonlySet<number>;
  private readonly ragged: { line: number; cells: number }[] = [];
  private raggedCount = 0;
  private readonly passed = { count: 0, first: 0 };
  private readonly warnings: string[];
  private readonly decimal: '.' | ',';
  private header: string[] | undefined;
  private capacity = 0;
  private rows = 0;

  constructor(
    private readonly text: string,
    private readonly evidence: DialectEvidence,
    private readonly options: RawOptions,
    /** Of a part, rows may be none and columns empty. */
    private readonly isPart = false,
  ) {
    const { dialect, warnings } = evidence;
    this.decimal = dialect.decimal;
    this.missing = new Set(options.missingMarks);
    const numbers = options.missingMarks.map((mark) => numberIn(mark, dialect.decimal));
    this.missingNumbers = new Set(numbers.filter((number) => Number.isFinite(number)));
    this.warnings = [...warnings];
  }

  *reading(): Steps<RawTable> {
    const { text, evidence, options } = this;
    const { dialect, at, line } = evidence;
    const how = { delimiter: dialect.delimiter, at, line, mostCells: options.maxColumns ?? MOST_COLUMNS };
    const trouble = yield* recordSteps(text, how, this.take);
    if (trouble !== undefined) throw new RangeError(trouble.message);
    if (this.header === undefined && this.rows === 0 && this.raggedCount === 0) {
      throw new RangeError('text: expected at least one row, got none');
    }
    return yield* this.finished();
  }

  readonly take = (cells: string[], line: number): boolean => {
    const { width } = this.evidence;
    if (isOfDelimiters(cells)) this.passOver(line);
    else if (this.columns.length > 0) this.readRow(cells, line, width);
    else this.begin(cells, line, width);
    return true;
  };

  *finished(): Steps<RawTable> {
    const { header, evidence } = this;
    const { dialect } = evidence;
    this.tellPassedOver();
    const columns = yield* this.finish(header);
    const { lines, rows, ragged, raggedCount, warnings } = this;
    return {
      dialect,
      rows,
      columns,
      header,
      ragged: { count: raggedCount, first: ragged },
      warnings,
      line: (row) => lines.of(row),
    };
  }

  /** With the first record, which may be a header. */
  private begin(cells: readonly string[], line: number, width: number): void {
    if (this.evidence.dialect.header) this.header = cells.map((cell) => cell.trim());
    this.makeColumns(this.header, width);
    if (this.header === undefined) this.readRow(cells, line, width);
  }

  private makeColumns(header: readonly string[] | undefined, width: number): void {
    const { formats, codes } = this.evidence;
    const { asText, keepTexts = () => false } = this.options;
    this.capacity = this.rowsExpected();
    // R names no column of row names.
    const shift = header !== undefined && header.length === width - 1 ? 1 : 0;
    for (let place = 0; place < width; place++) {
      const text = asText?.(header?.[place - shift], place) ?? false;
      this.columns.push(new Collector(this.capacity, text, formats[place]!, this.missing, keepTexts, codes[place]!));
    }
  }

  /** From the length of the first lines. */
  private rowsExpected(): number {
    const { text, header, evidence } = this;
    const begun = header === undefined ? evidence.at : text.indexOf('\n', evidence.at) + 1;
    let at = begun;
    let lines = 0;
    while (lines < 1000 && at < text.length) {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end + 1;
      lines++;
    }
    const length = at - begun;
    return Math.max(16, length === 0 ? 0 : Math.ceil(((text.length - begun) / length) * lines * 1.02));
  }

  private readRow(cells: readonly string[], line: number, width: number): void {
    const row = this.rows;
    if (row === this.capacity) this.grow();
    const count = Math.min(cells.length, width);
    for (let place = 0; place < count; place++) this.readCell(this.columns[place]!, row, cells[place]!);
    if (cells.length === width) {
      this.lines.add(row, line);
      this.rows++;
    } else this.addRagged(line, cells.length);
  }

  private readCell(column: Collector, row: number, cell: string): void {
    const { missingNumbers, decimal } = this;
    let number = numberIn(cell, decimal);
    // Infinite ones, beyond 64 bits, are none.
    if (number - number === 0 && missingNumbers.size === 0 && !column.asText) {
      column.number(row, number);
      return;
    }
    const trimmed = cell.trim();
    if (trimmed.length < cell.length) number = numberIn(trimmed, decimal);
    if (missingNumbers.has(number)) column.missingCell(row);
    else if (number - number === 0 && !column.asText) column.number(row, number);
    else column.cell(row, trimmed);
  }

  private passOver(line: number): void {
    if (this.passed.count++ === 0) this.passed.first = line;
  }

  private tellPassedOver(): void {
    const { count, first } = this.passed;
    if (count > 0)
      this.warnings.push(
        count === 1
          ? `line ${first} has delimiters alone, and is left out`
          : `${count} lines have delimiters alone, the first is line ${first}; they are left out`,
      );
  }

  private addRagged(line: number, cells: number): void {
    this.raggedCount++;
    if (this.ragged.length < MOST_RAGGED) this.ragged.push({ line, cells });
  }

  private grow(): void {
    this.capacity = Math.ceil(this.capacity * 1.5);
    for (const column of this.columns) column.grow(this.capacity);
  }

  /** Columns, but the last ones where they are empty and have no name: delimiters at the ends of all lines. */
  private *finish(header: string[] | undefined): Steps<RawColumn[]> {
    const { columns, rows } = this;
    let width = columns.length;
    const named = () => header !== undefined && header.length >= width && header[width - 1] !== '';
    while (!this.isPart && width > 1 && rows > 0 && !columns[width - 1]!.filled && !named()) width--;
    const dropped = columns.length - width;
    if (dropped > 0) {
      const what = dropped === 1 ? 'a last column' : `${dropped} last columns`;
      this.warnings.push(`${what} without a name or a cell that is not empty: left out`);
    }
    if (header !== undefined) while (header.length > width && header.at(-1) === '') header.pop();
    const none = new Float64Array(rows).fill(Number.NaN);
    const finished: RawColumn[] = [];
    for (const column of columns.slice(0, width)) {
      yield;
      finished.push(column.finish(rows, none));
    }
    return finished;
  }
}

/** On which rows begin; only those are kept that do not follow the line before. */
class Lines {
  private readonly rows: number[] = [];
  private readonly lines: number[] = [];
  private next = -1;

  add(row: number, line: number): void {
    if (line !== this.next) {
      this.rows.push(row);
      this.lines.push(line);
    }
    this.next = line + 1;
  }

  of(row: number): number {
    let low = 0;
    let high = this.rows.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.rows[middle]! <= row) low = middle;
      else high = middle;
    }
    return this.lines[low]! + row - this.rows[low]!;
  }
}
