import type { Completed, Options, OptionsOf } from '../../../check/option.js';
import { LANGUAGES } from './languages.js';

/** How words are found in texts. */
export const ANALYSIS = {
  language: {
    kind: 'choice',
    of: ['auto', 'none', ...Object.keys(LANGUAGES)],
    default: 'auto',
    doc: "Whose stop words are left out, by its code of ISO 639-1: 'auto' the language whose stop words cover most of the first texts, if any covers enough; 'none' leaves no word out.",
  },
  stopWords: {
    kind: 'list',
    of: { kind: 'text', doc: 'A word.' },
    default: [],
    defaultDoc: 'none',
    doc: 'Words to leave out besides those of the language.',
  },
  stem: {
    kind: 'flag',
    default: false,
    doc: 'Counts forms of a word as one, by the Snowball stemmer of the language.',
  },
  segmenter: {
    kind: 'text',
    doc: "A locale such as 'zh' or 'th', by whose Intl.Segmenter texts without spaces are taken apart. Engines differ in the words that they find. Default: pairs of neighbouring characters, the same in every engine; Katakana in whole runs.",
  },
  numbers: { kind: 'flag', default: false, doc: 'Keeps words without a letter, and such as 19th and 1980s.' },
  minLength: {
    kind: 'integer',
    from: 1,
    default: 2,
    doc: 'Fewest characters of a word; of scripts without spaces one is enough.',
  },
  keepCase: { kind: 'flag', default: false, doc: 'Keeps capitals.' },
} as const satisfies Options;

export type AnalysisOptions = OptionsOf<typeof ANALYSIS>;
/** JSON-able. */
export type AnalysisSettings = Completed<typeof ANALYSIS>;
