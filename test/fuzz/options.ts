import { checked } from '#dist/check/complete.js';
import type { Option } from '#dist/check/option.js';
import { documented } from '#dist/cli/options-doc.js';
import { ODD } from '../support/odd-values.js';
import type { Random } from '../support/random.js';

// Every declared option, at every depth, with values of its kind and of others. Whether a value is one that the declaration allows is judged a second time, apart from
// the package's own checks.

const NUMBERS = [
  ...[0, -0, 1, -1, 0.5, 2, 3, 255, 256, 2 ** 24, 2 ** 31, 2 ** 32, 2 ** 53, 1e308, -1e308, 5e-324],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1 - 2 ** -53, 1 + 2 ** -52],
];
const MAKERS = Object.values(ODD);

/** The declared options, each with where it stands; the same in every run. */
export const DECLARED: readonly (readonly [path: string, option: Option])[] = documented().flatMap(({ of, options }) =>
  Object.entries(options).map(([name, option]) => [`${of} ${name}`, option] as const),
);

/** A case as a few bytes: the state of a generator. Returns what came out; throws an Error where check and judge differ. */
export function tryOption(random: Random): string {
  const [path, option] = DECLARED[random.below(DECLARED.length)]!;
  const value = anyValue(random, option, 3);
  const fine = allows(option, value);
  let taken: unknown;
  try {
    taken = checked(option, value, 'option');
  } catch (error) {
    if (fine) throw new Error(`${path}: ${show(value)} was refused: ${(error as Error).message}`);
    throw error;
  }
  if (!fine) throw new Error(`${path}: ${show(value)} was taken`);
  if (show(checked(option, taken, 'option')) !== show(taken))
    throw new Error(`${path}: what became of ${show(value)} becomes another thing when it is completed again`);
  return `${path} ${show(taken)}`;
}

function anyValue(random: Random, option: Option, depth: number): unknown {
  if (depth === 0 || random.chance(0.3)) return MAKERS[random.below(MAKERS.length)]!();
  const words = 'words' in option ? (option.words ?? []) : [];
  if (words.length > 0 && random.chance(0.2)) return words[random.below(words.length)];
  switch (option.kind) {
    case 'integer':
    case 'number': {
      const {
        from = 0,
        to = 1,
        above = 0,
        below = 1,
      } = option as { from?: number; to?: number; above?: number; below?: number };
      const near = [from, from - 1, from + 1, to, to + 1, above, below, (from + to) / 2];
      const from2 = random.chance(0.5) ? near : NUMBERS;
      return from2[random.below(from2.length)];
    }
    case 'flag':
      return random.chance(0.5);
    case 'choice':
      return option.of[random.below(option.of.length)];
    case 'list':
      return Array.from({ length: random.below(4) }, () => anyValue(random, option.of, depth - 1));
    case 'group':
      return membersOf(random, option.options, depth);
    case 'variant': {
      const kinds = Object.keys(option.of);
      const kind = kinds[random.below(kinds.length)]!;
      return random.chance(0.3) ? kind : { kind, ...membersOf(random, option.of[kind]!, depth) };
    }
    default:
      return MAKERS[random.below(MAKERS.length)]!();
  }
}

function membersOf(random: Random, options: Readonly<Record<string, Option>>, depth: number): object {
  const chosen = Object.entries(options).filter(([, { required }]) => random.chance(required ? 0.9 : 0.4));
  const members = Object.fromEntries(chosen.map(([name, option]) => [name, anyValue(random, option, depth - 1)]));
  return random.chance(0.05) ? { ...members, nonsense: 1 } : members;
}

/** Whether a declaration allows a value. */
function allows(option: Option, value: unknown): boolean {
  if ('words' in option && (option.words as readonly unknown[] | undefined)?.includes(value)) return true;
  if ('or' in option && option.or?.(value)) return true;
  switch (option.kind) {
    case 'integer':
    case 'number': {
      if (typeof value !== 'number' || !Number.isFinite(value)) return false;
      if (option.kind === 'integer' && Math.floor(value) !== value) return false;
      const {
        from = -Infinity,
        to = Infinity,
        above = -Infinity,
        below = Infinity,
      } = option as Partial<Record<'from' | 'to' | 'above' | 'below', number>>;
      return from <= value && value <= to && above < value && value < below;
    }
    case 'flag':
      return value === true || value === false;
    case 'text':
      return typeof value === 'string';
    case 'choice':
      return option.of.some((one) => one === value);
    case 'list': {
      if (!Array.isArray(value) || value.length < (option.least ?? 0)) return false;
      return (
        value.every((entry) => allows(option.of, entry)) && !(option.distinct && new Set(value).size < value.length)
      );
    }
    case 'group':
      return isNamed(value) && allowsMembers(option.options, value);
    case 'variant': {
      const { kind, ...members } = typeof value === 'string' ? { kind: value } : isNamed(value) ? value : {};
      return typeof kind === 'string' && Object.hasOwn(option.of, kind) && allowsMembers(option.of[kind]!, members);
    }
    case 'signal':
      return value instanceof AbortSignal;
    case 'callback':
      return typeof value === 'function';
    case 'other':
      return option.is(value);
  }
}

function isNamed(value: unknown): value is Record<string, unknown> {
  return [Object.prototype, null].includes(
    typeof value === 'object' && value ? Object.getPrototypeOf(value) : undefined,
  );
}

function allowsMembers(options: Readonly<Record<string, Option>>, members: Record<string, unknown>): boolean {
  if (Object.keys(members).some((name) => !Object.hasOwn(options, name))) return false;
  return Object.entries(options).every(([name, option]) =>
    members[name] === undefined ? !option.required : allows(option, members[name]),
  );
}

function show(value: unknown): string {
  return String(
    JSON.stringify(value, (_, inner) =>
      ['function', 'symbol', 'bigint'].includes(typeof inner) || (typeof inner === 'number' && !Number.isFinite(inner))
        ? String(inner)
        : Object.is(inner, -0)
          ? '-0'
          : inner,
    ),
  );
}
