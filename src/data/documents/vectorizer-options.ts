import { type Completed, type Fn, type Options, type OptionsOf, SIGNAL, WAITED } from '../../check/option.js';
import { ANALYSIS } from './words/options.js';

/** How far a pass over texts is. */
export interface TextProgress {
  /** Texts done. */
  readonly documents: number;
  /** Their characters: UTF-16 code units. */
  readonly characters: number;
}

const WORDS = { kind: 'list', of: { kind: 'text', doc: 'A word, or several that stand side by side.' } } as const;

const PASS = {
  signal: SIGNAL,
  onProgress: {
    kind: 'callback',
    inert: true,
    doc: `Called now and then with the documents and characters done. ${WAITED}`,
    type: undefined as Fn<(progress: TextProgress) => void>,
  },
} as const satisfies Options;

/** Options of TextVectorizer.learn and learnTransform. */
export const VECTORIZER = {
  ...ANALYSIS,
  maxFeatures: {
    kind: 'integer',
    from: 1,
    default: 10_000,
    doc: 'Most words of the vocabulary: those of the highest average TF-IDF.',
  },
  minDocuments: {
    kind: 'integer',
    from: 1,
    words: ['auto'],
    default: 1,
    doc: 'Fewest documents that a word must be in; auto: 1 of fewer than 10 documents, 2 of fewer than 100, else 3.',
  },
  minShare: {
    kind: 'number',
    unit: 'a share',
    from: 0,
    to: 1,
    default: 0,
    doc: 'Smallest share of the documents that a word must be in.',
  },
  maxShare: {
    kind: 'number',
    unit: 'a share',
    above: 0,
    to: 1,
    default: 1,
    doc: 'Largest share of the documents that a word may be in.',
  },
  phrases: {
    kind: 'integer',
    from: 1,
    to: 8,
    default: 1,
    doc: 'Most words of a phrase that counts as one word where it earns its place; 1 for none. More takes 4 bytes of memory for every word of the texts.',
  },
  include: { ...WORDS, default: [], defaultDoc: 'none', doc: 'Words and phrases to keep, however often they stand.' },
  exclude: { ...WORDS, default: [], defaultDoc: 'none', doc: 'Words and phrases to leave out.' },
  vocabulary: {
    ...WORDS,
    least: 1,
    distinct: true,
    defaultDoc: 'learned from the texts',
    doc: 'Exactly these words and phrases, in this order; nothing is counted.',
  },
  binary: { kind: 'flag', default: false, doc: 'Rows hold 1 for each word that is there, not how often it is.' },
  ...PASS,
} as const satisfies Options;

/** Options of TextVectorizer.transform beside targets. */
export const TRANSFORM = PASS;

export type TextVectorizerOptions = OptionsOf<typeof VECTORIZER>;
export type VectorizerSettings = Completed<typeof VECTORIZER>;
export type PassOptions = OptionsOf<typeof PASS>;
