import { isNumber } from './number.js';
import { show } from './show.js';

/** Distinct cells: numbers by value and in one spelling (01, 1.0 and 1 are the same) if all are, else code-unit order. */
export function categoriesOf(cells: readonly string[]): string[] {
  const distinct = [...new Set(cells)];
  if (!distinct.every((cell) => isNumber(cell))) return distinct.sort();
  const values = new Set(distinct.map(Number));
  return [...values].sort((a, b) => a - b).map(String);
}

/** Of a category; a number may be spelled in another way. */
export function idOf(cell: string, ids: ReadonlyMap<string, number>): number | undefined {
  return ids.get(cell) ?? (isNumber(cell) ? ids.get(String(Number(cell))) : undefined);
}

/** RangeError unless the cell is a number that a 32-bit float can hold. */
export function numberOf(cell: string, line: number, column: string): number {
  const number = Number(cell);
  if (!isNumber(cell)) refuse(line, column, 'a number', cell);
  if (!Number.isFinite(Math.fround(number))) refuse(line, column, 'a number within a 32-bit float', cell);
  return number;
}

/** RangeError that names line and column. */
export function refuse(line: number, column: string, expected: string, got: string): never {
  throw new RangeError(`line ${line}, column ${show(column)}: expected ${expected}, got ${show(got)}`);
}
