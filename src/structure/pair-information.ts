import { type Address, plus } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import { bindRows } from './bound-rows.js';
import type { BinaryRows, Variables } from './variables.js';

/** Bytes that variables take, what there is of each variable aside. */
export function variableBytes(data: Variables): number {
  if (data.kind === 'rows') return 4 * (data.rows + data.index.length);
  return (data.kind === 'bits' ? data.bits : data.states).length;
}

/** Bytes that variables take, and PairInformation over them; `more` a variable beside it. */
export function pairBytes(data: Variables, more = 0): number {
  const { kind, rows: n, variables: d } = data;
  const own = variableBytes(data);
  const each = 28 * d + 16 * n;
  // Rows are held by column too, and turning them takes more for a while.
  const most = kind === 'rows' ? Math.max(own + each, 2 * own + 16 * d) : each;
  return 2 * own + (12 + more) * d + most;
}

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
    const d = data.variables;
    const ends = this.engine.i32(columnStart, d + 1).slice();
    return (v) => kernels.pair_counts_rows(counts, start, index, columnRow, ends[v]!, ends[v + 1]!, d);
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

/** Of the table: so many are an item, and one takes as long as so many multiply-adds. */
const TERMS = 2 ** 14;
const TERM = 300;

/** T(k) = k ln k for k from 0 to `rows`, in the engine. */
export function bindTable(engine: Engine, scope: Scope, rows: number): Address {
  const table = scope.bytes((rows + 1) * 8);
  const fork = engine.fork(TERM * rows);
  for (let k = 0; k <= rows; k += TERMS) {
    fork.kernels.count_table(table, k, Math.min(rows + 1, k + TERMS));
    fork.next();
  }
  fork.join();
  return table;
}

/** What MI of binary variables needs of each alone: its ones and T(ones) + T(rows - ones), in the engine. */
export function bindMargins(engine: Engine, scope: Scope, ones: Int32Array, rows: number) {
  const table = bindTable(engine, scope, rows);
  const T = engine.f64(table, rows + 1);
  const margin = new Float64Array(ones.length);
  for (let v = 0; v < margin.length; v++) margin[v] = T[ones[v]!]! + T[rows - ones[v]!]!;
  return { table, ones: scope.copy(ones), margin: scope.copy(margin) };
}

export function countIndices(index: Int32Array, variables: number): Int32Array {
  const ones = new Int32Array(variables);
  for (const v of index) ones[v]!++;
  return ones;
}
