import { isObject } from '../../check/complete.js';
import { type Completed, type Fn, type Options, type OptionsOf, SEED, SIGNAL, WAITED } from '../../check/option.js';
import { ENGINE } from '../../runtime/engine.js';
import { ASSIGN } from '../latent/assignment.js';

function isNames(value: unknown): value is Readonly<Record<string, string>> {
  return isObject(value) && Object.values(value as object).every((name) => typeof name === 'string');
}

/** How documents are given to topics: narrowly, since a reader then finds a topic's words in its documents. */
export const TOPIC_ASSIGNMENT = { ...ASSIGN.assignment, default: 'narrow' } as const;

/** Options of describeTopics. */
export const DESCRIBE_TOPICS = {
  assignment: TOPIC_ASSIGNMENT,
  threshold: {
    kind: 'number',
    unit: 'a probability',
    from: 0,
    below: 1,
    default: 0.5,
    doc: 'A document belongs to the topics that are more probable than this, given its words.',
  },
  top: { kind: 'integer', from: 1, default: 10, doc: 'Words of a topic.' },
  exemplars: { kind: 'integer', from: 0, default: 5, doc: 'Documents that speak for a topic, at most.' },
  shown: {
    kind: 'integer',
    from: 0,
    default: 10_000,
    doc: 'Documents told of one by one, besides those that speak for topics: all, or a fair sample of so many.',
  },
  mostTextLength: {
    kind: 'integer',
    from: 1,
    default: 2000,
    doc: 'Characters kept of the text of a document that is told of.',
  },
  mostSentenceLength: {
    kind: 'integer',
    from: 1,
    default: 300,
    doc: 'Characters of a sentence that speaks for a topic; of a longer one, what surrounds the words of the topic.',
  },
  names: {
    kind: 'other',
    is: isNames,
    expected: "an object of names by topic, as { 'h2.5': 'Trade' }",
    flag: false,
    doc: 'Names of topics, given by hand.',
  },
  seed: SEED,
  engine: ENGINE,
  signal: SIGNAL,
  onProgress: {
    kind: 'callback',
    inert: true,
    doc: `Receives how many documents have been read, now and then. ${WAITED}`,
    type: undefined as Fn<(progress: { documents: number }) => void>,
  },
} as const satisfies Options;

export type DescribeTopicsOptions = OptionsOf<typeof DESCRIBE_TOPICS>;

/** Completed and checked. */
export type DescribeSettings = Completed<typeof DESCRIBE_TOPICS>;
