import { type ClassTargets, requireTargets } from '../data/dataset.js';
import { log } from '../numeric/log.js';
import { type Address, plus } from '../runtime/address.js';
import { type Engine, engineOf, type Scope } from '../runtime/engine.js';
import { Pace } from '../runtime/pace.js';
import { requireVertex } from './tree.js';
import {
  type BinaryRows,
  checkedDataset,
  type DiscretiseOptions,
  discretise,
  type Observations,
  type Variables,
} from './variables.js';

/** The mutual information of one variable with every other, over and over: data copied to the engine once, one kernel call a row. */
export class PairInformation {
  readonly variables: number;
  /** f64[variables]: what `row` wrote last. */
  readonly information: Address;
  private readonly engine: Engine;
  private readonly scope: Scope;
  private readonly compute: (v: number) => void;

  constructor(engine: Engine, data: Variables) {
    this.engine = engine;
    this.scope = engine.scope();
    this.variables = data.variables;
    try {
      this.information = this.scope.bytes(data.variables * 8);
      this.compute = data.kind === 'states' ? this.prepareStates(data) : this.prepareBinary(data);
    } catch (error) {
      this.scope.dispose();
      throw error;
    }
  }

  /** Mutual information of v with every variable, nats, into `information`. The entry at v itself means nothing. */
  row(v: number): void {
    this.compute(v);
  }

  dispose(): void {
    this.scope.dispose();
  }

  private prepareBinary(data: Variables & { kind: 'rows' | 'bits' }): (v: number) => void {
    const { engine, scope, information } = this;
    const { kernels } = engine;
    const d = data.variables;
    const n = data.rows;
    const counts = scope.bytes(d * 4);
    const countPairs = data.kind === 'rows' ? this.rowCounter(data, counts) : this.bitCounter(data, counts);
    const ones = data.kind === 'rows' ? countIndices(data.index, d) : this.countBits(data, counts);
    const { table, margin, ones: onesAt } = bindMargins(engine, scope, ones, n);
    const levels = Int32Array.from(new Set(ones)).sort();
    const levelsAt = scope.copy(levels);
    const zero = scope.bytes((n + 1) * 8);
    return (v) => {
      countPairs(v);
      kernels.information_binary(information, counts, onesAt, margin, table, zero, levelsAt, levels.length, v, n, 0, d);
    };
  }

  private rowCounter(data: BinaryRows, counts: Address): (v: number) => void {
    const { kernels } = this.engine;
    const { start, index, columnStart, columnRow } = bindRows(this.engine, this.scope, data);
    return (v) => kernels.pair_counts_rows(counts, start, index, columnStart, columnRow, v, data.variables);
  }

  private bitCounter(data: Variables & { kind: 'bits' }, counts: Address): (v: number) => void {
    const bits = this.scope.copy(data.bits);
    return (v) => this.engine.kernels.pair_counts_bits(counts, bits, v, data.words, 0, data.variables);
  }

  private countBits(data: Variables & { kind: 'bits' }, counts: Address): Int32Array {
    const { engine } = this;
    const bytes = data.words * 8;
    const column = engine.arena.allocate(bytes);
    const ones = Int32Array.from({ length: data.variables }, (_, v) => {
      engine.u8(column, bytes).set(data.bits.subarray(v * bytes, (v + 1) * bytes));
      engine.kernels.pair_counts_bits(counts, column, 0, data.words, 0, 1);
      return engine.i32(counts, 1)[0]!;
    });
    engine.arena.release(column);
    return ones;
  }

  private prepareStates(data: Variables & { kind: 'states' }): (v: number) => void {
    const { engine, scope, information } = this;
    const { kernels } = engine;
    const { rows, counts: k } = data;
    const table = bindTable(engine, scope, rows);
    const states = scope.copy(data.states);
    const most = k.reduce((a, b) => Math.max(a, b), 1);
    const joint = scope.bytes(most * most * 4);
    const margins = Float64Array.from(k, (count, v) => {
      kernels.joint_counts(joint, plus(states, v * rows), plus(states, v * rows), count, count, rows);
      return kernels.sum_k_log_k(joint, table, count * count);
    });
    return (v) => {
      const out = engine.f64(information, data.variables);
      for (let u = 0; u < data.variables; u++) {
        kernels.joint_counts(joint, plus(states, v * rows), plus(states, u * rows), k[v]!, k[u]!, rows);
        out[u] = kernels.information_joint(joint, table, margins[v]!, margins[u]!, k[v]!, k[u]!, rows);
      }
    };
  }
}

/** T(k) = k ln k for k from 0 to `rows`, in the engine. */
function bindTable(engine: Engine, scope: Scope, rows: number): Address {
  const table = scope.bytes((rows + 1) * 8);
  engine.kernels.count_table(table, rows);
  return table;
}

/** What MI of binary variables needs of each alone: its ones and T(ones) + T(rows - ones), in the engine. */
export function bindMargins(engine: Engine, scope: Scope, ones: Int32Array, rows: number) {
  const table = bindTable(engine, scope, rows);
  const T = engine.f64(table, rows + 1);
  const margin = Float64Array.from(ones, (k) => T[k]! + T[rows - k]!);
  return { table, ones: scope.copy(ones), margin: scope.copy(margin) };
}

/** Binary rows in the engine, by row and by variable. */
export function bindRows(engine: Engine, scope: Scope, data: BinaryRows) {
  const start = scope.copy(data.start);
  const index = scope.copy(data.index);
  const columnStart = scope.bytes((data.variables + 1) * 4);
  const columnRow = scope.bytes(data.index.length * 4);
  const place = engine.arena.allocate(data.index.length * 4);
  engine.kernels.compress_columns(columnStart, columnRow, place, start, index, data.rows, data.variables);
  engine.arena.release(place);
  return { start, index, columnStart, columnRow };
}

export function countIndices(index: Int32Array, variables: number): Int32Array {
  const ones = new Int32Array(variables);
  for (const v of index) ones[v]!++;
  return ones;
}

/** I of two binary variables in nats, at least 0, from the weights of (1, 1), (1, 0), (0, 1), (0, 0). Either order of the variables gives the same bits. */
export function informationOfCells(n11: number, n10: number, n01: number, n00: number): number {
  const [a1, b1, a0, b0] = [n11 + n10, n11 + n01, n01 + n00, n10 + n00];
  const n = n11 + n00 + (n10 + n01);
  const term = (cell: number, a: number, b: number) => (cell > 0 ? (cell / n) * log((cell * n) / (a * b)) : 0);
  return Math.max(0, term(n11, a1, b1) + term(n00, a0, b0) + (term(n10, a1, b0) + term(n01, a0, b1)));
}

export interface InformationOptions extends DiscretiseOptions {
  engine?: Engine;
  signal?: AbortSignal;
}

/** One pair of variables a < b and its mutual information in nats. */
export interface InformationPair {
  a: number;
  b: number;
  information: number;
}

/**
 * The k pairs of features with the highest mutual information (nats), highest first, ties by (a, b). Time O(d² + Σ over rows of nnz²) for sparse rows.
 * RangeError for k below 1.
 */
export async function topPairs(
  data: Observations,
  k: number,
  options: InformationOptions = {},
): Promise<InformationPair[]> {
  const { features } = checkedDataset(data);
  if (typeof k !== 'number') throw new TypeError(`k: expected an integer, got ${typeof k}`);
  if (!Number.isInteger(k) || k < 1) throw new RangeError(`k: expected an integer from 1, got ${k}`);
  const engine = await engineOf(options);
  const pace = new Pace(options.signal);
  const pairs = new PairInformation(engine, discretise(features, options));
  const inOrder = (x: InformationPair, y: InformationPair) => y.information - x.information || x.a - y.a || x.b - y.b;
  let top: InformationPair[] = [];
  let bar = -1;
  try {
    for (let a = 0; a < pairs.variables; a++) {
      pairs.row(a);
      const row = engine.f64(pairs.information, pairs.variables);
      for (let b = a + 1; b < pairs.variables; b++) if (row[b]! > bar) top.push({ a, b, information: row[b]! });
      if (top.length > 4 * k + 1000 || a === pairs.variables - 1) {
        top = top.sort(inOrder).slice(0, k);
        if (top.length === k) bar = top[k - 1]!.information;
      }
      if (pace.due) await pace.turn();
    }
  } finally {
    pairs.dispose();
  }
  return top;
}

/** Mutual information of two features, nats. */
export async function mutualInformation(
  data: Observations,
  a: number,
  b: number,
  options: InformationOptions = {},
): Promise<number> {
  const { features } = checkedDataset(data);
  requireVertex(a, features.columns, 'a');
  requireVertex(b, features.columns, 'b');
  const engine = await engineOf(options);
  const pairs = new PairInformation(engine, discretise(features, options));
  try {
    pairs.row(a);
    return engine.f64(pairs.information, pairs.variables)[b]!;
  } finally {
    pairs.dispose();
  }
}

/** Mutual information of every feature with the class, nats, f64[columns]. TypeError when the data have no classes. */
export async function targetInformation(data: Observations, options: InformationOptions = {}): Promise<Float64Array> {
  const dataset = checkedDataset(data);
  const targets = requireTargets(dataset, 'classes', 'data');
  const engine = await engineOf(options);
  const variables = discretise(dataset.features, options);
  const scope = engine.scope();
  try {
    const { rows } = variables;
    const table = scope.bytes((rows + 1) * 8);
    engine.kernels.count_table(table, rows);
    const tables = jointWithClass(variables, targets);
    const width = tables.reduce((most, joint) => Math.max(most, joint.length), targets.classes);
    const at = scope.bytes(width * 4);
    const sum = (counts: Int32Array) => {
      engine.i32(at, counts.length).set(counts);
      return engine.kernels.sum_k_log_k(at, table, counts.length);
    };
    const classMargin = sum(countIndices(targets.values, targets.classes));
    return Float64Array.from(tables, (joint) => {
      const states = joint.length / targets.classes;
      const margin = Int32Array.from({ length: states }, (_, s) =>
        joint.subarray(s * targets.classes, (s + 1) * targets.classes).reduce((a, b) => a + b, 0),
      );
      const featureMargin = sum(margin);
      engine.i32(at, joint.length).set(joint);
      return engine.kernels.information_joint(at, table, featureMargin, classMargin, states, targets.classes, rows);
    });
  } finally {
    scope.dispose();
  }
}

/** For each variable its joint counts with the class, [states][classes]. */
function jointWithClass(data: Variables, { values, classes }: ClassTargets): Int32Array[] {
  const states = (v: number) => (data.kind === 'states' ? data.counts[v]! : 2);
  const joint = Array.from({ length: data.variables }, (_, v) => new Int32Array(states(v) * classes));
  if (data.kind === 'rows') {
    const margin = countIndices(values, classes);
    for (const table of joint) table.set(margin);
    for (let r = 0; r < data.rows; r++) {
      for (let e = data.start[r]!; e < data.start[r + 1]!; e++) {
        const table = joint[data.index[e]!]!;
        table[values[r]!]!--;
        table[classes + values[r]!]!++;
      }
    }
    return joint;
  }
  for (let v = 0; v < data.variables; v++) {
    for (let r = 0; r < data.rows; r++) {
      const state =
        data.kind === 'states'
          ? data.states[v * data.rows + r]!
          : (data.bits[v * data.words * 8 + (r >> 3)]! >> (r & 7)) & 1;
      joint[v]![state * classes + values[r]!]!++;
    }
  }
  return joint;
}
