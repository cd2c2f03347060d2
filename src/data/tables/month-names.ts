/** A date whose month is a word. */
export interface NamedDate {
  /** Its digits. */
  readonly year: string;
  readonly month: number;
  readonly day: number;
}

/** In English and German, by their first letters: those of a whole name, or the usual short ones. */
const MONTHS: readonly RegExp[] = [
  /^(jan(uary|uar)?|jän(ner)?)$/,
  /^feb(ruary|ruar)?$/,
  /^(mar(ch)?|mär(z)?|mrz|maerz)$/,
  /^apr(il)?$/,
  /^(may|mai)$/,
  /^(june?|juni)$/,
  /^(july?|juli)$/,
  /^aug(ust)?$/,
  /^(sept?|september)$/,
  /^(oct(ober)?|okt(ober)?)$/,
  /^nov(ember)?$/,
  /^(dec(ember)?|dez(ember)?)$/,
];
const WORD = '([a-zä]{3,9})';
/** 1. Januar 2019, 12-Jun-2019. */
const DAY_FIRST = new RegExp(`^(\\d{1,2})\\.?[ -]?${WORD}\\.?[ -]?(\\d{4}|\\d{2})$`);
/** June 12, 2019. */
const MONTH_FIRST = new RegExp(`^${WORD}\\.? (\\d{1,2}),? (\\d{4})$`);
/** Jan 19, the first of that month. */
const NO_DAY = new RegExp(`^${WORD}\\.?[ -](\\d{4}|\\d{2})$`);

/** Undefined for a text that is no such date; the day may be one that the month has not. */
export function namedDate(text: string): NamedDate | undefined {
  // Most texts are not.
  if (!/\d$/.test(text) || !/[a-zä]/i.test(text)) return undefined;
  const plain = text.toLowerCase();
  const dayFirst = DAY_FIRST.exec(plain);
  if (dayFirst) return dated(dayFirst[1]!, dayFirst[2]!, dayFirst[3]!);
  const monthFirst = MONTH_FIRST.exec(plain);
  if (monthFirst) return dated(monthFirst[2]!, monthFirst[1]!, monthFirst[3]!);
  const noDay = NO_DAY.exec(plain);
  return noDay ? dated('1', noDay[1]!, noDay[2]!) : undefined;
}

function dated(day: string, word: string, year: string): NamedDate | undefined {
  const month = MONTHS.findIndex((name) => name.test(word)) + 1;
  return month > 0 ? { year, month, day: Number(day) } : undefined;
}
