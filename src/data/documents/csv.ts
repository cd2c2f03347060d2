import { eachRecord, isOfDelimiters, RecordSlices } from '../text/records.js';
import { MOST_COLUMNS } from '../text/sample.js';
import { MOST_CHARACTERS } from './chunks.js';
import type { DocumentColumns } from './columns.js';
import type { Document } from './document.js';
import { type DocumentParser, documentOf, hasText } from './parser.js';

/** How a table of documents is written. */
export interface CsvPlan {
  readonly delimiter: string;
  /** Whether the first line of the table only names the columns. */
  readonly header: boolean;
  /** Characters above the table, and the line it begins on. */
  readonly at: number;
  readonly line: number;
  /** Cells of a record. */
  readonly width: number;
  readonly columns: DocumentColumns;
}

const LEAST_SLICE = 2 ** 16;

/** A document a record of CSV. */
export class CsvParser implements DocumentParser {
  readonly #plan: CsvPlan;
  readonly #slices: RecordSlices;
  #parts: string[] = [];
  #length = 0;
  /** So much text is taken apart at once: more where a record is longer. */
  #size = LEAST_SLICE;
  #above: number;
  #header: boolean;
  textless = 0;

  constructor(plan: CsvPlan) {
    const { delimiter, line, at, header } = plan;
    this.#plan = plan;
    this.#slices = new RecordSlices({ delimiter, at: 0, line, mostCells: MOST_COLUMNS });
    this.#above = at;
    this.#header = header;
  }

  push(text: string): Document[] {
    const below = this.#above < text.length ? text.slice(this.#above) : '';
    this.#above = Math.max(0, this.#above - text.length);
    this.#parts.push(below);
    this.#length += below.length;
    return this.#length < this.#size ? [] : this.#take(false);
  }

  end(): Document[] {
    return this.#length === 0 ? [] : this.#take(true);
  }

  #take(last: boolean): Document[] {
    const documents: Document[] = [];
    const all = this.#parts.join('');
    let slice = last && !all.endsWith('\n') ? `${all}\n` : all;
    const add = (cells: string[], line: number) => {
      this.#add(cells, line, documents);
      return true;
    };
    do {
      const { cursor, records, trouble } = this.#slices.take(slice, last, add);
      if (trouble) throw new RangeError(trouble.message);
      slice = slice.slice(cursor);
      if (records === 0) break;
    } while (last && slice !== '');
    this.#parts = [slice];
    this.#length = slice.length;
    this.#size = Math.max(LEAST_SLICE, 2 * slice.length);
    if (slice.length > MOST_CHARACTERS)
      throw new RangeError(
        `text: expected at most ${MOST_CHARACTERS} characters in a record, got more; a quote that never closes does that`,
      );
    return documents;
  }

  #add(cells: readonly string[], line: number, documents: Document[]): void {
    if (this.#header) {
      this.#header = false;
      return;
    }
    if (isOfDelimiters(cells)) return;
    const { width, columns } = this.#plan;
    if (cells.length !== width)
      throw new RangeError(
        `line ${line}: expected ${width} cells, got ${cells.length}; format: 'lines' takes each line for a document`,
      );
    const cell = (at: number | undefined) => (at === undefined ? undefined : cells[at]!.trim());
    const text = cells[columns.text]!;
    if (hasText(text)) documents.push(documentOf(text, cell(columns.label), cell(columns.date), cell(columns.name)));
    else this.textless++;
  }
}

/** The first records of a text, below what stands above the table. */
export function firstRecords(
  text: string,
  { delimiter, at, line }: Omit<CsvPlan, 'columns' | 'width' | 'header'>,
  most: number,
): string[][] {
  const records: string[][] = [];
  eachRecord(text, { delimiter, at, line, mostCells: MOST_COLUMNS }, (cells) => {
    if (!isOfDelimiters(cells)) records.push(cells);
    return records.length < most;
  });
  return records;
}
