// This build of csv-parse brings its own Buffer, and so runs in browsers too; `csv-parse/sync` needs Node's.
import { CsvError, parse } from 'csv-parse/browser/esm/sync';
import { Dataset, type Targets } from '../dataset.js';

/** A column of numbers; `fill` stands in for a missing one, null refuses it. */
export interface NumericColumn {
  readonly name: string;
  readonly kind: 'numeric';
  readonly fill: number | null;
}

/** A column of categories, one feature each; `fill` stands in for a missing one, null refuses it. */
export interface CategoricalColumn {
  readonly name: string;
  readonly kind: 'categorical';
  readonly categories: readonly string[];
  readonly fill: string | null;
}

export type CsvColumn = NumericColumn | CategoricalColumn;

/** The column to predict: `names` are the classes by id. */
export type CsvTarget =
  | { readonly name: string; readonly kind: 'classes'; readonly names: readonly string[] }
  | { readonly name: string; readonly kind: 'values' };

/** How to turn a CSV text into features, as learned on the training text. Plain JSON. */
export interface CsvSchema {
  readonly kind: 'csv-schema';
  readonly delimiter: string;
  readonly header: boolean;
  /** Every column of the training text, in its order; without a header, `column0`, `column1`, ... */
  readonly names: readonly string[];
  /** The columns that become features, in the order of the features. */
  readonly columns: readonly CsvColumn[];
  readonly target: CsvTarget | null;
  /** Cells taken for missing, after trimming. */
  readonly missingMarks: readonly string[];
  /** What a category not seen in training does: an error, or zeros for all of the column's features (as the first of two categories has). */
  readonly unknownCategory: 'refuse' | 'zero';
}

export interface CsvOptions {
  /** The column to predict: a name, a place (from 0, or from the end if negative), or null for none. */
  readonly target: string | number | null;
  /** Default: values where the target has a fraction or more than 20 distinct numbers, else classes. */
  readonly task?: 'classes' | 'values';
  /** Default 'auto': a header is a first row of distinct non-empty cells, none of them a number. */
  readonly header?: boolean | 'auto';
  /** Columns of numbers to take as categories. A column with other cells than numbers is taken so by itself. */
  readonly categorical?: readonly string[];
  /** Columns to leave out: row numbers, identifiers. */
  readonly ignore?: readonly string[];
  /**
   * What a missing cell does. 'refuse' (default): an error; 'mode': the column's most frequent cell; 'mean': its mean, in a
   * column of categories the most frequent one; a number: that number, in a column of categories an error.
   * A missing target is an error always.
   */
  readonly missing?: 'refuse' | 'mean' | 'mode' | number;
  /** Default: '', '?', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL'. */
  readonly missingMarks?: readonly string[];
  readonly unknownCategory?: 'refuse' | 'zero';
  /** Default: whichever of comma, semicolon and tab is most frequent in the first line. */
  readonly delimiter?: ',' | ';' | '\t';
}

/** Cells of a text, trimmed, with the line on which each row ends. */
interface Table {
  readonly rows: string[][];
  readonly lines: number[];
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const MISSING_MARKS = ['', '?', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL'];
const MOST_NUMERIC_CLASSES = 20;
/** Above this share of numbers, a column's other cells are taken for mistakes rather than for categories. */
const NUMERIC_SHARE = 0.95;

/**
 * Learns from a training text how its columns become features: numbers as they are, categories as one feature each, named
 * `column=category`, 1 for the row's category and 0 else. Categories are sorted, by value where all are numbers. Of two
 * categories only the second gets a feature: the first's would be its complement, and structure would find nothing else.
 *
 * @throws TypeError, RangeError for options that do not fit the text; RangeError naming line and column for rows of
 * different lengths, missing cells, and the odd word in a column of numbers
 */
export function learnCsvSchema(text: string, options: CsvOptions): CsvSchema {
  checkOptions(options);
  const { missing = 'refuse', missingMarks = MISSING_MARKS, unknownCategory = 'refuse' } = options;
  const delimiter = options.delimiter ?? guessDelimiter(text);
  const table = readTable(text, delimiter);
  const header = options.header === undefined || options.header === 'auto' ? hasHeader(table) : options.header;
  const names = columnNames(table, header);
  const body = bodyOf(table, header, names);

  for (const [option, list] of Object.entries({ categorical: options.categorical, ignore: options.ignore })) {
    for (const name of list ?? []) placeOf(name, names, option);
  }
  const targetPlace = options.target === null ? -1 : placeOf(options.target, names, 'target');
  const target = targetPlace < 0 ? null : learnTarget(body, targetPlace, names, options.task, missingMarks);

  const columns: CsvColumn[] = [];
  for (let place = 0; place < names.length; place++) {
    const name = names[place]!;
    if (place === targetPlace || options.ignore?.includes(name)) continue;
    const forced = options.categorical?.includes(name) ?? false;
    columns.push(learnColumn(body, place, name, forced, missing, missingMarks));
  }
  if (columns.length === 0) throw new RangeError('text: expected at least one column of features, got none');
  return { kind: 'csv-schema', delimiter, header, names, columns, target, missingMarks, unknownCategory };
}

/**
 * A dense dataset from a CSV text, by a schema learned on the training text. With a header, columns are found by name, in
 * any order; without, by place. The target column may be absent, then the dataset has no targets; so may ignored ones.
 *
 * @throws RangeError naming line and column for a cell the schema cannot take, or naming the column that is absent or
 * not in the schema
 */
export function readCsv(text: string, schema: CsvSchema): Dataset {
  if (typeof schema !== 'object' || schema === null || schema.kind !== 'csv-schema') {
    throw new TypeError("schema: expected an object of kind 'csv-schema', as made by learnCsvSchema");
  }
  const table = readTable(text, schema.delimiter);
  const names = schema.header ? columnNames(table, true) : namesByPlace(table, schema);
  for (const name of names) {
    if (!schema.names.includes(name)) {
      throw new RangeError(
        `text: column ${show(name)} is not in the schema, expected ${schema.names.map(show).join(', ')}`,
      );
    }
  }
  const body = bodyOf(table, schema.header, names);

  const places = schema.columns.map(({ name }) => {
    const place = names.indexOf(name);
    if (place < 0) throw new RangeError(`text: expected a column ${show(name)}, got none`);
    return place;
  });
  const featureNames = schema.columns.flatMap((column) =>
    column.kind === 'numeric' ? [column.name] : shownCategories(column).map((category) => `${column.name}=${category}`),
  );
  const width = featureNames.length;
  const values = new Float32Array(body.rows.length * width);
  let offset = 0;
  for (let i = 0; i < places.length; i++) {
    const column = schema.columns[i]!;
    if (column.kind === 'numeric') {
      readNumbers(body, places[i]!, column, schema, values, width, offset);
      offset++;
    } else {
      readCategories(body, places[i]!, column, schema, values, width, offset);
      offset += shownCategories(column).length;
    }
  }
  return Dataset.dense(values, { columns: width, targets: readTarget(body, names, schema), featureNames });
}

/** Those that have a feature. */
function shownCategories({ categories }: CategoricalColumn): readonly string[] {
  return categories.length === 2 ? categories.slice(1) : categories;
}

function readNumbers(
  { rows, lines }: Table,
  place: number,
  { name, fill }: NumericColumn,
  { missingMarks }: CsvSchema,
  values: Float32Array,
  width: number,
  offset: number,
): void {
  for (let r = 0; r < rows.length; r++) {
    const cell = rows[r]![place]!;
    const isMissing = missingMarks.includes(cell);
    if (isMissing && fill === null) refuse(lines[r]!, name, 'a number', cell);
    values[r * width + offset] = isMissing ? fill! : numberOf(cell, lines[r]!, name);
  }
}

function readCategories(
  { rows, lines }: Table,
  place: number,
  column: CategoricalColumn,
  { missingMarks, unknownCategory }: CsvSchema,
  values: Float32Array,
  width: number,
  offset: number,
): void {
  const { name, categories, fill } = column;
  const ids = new Map(categories.map((category, id) => [category, id]));
  const hidden = categories.length - shownCategories(column).length;
  for (let r = 0; r < rows.length; r++) {
    const cell = rows[r]![place]!;
    const isMissing = missingMarks.includes(cell);
    if (isMissing && fill === null) refuse(lines[r]!, name, 'a category', cell);
    const id = idOf(isMissing ? fill! : cell, ids);
    if (id !== undefined) {
      if (id >= hidden) values[r * width + offset + id - hidden] = 1;
    } else if (unknownCategory === 'refuse') {
      refuse(lines[r]!, name, `a category seen in training (${shorten(categories)})`, cell);
    }
  }
}

function readTarget({ rows, lines }: Table, names: readonly string[], { target, missingMarks }: CsvSchema) {
  if (target === null) return undefined;
  const place = names.indexOf(target.name);
  if (place < 0) return undefined;
  const cells = rows.map((row) => row[place]!);
  const missing = cells.findIndex((cell) => missingMarks.includes(cell));
  if (missing >= 0) refuse(lines[missing]!, target.name, 'a target', cells[missing]!);
  if (target.kind === 'values') {
    const values = Float32Array.from(cells, (cell, r) => numberOf(cell, lines[r]!, target.name));
    return { kind: 'values', values, outputs: 1, names: [target.name] } satisfies Targets;
  }
  const ids = new Map(target.names.map((name, id) => [name, id]));
  const values = Int32Array.from(cells, (cell, r) => {
    const id = idOf(cell, ids);
    if (id === undefined) {
      refuse(lines[r]!, target.name, `a class seen in training (${shorten(target.names)})`, cell);
    }
    return id;
  });
  return { kind: 'classes', values, classes: target.names.length, names: target.names } satisfies Targets;
}

function learnTarget(
  { rows, lines }: Table,
  place: number,
  names: readonly string[],
  task: CsvOptions['task'],
  missingMarks: readonly string[],
): CsvTarget {
  const name = names[place]!;
  const cells = rows.map((row) => row[place]!);
  const missing = cells.findIndex((cell) => missingMarks.includes(cell));
  if (missing >= 0) refuse(lines[missing]!, name, 'a target', cells[missing]!);
  const word = cells.findIndex((cell) => !NUMBER.test(cell));
  const categories = categoriesOf(cells);
  const looksContinuous =
    word < 0 && (categories.length > MOST_NUMERIC_CLASSES || cells.some((cell) => !Number.isInteger(Number(cell))));
  if (task === 'values' || (task === undefined && looksContinuous)) {
    if (word >= 0) refuse(lines[word]!, name, 'a number', cells[word]!);
    return { name, kind: 'values' };
  }
  if (categories.length < 2) {
    throw new RangeError(`column ${show(name)}: expected at least 2 classes, got only ${show(categories[0]!)}`);
  }
  return { name, kind: 'classes', names: categories };
}

function learnColumn(
  { rows, lines }: Table,
  place: number,
  name: string,
  forced: boolean,
  missing: CsvOptions['missing'],
  missingMarks: readonly string[],
): CsvColumn {
  const cells: string[] = [];
  let numbers = 0;
  let oddRow = -1;
  for (let r = 0; r < rows.length; r++) {
    const cell = rows[r]![place]!;
    if (missingMarks.includes(cell)) {
      if (missing === 'refuse') refuse(lines[r]!, name, 'a value, or the option missing', cell);
      continue;
    }
    cells.push(cell);
    if (NUMBER.test(cell)) numbers++;
    else if (oddRow < 0) oddRow = r;
  }
  if (cells.length === 0) throw new RangeError(`column ${show(name)}: expected a value in some row, got none`);

  if (!forced && oddRow < 0) return { name, kind: 'numeric', fill: numericFill(cells, missing) };
  if (!forced && numbers > NUMERIC_SHARE * cells.length) {
    const expected = `a number like ${numbers} of ${cells.length} cells of the column (or list it under categorical)`;
    refuse(lines[oddRow]!, name, expected, rows[oddRow]![place]!);
  }
  const fill = missing === 'mean' || missing === 'mode' ? mostFrequent(cells) : null;
  return { name, kind: 'categorical', categories: categoriesOf(cells), fill };
}

function numericFill(cells: readonly string[], missing: CsvOptions['missing']): number | null {
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

/** Distinct cells: numbers by value and in one spelling (01, 1.0 and 1 are the same) if all are, else code-unit order. */
function categoriesOf(cells: readonly string[]): string[] {
  const distinct = [...new Set(cells)];
  if (!distinct.every((cell) => NUMBER.test(cell))) return distinct.sort();
  const values = new Set(distinct.map(Number));
  return [...values].sort((a, b) => a - b).map(String);
}

function idOf(cell: string, ids: ReadonlyMap<string, number>): number | undefined {
  return ids.get(cell) ?? (NUMBER.test(cell) ? ids.get(String(Number(cell))) : undefined);
}

function numberOf(cell: string, line: number, column: string): number {
  const number = Number(cell);
  if (!NUMBER.test(cell)) refuse(line, column, 'a number', cell);
  if (!Number.isFinite(Math.fround(number))) refuse(line, column, 'a number within a 32-bit float', cell);
  return number;
}

function readTable(text: string, delimiter: string): Table {
  if (typeof text !== 'string') throw new TypeError(`text: expected a string, got ${typeof text}`);
  const lines: number[] = [];
  try {
    // csv-parse counts a CRLF within quotes as two lines.
    const rows = parse(text.replaceAll('\r\n', '\n'), {
      bom: true,
      delimiter,
      record_delimiter: ['\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      on_record: (record: string[], { lines: line }) => {
        lines.push(line);
        return record.map((cell) => cell.trim());
      },
    });
    if (rows.length === 0) throw new RangeError('text: expected at least one row, got none');
    return { rows, lines };
  } catch (error) {
    if (error instanceof CsvError) throw new RangeError(`text: expected CSV, got ${error.message}`, { cause: error });
    throw error;
  }
}

function columnNames({ rows }: Table, header: boolean): string[] {
  const names = rows[0]!.map((cell, place) => (header && cell !== '' ? cell : `column${place}`));
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) throw new RangeError(`text: expected distinct column names, got ${show(twice)} twice`);
  return names;
}

/** Without a header, a text has every column, or every column but the target. */
function namesByPlace({ rows }: Table, { names, target }: CsvSchema): readonly string[] {
  const features = names.filter((name) => name !== target?.name);
  const width = rows[0]!.length;
  if (width === names.length) return names;
  if (width === features.length) return features;
  const expected =
    features.length === names.length ? `${names.length}` : `${names.length}, or ${features.length} without the target`;
  throw new RangeError(`text: expected ${expected} columns, got ${width}`);
}

function bodyOf({ rows, lines }: Table, header: boolean, names: readonly string[]): Table {
  const body = { rows: rows.slice(header ? 1 : 0), lines: lines.slice(header ? 1 : 0) };
  if (body.rows.length === 0) throw new RangeError('text: expected at least one row below the header, got none');
  for (let r = 0; r < body.rows.length; r++) {
    if (body.rows[r]!.length !== names.length) {
      throw new RangeError(`line ${body.lines[r]}: expected ${names.length} cells, got ${body.rows[r]!.length}`);
    }
  }
  return body;
}

function hasHeader({ rows }: Table): boolean {
  const first = rows[0]!;
  return new Set(first).size === first.length && first.every((cell) => cell !== '' && !NUMBER.test(cell));
}

function guessDelimiter(text: string): ',' | ';' | '\t' {
  const counts = { ',': 0, ';': 0, '\t': 0 };
  let quoted = false;
  let blank = true;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    if (quoted) continue;
    if (!blank && (character === '\n' || character === '\r')) break;
    if (character.trim() !== '') blank = false;
    if (character in counts) counts[character as keyof typeof counts]++;
  }
  if (counts[','] >= counts[';'] && counts[','] >= counts['\t']) return ',';
  return counts[';'] >= counts['\t'] ? ';' : '\t';
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

function checkOptions(options: CsvOptions): void {
  const { target, task, header = 'auto', categorical, ignore, missing = 'refuse', missingMarks, delimiter } = options;
  if (target !== null && typeof target !== 'string' && typeof target !== 'number') {
    throw new TypeError(`target: expected a column's name or place, or null, got ${String(target)}`);
  }
  for (const [option, list] of Object.entries({ categorical, ignore, missingMarks })) {
    if (list !== undefined && !(Array.isArray(list) && list.every((item) => typeof item === 'string'))) {
      throw new TypeError(`${option}: expected an array of strings, got ${JSON.stringify(list)}`);
    }
  }
  if (typeof missing === 'number') {
    if (!Number.isFinite(Math.fround(missing))) {
      throw new RangeError(`missing: expected a number within a 32-bit float, got ${missing}`);
    }
  } else checkChoice('missing', missing, ['refuse', 'mean', 'mode']);
  checkChoice('task', task, ['classes', 'values', undefined]);
  checkChoice('header', header, [true, false, 'auto']);
  checkChoice('delimiter', delimiter, [',', ';', '\t', undefined]);
  checkChoice('unknownCategory', options.unknownCategory, ['refuse', 'zero', undefined]);
}

function checkChoice(option: string, value: unknown, choices: readonly unknown[]): void {
  if (!choices.includes(value)) {
    const expected = choices.filter((choice) => choice !== undefined).map((choice) => JSON.stringify(choice));
    throw new RangeError(`${option}: expected one of ${expected.join(', ')}, got ${JSON.stringify(value)}`);
  }
}

function refuse(line: number, column: string, expected: string, got: string): never {
  throw new RangeError(`line ${line}, column ${show(column)}: expected ${expected}, got ${show(got)}`);
}

function show(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function shorten(list: readonly string[]): string {
  return list.slice(0, 8).map(show).join(', ') + (list.length > 8 ? ', …' : '');
}
