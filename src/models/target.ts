import { type Dataset, describeTargets, type Targets } from '../data/dataset.js';
import { areNumbers } from '../data/labels.js';
import type { Outline } from '../data/outline.js';
import type { ClassTargets, ValueTargets } from '../data/targets.js';
import { plural } from '../numeric/format.js';
import { columnMoments } from '../numeric/moments.js';
import { outputsOf } from '../training/losses.js';

/** What a net predicts, remembered so that other data can be checked against it. */
export interface TargetInfo {
  kind: Targets['kind'];
  outputs: number;
  names?: readonly string[];
  /** Values only: the mean of each output over the rows that the net was made for, in the user's unit. */
  mean?: readonly number[];
  /** Values only: the population standard deviation of each output over those rows, 1 of a constant one. The net learns (value - mean) / deviation. */
  deviation?: readonly number[];
}

export function requireSameTargets(data: Outline, target: TargetInfo, argument: string): void {
  const { targets } = data;
  if (targets?.kind !== target.kind) {
    throw new TypeError(`${argument}: expected ${target.kind} to predict, got ${describeTargets(targets)}`);
  }
  if (targets.kind === 'classes') {
    alignedClasses(targets, target, argument);
    return;
  }
  const outputs = outputsOf(targets);
  if (outputs !== target.outputs) {
    throw new RangeError(`${argument}: expected ${target.outputs} ${target.kind}, got ${outputs}`);
  }
  requireLabels(targets, argument);
  if (target.names && targets.names?.some((name, i) => name !== target.names![i])) {
    throw new RangeError(
      `${argument}: expected targets named ${target.names.join(', ')}, got ${targets.names.join(', ')}`,
    );
  }
}

/** Data that a net of this target is compared with, their classes numbered as the net's. Other data may have fewer classes, and names tell which. */
export function aligned(data: Dataset, target: TargetInfo, argument: string): Dataset {
  if (data.targets?.kind !== 'classes') return data;
  const targets = alignedClasses(data.targets, target, argument);
  return targets === data.targets ? data : data.withTargets(targets);
}

/** The net's number of each class; undefined where classes are numbered as the net's. */
export function placesOf(
  targets: ClassTargets,
  target: TargetInfo,
  argument: string,
): readonly (number | undefined)[] | undefined {
  const { classes } = targets;
  const ids = (count: number) => Array.from({ length: count }, (_, id) => String(id));
  // Ids without names stand for names that are numbers.
  const given = targets.names ?? (areNumbers(target.names) ? ids(classes) : undefined);
  const wanted = target.names ?? (areNumbers(targets.names) ? ids(target.outputs) : undefined);
  if (!given || !wanted) {
    // Files often hold fewer classes than training did; ids mean the same as long as none is new.
    if (classes > target.outputs)
      throw new RangeError(`${argument}: expected ${target.outputs} classes, got ${classes}`);
    return undefined;
  }
  if (given.every((name, id) => name === wanted[id])) return undefined;
  const places = new Map(wanted.map((name, id) => [name, id]));
  return given.map((name) => places.get(name));
}

function alignedClasses(targets: ClassTargets, target: TargetInfo, argument: string): ClassTargets {
  const { values } = targets;
  const placeOf = placesOf(targets, target, argument);
  if (!placeOf) return targets;
  const aligned = Int32Array.from(values, (id) => placeOf[id] ?? -1);
  const row = aligned.indexOf(-1);
  if (row >= 0) throw otherClass(targets, values[row]!, target, argument, ` in row ${row}`);
  return {
    kind: 'classes',
    values: aligned,
    classes: target.outputs,
    ...(target.names ? { names: target.names } : {}),
  };
}

/** For a class that the net does not know. */
export function otherClass(
  { names }: ClassTargets,
  id: number,
  target: TargetInfo,
  argument: string,
  where = '',
): RangeError {
  const wanted = target.names ?? Array.from({ length: target.outputs }, (_, i) => i);
  return new RangeError(`${argument}: expected classes named ${wanted.join(', ')}, got ${names?.[id] ?? id}${where}`);
}

/** Without a label there is no loss, and nothing to learn or to compare with. */
function requireLabels(targets: Targets, argument: string): void {
  if (targets.kind === 'tasks' && !targets.values.some((label) => label >= 0))
    throw new RangeError(`${argument}: expected a label of at least one task, got rows that have none`);
}

/** Checks the targets to learn from and says what they are. */
export function describeTarget(train: Dataset): TargetInfo {
  const { targets } = train;
  if (!targets) throw new TypeError('train: expected a dataset with targets, got one with no targets');
  requireLabels(targets, 'train');
  if (targets.kind === 'classes') {
    const present = new Set(targets.values);
    if (present.size < 2)
      throw new RangeError(`train: expected rows of at least 2 classes, got only class ${[...present][0]}`);
  }
  return {
    kind: targets.kind,
    outputs: outputsOf(targets),
    ...(targets.names ? { names: [...targets.names] } : {}),
    ...(targets.kind === 'values' ? scaleOf(targets, train.rows) : {}),
  };
}

function scaleOf({ values, outputs }: ValueTargets, rows: number): Required<Pick<TargetInfo, 'mean' | 'deviation'>> {
  const { mean, deviation } = columnMoments(values, rows, outputs);
  const o = deviation.findIndex((d, i) => !Number.isFinite(d) || !Number.isFinite(mean[i]));
  if (o >= 0)
    throw new RangeError(`train: expected values whose differences are 64-bit floats, got larger ones for output ${o}`);
  return { mean: [...mean], deviation: [...deviation] };
}

/** Whether a file's target has the scale that its kind asks for. */
export function hasScale({ kind, outputs, mean, deviation }: TargetInfo): boolean {
  if (kind !== 'values') return mean === undefined && deviation === undefined;
  return (
    [mean, deviation].every((list) => Array.isArray(list) && list.length === outputs && list.every(Number.isFinite)) &&
    deviation!.every((d) => d > 0)
  );
}

/** "3 classes: a, b, c" */
export function predicted({ kind, outputs, names }: TargetInfo): string {
  const many = {
    classes: plural(outputs, 'class', 'classes'),
    tasks: plural(outputs, 'task'),
    values: plural(outputs, 'value'),
  };
  return `${many[kind]}${names ? `: ${names.join(', ')}` : ''}`;
}
