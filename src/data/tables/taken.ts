import type { Dialect } from '../text/dialect.js';
import type { TableSchema } from './schema.js';

/** What a reader decided. Plain JSON. */
export interface Taken {
  readonly format: 'csv' | 'sparse' | 'svmlight' | 'idx' | 'images' | 'records' | 'texts';
  readonly rows: number;
  /** Of texts: what stands between cells; ' ' for runs of blanks. */
  readonly delimiter?: string;
  readonly decimal?: '.' | ',';
  /** What parts thousands, where anything does. */
  readonly thousands?: string;
  readonly header?: boolean;
  /** Of formats whose columns have no kinds: how many features. */
  readonly columns?: number;
  /** Of svmlight: whether indices count from 0. */
  readonly zeroBased?: boolean;
  /** Columns of features by kind. */
  readonly numeric?: number;
  readonly dates?: number;
  readonly categorical?: number;
  /** How many categories each of the categorical columns has. */
  readonly categories?: readonly number[];
  /** Columns that became no feature, and why: 'row names', 'ignored', 'dates', ... */
  readonly leftOut?: readonly { readonly name: string; readonly why: string }[];
  readonly missing?: { readonly cells: number; readonly how: string };
  readonly target?: {
    readonly name?: string;
    readonly kind: 'classes' | 'tasks' | 'values';
    /** Of classes, or of tasks, how many. */
    readonly classes?: number;
    readonly tasks?: number;
  };
}

/** What a reader of tables decided. */
export function takenOf(
  format: 'csv' | 'records',
  rows: number,
  { dialect, columns, target, leftOut }: TableSchema,
  missing: { cells: number; how: string },
): Taken {
  const sizes = columns.flatMap((column) => (column.kind === 'categorical' ? column.categories.length : []));
  const count = (kind: 'numeric' | 'date') => columns.filter((column) => column.kind === kind).length;
  const dates = count('date');
  return {
    format,
    rows,
    ...(dialect ? dialectTaken(dialect) : {}),
    numeric: count('numeric'),
    ...(dates > 0 ? { dates } : {}),
    categorical: sizes.length,
    ...(sizes.length > 0 ? { categories: sizes } : {}),
    ...(leftOut.length > 0 ? { leftOut } : {}),
    ...(missing.cells > 0 ? { missing } : {}),
    ...(target ? { target: targetTaken(target) } : {}),
  };
}

export function dialectTaken({ delimiter, decimal, thousands, header }: Dialect) {
  return { delimiter, decimal, ...(thousands === '' ? {} : { thousands }), header };
}

function targetTaken(target: NonNullable<TableSchema['target']>) {
  const { name, kind } = target;
  return kind === 'classes' ? { name, kind, classes: target.names.length } : { name, kind };
}

const DELIMITERS: Readonly<Record<string, string>> = { ',': 'comma', '\t': 'tab', ' ': 'blank' };
const MOST_LISTED = 5;

/** In one line: `12 rows, delimiter ;, decimal comma, header yes, 3 numeric, 1 category of 4, row names left out`. */
export function takenLine(taken: Taken): string {
  const { rows, delimiter, decimal, thousands, header, zeroBased, columns, numeric, dates, leftOut, missing } = taken;
  const parts = [
    counted(rows, 'row'),
    delimiter === undefined ? '' : `delimiter ${DELIMITERS[delimiter] ?? delimiter}`,
    decimal === undefined ? '' : `decimal ${decimal === ',' ? 'comma' : 'point'}`,
    thousands === undefined ? '' : `thousands parted by ${thousands.trim() === '' ? 'blanks' : thousands}`,
    header === undefined ? '' : `header ${header ? 'yes' : 'no'}`,
    zeroBased === undefined ? '' : `indices from ${zeroBased ? 0 : 1}`,
    columns === undefined ? '' : counted(columns, 'feature'),
    numeric === undefined ? '' : `${numeric} numeric`,
    dates === undefined ? '' : counted(dates, 'date'),
    categoriesTaken(taken),
    missing === undefined ? '' : `${counted(missing.cells, 'missing cell')} (${missing.how})`,
    ...leftOutTaken(leftOut ?? []),
    targetLine(taken),
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function categoriesTaken({ categorical, categories = [] }: Taken): string {
  if (!categorical) return '';
  if (categories.length === 0 || categories.length > MOST_LISTED) return `${categorical} categorical`;
  return `${categorical} ${categorical === 1 ? 'category' : 'categories'} of ${listed(categories.map(String))}`;
}

/** Names of rows have no name of their own; others are listed by why they were left out. */
function leftOutTaken(leftOut: NonNullable<Taken['leftOut']>): string[] {
  return [...new Set(leftOut.map(({ why }) => why))].map((why) => {
    const names = leftOut.filter((column) => column.why === why).map(({ name }) => name);
    if (why === 'row names') return 'row names left out';
    const some = names.length > MOST_LISTED ? counted(names.length, 'column') : listed(names);
    return why === 'ignored' ? `${some} left out` : `${some} left out (${why})`;
  });
}

function targetLine({ target }: Taken): string {
  if (target === undefined) return '';
  const { name, kind, classes, tasks } = target;
  const what = kind === 'classes' ? `${classes} classes` : kind === 'tasks' ? counted(tasks ?? 1, 'task') : 'values';
  return name === undefined ? what : `target ${name} of ${what}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
