/** Characters [start, end) of a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A run of marks that end a sentence, with the quotes and brackets that close after them; or of line breaks. */
const ENDS = /([.!?…‼⁇⁈⁉。！？｡؟۔।॥]+)(["'»”’)\]）」』]*)|[\n\r\u2028\u2029]+/g;

/** Marks that end a sentence whatever follows: these scripts put no blank after them, or use them for nothing else. */
const SURE = /[。！？｡؟۔।॥]/;

/** What a full stop after does not end a sentence. */
const ABBREVIATIONS = new Set(
  (
    'mr mrs ms dr prof sr jr st vs etc inc ltd co corp dept est fig figs no nos vol vols pp ed eds eg ie cf al approx resp gen col lt sgt rev hon gov sen rep ' +
    'jan feb mar apr jun jul aug sep sept oct nov dec bzw ca usw evtl ggf vgl nr abs bd hrsg str mme mlle sra dra av ' +
    'e.g i.e a.m p.m u.s u.k u.n ph.d z.b d.h u.a o.ä'
  ).split(' '),
);

/** A blank, by a list of its own: what counts as one must not change with the engine's Unicode. */
const BLANKS =
  ' \t\n\r\v\f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';

export function isBlank(text: string, at: number): boolean {
  return BLANKS.includes(text.charAt(at)) && at < text.length;
}

/**
 * The sentences of a text, by a fixed rule that needs no language: they end at a run of . ! ? … and the like where a blank or the text's end follows, at 。！？؟ । wherever they stand, and at line breaks.
 * Full stops end none where a small letter from a to z follows, a single one none within a number and after an initial or a common abbreviation. Blanks around a sentence are not part of it.
 */
export function sentencesOf(text: string): Span[] {
  const found: Span[] = [];
  let start = 0;
  for (const match of text.matchAll(ENDS)) {
    const end = match.index + match[0].length;
    if (match[1] !== undefined && !isEnd(text, match.index, match[1], end)) continue;
    add(start, end);
    start = end;
  }
  add(start, text.length);
  return found;

  function add(from: number, to: number): void {
    while (from < to && isBlank(text, from)) from++;
    while (to > from && isBlank(text, to - 1)) to--;
    if (from < to) found.push({ start: from, end: to });
  }
}

/** Whether the marks at `at`, after which `end` is the next character, end a sentence. */
function isEnd(text: string, at: number, marks: string, end: number): boolean {
  if (SURE.test(marks)) return true;
  if (end < text.length && !isBlank(text, end)) return false;
  if (/^[.…]+$/.test(marks) && /^[^\S\n\r]*[a-z]/.test(text.slice(end, end + 3))) return false;
  if (marks !== '.') return true;
  const word = wordBefore(text, at);
  return !ABBREVIATIONS.has(word.toLowerCase()) && !isInitial(word);
}

/** A single letter, or capitals with full stops between: J, z, U.S */
function isInitial(word: string): boolean {
  return /^[a-z]$|^[A-ZÀ-ÖØ-ÞΑ-ΩА-Я](\.[A-ZÀ-ÖØ-ÞΑ-ΩА-Я])*$/.test(word);
}

/** What stands between the last blank, bracket or quote and this place; of long ones the end. */
function wordBefore(text: string, at: number): string {
  let from = at;
  while (from > 0 && at - from < 12 && !isBlank(text, from - 1) && !'(["\'«“‘-'.includes(text.charAt(from - 1))) from--;
  return text.slice(from, at);
}
