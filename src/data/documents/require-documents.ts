import { got } from '../../check/phrase.js';
import type { Document, Documents } from './document.js';

/** What a document may tell beside its text. */
const FACTS = ['label', 'date', 'name'] as const;

/** TypeError unless it can be gone through; a text is no list of documents. */
export function requireDocuments(documents: Documents, argument = 'documents'): void {
  const given = documents as unknown as Partial<Record<symbol, unknown>> | null | undefined;
  const iterable =
    typeof given === 'object' &&
    given !== null &&
    (typeof given[Symbol.iterator] === 'function' || typeof given[Symbol.asyncIterator] === 'function');
  if (!iterable) throw new TypeError(`${argument}: expected documents in a list or a stream, got ${got(documents)}`);
}

/** The parts of a document, read once. TypeError for what is none, naming its place. */
export function checkedDocument(document: Document, place: number, argument = 'documents'): Document {
  const at = `${argument}[${place}]`;
  if (typeof document !== 'object' || document === null)
    throw new TypeError(`${at}: expected a document, an object with a text, got ${got(document)}`);
  const { text, label, date, name } = document;
  if (typeof text !== 'string') throw new TypeError(`${at}.text: expected a string, got ${got(text)}`);
  const parts = { text, label, date, name };
  for (const fact of FACTS) {
    if (parts[fact] !== undefined && typeof parts[fact] !== 'string')
      throw new TypeError(`${at}.${fact}: expected a string, got ${got(parts[fact])}`);
  }
  return parts as Document;
}
