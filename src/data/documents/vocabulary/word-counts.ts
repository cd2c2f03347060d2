import { GAP, type KeptWords } from './kept-words.js';

/** A Map holds no more than 2^24 entries. */
const MOST_WORDS = 16_000_000;

/** How often words stand in documents, and in how many of these: about 100 bytes a different word, whatever the length of the texts. */
export class WordCounts {
  readonly words: string[] = [];
  documents = 0;
  /** Documents that have the word, [word]; longer than there are words. */
  documentFrequency = new Int32Array(1024);
  /** Times that it stands anywhere, [word]. */
  total = new Float64Array(1024);
  private readonly ids = new Map<string, number>();
  /** The last document that had it, [word]. */
  private last = new Int32Array(1024).fill(-1);
  private readonly kept: KeptWords | undefined;
  private document = new Int32Array(1024);
  private length = 0;

  constructor(kept?: KeptWords) {
    this.kept = kept;
  }

  /** Some words of the document at hand; '' where no phrase goes on. */
  add(words: readonly string[]): void {
    if (this.kept) this.reserve(this.length + words.length);
    for (const word of words) {
      const id = word === '' ? GAP : this.idOf(word);
      if (this.kept) this.document[this.length++] = id;
      if (id === GAP) continue;
      this.total[id]!++;
      if (this.last[id] === this.documents) continue;
      this.last[id] = this.documents;
      this.documentFrequency[id]!++;
    }
  }

  endDocument(): void {
    this.kept?.add(this.document, this.length);
    this.length = 0;
    this.documents++;
  }

  /** The number of a word, a new one if need be. */
  idOf(word: string): number {
    const known = this.ids.get(word);
    if (known !== undefined) return known;
    const id = this.words.length;
    if (id === MOST_WORDS)
      throw new RangeError(
        `texts: expected at most ${MOST_WORDS} different words, got more after ${this.documents} documents`,
      );
    if (id === this.total.length) this.grow();
    const own = ownCopy(word);
    this.ids.set(own, id);
    this.words.push(own);
    return id;
  }

  private grow(): void {
    const size = 2 * this.total.length;
    const { documentFrequency, total, last } = this;
    this.documentFrequency = new Int32Array(size);
    this.documentFrequency.set(documentFrequency);
    this.total = new Float64Array(size);
    this.total.set(total);
    this.last = new Int32Array(size).fill(-1);
    this.last.set(last);
  }

  private reserve(length: number): void {
    if (length <= this.document.length) return;
    const { document } = this;
    this.document = new Int32Array(2 * length);
    this.document.set(document);
  }
}

/** Engines let a part of a text hold on to the whole text. */
function ownCopy(word: string): string {
  let copy = '';
  for (let i = 0; i < word.length; i += 4096) {
    const codes = Array.from({ length: Math.min(4096, word.length - i) }, (_, j) => word.charCodeAt(i + j));
    copy += String.fromCharCode(...codes);
  }
  return copy;
}
