import { requireNames } from '../../check/names.js';
import { requireObject } from '../../check/require.js';
import type { TextVectorizerJson } from './vectorizer-json.js';

/**
 * The words of a vectorizer that is kept beside its rows. All else in it is checked by TextVectorizer.fromJSON, where texts are to be read.
 * @throws TypeError, RangeError unless it has a word of its own for each of so many columns
 */
export function keptWords(json: TextVectorizerJson, columns: number, argument = 'vectorizer'): readonly string[] {
  requireObject(json, argument);
  requireNames(json.words, columns, `${argument}.words`, 'column');
  return json.words;
}

/** Whether both make the same rows of the same texts. */
export function isSameVectorizer(a: TextVectorizerJson, b: TextVectorizerJson): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
