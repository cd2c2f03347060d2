import { isBlank, type Span } from '../../data/documents/sentences.js';
import type { FoundWord } from '../../data/documents/vectorizer.js';

const CUT = '…';

/** A text's beginning of at most so many characters, and … where more follows; no character is cut in two. */
export function beginningOf(text: string, most: number): string {
  if (text.length <= most) return text;
  return text.slice(0, whole(text, most)) + CUT;
}

/**
 * The sentence whose words weigh most, each word once, the first of equals; '' for a text without sentences. Of one longer than `most` characters the part of it whose words weigh most, with what
 * surrounds them.
 * @param weights of words by feature; others weigh nothing
 */
export function speakingSentence(
  text: string,
  sentences: readonly Span[],
  found: readonly FoundWord[],
  weights: ReadonlyMap<number, number>,
  most: number,
): string {
  const words = found.filter(({ feature }) => weights.has(feature));
  let best: Span | undefined;
  let highest = -1;
  let at = 0;
  for (const sentence of sentences) {
    const inside: FoundWord[] = [];
    while (at < words.length && words[at]!.start < sentence.end) inside.push(words[at++]!);
    const weight = weightOf(inside, weights);
    if (weight > highest) [best, highest] = [sentence, weight];
  }
  return best ? shortened(text, best, words, weights, most) : '';
}

/** Of the different words. */
function weightOf(words: readonly FoundWord[], weights: ReadonlyMap<number, number>): number {
  let sum = 0;
  for (const feature of new Set(words.map((word) => word.feature))) sum += weights.get(feature)!;
  return sum;
}

function shortened(
  text: string,
  { start, end }: Span,
  words: readonly FoundWord[],
  weights: ReadonlyMap<number, number>,
  most: number,
): string {
  if (end - start <= most) return text.slice(start, end);
  const inside = words.filter((word) => word.start >= start && word.start < end);
  const window = heaviest(inside, weights, most) ?? { start, end: start };
  const margin = Math.max(0, most - (window.end - window.start)) >> 1;
  let from = Math.max(start, Math.min(window.start - margin, end - most));
  let to = Math.min(end, from + most);
  if (from > start) from = Math.min(wordStart(text, from, to), Math.max(from, window.start));
  if (to < end) to = Math.max(wordEnd(text, to, from), Math.min(to, window.end));
  return (from > start ? CUT : '') + text.slice(whole(text, from), whole(text, to)) + (to < end ? CUT : '');
}

/** The words, next to one another and within so many characters, that weigh most; of equals the first. */
function heaviest(words: readonly FoundWord[], weights: ReadonlyMap<number, number>, most: number): Span | undefined {
  let best: Span | undefined;
  let highest = 0;
  for (let i = 0, j = 0; i < words.length; i++) {
    const { start } = words[i]!;
    j = Math.max(j, i + 1);
    while (j < words.length && words[j]!.end - start <= most) j++;
    const weight = weightOf(words.slice(i, j), weights);
    if (weight > highest) [best, highest] = [{ start, end: words[j - 1]!.end }, weight];
  }
  return best;
}

/** The first place from `from` on where a word begins, or `from` where none does before `to`. */
function wordStart(text: string, from: number, to: number): number {
  for (let i = from; i < to; i++) if (isBlank(text, i - 1) && !isBlank(text, i)) return i;
  return from;
}

/** The last place up to `to` where a word ends, or `to` where none does after `from`. */
function wordEnd(text: string, to: number, from: number): number {
  for (let i = to; i > from; i--) if (isBlank(text, i) && !isBlank(text, i - 1)) return i;
  return to;
}

/** This place, or the one before where it is inside a character of two units. */
function whole(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return at > 0 && unit >= 0xdc00 && unit < 0xe000 ? at - 1 : at;
}
