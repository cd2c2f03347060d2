import { GAP } from './kept-words.js';
import { PhraseTrie, wordsOf } from './trie.js';

/** The words and phrases of a vocabulary, to be found in texts. */
export class Vocabulary {
  /** Words of phrases that are none of the vocabulary have numbers too. */
  readonly ids: ReadonlyMap<string, number>;
  readonly trie: PhraseTrie;

  /** @param keys words as the analyzer has them, those of a phrase with a blank between */
  constructor(keys: readonly string[]) {
    const ids = new Map<string, number>();
    const enter = (word: string) => {
      const id = ids.get(word) ?? ids.size;
      ids.set(word, id);
      return id;
    };
    const entries = keys.map((key) => wordsOf(key).map(enter));
    this.ids = ids;
    this.trie = trieOf(entries, ids.size);
  }
}

/** Finds a vocabulary in texts, one after another: from left to right, the longest first. */
export class WordFinder {
  private readonly vocabulary: Vocabulary;
  private scratch = new Int32Array(1024);
  private length = 0;

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary;
  }

  /** Some words of the text at hand; '' where no phrase goes on. */
  add(words: readonly string[]): void {
    const end = this.length + words.length;
    if (end > this.scratch.length) {
      const { scratch } = this;
      this.scratch = new Int32Array(2 * end);
      this.scratch.set(scratch);
    }
    const { ids } = this.vocabulary;
    for (const word of words) this.scratch[this.length++] = ids.get(word) ?? GAP;
  }

  /** Calls with each feature in the text at hand, words [from, to) of it with gaps counted, and ends the text. */
  endText(take: (feature: number, from: number, to: number) => void): void {
    const { scratch, length } = this;
    this.length = 0;
    eachEntry(this.vocabulary.trie, scratch, 0, length, take);
  }
}

/** Phrases of numbered words, each under its place in the list. */
export function trieOf(phrases: readonly (readonly number[])[], words: number): PhraseTrie {
  const trie = new PhraseTrie(words);
  phrases.forEach((ids, i) => {
    trie.add(ids, i);
  });
  return trie;
}

/** Calls with each entry in words [from, to), from left to right, the longest first. */
export function eachEntry(
  trie: PhraseTrie,
  ids: ArrayLike<number>,
  from: number,
  to: number,
  take: (entry: number, from: number, to: number) => void,
): void {
  let at = from;
  while (at < to) {
    const node = trie.longest(ids, at, to);
    const end = at + (node === -1 ? 1 : trie.lengthOf(node));
    if (node !== -1) take(trie.entry[node]!, at, end);
    at = end;
  }
}
