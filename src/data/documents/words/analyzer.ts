import { complete } from '../../../check/complete.js';
import { got } from '../../../check/phrase.js';
import { FORMED, LETTER, SYLLABIC } from './char-class.js';
import { KnownWords, type Make } from './known-words.js';
import { languageOf } from './language-of.js';
import { LANGUAGES } from './languages.js';
import { ANALYSIS, type AnalysisOptions, type AnalysisSettings } from './options.js';
import { Scanner } from './scanner.js';
import { isGrammar, stopKey, stopWords } from './stop-words.js';
import { type Part, pairsOf, segmenterOf, segmentsOf } from './unspaced.js';
import { characters, wordForm } from './word-form.js';

/** A word, and the characters [start, end) that it is of. */
export interface Piece {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

/** Longer ones are no words: keys, pictures written as text. */
const MOST_CHARACTERS = 64;
/** 19th, 1980s: numbers in English, with a letter. */
const ORDINAL = /^\d+(?:st|nd|rd|th|s)$/i;

/** What the words of texts are, by fixed rules. */
export class Analyzer {
  /** What it was made with, completed, the language by its code; JSON-able, and makes the same analyzer. */
  readonly settings: AnalysisSettings;
  /** What is left out, the language's and those given. */
  readonly stops: ReadonlySet<string>;
  private readonly stemmer: ((word: string) => string) | undefined;
  private readonly segmenter: Intl.Segmenter | undefined;
  private readonly scanner = new Scanner();
  /** As it stands in a text → as the vocabulary has it; '' for one that is left out. */
  private readonly known = new KnownWords();
  private readonly full = new KnownWords();

  constructor(
    settings: AnalysisSettings,
    stops: ReadonlySet<string>,
    stemmer: ((word: string) => string) | undefined,
    segmenter: Intl.Segmenter | undefined,
  ) {
    this.settings = settings;
    this.stops = stops;
    this.stemmer = stemmer;
    this.segmenter = segmenter;
  }

  /** The words of a text, in order; one '' where phrases must not go on: where punctuation or words that are left out stand. */
  words(text: string): string[] {
    return this.read(text, this.known, this.vocabularyForm);
  }

  /** As words(), entry by entry, before stemming: what a person reads. */
  fullForms(text: string): string[] {
    return this.stemmer ? this.read(text, this.full, this.fullForm) : this.words(text);
  }

  /** The words of a text and where they stand in it, without the gaps. Pairs of characters overlap. */
  pieces(text: string): Piece[] {
    const pieces: Piece[] = [];
    const { scanner } = this;
    scanner.reset(text);
    while (scanner.next()) {
      const { start, end, bits } = scanner;
      const parts = bits >= SYLLABIC ? this.partsOf(text, start, end) : [{ start, end }];
      for (const part of parts) {
        const word = this.known.get(text, part.start, part.end, bits, this.vocabularyForm);
        if (word !== '') pieces.push({ word, start: part.start, end: part.end });
      }
    }
    return pieces;
  }

  private read(text: string, known: KnownWords, form: Make): string[] {
    const { scanner } = this;
    const words: string[] = [];
    let closed = false;
    scanner.reset(text);
    while (scanner.next()) {
      const { start, end, bits } = scanner;
      if (scanner.gap && !closed) words.push('');
      closed ||= scanner.gap;
      if (bits >= SYLLABIC) {
        closed = this.readRun(words, closed, this.partsOf(text, start, end), known, form);
        continue;
      }
      const word = known.get(text, start, end, bits, form);
      if (word !== '' || !closed) words.push(word);
      closed = word === '';
    }
    if (scanner.gap && !closed) words.push('');
    return words;
  }

  /** Adds the parts of a run without spaces; whether a gap comes last. */
  private readRun(words: string[], before: boolean, parts: readonly Part[], known: KnownWords, form: Make): boolean {
    const { text, bits } = this.scanner;
    let closed = before;
    for (const { start, end, overlaps } of parts) {
      const word = known.get(text, start, end, bits, form);
      // Pairs are phrases already.
      if (overlaps && word !== '' && !closed) words.push('');
      if (word !== '' || !closed) words.push(word);
      closed = word === '';
    }
    return closed;
  }

  private partsOf(text: string, start: number, end: number): Part[] {
    return this.segmenter ? segmentsOf(text, start, end, this.segmenter) : pairsOf(text, start, end);
  }

  private readonly vocabularyForm: Make = (raw, bits) => {
    const word = this.fullForm(raw, bits);
    return word === '' || !this.stemmer ? word : this.stemmer(word) || word;
  };

  private readonly fullForm: Make = (raw, bits) => {
    const { settings, stops } = this;
    const { language, keepCase, numbers, minLength } = settings;
    const syllabic = bits >= SYLLABIC;
    if (!syllabic && !numbers && (!(bits & LETTER) || ORDINAL.test(raw))) return '';
    const word = bits & FORMED || syllabic ? wordForm(raw, { language, keepCase }) : raw;
    const length = characters(word);
    if (length < (syllabic ? 1 : minLength) || length > MOST_CHARACTERS) return '';
    const key = keepCase ? wordForm(raw, { language, keepCase: false }) : word;
    if (stops.has(stopKey(key, language))) return '';
    return syllabic && !this.segmenter && isGrammar(word, language) ? '' : word;
  };
}

/**
 * Makes what finds words in texts; stop words and stemmer of the language are loaded.
 * @param options - those of ANALYSIS; others are passed over
 * @param sample - texts to tell the language by, where it is 'auto'
 * @param stops - those of an analyzer made before, in place of the language's list and those given
 * @throws RangeError for `stem` with a language that has no stemmer, or a segmenter's locale that is none
 */
export async function makeAnalyzer(
  options: AnalysisOptions = {},
  sample: readonly string[] = [],
  stops?: readonly string[],
): Promise<Analyzer> {
  const own = Object.keys(ANALYSIS).map((name) => [name, options[name as keyof AnalysisOptions]]);
  const given = complete(ANALYSIS, Object.fromEntries(own), 'an analyzer');
  const segmenter = given.segmenter === undefined ? undefined : segmenterOf(given.segmenter);
  const language = given.language === 'auto' ? await languageOf(sample) : given.language;
  const [left, stemmer] = await Promise.all([
    stops ? new Set(stops) : stopWords(language, given.stopWords, !segmenter),
    given.stem ? stemmerOf(language, given.language === 'auto') : undefined,
  ]);
  return new Analyzer({ ...given, language }, left, stemmer, segmenter);
}

async function stemmerOf(code: string, found: boolean): Promise<(word: string) => string> {
  const load = LANGUAGES[code]?.stemmer;
  if (load) return (await load()).stemmer;
  const all = Object.keys(LANGUAGES).filter((other) => LANGUAGES[other]?.stemmer);
  throw new RangeError(
    `stem: expected a language with a stemmer (${all.join(', ')}), got ${got(code)}${found ? ', which is what the texts look like; say their language' : ''}`,
  );
}
