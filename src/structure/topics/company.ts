import { log } from '../../numeric/log.js';
import type { Pace } from '../../runtime/pace.js';
import { meanOfPairs } from '../coherence.js';

/** Words whose company counts, at most. */
const MOST_CONTEXTS = 1000;

/**
 * How alike words are by the company they keep: the cosine of their vectors of positive pointwise mutual information with the words that most documents have, where two words meet in
 * each document that has both, and no word is its own company. Levy and Goldberg, "Neural word embedding as implicit matrix factorization" (NIPS 2014), section 3: the matrix that
 * word2vec factorises.
 */
export class Company {
  readonly contexts: number;
  /** Place of a word among the contexts, or -1. */
  private readonly place: Int32Array;
  /** [words][contexts]: documents that have both. */
  private readonly met: Int32Array;
  /** The same block as positive pointwise mutual information, and the length of each word's vector, once scored. */
  private vectors: { readonly values: Float32Array; readonly norms: Float64Array } | undefined;

  /** @param share of the documents that have each word, more or less: the highest are the contexts */
  constructor(share: Float64Array) {
    const words = share.length;
    this.contexts = Math.min(words, MOST_CONTEXTS);
    this.place = new Int32Array(words).fill(-1);
    Array.from(share.keys())
      .sort((a, b) => share[b]! - share[a]! || a - b)
      .slice(0, this.contexts)
      .forEach((word, i) => {
        this.place[word] = i;
      });
    this.met = new Int32Array(words * this.contexts);
  }

  /** Bytes that it takes for so many words. */
  static bytes(words: number): number {
    return words * Math.min(words, MOST_CONTEXTS) * 4;
  }

  /** A document by its words. */
  add(words: Int32Array): void {
    const { contexts, place, met } = this;
    const here: number[] = [];
    for (const word of words) if (place[word]! >= 0) here.push(place[word]!);
    for (const word of words) {
      const row = word * contexts;
      for (const context of here) met[row + context]!++;
    }
  }

  /** Mean cosine of the pairs of words that have company; null where there is no such pair. After score. */
  compactness(words: readonly number[]): number | null {
    return meanOfPairs(words, (a, b) => this.cosine(a, b));
  }

  private cosine(a: number, b: number): number | null {
    const { values, norms } = this.vectors!;
    if (norms[a] === 0 || norms[b] === 0) return null;
    let sum = 0;
    for (let c = 0, x = a * this.contexts, y = b * this.contexts; c < this.contexts; c++)
      sum += values[x++]! * values[y++]!;
    return sum / (norms[a]! * norms[b]!);
  }

  /** Once all documents are added: counts become scores in their place, the block being the largest thing here. */
  async score(pace: Pace): Promise<void> {
    const { place, met, contexts } = this;
    const words = place.length;
    const [ofWord, ofContext, norms] = [new Float64Array(words), new Float64Array(contexts), new Float64Array(words)];
    let all = 0;
    for (let word = 0; word < words; word++) {
      if (pace.due) await pace.turn();
      if (place[word]! >= 0) met[word * contexts + place[word]!] = 0;
      for (let c = 0; c < contexts; c++) {
        const count = met[word * contexts + c]!;
        ofWord[word]! += count;
        ofContext[c]! += count;
        all += count;
      }
    }
    const values = new Float32Array(met.buffer);
    for (let word = 0, at = 0; word < words; word++) {
      let squares = 0;
      if (pace.due) await pace.turn();
      for (let c = 0; c < contexts; c++, at++) {
        const count = met[at]!;
        const score = count === 0 ? 0 : Math.max(0, log((count * all) / (ofWord[word]! * ofContext[c]!)));
        values[at] = score;
        squares += values[at]! ** 2;
      }
      norms[word] = Math.sqrt(squares);
    }
    this.vectors = { values, norms };
  }
}
