// From files to data in the worker: a table, texts, rows of sparse text, or images.
import type { Document } from 'espalier/text';
import { textsOf } from './file-text.js';
import { type ImagesData, isIdx, isPicture, readIdx, readImages } from './read-images.js';
import { isSparse, readSparse, type SparseData } from './read-sparse.js';
import { readTable, type TableData, type TableReading } from './read-table.js';
import { documentsOf, hasTexts, readTexts, type TextData } from './read-texts.js';
import { someOf } from './trouble.js';
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
  /** Of files that are not UTF-8. */
  readonly encoding?: string;
  /** Names of files that are no matter. */
  readonly leaveOut?: readonly string[];
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
  const { leaveOut = [] } = reading;
  const files = given.filter(({ name }) => !leaveOut.includes(name));
  const out = leaveOut.length > 0 ? [`Left out by you: ${someOf(leaveOut)}.`] : [];
  try {
    const { data, told } = await readKinds(files, reading, signal);
    return { ...data, told: [...out, ...told, ...data.told] };
  } catch (error) {
    const [file] = files;
    if (error instanceof Error && files.length === 1 && !error.message.startsWith(file!.name))
      error.message = `${file!.name}: ${error.message}`;
    throw error;
  }
}

/** `told`: of files, beside what is told of their content. */
async function readKinds(
  given: readonly GivenFile[],
  reading: Reading,
  signal: AbortSignal,
): Promise<{ data: Data; told: readonly string[] }> {
  const worker = await starting;
  const files = await Promise.all(given.map(unpackedIdx));
  const idx = files.filter(isIdx);
  if (idx.length > 0) return { data: await readIdx(nameOf(idx), idx, reading, signal), told: [] };
  const pictures = files.filter(isPicture).length;
  if (pictures > 0 && pictures >= files.filter((file) => isText(file)).length)
    return { data: await readImages(nameOf(files), files, reading, signal), told: [] };
  const readable = files.length === 1 ? files : files.filter((file) => isText(file));
  if (readable.length === 0)
    throw new RangeError(
      `files: expected one table, texts (.txt, .md, .html), or images (.png, .jpg, IDX), got ${files.length} other files`,
    );
  const { texts, told } = await textsOf(readable, reading);
  if (readable.length > 1) {
    const documents = await documentsOf(readable, texts);
    return {
      data: await readTexts(nameOf(readable), documents, reading, signal),
      told: [...passedOver(files), ...told],
    };
  }
  const [file] = readable as [GivenFile];
  const [text] = texts as [string];
  if (reading.as === 'sparse' || (!reading.as && isSparse(text)))
    return { data: await readSparse(file.name, text, signal), told };
  const as = reading.as ?? (isText(file) || (await hasTexts(text)) ? 'texts' : 'table');
  if (as === 'table') return { data: await readTable(file.name, text, reading.table ?? {}, signal), told };
  const documents: Document[] = [];
  for await (const document of worker.readDocuments([text])) {
    signal.throwIfAborted();
    documents.push(document);
  }
  return { data: await readTexts(file.name, documents, reading, signal), told };
}

/** Files of a folder of texts that are no texts; those that systems hide are no word worth. */
function passedOver(files: readonly GivenFile[]): string[] {
  const names = files.filter((file) => !isText(file)).map(({ name }) => name.split('/').at(-1)!);
  const seen = names.filter((name) => !name.startsWith('.'));
  return seen.length > 0
    ? [`Passed over, as no texts by their names: ${seen.length} of ${files.length} files (${someOf(seen)}).`]
    : [];
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
