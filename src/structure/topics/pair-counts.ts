import { meanOfPairs, npmi } from '../coherence.js';

/** Documents that have each word, and each pair of words of one group; counted as they come. */
export class PairCounts {
  private documents = 0;
  private readonly ofWord: Int32Array;
  private readonly ofPair: Float64Array;
  /** Partners of word v, all above v: partner[start[v]] to partner[start[v + 1]], rising; a pair's place is its place in this list. */
  private readonly start: Int32Array;
  private readonly partner: Int32Array;
  /** The last document that had the word. */
  private readonly seen: Int32Array;

  constructor(words: number, groups: readonly (readonly number[])[]) {
    const partners: Set<number>[] = Array.from({ length: words }, () => new Set());
    for (const group of groups) for (const a of group) for (const b of group) if (a < b) partners[a]!.add(b);
    this.start = new Int32Array(words + 1);
    partners.forEach((set, v) => {
      this.start[v + 1] = this.start[v]! + set.size;
    });
    this.partner = new Int32Array(this.start[words]!);
    partners.forEach((set, v) => {
      this.partner.set(
        [...set].sort((a, b) => a - b),
        this.start[v]!,
      );
    });
    this.ofWord = new Int32Array(words);
    this.ofPair = new Float64Array(this.partner.length);
    this.seen = new Int32Array(words).fill(-1);
  }

  /** A document by its words. */
  add(words: Int32Array): void {
    const { start, partner, seen, ofWord, ofPair } = this;
    const now = this.documents++;
    for (const word of words) {
      seen[word] = now;
      ofWord[word]!++;
    }
    for (const word of words)
      for (let e = start[word]!; e < start[word + 1]!; e++) if (seen[partner[e]!] === now) ofPair[e]!++;
  }

  /** Mean NPMI of the pairs of a group's words that documents have; null where there is no such pair. */
  coherence(group: readonly number[]): number | null {
    return meanOfPairs(group, (a, b) => {
      if (this.ofWord[a] === 0 || this.ofWord[b] === 0) return null;
      return npmi(this.both(a, b), this.ofWord[a]!, this.ofWord[b]!, this.documents);
    });
  }

  private both(a: number, b: number): number {
    const [low, high] = a < b ? [a, b] : [b, a];
    const at = this.partner.subarray(this.start[low]!, this.start[low + 1]!).indexOf(high);
    return this.ofPair[this.start[low]! + at]!;
  }
}
