import type { WebAbortSignal } from '../../check/option.js';
import type { Document, Documents } from '../../data/documents/document.js';
import { requireDocuments } from '../../data/documents/require-documents.js';
import type { TextVectorizer } from '../../data/documents/vectorizer.js';
import type { SparseMatrix } from '../../data/matrix.js';
import type { Engine } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import { assignLatents } from '../latent/assignment.js';
import { type LatentTree, requireLatentTree } from '../latent/latent-tree.js';
import { batchesOf } from './passes.js';
import type { Assignment } from './report.js';
import { requireWords } from './words.js';

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
  readonly signal?: WebAbortSignal | undefined;
}

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
    yield await lookAt(tree, vectorizer, first, batch, reading, pace);
    first += batch.length;
    if (pace.due) await pace.turn();
  }
}

async function lookAt(
  tree: LatentTree,
  vectorizer: TextVectorizer,
  first: number,
  documents: Document[],
  { engine, signal, assignment }: Reading,
  pace: Pace,
): Promise<Batch> {
  const features = vectorizer.rows(documents.map(({ text }) => text));
  if (pace.due) await pace.turn();
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
  requireWords(tree, vectorizer);
  requireDocuments(documents);
}
