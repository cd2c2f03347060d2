import type { Options, OptionsOf } from '../check/option.js';

/** What a tree must look like. */
export const CONSTRAINTS = {
  root: { kind: 'integer', from: 0, default: 0, doc: 'The variable that walks over the tree start from.' },
  minInformation: {
    kind: 'number',
    unit: 'nats',
    from: 0,
    // Nothing but what is required.
    words: [Number.POSITIVE_INFINITY],
    default: 0,
    doc: 'Edges of less mutual information, in nats, are left out, which leaves a forest.',
  },
  required: {
    kind: 'other',
    is: isPairs,
    expected: 'a list of pairs [a, b]',
    default: [],
    defaultDoc: 'none',
    doc: 'Pairs that must be edges; they may close no cycle.',
  },
  forbidden: {
    kind: 'other',
    is: isPairs,
    expected: 'a list of pairs [a, b]',
    default: [],
    defaultDoc: 'none',
    doc: 'Pairs that may not be edges.',
  },
} as const satisfies Options;

export type TreeConstraints = OptionsOf<typeof CONSTRAINTS>;

/** Of variables. */
export type Pairs = readonly (readonly [number, number])[];

function isPairs(value: unknown): value is Pairs {
  return Array.isArray(value) && [...value].every((pair) => Array.isArray(pair) && pair.length === 2);
}
