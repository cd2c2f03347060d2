import { isObject } from '../check/complete.js';
import type { Option, Options } from '../check/option.js';

/**
 * What two runs must have in common for one to go on from the other's checkpoint, as plain JSON: the one place that says so. Written into every checkpoint; the
 * version grows when the meaning of a part changes, and checkpoints of other versions are refused.
 */
export interface Identity {
  readonly version: typeof IDENTITY_VERSION;
  readonly [part: string]: unknown;
}

/** 1: releases up to 0.1, in which each kind of checkpoint kept a fingerprint of its own. */
export const IDENTITY_VERSION = 2;

export function identity(parts: Record<string, unknown>): Identity {
  return { version: IDENTITY_VERSION, ...plain(parts) };
}

/** The options that decide a result; what is declared inert does not. */
export function decisive(declared: Options, completed: object): Record<string, unknown> {
  const values = completed as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(declared)
      .filter(([, option]) => !option.inert)
      .map(([name, option]) => [name, decisiveValue(option, values[name])]),
  );
}

function decisiveValue(option: Option, value: unknown): unknown {
  if (typeof value === 'function') return 'function';
  // JSON has no infinity, and a state's reader makes a number of its name.
  if (typeof value === 'number' && !Number.isFinite(value)) return `${value}`.toLowerCase();
  if (typeof value !== 'object' || value === null) return value;
  if (option.kind === 'group') return option.or?.(value) ? 'given' : decisive(option.options, value);
  return value;
}

/** The identity in a checkpoint's JSON, of whatever run; undefined where there is none. RangeError for one of another version. */
export function identityIn(saved: Readonly<Record<string, unknown>>, argument: string): Identity | undefined {
  const { identity: found, fingerprint } = saved;
  const version = typeof fingerprint === 'string' ? 1 : isObject(found) ? found.version : undefined;
  if (!Number.isInteger(version)) return undefined;
  if (version === IDENTITY_VERSION) return found as Identity;
  const newer = (version as number) > IDENTITY_VERSION;
  throw new RangeError(
    `${argument}: expected a checkpoint of version ${IDENTITY_VERSION}, got one of version ${version}, written by ${newer ? 'a newer' : 'an earlier'} release of Espalier; run it anew, or go on with that release`,
  );
}

/** RangeError unless a checkpoint's identity is that of this run; says what differs. */
export function requireSameRun(saved: Identity, wanted: Identity, argument: string): void {
  const difference = differenceOf(saved, plain(wanted));
  if (difference)
    throw new RangeError(`${argument}: expected a checkpoint of the same net, data and options, but ${difference}`);
}

/** "epochs was 5 and is 6", for the first part in which they differ. */
function differenceOf(
  saved: Record<string, unknown>,
  wanted: Record<string, unknown>,
  prefix = '',
): string | undefined {
  for (const name of Object.keys({ ...saved, ...wanted })) {
    const [was, is] = [saved[name], wanted[name]];
    if (isObject(was) && isObject(is)) {
      const inner = differenceOf(was, is, `${prefix}${name}.`);
      if (inner) return inner;
    } else if (JSON.stringify(was) !== JSON.stringify(is)) {
      // Of a hash nobody learns anything.
      if (/data$/i.test(name)) return `the ${name} is another`;
      const [before, now] = excerpts(text(was ?? ABSENT[name]), text(is ?? ABSENT[name]));
      return `${prefix}${name} was ${before} and is ${now}`;
    }
  }
  return undefined;
}

/** What a part that is not there means. */
const ABSENT: Readonly<Record<string, string>> = { precision: 'strict' };

function text(value: unknown): string {
  return JSON.stringify(value) ?? 'not given';
}

const MOST_TEXT = 80;

/** Both as they are, or of long ones the part from shortly before the first difference on. */
function excerpts(...texts: [string, string]): string[] {
  const [was, is] = texts;
  if (Math.max(was.length, is.length) <= MOST_TEXT) return texts;
  let from = 0;
  while (from < was.length && was[from] === is[from]) from++;
  from = Math.max(0, from - MOST_TEXT / 2);
  return texts.map((one) => {
    const end = from + MOST_TEXT;
    return `${from > 0 ? '…' : ''}${one.slice(from, end)}${one.length > end ? '…' : ''}`;
  });
}

/** As it will be read back. */
function plain(parts: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(parts));
}
