import { complete } from '../../check/complete.js';
import type { Completed, Options, OptionsOf } from '../../check/option.js';
import type { Dataset } from '../dataset.js';
import type { Table as FeatureTable } from '../tables/table.js';
import type { Taken } from '../tables/taken.js';
import { categoriesOf, idOf, refuse } from './csv-cells.js';
import { readRecords, requireRoom, TABLE_MEMORY } from './csv-read.js';
import type { CsvColumn, CsvSchema, CsvTarget } from './csv-schema.js';
import { bodyOf, columnNames, guessDelimiter, hasHeader, readTable, type Table, targetCells } from './csv-table.js';
import { isNumber } from './number.js';
import { shorten, show } from './show.js';

const NAMES = { kind: 'list', of: { kind: 'text', doc: 'A name.' } } as const;

/** Options of learnCsvSchema. */
export const CSV = {
  target: {
    kind: 'other',
    is: isColumn,
    expected: "a column's name or place, or null",
    text: 'a name, or a place from 0, or from the end if negative',
    required: true,
    doc: 'The column to predict: a name, a place (from 0, or from the end if negative), or null for none.',
  },
  task: {
    kind: 'choice',
    of: ['classes', 'values'],
    defaultDoc: 'values where the target has a fraction or more than 20 distinct numbers, else classes',
    doc: 'What the target is.',
  },
  header: {
    kind: 'other',
    is: isHeader,
    expected: "true, false or 'auto'",
    text: 'auto, yes or no',
    spellings: { yes: true, no: false },
    default: 'auto',
    doc: 'Whether the first row is a header; auto: one of distinct non-empty cells, none of them a number, is.',
  },
  categorical: {
    ...NAMES,
    default: [],
    defaultDoc: 'none',
    doc: 'Columns of numbers to take as categories; a column with other cells than numbers is taken so by itself.',
  },
  ignore: { ...NAMES, default: [], defaultDoc: 'none', doc: 'Columns to leave out: row numbers, identifiers.' },
  missing: {
    kind: 'number',
    words: ['refuse', 'mean', 'mode'],
    default: 'refuse',
    doc: "What a missing cell does. refuse: an error; mode: the column's most frequent cell; mean: its mean, in a column of categories the most frequent one; a number: that number, in a column of categories an error. A missing target is an error always.",
  },
  missingMarks: {
    ...NAMES,
    default: ['', '?', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL'],
    doc: 'Cells that count as missing.',
  },
  unknownCategory: {
    kind: 'choice',
    of: ['refuse', 'zero'],
    default: 'refuse',
    doc: 'What a category does that training did not see: an error, or zeros in all features of its column.',
  },
  delimiter: {
    kind: 'choice',
    of: [',', ';', '\t', '|', ' '],
    spellings: { comma: ',', semicolon: ';', tab: '\t', pipe: '|', blank: ' ' },
    defaultDoc: 'told by the text',
    doc: 'What stands between cells; a blank: runs of blanks.',
  },
  decimal: {
    kind: 'choice',
    of: ['.', ','],
    spellings: { point: '.', comma: ',' },
    defaultDoc: 'told by the text',
    doc: 'What stands before the decimals of numbers.',
  },
  maxMemory: TABLE_MEMORY,
} as const satisfies Options;

export type CsvOptions = OptionsOf<typeof CSV>;
type CsvSettings = Completed<typeof CSV>;

function isColumn(value: unknown): value is string | number | null {
  return value === null || typeof value === 'string' || typeof value === 'number';
}

function isHeader(value: unknown): value is boolean | 'auto' {
  return typeof value === 'boolean' || value === 'auto';
}

const MOST_NUMERIC_CLASSES = 20;
/** Above this share of numbers, a column's other cells are taken for mistakes rather than for categories. */
const NUMERIC_SHARE = 0.95;

/**
 * Learns from a training text how its columns become features: numbers as they are, categories as one feature each, named
 * `column=category`, 1 for the row's category and 0 else. Categories are sorted, by value where all are numbers. Of two
 * categories only the second gets a feature: the first's would be its complement, and structure would find nothing else.
 *
 * @throws TypeError, RangeError for options that do not fit the text; RangeError naming line and column for rows of
 * different lengths, missing cells, and the odd word in a column of numbers; RangeError naming the column for one of more than 1,000 texts that
 * differ in more than half the rows (unless under `categorical`), and RangeError for categories that would make a table beyond maxMemory
 */
export function learnCsvSchema(text: string, options: CsvOptions): CsvSchema {
  return learnTable(text, options).schema;
}

/** All that is learned of a text at once. */
export interface LearnedCsv {
  readonly schema: CsvSchema;
  readonly data: Dataset;
  /** The columns of features as variables. */
  readonly table: FeatureTable;
  readonly taken: Taken;
  /** What was taken on thin evidence, a sentence each. */
  readonly warnings: readonly string[];
}

/** learnCsvSchema, and what readCsv makes of the same text, which is taken apart but once. */
export function learnCsv(text: string, options: CsvOptions): LearnedCsv {
  const { schema, table, maxMemory } = learnTable(text, options);
  const data = readRecords(table, schema, maxMemory);
  const { delimiter, header } = schema;
  const taken: Taken = { format: 'csv', rows: data.rows, delimiter, decimal: '.', header };
  return { schema, data, table: columnsOf(table, schema), taken, warnings: [] };
}

function columnsOf({ records }: Table, { header, names, columns, missingMarks }: CsvSchema): FeatureTable {
  const body = header ? records.slice(1) : records;
  return {
    kind: 'table',
    rows: body.length,
    columns: columns.map((column) => {
      const place = names.indexOf(column.name);
      const cells = body.map((record) => record[place]!);
      const { name } = column;
      if (column.kind === 'numeric') {
        const values = Float64Array.from(cells, (cell) => (missingMarks.includes(cell) ? Number.NaN : Number(cell)));
        return { kind: 'numeric', name, values };
      }
      const { categories } = column;
      const ids = new Map(categories.map((category, id) => [category, id]));
      return { kind: 'categorical', name, codes: Int32Array.from(cells, (cell) => idOf(cell, ids) ?? -1), categories };
    }),
  };
}

function learnTable(text: string, given: CsvOptions): { schema: CsvSchema; table: Table; maxMemory: number } {
  const options = complete(CSV, given, 'learnCsvSchema');
  const { missing, missingMarks, unknownCategory, categorical, ignore, maxMemory } = options;
  if (typeof missing === 'number' && !Number.isFinite(Math.fround(missing)))
    throw new RangeError(`missing: expected a number within a 32-bit float, got ${missing}`);
  const delimiter = options.delimiter ?? guessDelimiter(text);
  const table = readTable(text, delimiter);
  const header = options.header === 'auto' ? hasHeader(table) : options.header;
  const names = columnNames(table, header);
  const body = bodyOf(table, header, names);

  for (const [option, list] of Object.entries({ categorical, ignore })) {
    for (const name of list) placeOf(name, names, option);
  }
  const targetPlace = options.target === null ? -1 : placeOf(options.target, names, 'target');
  const target = targetPlace < 0 ? null : learnTarget(body, targetPlace, names, options.task, missingMarks);

  const columns: CsvColumn[] = [];
  for (let place = 0; place < names.length; place++) {
    const name = names[place]!;
    if (place === targetPlace || ignore.includes(name)) continue;
    const forced = categorical.includes(name);
    columns.push(learnColumn(body, place, name, forced, missing, missingMarks));
  }
  if (columns.length === 0) throw new RangeError('text: expected at least one column of features, got none');
  requireRoom(body.records.length, columns, maxMemory);
  return {
    schema: { kind: 'csv-schema', delimiter, header, names, columns, target, missingMarks, unknownCategory },
    table,
    maxMemory,
  };
}

function learnTarget(
  body: Table,
  place: number,
  names: readonly string[],
  task: CsvSettings['task'],
  missingMarks: readonly string[],
): CsvTarget {
  const name = names[place]!;
  const cells = targetCells(body, place, name, missingMarks);
  const word = cells.findIndex((cell) => !isNumber(cell));
  const categories = categoriesOf(cells);
  const looksContinuous =
    word < 0 && (categories.length > MOST_NUMERIC_CLASSES || cells.some((cell) => !Number.isInteger(Number(cell))));
  if (task === 'values' || (task === undefined && looksContinuous)) {
    if (word >= 0) refuse(body.lines[word]!, name, 'a number', cells[word]!);
    return { name, kind: 'values' };
  }
  if (categories.length < 2) {
    throw new RangeError(`column ${show(name)}: expected at least 2 classes, got only ${show(categories[0]!)}`);
  }
  if (categories.length > mostCategories(cells.length))
    throw new RangeError(
      `column ${show(name)}: expected classes that recur, got ${categories.length} different ones in ${cells.length} rows`,
    );
  return { name, kind: 'classes', names: categories };
}

function learnColumn(
  { records, lines }: Table,
  place: number,
  name: string,
  forced: boolean,
  missing: CsvSettings['missing'],
  missingMarks: readonly string[],
): CsvColumn {
  const cells: string[] = [];
  let numbers = 0;
  let oddRow = -1;
  for (let r = 0; r < records.length; r++) {
    const cell = records[r]![place]!;
    if (missingMarks.includes(cell)) {
      if (missing === 'refuse') refuse(lines[r]!, name, 'a value, or the option missing', cell);
      continue;
    }
    cells.push(cell);
    if (isNumber(cell)) numbers++;
    else if (oddRow < 0) oddRow = r;
  }
  if (cells.length === 0) throw new RangeError(`column ${show(name)}: expected a value in some row, got none`);

  if (!forced && oddRow < 0) return { name, kind: 'numeric', fill: numericFill(cells, missing) };
  if (!forced && numbers > NUMERIC_SHARE * cells.length) {
    const expected = `a number like ${numbers} of ${cells.length} cells of the column (or list it under categorical)`;
    refuse(lines[oddRow]!, name, expected, records[oddRow]![place]!);
  }
  const different = new Set(cells).size;
  if (!forced && different > mostCategories(cells.length))
    throw new RangeError(
      `column ${show(name)}: expected categories that recur, got ${different} different texts in ${cells.length} rows; ` +
        `leave out what only tells rows apart with ignore (--ignore ${show(name)}), or list the column under categorical`,
    );
  const fill = missing === 'mean' || missing === 'mode' ? mostFrequent(cells) : null;
  return { name, kind: 'categorical', categories: categoriesOf(cells), fill };
}

/** Above it, a column rather tells rows apart than has categories. Up to a thousand are nothing to memory, and a small table may have names. */
function mostCategories(rows: number): number {
  return Math.max(1000, rows / 2);
}

function numericFill(cells: readonly string[], missing: CsvSettings['missing']): number | null {
  if (missing === 'mean') return cells.reduce((sum, cell) => sum + Number(cell), 0) / cells.length;
  if (missing === 'mode') return Number(mostFrequent(cells));
  return typeof missing === 'number' ? missing : null;
}

/** The most frequent category, the first in order among equals. */
function mostFrequent(cells: readonly string[]): string {
  const categories = categoriesOf(cells);
  const ids = new Map(categories.map((category, id) => [category, id]));
  const counts = new Int32Array(categories.length);
  for (const cell of cells) counts[idOf(cell, ids)!]!++;
  return categories[counts.indexOf(counts.reduce((a, b) => Math.max(a, b)))]!;
}

function placeOf(column: string | number, names: readonly string[], option: string): number {
  if (typeof column === 'string') {
    const place = names.indexOf(column);
    if (place < 0) {
      throw new RangeError(`${option}: expected one of the columns ${shorten(names)}, got ${show(column)}`);
    }
    return place;
  }
  const place = column < 0 ? names.length + column : column;
  if (!Number.isInteger(place) || place < 0 || place >= names.length) {
    throw new RangeError(`${option}: expected a place among ${names.length} columns, got ${column}`);
  }
  return place;
}
