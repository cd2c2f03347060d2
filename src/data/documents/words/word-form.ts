import { classAt, PASSED, widthAt } from './char-class.js';

/** Words that lose their vowel before another, in French and Italian. */
const ELIDED: Readonly<Record<string, ReadonlySet<string>>> = {
  fr: new Set('l m t qu n s j d c jusqu quoiqu lorsqu puisqu'.split(' ')),
  it: new Set('l c all dall dell nell sull coll pell gl agl dagl degl negl sugl un m t s v d'.split(' ')),
};

/** Presentation forms: ligatures, Arabic by its place in the word, letters as wide or narrow as others. */
const PRESENTATION = /[\ufb00-\ufbff\ufe70-\ufefc\uff01-\uffdc]/;
/** Of Arabic and Hebrew: vowels and signs that most texts do not write. */
const POINTS =
  /[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]/g;
const NOT_ASCII = /[^\0-\x7f]/;

export interface FormRules {
  readonly language: string;
  readonly keepCase: boolean;
}

/** A word as it stands in a text → as a vocabulary has it, before stop words and stems. */
export function wordForm(raw: string, { language, keepCase }: FormRules): string {
  const plain = NOT_ASCII.test(raw) ? plainForm(raw) : raw;
  const cased = keepCase ? plain : lowerCase(plain, language);
  return cased.includes("'") ? withoutEnds(cased, language) : cased;
}

/** One spelling of what looks the same. */
function plainForm(raw: string): string {
  const shown = withoutPassedOver(raw).replace(/[\u2019\uff07]/g, "'");
  return shown
    .normalize(PRESENTATION.test(shown) ? 'NFKC' : 'NFC')
    .replace(POINTS, '')
    .normalize('NFC');
}

function withoutPassedOver(raw: string): string {
  let kept = '';
  for (let i = 0; i < raw.length; i += widthAt(raw, i)) {
    if (classAt(raw, i) !== PASSED) kept += String.fromCodePoint(raw.codePointAt(i)!);
  }
  return kept;
}

/** Turkish has an i with and one without a dot, each with a capital of its own; elsewhere the dot of the dotted capital is no letter's. */
function lowerCase(word: string, language: string): string {
  const i = language === 'tr' ? word.replaceAll('I', 'ı') : word;
  return i.toLowerCase().replaceAll('i\u0307', 'i');
}

/** Without an English possessive, what French and Italian elide before a word, or the ending that Turkish puts behind a name. */
function withoutEnds(word: string, language: string): string {
  const at = word.indexOf("'");
  if (language === 'tr') return word.slice(0, at);
  const own = ELIDED[language]?.has(word.slice(0, at).toLowerCase()) ? word.slice(at + 1) : word;
  return /'s$/i.test(own) ? own.slice(0, -2) : own;
}

/** Characters of a word: code points. */
export function characters(word: string): number {
  let count = 0;
  for (let i = 0; i < word.length; i += widthAt(word, i)) count++;
  return count;
}
