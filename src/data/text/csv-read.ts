import { complete } from '../../check/complete.js';
import type { Option, Options, OptionsOf } from '../../check/option.js';
import { MAX_MEMORY, requireWithin } from '../../runtime/budget.js';
import { Dataset } from '../dataset.js';
import type { Targets } from '../targets.js';
import { idOf, numberOf, refuse } from './csv-cells.js';
import {
  type CategoricalColumn,
  type CsvColumn,
  type CsvSchema,
  type NumericColumn,
  requireSchema,
  shownCategories,
} from './csv-schema.js';
import { bodyOf, columnNames, namesByPlace, readTable, type Table, targetCells } from './csv-table.js';
import { shorten, show } from './show.js';

/** Of the table of features. */
export const TABLE_MEMORY = { ...MAX_MEMORY, default: 2 ** 30 } as const satisfies Option;

/** Options of readCsv. */
export const READ_CSV = {
  targets: {
    kind: 'choice',
    of: ['compare', 'ignore'],
    default: 'compare',
    doc: 'compare: the target column, if there is one, must hold targets like those of training; ignore: it is not looked at.',
  },
  maxMemory: TABLE_MEMORY,
} as const satisfies Options;

/**
 * A dense dataset from a CSV text, by a schema learned on the training text. With a header, columns are found by name, in
 * any order; without, by place. The target column may be absent, then the dataset has no targets; so may ignored ones.
 *
 * @throws TypeError, RangeError for what learnCsvSchema cannot have made, RangeError naming line and column for a cell the schema cannot take, or naming the column that is absent or
 * not in the schema; RangeError for a table beyond maxMemory
 */
export function readCsv(text: string, schema: CsvSchema, options: OptionsOf<typeof READ_CSV> = {}): Dataset {
  const { maxMemory, targets } = complete(READ_CSV, options, 'readCsv');
  requireSchema(schema);
  return readRecords(readTable(text, schema.delimiter), schema, maxMemory, targets);
}

/** readCsv of a text that has been taken apart. */
export function readRecords(
  table: Table,
  schema: CsvSchema,
  maxMemory: number,
  targets: 'compare' | 'ignore' = 'compare',
): Dataset {
  const names = schema.header ? columnNames(table, true) : namesByPlace(table, schema);
  const known = new Set(schema.names);
  for (const name of names) {
    if (!known.has(name)) {
      throw new RangeError(`text: column ${show(name)} is not in the schema, expected ${shorten(schema.names)}`);
    }
  }
  const body = bodyOf(table, schema.header, names);

  const placeOf = new Map(names.map((name, place) => [name, place]));
  const places = schema.columns.map(({ name }) => {
    const place = placeOf.get(name);
    if (place === undefined) throw new RangeError(`text: expected a column ${show(name)}, got none`);
    return place;
  });
  requireRoom(body.records.length, schema.columns, maxMemory);
  const featureNames = schema.columns.flatMap((column) =>
    column.kind === 'numeric' ? [column.name] : shownCategories(column).map((category) => `${column.name}=${category}`),
  );
  const width = featureNames.length;
  const values = new Float32Array(body.records.length * width);
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
  const read = targets === 'compare' ? readTarget(body, names, schema) : undefined;
  return Dataset.dense(values, { columns: width, targets: read, featureNames });
}

/** RangeError, naming the column with the most categories, where the features of these columns would be too large a table. */
export function requireRoom(rows: number, columns: readonly CsvColumn[], maxMemory: number): void {
  const shown = columns.map((column) => (column.kind === 'numeric' ? 1 : shownCategories(column).length));
  const features = shown.reduce((sum, count) => sum + count, 0);
  const most = shown.reduce((a, b) => Math.max(a, b), 0);
  const name = show(columns[shown.indexOf(most)]!.name);
  requireWithin(
    maxMemory,
    rows * features * Float32Array.BYTES_PER_ELEMENT,
    'text',
    `a table of ${rows} rows x ${features} features, ${most} of them categories of column ${name},`,
    `ignore (--ignore ${name})`,
  );
}

function readNumbers(
  { records, lines }: Table,
  place: number,
  { name, fill }: NumericColumn,
  { missingMarks }: CsvSchema,
  values: Float32Array,
  width: number,
  offset: number,
): void {
  for (let r = 0; r < records.length; r++) {
    const cell = records[r]![place]!;
    const isMissing = missingMarks.includes(cell);
    if (isMissing && fill === null) refuse(lines[r]!, name, 'a number', cell);
    values[r * width + offset] = isMissing ? fill! : numberOf(cell, lines[r]!, name);
  }
}

function readCategories(
  { records, lines }: Table,
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
  for (let r = 0; r < records.length; r++) {
    const cell = records[r]![place]!;
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

function readTarget(body: Table, names: readonly string[], { target, missingMarks }: CsvSchema) {
  if (target === null) return undefined;
  const place = names.indexOf(target.name);
  if (place < 0) return undefined;
  const { lines } = body;
  const cells = targetCells(body, place, target.name, missingMarks);
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
