import type { Options } from '../../check/option.js';

/** A word, and the characters [start, end) that it is of. */
export interface Piece {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

export interface Analyzer {
  words(text: string): string[];
  pieces(text: string): Piece[];
}

export const ANALYSIS = {
  language: { kind: 'text', doc: 'x' },
  minLength: { kind: 'integer', from: 1, default: 2, doc: 'x' },
} as const satisfies Options;

export async function makeAnalyzer(options: { minLength?: number }): Promise<Analyzer> {
  const { minLength = 2 } = options;
  const word = (w: string) => (/\p{L}/u.test(w) && w.length >= minLength ? w.toLowerCase() : '');
  return {
    words: (text) => (text.match(/\p{L}+|[^\p{L}\s]+/gu) ?? []).map(word),
    pieces: (text) =>
      Array.from(text.matchAll(/\p{L}+/gu), (m) => ({
        word: word(m[0]),
        start: m.index,
        end: m.index + m[0].length,
      })).filter((p) => p.word),
  };
}
