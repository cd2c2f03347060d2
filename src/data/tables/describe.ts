import { dateOrder } from './dates.js';
import { areTexts, mostCategories, NUMERIC_SHARE } from './limits.js';
import type { TableSettings } from './options.js';
import { MISSING, NUMBER, type RawColumn } from './raw.js';
import { datesOf } from './values.js';

/** What a column holds. Plain JSON. */
export interface ColumnSummary {
  readonly name: string;
  /** text: running text, or so many different cells that they rather tell rows apart; empty: no cell that is not missing; binary: 0 and 1; counts: whole numbers from 0; date: as the reader took it. */
  readonly kind: 'numeric' | 'categorical' | 'text' | 'empty' | 'binary' | 'counts' | 'date';
  /** Cells that are missing. */
  readonly missing: number;
  /** Different values, missing ones not counted; absent where they were not counted. */
  readonly distinct?: number;
  /** Of the numbers. */
  readonly min?: number;
  readonly mean?: number;
  readonly max?: number;
  /** Of dates, the first and the last: 2024-02-29, with the time where any has one. */
  readonly earliest?: string;
  readonly latest?: string;
  /** Of a column of numbers, cells that are none. */
  readonly words?: number;
  /** Of features that are mostly 0: rows where this one is not. */
  readonly present?: number;
  /** The most frequent cells of a column that is not all numbers, five at most, with the rows that have them. */
  readonly most?: readonly { readonly value: string; readonly rows: number }[];
  /** The same value in every row. */
  readonly constant?: true;
  /** The first column that has the same cells. */
  readonly duplicateOf?: string;
}

const MOST_SHOWN = 5;

/** What columns of cells hold, in their order; `names` are one a column. */
export function describeColumns(
  columns: readonly RawColumn[],
  names: readonly string[],
  dates: TableSettings['dates'] = 'days',
): ColumnSummary[] {
  const first = firstAlike(columns);
  return columns.map((column, c) => {
    const summary = describeDates(column, names[c]!, dates) ?? describeColumn(column, names[c]!);
    const twin = summary.constant || summary.kind === 'empty' ? c : first[c]!;
    return twin === c ? summary : { ...summary, duplicateOf: names[twin]! };
  });
}

function describeColumn(column: RawColumn, name: string): ColumnSummary {
  const { numbers, ids } = column;
  const { missing, words } = countsOf(column);
  const values = numbers.filter((x) => !Number.isNaN(x)).sort();
  const distinct = column.different + distinctOf(values);
  const cells = values.length + words;
  if (cells === 0) return { name, kind: 'empty', missing, distinct: 0 };
  const isNumeric = words === 0 || values.length > NUMERIC_SHARE * cells;
  const categories =
    column.texts !== undefined && distinct <= mostCategories(cells) && !areTexts(column, distinct, cells);
  return {
    name,
    kind: isNumeric ? 'numeric' : categories ? 'categorical' : 'text',
    missing,
    distinct,
    ...(values.length > 0 ? { min: values[0]!, mean: meanOf(values), max: values.at(-1)! } : {}),
    ...(isNumeric && words > 0 ? { words } : {}),
    ...(ids && words > 0 && column.texts ? { most: mostFrequent(column) } : {}),
    ...(distinct === 1 && missing === 0 ? { constant: true } : {}),
  };
}

/** Of a column of nothing but dates; undefined where it is another, or where day and month cannot be told apart. */
function describeDates(column: RawColumn, name: string, dates: TableSettings['dates']): ColumnSummary | undefined {
  if (!column.texts?.length || !column.ids?.every((id) => id !== NUMBER)) return undefined;
  const first = dates === 'day-first' ? 'day' : dates === 'month-first' ? 'month' : undefined;
  const order = dateOrder(column.texts, first);
  if (order === undefined || order === 'either') return undefined;
  const days = datesOf(column, order)
    .values.filter((day) => !Number.isNaN(day))
    .sort();
  const { missing } = countsOf(column);
  const distinct = distinctOf(days);
  const withTime = days.some((day) => !Number.isInteger(day));
  return {
    ...{ name, kind: 'date', missing, distinct },
    earliest: isoOf(days[0]!, withTime),
    latest: isoOf(days.at(-1)!, withTime),
    ...(distinct === 1 && missing === 0 ? { constant: true } : {}),
  };
}

/** 2024-02-29, or 2024-02-29T12:30Z. */
function isoOf(day: number, withTime: boolean): string {
  const iso = new Date(Math.round(day * 86_400_000)).toISOString();
  return withTime ? iso.replace(/(:00)?\.000Z$/, 'Z') : iso.slice(0, iso.indexOf('T'));
}

function countsOf({ ids }: RawColumn): { missing: number; words: number } {
  let [missing, words] = [0, 0];
  for (const id of ids ?? []) {
    if (id === MISSING) missing++;
    else if (id !== NUMBER) words++;
  }
  return { missing, words };
}

/** How many differ of sorted numbers. */
export function distinctOf(sorted: ArrayLike<number>): number {
  let different = 0;
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) different++;
  return different;
}

/** Of sums that no sum of large numbers overflows. */
export function meanOf(values: ArrayLike<number>): number {
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += (values[i]! - mean) / (i + 1);
  return mean;
}

/** Cells by how many rows have them, equals in order of appearance; numbers among texts count too. */
export function mostFrequent(column: RawColumn, most = MOST_SHOWN): { value: string; rows: number }[] {
  const { numbers, ids, texts = [] } = column;
  const rows = new Map<string | number, number>();
  for (let r = 0; r < numbers.length; r++) {
    const id = ids ? ids[r]! : NUMBER;
    if (id === MISSING) continue;
    const cell = id === NUMBER ? numbers[r]! : texts[id]!;
    rows.set(cell, (rows.get(cell) ?? 0) + 1);
  }
  return [...rows]
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([value, count]) => ({ value: String(value), rows: count }));
}

/** Of each column the place of the first with the same cells. */
function firstAlike(columns: readonly RawColumn[]): number[] {
  const places = new Map<number, number[]>();
  return columns.map((column, c) => {
    // Of other columns nobody knows which texts are where.
    if (!column.texts && column.ids) return c;
    const hash = hashOf(column);
    const candidates = places.get(hash) ?? [];
    const twin = candidates.find((other) => isAlike(column, columns[other]!));
    if (twin === undefined) places.set(hash, [...candidates, c]);
    return twin ?? c;
  });
}

/** By the numbers alone, and where there are none. */
function hashOf({ numbers, ids }: RawColumn): number {
  let hash = 0;
  for (let r = 0; r < numbers.length; r++) {
    const x = numbers[r]!;
    const part = Number.isNaN(x) ? (ids?.[r] === MISSING ? 2 : 1) : Math.fround(x) % 1e9;
    hash = (Math.imul(hash, 31) + Math.trunc(part * 4096)) | 0;
  }
  return hash;
}

function isAlike(a: RawColumn, b: RawColumn): boolean {
  for (let r = 0; r < a.numbers.length; r++) {
    const [p, q] = [a.ids ? a.ids[r]! : NUMBER, b.ids ? b.ids[r]! : NUMBER];
    if (p < 0 || q < 0) {
      if (p !== q || (p === NUMBER && a.numbers[r] !== b.numbers[r])) return false;
    } else if (a.texts![p] !== b.texts![q]) return false;
  }
  return true;
}
