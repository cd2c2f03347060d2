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
