import { areProse } from '../text/prose.js';
import type { RawColumn } from './raw.js';

/** Above this share of numbers, a column's other cells are taken for mistakes rather than for categories. */
export const NUMERIC_SHARE = 0.95;

/** So few different cells may be categories in the smallest table. */
const ALWAYS_CATEGORIES = 20;
/** More different numbers are values. */
const MOST_NUMERIC_CLASSES = 20;

/** Above it, different texts rather tell rows apart than are categories. */
export function mostCategories(cells: number): number {
  return Math.max(ALWAYS_CATEGORIES, cells / 2);
}

/** Texts that recur less often on average are documents rather than long names of categories. */
const FEWEST_TIMES = 5;
/** What tells whether cells are running text. */
const MOST_LOOKED_AT = 1000;

/** Whether a column of so many different ones in so many cells holds running text, such as documents, and no categories. */
export function areTexts({ texts, prose }: RawColumn, different: number, cells: number): boolean {
  if (!texts) return prose === true;
  if (different * FEWEST_TIMES <= cells || (different < 3 && different < cells)) return false;
  return areProse(texts.slice(0, MOST_LOOKED_AT));
}

/** Whether a target of such different numbers is one of values rather than of classes. */
export function areValues(different: ArrayLike<number>): boolean {
  return different.length > MOST_NUMERIC_CLASSES || !Array.prototype.every.call(different, Number.isInteger);
}
