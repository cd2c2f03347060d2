import { type Dataset, describeTargets, type Targets } from '../data/dataset.js';
import { plural } from '../numeric/format.js';
import { outputsOf } from '../training/losses.js';

/** What a net predicts, remembered so that other data can be checked against it. */
export interface TargetInfo {
  kind: Targets['kind'];
  outputs: number;
  names?: readonly string[];
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
  requireLabels(targets, argument);
  if (target.names && targets.names?.some((name, i) => name !== target.names![i])) {
    throw new RangeError(
      `${argument}: expected targets named ${target.names.join(', ')}, got ${targets.names.join(', ')}`,
    );
  }
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
  return { kind: targets.kind, outputs: outputsOf(targets), ...(targets.names ? { names: [...targets.names] } : {}) };
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
