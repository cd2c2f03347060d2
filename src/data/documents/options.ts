import type { Completed, Options, OptionsOf } from '../../check/option.js';
import { TEXT_OF } from '../gunzip.js';

/** What a text of many documents may be. */
export const TEXT_FORMATS = ['lines', 'tsv', 'csv', 'jsonl'] as const;

export type TextFormat = (typeof TEXT_FORMATS)[number];

const COLUMN = {
  kind: 'other',
  is: (value: unknown): value is string | number => typeof value === 'string' || Number.isInteger(value),
  expected: "a column's name or place",
  text: 'a name, or a place from 0, or from the end if negative',
} as const;

/** Which columns, or fields of JSON, are what of a document. */
export const DOCUMENT_COLUMNS = {
  textColumn: {
    ...COLUMN,
    defaultDoc: 'the only one called text, body, content, abstract or the like; else the only one of running text',
    doc: 'CSV, JSON: the column of the texts: a name, or a place (from 0, or from the end if negative).',
  },
  labelColumn: {
    ...COLUMN,
    defaultDoc: 'one called label, class, category or topic, if there is one',
    doc: 'CSV, JSON: the column of the labels: a name or a place.',
  },
  dateColumn: {
    ...COLUMN,
    defaultDoc: 'one called date, published, created_at or the like, if there is one',
    doc: 'CSV, JSON: the column of the dates: a name or a place.',
  },
} as const satisfies Options;

/** Options of readDocuments. */
export const DOCUMENTS = {
  format: {
    kind: 'choice',
    of: TEXT_FORMATS,
    defaultDoc: 'told by the contents',
    doc: 'lines: a document a line; tsv: lines of a label, a tab and a text, without quotes; csv: a table with a column of texts; jsonl: an object or a string of JSON a line, or one array of them.',
  },
  ...DOCUMENT_COLUMNS,
  encoding: TEXT_OF.encoding,
} as const satisfies Options;

export type DocumentOptions = OptionsOf<typeof DOCUMENTS>;
export type DocumentSettings = Completed<typeof DOCUMENTS>;
