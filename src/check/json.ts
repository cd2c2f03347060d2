import { got } from './phrase.js';

/** What toJSON of this kind has written, as far as its `kind` tells. */
export function jsonOf<T extends { kind: string }>(json: unknown, kind: T['kind'], argument = 'json'): T {
  if (typeof json !== 'object' || json === null || (json as { kind?: unknown }).kind !== kind) {
    throw new TypeError(`${argument}: expected an object of kind '${kind}', got ${kindOf(json)}`);
  }
  return json as T;
}

function kindOf(json: unknown): string {
  const kind = (json as { kind?: unknown } | null | undefined)?.kind;
  return kind === undefined ? got(json) : `one of kind ${got(kind)}`;
}

/** An array of at least one number, each of them accepted. */
export function numbersOf(
  list: unknown,
  argument: string,
  accepts: (x: number) => boolean,
  expected: string,
): Float64Array {
  if (!Array.isArray(list)) throw new TypeError(`${argument}: expected an array of numbers, got ${got(list)}`);
  if (list.length === 0) throw new RangeError(`${argument}: expected at least one number, got none`);
  for (let i = 0; i < list.length; i++) {
    if (!Number.isFinite(list[i]) || !accepts(list[i])) {
      throw new RangeError(`${argument}[${i}]: expected ${expected}, got ${got(list[i])}`);
    }
  }
  return Float64Array.from(list);
}
