import { show } from '../text/show.js';
import { MISSING, NUMBER } from './raw.js';
import type { Source, SourceColumn } from './source.js';

const TOTAL =
  /^(∑|Σ|(gesamt|zwischen|end)?summen?|gesamt|insgesamt|sum|((grand|sub)[ -]?)?totals?|total general|somme)[ :.]*$/i;
/** Rows above it; fewer sum up by chance. */
const FEWEST_ABOVE = 3;
/** Of a sum, that written numbers are rounded by. */
const ROUNDING = 1e-6;

/**
 * Says where the last row looks like a total: its first text is a word for it, or several of its numbers, or one with a fraction, are the sums of those above while most others of its
 * cells are missing or stand nowhere else. Undefined where it does not.
 */
export function totalRow(source: Source, names: readonly string[]): string | undefined {
  const { rows, columns } = source;
  const last = rows - 1;
  if (last < FEWEST_ABOVE) return undefined;
  const sums: number[] = [];
  let others = 0;
  let odd = 0;
  let word = '';
  for (const [place, column] of columns.entries()) {
    const text = lastText(column, last);
    if (isSum(column, last)) sums.push(place);
    else {
      others++;
      if (text !== undefined ? isAlone(column, last) : isGap(column, last)) odd++;
    }
    if (word === '' && text !== undefined && isAlone(column, last)) word = text;
  }
  const isTelling = sums.length > 1 || sums.some((place) => !Number.isInteger(columns[place]!.numbers[last]));
  const isTotal = TOTAL.test(word);
  if (!isTotal && !(isTelling && 2 * odd >= others)) return undefined;
  const summed = sums.map((place) => names[place]!).join(', ');
  const why =
    sums.length === 0
      ? `it begins with ${show(word)}`
      : `${summed} ${sums.length === 1 ? 'is the sum' : 'are the sums'} of the rows above`;
  return `${source.where(last)} looks like a total: ${why}; leave it out of the table`;
}

function lastText({ ids, texts }: SourceColumn, last: number): string | undefined {
  const id = ids?.[last] ?? NUMBER;
  return id < 0 ? undefined : (texts?.[id] ?? '');
}

/** Whether the last cell's text stands nowhere above. */
function isAlone({ ids, texts }: SourceColumn, last: number): boolean {
  return ids !== undefined && (texts === undefined || ids.indexOf(ids[last]!) === last);
}

function isGap({ ids, numbers }: SourceColumn, last: number): boolean {
  return ids?.[last] === MISSING || (ids === undefined && Number.isNaN(numbers[last]!));
}

/** Whether the last number is the sum of those above, and further from 0 than each of them. */
function isSum({ numbers, days }: SourceColumn, last: number): boolean {
  const total = numbers[last]!;
  if (days || Number.isNaN(total)) return false;
  let sum = 0;
  let most = 0;
  let count = 0;
  for (let row = 0; row < last; row++) {
    const x = numbers[row]!;
    if (Number.isNaN(x)) continue;
    count++;
    sum += x;
    most = Math.max(most, Math.abs(x));
  }
  return count >= FEWEST_ABOVE && Math.abs(total) > most && Math.abs(total - sum) <= ROUNDING * Math.abs(sum);
}
