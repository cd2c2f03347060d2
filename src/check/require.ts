import { isObject } from './complete.js';
import { got } from './phrase.js';

/** TypeError unless it is an object of named values: `null` and positional numbers would fail later, without a name. */
export function requireObject(value: unknown, argument: string): void {
  if (!isObject(value)) throw new TypeError(`${argument}: expected an object, got ${got(value)}`);
}

/** TypeError unless it is a number, RangeError unless it is an integer of at least `least`. */
export function requireInteger(value: number, least: number, argument: string): void {
  const kind =
    typeof value !== 'number' ? TypeError : Number.isInteger(value) && value >= least ? undefined : RangeError;
  if (kind) throw new kind(`${argument}: expected an integer from ${least}, got ${got(value)}`);
}

/**
 * Whether it is of the class.
 * @throws TypeError for an instance by its prototype alone, without the fields that the constructor gives, of which `field` is one
 */
export function isMade<T>(
  value: unknown,
  kind: abstract new (...given: never[]) => T,
  field: string,
  argument: string,
): value is T {
  if (!(value instanceof kind)) return false;
  if (Object.hasOwn(value as object, field)) return true;
  throw new TypeError(`${argument}: expected what its constructor has made, got an object of that prototype alone`);
}
