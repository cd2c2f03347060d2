import type { Address } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';

/** Who knows the information of a variable with all others, a row at a time. */
export interface PairSource {
  readonly variables: number;
  /** f64[variables]: what `row` wrote last. */
  readonly information: Address;
  row(v: number): void;
}

/** The growing end of Prim's maximum spanning tree over any variables, with fixed weights for some pairs: a whole row of information a step. */
export class RowFrontier {
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

  /** The best edge that a vertex outside the tree has into it; from is -1 where there is none. */
  edge(v: number): { from: number; information: number } {
    const d = this.pairs.variables;
    return { from: this.engine.i32(this.parent, d)[v]!, information: this.engine.f64(this.key, d)[v]! };
  }

  /** v joins; returns the next vertex to join, -1 when none is left. */
  join(v: number): number {
    this.pairs.row(v);
    return this.joinWithRow(v);
  }

  /** join, where `information` has v's row. */
  joinWithRow(v: number): number {
    const { engine, pairs } = this;
    for (const [u, weight] of this.overrides.get(v) ?? []) engine.f64(pairs.information, pairs.variables)[u] = weight;
    return engine.kernels.prim_step(this.key, this.parent, this.open, this.position, pairs.information, this.left--, v);
  }
}
