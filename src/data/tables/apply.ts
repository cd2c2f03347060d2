import type { Steps } from '../../runtime/steps.js';
import type { DenseMatrix } from '../matrix.js';
import type { Targets } from '../targets.js';
import { shorten, show } from '../text/show.js';
import { cellAt, codesOf, UNKNOWN } from './cells.js';
import { matchColumns } from './match.js';
import type { ReadSettings } from './options.js';
import { requireRoom } from './room.js';
import {
  type CategoricalColumn,
  featuresOf,
  type SchemaColumn,
  shownCategories,
  type TableSchema,
  type TableTarget,
  widthOf,
} from './schema.js';
import type { Source, SourceColumn } from './source.js';
import type { Table, TableColumn } from './table.js';
import { Troubles } from './troubles.js';
import { datesOf, numbersOf } from './values.js';

/** What a Dataset is made of, and the columns of its features as they were read. */
export interface Applied {
  readonly features: DenseMatrix;
  readonly targets: Targets | undefined;
  readonly featureNames: readonly string[];
  readonly table: Table;
  /** Missing cells among them. */
  readonly missing: number;
}

/**
 * The columns of features by a schema, as applySteps finds and reads them, and nothing besides.
 * @throws TableError for all cells and columns that the schema cannot take
 */
export function tableOf(source: Source, schema: TableSchema): Table {
  const troubles = new Troubles();
  const { features } = matchColumns(source, schema, troubles);
  const columns = schema.columns.flatMap((column, i) =>
    features[i] ? readColumn(features[i], column, schema, source, troubles) : [],
  );
  troubles.throwAny();
  return { kind: 'table', rows: source.rows, columns };
}

/**
 * The classes of rows by a schema; undefined where it has no target of classes, or the table no such column.
 * @throws TableError for cells that are none of them
 */
export function classesOf(source: Source, schema: TableSchema): string[] | undefined {
  const troubles = new Troubles();
  const { target } = matchColumns(source, schema, troubles);
  if (!target || schema.target?.kind !== 'classes') return undefined;
  const { names } = schema.target;
  const { values } = readTarget(target, schema.target, source, troubles);
  troubles.throwAny();
  return Array.from(values, (id) => names[id]!);
}

/**
 * Rows of features by a schema. Columns are found by name, in any order; without names, by place.
 * @param troubles what is wrong already
 * @throws TableError for all cells and columns that the schema cannot take, RangeError for a table beyond maxMemory
 */
export function* applySteps(
  source: Source,
  schema: TableSchema,
  { targets: wanted, maxMemory }: ReadSettings,
  troubles: Troubles,
): Steps<Applied> {
  const { features: found, target } = matchColumns(source, schema, troubles);
  const columns: TableColumn[] = [];
  for (const [i, column] of schema.columns.entries()) {
    if (found[i]) columns.push(readColumn(found[i], column, schema, source, troubles));
    yield;
  }
  const targets =
    target && schema.target && wanted === 'compare' ? readTarget(target, schema.target, source, troubles) : undefined;
  troubles.throwAny();
  yield;
  requireRoom(source, schema.columns, maxMemory);
  const features = yield* fillRows(source.rows, columns, schema.columns);
  let missing = 0;
  for (const column of columns) {
    yield;
    missing += missingIn(column);
  }
  yield;
  return {
    features,
    targets,
    featureNames: schema.columns.flatMap(featuresOf),
    table: { kind: 'table', rows: source.rows, columns },
    missing,
  };
}

function missingIn(column: TableColumn): number {
  let count = 0;
  if (column.kind === 'numeric') for (const x of column.values) count += Number.isNaN(x) ? 1 : 0;
  else for (const code of column.codes) count += code < 0 ? 1 : 0;
  return count;
}

function readColumn(
  cells: SourceColumn,
  column: SchemaColumn,
  { unknownCategory }: TableSchema,
  source: Source,
  troubles: Troubles,
): TableColumn {
  const { name } = column;
  let read: TableColumn;
  if (column.kind === 'categorical') {
    const { categories } = column;
    const codes = codesOf(cells, categories, source.dialect?.decimal ?? '.');
    read = { kind: 'categorical', name, codes, categories };
    if (unknownCategory === 'refuse') {
      const expected = `a category seen in training (${shorten(categories)})`;
      tell(source, name, cells, (row) => codes[row] === UNKNOWN, expected, troubles, LETS_THROUGH);
    }
  } else {
    const { values, firstWrong, wrong } = column.kind === 'date' ? datesOf(cells, column.order) : numbersOf(cells);
    const expected = column.kind === 'date' ? 'a date' : 'a number';
    if (wrong > 0) tellAt(source, name, cells, firstWrong, wrong, expected, troubles);
    read = { kind: 'numeric', name, values };
  }
  if (column.fill === null && !column.missing) {
    const expected = column.kind === 'categorical' ? 'a category' : column.kind === 'date' ? 'a date' : 'a number';
    tell(source, name, cells, (row) => isMissing(cells, row), expected, troubles);
  }
  return read;
}

/** Of training: a schema that has been learned keeps to it. */
const LETS_THROUGH = "; learning with unknownCategory: 'zero' lets others through";

function isMissing({ numbers, ids }: SourceColumn, row: number): boolean {
  return ids ? ids[row]! < -1 : Number.isNaN(numbers[row]!);
}

/** One trouble for all rows of a column that are wrong in the same way. */
function tell(
  source: Source,
  name: string,
  cells: SourceColumn,
  isWrong: (row: number) => boolean,
  expected: string,
  troubles: Troubles,
  advice = '',
): void {
  let first = -1;
  let count = 0;
  for (let row = 0; row < source.rows; row++) {
    if (!isWrong(row)) continue;
    if (first < 0) first = row;
    count++;
  }
  if (count > 0) tellAt(source, name, cells, first, count, expected, troubles, advice);
}

function tellAt(
  source: Source,
  name: string,
  cells: SourceColumn,
  row: number,
  count: number,
  expected: string,
  troubles: Troubles,
  advice = '',
): void {
  const got = isMissing(cells, row) ? 'a missing cell' : show(cellAt(cells, row));
  const others = count > 1 ? `, and the like in ${count - 1} more ${count === 2 ? 'row' : 'rows'}` : '';
  troubles.add(`${source.where(row)}, column ${show(name)}: expected ${expected}, got ${got}${others}${advice}`);
}

function readTarget(cells: SourceColumn, target: TableTarget, source: Source, troubles: Troubles): Targets {
  const { name } = target;
  tell(source, name, cells, (row) => isMissing(cells, row), 'a target', troubles);
  if (target.kind === 'values') {
    const { values, firstWrong, wrong } = numbersOf(cells);
    if (wrong > 0) tellAt(source, name, cells, firstWrong, wrong, 'a number', troubles);
    return { kind: 'values', values, outputs: 1, names: [name] };
  }
  const { names } = target;
  const values = codesOf(cells, names, source.dialect?.decimal ?? '.');
  const expected = `a class seen in training (${shorten(names)})`;
  tell(source, name, cells, (row) => values[row] === UNKNOWN, expected, troubles);
  return { kind: 'classes', values, classes: names.length, names };
}

/** Rows that lie in a cache while column after column is filled in. */
const BLOCK_ROWS = 1024;

/** f64[rows][features]. */
function* fillRows(
  rows: number,
  columns: readonly TableColumn[],
  schemas: readonly SchemaColumn[],
): Steps<DenseMatrix> {
  const width = schemas.reduce((sum, column) => sum + widthOf(column), 0);
  const values = new Float64Array(rows * width);
  const fills: Fill[] = [];
  let offset = 0;
  for (const [i, schema] of schemas.entries()) {
    const column = columns[i]!;
    if (schema.kind === 'categorical') {
      if (column.kind === 'categorical') fills.push(indicators(column.codes, schema, values, width, offset));
    } else if (column.kind === 'numeric') fills.push(numbers(column.values, schema, values, width, offset));
    offset += widthOf(schema);
  }
  for (let from = 0; from < rows; from += BLOCK_ROWS) {
    for (const fill of fills) fill(from, Math.min(rows, from + BLOCK_ROWS));
    yield;
  }
  return { kind: 'dense', rows, columns: width, values };
}

/** Fills the features of one column in, of rows [from, to). */
type Fill = (from: number, to: number) => void;

function numbers(
  cells: Float64Array,
  { fill, missing }: Exclude<SchemaColumn, CategoricalColumn>,
  values: Float64Array,
  width: number,
  offset: number,
): Fill {
  return (from, to) => {
    for (let r = from; r < to; r++) {
      const x = cells[r]!;
      const place = r * width + offset;
      values[place] = Number.isNaN(x) ? fill! : x;
      if (missing && Number.isNaN(x)) values[place + 1] = 1;
    }
  };
}

function indicators(
  codes: Int32Array,
  column: CategoricalColumn,
  values: Float64Array,
  width: number,
  offset: number,
): Fill {
  const { categories, fill, missing } = column;
  const shown = shownCategories(column).length;
  const hidden = categories.length - shown;
  const filled = fill === null ? -1 : categories.indexOf(fill);
  return (from, to) => {
    for (let r = from; r < to; r++) {
      const place = r * width + offset;
      const isGap = codes[r] === -1;
      const code = isGap && !missing ? filled : codes[r]!;
      if (isGap && missing) values[place + shown] = 1;
      else if (code >= hidden) values[place + code - hidden] = 1;
    }
  };
}
