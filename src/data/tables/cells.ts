import { isNumber } from '../text/number.js';
import { MISSING, NUMBER, type RawColumn } from './raw.js';
import type { SourceColumn } from './source.js';

/** How many cells of a column are of which sort, and the first row of each; -1 for none. */
export interface Census {
  readonly numbers: number;
  readonly words: number;
  readonly missing: number;
  readonly firstWord: number;
  readonly firstMissing: number;
  /** Of a number beyond 64 bits. */
  readonly firstInfinite: number;
}

export function censusOf({ numbers, ids, times }: Pick<SourceColumn, 'numbers' | 'ids' | 'times'>): Census {
  const count = { numbers: 0, words: 0, missing: 0, firstWord: -1, firstMissing: -1, firstInfinite: -1 };
  for (let r = 0; r < numbers.length; r++) {
    const id = ids ? ids[r]! : NUMBER;
    const n = times ? times[r]! : 1;
    if (id === NUMBER && !Number.isNaN(numbers[r]!)) {
      count.numbers += n;
      if (count.firstInfinite < 0 && !Number.isFinite(numbers[r])) count.firstInfinite = r;
    } else if (id >= 0) {
      count.words += n;
      if (count.firstWord < 0) count.firstWord = r;
    } else {
      count.missing += n;
      if (count.firstMissing < 0) count.firstMissing = r;
    }
  }
  return count;
}

/** The numbers among the cells, each once, rising. */
export function distinctNumbers({ numbers, ids }: RawColumn): Float64Array {
  const sorted = (ids ? numbers.filter((_, r) => ids[r] === NUMBER) : numbers.slice()).sort();
  let count = 0;
  for (const x of sorted) if (count === 0 || x !== sorted[count - 1]) sorted[count++] = x;
  while (count > 0 && Number.isNaN(sorted[count - 1]!)) count--;
  return sorted.slice(0, count);
}

/** The cell as it stands in the table, for messages; a number in the plainest spelling. */
export function cellAt({ numbers, ids, texts }: RawColumn, row: number): string {
  const id = ids ? ids[row]! : NUMBER;
  return id === MISSING ? '' : id === NUMBER ? String(numbers[row]) : (texts?.[id] ?? '…');
}

/** Different cells in an order of their own: by value and in one spelling (01, 1.0 and 1 are the same) if all are numbers, else by code units. Codes of digits (01234) keep theirs. */
export function categoriesOf(column: RawColumn, decimal: Decimal): string[] {
  const texts = column.texts ?? [];
  const numbers = distinctNumbers(column);
  const values = texts.map((text) => numberIn(text, decimal));
  if (areCodes(texts) && numbers.length === 0) return [...texts].sort();
  if (!values.every((value) => value !== undefined))
    return [...new Set([...texts, ...Array.from(numbers, String)])].sort();
  return [...new Set([...(values as number[]), ...numbers])].sort((a, b) => a - b).map(String);
}

/** Digits of one length, with a nought in front among them: what is no count of anything. */
function areCodes(texts: readonly string[]): boolean {
  const length = texts[0]?.length ?? 0;
  return (
    texts.some((text) => text.startsWith('0')) &&
    length > 1 &&
    texts.every((text) => text.length === length && /^\d+$/.test(text))
  );
}

type Decimal = '.' | ',';

/** The number that a text spells; undefined where it spells none. */
function numberIn(text: string, decimal: Decimal): number | undefined {
  const plain = decimal === ',' ? text.replace(',', '.') : text;
  return isNumber(plain) ? Number(plain) : undefined;
}

/** In codes: not one of the categories. */
export const UNKNOWN = -2;

/** i32[rows]: the place of each cell among the categories, -1 where it is missing, UNKNOWN where it is none of them; a number may be spelled in another way. */
export function codesOf(
  { numbers, ids, texts }: RawColumn,
  categories: readonly string[],
  decimal: Decimal,
): Int32Array {
  const places = new Map(categories.map((category, place) => [category, place]));
  const codeOfText = (texts ?? []).map((text) => {
    const place = places.get(text);
    if (place !== undefined) return place;
    const value = numberIn(text, decimal);
    return (value === undefined ? undefined : places.get(String(value))) ?? UNKNOWN;
  });
  const codeOfNumber = new Map<number, number>();
  const codeOf = (x: number) => {
    let code = codeOfNumber.get(x);
    if (code === undefined) {
      code = places.get(String(x)) ?? UNKNOWN;
      // Those that are none of them may be without number.
      if (code !== UNKNOWN) codeOfNumber.set(x, code);
    }
    return code;
  };
  const codes = new Int32Array(numbers.length);
  for (let r = 0; r < codes.length; r++) {
    const id = ids ? ids[r]! : NUMBER;
    const isMissing = id === MISSING || (id === NUMBER && Number.isNaN(numbers[r]!));
    codes[r] = isMissing ? -1 : id === NUMBER ? codeOf(numbers[r]!) : (codeOfText[id] ?? UNKNOWN);
  }
  return codes;
}

/** The most frequent of `count` codes, the first among equals. */
export function mostFrequent(codes: Int32Array, count: number, times?: ArrayLike<number>): number {
  const counts = new Float64Array(count);
  for (let r = 0; r < codes.length; r++) if (codes[r]! >= 0) counts[codes[r]!]! += times ? times[r]! : 1;
  return counts.indexOf(counts.reduce((a, b) => Math.max(a, b)));
}
