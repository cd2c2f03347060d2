import type { Address } from '../../runtime/address.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import type { Fork } from '../../runtime/fork.js';
import type { Kernels } from '../../runtime/kernels.js';
import type { Pace } from '../../runtime/pace.js';
import type { BinaryColumns, BinaryRows } from '../variables.js';
import { PairRows } from './pair-rows.js';

/** Rows of information in one fork. */
const ROWS = 192;
/** Multiply-adds that are worth an item. */
const ITEM = 1_000_000;

/** Which variables are in no island yet, and who is nearest to whom by mutual information. */
export class Partners {
  /** Variables in no island yet, rising. */
  free: Int32Array;
  protected readonly engine: Engine;
  readonly pairs: PairRows;
  /** f64[variables]: a row of information. */
  protected readonly information: Address;
  private readonly second: Address;
  protected readonly scope: Scope;
  private readonly isFree: Uint8Array;
  /** `free` in the engine. */
  private readonly list: Address;
  /** Of each variable the strongest partner that was free when it was looked for, and their mutual information. */
  protected readonly partner: Address;
  protected readonly strength: Address;
  /** An island grows as Prim's maximum spanning tree does: the next to join shares most information with a member. See prim_step. */
  private readonly keys: Address;
  private readonly parents: Address;
  private readonly outside: Address;
  private readonly slots: Address;
  private left = 0;

  constructor(engine: Engine, data: BinaryRows | BinaryColumns) {
    const d = data.variables;
    this.engine = engine;
    this.free = Int32Array.from({ length: d }, (_, v) => v);
    this.isFree = new Uint8Array(d).fill(1);
    this.scope = engine.scope();
    const { scope } = this;
    try {
      this.pairs = new PairRows(engine, scope, data);
      this.information = scope.bytes(8 * d);
      this.second = scope.bytes(8 * d);
      this.list = scope.copy(this.free);
      this.partner = scope.bytes(4 * d);
      this.strength = scope.bytes(8 * d);
      this.keys = scope.bytes(8 * d);
      this.parents = scope.bytes(4 * d);
      this.outside = scope.bytes(4 * d);
      this.slots = scope.bytes(4 * d);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.scope.dispose();
  }

  /** Looks for the strongest free partner of every variable. */
  async findAll(pace: Pace, report: (done: number) => void): Promise<void> {
    const { engine, pairs } = this;
    const { variables: d, own, work } = pairs;
    const item = Math.max(1, Math.min(16, Math.ceil(ITEM / work)));
    for (let first = 0; first < d; first += ROWS) {
      const last = Math.min(d, first + ROWS);
      const fork = engine.fork((last - first) * work, own);
      for (let v = first; v < last; v++) {
        pairs.row(fork.kernels, v, fork.own, fork.own);
        fork.kernels.find_partner(this.partner, this.strength, fork.own, this.list, d, v);
        if ((v - first) % item === item - 1) fork.next();
      }
      await fork.turns(pace);
      report(last);
    }
  }

  /** Looks for the strongest free partner of v. */
  protected find(v: number): void {
    const { pairs, information } = this;
    const { kernels } = this.engine;
    pairs.row(kernels, v, information, pairs.own.at);
    kernels.find_partner(this.partner, this.strength, information, this.list, this.free.length, v);
  }

  /** The smaller variable of the strongest free pair, the first of equals. */
  strongest(): number {
    const { engine, pairs, isFree } = this;
    for (;;) {
      const best = engine.kernels.most_of(this.strength, this.list, this.free.length);
      // A partner that was taken leaves an upper bound; who has none is the last choice.
      if (isFree[engine.i32(this.partner, pairs.variables)[best]!] !== 0) return best;
      this.find(best);
    }
  }

  /** Begins an island of `free` with its first variable; returns its first two and the next candidate. */
  begin(first: number): { second: number; next: number } {
    const { engine, pairs } = this;
    this.restart();
    // The two rows are looked up together; the first one's partner is nearly always the next to join.
    const guess = engine.i32(this.partner, pairs.variables)[first]!;
    const fork = engine.fork(2 * pairs.work, pairs.own);
    pairs.row(fork.kernels, first, this.information, fork.own);
    fork.next();
    pairs.row(fork.kernels, guess, this.second, fork.own);
    fork.join();
    const second = this.step(engine.kernels, this.information, first);
    return { second, next: second === guess ? this.step(engine.kernels, this.second, second) : this.join(second) };
  }

  /** v has joined the island; returns the next candidate, -1 when none is left. */
  join(v: number): number {
    const { engine, pairs, information } = this;
    pairs.row(engine.kernels, v, information, pairs.own.at);
    return this.step(engine.kernels, information, v);
  }

  /** join, as an item of a fork, whether v joins or not: if not, the island has ended. Returns what is to be asked for the next candidate, after the fork. */
  startJoin(fork: Fork, v: number): () => number {
    const { pairs, information } = this;
    pairs.row(fork.kernels, v, information, fork.own);
    fork.keep(this.step(fork.kernels, information, v));
    const place = fork.keptCount - 1;
    return () => fork.kept(place);
  }

  /** The member that the candidate shares most information with. */
  joinedBy(candidate: number): number {
    return this.engine.i32(this.parents, this.pairs.variables)[candidate]!;
  }

  /** Variables have got their island. */
  take(variables: readonly number[]): void {
    const { isFree, free } = this;
    for (const v of variables) isFree[v] = 0;
    let count = 0;
    for (let i = 0; i < free.length; i++) if (isFree[free[i]!]) free[count++] = free[i]!;
    this.free = free.subarray(0, count);
    this.engine.i32(this.list, count).set(this.free);
  }

  private restart(): void {
    const { engine, free, pairs } = this;
    const d = pairs.variables;
    engine.f64(this.keys, d).fill(-1);
    engine.i32(this.parents, d).fill(-1);
    engine.i32(this.outside, d).set(free);
    const position = engine.i32(this.slots, d);
    for (let i = 0; i < free.length; i++) position[free[i]!] = i;
    this.left = free.length;
  }

  private step(kernels: Kernels, information: Address, v: number): number {
    return kernels.prim_step(this.keys, this.parents, this.outside, this.slots, information, this.left--, v);
  }
}
