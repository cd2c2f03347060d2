import { got } from './phrase.js';

interface ArrayKind {
  new (length: number): object;
  readonly name: string;
}

/** TypeError unless it is of one of these kinds of typed array. */
export function requireArray(array: unknown, argument: string, ...kinds: readonly ArrayKind[]): void {
  if (!kinds.some((kind) => array instanceof kind))
    throw new TypeError(`${argument}: expected ${kinds.map((kind) => kind.name).join(' or ')}, got ${got(array)}`);
}

/**
 * TypeError unless it is an array or a typed one.
 * @param of what its entries are: `row numbers`
 */
export function requireList(list: unknown, argument: string, of: string): void {
  if (!Array.isArray(list) && (!ArrayBuffer.isView(list) || list instanceof DataView))
    throw new TypeError(`${argument}: expected a list of ${of}, got ${got(list)}`);
}

/** @param reason where the length comes from: `rows x columns = 2 x 3`, `one a node` */
export function requireLength(array: ArrayLike<unknown>, length: number, argument: string, reason: string): void {
  if (array.length !== length)
    throw new RangeError(`${argument}: expected length ${length} (${reason}), got ${array.length}`);
}

/** RangeError for the first number that is not accepted, and its place. */
export function requireEach(
  list: ArrayLike<number>,
  accepts: (x: number) => boolean,
  argument: string,
  expected: string,
): void {
  for (let i = 0; i < list.length; i++) {
    if (!accepts(list[i]!)) throw new RangeError(`${argument}[${i}]: expected ${expected}, got ${got(list[i])}`);
  }
}

/**
 * TypeError unless it is a number, RangeError unless it is one of 0 .. count - 1.
 * @param what the things that are numbered: `variable`, `row`
 */
export function requireIndex(index: number, count: number, argument: string, what: string): void {
  if (typeof index !== 'number') throw new TypeError(`${argument}: expected a ${what}'s number, got ${got(index)}`);
  if (!Number.isInteger(index) || index < 0 || index >= count)
    throw new RangeError(`${argument}: expected a ${what} from 0 to ${count - 1}, got ${index}`);
}
