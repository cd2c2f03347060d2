import { show } from '../text/show.js';
import { type Census, categoriesOf, cellAt, codesOf, distinctNumbers, mostFrequent } from './cells.js';
import type { Context } from './context.js';
import { type DateOrder, dateOrder, hasShortYear } from './dates.js';
import { fillOf } from './fill.js';
import { areTexts, mostCategories } from './limits.js';
import { tellMarkedNumbers } from './marked-numbers.js';
import type { SchemaColumn } from './schema.js';
import type { SourceColumn } from './source.js';
import { datesOf, numbersOf } from './values.js';

/** What to do about documents among the cells. */
export const TEXTS_GO_BY_WORDS =
  'which becomes features by its words (espalier topics, train --text, a TextVectorizer)';

/** What a column of features becomes: undefined where that is a trouble, 'dates' where they are to be left out. */
export function learnColumn(
  context: Context,
  name: string,
  column: SourceColumn,
  census: Census,
): SchemaColumn | 'dates' | undefined {
  const { options, troubles } = context;
  const shown = `column ${show(name)}`;
  const forced = options.categorical.includes(name);
  if (census.numbers + census.words === 0) {
    troubles.add(`${shown}: expected a value in some row, got none`, { ignore: name });
    return undefined;
  }
  const kind = forced ? 'categorical' : kindOf(context, shown, name, column, census);
  if (kind === undefined || kind === 'dates') return kind;
  if (!canFill(context, shown, census, kind === 'categorical')) return undefined;
  warnOfConstant(context, shown, column, census);
  if (kind === 'numeric' && column.codes)
    context.warnings.push(`${shown}: numbers with leading noughts, as codes have; categorical takes them so`);
  const state = options.missing === 'state' && census.missing > 0 ? ({ missing: 'state' } as const) : {};
  if (kind !== 'categorical') {
    const { values } = kind === 'numeric' ? numbersOf(column) : datesOf(column, kind);
    const order = kind === 'numeric' ? { kind } : { kind: 'date' as const, order: kind };
    return { name, ...order, fill: fillOf(values, options.missing, column), ...state };
  }
  return learnCategories(context, shown, name, column, forced, state);
}

function kindOf(
  context: Context,
  shown: string,
  name: string,
  column: SourceColumn,
  census: Census,
): 'numeric' | 'categorical' | DateOrder | 'dates' | undefined {
  const { options, troubles, source, warnings } = context;
  if (column.days) return options.dates === 'leave-out' ? 'dates' : 'ymd';
  if (census.words === 0) {
    if (census.firstInfinite < 0) return 'numeric';
    const where = source.where(census.firstInfinite);
    troubles.add(`${where}, ${shown}: expected a number within 64 bits, got one beyond`, { ignore: name });
    return undefined;
  }
  if (census.numbers === 0 && column.texts) {
    const first = options.dates === 'day-first' ? 'day' : options.dates === 'month-first' ? 'month' : undefined;
    const order = dateOrder(column.texts, first);
    if (order && options.dates === 'leave-out') return 'dates';
    if (order === 'either') {
      troubles.add(
        `${shown}: expected dates that tell day from month, got none of ${column.texts.length} like ${show(column.texts[0]!)}; the option dates can say day-first or month-first`,
        { ignore: name },
      );
      return undefined;
    }
    if (order && column.texts.some(hasShortYear))
      warnings.push(`${shown}: years of two digits are taken for those from 1969 to 2068`);
    if (order) return order;
  }
  if (tellMarkedNumbers(context, shown, name, column, census)) return undefined;
  return recurs(context, shown, name, column, census) ? 'categorical' : undefined;
}

/** Whether the cells are categories rather than names of rows. */
function recurs(
  { troubles }: Context,
  shown: string,
  name: string,
  column: SourceColumn,
  { numbers, words, missing }: Census,
): boolean {
  const cells = numbers + words;
  const different = column.different + (numbers > 0 ? distinctNumbers(column).length : 0);
  if (areTexts(column, different, cells)) {
    const example = column.texts ? ` like ${show(column.texts[0]!)}` : '';
    troubles.add(
      `${shown}: expected numbers or categories, got running text${example}, ${TEXTS_GO_BY_WORDS}; leave the column out with ignore, or list it under categorical to take each text for a category`,
      { ignore: name },
    );
    return false;
  }
  if (column.texts && different <= mostCategories(cells)) return true;
  const atLeast = column.texts ? '' : 'at least ';
  const gaps = missing > 0 ? ` (${missing} cells are missing)` : '';
  troubles.add(
    `${shown}: expected categories that recur, got ${atLeast}${different} different texts in ${cells} rows${gaps}; leave out what only tells rows apart with ignore, or list the column under categorical`,
    { ignore: name },
  );
  return false;
}

/** Whether the option says what missing cells are. */
function canFill(
  { source, options, troubles }: Context,
  shown: string,
  { numbers, words, missing, firstMissing }: Census,
  isCategorical: boolean,
): boolean {
  const byNumber = isCategorical && typeof options.missing === 'number';
  if (missing === 0 || (options.missing !== 'refuse' && !byNumber)) return true;
  const told = `${missing} of ${numbers + words + missing} cells are missing, the first in ${source.where(firstMissing)}`;
  const why = byNumber
    ? `missing: ${options.missing} fills no category, mode or state does`
    : 'the option missing says what to take for them';
  troubles.add(`${shown}: ${told}; ${why}`, { missing: byNumber ? 'mode' : 'mean' });
  return false;
}

function warnOfConstant({ warnings, source }: Context, shown: string, column: SourceColumn, { missing }: Census): void {
  if (missing > 0 || source.rows < 2) return;
  const { numbers, ids } = column;
  const isSame = ids ? ids.every((id) => id === ids[0] && id >= 0) : numbers.every((x) => x === numbers[0]);
  if (isSame) warnings.push(`${shown} is ${show(cellAt(column, 0))} in every row; ignore leaves it out`);
}

function learnCategories(
  { source, options, troubles }: Context,
  shown: string,
  name: string,
  column: SourceColumn,
  forced: boolean,
  state: { missing?: 'state' },
): SchemaColumn | undefined {
  if (!column.texts && column.ids) {
    troubles.add(`${shown}: expected fewer categories, got at least ${column.different}`, { ignore: name });
    return undefined;
  }
  const decimal = source.dialect?.decimal ?? '.';
  const categories = categoriesOf(column, decimal);
  const filled =
    options.missing === 'mean' || options.missing === 'mode' || (options.missing === 'state' && !state.missing);
  const fill = filled
    ? categories[mostFrequent(codesOf(column, categories, decimal), categories.length, column.times)]!
    : null;
  return { name, kind: 'categorical', categories, fill, ...state, ...(forced ? { spelled: true } : {}) };
}
