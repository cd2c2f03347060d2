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

export const ANALYSIS = {} as const;

export async function makeAnalyzer(_options: object): Promise<Analyzer> {
  return {
    words: (text) => (text.match(/\p{L}+|[^\p{L}\s]+/gu) ?? []).map((w) => (/\p{L}/u.test(w) ? w.toLowerCase() : '')),
    pieces: (text) =>
      Array.from(text.matchAll(/\p{L}+/gu), (m) => ({
        word: m[0].toLowerCase(),
        start: m.index,
        end: m.index + m[0].length,
      })),
  };
}
