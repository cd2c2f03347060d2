import type { Option, Options } from '#dist/check/option.js';

/** Options that must be refused, what with, and the argument that the message has to name. */
export interface BadOptions {
  readonly what: string;
  readonly options: object;
  readonly kind: typeof TypeError | typeof RangeError;
  readonly argument: string;
}

type Bad = readonly [value: unknown, kind: typeof TypeError | typeof RangeError, argument?: string];

/** Bad options made from a declaration: each option with values of other kinds and out of bounds, at every depth, and each name misspelt. */
export function badOptions(declared: Options, given: object = {}): BadOptions[] {
  const required = { ...given, ...requiredOf(declared) };
  return Object.entries(declared).flatMap(([name, option]) => {
    const bad = badValues(option).map(([value, kind, inner = '']) => ({
      what: `${name}: ${show(value)}`,
      options: { ...required, [name]: value },
      kind,
      argument: name + inner,
    }));
    const wrong = misspelt(name);
    if (Object.hasOwn(declared, wrong)) return bad;
    return [
      ...bad,
      { what: `${wrong} for ${name}`, options: { ...required, [wrong]: 1 }, kind: TypeError, argument: wrong },
    ];
  });
}

/** What must be given, as small as it may be. */
export function requiredOf(declared: Options): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(declared)
      .filter(([, { required }]) => required)
      .map(([name, option]) => [name, goodValue(option)]),
  );
}

function goodValue(option: Option): unknown {
  switch (option.kind) {
    case 'integer':
      return option.from;
    case 'number':
      return option.from ?? (option.above ?? 0) + 0.5;
    case 'list':
      return [goodValue(option.of)];
    case 'choice':
      return option.of[0];
    case 'other':
      if (option.is(null)) return null;
      throw new Error('no value is known for an option of its own that must be given');
    default:
      throw new Error(`no value is known for an option of kind ${option.kind} that must be given`);
  }
}

/** The last two letters swapped, or one more where they are the same. */
export function misspelt(name: string): string {
  const [a, b] = [name.at(-2)!, name.at(-1)!];
  return a === b ? `${name}x` : `${name.slice(0, -2)}${b}${a}`;
}

function badValues(option: Option): Bad[] {
  switch (option.kind) {
    case 'integer': {
      const { from, to } = option;
      const beyond: Bad[] = [
        from - 1,
        from + 0.5,
        Number.NaN,
        ...unbounded(option),
        ...(to === undefined ? [] : [to + 1]),
      ].map((x) => [x, RangeError]);
      return [...others(option, ['1', null, true, [from], {}]), ...beyond];
    }
    case 'number': {
      const { from, above, to, below } = option;
      const beyond = [Number.NaN, Number.NEGATIVE_INFINITY, ...unbounded(option)];
      if (from !== undefined) beyond.push(from - 1e-6);
      if (above !== undefined) beyond.push(above);
      if (to !== undefined) beyond.push(to + 1e-6);
      if (below !== undefined) beyond.push(below);
      return [...others(option, ['1', null, true, {}]), ...beyond.map((x): Bad => [x, RangeError])];
    }
    case 'flag':
      return others(option, [1, 'true', null, {}]);
    case 'text':
      return others(option, [1, true, null, {}]);
    case 'choice':
      return others(option, [`${option.of[0]}x`, 1, null, {}]);
    case 'signal':
      return others(option, [true, 'stop', null, new AbortController()]);
    case 'callback':
      return others(option, [1, 'log', null, {}]);
    case 'other':
      return others(
        option,
        [1, true, null, Symbol('other'), 'no', {}].filter((value) => !option.is(value)),
      );
    case 'list': {
      const entries = badValues(option.of).map(
        ([value, kind, inner = '']): Bad => [new Array(option.least ?? 1).fill(value), kind, `[0]${inner}`],
      );
      const few: Bad[] = option.least ? [[[], RangeError]] : [];
      return [...others(option, [1, 'nothing', null, {}]), ...few, ...entries];
    }
    case 'group':
      return [...others(option, [1, true, null, [], 'nothing']), ...membersOf(option.options, {})];
    case 'variant': {
      const kinds = Object.entries(option.of).flatMap(([kind, options]) => membersOf(options, { kind }));
      return [...others(option, [1, true, null, 'nothing', { kind: 'nothing' }]), ...kinds];
    }
  }
}

function membersOf(options: Options, given: object): Bad[] {
  return badOptions(options, given).map(({ options: value, kind, argument }) => [value, kind, `.${argument}`]);
}

/** Infinity, unless it stands for something. */
function unbounded({ words = [] }: { words?: readonly unknown[] }): number[] {
  return words.includes(Number.POSITIVE_INFINITY) ? [] : [Number.POSITIVE_INFINITY];
}

/** Values of other kinds, but for those that the option takes after all. */
function others(option: Option, values: readonly unknown[]): Bad[] {
  const or = 'or' in option ? option.or : undefined;
  const words: readonly unknown[] = 'words' in option ? (option.words ?? []) : [];
  return values.filter((value) => !or?.(value) && !words.includes(value)).map((value) => [value, TypeError]);
}

function show(value: unknown): string {
  return typeof value === 'symbol' ? 'a symbol' : typeof value === 'object' ? JSON.stringify(value) : String(value);
}
