import {
  charClasses,
  classAt,
  FORMED,
  INNER,
  isHyphen,
  isOfWord,
  LETTER,
  MARK,
  PAIR,
  pairClass,
  SPACE,
  SYLLABIC,
  WORD,
  widthAt,
} from './char-class.js';

const LINE_FEED = 10;
const POINTS = [0x2e, 0x2c];
const APOSTROPHES = [0x27, 0x2019, 0xff07];

/**
 * Goes from word to word through a text: `start`, `end`, the bits of all its characters, and whether more than blanks or a hyphen stands before it. A word is letters, marks and digits, with apostrophes between
 * letters, points between digits, and whatever is passed over inside it; or a run of characters of scripts without spaces.
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
      if (!this.joins(i, code, own)) this.gap = true;
    }
    this.start = length;
    this.end = length;
    return false;
  }

  /** A hyphen between two words, or a character that is passed over. */
  private joins(i: number, code: number, own: number): boolean {
    if (isHyphen(code)) return i > 0 && i === this.end && isOfWord(classAt(this.text, i + 1));
    return own === INNER && isPassedOver(code);
  }

  private endOfWord(start: number): number {
    const { text, classes } = this;
    const length = text.length;
    let bits = 0;
    let i = start;
    let number = false;
    while (i < length) {
      const own = classes[text.charCodeAt(i)]!;
      if (own & WORD && !(number && own & LETTER)) {
        bits |= own;
        i++;
        continue;
      }
      const more = own === INNER ? this.afterInner(i) : own === PAIR ? this.afterPair(i) : i;
      if (more === i) break;
      number ||= POINTS.includes(text.charCodeAt(i));
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
  private afterInner(i: number): number {
    const { text } = this;
    const code = text.charCodeAt(i);
    const next = classAt(text, i + 1);
    if (isPassedOver(code)) {
      const end = this.afterPassedOver(i);
      return classAt(text, end) & WORD ? end : i;
    }
    const before = classBefore(text, i);
    if (POINTS.includes(code)) return isDigit(before) && isDigit(next) ? i + 1 : i;
    return before & (LETTER | MARK) && next & LETTER ? i + 1 : i;
  }

  private afterPassedOver(i: number): number {
    const { text } = this;
    while (i < text.length && classAt(text, i) === INNER && isPassedOver(text.codePointAt(i)!)) i += widthAt(text, i);
    return i;
  }

  /** Of a run of characters of scripts without spaces and their marks. */
  private endOfRun(start: number, first: number): number {
    const { text } = this;
    this.bits = first;
    let i = start;
    while (i < text.length) {
      const own = classAt(text, i);
      if (own === INNER ? !isPassedOver(text.codePointAt(i)!) : !(own & MARK && own & WORD) && own < SYLLABIC) break;
      i += widthAt(text, i);
    }
    return i;
  }
}

/** Of class INNER, and of no meaning for the word. */
export function isPassedOver(code: number): boolean {
  return !POINTS.includes(code) && !APOSTROPHES.includes(code) && code !== 0xb7 && code !== 0x5f3 && code !== 0x5f4;
}

function isDigit(own: number): boolean {
  return (own & (WORD | LETTER | MARK)) === WORD;
}

function classBefore(text: string, i: number): number {
  const code = text.charCodeAt(i - 1);
  return classAt(text, code >= 0xdc00 && code < 0xe000 ? i - 2 : i - 1);
}
