import { complete } from '../check/complete.js';
import { type Completed, type Options, type OptionsOf, SIGNAL } from '../check/option.js';
import { requireInteger } from '../check/require.js';
import { checkedData, type Observations } from '../data/checked.js';
import type { Table } from '../data/tables/table.js';
import { type ClassTargets, checkTargets, requireTargets } from '../data/targets.js';
import { log } from '../numeric/log.js';
import { requireMemory } from '../runtime/budget.js';
import { ENGINE, type Engine, engineOf } from '../runtime/engine.js';
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
import { DISCRETISE, discretiseInTurns, requireRoom, type Variables } from './variables.js';

/** I of two binary variables in nats, at least 0, from the weights of (1, 1), (1, 0), (0, 1), (0, 0). Either order of the variables gives the same bits. */
export function informationOfCells(n11: number, n10: number, n01: number, n00: number): number {
  const [a1, b1, a0, b0] = [n11 + n10, n11 + n01, n01 + n00, n10 + n00];
  const n = n11 + n00 + (n10 + n01);
  const term = (cell: number, a: number, b: number) => (cell > 0 ? (cell / n) * log((cell * n) / (a * b)) : 0);
  return Math.max(0, term(n11, a1, b1) + term(n00, a0, b0) + (term(n10, a1, b0) + term(n01, a0, b1)));
}

/** Options of topPairs, mutualInformation and targetInformation. */
export const INFORMATION = { ...DISCRETISE, engine: ENGINE, signal: SIGNAL } as const satisfies Options;

export type InformationOptions = OptionsOf<typeof INFORMATION>;

/** One pair of variables a < b and its mutual information in nats. */
export interface InformationPair {
  a: number;
  b: number;
  information: number;
}

/**
 * The k pairs of features, or of columns of a Table or of Counts, with the highest mutual information (nats), highest first, ties by (a, b). Time O(d² + Σ over rows of nnz²) for sparse rows.
 * RangeError for k below 1.
 */
export async function topPairs(
  data: Observations | Table | Counts,
  k: number,
  given: InformationOptions = {},
): Promise<InformationPair[]> {
  requireInteger(k, 1, 'k');
  const options = complete(INFORMATION, given, 'topPairs');
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
  options: Completed<typeof INFORMATION>,
  given: InformationOptions,
  pace: Pace,
  all = false,
): Promise<InformationRows> {
  if (isCounts(data)) {
    const [{ countedInformation }, { requireCutAlready }] = await Promise.all([
      import('./counts/counted-information.js'),
      import('./counts/tree.js'),
    ]);
    requireCutAlready(data, given);
    return countedInformation(engine, data, pace);
  }
  const { variables } = await variablesOf(engine, data, options, pace);
  requireRoom(engine, variables.variables, pairBytes(variables, 0, all));
  return PairInformation.inTurns(engine, variables, pace, all);
}

/** Mutual information of two features, or columns of a Table or of Counts, nats. */
export async function mutualInformation(
  data: Observations | Table | Counts,
  a: number,
  b: number,
  given: InformationOptions = {},
): Promise<number> {
  const options = complete(INFORMATION, given, 'mutualInformation');
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

/** Mutual information of every feature, of Counts too, with the class, nats, f64[columns]. TypeError when the data have no classes. */
export async function targetInformation(
  data: Observations | Counts,
  given: InformationOptions = {},
): Promise<Float64Array> {
  const options = complete(INFORMATION, given, 'targetInformation');
  const pace = new Pace(options.signal);
  if (isCounts(data)) return (await import('./counts/target.js')).targetInformationOfCounts(data, options, given, pace);
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
