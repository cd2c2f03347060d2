import { censusOf, distinctNumbers } from './cells.js';
import { dateOrder } from './dates.js';
import { areIds, tellsRowsApart } from './learn.js';
import type { TableSettings } from './options.js';
import type { Source, SourceColumn } from './source.js';
import { learnTarget } from './target.js';
import { Troubles } from './troubles.js';

/** Names of the columns that could be the target, in their order: not ids, names of rows or dates. */
export function candidateTargets(source: Source, options: TableSettings): string[] {
  const names = source.names ?? source.columns.map((_, place) => `column${place}`);
  return names.filter((name, place) => {
    const column = source.columns[place]!;
    if (options.ignore.includes(name) || isLabel(source, name, place, column)) return false;
    const troubles = new Troubles();
    return learnTarget({ source, options, troubles, warnings: [] }, name, column) !== undefined;
  });
}

/** Whether the cells only tell rows apart, or when they are of. */
function isLabel({ rowNames }: Source, name: string, place: number, column: SourceColumn): boolean {
  const census = censusOf(column);
  if (census.numbers + census.words === 0 || column.days) return true;
  if (rowNames.includes(place) && tellsRowsApart(column, census)) return true;
  if (census.words === 0) return areIds(name, distinctNumbers(column), census.numbers);
  return census.numbers === 0 && column.texts !== undefined && dateOrder(column.texts) !== undefined;
}
