/** What a date begins with, as far as it goes: year, month, day. */
const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?!\d)/;

/** Characters of a year, a month and a day as in 2024-03-05. */
const LENGTHS = [10, 7, 4] as const;

/** Periods at most, unless they are years: two months of days, five years of months. */
const MOST_PERIODS = 62;

/** A date as a year, a month or a day, as exact as it is; undefined for what is none. */
export function periodOf(date: string): string | undefined {
  const [whole, , month, day] = DATE.exec(date.trim()) ?? [];
  if (month !== undefined && !(Number(month) >= 1 && Number(month) <= 12)) return undefined;
  if (day !== undefined && !(Number(day) >= 1 && Number(day) <= 31)) return undefined;
  return whole;
}

/** Things by day, by month or by year: the finest that all dates tell and that makes no more than 62 of them, whatever order they come in; by year where nothing else does. */
export class ByPeriod<T> {
  private readonly found = new Map<string, T>();
  private unit = 0;

  /** @param merge adds the second thing to the first */
  constructor(
    private readonly make: () => T,
    private readonly merge: (to: T, from: T) => void,
  ) {}

  /** What stands for a period, as periodOf gives it. */
  at(period: string): T {
    while (period.length < LENGTHS[this.unit]!) this.coarsen();
    const thing = this.of(period);
    if (this.found.size <= MOST_PERIODS || this.unit === LENGTHS.length - 1) return thing;
    this.coarsen();
    return this.at(period);
  }

  /** In order of time. */
  entries(): [string, T][] {
    return [...this.found].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  private of(period: string): T {
    const name = period.slice(0, LENGTHS[this.unit]);
    let thing = this.found.get(name);
    if (!thing) {
      thing = this.make();
      this.found.set(name, thing);
    }
    return thing;
  }

  private coarsen(): void {
    this.unit++;
    const finer = [...this.found];
    this.found.clear();
    for (const [period, thing] of finer) this.merge(this.of(period), thing);
  }
}
