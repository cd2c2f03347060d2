import { classAt, HIRAGANA } from './char-class.js';
import { languageWith } from './languages.js';
import { Scanner } from './scanner.js';
import { wordForm } from './word-form.js';

/** Particles and pronouns of Chinese, which the pairs of a text without spaces are full of. */
const CHINESE_PARTICLES = '的了着吗呢吧啊们这那哪我你他她它很及与是和在也就都被把而或且因';

/** What is compared with the list: Greek lists have neither accents nor the last form of sigma. */
export function stopKey(word: string, language: string): string {
  if (language !== 'el') return word;
  return word
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .replaceAll('ς', 'σ');
}

/** Words to leave out, as texts have them after wordForm. */
export async function stopWords(language: string, own: readonly string[]): Promise<ReadonlySet<string>> {
  const list = await listOf(language);
  const stops = new Set<string>();
  const rules = { language, keepCase: false };
  for (const entry of [...list, ...own]) {
    const words = formsOf(entry, rules);
    if (words.length === 1) stops.add(stopKey(words[0]!, language));
  }
  return stops;
}

export async function listOf(language: string): Promise<readonly string[]> {
  return (await languageWith(language)?.stopWords())?.stopwords ?? [];
}

/** Words of a short text, whatever their length; a run without spaces is one. */
export function formsOf(text: string, rules: { language: string; keepCase: boolean }): string[] {
  const scanner = new Scanner();
  const words: string[] = [];
  scanner.reset(text);
  while (scanner.next()) words.push(wordForm(text.slice(scanner.start, scanner.end), rules));
  return words;
}

/** Whether a pair of characters that no list has is grammar: one with a particle of Chinese, and Hiragana in Japanese, which writes endings and particles. */
export function isGrammar(pair: string, language: string): boolean {
  if (language === 'ja') return classAt(pair, 0) === HIRAGANA;
  return language === 'zh' && [...pair].some((character) => CHINESE_PARTICLES.includes(character));
}
