import { got } from '../../../check/phrase.js';
import type { Analyzer } from '../plain-analyzer.js';
import type { VectorizerSettings } from '../vectorizer-options.js';
import { phraseOf } from './trie.js';

/** Lists of the caller, each entry as the words that the analyzer makes of it. */
export interface GivenWords {
  readonly include: readonly (readonly string[])[];
  /** With blanks between the words. */
  readonly exclude: ReadonlySet<string>;
  readonly vocabulary: readonly (readonly string[])[] | undefined;
}

/** TypeError for lists that are about nothing beside a vocabulary. */
export function requireOneList({ include, exclude, vocabulary }: VectorizerSettings): void {
  if (vocabulary === undefined) return;
  for (const [name, list] of Object.entries({ include, exclude })) {
    if (list.length > 0)
      throw new TypeError(`vocabulary, ${name}: expected one of them, got both; a vocabulary is taken as it is`);
  }
}

/** @throws RangeError for an entry that no text can have by the rules of the analyzer, or two that are the same by them */
export function givenWords(analyzer: Analyzer, { include, exclude, vocabulary }: VectorizerSettings): GivenWords {
  return {
    include: entriesOf(analyzer, [...new Set(include)], 'include', true),
    exclude: new Set(exclude.map((entry) => phraseOf(trimmed(analyzer.words(entry))))),
    vocabulary: vocabulary && entriesOf(analyzer, vocabulary, 'vocabulary', false),
  };
}

function entriesOf(analyzer: Analyzer, list: readonly string[], argument: string, mayRepeat: boolean): string[][] {
  const places = new Map<string, number>();
  const entries: string[][] = [];
  for (const [i, entry] of list.entries()) {
    const words = trimmed(analyzer.words(entry));
    if (words.length === 0 || words.includes(''))
      throw new RangeError(
        `${argument}[${i}]: expected words that the rules of this vectorizer find in texts, got ${got(entry)}`,
      );
    const before = places.get(phraseOf(words));
    if (before === undefined) entries.push(words);
    else if (!mayRepeat)
      throw new RangeError(
        `${argument}[${i}]: expected words that differ by the rules of this vectorizer, got ${got(entry)} after ${got(list[before])}`,
      );
    places.set(phraseOf(words), i);
  }
  return entries;
}

/** Without the gaps at both ends. */
function trimmed(words: readonly string[]): string[] {
  const places = words.flatMap((word, i) => (word === '' ? [] : i));
  return places.length === 0 ? [] : words.slice(places[0], places.at(-1)! + 1);
}
