import { type Address, NONE, plus } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import type { Fork, Own } from '../runtime/fork.js';
import type { Kernels } from '../runtime/kernels.js';
import type { Pace } from '../runtime/pace.js';
import { ownOf } from '../runtime/parts.js';
import { atOnce, inTurns, type Steps } from '../runtime/steps.js';
import { bindingRows, copying } from './bound-rows.js';
import type { PairSource } from './prim.js';
import type { BinaryColumns, BinaryRows, StateColumns, Variables } from './variables.js';

/** Bytes that variables take, what there is of each variable aside. */
export function variableBytes(data: Variables): number {
  if (data.kind === 'rows') return 4 * (data.rows + data.index.length);
  return (data.kind === 'bits' ? data.bits : data.states).length;
}

/**
 * Bytes that variables take, and PairInformation over them; `more` a variable beside it.
 * @param all the information of every variable is asked for
 */
export function pairBytes(data: Variables, more = 0, all = false): number {
  const { kind, rows: n, variables: d } = data;
  const own = variableBytes(data);
  const each = 28 * d + (kind === 'rows' ? 16 : 8) * n;
  // Rows are held by column too, and turning them takes more for a while.
  const most = kind === 'rows' ? Math.max(own + each, 2 * own + 16 * d) : each;
  return 2 * own + (12 + more) * d + most + (all && isSquare(data) ? 8 * d * d : 0);
}

/** All pairs of bit columns are counted at once, in blocks, where they are so many and so long that it pays; the counts take 256 MiB at most, and as much to be made. */
export function isSquare({ kind, rows, variables: d }: Pick<Variables, 'kind' | 'rows' | 'variables'>): boolean {
  return kind === 'bits' && d >= 96 && d <= 8192 && rows >= 512;
}

/** Variables of an item at least, and items at most. */
const LEAST_SHARE = 8;
const MOST_SHARES = 32;
/** Multiply-adds that take as long as to look up information, to count 64 rows of bits, and a row of states. */
const LOOK_UP = 150;
const WORD = 8;
const STATE_ROW = 25;
/** What takes longer lets other tasks have their turn. */
const LONG = 1e8;

/** Who knows the mutual information of one variable with every other, a row at a time. */
export interface InformationRows extends PairSource {
  rowInTurns(v: number, pace: Pace): Promise<void>;
  dispose(): void;
}

type Tell = (kernels: Kernels, own: Address, u0: number, u1: number) => void;

/** The mutual information of one variable with every other, over and over: data copied to the engine once, a call of kernels or few a row. */
export class PairInformation implements InformationRows {
  readonly variables: number;
  /** f64[variables]: what `row` wrote last. */
  readonly information: Address;
  /** i32[variables], of binary variables: in how many rows both are 1. */
  counts = NONE;
  private readonly engine: Engine;
  private readonly scope: Scope;
  /** Multiply-adds a row. */
  private work = 0;
  private compute: (v: number, others?: readonly number[]) => Fork = () => this.engine.fork(0);
  private bits = NONE;
  /** i32[variables][variables], where all pairs are counted. */
  square = NONE;

  /** @param later for inTurns alone: it is not prepared yet */
  constructor(engine: Engine, data: Variables, later = false) {
    this.engine = engine;
    this.scope = engine.scope();
    this.variables = data.variables;
    this.information = this.scope.bytes(data.variables * 8);
    if (later) return;
    try {
      atOnce(this.prepare(data));
    } catch (error) {
      this.scope.dispose();
      throw error;
    }
  }

  /**
   * Makes one, and lets other tasks have their turn.
   * @param all the information of every variable will be asked for
   */
  static async inTurns(engine: Engine, data: Variables, pace: Pace, all = false): Promise<PairInformation> {
    const made = new PairInformation(engine, data, true);
    try {
      await inTurns(made.prepare(data), pace);
      if (all && isSquare(data)) {
        const { bitPairSquare } = await import('./bit-pairs.js');
        made.square = await bitPairSquare(
          engine,
          made.scope,
          made.bits,
          (data as BinaryColumns).words,
          data.variables,
          pace,
        );
      }
      return made;
    } catch (error) {
      made.dispose();
      throw error;
    }
  }

  /** Mutual information of v with every variable, nats, into `information`. The entry at v itself means nothing. */
  row(v: number): void {
    this.compute(v).join();
  }

  /**
   * row that lets other tasks have their turn.
   * @param others of columns: with these alone
   */
  async rowInTurns(v: number, pace: Pace, others?: readonly number[]): Promise<void> {
    const fork = this.compute(v, others);
    if (this.work > LONG) await fork.turns(pace);
    else fork.join();
  }

  dispose(): void {
    this.scope.dispose();
  }

  /** A fork that cuts the variables into ranges, or of some of them. */
  private ranges(own: Own, others: readonly number[] | undefined, tell: Tell): Fork {
    const d = this.variables;
    const fork = this.engine.fork(this.work, own);
    const width = others ? 1 : Math.max(LEAST_SHARE, Math.ceil(d / MOST_SHARES));
    for (let i = 0; i < (others?.length ?? d); i += width) {
      const u0 = others?.[i] ?? i;
      tell(fork.kernels, fork.own, u0, Math.min(d, u0 + width));
      fork.next();
    }
    return fork;
  }

  private *prepare(data: Variables): Steps<void> {
    if (data.kind === 'states') yield* this.prepareStates(data);
    else if (data.kind === 'rows') yield* this.prepareRows(data);
    else yield* this.prepareBits(data);
  }

  private *prepareRows(data: BinaryRows): Steps<void> {
    const { engine, scope, information } = this;
    const { variables: d, rows: n } = data;
    this.counts = scope.bytes(d * 4);
    const { counts } = this;
    const { start, index, columnStart, columnRow } = yield* bindingRows(engine, scope, data);
    const ends = engine.i32(columnStart, d + 1).slice();
    const ones = countIndices(data.index, d);
    const { table, margin, ones: onesAt } = bindMargins(engine, scope, ones, n);
    const levels = Int32Array.from(new Set(ones)).sort();
    const levelsAt = scope.copy(levels);
    const zero = scope.bytes((n + 1) * 8);
    this.compute = (v) => {
      const fork = engine.fork(0);
      const [c0, c1] = [ends[v]!, ends[v + 1]!];
      fork.kernels.pair_counts_rows(counts, start, index, columnRow, c0, c1, d);
      fork.kernels.information_binary(
        information,
        counts,
        onesAt,
        margin,
        table,
        zero,
        levelsAt,
        levels.length,
        v,
        n,
        0,
        d,
      );
      return fork;
    };
  }

  private *prepareBits(data: BinaryColumns): Steps<void> {
    const { engine, scope, information } = this;
    const { variables: d, rows: n, words } = data;
    this.work = d * (LOOK_UP + WORD * words);
    this.counts = scope.bytes(d * 4);
    const { counts } = this;
    this.bits = yield* copying(engine, scope, data.bits);
    const { bits } = this;
    const each = new Int32Array(d);
    for (let v = 0; v < d; v++) {
      // A column with itself.
      engine.kernels.pair_counts_bits(counts, bits, v, words, NONE, v, v + 1);
      each[v] = engine.i32(counts, d)[v]!;
      yield;
    }
    const { table, margin, ones } = bindMargins(engine, scope, each, n);
    const none = 0 as Address;
    const own = { at: none, bytes: 0 };
    this.compute = (v, others) => {
      const { square } = this;
      if (square) this.counts = plus(square, 4 * v * d);
      const { counts } = this;
      return this.ranges(own, others, (kernels, _, u0, u1) => {
        if (!square) kernels.pair_counts_bits(counts, bits, v, words, NONE, u0, u1);
        kernels.information_binary(information, counts, ones, margin, table, none, none, 0, v, n, u0, u1);
      });
    };
  }

  private *prepareStates(data: StateColumns): Steps<void> {
    const { engine, scope, information } = this;
    const { kernels } = engine;
    const { rows: n, variables: d, counts: k } = data;
    const most = k.reduce((a, b) => Math.max(a, b), 1);
    this.work = d * (LOOK_UP + STATE_ROW * n + LOOK_UP * most * most);
    const table = bindTable(engine, scope, n);
    const columns = yield* copying(engine, scope, data.states);
    const own = ownOf(engine, scope, 4 * most * most);
    const margins = new Float64Array(d);
    for (let v = 0; v < d; v++) {
      const column = plus(columns, v * n);
      kernels.joint_counts(own.at, column, column, k[v]!, k[v]!, n);
      margins[v] = kernels.sum_k_log_k(own.at, table, k[v]! ** 2);
      yield;
    }
    const [states, margin] = [scope.copy(k), scope.copy(margins)];
    this.compute = (v, others) =>
      this.ranges(own, others, (to, joint, u0, u1) =>
        to.information_states(information, joint, columns, states, margin, table, v, n, u0, u1),
      );
  }
}

/** Of the table: so many are an item, and one takes as long as so many multiply-adds. */
const TERMS = 2 ** 12;
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
