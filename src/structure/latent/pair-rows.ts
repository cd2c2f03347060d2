import { type Address, NONE, plus } from '../../runtime/address.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import type { Own } from '../../runtime/fork.js';
import type { Kernels } from '../../runtime/kernels.js';
import { ownOf } from '../../runtime/parts.js';
import { bindRows } from '../bound-rows.js';
import { bindMargins, countIndices } from '../pair-information.js';
import type { BinaryColumns, BinaryRows } from '../variables.js';

/** Of a variable's information with another, and of a part of a step, in multiply-adds. */
const LOOK = 100;
const PART = 250_000;

/** Of a tree that grows; see prim_near. */
export interface Tree {
  readonly best: Address;
  readonly keys: Address;
  readonly parents: Address;
  readonly open: Address;
}

/** Rows of the mutual information of binary variables, as calls that may be made in forks. */
export class PairRows {
  readonly variables: number;
  /** About as long as so many multiply-adds. */
  readonly work: number;
  /** What a thread needs to compute a row, and before that one row. */
  readonly own: Own;
  /** Parts of a step of a tree at most, and what an open variable is about, in multiply-adds. */
  private readonly most: number;
  private readonly each: number;
  private readonly compute: (kernels: Kernels, v: number, out: Address, own: Address) => void;
  private readonly nearest: (kernels: Kernels, v: number, tree: Tree, from: number, to: number, own: Address) => void;

  constructor(engine: Engine, scope: Scope, data: BinaryRows | BinaryColumns) {
    const { rows: n, variables: d } = data;
    this.variables = d;
    this.own = ownOf(engine, scope, 8 * d + 4 * (d + (d % 2)) + 8 * (n + 1));
    const { count, ones, work, each, most } =
      data.kind === 'rows' ? listCounter(engine, scope, data) : bitCounter(engine, scope, data);
    this.work = 60 * d + work;
    this.each = each;
    this.most = engine.threads > 1 ? most : 1;
    const { table, margin, ones: onesAt } = bindMargins(engine, scope, ones, n);
    const levels = Int32Array.from(new Set(ones)).sort();
    const levelsAt = scope.copy(levels);
    const { length } = levels;
    const room = (own: Address) => {
      const counts = plus(own, 8 * d);
      return { counts, zero: plus(counts, 4 * (d + (d % 2))) };
    };
    this.nearest = (kernels, v, { best, keys, parents, open }, from, to, own) => {
      const { counts, zero } = room(own);
      count(kernels, counts, v, open, from, to);
      kernels.prim_near(
        best,
        keys,
        parents,
        open,
        counts,
        onesAt,
        margin,
        table,
        zero,
        levelsAt,
        length,
        v,
        n,
        from,
        to,
      );
    };
    this.compute = (kernels, v, out, own) => {
      const { counts, zero } = room(own);
      count(kernels, counts, v, NONE, 0, d);
      kernels.information_binary(out, counts, onesAt, margin, table, zero, levelsAt, length, v, n, 0, d);
    };
  }

  /** out: f64[variables], mutual information of v with every variable, nats; the entry at v itself means nothing. own: that of the thread; `out` may be where it begins. */
  row(kernels: Kernels, v: number, out: Address, own: Address): void {
    this.compute(kernels, v, out, own);
  }

  /** In how many parts a step over so many open variables is to be taken. */
  parts(open: number): number {
    return Math.max(1, Math.min(this.most, Math.floor((open * this.each) / PART)));
  }

  /** prim_near of v and the open variables [from, to). own: that of the thread. */
  near(kernels: Kernels, v: number, tree: Tree, from: number, to: number, own: Address): void {
    this.nearest(kernels, v, tree, from, to, own);
  }
}

interface Counter {
  /** With the variables of list[from] to list[to], of [from, to) where there is no list. Others may be counted too. */
  count(kernels: Kernels, counts: Address, v: number, list: Address, from: number, to: number): void;
  readonly ones: Int32Array;
  readonly work: number;
  readonly each: number;
  readonly most: number;
}

function listCounter(engine: Engine, scope: Scope, data: BinaryRows): Counter {
  const { variables: d, rows, index } = data;
  const lists = bindRows(engine, scope, data);
  const { start, columnStart, columnRow } = lists;
  const ends = engine.i32(columnStart, d + 1).slice();
  return {
    count: (kernels, counts, v) =>
      kernels.pair_counts_rows(counts, start, lists.index, columnRow, ends[v]!, ends[v + 1]!, d),
    ones: countIndices(index, d),
    work: (20 * index.length * index.length) / (d * rows),
    each: LOOK,
    // Each counts all pairs: that is quick.
    most: 2,
  };
}

function bitCounter(engine: Engine, scope: Scope, data: BinaryColumns): Counter {
  const { variables: d, words } = data;
  const bits = scope.copy(data.bits);
  const counts = scope.bytes(4);
  const ones = Int32Array.from({ length: d }, (_, v) => {
    engine.kernels.pair_counts_bits(counts, plus(bits, v * words * 8), 0, words, NONE, 0, 1);
    return engine.i32(counts, 1)[0] ?? 0;
  });
  return {
    count: (kernels, at, v, list, from, to) => kernels.pair_counts_bits(at, bits, v, words, list, from, to),
    ones,
    work: 10 * d * words,
    each: LOOK + 10 * words,
    most: 4,
  };
}
