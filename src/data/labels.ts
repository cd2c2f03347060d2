import { requireList } from '../check/arrays.js';
import { got } from '../check/phrase.js';
import { requireInteger } from '../check/require.js';
import type { ClassTargets, Targets } from './targets.js';

/** What may go with the features: `targets` as they are, or `labels` to make class targets of, never both. */
export interface LabelOptions {
  readonly targets?: Targets;
  /** One class a row: ids counted from 0, or names. Names get ids in code-unit order, or by place in `classNames`. */
  readonly labels?: ArrayLike<number> | readonly string[];
  /** Number of classes of `labels`. Default: the number of `classNames`, else the highest id plus one, at least 2; then ids from 65,536 on are refused where there are not as many rows. */
  readonly classes?: number;
  /** Name of each class id. Give the training set's names to every later set, or its ids may differ. */
  readonly classNames?: readonly string[];
}

/** Ids from here on are refused where nothing else tells the number of classes: no single number is to make a net large. */
export function plainClasses(rows: number): number {
  return Math.max(65536, rows);
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
  if (classNames !== undefined) requireList(classNames, 'classNames', 'strings');
  const named = labels.length > 0 && typeof labels[0] === 'string';
  return named ? namedClasses(labels as readonly string[], options) : numberedClasses(labels, options);
}

function namedClasses(labels: readonly string[], { classes, classNames }: LabelOptions): ClassTargets {
  for (let r = 0; r < labels.length; r++) {
    if (typeof labels[r] !== 'string') {
      throw new TypeError(`labels[${r}]: expected a string as in labels[0], got ${got(labels[r])}`);
    }
  }
  // Code-unit order: a locale's order would differ between machines.
  const names = classNames ?? [...new Set(labels)].sort();
  if (names.length < 2) {
    throw new RangeError(`labels: expected at least 2 classes, got only ${got(names[0])}; give classNames`);
  }
  const ids = new Map(names.map((name, id) => [name, id]));
  const values = new Int32Array(labels.length);
  for (let r = 0; r < labels.length; r++) {
    const id = ids.get(labels[r]!);
    if (id === undefined) {
      throw new RangeError(`labels[${r}]: expected one of classNames, got ${got(labels[r])}`);
    }
    values[r] = id;
  }
  return { kind: 'classes', values, classes: classes ?? names.length, names };
}

function numberedClasses(labels: ArrayLike<number | string>, { classes, classNames }: LabelOptions): ClassTargets {
  const values = new Int32Array(labels.length);
  let highest = 1;
  for (let r = 0; r < labels.length; r++) {
    const label = labels[r];
    if (typeof label !== 'number') {
      throw new TypeError(`labels[${r}]: expected a number as in labels[0], got ${got(label)}`);
    }
    values[r] = label;
    if (values[r] !== label || label < 0) {
      throw new RangeError(`labels[${r}]: expected a class id, an integer from 0, got ${got(label)}`);
    }
    if (label > highest) highest = label;
  }
  const told = classes ?? classNames?.length;
  if (told === undefined && highest >= plainClasses(labels.length)) {
    const end = plainClasses(labels.length);
    throw new RangeError(
      `labels: expected class ids below ${end} in so few rows, or classes beside them, got ${highest}`,
    );
  }
  return { kind: 'classes', values, classes: told ?? highest + 1, names: classNames };
}
