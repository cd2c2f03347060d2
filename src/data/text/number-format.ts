import { numberIn } from './number.js';

/** How the numbers of a column are written. */
export interface NumberFormat {
  readonly decimal: '.' | ',';
  /** Between groups of three digits; ' ' stands for any blank, "'" for any apostrophe, '' for none. */
  readonly thousands: string;
  /** A currency or '%' beside nearly all numbers; '' none. */
  readonly unit: string;
  /** A minus may stand behind the digits: 1.234,56-. */
  readonly minusBehind?: boolean;
}

/** A number taken apart. */
interface Written {
  readonly value: number;
  readonly thousands: string;
  readonly unit: string;
  readonly minusBehind: boolean;
}

/** Longer cells are no numbers that someone formatted. */
const LONGEST = 64;
const UNIT =
  '(?:[€$£¥₹₽₩₪₺₴₫₿¢]|US\\$|R\\$|kr|zł|Kč|Ft|EUR|USD|GBP|CHF|JPY|CNY|INR|AUD|CAD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|BRL|MXN|KRW|TRY|ZAR|Fr\\.|%)';
const BLANK = '[ \\u00a0\\u2007\\u2009\\u202f]';
/** Sign, unit, sign, digits with marks, sign, unit, sign. */
const PARTS = new RegExp(
  `^(\\(?)([-+]?)${BLANK}?(${UNIT}?)${BLANK}?([-+]?)(\\d[\\d.,'’ \\u00a0\\u2007\\u2009\\u202f]*(?:[eE][-+]?\\d+)?|[.,]\\d+)(-?)${BLANK}?(${UNIT}?)(-?)(\\)?)$`,
);
const GROUPED = {
  '.': /^([1-9]\d{0,2})(?:([,' ])(\d{3}))(?:\2\d{3})*(?:\.\d*)?$/,
  ',': /^([1-9]\d{0,2})(?:([.' ])(\d{3}))(?:\2\d{3})*(?:,\d*)?$/,
} as const;
const HAS_MARK = /[.,]/;
const OTHER = { '.': ',', ',': '.' } as const;

/** Minus as a hyphen, one kind of blank and of apostrophe. */
function plainly(cell: string): string {
  return cell.replaceAll('\u2212', '-');
}

/** Sign and digits of a number with what may stand around it. */
function partsOf(cell: string): { sign: number; digits: string; unit: string; minusBehind: boolean } | undefined {
  if (cell.length > LONGEST) return undefined;
  const match = PARTS.exec(plainly(cell));
  if (match === null) return undefined;
  const [, open, first, before, second, digits, third, after, fourth, close] = match;
  const signs = `${first}${second}${third}${fourth}`;
  if ((open === '') !== (close === '') || (before !== '' && after !== '') || signs.length > 1) return undefined;
  if (open !== '' && signs !== '') return undefined;
  return {
    sign: signs === '-' || open !== '' ? -1 : 1,
    digits: digits!
      .trim()
      .replace(/[\u00a0\u2007\u2009\u202f]/g, ' ')
      .replaceAll('’', "'"),
    unit: before! + after!,
    minusBehind: third !== '' || fourth !== '',
  };
}

function written(cell: string, decimal: '.' | ','): Written | undefined {
  const number = numberIn(cell, decimal);
  if (Number.isFinite(number)) return { value: number, thousands: '', unit: '', minusBehind: false };
  const parts = partsOf(cell);
  if (parts === undefined) return undefined;
  const { sign, digits, unit, minusBehind } = parts;
  const plain = numberIn(digits, decimal);
  if (Number.isFinite(plain)) return { value: sign * plain, thousands: '', unit, minusBehind };
  const thousands = GROUPED[decimal].exec(digits)?.[2];
  if (thousands === undefined) return undefined;
  return { value: sign * numberIn(digits.replaceAll(thousands, ''), decimal), thousands, unit, minusBehind };
}

/** The number that a cell is in a column's format, NaN where it is none. */
export function formatted(cell: string, format: NumberFormat): number {
  const { decimal, thousands, unit, minusBehind = false } = format;
  const plain = numberIn(cell, decimal);
  if (!Number.isNaN(plain)) return Number.isFinite(plain) ? plain : Number.NaN;
  if (thousands === '' && unit === '' && !minusBehind) {
    return cell.startsWith('\u2212') ? formatted(`-${cell.slice(1)}`, format) : Number.NaN;
  }
  const number = written(cell, decimal);
  if (number === undefined) return Number.NaN;
  const fits =
    (number.thousands === '' || number.thousands === thousands) &&
    (number.unit === '' || number.unit === unit) &&
    (minusBehind || !number.minusBehind);
  return fits ? number.value : Number.NaN;
}

/** Of a column's cells, those that are missing left out: more than plain numbers only if nearly all cells are numbers in it, and if it has a unit, nearly all of them with it. */
export function formatOf(cells: readonly string[], decimal: '.' | ','): NumberFormat {
  const plain: NumberFormat = { decimal, thousands: '', unit: '' };
  const marks = new Set<string>();
  const units = new Map<string, number>();
  let numbers = 0;
  let minusBehind = false;
  for (const cell of cells) {
    const number = written(cell, decimal);
    if (number === undefined) continue;
    numbers++;
    if (number.minusBehind) minusBehind = true;
    if (number.thousands !== '') marks.add(number.thousands);
    if (number.unit !== '') units.set(number.unit, (units.get(number.unit) ?? 0) + 1);
  }
  const nearlyAll = NEARLY_ALL * cells.length;
  if (numbers === 0 || numbers < nearlyAll || marks.size > 1 || units.size > 1) return plain;
  const [[unit, count] = ['', cells.length]] = units;
  if (count < nearlyAll) return plain;
  return { decimal, thousands: [...marks][0] ?? '', unit, ...(minusBehind ? { minusBehind } : {}) };
}

/** The unit beside a cell's number, '' for a number without; undefined for what is no number. */
export function unitIn(cell: string, decimal: '.' | ','): string | undefined {
  return written(cell, decimal)?.unit;
}

const NEARLY_ALL = 0.9;

/** What a cell says of the decimal mark: `sure` it is this, or that it is the decimal mark or the one of thousands, `either`. */
export interface MarkEvidence {
  readonly sure?: '.' | ',';
  readonly either?: '.' | ',';
}

/** Undefined where a cell has neither mark, or is no number with any. */
export function markOf(cell: string): MarkEvidence | undefined {
  if (!HAS_MARK.test(cell)) return undefined;
  const parts = partsOf(cell);
  if (parts === undefined) return undefined;
  const digits = parts.digits.replace(/[' ]/g, '');
  for (const mark of ['.', ','] as const) {
    const other = OTHER[mark];
    if (GROUPED[mark].exec(digits)?.[2] === other) {
      const certain = digits.includes(mark) || digits.indexOf(other) !== digits.lastIndexOf(other);
      return certain ? { sure: mark } : { either: other };
    }
  }
  for (const mark of ['.', ','] as const) {
    if (digits.includes(mark) && Number.isFinite(numberIn(digits, mark))) return { sure: mark };
  }
  return undefined;
}
