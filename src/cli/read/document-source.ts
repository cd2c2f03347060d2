import type { Document } from '../../data/documents/document.js';
import type { DocumentsTaken } from '../../data/documents/plan.js';

/** Documents of a file or a folder, which can be gone through more than once. */
export interface DocumentSource {
  /** What to call it in messages. */
  readonly name: string;
  /** Of the file; of a folder, of names and contents. */
  readonly sha256: string;
  readonly documents: number;
  /** Of them, those with a label. */
  readonly labelled: number;
  /** The different ones, in code-unit order; absent where no document has one. */
  readonly labels?: readonly string[];
  readonly taken: SourceTaken;
  /** Sentences. */
  readonly warnings: readonly string[];
  /** A pass; UserError where the file was changed since it was opened. */
  open(): AsyncGenerator<Document>;
}

/** What the reader decided. Plain JSON. */
export type SourceTaken = {
  readonly documents: number;
  /** How many different ones there are. */
  readonly labels?: number;
  /** Documents with a date. */
  readonly dated?: number;
} & (DocumentsTaken | FolderTaken);

export interface FolderTaken {
  readonly format: 'folder';
  readonly endings: readonly string[];
}

const FORMATS: Readonly<Record<DocumentsTaken['format'], string>> = {
  lines: 'a document a line',
  tsv: 'lines of label, tab and text',
  csv: 'CSV',
  jsonl: 'JSON lines',
  json: 'a JSON array',
};
const DELIMITERS: Readonly<Record<string, string>> = { ',': 'comma', '\t': 'tab', ' ': 'blank' };

/** In one line: `123 documents (.md, .txt), labels from 4 folders`. */
export function documentsLine(taken: SourceTaken): string {
  const { documents, labels, dated } = taken;
  const counted = `${documents} document${documents === 1 ? '' : 's'}`;
  if (taken.format === 'folder') {
    const from = labels === undefined ? 'no labels' : `labels from ${labels} folders`;
    return `${counted} (${taken.endings.join(', ')}), ${from}`;
  }
  const { format, delimiter, header, textColumn, labelColumn, dateColumn, nameColumn, unused } = taken;
  const parts = [
    counted,
    FORMATS[format],
    format !== 'csv' ? '' : `delimiter ${DELIMITERS[delimiter!] ?? delimiter}`,
    header === undefined || (format === 'tsv' && !header) ? '' : `header ${header ? 'yes' : 'no'}`,
    textColumn === undefined ? '' : `texts from ${columnName(textColumn)}`,
    labels === undefined
      ? 'no labels'
      : `${labels} label${labels === 1 ? '' : 's'}${labelColumn === undefined ? '' : ` from ${columnName(labelColumn)}`}`,
    dated === undefined ? '' : `dates from ${columnName(dateColumn!)}`,
    nameColumn === undefined ? '' : `names from ${columnName(nameColumn)}`,
    unused === undefined ? '' : `not used: ${fewOf(unused.map(columnName))}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function columnName(column: string | number): string {
  return typeof column === 'number' ? `column ${column}` : column;
}

const FEW = 4;

function fewOf(names: readonly string[]): string {
  const more = names.length - FEW;
  return more > 0 ? `${names.slice(0, FEW).join(', ')} and ${more} more` : names.join(', ');
}
