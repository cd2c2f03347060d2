import { got } from '../../check/phrase.js';
import { isMade } from '../../check/require.js';
import type { Document, Documents } from '../../data/documents/document.js';
import { checkedDocument, requireDocuments } from '../../data/documents/require-documents.js';
import { TextVectorizer } from '../../data/documents/vectorizer.js';
import type { SparseMatrix } from '../../data/matrix.js';
import type { Engine } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import { type LatentTree, requireLatentTree } from '../latent/latent-tree.js';
import { assignLatents } from '../latent/posteriors.js';
import type { Assignment } from './report.js';

/** Documents that are looked at together. */
export interface Batch {
  /** Place of the first of them in the stream. */
  readonly first: number;
  readonly documents: readonly Document[];
  /** Words that document r has, rising: index[start[r]] to index[start[r + 1]]. */
  readonly start: Int32Array;
  readonly index: Int32Array;
  /** f32[documents][latents]: P(latent = 1 | document). */
  readonly posteriors: Float32Array;
  /** f64[documents]: ln P(document), nats. */
  readonly logLikelihood: Float64Array;
}

/** How documents are read. */
export interface Reading {
  readonly engine: Engine;
  readonly assignment: Assignment;
  readonly signal?: AbortSignal | undefined;
}

/** Its constructor is private. */
const VECTORIZER = TextVectorizer as unknown as abstract new () => TextVectorizer;

/** Documents and characters of a batch at most; a longer document is a batch of its own. */
const MOST_DOCUMENTS = 512;
const MOST_CHARACTERS = 2 ** 18;

/**
 * Documents batch by batch with what the tree says about them; no number depends on where a batch ends.
 * TypeError for what is no document, RangeError for a vectorizer of other words than the tree's.
 */
export async function* readBatches(
  tree: LatentTree,
  vectorizer: TextVectorizer,
  documents: Documents,
  reading: Reading,
  pace: Pace,
): AsyncGenerator<Batch> {
  let first = 0;
  for await (const batch of batchesOf(documents, pace)) {
    yield await lookAt(tree, vectorizer, first, batch, reading);
    first += batch.length;
    if (pace.due) await pace.turn();
  }
}

async function* batchesOf(documents: Documents, pace: Pace): AsyncGenerator<Document[]> {
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

async function lookAt(
  tree: LatentTree,
  vectorizer: TextVectorizer,
  first: number,
  documents: Document[],
  { engine, signal, assignment }: Reading,
): Promise<Batch> {
  const features = vectorizer.rows(documents.map(({ text }) => text));
  const { posteriors, logLikelihood } = await assignLatents(tree, { features }, { engine, signal, assignment });
  return { first, documents, ...presentWords(features, tree.limits), posteriors, logLikelihood };
}

/** Entries above the limit of their feature: those that the tree counts as there. */
function presentWords({ rows, start, index, value }: SparseMatrix, limits: Float64Array) {
  const present = { start: new Int32Array(rows + 1), index: new Int32Array(index.length) };
  let count = 0;
  for (let r = 0; r < rows; r++) {
    for (let e = start[r]!; e < start[r + 1]!; e++)
      if (value[e]! > limits[index[e]!]!) present.index[count++] = index[e]!;
    present.start[r + 1] = count;
  }
  return { start: present.start, index: present.index.subarray(0, count) };
}

/** TypeError or RangeError unless the vectorizer's words are the tree's features and documents can be gone through. */
export function requireReadable(tree: LatentTree, vectorizer: TextVectorizer, documents: Documents): void {
  requireLatentTree(tree);
  if (!isMade(vectorizer, VECTORIZER, 'words', 'vectorizer'))
    throw new TypeError(`vectorizer: expected a TextVectorizer, got ${got(vectorizer)}`);
  const { words } = vectorizer;
  if (words.length !== tree.features)
    throw new RangeError(`vectorizer: expected the ${tree.features} words of the tree, got ${words.length}`);
  const other = tree.featureNames?.findIndex((name, v) => name !== words[v]) ?? -1;
  if (other >= 0)
    throw new RangeError(
      `vectorizer: expected the words of the tree, got ${got(words[other])} for its ${got(tree.nameOf(other))}`,
    );
  requireDocuments(documents);
}
