import { requireArray, requireEach, requireLength } from '../../check/arrays.js';
import { requireNames } from '../../check/names.js';
import { got } from '../../check/phrase.js';
import { requireInteger, requireObject } from '../../check/require.js';
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
  const columns = Array.from(given, (column: TableColumn, c) => {
    requireObject(column, `data.columns[${c}]`);
    return { ...column };
  });
  const names = columns.map(({ name }) => name);
  requireNames(names, columns.length, 'data.columns', 'column');
  columns.forEach((column, c) => {
    checkColumn(column, rows, `data.columns[${c}]`);
  });
  return { kind: 'table', rows, columns };
}

function checkColumn(column: TableColumn, rows: number, at: string): void {
  if (column.kind === 'numeric') {
    const { values } = column;
    requireArray(values, `${at}.values`, Float64Array);
    requireLength(values, rows, `${at}.values`, 'one a row');
    requireEach(values, (x) => Math.abs(x) !== Number.POSITIVE_INFINITY, `${at}.values`, 'a number, or NaN if missing');
    return;
  }
  if (column.kind !== 'categorical')
    throw new TypeError(`${at}.kind: expected numeric or categorical, got ${got((column as TableColumn).kind)}`);
  const { codes, categories } = column;
  requireNames(categories, categories?.length, `${at}.categories`, 'category');
  requireArray(codes, `${at}.codes`, Int32Array);
  requireLength(codes, rows, `${at}.codes`, 'one a row');
  const expected = `a category from 0 to ${categories.length - 1}, or -1 if missing`;
  requireEach(codes, (code) => code >= -1 && code < categories.length, `${at}.codes`, expected);
}
