import { findRepeated } from '../../check/names.js';
import type { Dialect } from '../text/dialect.js';
import { show } from '../text/show.js';
import type { RawColumn, RawTable } from './raw.js';
import type { Troubles } from './troubles.js';

/** Cells of one column; `days`: its numbers are dates, as days since 1970-01-01. */
export interface SourceColumn extends RawColumn {
  readonly days?: boolean;
  /** Of a column that stands for many rows: how many each of its rows does. */
  readonly times?: ArrayLike<number> | undefined;
  /** The mean of its numbers, where these are too many to be kept apart: those near each other are one. */
  readonly mean?: number | undefined;
}

/** Columns of cells, whether of a text or of JavaScript values. */
export interface Source {
  readonly format: 'csv' | 'records';
  readonly dialect?: Dialect;
  readonly rows: number;
  readonly columns: readonly SourceColumn[];
  /** One a column; undefined where there are none and columns go by place. */
  readonly names: readonly string[] | undefined;
  /** Places of columns that may hold names of rows: without a name of their own, or with the one that pandas gives such a column. */
  readonly rowNames: readonly number[];
  /** A row in messages: `line 3`, `records[1]`. */
  where(row: number): string;
}

/** The argument that a table was given as. */
export function argumentOf({ format }: Source): 'text' | 'records' {
  return format === 'csv' ? 'text' : 'records';
}

const PANDAS_INDEX = /^Unnamed: 0(\.\d{1,3})?$/;

/** The columns of a text. Lines of other lengths, which are no rows, are a trouble; TableError for a header of another length, under which no column is known. */
export function sourceOfRaw(raw: RawTable, troubles: Troubles): Source {
  const { dialect, rows, columns, header, ragged } = raw;
  tellRagged(ragged, columns.length, troubles);
  const cells = header && columns.length === header.length + 1 ? ['', ...header] : header;
  if (cells && cells.length !== columns.length)
    troubles.add(`text: expected ${columns.length} names in the header as the rows have cells, got ${cells.length}`);
  if (rows === 0 && ragged.count === 0) troubles.add('text: expected at least one row below the header, got none');
  if (rows === 0 || (cells && cells.length !== columns.length)) troubles.throwAny();
  return {
    format: 'csv',
    dialect,
    rows,
    columns,
    ...namesOf(cells, 'text'),
    where: (row) => `line ${raw.line(row)}`,
  };
}

/** Names of columns, `column0` for an empty one at the start, and where names of rows may be. RangeError for a name twice. */
export function namesOf(cells: readonly string[] | undefined, argument: string): Pick<Source, 'names' | 'rowNames'> {
  if (!cells) return { names: undefined, rowNames: [] };
  const names = cells.map((cell, place) => (cell === '' ? `column${place}` : cell));
  const twice = findRepeated(names);
  if (twice) throw new RangeError(`${argument}: expected distinct column names, got ${show(twice.name)} twice`);
  const rowNames = cells.flatMap((cell, place) =>
    (cell === '' && place === 0) || PANDAS_INDEX.test(cell) ? place : [],
  );
  return { names, rowNames };
}

function tellRagged({ count, first }: RawTable['ragged'], width: number, troubles: Troubles): void {
  if (count === 0) return;
  const [{ line, cells }] = first as [RawTable['ragged']['first'][0]];
  const next = first.slice(1, 4).map((row) => `${row.line} (${row.cells})`);
  const others = next.length > 0 ? `; in all ${count} rows are so, next on lines ${next.join(', ')}` : '';
  troubles.add(`line ${line}: expected ${width} cells, got ${cells}${others}`);
}
