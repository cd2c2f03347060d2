/** Different words; beyond them all are forgotten. */
const MOST_WORDS = 1 << 18;
/** Longer ones are made anew each time: UTF-16 code units. */
const MOST_UNITS = 32;
/** Slots that are looked at for a word, however texts are made. */
const MOST_PROBES = 64;
const FIRST_WORDS = 1024;

/** Makes a word of what stands in a text. */
export type Make = (raw: string, bits: number) => string;

/**
 * Words as they stand in texts → as a vocabulary has them. Looked up by the characters of a text, so that no string is made of a word that is known. A few tens of MB at most.
 */
export class KnownWords {
  private words: string[] = [];
  private hashes = new Int32Array(FIRST_WORDS);
  /** UTF-16 code units of all words, one after another. */
  private units = new Uint16Array(8 * FIRST_WORDS);
  /** Where each word's units begin, and after the last where they end. */
  private starts = new Int32Array(FIRST_WORDS + 1);
  /** Number of a word and 1, or 0 where there is none, by hash; at least twice as many as words. */
  private slots = new Int32Array(2 * FIRST_WORDS);

  /** The word of the characters [start, end), made where it is not known; `bits` are of its characters. */
  get(text: string, start: number, end: number, bits: number, make: Make): string {
    // FNV-1a over code units.
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash ^= hash >>> 15;
    const { slots } = this;
    const mask = slots.length - 1;
    for (let probe = 0; probe < MOST_PROBES; probe++) {
      const slot = (hash + probe) & mask;
      const number = slots[slot]! - 1;
      if (number < 0) return this.added(slot, hash, text.slice(start, end), bits, make);
      if (this.is(number, text, start, end)) return this.words[number]!;
    }
    return make(ownCopy(text.slice(start, end)), bits);
  }

  private is(number: number, text: string, start: number, end: number): boolean {
    const { starts, units } = this;
    const from = starts[number]!;
    if (starts[number + 1]! - from !== end - start) return false;
    for (let i = start, at = from; i < end; i++, at++) if (units[at] !== text.charCodeAt(i)) return false;
    return true;
  }

  private added(slot: number, hash: number, raw: string, bits: number, make: Make): string {
    const word = make(ownCopy(raw), bits);
    if (raw.length > MOST_UNITS) return word;
    const number = this.words.push(word) - 1;
    this.slots[slot] = number + 1;
    this.hashes[number] = hash;
    const start = this.starts[number]!;
    const end = start + raw.length;
    if (end > this.units.length) this.units = copied(this.units, new Uint16Array(2 * this.units.length));
    for (let i = 0; i < raw.length; i++) this.units[start + i] = raw.charCodeAt(i);
    this.starts[number + 1] = end;
    if (this.words.length === MOST_WORDS) this.forget();
    else if (this.words.length === this.hashes.length) this.grow();
    return word;
  }

  private forget(): void {
    this.words = [];
    this.slots.fill(0);
  }

  private grow(): void {
    const size = 2 * this.words.length;
    this.hashes = copied(this.hashes, new Int32Array(size));
    this.starts = copied(this.starts, new Int32Array(size + 1));
    const slots = new Int32Array(2 * size);
    for (let number = 0; number < this.words.length; number++) {
      let slot = this.hashes[number]! & (slots.length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = number + 1;
    }
    this.slots = slots;
  }
}

function copied<A extends Int32Array | Uint16Array>(from: A, to: A): A {
  to.set(from);
  return to;
}

/** Engines let a part of a text hold on to the whole text. */
function ownCopy(raw: string): string {
  return ` ${raw}`.slice(1);
}
