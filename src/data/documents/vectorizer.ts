import { Dataset, type DatasetOptions } from '../dataset.js';
import type { SparseMatrix } from '../matrix.js';
import type { Texts } from './document.js';
import type { TextVectorizerJson } from './vectorizer-json.js';

/** Where a word of the vocabulary stands in a text: characters [start, end). */
export interface FoundWord {
  readonly feature: number;
  readonly start: number;
  readonly end: number;
}

export interface TextVectorizerOptions {
  readonly maxFeatures?: number;
}

/** Texts as rows of counts of words. */
export class TextVectorizer {
  /** The vocabulary: names of the columns. */
  readonly words: readonly string[];
  private readonly index: ReadonlyMap<string, number>;

  private constructor(json: TextVectorizerJson) {
    this.words = json.words;
    this.index = new Map(json.words.map((word, i) => [word, i]));
  }

  static async learn(texts: Texts, { maxFeatures = 1000 }: TextVectorizerOptions = {}): Promise<TextVectorizer> {
    const counts = new Map<string, number>();
    for await (const text of texts)
      for (const word of new Set(text.toLowerCase().match(/\p{L}+/gu))) counts.set(word, (counts.get(word) ?? 0) + 1);
    const words = [...counts]
      .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
      .slice(0, maxFeatures)
      .map(([word]) => word);
    return new TextVectorizer({ format: 1, words });
  }

  async transform(texts: Texts, options: Omit<DatasetOptions, 'featureNames'> = {}): Promise<Dataset> {
    const list: string[] = [];
    for await (const text of texts) list.push(text);
    const { rows, columns, start, index, value } = this.rows(list);
    const data = Dataset.sparse({ rows, columns, start, index, value, ...options, featureNames: this.words });
    return new Dataset(data.features, data.targets, data.featureNames, undefined, this.toJSON());
  }

  rows(texts: readonly string[]): SparseMatrix {
    const start = [0];
    const index: number[] = [];
    const value: number[] = [];
    for (const text of texts) {
      const found = new Map<number, number>();
      for (const { feature } of this.find(text)) found.set(feature, (found.get(feature) ?? 0) + 1);
      for (const [feature, count] of [...found].sort(([a], [b]) => a - b)) {
        index.push(feature);
        value.push(count);
      }
      start.push(index.length);
    }
    return {
      kind: 'sparse',
      rows: texts.length,
      columns: this.words.length,
      start: Int32Array.from(start),
      index: Int32Array.from(index),
      value: Float32Array.from(value),
    };
  }

  find(text: string): FoundWord[] {
    const found: FoundWord[] = [];
    for (const match of text.matchAll(/\p{L}+/gu)) {
      const feature = this.index.get(match[0].toLowerCase());
      if (feature !== undefined) found.push({ feature, start: match.index, end: match.index + match[0].length });
    }
    return found;
  }

  toJSON(): TextVectorizerJson {
    return { format: 1, words: [...this.words] };
  }

  static async fromJSON(json: TextVectorizerJson): Promise<TextVectorizer> {
    return new TextVectorizer(json);
  }
}
