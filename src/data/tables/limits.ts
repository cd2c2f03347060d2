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

/** Whether a target of such different numbers is one of values rather than of classes. */
export function areValues(different: ArrayLike<number>): boolean {
  return different.length > MOST_NUMERIC_CLASSES || !Array.prototype.every.call(different, Number.isInteger);
}
