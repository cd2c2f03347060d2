import { unitIn } from '../text/number-format.js';
import { shorten, show } from '../text/show.js';
import { type Census, cellAt, distinctNumbers } from './cells.js';
import type { Context } from './context.js';
import { NUMERIC_SHARE } from './limits.js';
import type { TableSettings } from './options.js';
import type { SourceColumn } from './source.js';
import type { Remedy } from './troubles.js';

/** From here on, words known for it are marks of what is missing. */
const MARKED_SHARE = 0.5;
/** Odd cells that may be marks of what is missing. */
const MOST_MARKS = 5;
const LONGEST_MARK = 20;
/** More different numbers are no categories. */
const MOST_NUMERIC_CATEGORIES = 10;
/** Of the cells, so many are numbers where units differ. */
const NEARLY_ALL = 0.9;
const KNOWN =
  /^([-–—.*/]+|\?+|#[a-zäöü/]+[!?]?|k\.? ?a\.?|n\.? ?[avb]\.?|n\/a|na|nan|null|nil|none|keine angabe|fehlt|unbekannt|unknown|missing|not available)$/i;

/** Whether a column of numbers and words is one of numbers with mistakes or marks in it, which is told. */
export function tellMarkedNumbers(
  context: Context,
  shown: string,
  name: string,
  column: SourceColumn,
  census: Census,
): boolean {
  if (tellUnits(context, shown, column)) return true;
  const { numbers, words } = census;
  const share = numbers / (numbers + words);
  const texts = column.texts ?? [];
  const few = texts.length > 0 && texts.length <= MOST_MARKS && texts.every((text) => text.length <= LONGEST_MARK);
  if (share > NUMERIC_SHARE) tellOddWords(context, shown, name, column, census, few);
  else if (few && share >= MARKED_SHARE && areMarks(column, texts, census)) tellMarks(context, shown, column, census);
  else return false;
  return true;
}

/** Words known for it, and any that recur, or not in the first row alone, among numbers that are no categories. */
function areMarks(column: SourceColumn, texts: readonly string[], { words, firstWord }: Census): boolean {
  if (texts.every((text) => KNOWN.test(text))) return true;
  const numbers = distinctNumbers(column);
  const many = numbers.length > MOST_NUMERIC_CATEGORIES;
  if (words >= 2 * texts.length) return many || numbers.some((number) => !Number.isInteger(number));
  return many && (words > 1 || firstWord > 0);
}

function marksOf({ texts }: SourceColumn, { missing }: TableSettings): Remedy {
  return { missingMarks: texts!, ...(missing === 'refuse' ? { missing: 'mean' } : {}) };
}

function tellMarks(
  { options, troubles, source }: Context,
  shown: string,
  column: SourceColumn,
  { numbers, words, firstWord }: Census,
): void {
  const texts = column.texts!;
  const what = texts.length === 1 ? show(texts[0]!) : `texts: ${shorten(texts)}`;
  troubles.add(
    `${shown}: ${numbers} of ${numbers + words} cells are numbers, ${words} ${words === 1 ? 'is' : 'are'} ${what}, the first in ${source.where(firstWord)}; if that is for missing ones, list it under missingMarks, else the column under categorical`,
    marksOf(column, options),
  );
}

function tellOddWords(
  { source, options, troubles }: Context,
  shown: string,
  name: string,
  column: SourceColumn,
  { numbers, words, firstWord }: Census,
  few: boolean,
): void {
  const cell = show(cellAt(column, firstWord));
  const told = `${source.where(firstWord)}, ${shown}: expected a number like ${numbers} of ${numbers + words} cells of the column, got ${cell}`;
  if (words === 1 && firstWord === 0 && source.dialect && !KNOWN.test(column.texts?.[0] ?? '')) {
    const what = source.dialect.header
      ? 'is of the header, leave it out of the text'
      : 'names columns, the option header says so';
    troubles.add(`${told}; if that line ${what}`);
    return;
  }
  const others = words > 1 ? ` and ${words - 1} more such cells` : '';
  troubles.add(
    `${told}${others}; ` +
      (few ? 'list it under missingMarks, or the column under categorical' : 'ignore leaves the column out'),
    few ? marksOf(column, options) : { ignore: name },
  );
}

/** Numbers with units that differ, or with one in some rows only, are told without a remedy: which factor is between them is not in the table. */
function tellUnits({ source, troubles }: Context, shown: string, column: SourceColumn): boolean {
  const { texts, ids, numbers, times } = column;
  if (!texts || !ids) return false;
  const units = texts.map((text) => unitIn(text, source.dialect?.decimal ?? '.'));
  const found = new Map<string, { count: number; row: number }>();
  let cells = 0;
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row]!;
    const isPlain = id < 0 && !Number.isNaN(numbers[row]!);
    if (id < 0 && !isPlain) continue;
    const n = times ? times[row]! : 1;
    cells += n;
    const unit = isPlain ? '' : units[id];
    if (unit === undefined) continue;
    const known = found.get(unit);
    if (known) known.count += n;
    else found.set(unit, { count: n, row });
  }
  const counted = [...found].map(([unit, { count }]) => `${count} ${unit === '' ? 'without a unit' : `with ${unit}`}`);
  const inAll = [...found.values()].reduce((sum, { count }) => sum + count, 0);
  if (found.size < 2 || inAll < NEARLY_ALL * cells) return false;
  const examples = [...found.values()].slice(0, 3).map(({ row }) => show(cellAt(column, row)));
  troubles.add(
    `${shown}: numbers have different units, ${counted.join(', ')}, as ${examples.join(' and ')}; write all of them in one`,
  );
  return true;
}
