import { requireKnown } from './known.js';
import type { Completed, Option, Options } from './option.js';
import { got, phrase } from './phrase.js';

type Of<K extends Option['kind']> = Extract<Option, { kind: K }>;

/**
 * Checks options against their declaration and fills in defaults; what is undefined counts as absent. `of` is what has these options, in messages; `prefix` stands
 * before their names.
 * @throws TypeError for a value of another kind or a name that is no option, RangeError for a value out of range
 */
export function complete<const D extends Options>(declared: D, given: unknown, of: string, prefix = ''): Completed<D> {
  if (!isObject(given))
    throw new TypeError(`${prefix.slice(0, -1) || 'options'}: expected an object, got ${got(given)}`);
  requireKnown(given, Object.keys(declared), of, prefix);
  const full: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(declared)) {
    const value = given[name] === undefined ? option.default : given[name];
    if (value !== undefined || option.required) full[name] = checked(option, value, prefix + name);
  }
  return full as Completed<D>;
}

/** The value of one option, completed where it is a group. TypeError or RangeError naming the argument. */
export function checked(option: Option, value: unknown, argument: string): unknown {
  const { words, or } = option as { words?: readonly unknown[]; or?: (value: unknown) => boolean };
  if (words?.includes(value) || or?.(value)) return value;
  const fault = !IS_OF_KIND[option.kind](value, option as never)
    ? TypeError
    : within(option, value)
      ? undefined
      : RangeError;
  if (fault) throw new fault(`${argument}: expected ${phrase(option)}, got ${got(value)}`);
  const prefix = `${argument}.`;
  if (option.kind === 'group') return complete(option.options, value, argument, prefix);
  if (option.kind === 'list') return checkedList(option, value as unknown[], argument);
  if (option.kind !== 'variant') return value;
  const { kind, ...given } = variantOf(value) as { kind: string };
  return { kind, ...complete(option.of[kind]!, given, `${argument} '${kind}'`, prefix) };
}

function checkedList(option: Of<'list'>, values: readonly unknown[], argument: string): unknown[] {
  // Unlike values.map, this meets the holes.
  const list = Array.from(values, (entry, i) => checked(option.of, entry, `${argument}[${i}]`));
  const twice = option.distinct && list.find((entry, i) => list.indexOf(entry) < i);
  if (twice !== undefined && twice !== false)
    throw new RangeError(`${argument}: expected each value once, got ${got(twice)} twice`);
  return list;
}

/** Whether a value is of the kind that an option asks for, whatever its bounds. */
const IS_OF_KIND: { [K in Option['kind']]: (value: unknown, option: Of<K>) => boolean } = {
  integer: isNumber,
  number: isNumber,
  flag: (value) => typeof value === 'boolean',
  text: (value) => typeof value === 'string',
  choice: (value, { of }) => of.includes(value as string),
  list: (value) => Array.isArray(value),
  group: isObject,
  variant: (value, { of }) => Object.keys(of).includes(variantOf(value).kind as string),
  signal: (value) => typeof (value as AbortSignal | null)?.throwIfAborted === 'function',
  callback: (value) => typeof value === 'function',
  other: (value, { is }) => is(value),
};

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

/** Named values: neither a list nor a Map, a promise, bytes or a date, which have none. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return {}.toString.call(value) === '[object Object]';
}

/** A name stands for an object of that kind. */
function variantOf(value: unknown): { kind?: string } {
  return typeof value === 'string' ? { kind: value } : isObject(value) ? value : {};
}

function within(option: Option, value: unknown): boolean {
  if (option.kind === 'list') return (value as unknown[]).length >= (option.least ?? 0);
  if (option.kind !== 'integer' && option.kind !== 'number') return true;
  const x = value as number;
  const { from, above, to, below } = option as Of<'number'>;
  return (
    (option.kind === 'integer' ? Number.isInteger(x) : Number.isFinite(x)) &&
    !(x < from!) &&
    !(x > to!) &&
    !(x <= above!) &&
    !(x >= below!)
  );
}
