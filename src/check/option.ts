// How options are declared: once, as plain data. From a declaration come the TypeScript type, completion and refusal, the command-line flag and its help, what two runs
// must have in common, docs/OPTIONS.md, the benchmarks' --set, and the bad values that tests try.

interface Common {
  /** One line for people. */
  readonly doc: string;
  /** Taken where the option is absent or undefined. Without one the option may stay absent. */
  readonly default?: unknown;
  /** In words, where data or other options decide the default. */
  readonly defaultDoc?: string;
  /** Must be given. */
  readonly required?: true;
  /** Changes no result: two runs may differ in it and be the same run. */
  readonly inert?: true;
  /** An option beside it: where that one is false, this one is about nothing, and on a command line a mistake. */
  readonly about?: string;
  /** The command-line flag, where it is not the name in kebab case; false for none. */
  readonly flag?: string | false;
  /** How a command line may write values that no shell likes, or that are no text: { tab: '\t' }. */
  readonly spellings?: Readonly<Record<string, unknown>>;
}

/** An integer within bounds, both included. */
export interface IntegerOption extends Common {
  readonly kind: 'integer';
  readonly from: number;
  readonly to?: number;
  /** Words, or numbers out of bounds, that stand for something of their own. */
  readonly words?: readonly (string | number)[];
}

/** A finite number within bounds: `from` and `to` included, `above` and `below` not. */
export interface NumberOption extends Common {
  readonly kind: 'number';
  /** What it counts, in messages. Default 'a number'. */
  readonly unit?: string;
  readonly from?: number;
  readonly above?: number;
  readonly to?: number;
  readonly below?: number;
  readonly words?: readonly (string | number)[];
}

export interface FlagOption extends Common {
  readonly kind: 'flag';
}

/** Any text. */
export interface TextOption extends Common {
  readonly kind: 'text';
}

export interface ChoiceOption extends Common {
  readonly kind: 'choice';
  readonly of: readonly string[];
}

export interface ListOption extends Common {
  readonly kind: 'list';
  readonly of: Option;
  /** Fewest entries. Default 0. */
  readonly least?: number;
  readonly distinct?: true;
  readonly words?: readonly string[];
}

/** An object of options. */
export interface GroupOption extends Common {
  readonly kind: 'group';
  readonly options: Options;
  /** What else it may be, and how messages call that. */
  readonly or?: (value: unknown) => boolean;
  readonly orDoc?: string;
  /** Names that stand for other things it may be; a command line gives one of them. */
  readonly names?: readonly string[];
  /** Flags of the members begin with this and a dash. */
  readonly prefix?: string;
  /** On the command line one flag for the whole: each word sets members. */
  readonly shorthand?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The kind of file that the group's own flag names, which takes the group's place. */
  readonly file?: 'latent-tree';
}

/** One of several groups, told apart by their `kind`; the name alone stands for its defaults. */
export interface VariantOption extends Common {
  readonly kind: 'variant';
  readonly of: Readonly<Record<string, Options>>;
  /** What else it may be, and how messages call that; such a value is checked where it is used. */
  readonly or?: (value: unknown) => boolean;
  readonly orDoc?: string;
}

export interface SignalOption extends Common {
  readonly kind: 'signal';
}

/** The type of a callback, which no value can tell: `type: undefined as Fn<(done: number) => void>`. */
export type Fn<F> = F | undefined;

export interface CallbackOption extends Common {
  readonly kind: 'callback';
  readonly type: unknown;
}

/** A value that has a check of its own. */
export interface OtherOption extends Common {
  readonly kind: 'other';
  readonly is: (value: unknown) => boolean;
  /** What `is` accepts, in messages. */
  readonly expected: string;
  /** What a command line may give, in messages; without it there is no flag. */
  readonly text?: string;
}

export type Option =
  | IntegerOption
  | NumberOption
  | FlagOption
  | TextOption
  | ChoiceOption
  | ListOption
  | GroupOption
  | VariantOption
  | SignalOption
  | CallbackOption
  | OtherOption;

export type Options = Readonly<Record<string, Option>>;

type Words<O> = O extends { words: readonly (infer W)[] } ? W : never;
type Or<O> = O extends { or: (value: unknown) => value is infer T } ? T : never;
type Flat<T> = { [K in keyof T]: T[K] };

/** AbortSignal where the project knows it, as it does with lib.dom or Node's types. */
export type WebAbortSignal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
  ? Signal
  : Signalling;

/** What of one is asked here. */
interface Signalling {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
}

/** What an option may be given as. */
export type ValueOf<O> =
  | Words<O>
  | Or<O>
  | (O extends { kind: 'integer' | 'number' }
      ? number
      : O extends { kind: 'flag' }
        ? boolean
        : O extends { kind: 'text' }
          ? string
          : O extends { kind: 'choice'; of: readonly (infer C)[] }
            ? C
            : O extends { kind: 'list'; of: infer E }
              ? readonly ValueOf<E>[]
              : O extends { kind: 'group'; options: infer D }
                ? OptionsOf<D>
                : O extends { kind: 'variant'; of: infer V }
                  ? { [K in keyof V]: K | ({ kind: K } & OptionsOf<V[K]>) }[keyof V]
                  : O extends { kind: 'signal' }
                    ? WebAbortSignal
                    : O extends { kind: 'callback'; type: infer F }
                      ? NonNullable<F>
                      : O extends { kind: 'other'; is: (value: unknown) => value is infer T }
                        ? T
                        : never);

/** Options as a caller gives them. */
export type OptionsOf<D> = Flat<
  { -readonly [K in keyof D as D[K] extends { required: true } ? never : K]?: ValueOf<D[K]> | undefined } & {
    -readonly [K in keyof D as D[K] extends { required: true } ? K : never]: ValueOf<D[K]>;
  }
>;

/** An option after completion. */
export type CompletedValue<O> = O extends { kind: 'group'; options: infer D }
  ? Completed<D> | Or<O>
  : O extends { kind: 'variant'; of: infer V }
    ? { [K in keyof V]: { kind: K } & Completed<V[K]> }[keyof V] | Or<O>
    : O extends { kind: 'list'; of: infer E }
      ? readonly CompletedValue<E>[] | Words<O>
      : ValueOf<O>;

/** Options after completion: those with a default are there. */
export type Completed<D> = Flat<
  {
    -readonly [K in keyof D as D[K] extends { default: unknown } | { required: true } ? K : never]: CompletedValue<
      D[K]
    >;
  } & {
    -readonly [K in keyof D as D[K] extends { default: unknown } | { required: true } ? never : K]?:
      | CompletedValue<D[K]>
      | undefined;
  }
>;

/** Whether a value is `false`, for what can be left out. */
export function isFalse(value: unknown): value is false {
  return value === false;
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

/** All random numbers are a function of it. */
export const SEED = {
  kind: 'integer',
  from: 0,
  to: 0xffffffff,
  default: 0,
  doc: 'All random numbers are a function of it.',
} as const satisfies Option;

/** Part of something, never all of it. */
export const SHARE = { kind: 'number', unit: 'a share', from: 0, below: 1 } as const;

/** A checkpoint to go on from. */
export const RESUME = {
  kind: 'other',
  is: isBytes,
  expected: 'the bytes of a checkpoint',
  inert: true,
  flag: false,
} as const;

/** A seed inside a net's options. */
export const SEED_OF_NET = {
  kind: 'integer',
  from: 0,
  to: 0xffffffff,
  defaultDoc: "the net's",
  flag: false,
  doc: 'Random numbers of this part are a function of it.',
} as const satisfies Option;

/** What is said of every callback of progress. */
export const WAITED =
  'Promises that it returns are waited for before the result, until the signal comes; one that is rejected ends the call.';

export const SIGNAL = {
  kind: 'signal',
  inert: true,
  doc: 'Stops the work; the call rejects with its reason.',
} as const satisfies Option;
