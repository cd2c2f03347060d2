import { isObject } from '../../check/complete.js';
import { got } from '../../check/phrase.js';
import type { Exemplar, ShownDocument, TopicReport, TopicSummary } from '../../structure/topics/report.js';

/** What is wrong with a value, and where in it. */
interface Fault {
  readonly at: string;
  readonly expected: string;
  readonly value: unknown;
  readonly kind: typeof TypeError | typeof RangeError;
}

type Check = (value: unknown) => Fault | undefined;

/**
 * A report may come from a file, so that all that is drawn is looked at.
 * @throws TypeError for a value of another kind, RangeError for a number or a list out of bounds
 */
export function requireReport(report: unknown): asserts report is TopicReport {
  if (!isObject(report)) throw new TypeError(`report: expected a TopicReport, got ${got(report)}`);
  refuse(REPORT(report));
  refuse(placesFault(report as unknown as TopicReport));
}

function refuse(fault: Fault | undefined): void {
  if (fault) throw new fault.kind(`report${fault.at}: expected ${fault.expected}, got ${got(fault.value)}`);
}

/** What names other parts of the report must name one that is there. */
function placesFault({ topics, shown, labels, periods, levels: { length } }: TopicReport): Fault | undefined {
  const levels = new Map(topics.map(({ id, level }) => [id, level]));
  if (levels.size < topics.length) return wrong('each id once', topics, RangeError, '.topics');
  const topicPlaces = list(pair(below(topics.length), share));
  const exemplarPlaces = list((exemplar) => within('.document', below(shown.length)((exemplar as Exemplar).document)));
  const ofAll =
    within('.labels.documents', lengthFault(labels?.documents, labels?.names)) ??
    within('.periods.documents', lengthFault(periods?.documents, periods?.names));
  const ofTopic: Check = (topic) => {
    const { parent, level, exemplars, ...own } = topic as TopicSummary;
    if (level > length) return wrong(`an integer from 1 to ${length}`, level, RangeError, '.level');
    if (parent !== null && !(levels.get(parent)! > level))
      return wrong('the id of a topic of a higher level', parent, RangeError, '.parent');
    return (
      within('.exemplars', exemplarPlaces(exemplars)) ??
      within('.labels', lengthFault(own.labels, labels?.names)) ??
      within('.periods', lengthFault(own.periods, periods?.names))
    );
  };
  const ofDocument: Check = (document) => within('.topics', topicPlaces((document as ShownDocument).topics));
  return ofAll ?? within('.topics', list(ofTopic)(topics)) ?? within('.shown', list(ofDocument)(shown));
}

function wrong(expected: string, value: unknown, kind: Fault['kind'] = TypeError, at = ''): Fault {
  return { at, expected, value, kind };
}

function within(at: string, fault: Fault | undefined): Fault | undefined {
  return fault && { ...fault, at: at + fault.at };
}

const text: Check = (value) => (typeof value === 'string' ? undefined : wrong('a string', value));

const number: Check = (value) => {
  if (typeof value !== 'number') return wrong('a number', value);
  return Number.isFinite(value) ? undefined : wrong('a finite number', value, RangeError);
};

const share: Check = (value) =>
  number(value) ??
  ((value as number) >= 0 && (value as number) <= 1 ? undefined : wrong('a number from 0 to 1', value, RangeError));

function whole(from: number): Check {
  return (value) =>
    number(value) ??
    (Number.isSafeInteger(value) && (value as number) >= from
      ? undefined
      : wrong(`an integer from ${from}`, value, RangeError));
}

function below(count: number): Check {
  return (value) => ((value as number) < count ? undefined : wrong(`an integer below ${count}`, value, RangeError));
}

function orNull(check: Check): Check {
  return (value) => (value === null ? undefined : check(value));
}

/** What may stay absent. */
function maybe(check: Check): Check {
  return (value) => (value === undefined ? undefined : check(value));
}

function list(check: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return wrong('a list', value);
    for (let i = 0; i < value.length; i++) {
      const fault = check(value[i]);
      if (fault) return within(`[${i}]`, fault);
    }
    return undefined;
  };
}

function pair(first: Check, second: Check): Check {
  return (value) => {
    if (!Array.isArray(value) || value.length !== 2) return wrong('a list of two', value);
    return within('[0]', first(value[0])) ?? within('[1]', second(value[1]));
  };
}

function object(checks: Readonly<Record<string, Check>>): Check {
  const entries = Object.entries(checks);
  return (value) => {
    if (!isObject(value)) return wrong('an object', value);
    for (const [key, check] of entries) {
      const fault = check(value[key]);
      if (fault) return within(`.${key}`, fault);
    }
    return undefined;
  };
}

function lengthFault(given: readonly unknown[] | undefined, names: readonly unknown[] = []): Fault | undefined {
  if (given === undefined || given.length === names.length) return undefined;
  return wrong(`a list of ${names.length}`, given, RangeError);
}

const COUNT = whole(0);
const GROUPS = object({ names: list(text), documents: list(COUNT) });
const REPORT = object({
  documents: COUNT,
  wordless: COUNT,
  vocabulary: COUNT,
  levels: list(COUNT),
  assignment: (value) => (value === 'broad' || value === 'narrow' ? undefined : wrong("'broad' or 'narrow'", value)),
  logLikelihood: number,
  labels: maybe(GROUPS),
  periods: maybe(GROUPS),
  npmi: list(orNull(number)),
  compactness: list(orNull(number)),
  purity: maybe(list(share)),
  nmi: maybe(list(orNull(number))),
  topics: list(
    object({
      id: text,
      level: whole(1),
      parent: orNull(text),
      name: maybe(text),
      features: list(object({ feature: COUNT, name: text, information: number, inside: share, outside: share })),
      share,
      probability: share,
      documents: COUNT,
      npmi: orNull(number),
      compactness: orNull(number),
      labels: maybe(list(COUNT)),
      periods: maybe(list(COUNT)),
      exemplars: list(object({ document: COUNT, probability: share, sentence: text })),
    }),
  ),
  shown: list(
    object({
      text,
      name: maybe(text),
      label: maybe(text),
      date: maybe(text),
      topics: list(pair(COUNT, share)),
      words: maybe(list(object({ feature: COUNT, start: COUNT, end: COUNT }))),
    }),
  ),
});
