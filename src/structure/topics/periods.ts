import { learnPeriods, type PeriodUnit, periodOf } from '../../data/documents/periods.js';
import type { DateOrder } from '../../data/tables/dates.js';

const ORDERS: readonly DateOrder[] = ['ymd', 'dmy', 'mdy'];
/** From the finest. */
const UNITS: readonly PeriodUnit[] = ['day', 'month', 'year'];

/** Things by day, put together by period once all dates are known: memory grows with the days, not with the dates. */
export class ByPeriod<T> {
  /** By all that a date may mean, with one of the dates that mean it. */
  private readonly found = new Map<string, { readonly date: string; readonly thing: T }>();

  constructor(private readonly make: () => T) {}

  /** What stands for a date; undefined for what is none. */
  at(date: string): T | undefined {
    const key = ORDERS.map((order) => finest(date, order)).join();
    if (key === ',,') return undefined;
    let entry = this.found.get(key);
    if (!entry) {
      entry = { date, thing: this.make() };
      this.found.set(key, entry);
    }
    return entry.thing;
  }

  /**
   * In order of time, periods as learnPeriods finds them: those without anything too, where there are not too many.
   * @param merge adds the second thing to the first
   */
  entries(merge: (to: T, from: T) => void): [string, T][] {
    const entries = [...this.found.values()];
    const periods = learnPeriods(entries.map(({ date }) => date));
    if (!periods) return [];
    const things = periods.names.map((name): [string, T] => [name, this.make()]);
    for (const { date, thing } of entries) {
      const place = periods.indexOf(date);
      if (place >= 0) merge(things[place]![1], thing);
    }
    return things;
  }
}

/** A date's day, month or year, as exact as it is. */
function finest(date: string, order: DateOrder): string {
  for (const unit of UNITS) {
    const period = periodOf(date, unit, order);
    if (period !== undefined) return period;
  }
  return '';
}
