import { complete } from '../../check/complete.js';
import type { OptionsOf } from '../../check/option.js';
import { got } from '../../check/phrase.js';
import { requireObject } from '../../check/require.js';
import { Pace } from '../../runtime/pace.js';
import { Dataset, type DatasetOptions } from '../dataset.js';
import { targetsOf } from '../labels.js';
import type { SparseMatrix } from '../matrix.js';
import type { Targets } from '../targets.js';
import type { Texts } from './document.js';
import { requireVectorizerJson, type TextVectorizerJson } from './vectorizer-json.js';
import { type TextVectorizerOptions, TRANSFORM, VECTORIZER } from './vectorizer-options.js';
import { eachText, requireTexts } from './vocabulary/each-text.js';
import { learnWords } from './vocabulary/learn.js';
import { readWords, type WordSink } from './vocabulary/read-words.js';
import { RowBuilder } from './vocabulary/row-builder.js';
import { Vocabulary, WordFinder } from './vocabulary/vocabulary.js';
import { Analyzer, makeAnalyzer } from './words/analyzer.js';
import { ANALYSIS } from './words/options.js';

export type { TextProgress, TextVectorizerOptions } from './vectorizer-options.js';

/** Where a word of the vocabulary stands in a text: characters [start, end). */
export interface FoundWord {
  readonly feature: number;
  readonly start: number;
  readonly end: number;
}

/** What may go with the rows of texts. */
export type TransformOptions = Omit<DatasetOptions, 'featureNames'> & OptionsOf<typeof TRANSFORM>;

/** What learnTransform gives. */
export interface LearnedTexts {
  readonly vectorizer: TextVectorizer;
  readonly data: Dataset;
}

/**
 * Texts as rows of counts of words, as scikit-learn's CountVectorizer makes them: a vocabulary learned from texts, a column a word. Phrases of the vocabulary count as one word:
 * they are found from left to right, the longest first, and words inside them do not count alone.
 */
export class TextVectorizer {
  /** The vocabulary, names of the columns: in the order of code units, or as `vocabulary` gave them. Phrases have a blank between their words. */
  readonly words: readonly string[];
  /** Documents learned from that have each word, [word]; zeros of a vocabulary that was given. */
  readonly documentFrequency: readonly number[];
  /** Documents learned from; 0 of a vocabulary that was given. */
  readonly documents: number;
  private readonly analyzer: Analyzer;
  private readonly vocabulary: Vocabulary;
  private readonly json: TextVectorizerJson;

  private constructor(analyzer: Analyzer, json: TextVectorizerJson) {
    if (!(analyzer instanceof Analyzer))
      throw new TypeError('constructor: is internal, use TextVectorizer.learn or TextVectorizer.fromJSON');
    this.words = json.words;
    this.documentFrequency = json.documentFrequency;
    this.documents = json.documents;
    this.analyzer = analyzer;
    this.vocabulary = new Vocabulary(json.keys ?? json.words);
    this.json = json;
  }

  /**
   * Learns a vocabulary in one pass over texts, which are not kept: of memory it takes about 100 bytes a different word, and for phrases 4 bytes a word of the texts. The vocabulary is the words within
   * `minDocuments`, `minShare` and `maxShare`, of these the `maxFeatures` of the highest average TF-IDF, Σ tf · ln(D / df) / D over D documents (Chen et al. 2017,
   * Artificial Intelligence 250), ties by word in the order of code units; see docs/METHODS.md for phrases. The order of the texts changes nothing.
   * @param texts a list, a generator or a stream of strings
   * @throws TypeError for what is no text, with its place; RangeError where no word is left
   */
  static async learn(texts: Texts, options: TextVectorizerOptions = {}): Promise<TextVectorizer> {
    const settings = complete(VECTORIZER, options, 'TextVectorizer.learn');
    const { analyzer, json } = await learnWords(texts, settings, false);
    return new TextVectorizer(analyzer, json);
  }

  /** learn, and transform of the same texts, in one pass over them; takes 4 bytes of memory a word of the texts. */
  static async learnTransform(
    texts: Texts,
    options: TextVectorizerOptions & TransformOptions = {},
  ): Promise<LearnedTexts> {
    const { declared, targets } = parted(options);
    const settings = complete(VECTORIZER, declared, 'TextVectorizer.learnTransform');
    const { analyzer, json, rows } = await learnWords(texts, settings, true);
    const vectorizer = new TextVectorizer(analyzer, json);
    return { vectorizer, data: vectorizer.dataset(rows!, targets) };
  }

  /**
   * A sparse row of counts (1 for each word that is there, if `binary`) a text, a column a word; a text without any word has an empty row. The dataset has the vectorizer's JSON
   * as its `vectorizer`.
   * @param texts a list, a generator or a stream of strings
   * @throws TypeError for what is no text, with its place; RangeError for no texts, or as Dataset.sparse does for targets
   */
  async transform(texts: Texts, options: TransformOptions = {}): Promise<Dataset> {
    const { declared, targets } = parted(options);
    const settings = complete(TRANSFORM, declared, 'transform');
    const pace = new Pace(settings.signal);
    const rows = this.builder();
    await readWords(eachText(texts), this.analyzer, settings, pace, rows);
    await pace.end();
    return this.dataset(rows.finish(), targets);
  }

  /**
   * transform for a batch, at once and as a bare matrix; no texts make a matrix of no rows.
   * @throws TypeError for what is no list of strings
   */
  rows(texts: readonly string[]): SparseMatrix {
    requireTexts(texts);
    const rows = this.builder();
    for (const text of texts) {
      rows.add(this.analyzer.words(text));
      rows.endDocument();
    }
    return rows.finish();
  }

  /**
   * Where the words of the vocabulary stand in a text, from left to right, phrases as one.
   * @throws TypeError for what is no string
   */
  find(text: string): FoundWord[] {
    if (typeof text !== 'string') throw new TypeError(`text: expected a string, got ${got(text)}`);
    const words = this.analyzer.words(text);
    const pieces = this.analyzer.pieces(text);
    // Of the words, those that are no gaps are the pieces.
    let piece = 0;
    const pieceOf = words.map((word) => (word === '' ? -1 : piece++));
    const found: FoundWord[] = [];
    const finder = new WordFinder(this.vocabulary);
    finder.add(words);
    finder.endText((feature, from, to) => {
      const { start } = pieces[pieceOf[from]!]!;
      const { end } = pieces[pieceOf[to - 1]!]!;
      found.push({ feature, start, end });
    });
    return found;
  }

  /** Plain JSON with all that it knows; what it is does not change with the version of the package. */
  toJSON(): TextVectorizerJson {
    return structuredClone(this.json);
  }

  /** @throws TypeError, RangeError for what toJSON cannot have written */
  static async fromJSON(json: TextVectorizerJson): Promise<TextVectorizer> {
    requireVectorizerJson(json);
    const analysis = complete(ANALYSIS, json.analysis, 'json.analysis', 'json.analysis.');
    if (analysis.language === 'auto')
      throw new RangeError("json.analysis.language: expected the language found, got 'auto'");
    const own = structuredClone({ ...json, analysis });
    return new TextVectorizer(await makeAnalyzer(analysis, [], own.stopWords), own);
  }

  private builder(): TextRows {
    return new TextRows(this.vocabulary, new RowBuilder(this.words.length, this.json.binary));
  }

  private dataset(rows: SparseMatrix, targets: Targets | undefined): Dataset {
    if (rows.rows === 0) throw new RangeError('texts: expected at least one text, got none');
    return new Dataset(rows, targets, this.words, undefined, this.toJSON());
  }
}

/** Makes rows of words. */
class TextRows implements WordSink {
  private readonly finder: WordFinder;
  private readonly built: RowBuilder;

  constructor(vocabulary: Vocabulary, built: RowBuilder) {
    this.finder = new WordFinder(vocabulary);
    this.built = built;
  }

  add(words: readonly string[]): void {
    this.finder.add(words);
  }

  endDocument(): void {
    this.finder.endText((feature) => this.built.add(feature));
    this.built.endRow();
  }

  finish(): SparseMatrix {
    return this.built.finish();
  }
}

/** Options of the targets apart from those that are declared. */
function parted<O extends TransformOptions>(options: O) {
  requireObject(options, 'options');
  const { targets, labels, classes, classNames, ...declared } = options;
  return { declared, targets: targetsOf({ targets, labels, classes, classNames }) };
}
