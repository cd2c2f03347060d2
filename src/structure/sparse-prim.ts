import { type Address, plus } from '../runtime/address.js';
import type { Engine, Scope } from '../runtime/engine.js';
import type { Fork } from '../runtime/fork.js';
import type { Pace } from '../runtime/pace.js';
import { ownOf } from '../runtime/parts.js';
import { bindMargins } from './pair-information.js';
import { type PairLists, partOf } from './pair-lists.js';
import type { Edge } from './tree.js';

/** Lists that are made at a time: where each item's variables end, how many there are, and how long they take, ns. */
interface Batch {
  readonly ends: readonly number[];
  readonly size: number;
  readonly cost: number;
}

/** Of a list's cell. */
const CELL = 16;
/** Slots among which to look, at least, for variables that may join soon. */
const LEAST_WIDTH = 1024;
/** Lists are made for so many variables at a time at most, by so many items. */
const MOST_AHEAD = 256;
const ITEMS = 16;
/** How long lists are made for at a time, ns, about; more where one variable takes more than a quarter of it. */
const BATCH = 1_500_000;
/** What takes longer lets other tasks have their turn. */
const LONG_BATCH = 5_000_000;
/** ns, about: to count a pair that occurs together, to look at a level. Of a vector of multiply-adds one takes 1/20. */
const PAIR = 10;
const LEVEL = 1;
const PER_NS = 20;
/** Slots that are looked at beside lists that take a ns. */
const LOOKS = 1 / 4;
/** Pairs of one variable from which on they are counted in parts of so many. */
const LONG = 2 ** 22;
const PART = 2 ** 20;
const MOST_PARTS = 64;

/** Variables in slots sorted by their ones, and the runs of equal ones. */
function levelsOf(ones: Int32Array) {
  const d = ones.length;
  let most = 0;
  for (const k of ones) most = Math.max(most, k);
  const fill = new Int32Array(most + 2);
  for (const k of ones) fill[k + 1]!++;
  const [start, levelOnes]: [number[], number[]] = [[], []];
  for (let k = 0; k <= most; k++) {
    if (fill[k + 1]! > 0) {
      start.push(fill[k]!);
      levelOnes.push(k);
    }
    fill[k + 1]! += fill[k]!;
  }
  const [vertices, slots] = [new Int32Array(d), new Int32Array(d)];
  for (let v = 0; v < d; v++) {
    const slot = fill[ones[v]!]!++;
    vertices[slot] = v;
    slots[v] = slot;
  }
  return { vertices, slots, levelStart: Int32Array.from([...start, d]), levelOnes: Int32Array.from(levelOnes) };
}

/** Cells of a list at most, of each item's lists, and of those that wait. */
function cellsOf(d: number, levels: number, entries: number) {
  return { most: d + levels + 1, region: 256 + Math.ceil(d / 8), waiting: 4096 + d + Math.min(6 * d, 2 * entries) };
}

/** Parts in which the pairs of the longest column are counted; 0 where it is not long. */
function partsOf(pairs: number): number {
  return pairs > LONG ? Math.min(MOST_PARTS, Math.ceil(pairs / PART)) : 0;
}

/** The first slots of blocks of 4, of blocks of 4 such blocks, and so on. */
function firstSlots(d: number): Int32Array {
  const out = new Int32Array(d + 1);
  let end = 0;
  for (let block = 4, size = d; ; block *= 4) {
    size = Math.ceil(size / 4);
    for (let i = 0; i < size; i++) out[end++] = i * block;
    if (size === 1) return out.subarray(0, end);
  }
}

/**
 * Bytes that growing a tree over so many variables takes at most, what tells the pairs aside.
 * @param entries ones of all variables
 * @param longest pairs of one variable that are gone through, at most
 */
export function sparsePrimBytes(engine: Engine, rows: number, d: number, entries: number, longest: number): number {
  const levels = Math.min(d, Math.ceil(Math.sqrt(2 * entries)) + 1);
  const { most, region, waiting } = cellsOf(d, levels, entries);
  const lists = CELL * (most + ITEMS * region + waiting) + 4 * partsOf(longest) * d;
  return 8 * rows + (80 + 8 * engine.threads) * d + 16 * levels + lists;
}

/** What the kernels read and write, in the engine. */
function layOut(engine: Engine, scope: Scope, { rows: n, ones }: PairLists, entries: number, longest: number) {
  const d = ones.length;
  const { vertices, slots, levelStart, levelOnes } = levelsOf(ones);
  const levels = levelOnes.length;
  const cells = cellsOf(d, levels, entries);
  const own = ownOf(engine, scope, 8 * d);
  engine.u8(own.at, own.bytes * engine.threads).fill(0);
  const { table, margin, ones: onesAt } = bindMargins(engine, scope, ones, n);
  const [vertex, slot] = [scope.copy(vertices), scope.copy(slots)];
  const [start, levelsAt] = [scope.copy(levelStart), scope.copy(levelOnes)];
  const key = scope.copy(new Float64Array(d).fill(-1));
  const parent = scope.copy(new Int32Array(d).fill(-1));
  const [levelMin, levelParent] = [scope.copy(new Float64Array(levels).fill(-1)), scope.zeros(levels)];
  return {
    levels,
    cells,
    slots,
    vertex,
    slot,
    key,
    parent,
    levelMin,
    levelParent,
    known: [key, parent, levelMin, levelParent, start, levelsAt, vertex, slot, onesAt, margin, table] as const,
    place: scope.copy(new Int32Array(d).fill(-1)),
    best: scope.copy(firstSlots(d)),
    order: scope.bytes((d + 1) * 4),
    weight: scope.bytes(d * 8),
    list: scope.bytes(MOST_AHEAD * 4),
    promising: scope.bytes(MOST_AHEAD * 4),
    regions: scope.bytes(ITEMS * cells.region * CELL),
    pool: scope.bytes((cells.waiting + cells.most) * CELL),
    counts: scope.bytes(partsOf(longest) * d * 4),
    own,
  };
}

/** Prim's tree over sparse binary rows: most pairs never occur together and are not looked at. See prim_list. */
export class SparsePrim {
  private readonly d: number;
  private readonly at: ReturnType<typeof layOut>;
  /** Of each variable's list, ns. */
  private readonly costs: Float64Array;
  /** What may join soon and has no list. */
  private ahead = new Int32Array(0);
  /** Where to look for such next, and among how many slots. */
  private look = 0;
  private width = LEAST_WIDTH;
  /** How many are looked for, at most. */
  private wanted = MOST_AHEAD;
  /** Cells in use of those that wait. */
  private used = 0;
  /** No lists wait of variables whose keys are below it. */
  private bar = -1;

  constructor(
    private readonly engine: Engine,
    scope: Scope,
    private readonly lists: PairLists,
  ) {
    const { ones } = lists;
    this.d = ones.length;
    let [entries, longest] = [0, 0];
    for (let v = 0; v < this.d; v++) {
      entries += ones[v]!;
      longest = Math.max(longest, this.long(v));
    }
    this.at = layOut(engine, scope, lists, entries, longest);
    this.costs = new Float64Array(this.d);
    for (let v = 0; v < this.d; v++) this.costs[v] = PAIR * lists.pairs(v) + LEVEL * this.at.levels + 100;
  }

  /**
   * The tree's edges of at least so much information, nats, sorted by (a, b).
   * @param hear is told now and then how many variables have joined
   */
  async grow(root: number, least: number, pace: Pace, hear: (joined: number) => void): Promise<Edge[]> {
    const { engine, d, at } = this;
    engine.i32(at.order, 1)[0] = root;
    for (let joined = this.advance(0); joined < d; joined = this.advance(joined)) {
      if (pace.due) {
        hear(joined);
        await pace.turn();
      }
      const next = engine.i32(at.order, d)[joined]!;
      if (this.long(next) > LONG) {
        hear(joined);
        await this.listLong(next, pace);
      } else {
        const batch = this.batchOf(next, joined);
        const isLong = batch.cost > LONG_BATCH;
        if (isLong) hear(joined);
        const fork = this.makeLists(batch, joined);
        if (isLong) await fork.turns(pace);
        else fork.join();
        this.keepLists(batch, fork);
      }
      engine.i32(at.place, d)[at.slots[next]!] = at.cells.waiting;
    }
    return this.edges(least);
  }

  private edges(least: number): Edge[] {
    const { engine, d, at } = this;
    const [order, weight, from] = [engine.i32(at.order, d), engine.f64(at.weight, d), engine.i32(at.parent, d)];
    const information = new Float64Array(d);
    const parent = at.slots.map((slot) => from[slot]!);
    // Numbers in the order of (a, b).
    const pairs = new Float64Array(d);
    let size = 0;
    for (let i = 1; i < d; i++) {
      const [u, v] = [order[i]!, parent[order[i]!]!];
      information[u] = weight[i]!;
      if (weight[i]! >= least) pairs[size++] = d * Math.min(u, v) + Math.max(u, v);
    }
    const edges: Edge[] = [];
    for (const pair of pairs.subarray(0, size).sort()) {
      const [a, b] = [Math.floor(pair / d), pair % d];
      edges.push({ a, b, information: information[parent[a] === b ? a : b]! });
    }
    return edges;
  }

  /** Pairs to go through, of what can be gone through in parts. */
  private long(v: number): number {
    return this.lists.countPart ? this.lists.pairs(v) : 0;
  }

  /** Lets those join of whom there are lists. */
  private advance(joined: number): number {
    const { at, d } = this;
    return this.engine.kernels.prim_advance(
      at.order,
      at.weight,
      at.key,
      at.parent,
      at.best,
      at.levelMin,
      at.levelParent,
      at.place,
      at.vertex,
      at.slot,
      at.pool,
      joined,
      d,
    );
  }

  /** The lists that are made now: the next variable's, and those of what may join soon, in items of about the same cost, the long ones first. */
  private batchOf(next: number, joined: number): Batch {
    const { costs } = this;
    const most = this.aheadOf(joined);
    const list = this.engine.i32(this.at.list, MOST_AHEAD);
    list[0] = next;
    let [size, cost, longest] = [1, costs[next]!, costs[next]!];
    for (let i = 0; i < this.ahead.length && size < most && (cost < BATCH || cost < 4 * longest); i++) {
      const v = this.ahead[i]!;
      if (v === next || this.long(v) > LONG) continue;
      list[size++] = v;
      cost += costs[v]!;
      longest = Math.max(longest, costs[v]!);
    }
    const target = cost / ITEMS;
    if (longest > 2 * target) list.subarray(1, size).sort((a, b) => costs[b]! - costs[a]!);
    const ends = [1];
    let sum = costs[next]!;
    for (let i = 1; i < size; i++) {
      sum += costs[list[i]!]!;
      if (i === size - 1 || (sum >= ends.length * target && ends.length < ITEMS - 1)) ends.push(i + 1);
    }
    return { ends, cost, size };
  }

  /** How many variables to make lists for, the next one counted. */
  private aheadOf(joined: number): number {
    const { waiting } = this.at.cells;
    if (this.used > waiting - waiting / 16) this.makeRoom();
    else if (this.used < waiting / 8) this.bar = -1;
    // At first keys are low, and lists long.
    return Math.min(MOST_AHEAD, 1 + (joined >> 2));
  }

  /** Lets go of the lists whose variables are the least likely to join soon, half of the cells. */
  private makeRoom(): void {
    const { engine, at, d } = this;
    const [place, key] = [engine.i32(at.place, d), engine.f64(at.key, d)];
    const cells = engine.i32(at.pool, 4 * at.cells.waiting);
    const slots: number[] = [];
    for (let s = 0; s < d; s++) if (place[s]! >= 0) slots.push(s);
    slots.sort((s, t) => key[t]! - key[s]! || s - t);
    let kept = 0;
    for (const s of slots) {
      kept += cells[4 * place[s]! + 1]! + 1;
      if (kept <= at.cells.waiting / 2) continue;
      this.bar = Math.max(this.bar, key[s]!);
      place[s] = -1;
    }
    this.used = engine.kernels.prim_pack(at.pool, at.place, at.key, this.used);
  }

  /** Beside the lists it is found out what they may be made for next. */
  private makeLists({ ends, cost, size }: Batch, joined: number): Fork {
    const { engine, at, d } = this;
    this.mark(size, at.cells.waiting);
    const fork = engine.fork(cost * PER_NS, at.own);
    this.wanted = Math.min(MOST_AHEAD, 16 + joined);
    const from = this.look < d ? this.look : 0;
    const to = Math.min(d, from + Math.min(this.width, LEAST_WIDTH + cost * LOOKS));
    this.look = to;
    fork.keep(fork.kernels.prim_promising(at.promising, at.key, at.place, at.vertex, this.wanted, this.bar, from, to));
    fork.next();
    ends.forEach((end, i) => {
      const begin = i ? ends[i - 1]! : 0;
      const isNext = i === 0;
      fork.keep(
        this.lists.list(fork.kernels, {
          out: isNext ? plus(at.pool, at.cells.waiting * CELL) : this.region(i),
          own: fork.own,
          list: plus(at.list, begin * 4),
          size: end - begin,
          capacity: isNext ? at.cells.most : at.cells.region,
          known: at.known,
          levels: at.levels,
        }),
      );
      fork.next();
    });
    return fork;
  }

  /** What fits waits in the pool; behind its end stands the next variable's list. */
  private keepLists({ ends, size }: Batch, fork: Fork): void {
    const { engine, at } = this;
    this.mark(size, -1);
    for (let i = 1; i < ends.length; i++)
      this.used = engine.kernels.prim_keep(
        at.pool,
        at.place,
        this.region(i),
        fork.kept(i + 1),
        this.used,
        at.cells.waiting,
      );
    const found = fork.kept(0);
    this.ahead = engine.i32(at.promising, found).slice();
    this.width = found < this.wanted ? Math.min(this.d, 2 * this.width) : Math.max(LEAST_WIDTH, this.width >> 1);
  }

  private region(item: number): Address {
    return plus(this.at.regions, CELL * item * this.at.cells.region);
  }

  /** Puts it as the place of the batch's lists. */
  private mark(size: number, cell: number): void {
    const { engine, at, d } = this;
    const [list, place] = [engine.i32(at.list, size), engine.i32(at.place, d)];
    for (let i = 0; i < size; i++) place[at.slots[list[i]!]!] = cell;
  }

  /** Lists v, of which even the pairs are counted in parts. */
  private async listLong(v: number, pace: Pace): Promise<void> {
    const { engine, at, d } = this;
    const pairs = this.lists.pairs(v);
    const parts = partsOf(pairs);
    const fork = engine.fork(PER_NS * PAIR * pairs, at.own);
    for (let part = 0; part < parts; part++) {
      this.lists.countPart!(fork.kernels, partOf(at.counts, part, d), v, part, parts);
      fork.next();
    }
    await fork.turns(pace);
    engine.kernels.prim_list_counted(
      plus(at.pool, at.cells.waiting * CELL),
      at.own.at,
      at.counts,
      parts,
      v,
      ...at.known,
      this.lists.rows,
      at.levels,
    );
    this.ahead = this.ahead.filter((u) => u !== v);
  }
}
