import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Document } from '../../data/documents/document.js';
import { htmlToText } from '../../data/documents/html.js';
import { markdownToText } from '../../data/documents/markdown.js';
import { hasText } from '../../data/documents/parser.js';
import { shorten } from '../../data/text/show.js';
import { fileError, UserError } from '../errors.js';
import type { DocumentAsked } from '../flags/documents.js';
import type { DocumentSource } from './document-source.js';
import { decode } from './input-file.js';

/** What files of a folder are read as, by their ending. */
const READ: Readonly<Record<string, (text: string) => string>> = {
  '.txt': (text) => text,
  '.text': (text) => text,
  '.md': markdownToText,
  '.markdown': markdownToText,
  '.html': htmlToText,
  '.htm': htmlToText,
};
const PICTURES = /\.(png|jpe?g)$/i;

/** A file that is a document. */
interface Entry {
  /** From the folder, parted by /. */
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** Counts of what becomes no document, by what it is. */
class Passed {
  readonly endings = new Map<string, number>();
  links = 0;

  count(name: string): void {
    const ending = extname(name).toLowerCase() || 'without an ending';
    this.endings.set(ending, (this.endings.get(ending) ?? 0) + 1);
  }

  words(): string[] {
    const most = [...this.endings].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    const count = most.reduce((sum, [, found]) => sum + found, 0);
    const kinds = shorten(
      most.map(([ending]) => ending),
      String,
    );
    return [
      ...(count > 0 ? [`${plural(count, 'file')} passed over (${kinds})`] : []),
      ...(this.links > 0 ? [`${plural(this.links, 'folder')} passed over that links lead to again`] : []),
    ];
  }
}

/**
 * Documents of a folder: its .txt, .md and .html files and those of the folders within it, in code-unit order of their paths. Where there are at least two folders on the first
 * level, they are the labels. Names that begin with a dot and node_modules are left alone; what links lead to is read once.
 */
export async function openDocumentFolder(folder: string, asked: DocumentAsked): Promise<DocumentSource> {
  refuseAsked(folder, asked);
  const passed = new Passed();
  const entries = list(folder, passed);
  if (entries.length === 0) refuseNone(folder, passed);
  const folders = new Set(entries.map(topFolder).filter((name) => name !== undefined));
  const labelled = folders.size > 1;
  const hash = createHash('sha256');
  const notText: string[] = [];
  const empty: string[] = [];
  const windows: string[] = [];
  const kept: Entry[] = [];
  for (const [i, entry] of entries.entries()) {
    const bytes = readFileSync(entry.path);
    hash.update(`${entry.name}\0${bytes.length}\0`).update(bytes);
    const warnings: string[] = [];
    const text = textOf(entry, bytes, warnings);
    if (text === undefined) notText.push(entry.name);
    else if (!hasText(text)) empty.push(entry.name);
    else {
      kept.push(entry);
      if (warnings.length > 0) windows.push(entry.name);
    }
    // Signals come through meanwhile.
    if (i % 64 === 63) await setImmediate();
  }
  if (kept.length === 0)
    throw new UserError(`${folder}: expected documents, got ${plural(entries.length, 'file')} without a text`);
  const labels = labelled ? [...new Set(kept.flatMap((entry) => topFolder(entry) ?? []))].sort() : [];
  const unlabelled = labelled ? kept.filter((entry) => topFolder(entry) === undefined).length : 0;
  const endings = [...new Set(kept.map(({ name }) => extname(name).toLowerCase()))].sort();
  return {
    name: folder,
    sha256: hash.digest('hex'),
    documents: kept.length,
    labelled: labels.length > 0 ? kept.length - unlabelled : 0,
    ...(labels.length > 0 ? { labels } : {}),
    taken: {
      format: 'folder',
      documents: kept.length,
      endings,
      ...(labels.length > 0 ? { labels: labels.length } : {}),
    },
    warnings: [
      ...passed.words(),
      ...(empty.length > 0 ? [`${plural(empty.length, 'file')} without a text passed over: ${shorten(empty)}`] : []),
      ...(notText.length > 0
        ? [
            `${plural(notText.length, 'file')} passed over that ${notText.length === 1 ? 'is' : 'are'} no text: ${shorten(notText)}`,
          ]
        : []),
      ...(windows.length > 0
        ? [`${plural(windows.length, 'file')} not UTF-8, read as windows-1252: ${shorten(windows)}`]
        : []),
      ...(unlabelled > 0 ? [`${plural(unlabelled, 'document')} beside the folders without a label`] : []),
    ],
    open: () => documentsOf(kept, labelled),
  };
}

async function* documentsOf(entries: readonly Entry[], labelled: boolean): AsyncGenerator<Document> {
  for (const entry of entries) {
    const label = labelled ? topFolder(entry) : undefined;
    const text = textOf(entry, readSame(entry), []);
    if (text === undefined) refuseChanged(entry);
    yield { text, ...(label === undefined ? {} : { label }), name: entry.name };
  }
}

function readSame(entry: Entry): Uint8Array {
  try {
    const { size, mtimeMs } = statSync(entry.path);
    if (size !== entry.size || mtimeMs !== entry.mtimeMs) refuseChanged(entry);
    return readFileSync(entry.path);
  } catch (error) {
    throw error instanceof UserError ? error : fileError(error, entry.path);
  }
}

function refuseChanged({ path }: Entry): never {
  throw new UserError(`${path}: was changed while the folder was read; expected files that stay as they are`);
}

/** Undefined for what is no text. */
function textOf({ name, path }: Entry, bytes: Uint8Array, warnings: string[]): string | undefined {
  try {
    const text = decode({ bytes, name: path }, warnings);
    return READ[extname(name).toLowerCase()]!(text);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** The folder of the first level that a file is in; undefined for one that is in none. */
function topFolder({ name }: Entry): string | undefined {
  const at = name.indexOf('/');
  return at < 0 ? undefined : name.slice(0, at);
}

function list(folder: string, passed: Passed): Entry[] {
  const entries: Entry[] = [];
  const known = new Set<string>();
  const walk = (path: string, prefix: string) => {
    const real = realpathSync(path);
    if (known.has(real)) {
      passed.links++;
      return;
    }
    known.add(real);
    for (const name of readdirSync(path).sort()) {
      if (name.startsWith('.') || name === 'node_modules') continue;
      const within = join(path, name);
      const found = statSync(within, { throwIfNoEntry: false });
      if (found?.isDirectory()) walk(within, `${prefix}${name}/`);
      else if (found?.isFile() && extname(name).toLowerCase() in READ)
        entries.push({ name: prefix + name, path: within, size: found.size, mtimeMs: found.mtimeMs });
      else passed.count(name);
    }
  };
  try {
    walk(folder, '');
  } catch (error) {
    throw fileError(error, folder);
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function refuseAsked(folder: string, { format, ...columns }: DocumentAsked): void {
  if (format !== undefined && format !== 'folder')
    throw new UserError(`${folder}: --format ${format} expects a file, got a folder`);
  if (Object.keys(columns).length > 0)
    throw new UserError(`${folder}: columns are of tables and JSON, and this is a folder, whose files are the texts`);
}

function refuseNone(folder: string, passed: Passed): never {
  const found = [...passed.endings].map(([ending, count]) => `${count} ${ending}`);
  const pictures = [...passed.endings.keys()].some((ending) => PICTURES.test(ending));
  const other = pictures ? '; images by class are for train --method gaternet' : '';
  throw new UserError(
    `${folder}: expected .txt, .md or .html files, got ${found.length > 0 ? shorten(found, String) : 'none'}${other}`,
  );
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
