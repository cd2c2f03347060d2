import { got } from '../../check/phrase.js';
import { isNumber } from '../text/number.js';
import { MISSING, NUMBER } from './raw.js';
import type { SourceColumn } from './source.js';

const DAY = 86_400_000;

/** How values become cells. */
export interface CellOptions {
  readonly rows: number;
  readonly missingMarks: ReadonlySet<string>;
  /** Numbers count as they are spelled. */
  readonly asText: boolean;
  /** The cell in messages. */
  argument(row: number): string;
}

/**
 * A column of JavaScript values: numbers, texts (which are read as those of a file are), booleans, dates; null, undefined, NaN and invalid dates are missing.
 * @throws TypeError for any other value, and for dates among other values
 */
export function columnOf(valueAt: (row: number) => unknown, options: CellOptions): SourceColumn {
  const { rows, asText, argument } = options;
  const numbers = new Float64Array(rows).fill(Number.NaN);
  const places = new Map<string, number>();
  let ids: Int32Array | undefined;
  let days = false;
  let firstOther = -1;
  for (let r = 0; r < rows; r++) {
    const value = valueAt(r);
    const cell = cellOf(value, options, r);
    const isDate = value instanceof Date;
    if (isDate) days = true;
    else if (cell !== undefined && firstOther < 0) firstOther = r;
    if (typeof cell === 'number' && (isDate || !asText)) {
      numbers[r] = cell;
      continue;
    }
    ids ??= new Int32Array(rows).fill(NUMBER);
    ids[r] = cell === undefined ? MISSING : placeOf(String(cell), places);
  }
  if (days && firstOther >= 0)
    throw new TypeError(`${argument(firstOther)}: expected a Date as in other rows, got ${got(valueAt(firstOther))}`);
  return { numbers, ids, texts: ids && [...places.keys()], different: places.size, ...(days ? { days } : {}) };
}

function placeOf(text: string, places: Map<string, number>): number {
  const known = places.get(text);
  if (known !== undefined) return known;
  places.set(text, places.size);
  return places.size - 1;
}

/** A number (of days, for a date), a text, or undefined for what is missing. */
function cellOf(
  value: unknown,
  { missingMarks, asText, argument }: CellOptions,
  row: number,
): number | string | undefined {
  if (typeof value === 'string') {
    const text = value.trim();
    if (missingMarks.has(text)) return undefined;
    const number = !asText && isNumber(text) ? Number(text) : Number.NaN;
    return Number.isFinite(number) ? number : text;
  }
  if (typeof value === 'number') return Number.isNaN(value) ? undefined : value;
  if (typeof value === 'boolean') return String(value);
  if (value === null || value === undefined) return undefined;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.getTime() / DAY;
  throw new TypeError(`${argument(row)}: expected a number, a string, a boolean, a Date or null, got ${kindOf(value)}`);
}

function kindOf(value: unknown): string {
  return typeof value === 'bigint' ? `the bigint ${value}; Number() makes a number of it` : got(value);
}
