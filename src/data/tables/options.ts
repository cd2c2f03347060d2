import type { Completed, Option, Options, OptionsOf } from '../../check/option.js';
import { MAX_MEMORY } from '../../runtime/budget.js';

const NAMES = { kind: 'list', of: { kind: 'text', doc: 'A name.' } } as const;

/** Of the table of features. */
const TABLE_MEMORY = { ...MAX_MEMORY, default: 2 ** 30 } as const satisfies Option;

/** What counts as missing unless said otherwise. */
const MARKS = [
  ...['', '?', '-', '--', '.', 'NA', 'N/A', 'n/a', 'n.a.', 'k.A.', '<NA>', 'NaN', 'nan', 'NaT'],
  ...['null', 'NULL', 'None', 'none', 'nil', '#N/A', '#N/V', '#NV', '#DIV/0!', '#VALUE!', '#WERT!'],
];

/** How the columns of a table become features, wherever the table is from. */
export const TABLE = {
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
  categorical: {
    ...NAMES,
    default: [],
    defaultDoc: 'none',
    doc: 'Columns of numbers to take as categories; a column with other cells than numbers or dates is taken so by itself.',
  },
  ignore: { ...NAMES, default: [], defaultDoc: 'none', doc: 'Columns to leave out: row numbers, identifiers.' },
  missing: {
    kind: 'number',
    words: ['refuse', 'mean', 'mode', 'state'],
    default: 'refuse',
    doc: "What a missing cell does. refuse: an error; mode: the column's most frequent cell; mean: its mean, in a column of categories the most frequent one; state: a category of its own, among numbers their mean and a feature more that is 1; a number: that number, in a column of categories an error. A missing target is an error always.",
  },
  missingMarks: { ...NAMES, default: MARKS, doc: 'Cells that count as missing.' },
  dates: {
    kind: 'choice',
    of: ['days', 'day-first', 'month-first', 'leave-out'],
    default: 'days',
    doc: 'What a column of dates becomes: days since 1970-01-01, with fractions for times, or nothing. 03/04/2020 is refused unless other rows, or this option, tell day from month.',
  },
  unknownCategory: {
    kind: 'choice',
    of: ['refuse', 'zero'],
    default: 'refuse',
    doc: 'What a category does that training did not see: an error, or zeros in all features of its column.',
  },
  maxMemory: TABLE_MEMORY,
} as const satisfies Options;

export type TableSettings = Completed<typeof TABLE>;

/** Names of the columns, where rows are lists. */
const COLUMN_NAMES = {
  ...NAMES,
  least: 1,
  distinct: true,
  defaultDoc: 'column0, column1, ...',
  doc: 'Of the columns, where rows are arrays.',
} as const satisfies Option;

/** Options of learnRecords. */
export const RECORDS = { ...TABLE, names: COLUMN_NAMES } as const satisfies Options;

export type RecordsOptions = OptionsOf<typeof RECORDS>;

/** Options of readCsv. */
export const READ_TABLE = {
  targets: {
    kind: 'choice',
    of: ['compare', 'ignore'],
    default: 'compare',
    doc: 'compare: the target column, if there is one, must hold targets like those of training; ignore: it is not looked at.',
  },
  maxMemory: TABLE_MEMORY,
} as const satisfies Options;

export type ReadSettings = Completed<typeof READ_TABLE>;

/** Options of readRecords. */
export const READ_RECORDS = { ...READ_TABLE, names: COLUMN_NAMES } as const satisfies Options;

function isColumn(value: unknown): value is string | number | null {
  return value === null || typeof value === 'string' || typeof value === 'number';
}
