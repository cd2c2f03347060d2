import { FullForms } from './full-forms.js';
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
  private readonly full: FullForms | undefined;
  private document = new Int32Array(1024);
  private length = 0;

  /** @param stems words are stems, which are to be known by their most frequent form */
  constructor(kept?: KeptWords, stems = false) {
    this.kept = kept;
    if (stems) this.full = new FullForms();
  }

  get takesFull(): boolean {
    return this.full !== undefined;
  }

  /** What a person calls the words. */
  names(): (id: number) => string {
    const names = this.full?.names();
    return (id) => names?.get(id) ?? this.words[id]!;
  }

  /** The numbers of words that are to be known, whether they stand in texts or not. */
  enter(words: readonly string[], full: readonly string[]): number[] {
    return words.map((word, i) => {
      const id = this.idOf(word);
      this.full?.add(full[i]!, id, 0);
      return id;
    });
  }

  /** So many more of a word, that were counted elsewhere. */
  put(word: string, documents: number, total: number): void {
    const id = this.idOf(word);
    this.documentFrequency[id]! += documents;
    this.total[id]! += total;
  }

  /** So many more of a form of a word. */
  putForm(form: string, word: string, total: number): void {
    this.full?.add(form, this.idOf(word), total);
  }

  /** Calls with each form of a word. */
  eachForm(take: (form: string, word: string, total: number) => void): void {
    this.full?.each((form, id, total) => take(form, this.words[id]!, total));
  }

  /** Some words of the document at hand; '' where no phrase goes on. */
  add(words: readonly string[], full?: readonly string[]): void {
    if (this.kept) this.reserve(this.length + words.length);
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!;
      const id = word === '' ? GAP : this.idOf(word);
      if (this.kept) this.document[this.length++] = id;
      if (id === GAP) continue;
      if (full) this.full?.add(full[i]!, id, 1);
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
  private idOf(word: string): number {
    const known = this.ids.get(word);
    if (known !== undefined) return known;
    const id = this.words.length;
    if (id === MOST_WORDS)
      throw new RangeError(
        `texts: expected at most ${MOST_WORDS} different words, got more after ${this.documents} documents`,
      );
    if (id === this.total.length) this.grow();
    this.ids.set(word, id);
    this.words.push(word);
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
