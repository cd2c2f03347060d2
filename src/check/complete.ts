import { nearest } from './nearest.js';
import type { Completed, Option, Options } from './option.js';
import { got, phrase } from './phrase.js';

/**
 * Checks options against their declaration and fills in defaults; what is undefined counts as absent. `of` is what has these options, in messages; `prefix` stands
 * before their names.
 * @throws TypeError for a value of another kind or a name that is no option, RangeError for a value out of range
 */
export function complete<const D extends Options>(declared: D, given: unknown, of: string, prefix = ''): Completed<D> {
  const argument = prefix === '' ? 'options' : prefix.slice(0, -1);
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new TypeError(`${argument}: expected an object, got ${got(given)}`);
  for (const name of Object.keys(given)) if (!Object.hasOwn(declared, name)) refuseUnknown(declared, name, of, prefix);
  const full: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(declared)) {
    const value = (given as Record<string, unknown>)[name] ?? missing(given, name, option);
    if (value !== undefined) full[name] = checked(option, value, prefix + name);
    else if (option.required) throw new TypeError(`${prefix + name}: expected ${phrase(option)}, got undefined`);
  }
  return full as Completed<D>;
}

/** null is a value, and no good one; undefined gives way to the default. */
function missing(given: object, name: string, option: Option): unknown {
  return (given as Record<string, unknown>)[name] === null ? null : option.default;
}

/** The value of one option, completed where it is a group. TypeError or RangeError naming the argument. */
export function checked(option: Option, value: unknown, argument: string): unknown {
  const refuse = (kind: typeof TypeError | typeof RangeError) => {
    throw new kind(`${argument}: expected ${phrase(option)}, got ${got(value)}`);
  };
  switch (option.kind) {
    case 'integer':
    case 'number':
      if ((option.words as readonly unknown[] | undefined)?.includes(value)) return value;
      if (typeof value !== 'number') return refuse(TypeError);
      return within(option, value) ? value : refuse(RangeError);
    case 'flag':
      return typeof value === 'boolean' ? value : refuse(TypeError);
    case 'choice':
      return option.of.includes(value as string) ? value : refuse(TypeError);
    case 'signal':
      return isSignal(value) ? value : refuse(TypeError);
    case 'callback':
      return typeof value === 'function' ? value : refuse(TypeError);
    case 'other':
      return option.is(value) ? value : refuse(TypeError);
    case 'group':
      if (option.or?.(value)) return value;
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(TypeError);
      return complete(option.options, value, argument, `${argument}.`);
    case 'variant': {
      const { kind, ...given } = (typeof value === 'string' ? { kind: value } : (value ?? {})) as { kind?: string };
      const options = kind !== undefined && Object.hasOwn(option.of, kind) ? option.of[kind] : undefined;
      if (options) return { kind, ...complete(options, given, `${argument} '${kind}'`, `${argument}.`) };
      return option.or?.(value) ? value : refuse(TypeError);
    }
    case 'list': {
      if ((option.words as readonly unknown[] | undefined)?.includes(value)) return value;
      if (!Array.isArray(value)) return refuse(TypeError);
      if (value.length < (option.least ?? 0)) return refuse(RangeError);
      const list = Array.from(value, (entry, i) => checked(option.of, entry, `${argument}[${i}]`));
      list.forEach((entry, i) => {
        if (option.distinct && list.indexOf(entry) < i)
          throw new RangeError(`${argument}: expected each value once, got ${got(entry)} twice`);
      });
      return list;
    }
  }
}

function within(option: Option & { kind: 'integer' | 'number' }, x: number): boolean {
  if (option.kind === 'integer') return Number.isInteger(x) && x >= option.from && x <= (option.to ?? x);
  const { from, above, to, below } = option;
  return Number.isFinite(x) && x >= (from ?? x) && x <= (to ?? x) && !(x <= above!) && !(x >= below!);
}

function isSignal(value: unknown): value is AbortSignal {
  return typeof (value as AbortSignal | null)?.throwIfAborted === 'function';
}

function refuseUnknown(declared: Options, name: string, of: string, prefix: string): never {
  const names = Object.keys(declared);
  const close = nearest(name, names);
  const hint = close ? `did you mean ${close}?` : `its options are ${names.join(', ')}`;
  throw new TypeError(`${prefix}${name}: expected an option of ${of}, got a name that is none; ${hint}`);
}
