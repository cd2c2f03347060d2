// 'espalier/read': reading data. Apart from the index, so that a page that reads none need not load a parser.
export { gunzip, textOf } from './data/gunzip.js';
export { type IdxArray, idxDataset, parseIdx } from './data/images/idx.js';
export { shrinkImages } from './data/images/shrink.js';
export type { PacedOptions } from './data/paced.js';
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
export { type CsvOptions, learnCsv, learnCsvAsync, learnCsvSchema, readCsv, readCsvAsync } from './data/text/csv.js';
export {
  formatSparseText,
  parseSparseText,
  parseSparseTextAsync,
  type SparseTextOptions,
} from './data/text/sparse-text.js';
export {
  type LearnedSvmlight,
  learnSvmlight,
  learnSvmlightAsync,
  parseSvmlight,
  parseSvmlightAsync,
  type SvmlightOptions,
} from './data/text/svmlight.js';
