// 'espalier/csv': reading CSV. Apart from the index, so that a page that reads none need not load a parser.
export {
  type CsvColumn,
  type CsvOptions,
  type CsvSchema,
  type CsvTarget,
  learnCsvSchema,
  readCsv,
} from './data/text/csv.js';
