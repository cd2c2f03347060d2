import { type Address, plus } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import type { Own } from '../runtime/fork.js';
import type { Kernels } from '../runtime/kernels.js';
import type { Pace } from '../runtime/pace.js';
import { type BoundRows, bindRowsInTurns, columnParts } from './bound-rows.js';
import { bindMargins } from './pair-information.js';
import type { BinaryRows } from './variables.js';

/** Variables in the order in which they joined a tree; edge i, from i = 1 on, leads from parent[order[i]] to order[i]. */
export interface Joined {
  readonly order: Int32Array;
  readonly parent: Int32Array;
  readonly information: Float64Array;
}

/** Variables listed one after another, and how long that takes, ns. */
interface Item {
  size: number;
  cost: number;
}

/** Of a list's cell. */
const CELL = 16;
/** Lists are made for so many variables at a time at most, by so many items. */
const MOST_AHEAD = 64;
const ITEMS = 16;
/** How long lists are made for at a time, ns, about; more where one variable takes more than a quarter of it. */
const BATCH = 400_000;
/** What takes longer lets other tasks have their turn. */
const LONG_BATCH = 5_000_000;
/** ns, about: to count a pair that occurs together, to look at a level. Of a vector of multiply-adds one takes 1/20. */
const PAIR = 2.5;
const LEVEL = 5;
const PER_NS = 20;
/** Pairs of one variable from which on they are counted in parts of so many. */
const LONG = 2 ** 22;
const PART = 2 ** 20;
const MOST_PARTS = 64;

/** Pairs that occur together of a variable that is 1 in one row, on average. */
function meanPairs({ rows, start, index }: BinaryRows): number {
  let pairs = 0;
  for (let r = 0; r < rows; r++) pairs += (start[r + 1]! - start[r]!) ** 2;
  return index.length && pairs / index.length;
}

/** Variables in slots sorted by their ones, and the runs of equal ones. */
function levelsOf(ones: Int32Array) {
  const d = ones.length;
  // One number each: sorting those takes no function.
  const vertices = Int32Array.from(Float64Array.from(ones, (k, v) => k * d + v).sort(), (x) => x % d);
  const slots = new Int32Array(d);
  const [start, levelOnes]: [number[], number[]] = [[], []];
  vertices.forEach((v, slot) => {
    slots[v] = slot;
    if (slot > 0 && ones[v] === ones[vertices[slot - 1]!]) return;
    start.push(slot);
    levelOnes.push(ones[v]!);
  });
  return { vertices, slots, levelStart: Int32Array.from([...start, d]), levelOnes: Int32Array.from(levelOnes) };
}

/** Cells of a list at most, of each item's lists, and of those that wait. */
function cellsOf(d: number, levels: number, entries: number) {
  return { most: d + levels + 1, region: 256 + Math.ceil(d / 8), waiting: 4096 + d + Math.min(16 * d, 2 * entries) };
}

/** Parts in which the pairs of the longest column are counted; 0 where it is not long. */
function partsOf(pairs: number): number {
  return pairs > LONG ? Math.min(MOST_PARTS, Math.ceil(pairs / PART)) : 0;
}

/** The first slots of blocks of 16, of blocks of 16 such blocks, and so on. */
function firstSlots(d: number): Int32Array {
  const out: number[] = [];
  let size = d;
  for (let block = 16; ; block *= 16) {
    size = Math.ceil(size / 16);
    for (let i = 0; i < size; i++) out.push(i * block);
    if (size === 1) return Int32Array.from(out);
  }
}

/** Bytes of the engine's memory that growing a tree takes at most, the rows aside that it turns into columns. */
export function sparsePrimBytes(engine: Engine, data: BinaryRows): number {
  const { rows, variables: d, index } = data;
  const levels = Math.min(d, Math.ceil(Math.sqrt(2 * index.length)) + 1);
  const { most, region, waiting } = cellsOf(d, levels, index.length);
  const parts = Math.max(columnParts(index.length, d), partsOf(rows * meanPairs(data)));
  return (
    8 * rows + 4 * parts * d + (60 + 8 * engine.threads) * d + 24 * levels + CELL * (most + ITEMS * region + waiting)
  );
}

/** Prim's tree over sparse binary rows: most pairs never occur together and are not looked at. See prim_list. */
export class SparsePrim {
  private readonly d: number;
  private readonly levels: number;
  private readonly slots: Int32Array;
  private readonly ones: Int32Array;
  private readonly columnStart: Int32Array;
  private readonly mean: number;
  private readonly cells: ReturnType<typeof cellsOf>;
  private readonly own: Own;
  private readonly key: Address;
  private readonly parent: Address;
  private readonly order: Address;
  private readonly weight: Address;
  private readonly place: Address;
  private readonly list: Address;
  private readonly regions: Address;
  private readonly pool: Address;
  private readonly counts: Address;
  private readonly advance: (joined: number) => number;
  private readonly promising: (joined: number, most: number) => number;
  /** Tells a fork, or the kernels, what is to be listed. */
  private readonly listing: (
    kernels: Kernels,
    out: Address,
    own: Address,
    list: Address,
    size: number,
    cells: number,
  ) => number;
  private readonly listCounted: (v: number, parts: number) => void;
  private readonly counting: (kernels: Kernels, out: Address, c0: number, c1: number) => void;

  /** Cells in use of those that wait; from how many on they are packed, and how many had joined when they were. */
  private used = 0;
  private packAt: number;
  private packed = 0;

  private constructor(
    private readonly engine: Engine,
    scope: Scope,
    data: BinaryRows,
    bound: BoundRows,
  ) {
    const { kernels } = engine;
    const { rows: n, variables: d } = data;
    this.d = d;
    this.columnStart = engine.i32(bound.columnStart, d + 1).slice();
    this.ones = Int32Array.from({ length: d }, (_, v) => this.columnStart[v + 1]! - this.columnStart[v]!);
    this.mean = meanPairs(data);
    const { vertices, slots, levelStart, levelOnes } = levelsOf(this.ones);
    const levels = levelOnes.length;
    this.slots = slots;
    this.levels = levels;
    this.cells = cellsOf(d, levels, data.index.length);
    this.packAt = this.cells.waiting / 2;
    const { table, ones, margin } = bindMargins(engine, scope, this.ones, n);
    const [vertex, slot, start, levelsAt] = [vertices, slots, levelStart, levelOnes].map((list) =>
      scope.copy(list),
    ) as [Address, Address, Address, Address];
    const key = scope.copy(new Float64Array(d).fill(-1));
    this.key = key;
    const parent = scope.copy(new Int32Array(d).fill(-1));
    this.parent = parent;
    const place = scope.copy(new Int32Array(d).fill(-1));
    this.place = place;
    const best = scope.copy(firstSlots(d));
    const levelMin = scope.copy(new Float64Array(levels).fill(-1));
    const levelParent = scope.bytes(levels * 4);
    const [order, weight] = [scope.bytes((d + 1) * 4), scope.bytes(d * 8)];
    const { most, region, waiting } = this.cells;
    const regions = scope.bytes(ITEMS * region * CELL);
    const pool = scope.bytes((waiting + most) * CELL);
    const list = scope.bytes(MOST_AHEAD * 4);
    const counts = scope.bytes(partsOf(this.ones.reduce((a, b) => Math.max(a, b), 0) * this.mean) * d * 4);
    const bytes = Math.ceil(d / 8) * 64;
    this.own = { at: scope.zeros((engine.threads * bytes) / 4), bytes };
    this.order = order;
    this.weight = weight;
    this.regions = regions;
    this.pool = pool;
    this.list = list;
    this.counts = counts;
    const offered = [key, parent, levelMin, levelParent, start, levelsAt, vertex, slot, ones, margin, table] as const;
    this.advance = (joined) =>
      kernels.prim_advance(
        order,
        weight,
        key,
        parent,
        best,
        levelMin,
        levelParent,
        place,
        vertex,
        slot,
        pool,
        joined,
        d,
      );
    this.promising = (joined, size) =>
      kernels.prim_promising(list, order, key, place, vertex, best, slot, size, joined, d);
    this.listing = (to, out, own, from, size, cells) =>
      to.prim_list(
        out,
        own,
        from,
        size,
        cells,
        ...offered,
        bound.start,
        bound.index,
        bound.columnStart,
        bound.columnRow,
        n,
        levels,
      );
    this.listCounted = (v, parts) =>
      kernels.prim_list_counted(plus(pool, waiting * CELL), this.own.at, counts, parts, v, ...offered, n, levels);
    this.counting = (to, out, c0, c1) => to.pair_counts_rows(out, bound.start, bound.index, bound.columnRow, c0, c1, d);
  }

  static async over(engine: Engine, scope: Scope, data: BinaryRows, pace: Pace): Promise<SparsePrim> {
    return new SparsePrim(engine, scope, data, await bindRowsInTurns(engine, scope, data, pace));
  }

  /** @param hear is told now and then how many variables have joined */
  async grow(root: number, pace: Pace, hear: (joined: number) => void): Promise<Joined> {
    const { engine, d } = this;
    engine.i32(this.order, 1)[0] = root;
    for (let joined = this.advance(0); joined < d; joined = this.advance(joined)) {
      if (pace.due) {
        hear(joined);
        await pace.turn();
      }
      const next = engine.i32(this.order, d)[joined]!;
      const long = this.pairs(next) > LONG;
      const items = long ? [] : this.itemsOf(joined);
      const cost = long ? Number.POSITIVE_INFINITY : items.reduce((sum, item) => sum + item.cost, 0);
      if (cost > LONG_BATCH) hear(joined);
      if (long) await this.listLong(next, pace);
      else await this.makeLists(items, cost, pace);
      engine.i32(this.place, d)[next] = this.cells.waiting;
    }
    return {
      order: engine.i32(this.order, d).slice(),
      parent: this.slots.map((slot) => engine.i32(this.parent, d)[slot]!),
      information: engine.f64(this.weight, d).slice(),
    };
  }

  private pairs(v: number): number {
    return this.ones[v]! * this.mean;
  }

  /** What fits of the items' lists waits in the pool; behind its end stands the first item's, which is the next variable's. */
  private async makeLists(items: readonly Item[], cost: number, pace: Pace): Promise<void> {
    const { engine, cells, pool } = this;
    const fork = engine.fork(cost * PER_NS, this.own);
    let from = this.list;
    const region = (item: number) => plus(this.regions, CELL * item * cells.region);
    items.forEach(({ size }, i) => {
      const [out, room] = i ? [region(i), cells.region] : [plus(pool, cells.waiting * CELL), cells.most];
      fork.keep(this.listing(fork.kernels, out, fork.own, from, size, room));
      fork.next();
      from = plus(from, 4 * size);
    });
    if (cost > LONG_BATCH) await fork.turns(pace);
    else fork.join();
    for (let i = 1; i < items.length; i++)
      this.used = engine.kernels.prim_keep(pool, this.place, region(i), fork.kept(i), this.used, cells.waiting);
  }

  /** How many variables to make lists for, the next one counted. */
  private aheadOf(joined: number): number {
    const { waiting } = this.cells;
    const isFull = () => waiting - this.used < waiting / 16;
    if (this.used > this.packAt || (isFull() && joined >= this.packed + MOST_AHEAD)) {
      this.used = this.engine.kernels.prim_pack(this.pool, this.place, this.key, this.used);
      this.packAt = (this.used + waiting) / 2;
      this.packed = joined;
    }
    // At first keys are low, and lists long.
    return isFull() ? 1 : Math.min(MOST_AHEAD, 1 + (joined >> 5));
  }

  /** Which variables are listed now: the next one, and what may join soon, in items of about the same cost, the long ones first. */
  private itemsOf(joined: number): Item[] {
    const found = this.promising(joined, this.aheadOf(joined));
    const list = this.engine.i32(this.list, found);
    const [next, ...others] = list;
    const costs = new Map<number, number>();
    let [sum, most] = [0, 0];
    for (const v of [next!, ...others]) {
      if (v !== next && this.pairs(v) > LONG) continue;
      const cost = PAIR * this.pairs(v) + LEVEL * this.levels + 100;
      costs.set(v, cost);
      sum += cost;
      most = Math.max(most, cost);
      if (sum > BATCH && sum > 4 * most) break;
    }
    const ahead = [...costs].slice(1).sort((a, b) => b[1] - a[1]);
    list.set([next!, ...ahead.map(([v]) => v)]);
    const items: Item[] = [{ size: 1, cost: costs.get(next!)! }];
    const target = sum / ITEMS;
    let item: Item | undefined;
    for (const [, cost] of ahead) {
      if (!item || (item.cost + cost > target && items.length < ITEMS)) {
        item = { size: 0, cost: 0 };
        items.push(item);
      }
      item.size++;
      item.cost += cost;
    }
    return items;
  }

  /** Lists v, of which even the pairs are counted in parts. */
  private async listLong(v: number, pace: Pace): Promise<void> {
    const { engine, columnStart, d } = this;
    const parts = partsOf(this.pairs(v));
    const fork = engine.fork(PER_NS * PAIR * this.pairs(v), this.own);
    const [first, ones] = [columnStart[v]!, this.ones[v]!];
    const cut = (part: number) => first + Math.floor((part / parts) * ones);
    for (let part = 0; part < parts; part++) {
      this.counting(fork.kernels, plus(this.counts, part * d * 4), cut(part), cut(part + 1));
      fork.next();
    }
    await fork.turns(pace);
    this.listCounted(v, parts);
  }
}
