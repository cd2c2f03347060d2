import { got } from '../../../check/phrase.js';
import { classAt, HAN, isMark, KATAKANA, PASSED, SYLLABIC, widthAt } from './char-class.js';

/** A part of a text: characters [start, end). */
export interface Part {
  readonly start: number;
  readonly end: number;
  /** It shares a character with the part before. */
  readonly overlaps: boolean;
}

/** A character with all that stands on it or cannot stand without it, and the class of its script. */
interface Cluster extends Omit<Part, 'overlaps'> {
  readonly script: number;
}

/** Vowels of Thai and Lao that are written before the consonant they follow. */
const BEFORE = /[\u0e40-\u0e44\u0ec0-\u0ec4]/;
/** Their vowels that are letters of their own behind the consonant, and the sign of repetition of the consonant's syllable. */
const BEHIND = /[\u0e30\u0e32\u0e33\u0e45\u0eb0\u0eb2\u0eb3\u0ebd]/;
/** Signs of Khmer and Myanmar that put the next consonant below. */
const STACKS = /[\u17d2\u1039]/;

const LENGTHENED = 0x30fc;

/** A run of characters of scripts without spaces as overlapping pairs of neighbours of one script, what stands alone as it is; Katakana, which writes single loan words, as it is. */
export function pairsOf(text: string, start: number, end: number): Part[] {
  const parts: Part[] = [];
  const clusters = clustersOf(text, start, end);
  for (let i = 0; i < clusters.length; ) {
    let to = i + 1;
    while (to < clusters.length && clusters[to]!.script === clusters[i]!.script) to++;
    addParts(parts, clusters.slice(i, to));
    i = to;
  }
  return parts;
}

function addParts(parts: Part[], run: readonly Cluster[]): void {
  const last = run.length - 1;
  if (last === 0 || run[0]!.script === KATAKANA) {
    parts.push({ start: run[0]!.start, end: run[last]!.end, overlaps: false });
    return;
  }
  for (let i = 0; i < last; i++) parts.push({ start: run[i]!.start, end: run[i + 1]!.end, overlaps: i > 0 });
}

function clustersOf(text: string, start: number, end: number): Cluster[] {
  const clusters: Cluster[] = [];
  let open = false;
  for (let i = start; i < end; i += widthAt(text, i)) {
    const own = classAt(text, i);
    const to = i + widthAt(text, i);
    const before = clusters.at(-1);
    const joins =
      before && (open || isMark(own) || own === PASSED || BEHIND.test(text[i]!) || isLengthening(text, i, before));
    if (joins) clusters[clusters.length - 1] = { ...before, end: to };
    else clusters.push({ start: i, end: to, script: own });
    open = BEFORE.test(text[i]!) || STACKS.test(text[i]!) || (open && isMark(own));
  }
  return clusters;
}

/** The sign of a long vowel is of the script that it stands in. */
function isLengthening(text: string, i: number, before: Cluster): boolean {
  return text.charCodeAt(i) === LENGTHENED && before.script !== HAN && before.script !== SYLLABIC;
}

/** A run as the words that this engine's segmenter finds in it. */
export function segmentsOf(text: string, start: number, end: number, segmenter: Intl.Segmenter): Part[] {
  const parts: Part[] = [];
  for (const { segment, index, isWordLike } of segmenter.segment(text.slice(start, end))) {
    if (isWordLike) parts.push({ start: start + index, end: start + index + segment.length, overlaps: false });
  }
  return parts;
}

/** TypeError where the engine has none, RangeError for a locale that it does not know. */
export function segmenterOf(locale: string): Intl.Segmenter {
  if (typeof Intl === 'undefined' || !Intl.Segmenter)
    throw new TypeError(`segmenter: expected an engine with Intl.Segmenter, got one without, for '${locale}'`);
  if (!isLocale(locale)) throw new RangeError(`segmenter: expected a locale such as 'zh', got ${got(locale)}`);
  return new Intl.Segmenter(locale, { granularity: 'word' });
}

function isLocale(locale: string): boolean {
  try {
    return Intl.Segmenter.supportedLocalesOf([locale]).length > 0;
  } catch {
    return false;
  }
}
