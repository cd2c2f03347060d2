import { numberIn } from './number.js';

/** How the numbers of a column are written. */
export interface NumberFormat {
  readonly decimal: '.' | ',';
  /** Between groups of three digits; ' ' stands for any blank, "'" for any apostrophe, '' for none. */
  readonly thousands: string;
  /** A currency or '%' beside nearly all numbers; '' none. */
  readonly unit: string;
}

/** A number taken apart. */
interface Written {
  readonly value: number;
  readonly thousands: string;
  readonly unit: string;
}

/** Longer cells are no numbers that someone formatted. */
const LONGEST = 64;
const UNIT =
  '(?:[€$£¥₹₽₩₪₺₴₫₿¢]|US\\$|R\\$|kr|zł|Kč|Ft|EUR|USD|GBP|CHF|JPY|CNY|INR|AUD|CAD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|BRL|MXN|KRW|TRY|ZAR|Fr\\.|%)';
const BLANK = '[ \\u00a0\\u2007\\u2009\\u202f]';
/** Sign, unit, sign, digits with marks, unit. */
const PARTS = new RegExp(
  `^(\\(?)([-+]?)${BLANK}?(${UNIT}?)${BLANK}?([-+]?)(\\d[\\d.,'’ \\u00a0\\u2007\\u2009\\u202f]*(?:[eE][-+]?\\d+)?|[.,]\\d+)${BLANK}?(${UNIT}?)(\\)?)$`,
);
const GROUPED = {
  '.': /^([1-9]\d{0,2})(?:([,' ])(\d{3}))(?:\2\d{3})*(?:\.\d*)?$/,
  ',': /^([1-9]\d{0,2})(?:([.' ])(\d{3}))(?:\2\d{3})*(?:,\d*)?$/,
} as const;
const OTHER = { '.': ',', ',': '.' } as const;

/** Minus as a hyphen, one kind of blank and of apostrophe. */
function plainly(cell: string): string {
  return cell.replaceAll('\u2212', '-');
}

/** Sign and digits of a number with what may stand around it. */
function partsOf(cell: string): { sign: number; digits: string; unit: string } | undefined {
  if (cell.length > LONGEST) return undefined;
  const match = PARTS.exec(plainly(cell));
  if (match === null) return undefined;
  const [, open, first, before, second, digits, after, close] = match;
  if ((open === '') !== (close === '') || (before !== '' && after !== '') || (first !== '' && second !== ''))
    return undefined;
  const negative = first === '-' || second === '-';
  if (open !== '' && (first !== '' || second !== '')) return undefined;
  return {
    sign: negative || open !== '' ? -1 : 1,
    digits: digits!
      .trim()
      .replace(/[\u00a0\u2007\u2009\u202f]/g, ' ')
      .replaceAll('’', "'"),
    unit: before! + after!,
  };
}

function written(cell: string, decimal: '.' | ','): Written | undefined {
  const parts = partsOf(cell);
  if (parts === undefined) return undefined;
  const { sign, digits, unit } = parts;
  const plain = numberIn(digits, decimal);
  if (Number.isFinite(plain)) return { value: sign * plain, thousands: '', unit };
  const thousands = GROUPED[decimal].exec(digits)?.[2];
  if (thousands === undefined) return undefined;
  return { value: sign * numberIn(digits.replaceAll(thousands, ''), decimal), thousands, unit };
}

/** The number that a cell is in a column's format, NaN where it is none. */
export function formatted(cell: string, { decimal, thousands, unit }: NumberFormat): number {
  const plain = numberIn(cell, decimal);
  if (!Number.isNaN(plain)) return Number.isFinite(plain) ? plain : Number.NaN;
  if (thousands === '' && unit === '') {
    return cell.startsWith('\u2212') ? formatted(`-${cell.slice(1)}`, { decimal, thousands, unit }) : Number.NaN;
  }
  const number = written(cell, decimal);
  if (number === undefined) return Number.NaN;
  const fits =
    (number.thousands === '' || number.thousands === thousands) && (number.unit === '' || number.unit === unit);
  return fits ? number.value : Number.NaN;
}

/** Of a column's cells, those that are missing left out: more than plain numbers only if nearly all cells are numbers in it, and if it has a unit, nearly all of them with it. */
export function formatOf(cells: readonly string[], decimal: '.' | ','): NumberFormat {
  const plain: NumberFormat = { decimal, thousands: '', unit: '' };
  const marks = new Set<string>();
  const units = new Map<string, number>();
  let numbers = 0;
  for (const cell of cells) {
    const number = written(cell, decimal);
    if (number === undefined) continue;
    numbers++;
    if (number.thousands !== '') marks.add(number.thousands);
    if (number.unit !== '') units.set(number.unit, (units.get(number.unit) ?? 0) + 1);
  }
  const nearlyAll = NEARLY_ALL * cells.length;
  if (numbers === 0 || numbers < nearlyAll || marks.size > 1 || units.size > 1) return plain;
  const [[unit, count] = ['', cells.length]] = units;
  return count < nearlyAll ? plain : { decimal, thousands: [...marks][0] ?? '', unit };
}

const NEARLY_ALL = 0.9;

/** What a cell says of the decimal mark: `sure` it is this, or that it is the decimal mark or the one of thousands, `either`. */
export interface MarkEvidence {
  readonly sure?: '.' | ',';
  readonly either?: '.' | ',';
}

/** Undefined where a cell has neither mark, or is no number with any. */
export function markOf(cell: string): MarkEvidence | undefined {
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
