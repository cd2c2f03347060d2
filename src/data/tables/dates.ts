import { namedDate } from './month-names.js';

/** Which of year, month and day stands first, second and third. */
export type DateOrder = 'ymd' | 'dmy' | 'mdy';

const TIME = /(?:[T ] ?(\d{1,2}):(\d{2})(?::(\d{2}(?:[.,]\d{1,9})?))? ?(?:([AaPp])[Mm])? ?(Z|[+-]\d{2}:?\d{2})?)?/
  .source;
const YEAR_FIRST = new RegExp(`^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})${TIME}$`);
const YEAR_LAST = new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4})${TIME}$`);
/** With days and months of two digits too, unless slashes part them: 1.2.34 is a version of something. */
const SHORT_YEAR = new RegExp(`^(?:(\\d{2})([-.])(\\d{2})\\2|(\\d{1,2})(/)(\\d{1,2})/)(\\d{2})${TIME}$`);
/** As POSIX has it: 69 is 1969, 68 is 2068. */
const FIRST_SHORT_YEAR = 69;
const LONGEST = 48;
const DAY = 86_400_000;

/**
 * The order in which all of these texts are dates; 'either' where day and month cannot be told apart, undefined where they are no dates.
 * @param first what stands first where either may
 */
export function dateOrder(texts: readonly string[], first?: 'day' | 'month'): DateOrder | 'either' | undefined {
  const orders: readonly DateOrder[] = ['ymd', 'dmy', 'mdy'];
  let possible = orders.filter((order) => !Number.isNaN(daysOf(texts[0] ?? '', order)));
  let same = true;
  for (const text of texts) {
    if (possible.length === 0) return undefined;
    const days = possible.map((order) => daysOf(text, order));
    possible = possible.filter((_, i) => !Number.isNaN(days[i]));
    if (days.some((day) => day !== days[0])) same = false;
  }
  if (possible.length < 2 || same) return possible[0];
  return first === 'day' ? 'dmy' : first === 'month' ? 'mdy' : 'either';
}

/** Days since 1970-01-01, with a fraction for the time, which is in UTC unless an offset is given; NaN for what is no such date. Dots stand only between day, month and year. */
export function daysOf(text: string, order: DateOrder): number {
  if (text.length > LONGEST) return Number.NaN;
  const named = namedDate(text);
  if (named) return dayNumber(yearOf(named.year), named.month, named.day);
  const parts = (order === 'ymd' ? YEAR_FIRST : YEAR_LAST).exec(text) ?? (order === 'ymd' ? null : shortParts(text));
  if (!parts || (order === 'mdy' && parts[2] === '.')) return Number.NaN;
  const [a, b, c] = [Number(parts[1]), Number(parts[3]), yearOf(parts[4]!)];
  const [year, month, day] = order === 'ymd' ? [a, b, Number(parts[4])] : order === 'dmy' ? [c, b, a] : [c, a, b];
  return dayNumber(year, month, day) + timeOf(parts.slice(5));
}

/** Whether a date has a year of two digits. */
export function hasShortYear(text: string): boolean {
  return shortParts(text) !== undefined || namedDate(text)?.year.length === 2;
}

/** As a match of YEAR_LAST has them. */
function shortParts(text: string): (string | undefined)[] | undefined {
  const match = SHORT_YEAR.exec(text);
  if (!match) return undefined;
  const [all, a, mark, b, c, slash, d, year, ...time] = match;
  return [all, a ?? c, mark ?? slash, b ?? d, year, ...time];
}

function yearOf(digits: string): number {
  const year = Number(digits);
  return digits.length > 2 ? year : year + (year < FIRST_SHORT_YEAR ? 2000 : 1900);
}

/** Days since 1970-01-01; NaN for a day that its month has not. */
function dayNumber(year: number, month: number, day: number): number {
  // Years below 100 would be of the last century.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() / DAY : Number.NaN;
}

/** Part of a day, NaN for what is no time. */
function timeOf([hours = '0', minutes = '0', seconds = '0', half, zone]: (string | undefined)[]): number {
  const [h, m, s] = [Number(hours), Number(minutes), Number(seconds.replace(',', '.'))];
  if (m > 59 || s >= 61 || h > (half ? 12 : 24) || (half && h < 1)) return Number.NaN;
  const hour = half ? (h % 12) + (/p/i.test(half) ? 12 : 0) : h;
  return (hour * 3600 + m * 60 + s - offsetOf(zone)) / 86_400;
}

/** Seconds east of UTC. */
function offsetOf(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone[0] === '-' ? -60 : 60) * minutes;
}
