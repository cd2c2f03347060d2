import { GAP } from './kept-words.js';

/**
 * Words and phrases over numbered words, as a tree of nodes: nodes below `words` are the words themselves, others stand below the node of the phrase without its
 * last word.
 */
export class PhraseTrie {
  /** Number of the entry that ends here or -1, [node]. */
  readonly entry: number[];
  /** Words from the root, [node]. */
  private readonly depth: number[] = [];
  private readonly words: number;
  private readonly next = new Map<number, number>();
  /** Whether a word begins a phrase, [word]. */
  private readonly begins: Uint8Array;

  constructor(words: number) {
    this.words = words;
    this.entry = new Array<number>(words).fill(-1);
    this.begins = new Uint8Array(words);
  }

  /** Enters a word or a phrase under a number. */
  add(ids: readonly number[], entry: number): void {
    let node = ids[0]!;
    if (ids.length > 1) this.begins[node] = 1;
    for (let i = 1; i < ids.length; i++) {
      const key = node * this.words + ids[i]!;
      let child = this.next.get(key);
      if (child === undefined) {
        child = this.entry.length;
        this.next.set(key, child);
        this.entry.push(-1);
        this.depth[child - this.words] = i + 1;
      }
      node = child;
    }
    this.entry[node] = entry;
  }

  /** The node of the longest entry that begins at `ids[from]`, -1 if there is none. */
  longest(ids: ArrayLike<number>, from: number, to: number): number {
    let node = ids[from]!;
    if (node === GAP) return -1;
    let found = this.entry[node] === -1 ? -1 : node;
    if (this.begins[node] === 0) return found;
    for (let i = from + 1; i < to && ids[i] !== GAP; i++) {
      const child = this.next.get(node * this.words + ids[i]!);
      if (child === undefined) break;
      node = child;
      if (this.entry[node] !== -1) found = node;
    }
    return found;
  }

  /** Number of words of a node's phrase. */
  lengthOf(node: number): number {
    return node < this.words ? 1 : this.depth[node - this.words]!;
  }
}

/** The words of a phrase, as the analyzer has them. */
export function wordsOf(phrase: string): string[] {
  return phrase.split(' ');
}

/** The words of a phrase as one. */
export function phraseOf(words: readonly string[]): string {
  return words.join(' ');
}
