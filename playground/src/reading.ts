// From files to data in the worker: a table, texts, rows of sparse text, or images.
import type { Document } from 'espalier/text';
import { type ImagesData, isIdx, isPicture, readIdx, readImages } from './read-images.js';
import { isSparse, readSparse, type SparseData } from './read-sparse.js';
import { readTable, type TableData, type TableReading } from './read-table.js';
import { documentsOf, hasTexts, readTexts, type TextData } from './read-texts.js';
import { starting } from './worker.js';

export interface GivenFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export type Data = TableData | TextData | SparseData | ImagesData;

/** What the user said of the files. */
export interface Reading {
  readonly as?: 'table' | 'texts' | 'sparse' | undefined;
  readonly table?: TableReading;
  /** Words at most. */
  readonly words?: number;
  /** To which images are scaled. */
  readonly images?: { readonly height: number; readonly width: number };
}

const TEXT_FILES = /\.(txt|md|markdown|html?|jsonl|json)(\.gz)?$/i;
const TABLES = /\.(csv|tsv|tab|data)(\.gz)?$/i;
/** Undefined for what is neither. */
function isText({ name }: GivenFile): boolean | undefined {
  return TEXT_FILES.test(name) ? true : TABLES.test(name) ? false : undefined;
}

/** TypeError, RangeError, TableError in the library's words for files that are no data. */
export async function readFiles(given: readonly GivenFile[], reading: Reading, signal: AbortSignal): Promise<Data> {
  const worker = await starting;
  const files = await Promise.all(given.map(unpackedIdx));
  const idx = files.filter(isIdx);
  if (idx.length > 0) return readIdx(nameOf(idx), idx, reading, signal);
  const pictures = files.filter(isPicture).length;
  if (pictures > 0 && pictures >= files.filter((file) => isText(file)).length)
    return readImages(nameOf(files), files, reading, signal);
  const readable = files.length === 1 ? files : files.filter((file) => isText(file));
  if (readable.length === 0)
    throw new RangeError(
      `files: expected one table, texts (.txt, .md, .html), or images (.png, .jpg, IDX), got ${files.length} other files`,
    );
  if (readable.length > 1) return readTexts(nameOf(readable), await documentsOf(readable), reading, signal);
  const [file] = readable as [GivenFile];
  // The worker takes what it is given.
  const text = await worker.textOf(file.bytes.slice());
  if (reading.as === 'sparse' || (!reading.as && isSparse(text))) return readSparse(file.name, text, signal);
  const as = reading.as ?? (isText(file) || (await hasTexts(text)) ? 'texts' : 'table');
  if (as === 'table') return readTable(file.name, text, reading.table ?? {}, signal);
  const documents: Document[] = [];
  for await (const document of worker.readDocuments([text])) {
    signal.throwIfAborted();
    documents.push(document);
  }
  return readTexts(file.name, documents, reading, signal);
}

/** MNIST's own files come packed. */
async function unpackedIdx(file: GivenFile): Promise<GivenFile> {
  const { name, bytes } = file;
  if (!/idx.*\.gz$/i.test(name) || bytes[0] !== 0x1f || bytes[1] !== 0x8b) return file;
  return { name, bytes: (await (await starting).gunzip(bytes.slice())) as Uint8Array<ArrayBuffer> };
}

function nameOf(files: readonly GivenFile[]): string {
  if (files.length === 1 && !files[0]!.name.includes('/')) return files[0]!.name;
  const folder = files[0]!.name.split('/')[0]!;
  return files[0]!.name.includes('/') ? folder : `${files.length} files`;
}
