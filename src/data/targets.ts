import { requireArray, requireLength } from '../check/arrays.js';
import { requireNames } from '../check/names.js';
import { got } from '../check/phrase.js';
import { requireInteger } from '../check/require.js';

/** One class per row: values[r] in [0, classes). */
export interface ClassTargets {
  readonly kind: 'classes';
  readonly values: Int32Array;
  readonly classes: number;
  readonly names?: readonly string[];
}

/** Several yes/no tasks per row, [rows][tasks]: 1, 0, or -1 where the label is missing. */
export interface TaskTargets {
  readonly kind: 'tasks';
  readonly values: Int8Array;
  readonly tasks: number;
  readonly names?: readonly string[];
}

/** Numbers to regress on, [rows][outputs]. */
export interface ValueTargets {
  readonly kind: 'values';
  readonly values: Float32Array | Float64Array;
  readonly outputs: number;
  readonly names?: readonly string[];
}

export type Targets = ClassTargets | TaskTargets | ValueTargets;

/** Targets in words, for messages: `4 classes`, `12 tasks`, `1 value`, `no targets`. */
export function describeTargets(targets: Targets | undefined): string {
  if (targets === undefined) return 'no targets';
  switch (targets.kind) {
    case 'classes':
      return `${targets.classes} classes`;
    case 'tasks':
      return targets.tasks === 1 ? '1 task' : `${targets.tasks} tasks`;
    case 'values':
      return targets.outputs === 1 ? '1 value' : `${targets.outputs} values`;
  }
}

/**
 * The dataset's targets, once they are known to be of the wanted kind.
 * @param argument name of the dataset in the caller's signature, for the message
 * @throws TypeError when the targets are of another kind or absent
 */
export function requireTargets<K extends Targets['kind']>(
  { targets }: { readonly targets?: Targets | undefined },
  kind: K,
  argument: string,
): Extract<Targets, { kind: K }> {
  if (targets?.kind !== kind) {
    throw new TypeError(
      `${argument}: expected a dataset with ${kind} to predict, got one with ${describeTargets(targets)}`,
    );
  }
  return targets as Extract<Targets, { kind: K }>;
}

/** TypeError or RangeError unless they are targets for so many rows. */
export function checkTargets(targets: Targets, rows: number): void {
  if (typeof targets !== 'object' || targets === null) {
    throw new TypeError(`targets: expected an object, got ${got(targets)}`);
  }
  if (targets.kind === 'classes') checkClasses(targets, rows);
  else if (targets.kind === 'tasks') checkTasks(targets, rows);
  else if (targets.kind === 'values') checkValues(targets, rows);
  else {
    const { kind } = targets as { kind: unknown };
    throw new TypeError(`targets.kind: expected 'classes', 'tasks' or 'values', got ${got(kind)}`);
  }
}

function checkClasses({ values, classes, names }: ClassTargets, rows: number): void {
  requireArray(values, 'targets.values', Int32Array);
  requireLength(values, rows, 'targets.values', 'one class a row');
  requireInteger(classes, 2, 'targets.classes');
  for (let r = 0; r < rows; r++) {
    if (values[r]! < 0 || values[r]! >= classes) {
      throw new RangeError(`targets: row ${r} has class ${values[r]}, expected one in [0, ${classes})`);
    }
  }
  if (names !== undefined) requireNames(names, classes, 'targets.names', 'class');
}

function checkTasks({ values, tasks, names }: TaskTargets, rows: number): void {
  requireInteger(tasks, 1, 'targets.tasks');
  requireArray(values, 'targets.values', Int8Array);
  requireLength(values, rows * tasks, 'targets.values', `rows x tasks = ${rows} x ${tasks}`);
  for (let i = 0; i < values.length; i++) {
    if (values[i]! < -1 || values[i]! > 1) {
      throw new RangeError(
        `targets: row ${Math.floor(i / tasks)} has ${values[i]} for task ${i % tasks}, expected 1, 0 or -1 (missing)`,
      );
    }
  }
  if (names !== undefined) requireNames(names, tasks, 'targets.names', 'task');
}

function checkValues({ values, outputs, names }: ValueTargets, rows: number): void {
  requireInteger(outputs, 1, 'targets.outputs');
  requireArray(values, 'targets.values', Float32Array, Float64Array);
  requireLength(values, rows * outputs, 'targets.values', `rows x outputs = ${rows} x ${outputs}`);
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new RangeError(
        `targets: row ${Math.floor(i / outputs)} has ${values[i]} for output ${i % outputs}, expected a finite number`,
      );
    }
  }
  if (names !== undefined) requireNames(names, outputs, 'targets.names', 'output');
}
