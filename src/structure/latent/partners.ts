import { type Address, plus } from '../../runtime/address.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import type { Fork } from '../../runtime/fork.js';
import type { Pace } from '../../runtime/pace.js';
import type { BinaryColumns, BinaryRows } from '../variables.js';
import { PairRows } from './pair-rows.js';

/** Rows of information in one fork. */
const ROWS = 192;
/** Multiply-adds that are worth an item. */
const ITEM = 1_000_000;
/** A row that is worth another thread, in multiply-adds, even if it is not taken in parts, and what a fork for it is to count for. */
const WORTH_ROW = 1_500_000;
const FORK = 2_000_000;

/** Which variables are in no island yet, and who is nearest to whom by mutual information. */
export class Partners {
  /** Variables in no island yet, rising. */
  free: Int32Array;
  protected readonly engine: Engine;
  readonly pairs: PairRows;
  /** f64[variables]: a row of information. */
  protected readonly information: Address;
  protected readonly scope: Scope;
  private readonly isFree: Uint8Array;
  /** `free` in the engine. */
  private readonly list: Address;
  /** Of each variable the strongest partner that was free when it was looked for, and their mutual information. */
  protected readonly partner: Address;
  protected readonly strength: Address;
  /** An island grows as Prim's maximum spanning tree does: the next to join shares most information with a member. See prim_near. */
  private readonly best: Address;
  private readonly keys: Address;
  private readonly parents: Address;
  private readonly outside: Address;
  private readonly slots: Address;
  private left = 0;
  /** The island that the tree is of, as long as nobody has joined its first two variables. */
  private begun: { readonly first: number; readonly second: number } | undefined;

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
      this.best = scope.bytes(16 * this.pairs.parts(d));
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

  /** Looks for the strongest free partner of v: with whom an island would go on that began with it. */
  protected find(v: number): void {
    const { engine, pairs } = this;
    const u = this.restart(v);
    engine.i32(this.partner, pairs.variables)[v] = u;
    engine.f64(this.strength, pairs.variables)[v] = u < 0 ? -1 : engine.f64(this.keys, pairs.variables)[u]!;
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
    const { begun } = this;
    const second = begun?.first === first ? begun.second : this.restart(first);
    this.begun = undefined;
    return { second, next: this.join(second) };
  }

  private restart(first: number): number {
    const { engine, keys, parents, outside, slots, list, free } = this;
    engine.kernels.prim_start(keys, parents, outside, slots, list, free.length);
    this.left = free.length;
    const second = this.join(first);
    this.begun = { first, second };
    return second;
  }

  /** Whether what joins is worth another thread, that there is. Threads that have just been at work are quick to begin: it is worth them sooner. */
  get shared(): boolean {
    const { variables, work } = this.pairs;
    return this.engine.threads > 1 && (this.pairs.parts(variables) > 1 || work >= WORTH_ROW);
  }

  /** A fork for what joins, and for other work beside it. */
  fork(): Fork {
    return this.engine.fork(this.shared ? FORK : 0, this.pairs.own);
  }

  /** v has joined the island; returns the next candidate, -1 when none is left. */
  join(v: number): number {
    const fork = this.fork();
    const next = this.startJoin(fork, v);
    fork.join();
    return next();
  }

  /** join, as items of a fork, whether v joins or not: if not, the island has ended. Returns what is to be asked for the next candidate, after the fork. */
  startJoin(fork: Fork, v: number): () => number {
    const { engine, pairs, best, keys, parents, outside: open, slots } = this;
    engine.kernels.prim_leave(open, slots, this.left--, v);
    const parts = pairs.parts(this.left);
    for (let i = 0; i < parts; i++) {
      const [from, to] = [Math.floor((i * this.left) / parts), Math.floor(((i + 1) * this.left) / parts)];
      pairs.near(fork.kernels, v, { best: plus(best, 16 * i), keys, parents, open }, from, to, fork.own);
      fork.next();
    }
    return () => engine.kernels.prim_nearest(best, parts);
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
    let from = 0;
    for (const v of [...variables].sort((a, b) => a - b)) {
      const at = placeOf(free, v);
      free.copyWithin(count, from, at);
      count += at - from;
      from = at + 1;
    }
    free.copyWithin(count, from);
    this.free = free.subarray(0, free.length - variables.length);
    this.engine.i32(this.list, this.free.length).set(this.free);
  }
}

/** Where v stands in a rising list. */
function placeOf(list: Int32Array, v: number): number {
  let [low, high] = [0, list.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]! < v) low = middle + 1;
    else high = middle;
  }
  return low;
}
