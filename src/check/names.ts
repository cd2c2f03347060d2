import { requireLength } from './arrays.js';
import { got } from './phrase.js';

/**
 * TypeError unless it is a list of strings, RangeError unless there are `count` of them, all different.
 * @param what that which has a name: `column`, `class`
 */
export function requireNames(names: readonly string[], count: number, argument: string, what: string): void {
  if (!Array.isArray(names)) throw new TypeError(`${argument}: expected a list of strings, got ${got(names)}`);
  requireLength(names, count, argument, `one name a ${what}`);
  for (let i = 0; i < count; i++) {
    if (typeof names[i] !== 'string') throw new TypeError(`${argument}[${i}]: expected a string, got ${got(names[i])}`);
  }
  const twice = findRepeated(names);
  if (twice)
    throw new RangeError(
      `${argument}: expected unique names, got ${JSON.stringify(twice.name)} at ${twice.first} and ${twice.second}`,
    );
}

/** The first name that stands at two places, and these. */
export function findRepeated(names: readonly string[]): { name: string; first: number; second: number } | undefined {
  const places = new Map<string, number>();
  for (const [second, name] of names.entries()) {
    const first = places.get(name);
    if (first !== undefined) return { name, first, second };
    places.set(name, second);
  }
  return undefined;
}
