import { isObject } from '../../check/complete.js';
import { got } from '../../check/phrase.js';
import type { TopicReport } from '../../structure/topics/report.js';

type Check = (value: unknown, name: string) => void;

/**
 * A report may come from a file, so that all that is drawn is looked at.
 * @throws TypeError for a value of another kind, RangeError for a number or a list out of bounds
 */
export function requireReport(report: unknown): asserts report is TopicReport {
  object(REPORT)(report, 'report');
  const { topics, shown, labels, periods } = report as TopicReport;
  const ids = new Map(topics.map(({ id, level }) => [id, level]));
  if (ids.size < topics.length) throw new RangeError('report.topics: expected each id once');
  topics.forEach(({ parent, level, exemplars, ...topic }, i) => {
    const name = `report.topics[${i}]`;
    if (parent !== null && !(ids.get(parent)! > level))
      throw new RangeError(`${name}.parent: expected the id of a topic of a higher level, got ${got(parent)}`);
    exemplars.forEach(({ document }, k) => {
      below(shown.length)(document, `${name}.exemplars[${k}].document`);
    });
    sameLength(topic.labels, labels?.names, `${name}.labels`);
    sameLength(topic.periods, periods?.names, `${name}.periods`);
  });
  sameLength(labels?.documents, labels?.names, 'report.labels.documents');
  sameLength(periods?.documents, periods?.names, 'report.periods.documents');
  shown.forEach((document, i) => {
    document.topics.forEach(([topic], k) => {
      below(topics.length)(topic, `report.shown[${i}].topics[${k}][0]`);
    });
  });
}

function fail(name: string, expected: string, value: unknown, kind = TypeError): never {
  throw new kind(`${name}: expected ${expected}, got ${got(value)}`);
}

const text: Check = (value, name) => {
  if (typeof value !== 'string') fail(name, 'a string', value);
};

const number: Check = (value, name) => {
  if (typeof value !== 'number') fail(name, 'a number', value);
  if (!Number.isFinite(value)) fail(name, 'a finite number', value, RangeError);
};

const share: Check = (value, name) => {
  number(value, name);
  if (!((value as number) >= 0 && (value as number) <= 1)) fail(name, 'a number from 0 to 1', value, RangeError);
};

const whole: Check = (value, name) => {
  number(value, name);
  if (!Number.isSafeInteger(value) || (value as number) < 0) fail(name, 'an integer from 0', value, RangeError);
};

const level: Check = (value, name) => {
  whole(value, name);
  if (value === 0) fail(name, 'an integer from 1', value, RangeError);
};

function below(count: number): Check {
  return (value, name) => {
    if ((value as number) >= count) fail(name, `an integer below ${count}`, value, RangeError);
  };
}

function orNull(check: Check): Check {
  return (value, name) => {
    if (value !== null) check(value, name);
  };
}

/** What may stay absent. */
function maybe(check: Check): Check {
  return (value, name) => {
    if (value !== undefined) check(value, name);
  };
}

function list(check: Check): Check {
  return (value, name) => {
    if (!Array.isArray(value)) fail(name, 'a list', value);
    for (let i = 0; i < value.length; i++) check(value[i], `${name}[${i}]`);
  };
}

function pair(first: Check, second: Check): Check {
  return (value, name) => {
    if (!Array.isArray(value) || value.length !== 2) fail(name, 'a list of two', value);
    first(value[0], `${name}[0]`);
    second(value[1], `${name}[1]`);
  };
}

function object(checks: Readonly<Record<string, Check>>): Check {
  const entries = Object.entries(checks);
  return (value, name) => {
    if (!isObject(value)) fail(name, name === 'report' ? 'a TopicReport' : 'an object', value);
    for (const [key, check] of entries) check(value[key], `${name}.${key}`);
  };
}

function sameLength(given: readonly unknown[] | undefined, names: readonly unknown[] | undefined, name: string): void {
  if (given !== undefined && given.length !== (names?.length ?? 0))
    throw new RangeError(`${name}: expected ${names?.length ?? 0} numbers, got ${given.length}`);
}

const GROUPS = object({ names: list(text), documents: list(whole) });
const REPORT = {
  documents: whole,
  wordless: whole,
  vocabulary: whole,
  levels: list(whole),
  assignment: text,
  logLikelihood: number,
  labels: maybe(GROUPS),
  periods: maybe(GROUPS),
  purity: maybe(list(number)),
  topics: list(
    object({
      id: text,
      level,
      parent: orNull(text),
      name: maybe(text),
      features: list(object({ feature: whole, name: text, inside: share, outside: share })),
      share,
      documents: whole,
      npmi: orNull(number),
      compactness: orNull(number),
      labels: maybe(list(whole)),
      periods: maybe(list(whole)),
      exemplars: list(object({ document: whole, probability: share, sentence: text })),
    }),
  ),
  shown: list(
    object({
      text,
      name: maybe(text),
      label: maybe(text),
      date: maybe(text),
      topics: list(pair(whole, share)),
      words: maybe(list(object({ feature: whole, start: whole, end: whole }))),
    }),
  ),
};
