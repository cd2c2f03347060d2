import type { Steps } from '../../runtime/steps.js';
import { shorten, show } from '../text/show.js';
import { type Census, censusOf, distinctNumbers } from './cells.js';
import type { Context } from './context.js';
import { learnColumn } from './kinds.js';
import type { TableSettings } from './options.js';
import { requireRoom } from './room.js';
import type { SchemaColumn, TableSchema } from './schema.js';
import { argumentOf, type Source, type SourceColumn } from './source.js';
import { learnTarget } from './target.js';
import { totalRow } from './total-row.js';
import type { Troubles } from './troubles.js';

export interface Learned {
  readonly schema: TableSchema;
  /** A sentence each. */
  readonly warnings: string[];
}

/**
 * Learns how the columns of a table become features.
 * @param troubles what is wrong already
 * @throws TableError for all that is wrong with the table, RangeError for options that do not fit it
 */
export function* learnSteps(source: Source, options: TableSettings, troubles: Troubles): Steps<Learned> {
  const names = source.names ?? source.columns.map((_, place) => `column${place}`);
  const { categorical, ignore, missingMarks, unknownCategory, maxMemory } = options;
  const warnings: string[] = [];
  const context: Context = { source, options, troubles, warnings };
  for (const [option, list] of Object.entries({ categorical, ignore }))
    for (const name of list) placeOf(name, names, option);
  const targetPlace = options.target === null ? -1 : placeOf(options.target, names, 'target');

  const columns: SchemaColumn[] = [];
  const leftOut: { name: string; why: string }[] = [];
  for (const [place, column] of source.columns.entries()) {
    yield;
    const name = names[place]!;
    if (place === targetPlace) continue;
    if (ignore.includes(name)) {
      leftOut.push({ name, why: 'ignored' });
      continue;
    }
    const census = censusOf(column);
    if (source.rowNames.includes(place) && !categorical.includes(name) && tellsRowsApart(column, census)) {
      leftOut.push({ name, why: 'row names' });
      continue;
    }
    adviseOnId(context, name, column, census);
    const learned = learnColumn(context, name, column, census);
    if (learned === 'dates') leftOut.push({ name, why: 'dates' });
    else if (learned) columns.push(learned);
  }
  yield;
  const target = targetPlace < 0 ? null : learnTarget(context, names[targetPlace]!, source.columns[targetPlace]!);
  yield;
  // Whichever is the last is known of rows alone.
  const total = source.columns[0]!.times ? undefined : totalRow(source, names);
  if (total !== undefined) troubles.addTo(warnings, total);
  troubles.throwAny(options, { columns, leftOut });
  if (columns.length === 0)
    throw new RangeError(`${argumentOf(source)}: expected at least one column of features, got none`);
  requireRoom(source, columns, maxMemory);
  const { dialect } = source;
  return {
    schema: {
      kind: 'table-schema',
      ...(dialect ? { dialect } : {}),
      ...{ names, columns, target: target ?? null, missingMarks, unknownCategory, leftOut },
    },
    warnings,
  };
}

/** Whether no cell is missing and all differ. */
export function tellsRowsApart(column: SourceColumn, { numbers, words, missing }: Census): boolean {
  if (missing > 0) return false;
  return !column.texts && column.ids
    ? true
    : column.different === words &&
        (numbers === 0 || column.mean !== undefined || distinctNumbers(column).length === numbers);
}

const ID_WORD = /(^|[\s_.-])(id|idx|index|key|nr|no|row|rownum)$/i;
const ID_IN_CAMEL_CASE = /[a-z](Id|ID|Idx|Index|Key|Nr|No)$/;
/** Of the whole numbers of an id, so many differ. */
const DIFFERENT = 0.95;
const FEWEST_IDS = 3;

/** Whole numbers that nearly all differ, under a name as ids have. `distinct`: the different ones of so many. */
export function areIds(name: string, distinct: ArrayLike<number>, numbers: number): boolean {
  if (!ID_WORD.test(name) && !ID_IN_CAMEL_CASE.test(name)) return false;
  if (numbers < FEWEST_IDS || distinct.length < DIFFERENT * numbers) return false;
  return Array.prototype.every.call(distinct, (x) => Number.isInteger(x));
}

function adviseOnId({ troubles, warnings }: Context, name: string, column: SourceColumn, census: Census): void {
  const { numbers, words } = census;
  if (words > 0 || column.days || (!ID_WORD.test(name) && !ID_IN_CAMEL_CASE.test(name))) return;
  const distinct = distinctNumbers(column);
  if (!areIds(name, distinct, numbers)) return;
  troubles.advise({ ignore: name });
  warnings.push(
    `column ${show(name)} has ${distinct.length} different whole numbers in ${numbers} rows, as ids have; ignore leaves it out`,
  );
}

function placeOf(column: string | number, names: readonly string[], option: string): number {
  if (typeof column === 'string') {
    const place = names.indexOf(column);
    if (place >= 0) return place;
    throw new RangeError(`${option}: expected one of the columns ${shorten(names)}, got ${show(column)}`);
  }
  const place = column < 0 ? names.length + column : column;
  if (!Number.isInteger(place) || place < 0 || place >= names.length)
    throw new RangeError(`${option}: expected a place among ${names.length} columns, got ${column}`);
  return place;
}
