import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { ChunkDecoder, EncodingError, textParts } from '../../data/documents/chunks.js';
import type { Document } from '../../data/documents/document.js';
import type { TextFormat } from '../../data/documents/options.js';
import { type DocumentPlan, HEAD_CHARACTERS, planDocuments } from '../../data/documents/plan.js';
import { markedEncoding } from '../../data/text/encoding.js';
import { fileError, inFile, UserError } from '../errors.js';
import type { DocumentAsked } from '../flags/documents.js';
import { inFlags } from '../flags/spoken.js';
import { MOST_BYTES, readSource, readStdin } from './bytes.js';
import { FileChunks, heldChunks } from './document-files.js';
import { openDocumentFolder } from './document-folder.js';
import type { DocumentSource } from './document-source.js';
import { endingOf } from './format.js';
import { hasControls, takeStdin } from './input-file.js';
import { otherFile } from './other-files.js';

/** What the end of a name says. */
const ENDINGS: Readonly<Record<string, TextFormat>> = {
  '.csv': 'csv',
  '.psv': 'csv',
  '.json': 'jsonl',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
};
/** Files that are one document each. */
const SINGLE: Readonly<Record<string, string>> = {
  '.html': 'HTML',
  '.htm': 'HTML',
  '.md': 'Markdown',
  '.markdown': 'Markdown',
};

/**
 * Documents of a file (lines, label and text, CSV, JSON, gzipped too), of a folder of .txt, .md and .html files, or of standard input, which is held in memory; the others are
 * never held, but read anew for each pass. The whole is read once here, so that whatever is wrong with it is told before the work begins.
 */
export async function openDocuments(path: string, asked: DocumentAsked = {}): Promise<DocumentSource> {
  if (path === '-') {
    takeStdin();
    return openHeld(await readStdin('standard input', () => MOST_BYTES), 'standard input', asked);
  }
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw fileError(Object.assign(new Error(), { code: 'ENOENT' }), path);
  if (found.isDirectory()) return openDocumentFolder(path, asked);
  if (!found.isFile()) return openHeld(await readSource(path, () => MOST_BYTES), path, asked);
  const file = new FileChunks(path);
  const source = await openText(path, path, (hashed) => file.read(hashed), asked);
  return { ...source, sha256: file.sha256 };
}

/** What can be read but once. */
async function openHeld(bytes: Uint8Array, name: string, asked: DocumentAsked): Promise<DocumentSource> {
  const source = await openText('', name, () => heldChunks(bytes, name), asked);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const held = `is held in memory, ${Math.ceil(bytes.length / 2 ** 20)} MB; a file would be read as it goes`;
  return { ...source, sha256, warnings: [held, ...source.warnings] };
}

type Open = (hashed: boolean) => AsyncGenerator<Uint8Array>;

async function openText(
  path: string,
  name: string,
  read: Open,
  { format, ...columns }: DocumentAsked,
): Promise<Omit<DocumentSource, 'sha256'>> {
  if (format === 'folder') throw new UserError(`${name}: --format folder expects a folder, got a file`);
  const ending = endingOf(path);
  const single = SINGLE[ending];
  if (single !== undefined && format === undefined)
    throw new UserError(
      `${name}: is one document (${single}), expected many: a folder of such files, or --format lines for a document a line`,
    );
  const told = format ?? ENDINGS[ending];
  const head = await headOf(name, read);
  let { encoding } = head;
  const plan = await inFile(name, () =>
    planDocuments(head.text, head.whole, told === undefined ? columns : { ...columns, format: told }),
  );
  let counted: Counted;
  try {
    counted = await inFile(name, () => count(read(true), encoding, plan, name));
  } catch (error) {
    if (!((error as Error).cause instanceof EncodingError) || encoding !== undefined || head.marked) throw error;
    encoding = 'windows-1252';
    counted = await inFile(name, () => count(read(true), encoding, plan, name));
  }
  const { documents, textless, labelled, labels, dated } = counted;
  if (documents === 0) throw new UserError(`${name}: expected documents, got none with a text`);
  return {
    name,
    documents,
    labelled,
    ...(labels.size > 0 ? { labels: [...labels].sort() } : {}),
    taken: {
      ...plan.taken,
      documents,
      ...(labels.size > 0 ? { labels: labels.size } : {}),
      ...(dated > 0 ? { dated } : {}),
    },
    warnings: [
      ...plan.warnings.map(inFlags),
      ...(encoding === undefined ? [] : ['is not UTF-8; read as windows-1252']),
      ...(textless > 0 ? [`${textless} without a text passed over`] : []),
    ],
    open: () => documentsOf(read(false), encoding, plan, name),
  };
}

interface Head {
  readonly text: string;
  readonly whole: boolean;
  /** Whether a byte-order mark says UTF-16. */
  readonly marked: boolean;
  readonly encoding?: string;
}

/** The first characters; windows-1252 where they are not UTF-8. */
async function headOf(name: string, read: Open): Promise<Head> {
  const parts: Uint8Array[] = [];
  let length = 0;
  let whole = true;
  for await (const part of read(false)) {
    parts.push(part);
    length += part.length;
    whole = length <= HEAD_CHARACTERS;
    if (!whole) break;
  }
  const bytes = Buffer.concat(parts).subarray(0, HEAD_CHARACTERS);
  if (bytes.length === 0) throw new UserError(`${name}: the file is empty`);
  const other = otherFile(bytes);
  if (other !== undefined) throw new UserError(`${name}: expected documents, got ${other}`);
  const marked = markedEncoding(bytes) !== 'utf-8';
  if (!marked && bytes.includes(0))
    throw new UserError(
      `${name}: expected documents, got some other binary file (or UTF-16 without a byte-order mark)`,
    );
  const decode = (encoding?: string) => {
    const decoder = new ChunkDecoder(encoding);
    return decoder.push(bytes) + (whole ? decoder.end() : '');
  };
  try {
    return { text: decode(), whole, marked };
  } catch (error) {
    if (!(error instanceof EncodingError) || marked) throw error;
    return { text: decode('windows-1252'), whole, marked, encoding: 'windows-1252' };
  }
}

interface Counted {
  readonly documents: number;
  readonly textless: number;
  readonly dated: number;
  readonly labelled: number;
  readonly labels: ReadonlySet<string>;
}

async function count(
  chunks: AsyncIterable<Uint8Array>,
  encoding: string | undefined,
  plan: DocumentPlan,
  name: string,
): Promise<Counted> {
  const parser = plan.parser();
  const labels = new Set<string>();
  let documents = 0;
  let dated = 0;
  let labelled = 0;
  const add = (found: readonly Document[]) => {
    documents += found.length;
    for (const { label, date } of found) {
      if (label !== undefined) {
        labels.add(label);
        labelled++;
      }
      if (date !== undefined) dated++;
    }
  };
  const checked = encoding === undefined ? chunks : requireWritten(chunks, name);
  for await (const part of textParts(checked, encoding)) add(parser.push(part));
  add(parser.end());
  return { documents, textless: parser.textless, dated, labelled, labels };
}

async function* requireWritten(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    if (hasControls(chunk))
      throw new UserError(`${name}: expected text, got bytes that are neither UTF-8 nor windows-1252`);
    yield chunk;
  }
}

async function* documentsOf(
  chunks: AsyncIterable<Uint8Array>,
  encoding: string | undefined,
  plan: DocumentPlan,
  name: string,
): AsyncGenerator<Document> {
  const parser = plan.parser();
  const parts = textParts(chunks, encoding);
  try {
    for (;;) {
      const part = await inFile(name, () => parts.next());
      if (part.done) break;
      yield* parser.push(part.value);
    }
    yield* parser.end();
  } finally {
    await parts.return(undefined);
  }
}
