import { type DateOrder, daysOf } from './dates.js';
import { MISSING, NUMBER } from './raw.js';
import type { SourceColumn } from './source.js';

/** Numbers or days of a column, NaN where a cell is missing or none; `firstWrong`: the first row whose cell is neither missing nor a finite number or date, -1 for none. */
export interface Values {
  readonly values: Float64Array;
  readonly firstWrong: number;
  readonly wrong: number;
}

/** A column as numbers. The array is the column's own. */
export function numbersOf({ numbers, ids, days }: SourceColumn): Values {
  const isRight = (row: number) =>
    ids && ids[row] !== NUMBER ? ids[row] === MISSING : !days && Math.abs(numbers[row]!) !== Number.POSITIVE_INFINITY;
  return { values: numbers, ...wrongRows(numbers.length, isRight) };
}

/** A column as days since 1970-01-01. */
export function datesOf(column: SourceColumn, order: DateOrder): Values {
  const { numbers, ids, texts, days } = column;
  if (days) return { values: numbers, firstWrong: -1, wrong: 0 };
  const dayOf = (texts ?? []).map((text) => daysOf(text, order));
  const values = Float64Array.from(numbers, (_, r) => dayOf[ids ? ids[r]! : NUMBER] ?? Number.NaN);
  const isRight = (row: number) => ids?.[row] === MISSING || !Number.isNaN(values[row]!) || isBlank(column, row);
  return { values, ...wrongRows(values.length, isRight) };
}

function isBlank({ numbers, ids }: SourceColumn, row: number): boolean {
  return !ids && Number.isNaN(numbers[row]!);
}

function wrongRows(rows: number, isRight: (row: number) => boolean): Pick<Values, 'firstWrong' | 'wrong'> {
  let firstWrong = -1;
  let wrong = 0;
  for (let r = 0; r < rows; r++) {
    if (isRight(r)) continue;
    if (firstWrong < 0) firstWrong = r;
    wrong++;
  }
  return { firstWrong, wrong };
}
