import { requireList } from '../check/arrays.js';
import { requireNames } from '../check/names.js';
import { got } from '../check/phrase.js';
import { requireInteger } from '../check/require.js';
import type { ClassTargets, Targets } from './targets.js';

/** What may go with the features: `targets` as they are, or `labels` to make class targets of, never both. */
export interface LabelOptions {
  readonly targets?: Targets;
  /**
   * One class a row: names, or whole numbers. Names get ids in code-unit order, or by place in `classNames`. Numbers that count from 0 are the ids themselves. Others, where neither
   * `classes` nor `classNames` is given, are classes by their value, in rising order and named as they are written: labels that start at 1, leave more gaps than there are classes, or are -1 and 1
   * (named -1 and +1). Beside `classNames` a number is the place of a name, unless all names are such numbers themselves: then it is a name.
   */
  readonly labels?: ArrayLike<number> | readonly string[];
  /** Number of classes; numbers are then ids in [0, classes). Default: the number of `classNames`, else as many as the labels tell, at least 2. */
  readonly classes?: number;
  /** Name of each class id. Default: none for ids, else the labels. */
  readonly classNames?: readonly string[];
}

/** The targets given, or class targets made of the labels. */
export function targetsOf(options: LabelOptions): Targets | undefined {
  const { targets, labels, classes, classNames } = options;
  if (labels === undefined) {
    if (classes !== undefined || classNames !== undefined) {
      throw new TypeError('classes, classNames: expected only beside labels, got no labels');
    }
    return targets;
  }
  if (targets !== undefined) throw new TypeError('targets, labels: expected one of them, got both');
  requireList(labels, 'labels', 'class ids or names');
  if (classes !== undefined) requireInteger(classes, 2, 'classes');
  if (classNames !== undefined) {
    requireList(classNames, 'classNames', 'strings');
    requireNames(classNames, classNames.length, 'classNames', 'class');
  }
  const named = labels.length > 0 && typeof labels[0] === 'string';
  return named ? namedClasses(labels as readonly string[], options) : numberedClasses(labels, options);
}

/** Whether all names are whole numbers as they are written, so that a number stands for the name and not for its place. */
export function areNumbers(names: readonly string[] | undefined): boolean {
  if (!Array.isArray(names) || names.length === 0) return false;
  return names.every((name) => typeof name === 'string' && /^(0|[1-9]\d*)$/.test(name));
}

function namedClasses(labels: readonly string[], { classes, classNames }: LabelOptions): ClassTargets {
  for (let r = 0; r < labels.length; r++) {
    if (typeof labels[r] !== 'string') {
      throw new TypeError(`labels[${r}]: expected a string as in labels[0], got ${got(labels[r])}`);
    }
  }
  // Code-unit order: a locale's order would differ between machines.
  const names = classNames ?? [...new Set(labels)].sort();
  return byName(labels, names, classes);
}

/** Classes of labels that are numbers, see LabelOptions. */
export function numberedClasses(
  labels: ArrayLike<number | string>,
  { classes, classNames }: Pick<LabelOptions, 'classes' | 'classNames'>,
): ClassTargets {
  const seen = new Set<number>();
  for (let r = 0; r < labels.length; r++) seen.add(numberAt(labels, r));
  const distinct = Float64Array.from(seen).sort();
  const signs = distinct.length === 2 && distinct[0] === -1 && distinct[1] === 1;
  if (distinct[0]! < 0 && (!signs || classes !== undefined || areNumbers(classNames))) {
    const r = Array.prototype.findIndex.call(labels, (label) => label < 0);
    throw new RangeError(
      `labels[${r}]: expected a class id, an integer from 0, or -1 and 1 alone, got ${got(labels[r])}`,
    );
  }
  if (classNames !== undefined && areNumbers(classNames)) return byName(labels, classNames, classes);
  if (signs) return byName(labels, classNames ?? ['-1', '+1'], undefined, [-1, 1]);
  const told = classes ?? classNames?.length;
  if (told === undefined && !areIds(distinct)) {
    const classesByValue = distinct.length === 1 ? [0, distinct[0]!] : [...distinct];
    return byName(labels, classesByValue.map(String), undefined);
  }
  return {
    kind: 'classes',
    values: idsBelow(labels, told ?? Number.POSITIVE_INFINITY),
    classes: told ?? Math.max(2, distinct.at(-1)! + 1),
    names: classNames,
  };
}

/** Ids from here on are none where there is but one label, of which no gaps tell: no single number is to make a net large. */
const PLAIN_IDS = 65536;

/** Whether they count from 0 with no more gaps than there are classes. One label alone may be of a class among many. */
function areIds(distinct: Float64Array): boolean {
  const end = distinct.at(-1)! + 1;
  if (distinct.length < 2) return distinct.length === 0 || end <= PLAIN_IDS;
  return distinct[0] === 0 && end <= 2 * distinct.length;
}

function numberAt(labels: ArrayLike<number | string>, r: number): number {
  const label: unknown = labels[r];
  if (typeof label === 'bigint') {
    throw new TypeError(
      `labels[${r}]: expected a number, got the bigint ${label}n; Array.from(labels, Number) makes numbers`,
    );
  }
  if (typeof label !== 'number') {
    throw new TypeError(`labels[${r}]: expected a number as in labels[0], got ${got(label)}`);
  }
  if (!Number.isSafeInteger(label)) {
    throw new RangeError(`labels[${r}]: expected a class id, an integer from 0, got ${got(label)}`);
  }
  return label;
}

function idsBelow(labels: ArrayLike<number | string>, classes: number): Int32Array {
  const values = new Int32Array(labels.length);
  for (let r = 0; r < labels.length; r++) {
    values[r] = labels[r] as number;
    if (values[r] !== labels[r]) {
      throw new RangeError(
        `labels[${r}]: expected a class id, an integer from 0 below ${classes}, got ${got(labels[r])}`,
      );
    }
  }
  return values;
}

/** Ids are places among the names, or among what stands for these. */
function byName(
  labels: ArrayLike<number | string>,
  names: readonly string[],
  classes: number | undefined,
  keys: readonly (number | string)[] = names,
): ClassTargets {
  if (names.length < 2) {
    throw new RangeError(`labels: expected at least 2 classes, got only ${got(names[0])}; give classNames`);
  }
  const ids = new Map(keys.map((key, id) => [key, id]));
  const values = new Int32Array(labels.length);
  for (let r = 0; r < labels.length; r++) {
    const label = labels[r]!;
    const id = ids.get(keys === names ? String(label) : label);
    if (id === undefined) throw new RangeError(`labels[${r}]: expected one of classNames, got ${got(label)}`);
    values[r] = id;
  }
  return { kind: 'classes', values, classes: classes ?? names.length, names };
}
