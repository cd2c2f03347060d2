// 'espalier/csv': reading CSV. Apart from the index, so that a page that reads none need not load a parser.
export { type CsvOptions, learnCsvSchema } from './data/text/csv.js';
export { readCsv } from './data/text/csv-read.js';
export type { CsvColumn, CsvSchema, CsvTarget } from './data/text/csv-schema.js';
