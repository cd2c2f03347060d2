import { got } from '../../check/phrase.js';
import type { Document, Documents, OpenDocuments } from '../../data/documents/document.js';
import { checkedDocument, requireDocuments } from '../../data/documents/require-documents.js';
import type { Pace } from '../../runtime/pace.js';

/** Documents that can be gone through more than once: a list, or a function that opens them anew. */
export type GivenDocuments = readonly Document[] | OpenDocuments;

/**
 * Opens documents, each time the same number of them. TypeError for what cannot be gone through twice; opened, a RangeError where there are none, or not as many as there were.
 */
export function openerOf(documents: GivenDocuments): OpenDocuments {
  if (typeof documents !== 'function' && !Array.isArray(documents))
    throw new TypeError(
      `documents: expected a list of documents, or a function that opens them, as they are gone through more than once, got ${got(documents)}`,
    );
  let known: number | undefined;
  const counted = async function* (opened: Documents): AsyncGenerator<Document> {
    let count = 0;
    for await (const document of opened) {
      count++;
      yield document;
    }
    if (count === 0 && !known) throw new RangeError('documents: expected at least one document, got none');
    known ??= count;
    if (count !== known)
      throw new RangeError(`documents: expected the same ones each time they are opened, got ${known}, then ${count}`);
  };
  return () => {
    const opened = typeof documents === 'function' ? documents() : documents;
    requireDocuments(opened);
    return counted(opened);
  };
}

export async function* textsOf(documents: Documents): AsyncGenerator<string> {
  let place = 0;
  for await (const document of documents) yield checkedDocument(document, place++).text;
}

/** Documents and characters of a batch at most; a longer document is a batch of its own. */
const MOST_DOCUMENTS = 256;
const MOST_CHARACTERS = 2 ** 17;

/** Documents in batches, checked. */
export async function* batchesOf(documents: Documents, pace: Pace): AsyncGenerator<Document[]> {
  let batch: Document[] = [];
  let characters = 0;
  let place = 0;
  for await (const given of documents) {
    const document = checkedDocument(given, place++);
    if (batch.length === MOST_DOCUMENTS || (batch.length && characters + document.text.length > MOST_CHARACTERS)) {
      yield batch;
      batch = [];
      characters = 0;
    }
    batch.push(document);
    characters += document.text.length;
    if (pace.due) await pace.turn();
  }
  if (batch.length) yield batch;
}
