import { got } from '../../check/phrase.js';
import { type DateOrder, daysOf } from '../tables/dates.js';

/** What dates are put together by. */
export type PeriodUnit = 'year' | 'month' | 'day';

/** The periods that some dates are of. */
export interface Periods {
  readonly unit: PeriodUnit;
  /** In order: '2024', '2024-02' or '2024-02-29'; those without a date too, where there are not too many. */
  readonly names: readonly string[];
  /** The place of a date's period in `names`; -1 for what is no date. */
  indexOf(date: string): number;
}

/** Year, month from 1 and day of the month; absent where a date does not tell. */
interface Parts {
  readonly year: number;
  readonly month?: number;
  readonly day?: number;
}

const MOST_PERIODS = 60;
const DAY = 86_400_000;
const UNITS: readonly PeriodUnit[] = ['day', 'month', 'year'];
const ORDERS: readonly DateOrder[] = ['ymd', 'dmy', 'mdy'];

/**
 * The period of a date: its year ('2024'), month ('2024-02') or day ('2024-02-29'); undefined for what is no date or does not tell the unit. ISO dates, years and months ('2024',
 * '2024-02', '20240229'), and the dates that tables may have: 29.02.2024, 29 Feb 2024, with a time or without, which is taken to UTC.
 * @param order in which day, month and year stand; default year, month, day
 */
export function periodOf(date: string, unit: PeriodUnit, order: DateOrder = 'ymd'): string | undefined {
  if (typeof date !== 'string') throw new TypeError(`date: expected a string, got ${got(date)}`);
  if (!UNITS.includes(unit)) throw new RangeError(`unit: expected day, month or year, got ${got(unit)}`);
  if (!ORDERS.includes(order)) throw new RangeError(`order: expected ymd, dmy or mdy, got ${got(order)}`);
  const parts = partsOf(date.trim(), order);
  return parts && nameOf(parts, unit);
}

/**
 * Periods for these dates: the finest unit of day, month and year that all tell, with at most 60 from the first to the last. What is no date is left out; where all could be read with the day
 * first or the month first, to different effect, only years are told.
 * @returns undefined where none is a date
 */
export function learnPeriods(dates: Iterable<string>): Periods | undefined {
  const all = distinct(dates);
  const counts = ORDERS.map((order) => all.reduce((n, date) => n + (partsOf(date, order) ? 1 : 0), 0));
  const most = Math.max(...counts);
  if (all.length === 0 || most === 0) return undefined;
  const possible = ORDERS.filter((_, i) => counts[i] === most);
  const order = possible[0]!;
  const known = all.flatMap((date) => partsOf(date, order) ?? []);
  const certain = possible.every(
    (other) => other === order || all.every((date) => isSame(partsOf(date, order), partsOf(date, other))),
  );
  const unit = certain ? unitOf(known) : 'year';
  const names = namesOf(known, unit);
  const places = new Map(names.map((name, place) => [name, place]));
  return { unit, names, indexOf: (date) => places.get(periodOf(date, unit, order) ?? '') ?? -1 };
}

function distinct(dates: Iterable<string>): string[] {
  if (typeof dates !== 'object' || dates === null || !(Symbol.iterator in dates))
    throw new TypeError(`dates: expected a list of strings, got ${got(dates)}`);
  const all = new Set<string>();
  for (const date of dates) {
    if (typeof date !== 'string') throw new TypeError(`dates: expected strings, got ${got(date)}`);
    all.add(date.trim());
  }
  return [...all];
}

function isSame(a: Parts | undefined, b: Parts | undefined): boolean {
  return a?.year === b?.year && a?.month === b?.month && a?.day === b?.day;
}

function partsOf(date: string, order: DateOrder): Parts | undefined {
  const coarse = /^(\d{4})(?:[-/](\d{1,2}))?$/.exec(date) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(date);
  if (coarse) {
    const [year, month, day] = coarse.slice(1).map((digits) => (digits === undefined ? undefined : Number(digits)));
    if (day !== undefined) return fromDays(daysOf(`${coarse[1]}-${coarse[2]}-${coarse[3]}`, 'ymd'));
    if (month !== undefined && (month < 1 || month > 12)) return undefined;
    return { year: year!, ...(month === undefined ? {} : { month }) };
  }
  return fromDays(daysOf(date, order));
}

function fromDays(days: number): Parts | undefined {
  if (Number.isNaN(days)) return undefined;
  const date = new Date(Math.floor(days) * DAY);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** A number that counts periods one after another; NaN where a date does not tell. */
function countOf({ year, month = Number.NaN, day = Number.NaN }: Parts, unit: PeriodUnit): number {
  if (unit === 'year') return year;
  if (unit === 'month') return 12 * year + month - 1;
  return Math.floor(daysOf(`${padded(year, 4)}-${month}-${day}`, 'ymd'));
}

function unitOf(known: readonly Parts[]): PeriodUnit {
  const fine = UNITS.filter((unit) => unit !== 'year');
  return fine.find((unit) => spanOf(known.map((parts) => countOf(parts, unit))) <= MOST_PERIODS) ?? 'year';
}

/** NaN where any count is. */
function spanOf(counts: readonly number[]): number {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const count of counts) [least, most] = [Math.min(least, count), Math.max(most, count)];
  return most - least + 1;
}

function namesOf(known: readonly Parts[], unit: PeriodUnit): string[] {
  const counts = [...new Set(known.map((parts) => countOf(parts, unit)))].sort((a, b) => a - b);
  const [first, span] = [counts[0]!, spanOf(counts)];
  const all = span <= MOST_PERIODS ? Array.from({ length: span }, (_, i) => first + i) : counts;
  return all.map((count) => nameOf(fromCount(count, unit), unit)!);
}

function fromCount(count: number, unit: PeriodUnit): Parts {
  if (unit === 'year') return { year: count };
  return unit === 'month' ? { year: Math.floor(count / 12), month: (count % 12) + 1 } : fromDays(count)!;
}

function nameOf({ year, month, day }: Parts, unit: PeriodUnit): string | undefined {
  const name = padded(year, 4);
  if (unit === 'year') return name;
  if (month === undefined) return undefined;
  if (unit === 'month') return `${name}-${padded(month, 2)}`;
  return day === undefined ? undefined : `${name}-${padded(month, 2)}-${padded(day, 2)}`;
}

function padded(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}
