/** Which of year, month and day stands first, second and third. */
export type DateOrder = 'ymd' | 'dmy' | 'mdy';

const TIME = /(?:[T ] ?(\d{1,2}):(\d{2})(?::(\d{2}(?:[.,]\d{1,9})?))? ?(?:([AaPp])[Mm])? ?(Z|[+-]\d{2}:?\d{2})?)?/
  .source;
const YEAR_FIRST = new RegExp(`^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})${TIME}$`);
const YEAR_LAST = new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4})${TIME}$`);
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
  const parts = text.length > LONGEST ? null : (order === 'ymd' ? YEAR_FIRST : YEAR_LAST).exec(text);
  if (!parts || (order === 'mdy' && parts[2] === '.')) return Number.NaN;
  const [a, b, c] = [Number(parts[1]), Number(parts[3]), Number(parts[4])];
  const [year, month, day] = order === 'ymd' ? [a, b, c] : order === 'dmy' ? [c, b, a] : [c, a, b];
  // Years below 100 would be of the last century.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return Number.NaN;
  return date.getTime() / DAY + timeOf(parts.slice(5));
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
