import { type Dataset, describeTargets, type Targets } from '../data/dataset.js';
import type { ValueTargets } from '../data/targets.js';
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

export function requireSameTargets(data: Dataset, target: TargetInfo, argument: string): void {
  const { targets } = data;
  if (targets?.kind !== target.kind) {
    throw new TypeError(`${argument}: expected ${target.kind} to predict, got ${describeTargets(targets)}`);
  }
  const outputs = outputsOf(targets);
  // Files often hold fewer classes than training did; ids mean the same as long as none is new.
  if (target.kind === 'classes' ? outputs > target.outputs : outputs !== target.outputs) {
    throw new RangeError(`${argument}: expected ${target.outputs} ${target.kind}, got ${outputs}`);
  }
  if (target.names && targets.names?.some((name, i) => name !== target.names![i])) {
    throw new RangeError(
      `${argument}: expected targets named ${target.names.join(', ')}, got ${targets.names.join(', ')}`,
    );
  }
}

/** Checks the targets to learn from and says what they are. */
export function describeTarget(train: Dataset): TargetInfo {
  const { targets } = train;
  if (!targets) throw new TypeError('train: expected a dataset with targets, got one with no targets');
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
