import {
  APOSTROPHE,
  charClasses,
  classAt,
  FORMED,
  HYPHEN,
  isMark,
  isOfWord,
  LETTER,
  MARK,
  PAIR,
  PASSED,
  POINT,
  pairClass,
  SPACE,
  SYLLABIC,
  WORD,
  widthAt,
} from './char-class.js';

const LINE_FEED = 10;

/**
 * Goes from word to word through a text: `start`, `end`, the bits of all its characters, and whether more than blanks or a hyphen stands before it. A word is letters, marks and digits, with apostrophes between
 * letters, points between digits, and what is passed over inside it; or a run of characters of scripts without spaces.
 */
export class Scanner {
  text = '';
  start = 0;
  end = 0;
  /** WORD, LETTER, FORMED of all its characters together; of a run without spaces the class of its first. */
  bits = 0;
  /** Before the word stands what phrases must not cross. */
  gap = false;
  private readonly classes = charClasses();

  reset(text: string): void {
    this.text = text;
    this.start = 0;
    this.end = 0;
  }

  /** Whether there is one more word. Without one, `gap` is of what is left. */
  next(): boolean {
    const { text, classes } = this;
    const length = text.length;
    let i = this.end;
    this.gap = false;
    let lines = 0;
    for (; i < length; i++) {
      const code = text.charCodeAt(i);
      let own = classes[code]!;
      if (own === SPACE) {
        if (code === LINE_FEED && ++lines > 1) this.gap = true;
        continue;
      }
      if (own === PAIR) own = pairClass(classes, text, i);
      if (own & WORD ? !(own & MARK) : own >= SYLLABIC) {
        this.start = i;
        this.end = own & WORD ? this.endOfWord(i) : this.endOfRun(i, own);
        return true;
      }
      if (own !== PASSED && !(own === HYPHEN && this.joins(i))) this.gap = true;
    }
    this.start = length;
    this.end = length;
    return false;
  }

  /** Whether a hyphen is between two words. */
  private joins(i: number): boolean {
    return i > 0 && i === this.end && isOfWord(classAt(this.text, i + 1));
  }

  private endOfWord(start: number): number {
    const { text, classes } = this;
    const length = text.length;
    let bits = 0;
    let i = start;
    while (i < length) {
      const own = classes[text.charCodeAt(i)]!;
      if (own & WORD) {
        bits |= own;
        i++;
        continue;
      }
      if (own === POINT) {
        i = this.endOfNumber(i);
        break;
      }
      const more = own === PAIR ? this.afterPair(i) : this.afterInner(i, own);
      if (more === i) break;
      bits |= FORMED | (own === PAIR ? pairClass(classes, text, i) : 0);
      i = more;
    }
    this.bits = bits;
    return i;
  }

  /** Behind a pair that is of a word, or where it stands. */
  private afterPair(i: number): number {
    return pairClass(this.classes, this.text, i) & WORD ? i + 2 : i;
  }

  /** Behind what may stand inside a word, or where it stands. */
  private afterInner(i: number, own: number): number {
    const { text } = this;
    if (own === APOSTROPHE) return classBefore(text, i) & (LETTER | MARK) && classAt(text, i + 1) & LETTER ? i + 1 : i;
    if (own !== PASSED) return i;
    let end = i;
    while (classAt(text, end) === PASSED) end += widthAt(text, end);
    return classAt(text, end) & WORD ? end : i;
  }

  /** Behind points each between two digits, and the digits. */
  private endOfNumber(start: number): number {
    const { text } = this;
    let i = start;
    while (classAt(text, i) === POINT && isDigit(classBefore(text, i)) && isDigit(classAt(text, i + 1))) {
      i++;
      while (isDigit(classAt(text, i))) i += widthAt(text, i);
    }
    return i;
  }

  /** Of a run of characters of scripts without spaces and what stands on them. */
  private endOfRun(start: number, first: number): number {
    const { text } = this;
    this.bits = first;
    let i = start;
    for (let own = first; own >= SYLLABIC || own === PASSED || isMark(own); own = classAt(text, i))
      i += widthAt(text, i);
    return i;
  }
}

function isDigit(own: number): boolean {
  return (own & (WORD | LETTER | MARK)) === WORD;
}

function classBefore(text: string, i: number): number {
  const code = text.charCodeAt(i - 1);
  return classAt(text, code >= 0xdc00 && code < 0xe000 ? i - 2 : i - 1);
}
