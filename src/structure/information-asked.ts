import type { Completed, WebAbortSignal } from '../check/option.js';
import { checkedData, type Observations } from '../data/checked.js';
import type { Table } from '../data/tables/table.js';
import { type ClassTargets, checkTargets, requireTargets } from '../data/targets.js';
import { requireMemory } from '../runtime/budget.js';
import { type Engine, engineOf } from '../runtime/engine.js';
import { Pace } from '../runtime/pace.js';
import { inTurns, STEP, type Steps } from '../runtime/steps.js';
import type { Counts } from './counts/counts.js';
import { isCounts } from './counts/is-counts.js';
import {
  bindTable,
  countIndices,
  type InformationRows,
  PairInformation,
  pairBytes,
  variableBytes,
} from './pair-information.js';
import { variablesOf } from './table-variables.js';
import { requireVertex } from './tree.js';
import { type DISCRETISE, discretiseInTurns, requireRoom, type Variables } from './variables.js';

/** One pair of variables a < b and its mutual information in nats. */
export interface InformationPair {
  a: number;
  b: number;
  information: number;
}

/** Options as they are completed, and as they were given. */
export interface Asked {
  readonly options: Completed<typeof DISCRETISE> & {
    readonly engine?: Engine | undefined;
    readonly signal?: WebAbortSignal | undefined;
  };
  readonly given: object;
}

/** See information.ts. */
export async function topPairs(
  data: Observations | Table | Counts,
  k: number,
  { options, given }: Asked,
): Promise<InformationPair[]> {
  const pace = new Pace(options.signal);
  const engine = await engineOf(options);
  const pairs = await pairsOf(engine, data, options, given, pace, true);
  const inOrder = (x: InformationPair, y: InformationPair) => y.information - x.information || x.a - y.a || x.b - y.b;
  let top: InformationPair[] = [];
  let bar = -1;
  try {
    for (let a = 0; a < pairs.variables; a++) {
      await pairs.rowInTurns(a, pace);
      const row = engine.f64(pairs.information, pairs.variables);
      for (let b = a + 1; b < pairs.variables; b++) if (row[b]! > bar) top.push({ a, b, information: row[b]! });
      if (top.length > 4 * k + 1000 || a === pairs.variables - 1) {
        top = top.sort(inOrder).slice(0, k);
        if (top.length === k) bar = top[k - 1]!.information;
      }
      if (pace.due) await pace.turn();
    }
    await pace.end();
  } finally {
    pairs.dispose();
  }
  return top;
}

async function pairsOf(
  engine: Engine,
  data: Observations | Table | Counts,
  options: Asked['options'],
  given: object,
  pace: Pace,
  all = false,
): Promise<InformationRows> {
  if (isCounts(data)) {
    const [{ countedInformation }, { requireCutAlready }] = await Promise.all([
      import('./counts/counted-information.js'),
      import('./counts/counted-tree.js'),
    ]);
    requireCutAlready(data, given);
    return countedInformation(engine, data, pace);
  }
  const { variables } = await variablesOf(engine, data, options, pace);
  requireRoom(engine, variables.variables, pairBytes(variables, 0, all));
  return PairInformation.inTurns(engine, variables, pace, all);
}

export async function mutualInformation(
  data: Observations | Table | Counts,
  a: number,
  b: number,
  { options, given }: Asked,
): Promise<number> {
  const pace = new Pace(options.signal);
  const engine = await engineOf(options);
  await pace.end();
  const pairs = await pairsOf(engine, data, options, given, pace);
  try {
    requireVertex(a, pairs.variables, 'a');
    requireVertex(b, pairs.variables, 'b');
    await pairs.rowInTurns(a, pace);
    return engine.f64(pairs.information, pairs.variables)[b]!;
  } finally {
    pairs.dispose();
  }
}

export async function targetInformation(data: Observations | Counts, { options, given }: Asked): Promise<Float64Array> {
  const pace = new Pace(options.signal);
  if (isCounts(data))
    return (await import('./counts/counted-target.js')).targetInformationOfCounts(data, options, given, pace);
  const engine = await engineOf(options);
  await pace.end();
  const dataset = checkedData(data);
  const classOf = requireTargets(dataset, 'classes', 'data');
  checkTargets(classOf, dataset.features.rows);
  // Others may write to them while this waits.
  const targets = { ...classOf, values: classOf.values.slice() };
  const variables = await discretiseInTurns(engine, dataset.features, options, pace);
  requireJoint(engine, variables, targets.classes);
  const { classes } = targets;
  const { start, counts } = await inTurns(jointWithClass(variables, targets), pace);
  const classCounts = countIndices(targets.values, classes);
  const scope = engine.scope();
  try {
    const { rows } = variables;
    const table = bindTable(engine, scope, rows);
    const at = scope.bytes(classes * mostStates(variables) * 4);
    const sum = (terms: Int32Array) => {
      engine.i32(at, terms.length).set(terms);
      return engine.kernels.sum_k_log_k(at, table, terms.length);
    };
    const classMargin = sum(classCounts);
    const margin = new Int32Array(mostStates(variables));
    const information = new Float64Array(variables.variables);
    for (let v = 0; v < information.length; v++) {
      const joint = counts.subarray(start[v]!, start[v + 1]!);
      const states = joint.length / classes;
      margin.fill(0);
      for (let i = 0; i < joint.length; i++) margin[Math.floor(i / classes)]! += joint[i]!;
      const featureMargin = sum(margin.subarray(0, states));
      engine.i32(at, joint.length).set(joint);
      information[v] = engine.kernels.information_joint(at, table, featureMargin, classMargin, states, classes, rows);
      if (pace.due) await pace.turn();
    }
    return information;
  } finally {
    scope.dispose();
  }
}

function requireJoint(engine: Engine, data: Variables, classes: number): void {
  const { rows, variables } = data;
  const states = data.kind === 'states' ? data.counts.reduce((sum, count) => sum + count, 0) : 2 * variables;
  const own = variableBytes(data);
  const joint = 8 * rows + 16 * variables + 4 * classes * (states + 1 + mostStates(data));
  // Rows were held twice when they were made.
  const bytes = own + (data.kind === 'rows' ? Math.max(own + 8 * variables, joint) : joint);
  const what = `counting ${states} states of ${variables} columns by ${classes} classes`;
  requireMemory(engine, bytes, 'data', what, 'fewer columns or classes');
}

function mostStates(data: Variables): number {
  return data.kind === 'states' ? data.counts.reduce((a, b) => Math.max(a, b), 1) : 2;
}

/** Sparse ones, which are gone through between two stops. */
const ROWS_AT_A_TIME = 2 ** 12;

/** For each variable v its joint counts with the class, [states][classes], from start[v] on. */
function* jointWithClass(
  data: Variables,
  { values, classes }: ClassTargets,
): Steps<{ start: Float64Array; counts: Int32Array }> {
  const { rows, variables } = data;
  const start = new Float64Array(variables + 1);
  for (let v = 0; v < variables; v++)
    start[v + 1] = start[v]! + (data.kind === 'states' ? data.counts[v]! : 2) * classes;
  const counts = new Int32Array(start[variables]!);
  if (data.kind === 'rows') {
    const margin = countIndices(values, classes);
    for (let v = 0; v < variables; v++) counts.set(margin, start[v]!);
    for (let r = 0; r < rows; r++) {
      for (let e = data.start[r]!; e < data.start[r + 1]!; e++) {
        const at = start[data.index[e]!]! + values[r]!;
        counts[at]!--;
        counts[at + classes]!++;
      }
      if ((r + 1) % ROWS_AT_A_TIME === 0) yield;
    }
    return { start, counts };
  }
  for (let v = 0; v < variables; v++) {
    for (let r = 0; r < rows; r++) {
      const state =
        data.kind === 'states'
          ? data.states[v * rows + r]!
          : (data.bits[v * data.words * 8 + (r >> 3)]! >> (r & 7)) & 1;
      counts[start[v]! + state * classes + values[r]!]!++;
      if ((r + 1) % STEP === 0) yield;
    }
    yield;
  }
  return { start, counts };
}
