// 'espalier/csv': reading tables. Apart from the index, so that a page that reads none need not load a parser.
export { type LearnedTable, learnRecords, readRecords } from './data/tables/learn-records.js';
export type { RecordsOptions } from './data/tables/options.js';
export type {
  CategoricalColumn,
  DateColumn,
  NumericColumn,
  SchemaColumn,
  TableSchema,
  TableTarget,
} from './data/tables/schema.js';
export type { CategoryCodes, NumericValues, Table, TableColumn } from './data/tables/table.js';
export type { Taken } from './data/tables/taken.js';
export type { TableError } from './data/tables/troubles.js';
export { type CsvOptions, learnCsv, learnCsvSchema, readCsv } from './data/text/csv.js';
