import { findRepeated } from '../../../check/names.js';
import { got } from '../../../check/phrase.js';
import type { VectorizerSettings } from '../vectorizer-options.js';
import type { Analyzer } from '../words/analyzer.js';
import { phraseOf } from './trie.js';

/** Words that stand side by side, as the analyzer has them, and as a person reads them. */
export interface GivenEntry {
  readonly words: readonly string[];
  readonly full: readonly string[];
}

/** Lists of the caller. */
export interface GivenWords {
  readonly include: readonly GivenEntry[];
  /** With blanks between the words. */
  readonly exclude: ReadonlySet<string>;
  readonly vocabulary: readonly GivenEntry[] | undefined;
}

/** TypeError for lists that are about nothing beside a vocabulary. */
export function requireOneList({ include, exclude, vocabulary }: VectorizerSettings): void {
  if (vocabulary === undefined) return;
  for (const [name, list] of Object.entries({ include, exclude })) {
    if (list.length > 0)
      throw new TypeError(`vocabulary, ${name}: expected one of them, got both; a vocabulary is taken as it is`);
  }
}

/** @throws RangeError for an entry that no text can have by the rules of the analyzer, or two of a vocabulary that are the same by them */
export function givenWords(analyzer: Analyzer, { include, exclude, vocabulary }: VectorizerSettings): GivenWords {
  const entry = (text: string): GivenEntry => {
    const words = analyzer.words(text);
    const places = words.flatMap((word, i) => (word === '' ? [] : i));
    const part = (list: readonly string[]) => list.slice(places[0], places.at(-1)! + 1);
    return places.length === 0 ? { words: [], full: [] } : { words: part(words), full: part(analyzer.fullForms(text)) };
  };
  const entries = (list: readonly string[], argument: string) =>
    list.map((text, i) => checked(entry(text), text, `${argument}[${i}]`));
  const included = new Map(entries(include, 'include').map((found) => [phraseOf(found.words), found]));
  const own = vocabulary && entries(vocabulary, 'vocabulary');
  if (own) requireDistinct(own, vocabulary);
  return {
    include: [...included.values()],
    exclude: new Set(exclude.map((text) => phraseOf(entry(text).words))),
    vocabulary: own,
  };
}

function checked(entry: GivenEntry, text: string, argument: string): GivenEntry {
  if (entry.words.length > 0 && !entry.words.includes('')) return entry;
  throw new RangeError(`${argument}: expected words that the rules of this vectorizer find in texts, got ${got(text)}`);
}

function requireDistinct(entries: readonly GivenEntry[], texts: readonly string[]): void {
  const twice = findRepeated(entries.map(({ words }) => phraseOf(words)));
  if (!twice) return;
  const { first, second } = twice;
  throw new RangeError(
    `vocabulary[${second}]: expected words that differ by the rules of this vectorizer, got ${got(texts[second])} after ${got(texts[first])}`,
  );
}
