import { classAt, HIRAGANA, SYLLABIC } from './char-class.js';
import { LANGUAGES } from './languages.js';
import { Scanner } from './scanner.js';
import { pairsOf } from './unspaced.js';
import { wordForm } from './word-form.js';

/** Particles and pronouns of Chinese, which the pairs of a text without spaces are full of. */
const CHINESE_PARTICLES = '的了着吗呢吧啊们这那哪我你他她它很及与是和在也就都没被把而或且因';

/** What is compared with the list: Greek lists have neither accents nor the last form of sigma. */
export function stopKey(word: string, language: string): string {
  if (language !== 'el') return word;
  return word
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .replaceAll('ς', 'σ');
}

/**
 * Words to leave out, as texts have them after wordForm.
 * @param inPairs - whether scripts without spaces are taken apart into pairs: then those of each entry
 */
export async function stopWords(
  language: string,
  own: readonly string[],
  inPairs: boolean,
): Promise<ReadonlySet<string>> {
  const list = (await LANGUAGES[language]?.stopWords())?.stopwords ?? [];
  const stops = new Set<string>();
  for (const entry of [...list, ...own]) {
    for (const raw of entryParts(entry, inPairs))
      stops.add(stopKey(wordForm(raw, { language, keepCase: false }), language));
  }
  return stops;
}

/** An entry of one word; what is of several, or of none, is passed over. */
function entryParts(entry: string, inPairs: boolean): string[] {
  const scanner = new Scanner();
  scanner.reset(entry);
  if (!scanner.next()) return [];
  const { start, end, bits } = scanner;
  if (scanner.next()) return [];
  if (bits < SYLLABIC || !inPairs) return [entry.slice(start, end)];
  return pairsOf(entry, start, end).map((part) => entry.slice(part.start, part.end));
}

/** Whether a pair of characters that no list has is grammar: one with a particle of Chinese, and Hiragana in Japanese, which writes endings and particles. */
export function isGrammar(pair: string, language: string): boolean {
  if (language === 'ja') return classAt(pair, 0) === HIRAGANA;
  return language === 'zh' && [...pair].some((character) => CHINESE_PARTICLES.includes(character));
}
