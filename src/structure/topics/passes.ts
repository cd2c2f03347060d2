import { got } from '../../check/phrase.js';
import type { Document, Documents, OpenDocuments } from '../../data/documents/document.js';
import type { HeldOut } from './held-out.js';

/** Documents as given: a list, or a function that opens them anew. TypeError for what cannot be gone through twice. */
export type GivenDocuments = readonly Document[] | OpenDocuments;

export function openerOf(documents: GivenDocuments): OpenDocuments {
  if (typeof documents === 'function') return documents;
  if (Array.isArray(documents)) return () => documents;
  throw new TypeError(
    `documents: expected a list of documents, or a function that opens them, as they are gone through more than once, got ${got(documents)}`,
  );
}

/** The documents that are held out, or those that are not. */
export async function* partOf(documents: Documents, heldOut: HeldOut, held: boolean): AsyncGenerator<Document> {
  let place = 0;
  for await (const document of documents) {
    requireDocument(document, place);
    if (heldOut.has(place++) === held) yield document;
  }
}

export async function* textsOf(documents: Documents): AsyncGenerator<string> {
  for await (const { text } of documents) yield text;
}

/** Texts in lists of `size`. */
export async function* batchesOf(documents: Documents, size: number): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const { text } of documents) {
    batch.push(text);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function requireDocument(document: unknown, place: number): asserts document is Document {
  if (typeof document === 'object' && document !== null && typeof (document as Document).text === 'string') return;
  const hint = typeof document === 'string' ? '; { text } makes a document of a text' : '';
  throw new TypeError(`documents[${place}]: expected a document, { text }, got ${got(document)}${hint}`);
}
