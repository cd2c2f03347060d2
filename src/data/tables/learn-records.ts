import type { OptionsOf } from '../../check/option.js';
import { Dataset } from '../dataset.js';
import { appliedTo, learnedOf } from './from-records.js';
import type { READ_RECORDS, RecordsOptions } from './options.js';
import type { TableSchema } from './schema.js';
import type { Table } from './table.js';
import { type Taken, takenOf } from './taken.js';

/** All that is learned of a table at once. */
export interface LearnedTable {
  /** How its rows became features; reads further rows the same way. */
  readonly schema: TableSchema;
  readonly data: Dataset;
  /** The columns of features as variables. */
  readonly table: Table;
  readonly taken: Taken;
  /** What was taken on thin evidence, a sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Learns from rows of JavaScript values, objects or arrays, how they become features. Cells are numbers, strings (which are read as those of a file), booleans and
 * Dates; null, undefined, NaN and names that an object lacks are missing. As learnCsv else.
 *
 * @throws TypeError for values that are no cells, RangeError for options that do not fit and rows of other lengths, TableError for all that is wrong with the table
 */
export function learnRecords(records: readonly unknown[], options: RecordsOptions): LearnedTable {
  const { schema, warnings, features, targets, featureNames, table, missing } = learnedOf(
    records,
    options,
    'learnRecords',
  );
  return {
    schema,
    data: new Dataset(features, targets, featureNames, schema),
    table,
    taken: takenOf('records', table.rows, schema, { cells: missing, how: String(options.missing) }),
    warnings,
  };
}

/**
 * Rows of JavaScript values as a dense dataset, by a schema learned of others; objects by name, arrays by place or by `names`. As readCsv else.
 *
 * @throws TypeError for values that are no cells, TypeError, RangeError for what is no schema, TableError for all cells and columns that the schema cannot take
 */
export function readRecords(
  records: readonly unknown[],
  schema: TableSchema,
  options: OptionsOf<typeof READ_RECORDS> = {},
): Dataset {
  const { features, targets, featureNames } = appliedTo(records, schema, options, 'readRecords');
  return new Dataset(features, targets, featureNames, schema);
}
