import type { Address } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import { bindMargins, bindRows, countIndices } from './pair-information.js';
import type { BinaryRows } from './variables.js';

/** The growing end of Prim's maximum spanning tree. Of equal edges the smaller (min, max) pair wins in either form, so both give the same tree. */
export interface Frontier {
  /** The best edge that a vertex outside the tree has into it; from is -1 where there is none. */
  edge(v: number): { from: number; information: number };
  /** v joins; returns the next vertex to join, -1 when none is left. */
  join(v: number): number;
}

/** Who knows the information of a variable with all others, a row at a time. */
export interface PairSource {
  readonly variables: number;
  /** f64[variables]: what `row` wrote last. */
  readonly information: Address;
  row(v: number): void;
}

/** Any variables, with fixed weights for some pairs: a whole row of information a step. */
export class RowFrontier implements Frontier {
  private readonly key: Address;
  private readonly parent: Address;
  private readonly open: Address;
  private readonly position: Address;
  private left = 0;

  constructor(
    private readonly engine: Engine,
    scope: Scope,
    private readonly pairs: PairSource,
    private readonly overrides: ReadonlyMap<number, ReadonlyMap<number, number>> = new Map(),
  ) {
    const d = pairs.variables;
    this.key = scope.bytes(d * 8);
    this.parent = scope.bytes(d * 4);
    this.open = scope.bytes(d * 4);
    this.position = scope.bytes(d * 4);
    this.restart(Int32Array.from({ length: d }, (_, v) => v));
  }

  /** Begins another tree, over these variables alone. */
  restart(variables: Int32Array): void {
    const { engine, pairs } = this;
    const d = pairs.variables;
    engine.f64(this.key, d).fill(-1);
    engine.i32(this.parent, d).fill(-1);
    engine.i32(this.open, d).set(variables);
    const position = engine.i32(this.position, d);
    variables.forEach((v, i) => {
      position[v] = i;
    });
    this.left = variables.length;
  }

  edge(v: number) {
    const d = this.pairs.variables;
    return { from: this.engine.i32(this.parent, d)[v]!, information: this.engine.f64(this.key, d)[v]! };
  }

  join(v: number): number {
    const { engine, pairs } = this;
    pairs.row(v);
    for (const [u, weight] of this.overrides.get(v) ?? []) engine.f64(pairs.information, pairs.variables)[u] = weight;
    return engine.kernels.prim_step(this.key, this.parent, this.open, this.position, pairs.information, this.left--, v);
  }
}

/** Sparse binary rows: most pairs never occur together and are not looked at. */
export class SparseFrontier implements Frontier {
  private readonly d: number;
  private readonly key: Address;
  private readonly parent: Address;
  private readonly slots: Int32Array;
  private readonly step: (v: number) => number;

  constructor(
    private readonly engine: Engine,
    scope: Scope,
    data: BinaryRows,
  ) {
    const d = data.variables;
    const ones = countIndices(data.index, d);
    const vertices = Int32Array.from({ length: d }, (_, v) => v).sort((a, b) => ones[a]! - ones[b]! || a - b);
    this.d = d;
    this.slots = new Int32Array(d);
    const levelStart: number[] = [];
    const levelOnes: number[] = [];
    vertices.forEach((v, slot) => {
      this.slots[v] = slot;
      if (slot > 0 && ones[v] === ones[vertices[slot - 1]!]) return;
      levelStart.push(slot);
      levelOnes.push(ones[v]!);
    });
    const levels = levelOnes.length;
    const rows = bindRows(engine, scope, data);
    const margins = bindMargins(engine, scope, ones, data.rows);
    this.key = scope.copy(new Float64Array(d).fill(-1));
    this.parent = scope.copy(new Int32Array(d).fill(-1));
    const firsts = (size: number) => scope.copy(Int32Array.from({ length: Math.ceil(d / size) }, (_, i) => size * i));
    const [blockBest, areaBest] = [firsts(64), firsts(64 * 64)];
    const levelMin = scope.copy(new Float64Array(levels).fill(-1));
    const levelParent = scope.bytes(levels * 4);
    const count = scope.zeros(d);
    const touched = scope.bytes(d * 4);
    const [vertex, slot] = [scope.copy(vertices), scope.copy(this.slots)];
    const [start, levelsAt] = [scope.copy(Int32Array.from([...levelStart, d])), scope.copy(Int32Array.from(levelOnes))];
    this.step = (v) =>
      engine.kernels.prim_join_rows(
        this.key,
        this.parent,
        blockBest,
        areaBest,
        levelMin,
        levelParent,
        count,
        touched,
        vertex,
        slot,
        start,
        levelsAt,
        margins.ones,
        margins.margin,
        margins.table,
        rows.start,
        rows.index,
        rows.columnStart,
        rows.columnRow,
        v,
        data.rows,
        d,
        levels,
      );
  }

  edge(v: number) {
    const slot = this.slots[v]!;
    return { from: this.engine.i32(this.parent, this.d)[slot]!, information: this.engine.f64(this.key, this.d)[slot]! };
  }

  join(v: number): number {
    return this.step(v);
  }
}
