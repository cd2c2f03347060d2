// From files to data in the worker: a table, or texts.
import type { CsvOptions, Table, TableSchema } from 'espalier/read';
import type { Document, TextVectorizer } from 'espalier/text';
import { createWorker, type RemoteDataset } from 'espalier/worker';

/** It starts while the page is already there; whoever asks first waits for it. */
export const starting = createWorker();
// An error is told by the calls that wait.
starting.catch(() => {});

export interface GivenFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** How a table is to be read; what is not said the reader decides. */
export type TableReading = Omit<CsvOptions, 'target' | 'maxMemory'> & { readonly target?: string | null };

export interface TableData {
  readonly kind: 'table';
  readonly name: string;
  readonly reading: TableReading;
  readonly rows: number;
  /** All columns that were not left out. */
  readonly table: Table;
  /** Learned without a target: kinds and names of all columns. */
  readonly schema: TableSchema;
  readonly target: string | null;
  /** What the target is; undefined without one. */
  readonly task: 'classes' | 'values' | undefined;
  readonly told: readonly string[];
  /** With the target; undefined without one. */
  readonly data: RemoteDataset | undefined;
}

export interface TextData {
  readonly kind: 'texts';
  readonly name: string;
  readonly words: number;
  readonly rows: number;
  readonly documents: readonly Document[];
  readonly vectorizer: TextVectorizer;
  readonly labels: ReadonlyMap<string, number>;
  readonly told: readonly string[];
  /** Labelled, where every document is, with at least two labels. */
  readonly data: RemoteDataset;
  readonly task: 'classes' | undefined;
}

export type Data = TableData | TextData;

/** What the user said of the files. */
export interface Reading {
  readonly as?: 'table' | 'texts' | undefined;
  readonly table?: TableReading;
  /** Words at most. */
  readonly words?: number;
}

const TEXT_FILES = /\.(txt|md|markdown|html?|jsonl|json)(\.gz)?$/i;
const TABLES = /\.(csv|tsv|tab|data)(\.gz)?$/i;
/** Of a vocabulary, unless said otherwise. */
export const WORDS = 1000;

/** Undefined for what is neither. */
function isText({ name }: GivenFile): boolean | undefined {
  return TEXT_FILES.test(name) ? true : TABLES.test(name) ? false : undefined;
}

/** TypeError, RangeError, TableError in the library's words for files that are no data. */
export async function readFiles(files: readonly GivenFile[], reading: Reading, signal: AbortSignal): Promise<Data> {
  const worker = await starting;
  const readable = files.length === 1 ? files : files.filter((file) => isText(file));
  if (readable.length === 0)
    throw new RangeError(`files: expected one table, or texts (.txt, .md, .html), got ${files.length} other files`);
  if (readable.length > 1) return readTexts(nameOf(readable), await documentsOf(readable), reading, signal);
  const [file] = readable as [GivenFile];
  // The worker takes what it is given.
  const text = await worker.textOf(file.bytes.slice());
  const as = reading.as ?? (isText(file) || (await hasTexts(text)) ? 'texts' : 'table');
  if (as === 'table') return readTable(file.name, text, reading.table ?? {}, signal);
  const documents: Document[] = [];
  for await (const document of worker.readDocuments([text])) {
    signal.throwIfAborted();
    documents.push(document);
  }
  return readTexts(file.name, documents, reading, signal);
}

function nameOf(files: readonly GivenFile[]): string {
  const folder = files[0]!.name.split('/')[0]!;
  return files[0]!.name.includes('/') ? folder : `${files.length} files`;
}

/** A file a document; the folder it lies in, if all lie in one below the chosen one, is its label. */
async function documentsOf(files: readonly GivenFile[]): Promise<Document[]> {
  const worker = await starting;
  const parts = files.map(({ name }) => name.split('/'));
  const labelled = parts.every((part) => part.length > 2);
  return Promise.all(
    files.map(async ({ name, bytes }, i) => {
      const raw = await worker.textOf(bytes.slice());
      const text = /\.html?$/i.test(name)
        ? await worker.htmlToText(raw)
        : /\.(md|markdown)$/i.test(name)
          ? await worker.markdownToText(raw)
          : raw;
      const path = parts[i]!;
      return { text, name: path.at(-1)!, ...(labelled ? { label: path.at(-2)! } : {}) };
    }),
  );
}

/** A table with a column of running text, or lines of a label, a tab and a text. */
async function hasTexts(text: string): Promise<boolean> {
  const worker = await starting;
  const head = text.slice(0, 100_000);
  const whole = head.length === text.length ? head : head.slice(0, head.lastIndexOf('\n'));
  const lines = whole.split('\n', 50);
  const pairs = lines.filter((line) => line !== '').map((line) => line.split('\t'));
  if (pairs.length > 0 && pairs.every((pair) => pair.length === 2 && pair[1]!.split(' ').length > 3)) return true;
  try {
    for await (const _ of worker.readDocuments([whole], { format: 'csv' })) return true;
  } catch {
    // It says which column it would have to be told: there is none of running text.
  }
  return false;
}

async function readTable(name: string, text: string, reading: TableReading, signal: AbortSignal): Promise<TableData> {
  const worker = await starting;
  const { target: asked, task, ...options } = reading;
  const all = await worker.learnCsvAsync(text, { ...options, target: null, signal });
  await all.data.dispose();
  const { table, schema, warnings } = all;
  const target = asked === undefined ? (table.columns.at(-1)?.name ?? null) : asked;
  const told = [...warnings];
  let data: RemoteDataset | undefined;
  if (target !== null) {
    const categorical = options.categorical?.filter((column) => column !== target) ?? [];
    const learned = await worker.learnCsvAsync(text, { ...options, categorical, task, target, signal });
    data = learned.data;
    told.push(...learned.warnings.filter((warning) => !warnings.includes(warning)));
  }
  const kind = data?.targets?.kind;
  return {
    kind: 'table',
    name,
    reading,
    rows: table.rows,
    table,
    schema,
    target,
    task: kind === 'values' || kind === 'classes' ? kind : undefined,
    told,
    data,
  };
}

async function readTexts(
  name: string,
  documents: readonly Document[],
  { words = WORDS }: Reading,
  signal: AbortSignal,
): Promise<TextData> {
  const worker = await starting;
  const labels = new Map<string, number>();
  for (const { label } of documents) if (label !== undefined) labels.set(label, (labels.get(label) ?? 0) + 1);
  const unlabelled = documents.filter(({ label }) => label === undefined).length;
  const told = unlabelled > 0 && labels.size > 0 ? [`${unlabelled} texts have no label.`] : [];
  const task = unlabelled === 0 && labels.size > 1 ? ('classes' as const) : undefined;
  const { vectorizer, data } = await worker.TextVectorizer.learnTransform(
    documents.map(({ text }) => text),
    { maxFeatures: words, signal, ...(task ? { labels: documents.map(({ label }) => label!) } : {}) },
  );
  return { kind: 'texts', name, words, rows: documents.length, documents, vectorizer, labels, told, data, task };
}
