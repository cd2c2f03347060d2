import type { FoundWord } from '../../data/documents/vectorizer.js';
import type { TopicFeature } from '../latent/top-features.js';

/** How a document comes to belong to a topic: by all its words, or only by those below the topic. */
export type Assignment = 'broad' | 'narrow';

/** A document that is told of by itself. */
export interface ShownDocument {
  /** Its text, cut after `mostTextLength` characters, with … then. */
  readonly text: string;
  readonly name?: string;
  readonly label?: string;
  readonly date?: string;
  /** Topics it belongs to, as places in `topics`, and P(topic | document) to four digits, the likeliest first. */
  readonly topics: readonly (readonly [topic: number, probability: number])[];
  /** Words of the vocabulary and where they stand in `text`, for views that mark them. */
  readonly words?: readonly FoundWord[];
}

/** A document that speaks for a topic. */
export interface Exemplar {
  /** Its place in `shown`. */
  readonly document: number;
  readonly probability: number;
  /** The sentence of it that tells most of the topic, cut to what surrounds the topic's words where it is long, with … then. */
  readonly sentence: string;
}

export interface TopicSummary {
  /** `h2.5`: latent 5 of level 2. */
  readonly id: string;
  readonly level: number;
  /** The topic it is a part of; null on the top level. */
  readonly parent: string | null;
  /** Given by hand. */
  readonly name?: string;
  /** The words that tell most about it: those more frequent with it than without, the most telling first, then those less frequent. */
  readonly features: readonly TopicFeature[];
  /** P(topic) under the model. */
  readonly share: number;
  /** Documents that belong to it. */
  readonly documents: number;
  /** Mean normalised pointwise mutual information of pairs of its words; null of a single word. */
  readonly npmi: number | null;
  /** Mean cosine of pairs of its words by the company they keep; null of a single word. */
  readonly compactness: number | null;
  /** Of its documents, how many have each label. */
  readonly labels?: readonly number[];
  /** Of its documents, how many are of each period. */
  readonly periods?: readonly number[];
  readonly exemplars: readonly Exemplar[];
}

/** A topic tree over documents, in numbers and sentences. Plain JSON. */
export interface TopicReport {
  readonly documents: number;
  /** Documents that have none of the words. */
  readonly wordless: number;
  readonly vocabulary: number;
  /** Topics of each level, from the words up. */
  readonly levels: readonly number[];
  readonly assignment: Assignment;
  /** ln P of all documents, nats. */
  readonly logLikelihood: number;
  /** Labels and how many documents have each. */
  readonly labels?: { readonly names: readonly string[]; readonly documents: readonly number[] };
  /** Days, months or years, and how many documents are of each. */
  readonly periods?: { readonly names: readonly string[]; readonly documents: readonly number[] };
  /** Means over the topics of each level that have one, by level from 1 up; null where none has. */
  readonly npmi: readonly (number | null)[];
  readonly compactness: readonly (number | null)[];
  /** By level from 1 up: share of labelled documents whose label is the most frequent one of their likeliest topic. */
  readonly purity?: readonly number[];
  /** By level from 1 up: normalised mutual information of labels and likeliest topics, 0 to 1; null where neither differs. */
  readonly nmi?: readonly (number | null)[];
  /** Level by level from the top, the likelier first. */
  readonly topics: readonly TopicSummary[];
  readonly shown: readonly ShownDocument[];
}
