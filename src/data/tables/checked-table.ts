import { requireArray, requireEach, requireLength } from '../../check/arrays.js';
import { requireNames } from '../../check/names.js';
import { got } from '../../check/phrase.js';
import { requireInteger } from '../../check/require.js';
import type { Table, TableColumn } from './table.js';

/** Whether it says that it is a Table; its parts are not looked at. */
export function isTable(data: unknown): data is Table {
  return typeof data === 'object' && data !== null && (data as Table).kind === 'table';
}

/** The parts, checked: columns of one length under unique names, numbers finite or NaN, codes of categories there are or -1. TypeError, RangeError. */
export function checkedTable({ rows, columns: given }: Table): Table {
  requireInteger(rows, 1, 'data.rows');
  if (!Array.isArray(given) || given.length === 0)
    throw new TypeError(`data.columns: expected a list of columns, got ${got(given)}`);
  // Read once, lest getters answer differently later.
  const columns = Array.from(given, (column: TableColumn) => ({ ...column }));
  const names = columns.map(({ name }) => name);
  requireNames(names, columns.length, 'data.columns', 'column');
  columns.forEach((column, c) => {
    checkColumn(column, rows, `data.columns[${c}]`);
  });
  return { kind: 'table', rows, columns };
}

function checkColumn(column: TableColumn, rows: number, at: string): void {
  if (column.kind === 'numeric') {
    requireArray(column.values, `${at}.values`, Float64Array);
    requireCells(column.values, rows, `${at}.values`, Number.POSITIVE_INFINITY, 'a finite number or NaN');
    return;
  }
  const { kind, codes, categories } = column;
  if (kind !== 'categorical') throw new TypeError(`${at}.kind: expected numeric or categorical, got ${got(kind)}`);
  requireNames(categories, categories?.length, `${at}.categories`, 'category');
  requireArray(codes, `${at}.codes`, Int32Array);
  requireCells(codes, rows, `${at}.codes`, categories.length, 'a category or -1', -2);
}

/** One a row, between the bounds or NaN. */
function requireCells(
  cells: Float64Array | Int32Array,
  rows: number,
  at: string,
  below: number,
  expected: string,
  above = -below,
): void {
  requireLength(cells, rows, at, 'one a row');
  requireEach(cells, (x) => !(x <= above || x >= below), at, expected);
}
