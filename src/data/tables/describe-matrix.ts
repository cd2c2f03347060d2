import type { Matrix } from '../matrix.js';
import type { Targets } from '../targets.js';
import { type ColumnSummary, distinctOf, meanOf } from './describe.js';

/** Values at once, where rows are dense. */
const BLOCK = 2 ** 22;

/** What the features of rows or images hold, `names` as of the dataset; of images the different values are not counted. */
export function describeMatrix(features: Matrix, names?: readonly string[]): ColumnSummary[] {
  const { rows, columns } = features;
  const first = new Map<string, { name: string; entries: Entries }[]>();
  const width = features.kind === 'sparse' ? columns : Math.max(1, Math.floor(BLOCK / rows));
  const summaries: ColumnSummary[] = [];
  for (let from = 0; from < columns; from += width) {
    for (const entries of entriesOf(features, from, Math.min(columns, from + width))) {
      const c = summaries.length;
      const summary = describeFeature(entries, rows, names?.[c] ?? String(c), features.kind !== 'images');
      const twin = features.kind === 'images' || summary.constant ? undefined : twinOf(first, summary, entries);
      summaries.push(twin === undefined ? summary : { ...summary, duplicateOf: twin });
    }
  }
  return summaries;
}

/** The rows where a feature is not 0, and its values there. */
interface Entries {
  readonly rows: Int32Array;
  readonly values: Float64Array;
}

function* entriesOf(features: Matrix, from: number, to: number): Generator<Entries> {
  const start = new Int32Array(to - from + 1);
  eachEntry(features, from, to, (_, column) => start[column - from + 1]!++);
  for (let c = 1; c < start.length; c++) start[c]! += start[c - 1]!;
  const rows = new Int32Array(start.at(-1)!);
  const values = new Float64Array(rows.length);
  const next = start.slice();
  eachEntry(features, from, to, (row, column, value) => {
    const at = next[column - from]!++;
    rows[at] = row;
    values[at] = value;
  });
  for (let c = 0; c < to - from; c++) {
    yield { rows: rows.subarray(start[c], start[c + 1]), values: values.subarray(start[c], start[c + 1]) };
  }
}

function eachEntry(
  features: Matrix,
  from: number,
  to: number,
  visit: (row: number, column: number, value: number) => void,
): void {
  for (let r = 0; r < features.rows; r++) {
    if (features.kind === 'sparse') {
      const { start, index, value } = features;
      for (let at = start[r]!; at < start[r + 1]!; at++) if (value[at] !== 0) visit(r, index[at]!, value[at]!);
    } else {
      const { columns, values } = features;
      for (let c = from; c < to; c++) {
        const x = values[r * columns + c]!;
        if (x !== 0) visit(r, c, x);
      }
    }
  }
}

function describeFeature({ values }: Entries, rows: number, name: string, counted: boolean): ColumnSummary {
  const present = values.length;
  const sorted = counted ? values.slice().sort() : values;
  let [min, max, whole] = present < rows ? [0, 0, true] : [values[0]!, values[0]!, true];
  for (const x of values) {
    if (x < min) min = x;
    if (x > max) max = x;
    whole &&= Number.isInteger(x);
  }
  return {
    name,
    kind: whole && min >= 0 ? (max <= 1 ? 'binary' : 'counts') : 'numeric',
    missing: 0,
    ...(counted ? { distinct: distinctOf(sorted) + (present < rows ? 1 : 0) } : {}),
    min,
    mean: (meanOf(values) * present) / rows,
    max,
    present,
    ...(min === max ? { constant: true } : {}),
  };
}

/** The name of the first feature with the same values in the same rows; this one is remembered where there is none. */
function twinOf(
  first: Map<string, { name: string; entries: Entries }[]>,
  { name, present, min, mean, max }: ColumnSummary,
  entries: Entries,
): string | undefined {
  const key = [present, min, mean, max, entries.rows[0], entries.rows.at(-1)].join();
  const known = first.get(key) ?? [];
  const twin = known.find(
    (other) => isSame(other.entries.rows, entries.rows) && isSame(other.entries.values, entries.values),
  );
  if (!twin) first.set(key, [...known, { name, entries }]);
  return twin?.name;
}

function isSame(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** What there is to predict. Plain JSON. */
export interface TargetSummary {
  readonly kind: 'classes' | 'tasks' | 'values';
  readonly name?: string;
  /** Of classes: rows, and their share of all. */
  readonly classes?: readonly { readonly name: string; readonly rows: number; readonly share: number }[];
  /** Of tasks: rows where it is so, is not so, and where nobody knows. */
  readonly tasks?: readonly {
    readonly name: string;
    readonly yes: number;
    readonly no: number;
    readonly missing: number;
  }[];
  readonly min?: number;
  readonly mean?: number;
  readonly max?: number;
}

/** What the targets of a dataset are. */
export function summariseTargets(targets: Targets): TargetSummary {
  const { kind, values, names } = targets;
  switch (kind) {
    case 'classes': {
      const rows = new Array<number>(targets.classes).fill(0);
      for (const id of values) rows[id]!++;
      return {
        kind,
        classes: rows.map((n, id) => ({ name: names?.[id] ?? String(id), rows: n, share: n / values.length })),
      };
    }
    case 'tasks':
      return { kind, tasks: Array.from({ length: targets.tasks }, (_, task) => taskSummary(targets, task)) };
    case 'values':
      return { kind, ...(names?.length === 1 ? { name: names[0]! } : {}), ...rangeOf(values) };
  }
}

function taskSummary({ values, tasks, names }: Extract<Targets, { kind: 'tasks' }>, task: number) {
  const counts = { yes: 0, no: 0, missing: 0 };
  for (let at = task; at < values.length; at += tasks) {
    counts[values[at] === 1 ? 'yes' : values[at] === 0 ? 'no' : 'missing']++;
  }
  return { name: names?.[task] ?? `task${task}`, ...counts };
}

function rangeOf(values: ArrayLike<number>): { min: number; mean: number; max: number } {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    min = Math.min(min, values[i]!);
    max = Math.max(max, values[i]!);
  }
  return { min, mean: meanOf(values), max };
}
