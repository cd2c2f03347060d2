import type { RawColumn, RawTable } from '../tables/raw.js';
import { Collector } from './collector.js';
import { type Delimiter, type DialectEvidence, sniff } from './dialect.js';
import { numberIn } from './number.js';
import { DELIMITER, Scanner } from './scanner.js';

/** No structure is learned of the pairs of more columns in useful time, and a line of a few megabytes may have a million. */
export const MOST_COLUMNS = 2 ** 17;
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
  /** 131,072 unless said. */
  readonly maxColumns?: number | undefined;
}

/**
 * Reads a text's cells into typed columns, in one pass after a look at its first megabyte.
 *
 * @throws TypeError for what is no text; RangeError naming the line for a quote that is not closed, or not where its cell ends, and for a line of more than maxColumns cells; RangeError for a text without cells
 */
export function readRaw(text: string, options: RawOptions): RawTable {
  if (typeof text !== 'string') throw new TypeError(`text: expected a string, got ${typeof text}`);
  const { delimiter, decimal, missingMarks, header = 'auto' } = options;
  const given = { delimiter, decimal, missingMarks, header: header === 'auto' ? undefined : header };
  return new RawReader(text, sniff(text, given), options).read();
}

class RawReader {
  private readonly scanner: Scanner;
  private readonly columns: Collector[] = [];
  private readonly lines = new Lines();
  private readonly missing: ReadonlySet<string>;
  /** Numbers that are missing cells. */
  private readonly missingNumbers: ReadonlySet<number>;
  private readonly ragged: { line: number; cells: number }[] = [];
  private raggedCount = 0;
  private readonly warnings: string[];
  private readonly mostColumns: number;
  private capacity = 0;
  private rows = 0;

  constructor(
    private readonly text: string,
    private readonly evidence: DialectEvidence,
    private readonly options: RawOptions,
  ) {
    const { dialect, at, line, warnings } = evidence;
    this.scanner = new Scanner(text, dialect.delimiter, dialect.decimal, at, line);
    this.missing = new Set(options.missingMarks);
    const numbers = options.missingMarks.map((mark) => numberIn(mark, dialect.decimal));
    this.missingNumbers = new Set(numbers.filter((number) => Number.isFinite(number)));
    this.warnings = [...warnings];
    this.mostColumns = options.maxColumns ?? MOST_COLUMNS;
  }

  read(): RawTable {
    const { dialect, width } = this.evidence;
    const first = this.readHeader();
    const header = dialect.header ? first : undefined;
    if (width > this.mostColumns) this.refuseWide(this.scanner.line);
    this.makeColumns(header, width);
    while (this.scanner.at < this.text.length) this.readRow(width);
    if (header === undefined && this.rows === 0 && this.raggedCount === 0) {
      throw new RangeError('text: expected at least one row, got none');
    }
    const columns = this.finish(header);
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

  /** The first line's cells where it is a header. */
  private readHeader(): string[] | undefined {
    if (!this.evidence.dialect.header) return undefined;
    const { scanner, text } = this;
    while (scanner.at < text.length) {
      const { line } = scanner;
      const cells: string[] = [];
      let end: number;
      do {
        end = scanner.cell();
        cells.push(scanner.value());
        if (cells.length > this.mostColumns) this.refuseWide(line);
      } while (end === DELIMITER);
      this.requireClosed();
      if (cells.length > 1 || !scanner.empty) return cells;
    }
    throw new RangeError('text: expected at least one row, got none');
  }

  private makeColumns(header: readonly string[] | undefined, width: number): void {
    const { formats } = this.evidence;
    const { asText } = this.options;
    this.capacity = this.rowsExpected();
    // R names no column of row names.
    const shift = header !== undefined && header.length === width - 1 ? 1 : 0;
    for (let place = 0; place < width; place++) {
      const text = asText?.(header?.[place - shift], place) ?? false;
      this.columns.push(new Collector(this.capacity, text, formats[place]!, this.missing));
    }
  }

  /** From the length of the first lines. */
  private rowsExpected(): number {
    const { text, scanner } = this;
    const begun = scanner.at;
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

  private readRow(width: number): void {
    const { scanner, columns, missingNumbers } = this;
    const { line } = scanner;
    const row = this.rows;
    if (row === this.capacity) this.grow();
    const marks = missingNumbers.size > 0;
    let place = 0;
    let end: number;
    do {
      end = scanner.cell();
      if (place < width) {
        const column = columns[place]!;
        const { number } = scanner;
        // Infinite ones, beyond 64 bits, are none.
        if (number - number === 0 && !column.asText && !(marks && missingNumbers.has(number)))
          column.number(row, number);
        else this.readCell(column, row, number);
      } else if (place >= this.mostColumns) this.refuseWide(line);
      place++;
    } while (end === DELIMITER);
    if (scanner.problem !== undefined) this.requireClosed();
    if (place === width && !(place === 1 && scanner.empty)) {
      this.lines.add(row, line);
      this.rows++;
    } else if (place > 1 || !scanner.empty) this.addRagged(line, place);
  }

  private readCell(column: Collector, row: number, number: number): void {
    if (this.missingNumbers.has(number)) column.missingCell(row);
    else column.cell(row, this.scanner.value());
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
  private finish(header: string[] | undefined): RawColumn[] {
    const { columns, rows } = this;
    let width = columns.length;
    const named = () => header !== undefined && header.length >= width && header[width - 1] !== '';
    while (width > 1 && rows > 0 && !columns[width - 1]!.filled && !named()) width--;
    const dropped = columns.length - width;
    if (dropped > 0) {
      const what = dropped === 1 ? 'a last column' : `${dropped} last columns`;
      this.warnings.push(`${what} without a name or a cell that is not empty: left out`);
    }
    if (header !== undefined) while (header.length > width && header.at(-1) === '') header.pop();
    const none = new Float64Array(rows).fill(Number.NaN);
    return columns.slice(0, width).map((column) => column.finish(rows, none));
  }

  private requireClosed(): void {
    const { problem } = this.scanner;
    if (problem !== undefined) throw new RangeError(problem);
  }

  private refuseWide(line: number): never {
    throw new RangeError(
      `line ${line}: expected at most ${this.mostColumns} cells, got more; tables of more features go as sparse text`,
    );
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
