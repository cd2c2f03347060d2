import { show } from '../text/show.js';
import { categoriesOf, cellAt, censusOf, distinctNumbers } from './cells.js';
import type { Context } from './context.js';
import { TEXTS_GO_BY_WORDS } from './kinds.js';
import { areTexts, areValues, mostCategories } from './limits.js';
import type { TableTarget } from './schema.js';
import type { SourceColumn } from './source.js';

/** More classes that are numbers are worth a word. */
const SURELY_CLASSES = 10;

/** What is to be predicted: undefined where that is a trouble. */
export function learnTarget(context: Context, name: string, column: SourceColumn): TableTarget | undefined {
  const { source, options, troubles, warnings } = context;
  const shown = `column ${show(name)}`;
  const census = censusOf(column);
  const { words, firstWord, missing, firstMissing, firstInfinite } = census;
  if (missing > 0) {
    const others = missing > 1 ? ` and in ${missing - 1} more rows` : '';
    troubles.add(`${source.where(firstMissing)}, ${shown}: expected a target, got none there${others}`);
    return undefined;
  }
  const numbers = distinctNumbers(column);
  const looksContinuous = words === 0 && areValues(numbers);
  if (options.task === 'values' || (options.task === undefined && looksContinuous)) {
    const wrong = firstWord >= 0 ? firstWord : firstInfinite;
    if (wrong < 0 && !column.days) return { name, kind: 'values' };
    const got = wrong < 0 ? 'dates' : show(cellAt(column, wrong));
    troubles.add(`${source.where(Math.max(0, wrong))}, ${shown}: expected a number, got ${got}`);
    return undefined;
  }
  const different = column.different + numbers.length;
  if (words > 0 && areTexts(column, different, source.rows)) {
    troubles.add(`${shown}: expected classes or numbers, got running text, ${TEXTS_GO_BY_WORDS}`);
    return undefined;
  }
  if ((!column.texts && column.ids) || different > mostCategories(source.rows)) {
    const atLeast = column.texts || !column.ids ? '' : 'at least ';
    troubles.add(
      `${shown}: expected classes that recur, got ${atLeast}${different} different ones in ${source.rows} rows`,
    );
    return undefined;
  }
  const names = categoriesOf(column, source.dialect?.decimal ?? '.');
  if (names.length < 2) {
    troubles.add(`${shown}: expected at least 2 classes, got only ${show(names[0]!)}`);
    return undefined;
  }
  if (options.task === undefined && words === 0 && names.length > SURELY_CLASSES)
    warnings.push(
      `${shown} has ${names.length} different whole numbers, taken for classes; task: 'values' takes them for values`,
    );
  return { name, kind: 'classes', names, ...(options.categorical.includes(name) ? { spelled: true } : {}) };
}
