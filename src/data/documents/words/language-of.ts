import { LETTER, SYLLABIC } from './char-class.js';
import { HAN, KANA, LANGUAGES, type Script } from './languages.js';
import { Scanner } from './scanner.js';
import { stopKey, stopWords } from './stop-words.js';
import { wordForm } from './word-form.js';

/** Texts consist of stop words of their language for a quarter to a half, and of those of another for less than a tenth. */
const LEAST_SHARE = 0.15;
const MOST_WORDS = 20_000;
/** Japanese is written with Chinese characters too. */
const LEAST_KANA = 0.1;

/**
 * The code of the language whose stop words cover most of the words, 'none' where no list covers 15% of them. Only lists of languages are loaded whose script most of the words are in.
 * @param sample - texts; their first 20,000 words are looked at
 */
export async function languageOf(sample: readonly string[]): Promise<string> {
  const words = sampleWords(sample);
  const codes = candidates(words);
  const shares = await Promise.all(codes.map((code) => coverage(words, code)));
  const best = shares.indexOf(Math.max(...shares));
  return best >= 0 && shares[best]! >= LEAST_SHARE ? codes[best]! : 'none';
}

/** Words with a letter, in lower case; of scripts without spaces each character. */
function sampleWords(sample: readonly string[]): string[] {
  const words: string[] = [];
  const scanner = new Scanner();
  for (const text of sample) {
    scanner.reset(text);
    while (words.length < MOST_WORDS && scanner.next()) {
      const raw = text.slice(scanner.start, scanner.end);
      if (scanner.bits >= SYLLABIC) words.push(...raw.slice(0, MOST_WORDS));
      else if (scanner.bits & LETTER) words.push(wordForm(raw, { language: 'none', keepCase: false }));
    }
  }
  return words;
}

/** Languages of the script that most of the words are in. */
function candidates(words: readonly string[]): string[] {
  const languages = Object.entries(LANGUAGES);
  const scripts = new Set(languages.map(([, { script }]) => script));
  const counts = new Map([...scripts].map((script) => [script, words.filter((word) => isIn(word, script)).length]));
  const [han, kana] = [counts.get(HAN)!, counts.get(KANA)!];
  if (kana >= LEAST_KANA * (han + kana)) counts.set(KANA, han + kana).set(HAN, 0);
  const most = Math.max(...counts.values());
  return languages.filter(([, { script }]) => most > 0 && counts.get(script) === most).map(([code]) => code);
}

function isIn(word: string, [from, to]: Script): boolean {
  const code = word.charCodeAt(0);
  return code >= from && code <= to;
}

async function coverage(words: readonly string[], code: string): Promise<number> {
  const stops = await stopWords(code, [], true);
  return words.filter((word) => stops.has(stopKey(word, code))).length / words.length;
}
