/** The first and last character of a block of Unicode. */
export type Script = readonly [from: number, to: number];

/** What words of a language need, each loaded when it is first asked for. */
export interface Language {
  readonly name: string;
  readonly script: Script;
  readonly stopWords: () => Promise<{ readonly stopwords: readonly string[] }>;
  readonly stemmer?: () => Promise<{ readonly stemmer: (word: string) => string }>;
}

const LATIN: Script = [0x41, 0x24f];
const GREEK: Script = [0x370, 0x3ff];
const CYRILLIC: Script = [0x400, 0x52f];
const ARMENIAN: Script = [0x530, 0x58f];
const ARABIC: Script = [0x600, 0x6ff];
const DEVANAGARI: Script = [0x900, 0x97f];
const TAMIL: Script = [0xb80, 0xbff];
export const HAN: Script = [0x4e00, 0x9fff];
export const KANA: Script = [0x3040, 0x30ff];

/** By code of ISO 639-1. The library's lists for Lithuanian, Serbian and Sanskrit are not here: letters damaged, or in Latin script. */
export const LANGUAGES: Readonly<Record<string, Language>> = {
  ar: {
    name: 'Arabic',
    script: ARABIC,
    stopWords: () => import('@orama/stopwords/arabic'),
    stemmer: () => import('@orama/stemmers/arabic'),
  },
  hy: {
    name: 'Armenian',
    script: ARMENIAN,
    stopWords: () => import('@orama/stopwords/armenian'),
    stemmer: () => import('@orama/stemmers/armenian'),
  },
  bg: {
    name: 'Bulgarian',
    script: CYRILLIC,
    stopWords: () => import('@orama/stopwords/bulgarian'),
    stemmer: () => import('@orama/stemmers/bulgarian'),
  },
  da: {
    name: 'Danish',
    script: LATIN,
    stopWords: () => import('@orama/stopwords/danish'),
    stemmer: () => import('@orama/stemmers/danish'),
  },
  nl: {
    name: 'Dutch',
    script: LATIN,
    stopWords: () => import('@orama/stopwords/dutch'),
    stemmer: () => import('@orama/stemmers/dutch'),
  },
  en: {
    name: 'English',
    script: LATIN,
    stopWords: () => import('@orama/stopwords/english'),
    stemmer: () => import('@orama/stemmers/english'),
  },
  fi: {
    name: 'Finnish',
    script: LATIN,
    stopWords: () => import('@orama/stopwords/finnish'),
    stemmer: () => import('@orama/stemmers/finnish'),
  },
  fr: {
    name: 'French',
    script: LATIN,
    stopWords: () => import('@orama/stopwords/french'),
    stemmer: () => import('@orama/stemmers/french'),
  },
  de: {
    name: 'German',
    script: LATIN,
    stopWords: () => import('@orama/stopwords/german'),
    stemmer: () => import('@orama/stemmers/german'),
  },
  el: {
    name: 'Greek',
    script: GREEK,
    stopWords: () => import('@orama/stopwords/greek'),
    stemmer: () => import('@orama/stemmers/greek'),
  },
  hi: {
    name: 'Hindi',
    script: DEVANAGARI,
    stopWords: () => import('@orama/stopwords/indian'),
    stemmer: () => import('@orama/stemmers/indian'),
  },
  hu: {
    name: 'Hungarian',
    script: LATIN,
    stopWords: () => import('@orama/stopwords/hungarian'),
    stemmer: () => import('@orama/stemmers/hungarian'),
  },
  id: {
    name: 'Indonesian',
    script: LATIN,
    stopWords: () => import('@orama/stopwords/indonesian'),
    stemmer: () => import('@orama/stemmers/indonesian'),
  },
  ga: {
    name: 'Irish',
    script: LATIN,
    stopWords: () => import('@orama/stopwords/irish'),
    stemmer: () => import('@orama/stemmers/irish'),
  },
  it: {
    name: 'Italian',
    script: LATIN,
    stopWords: () => import('@orama/stopwords/italian'),
    stemmer: () => import('@orama/stemmers/italian'),
  },
  ja: { name: 'Japanese', script: KANA, stopWords: () => import('@orama/stopwords/japanese') },
  zh: { name: 'Chinese', script: HAN, stopWords: () => import('@orama/stopwords/mandarin') },
  ne: {
    name: 'Nepali',
    script: DEVANAGARI,
    stopWords: () => import('@orama/stopwords/nepali'),
    stemmer: () => import('@orama/stemmers/nepali'),
  },
  no: {
    name: 'Norwegian',
    script: LATIN,
    stopWords: () => import('@orama/stopwords/norwegian'),
    stemmer: () => import('@orama/stemmers/norwegian'),
  },
  pt: {
    name: 'Portuguese',
    script: LATIN,
    stopWords: () => import('@orama/stopwords/portuguese'),
    stemmer: () => import('@orama/stemmers/portuguese'),
  },
  ro: {
    name: 'Romanian',
    script: LATIN,
    stopWords: () => import('@orama/stopwords/romanian'),
    stemmer: () => import('@orama/stemmers/romanian'),
  },
  ru: {
    name: 'Russian',
    script: CYRILLIC,
    stopWords: () => import('@orama/stopwords/russian'),
    stemmer: () => import('@orama/stemmers/russian'),
  },
  es: {
    name: 'Spanish',
    script: LATIN,
    stopWords: () => import('@orama/stopwords/spanish'),
    stemmer: () => import('@orama/stemmers/spanish'),
  },
  sv: {
    name: 'Swedish',
    script: LATIN,
    stopWords: () => import('@orama/stopwords/swedish'),
    stemmer: () => import('@orama/stemmers/swedish'),
  },
  ta: {
    name: 'Tamil',
    script: TAMIL,
    stopWords: () => import('@orama/stopwords/tamil'),
    stemmer: () => import('@orama/stemmers/tamil'),
  },
  tr: {
    name: 'Turkish',
    script: LATIN,
    stopWords: () => import('@orama/stopwords/turkish'),
    stemmer: () => import('@orama/stemmers/turkish'),
  },
  uk: {
    name: 'Ukrainian',
    script: CYRILLIC,
    stopWords: () => import('@orama/stopwords/ukrainian'),
    stemmer: () => import('@orama/stemmers/ukrainian'),
  },
};
