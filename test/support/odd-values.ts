import { Tree } from 'espalier';

/** Values that a mistake may hand in, by what the lists of accepted ones call them. */
export const ODD: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  '0': () => 0,
  '-1': () => -1,
  NaN: () => Number.NaN,
  '5': () => 5,
  "''": () => '',
  "'x'": () => 'x',
  true: () => true,
  false: () => false,
  '[]': () => [],
  '[[]]': () => [[]],
  '{}': () => ({}),
  function: () => () => {},
  symbol: () => Symbol('odd'),
  bigint: () => 5n,
  Date: () => new Date(0),
  Map: () => new Map(),
  Uint8Array: () => new Uint8Array(0),
  ArrayBuffer: () => new ArrayBuffer(8),
  Tree: () => new Tree(1, []),
  Promise: () => Promise.resolve({}),
};

export interface Place {
  /** `1.layers.0.radius`: of the second argument, the field of the first entry. */
  readonly path: string;
  /** The arguments with another value there. */
  put(value: unknown): unknown[];
}

/** Every place of the arguments: each of them, and each field of plain objects and first entry of lists within. `make` gives new arguments each time. */
export function placesOf(make: () => unknown[]): Place[] {
  const found: Place[] = [];
  const visit = (value: unknown, path: readonly string[]) => {
    if (path.length > 0) found.push({ path: path.join('.'), put: (odd) => replaced(make(), path, odd) as unknown[] });
    for (const key of keysOf(value, path.length === 0)) visit((value as Record<string, unknown>)[key], [...path, key]);
  };
  visit(make(), []);
  return found;
}

function keysOf(value: unknown, whole: boolean): string[] {
  if (Array.isArray(value)) return Object.keys(whole ? value : value.slice(0, 1));
  const isPlain = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return isPlain ? Object.keys(value) : [];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], odd: unknown): unknown {
  if (key === undefined) return odd;
  const inner = replaced((value as Record<string, unknown>)[key], rest, odd);
  if (Array.isArray(value)) return value.map((entry, i) => (String(i) === key ? inner : entry));
  return { ...(value as object), [key]: inner };
}
