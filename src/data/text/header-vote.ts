import { numberIn } from './number.js';
import { formatted, type NumberFormat } from './number-format.js';

/** Of a column's cells, this share makes it one of numbers. */
const NUMERIC = 0.8;
const FIRST_YEAR = 1500;
const LAST_YEAR = 2200;

/** How the first line's cells stand to those of their columns. */
interface Votes {
  /** Columns of numbers below what is none. */
  names: number;
  /** Columns of numbers below a number, by place. */
  numbers: number[];
  /** Columns of texts whose first cell occurs again below. */
  again: number;
  /** Columns of texts that occur again below, the first cell not. */
  once: number;
}

/**
 * Whether a first line is a header. It is one where a column of numbers begins with what is none; where no column has numbers, unless its cells
 * occur again below; and where numbers stand in it that cannot be their columns' own: years, 0, 1, 2 above fractions.
 */
export function voteOnHeader(
  first: readonly string[] | undefined,
  columns: readonly (readonly string[])[],
  formats: readonly NumberFormat[],
  missing: ReadonlySet<string>,
  warnings: string[],
): boolean {
  if (first === undefined || first.every((cell) => missing.has(cell))) return false;
  // R names no column of row names.
  const shift = columns.length - first.length;
  if (shift !== 0 && shift !== 1) return first.every((cell) => Number.isNaN(numberIn(cell, '.')));
  const own = { columns: columns.slice(shift), formats: formats.slice(shift) };
  const votes = count(first, own.columns, own.formats, missing);
  if (votes.numbers.length > 0 && votes.again === 0 && areNames(first, votes.numbers, own.columns, own.formats)) {
    warnings.push('header: the first line is taken for one, since its numbers are like no others of their columns');
    return true;
  }
  if (votes.names > 0) {
    if (votes.numbers.length > 0) warnings.push('header: the first line is taken for one, though it has numbers too');
    return true;
  }
  if (votes.numbers.length > 0) return false;
  if (votes.again > 0) return false;
  if (votes.once === 0) warnings.push('header: the first line is taken for one, but nothing tells it from the others');
  return true;
}

function count(
  first: readonly string[],
  columns: readonly (readonly string[])[],
  formats: readonly NumberFormat[],
  missing: ReadonlySet<string>,
): Votes {
  const votes: Votes = { names: 0, numbers: [], again: 0, once: 0 };
  columns.forEach((cells, place) => {
    const name = first[place]!;
    if (missing.has(name) || cells.length === 0) {
      // Nothing to compare; an only line of numbers is data.
      if (cells.length === 0 && !Number.isNaN(formatted(name, formats[place]!))) votes.numbers.push(place);
      return;
    }
    const numbers = cells.filter((cell) => !Number.isNaN(formatted(cell, formats[place]!))).length;
    const isNumber = !Number.isNaN(formatted(name, formats[place]!));
    if (numbers >= NUMERIC * cells.length) {
      if (isNumber) votes.numbers.push(place);
      else votes.names++;
    } else if (cells.includes(name)) votes.again++;
    else if (new Set(cells).size < cells.length) votes.once++;
  });
  return votes;
}

/** Whether the numbers at these places of the first line name columns: different whole ones, years or one after another, unlike the numbers below. */
function areNames(
  first: readonly string[],
  places: readonly number[],
  columns: readonly (readonly string[])[],
  formats: readonly NumberFormat[],
): boolean {
  const names = places.map((place) => Number(first[place]));
  if (names.length < 2 || new Set(names).size < names.length || !names.every(Number.isInteger)) return false;
  const below = places.map((place) =>
    columns[place]!.map((cell) => formatted(cell, formats[place]!)).filter((number) => !Number.isNaN(number)),
  );
  const inSequence = names.every((name, i) => i === 0 || name === names[i - 1]! + 1);
  const fractions = below.every((numbers) => numbers.some((number) => !Number.isInteger(number)));
  if (inSequence && names[0]! <= 1 && fractions) return true;
  const areYears = names.every((name) => name >= FIRST_YEAR && name < LAST_YEAR);
  return (inSequence || areYears) && names.every((name, i) => isFar(name, below[i]!));
}

/** From at least three numbers, by more than ten times as far as they are from one another. */
function isFar(name: number, numbers: readonly number[]): boolean {
  const least = numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = numbers.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const distance = Math.max(least - name, name - most);
  return numbers.length >= 3 && distance > 10 * Math.max(1, most - least);
}
