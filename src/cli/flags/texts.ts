import { VECTORIZER } from '../../data/documents/vectorizer-options.js';
import { UserError } from '../errors.js';
import type { DataOptions, Format } from '../options.js';
import { DOCUMENT_FLAGS, type DocumentAsked, type DocumentTexts, readDocumentTexts } from './documents.js';
import { flagsOf } from './flag.js';
import { TABLE_FLAGS } from './reading.js';

/** How a vocabulary is learned. */
export const VECTORIZER_FLAGS = flagsOf(VECTORIZER);

/** What a classifier reads of documents. */
export const COLUMN_FLAGS = DOCUMENT_FLAGS.filter(({ name }) => name !== 'date-column');

/** How to read a file of rows, or, for a net of texts, one of documents. */
export interface FurtherOptions extends Pick<DataOptions, 'labels' | 'maxMemory'>, Omit<DocumentTexts, 'dateColumn'> {}

const ROW_FORMATS: readonly string[] = ['sparse', 'svmlight', 'csv', 'idx'] satisfies Format[];

const LABELS = { name: 'labels', key: 'labels' };

const NOT_OF_TEXTS = [
  ...TABLE_FLAGS.map(({ name, key }) => ({ name, key })),
  { name: 'task', key: 'task' },
  { name: 'columns', key: 'columns' },
  { name: 'zero-based', key: 'zeroBased' },
  LABELS,
  { name: 'validation-labels', key: 'validationLabels' },
  { name: 'test-labels', key: 'testLabels' },
  { name: 'feature-names', key: 'featureNames' },
  { name: 'target-names', key: 'targetNames' },
  { name: 'shrink', key: 'shrink' },
];

/** How to read documents to learn from. UserError for what is about rows of numbers: an option that would change nothing is a mistake worth a word. */
export function askedToLearn(options: DocumentTexts): DocumentAsked {
  return asked(options, NOT_OF_TEXTS);
}

/** askedToLearn, of further documents. */
export function askedLike(options: FurtherOptions): DocumentAsked {
  return asked(options, [LABELS]);
}

function asked(options: DocumentTexts, notOfTexts: typeof NOT_OF_TEXTS): DocumentAsked {
  const stray = notOfTexts.find(({ key }) => key in options);
  if (stray) throw new UserError(`--${stray.name}: is about rows of numbers, not about texts`);
  return readDocumentTexts(options);
}

/** The format of rows that was given. UserError for what is about texts; `remedy`: what to do about it. */
export function rowFormat(options: DocumentTexts, remedy: string): { format?: Format } {
  const { format } = options;
  if (format !== undefined && !ROW_FORMATS.includes(format)) throw new UserError(`--format ${format}: ${remedy}`);
  const stray = [...COLUMN_FLAGS, ...VECTORIZER_FLAGS].find(({ key }) => key in options);
  if (stray) throw new UserError(`--${stray.name}: ${remedy}`);
  return format === undefined ? {} : { format: format as Format };
}
