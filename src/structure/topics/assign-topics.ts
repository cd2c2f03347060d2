import { complete } from '../../check/complete.js';
import { type Options, type OptionsOf, SIGNAL } from '../../check/option.js';
import type { Document, Documents } from '../../data/documents/document.js';
import type { TextVectorizer } from '../../data/documents/vectorizer.js';
import { ENGINE, engineOf } from '../../runtime/engine.js';
import { Pace } from '../../runtime/pace.js';
import { type LatentTree, requireLatentTree } from '../latent/latent-tree.js';
import { readBatches, requireReadable } from './batches.js';
import { TOPIC_ASSIGNMENT } from './options.js';

/** Options of assignTopics. */
export const ASSIGN_TOPICS = {
  assignment: TOPIC_ASSIGNMENT,
  levels: {
    kind: 'list',
    of: { kind: 'integer', from: 1, doc: 'A level of the tree.' },
    least: 1,
    distinct: true,
    defaultDoc: 'all',
    doc: 'Levels whose topics are told, counted from the words up.',
  },
  engine: ENGINE,
  signal: SIGNAL,
} as const satisfies Options;

export type AssignTopicsOptions = OptionsOf<typeof ASSIGN_TOPICS>;

/** Options of scoreDocuments. */
export const SCORE_DOCUMENTS = { engine: ENGINE, signal: SIGNAL } as const satisfies Options;

/** A document and its topics. */
export interface AssignedDocument {
  readonly document: Document;
  /** Different words of the vocabulary that it has. */
  readonly words: number;
  /** P(topic | document) of the topics that topicIds lists. */
  readonly posteriors: Float32Array;
  /** ln P(document), nats. */
  readonly logLikelihood: number;
}

/** What a tree makes of documents as a whole. */
export interface DocumentScore {
  readonly documents: number;
  /** Documents that have none of the words. */
  readonly wordless: number;
  /** ln P of all documents, nats. */
  readonly logLikelihood: number;
}

/**
 * Ids of the topics of some levels, by default of all: `h1.0` and so on, from the words up.
 * @throws RangeError for a level that the tree does not have
 */
export function topicIds(tree: LatentTree, levels?: readonly number[]): string[] {
  requireLatentTree(tree);
  const { levels: checked } = complete({ levels: ASSIGN_TOPICS.levels }, { levels }, 'topicIds');
  return latentsOf(tree, checked).map((latent) => tree.nameOf(latent));
}

/**
 * The topics of documents, one after another as they come: a stream as long as theirs.
 * @throws as describeTopics; RangeError for a level that the tree does not have
 */
export async function* assignTopics(
  tree: LatentTree,
  vectorizer: TextVectorizer,
  documents: Documents,
  given: AssignTopicsOptions = {},
): AsyncGenerator<AssignedDocument> {
  const options = complete(ASSIGN_TOPICS, given, 'assignTopics');
  requireReadable(tree, vectorizer, documents);
  const places = Int32Array.from(latentsOf(tree, options.levels), (latent) => latent - tree.features);
  const pace = new Pace(options.signal);
  const engine = await engineOf(options);
  for await (const batch of readBatches(tree, vectorizer, documents, { ...options, engine }, pace)) {
    for (let r = 0; r < batch.documents.length; r++) {
      yield {
        document: batch.documents[r]!,
        words: batch.start[r + 1]! - batch.start[r]!,
        posteriors: picked(batch.posteriors, r * tree.latents, places),
        logLikelihood: batch.logLikelihood[r]!,
      };
    }
  }
}

/**
 * How probable documents are under a tree; over documents that it was not learned from, divided by their number, a score to compare trees of one vocabulary by.
 * @throws as describeTopics
 */
export async function scoreDocuments(
  tree: LatentTree,
  vectorizer: TextVectorizer,
  documents: Documents,
  given: OptionsOf<typeof SCORE_DOCUMENTS> = {},
): Promise<DocumentScore> {
  const options = complete(SCORE_DOCUMENTS, given, 'scoreDocuments');
  requireReadable(tree, vectorizer, documents);
  const pace = new Pace(options.signal);
  const engine = await engineOf(options);
  const score = { documents: 0, wordless: 0, logLikelihood: 0 };
  const reading = { engine, signal: options.signal, assignment: 'broad' as const };
  for await (const { start, logLikelihood } of readBatches(tree, vectorizer, documents, reading, pace)) {
    logLikelihood.forEach((value, r) => {
      score.documents++;
      score.logLikelihood += value;
      if (start[r] === start[r + 1]) score.wordless++;
    });
  }
  if (score.documents === 0) throw new RangeError('documents: expected at least one document, got none');
  await pace.end();
  return score;
}

function picked(posteriors: Float32Array, row: number, places: Int32Array): Float32Array {
  const out = new Float32Array(places.length);
  for (let i = 0; i < out.length; i++) out[i] = posteriors[row + places[i]!]!;
  return out;
}

/** Nodes of the levels, from the words up. */
function latentsOf(tree: LatentTree, levels: readonly number[] | undefined): number[] {
  const wrong = levels?.find((level) => level > tree.levels.length);
  if (wrong !== undefined)
    throw new RangeError(`levels: expected levels from 1 to ${tree.levels.length}, got ${wrong}`);
  const all = Array.from({ length: tree.latents }, (_, i) => tree.features + i);
  return levels ? all.filter((latent) => levels.includes(tree.levelOf(latent))) : all;
}
