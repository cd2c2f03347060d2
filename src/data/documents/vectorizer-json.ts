import { requireLength } from '../../check/arrays.js';
import { jsonOf } from '../../check/json.js';
import { requireNames } from '../../check/names.js';
import { got } from '../../check/phrase.js';
import { requireInteger, requireObject } from '../../check/require.js';
import type { AnalysisSettings } from './words/options.js';

/** A TextVectorizer as plain JSON, lossless. */
export interface TextVectorizerJson {
  kind: 'text-vectorizer';
  /** How a text becomes words: the options, the language as it was found. */
  analysis: AnalysisSettings;
  /** Words that are left out, all of them. */
  stopWords: string[];
  /** Rows hold 1 for each word that is there, not how often it is. */
  binary: boolean;
  /** Documents learned from; 0 of a vocabulary that was given. */
  documents: number;
  /** Names of the columns. */
  words: string[];
  /** What the analysis makes of each word, those of a phrase with a blank between; absent where these are the names. */
  keys?: string[];
  /** Documents learned from that have the word, [word]. */
  documentFrequency: number[];
}

/** @throws TypeError, RangeError for what toJSON of a TextVectorizer cannot have written; the values of the analysis are looked at where it is made use of */
export function requireVectorizerJson(json: unknown, argument = 'json'): asserts json is TextVectorizerJson {
  const given = jsonOf<TextVectorizerJson>(json, 'text-vectorizer', argument);
  const { analysis, stopWords, binary, documents, words, keys, documentFrequency } = given;
  requireObject(analysis, `${argument}.analysis`);
  for (const [name, value] of Object.entries(analysis)) {
    const list: unknown[] = Array.isArray(value) ? value : [value];
    if (!list.every((one) => ['string', 'number', 'boolean'].includes(typeof one)))
      throw new TypeError(`${argument}.analysis.${name}: expected the value of an option, got ${got(value)}`);
  }
  requireNames(stopWords, stopWords?.length ?? 0, `${argument}.stopWords`, 'word');
  if (typeof binary !== 'boolean') throw new TypeError(`${argument}.binary: expected a boolean, got ${got(binary)}`);
  requireInteger(documents, 0, `${argument}.documents`);
  requireWords(words, `${argument}.words`);
  if (keys !== undefined) {
    requireWords(keys, `${argument}.keys`);
    requireLength(keys, words.length, `${argument}.keys`, 'one a word');
  }
  if (!Array.isArray(documentFrequency))
    throw new TypeError(`${argument}.documentFrequency: expected a list of numbers, got ${got(documentFrequency)}`);
  requireLength(documentFrequency, words.length, `${argument}.documentFrequency`, 'one a word');
  for (const [i, count] of documentFrequency.entries()) {
    requireInteger(count, 0, `${argument}.documentFrequency[${i}]`);
    if (count > documents)
      throw new RangeError(
        `${argument}.documentFrequency[${i}]: expected at most ${documents}, the documents, got ${count}`,
      );
  }
}

function requireWords(words: unknown, argument: string): void {
  requireNames(words as string[], (words as string[] | undefined)?.length ?? 0, argument, 'word');
  const list = words as string[];
  if (list.length === 0) throw new RangeError(`${argument}: expected at least one word, got none`);
  const bare = list.findIndex((word) => word.split(' ').includes(''));
  if (bare >= 0)
    throw new RangeError(
      `${argument}[${bare}]: expected a word, or several with a blank between, got ${got(list[bare])}`,
    );
}
