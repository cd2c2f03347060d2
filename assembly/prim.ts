import { binary, T, zeros } from './information';

// Maximum spanning trees by Prim's algorithm. Of equal edges the smaller (min, max) pair wins, so that there is one tree.

/**
 * One step of Prim's maximum spanning tree: vertex v has joined, information[u] = I(v; u). Better edges update key[u] and parent[u]; v is
 * swap-removed from open, the i32 list of vertices outside the tree (`position` says where each stands). Returns the next vertex, −1 when none is left.
 * Of equal edges the smaller (min, max) pair wins. key starts at −1 and parent at −1.
 */
export function prim_step(key: usize, parent: usize, open: usize, position: usize, information: usize, openCount: i32, v: i32): i32 {
  leave(open, position, openCount, v);
  const last = openCount - 1;
  let next = -1, nextParent = -1;
  let best: f64 = -2;
  for (let i = 0; i < last; i++) {
    const u = load<i32>(open + ((<usize>i) << 2));
    const weight = load<f64>(information + ((<usize>u) << 3));
    let k = load<f64>(key + ((<usize>u) << 3));
    let p = load<i32>(parent + ((<usize>u) << 2));
    if (weight > k || (weight == k && before(u, v, u, p))) {
      k = weight;
      p = v;
      store<f64>(key + ((<usize>u) << 3), k);
      store<i32>(parent + ((<usize>u) << 2), p);
    }
    if (k > best || (k == best && before(u, p, next, nextParent))) {
      best = k;
      next = u;
      nextParent = p;
    }
  }
  return next;
}

/** Begins a tree over the vertices of a list: key, parent, open and position as prim_step wants them. list: i32[count], other than open. */
export function prim_start(key: usize, parent: usize, open: usize, position: usize, list: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const u = load<i32>(list + ((<usize>i) << 2));
    store<f64>(key + ((<usize>u) << 3), -1);
    store<i32>(parent + ((<usize>u) << 2), -1);
    store<i32>(open + ((<usize>i) << 2), u);
    store<i32>(position + ((<usize>u) << 2), i);
  }
}

/** v, one of the `openCount` that are open, has joined. */
// @ts-ignore: decorator
@inline
function leave(open: usize, position: usize, openCount: i32, v: i32): void {
  const hole = load<i32>(position + ((<usize>v) << 2)), moved = load<i32>(open + ((<usize>(openCount - 1)) << 2));
  store<i32>(open + ((<usize>hole) << 2), moved);
  store<i32>(position + ((<usize>moved) << 2), hole);
}

/** The first thing of a step that prim_near does: v is removed from open. */
export function prim_leave(open: usize, position: usize, openCount: i32, v: i32): void {
  leave(open, position, openCount, v);
}

/**
 * prim_step for the vertices open[i0] to open[i1], which v has left, on information that is computed for them alone; count to levelCount as in information_binary. best: the best edge
 * among these, { f64 key, i32 vertex, i32 parent }, for prim_nearest.
 */
export function prim_near(
  best: usize, key: usize, parent: usize, open: usize, count: usize, ones: usize, margin: usize, table: usize, zero: usize, levels: usize, levelCount: i32, v: i32, n: i32, i0: i32, i1: i32,
): void {
  zeros(ones, margin, table, zero, levels, levelCount, v, n);
  const nv = load<i32>(ones + ((<usize>v) << 2)), hv = load<f64>(margin + ((<usize>v) << 3)), total = T(table, n);
  let next = -1, nextParent = -1;
  let most: f64 = -2;
  for (let i = i0; i < i1; i++) {
    const u = load<i32>(open + ((<usize>i) << 2));
    const both = load<i32>(count + ((<usize>u) << 2)), nu = load<i32>(ones + ((<usize>u) << 2));
    const weight = both == 0
      ? load<f64>(zero + ((<usize>nu) << 3))
      : binary(table, both, nu, nv, n, load<f64>(margin + ((<usize>u) << 3)), hv, total);
    let k = load<f64>(key + ((<usize>u) << 3));
    if (weight >= k && (weight > k || before(u, v, u, load<i32>(parent + ((<usize>u) << 2))))) {
      k = weight;
      store<f64>(key + ((<usize>u) << 3), k);
      store<i32>(parent + ((<usize>u) << 2), v);
    }
    if (k < most) continue;
    const p = load<i32>(parent + ((<usize>u) << 2));
    if (k > most || before(u, p, next, nextParent)) {
      most = k;
      next = u;
      nextParent = p;
    }
  }
  put(best, most, next, nextParent);
}

/** The next vertex of a step, from what prim_near found in some parts of open; −1 where they are empty. */
export function prim_nearest(best: usize, parts: i32): i32 {
  let at = best;
  for (let i = 1; i < parts; i++) {
    const other = best + (<usize>i << 4);
    const k = load<f64>(at), x = load<f64>(other);
    if (x > k || (x == k && before(load<i32>(other, 8), load<i32>(other, 12), load<i32>(at, 8), load<i32>(at, 12)))) at = other;
  }
  return load<i32>(at, 8);
}

// Prim's tree over sparse binary rows, without a look at most pairs. What a variable offers the others when it joins is listed by prim_list, ahead of its turn and for several
// variables at once; prim_advance lets variables join as long as their lists are there. Keys only rise: what a key stands above already need not be listed, and a list stays right
// when it is taken later. Same bits, ties and tree as information_binary with prim_step.
//
// Variables stand in slots sorted by their number of ones; a level is a run of slots with equal ones. Information with a variable that never occurs with v depends on its level
// alone (Meilă 1999), so a level is scanned only if that beats levelMin, a lower bound of its keys, or equals it and v comes before a parent of such a key, of which levelParent is an
// upper bound.
//
// By slot: key f64[d] (starts at −1; −2 once joined), parent i32[d] (starts at −1), vertex i32[d]. By level: levelMin f64 (starts at −1), levelParent i32, levelOnes i32, levelStart
// i32[levels + 1], of which the last is d. By variable: slot, ones, i32[d]; margin f64[d] as in information_binary. best: the slot of the best edge among 4 slots, then among 4 such
// and so on up to one of all; each starts at the first of its slots.
// A list is cells of 16 bytes. First its variable's slot and the number of further cells, i32; then { f64 x, i32 s, i32 p }: from s = 0 on x is offered to slot s, below 0 the keys of level
// −1 − s are from then on at least x, and where they are x their parents at most p.

const CELL: usize = 16;
/** Levels that are looked at together. */
const TOGETHER = 8;
/** More than rounding, nats: of sums of a few times ln n. */
const SLACK: f64 = 1e-11;

/**
 * Lists what `size` variables offer, one after another, in up to `capacity` cells. Returns how many lists there was room for. own: i32[2 * d], of which the first d are zeros, and
 * left as zeros. Rows and columns compressed: rowStart/rowIndex, columnStart/columnRow.
 */
export function prim_list(
  out: usize, own: usize, list: usize, size: i32, capacity: i32, key: usize, parent: usize, levelMin: usize, levelParent: usize, levelStart: usize, levelOnes: usize,
  vertex: usize, slot: usize, ones: usize, margin: usize, table: usize, rowStart: usize, rowIndex: usize, columnStart: usize, columnRow: usize, n: i32, levels: i32,
): i32 {
  const d = load<i32>(levelStart + ((<usize>levels) << 2));
  const touched = own + ((<usize>d) << 2);
  let at = out, left = capacity;
  for (let i = 0; i < size; i++) {
    const v = load<i32>(list + ((<usize>i) << 2));
    let met = 0;
    const end = load<i32>(columnStart + ((<usize>v) << 2), 4);
    for (let c = load<i32>(columnStart + ((<usize>v) << 2)); c < end; c++) {
      const r = rowStart + ((<usize>load<i32>(columnRow + ((<usize>c) << 2))) << 2);
      let e = rowIndex + ((<usize>load<i32>(r)) << 2);
      const last = rowIndex + ((<usize>load<i32>(r, 4)) << 2);
      while (e < last) {
        const u = load<u32>(e);
        const k = load<i32>(own + ((<usize>u) << 2));
        if (k == 0) {
          store<i32>(touched + ((<usize>met) << 2), u);
          met++;
        }
        store<i32>(own + ((<usize>u) << 2), k + 1);
        e += 4;
      }
    }
    const cells = list_offers(at, left, own, met, v, key, parent, levelMin, levelParent, levelStart, levelOnes, vertex, slot, ones, margin, table, n, levels);
    if (cells < 0) return i;
    at += <usize>cells * CELL;
    left -= cells;
  }
  return size;
}

/** prim_list for one variable whose pairs have been counted in `parts` parts, counts: i32[parts][d]. There must be room for d + levels + 1 cells. */
export function prim_list_counted(
  out: usize, own: usize, counts: usize, parts: i32, v: i32, key: usize, parent: usize, levelMin: usize, levelParent: usize, levelStart: usize, levelOnes: usize,
  vertex: usize, slot: usize, ones: usize, margin: usize, table: usize, n: i32, levels: i32,
): void {
  const d = load<i32>(levelStart + ((<usize>levels) << 2));
  const touched = own + ((<usize>d) << 2);
  let met = 0;
  for (let u = 0; u < d; u++) {
    let sum = 0;
    for (let k = 0; k < parts; k++) sum += load<i32>(counts + ((<usize>k * <usize>d + <usize>u) << 2));
    if (sum == 0) continue;
    store<i32>(own + ((<usize>u) << 2), sum);
    store<i32>(touched + ((<usize>met) << 2), u);
    met++;
  }
  list_offers(out, d + levels + 1, own, met, v, key, parent, levelMin, levelParent, levelStart, levelOnes, vertex, slot, ones, margin, table, n, levels);
}

/** Writes v's list, from the `met` counts above zero, which become zeros. Returns its cells, −1 where they do not fit. */
export function list_offers(
  out: usize, capacity: i32, count: usize, met: i32, v: i32, key: usize, parent: usize, levelMin: usize, levelParent: usize, levelStart: usize, levelOnes: usize,
  vertex: usize, slot: usize, ones: usize, margin: usize, table: usize, n: i32, levels: i32,
): i32 {
  const own = load<i32>(slot + ((<usize>v) << 2)), end = out + <usize>capacity * CELL;
  const nv = load<i32>(ones + ((<usize>v) << 2)), hv = load<f64>(margin + ((<usize>v) << 3)), total = T(table, n);
  let at = out + CELL, fits = capacity > 0;
  const alone = total - T(table, n - nv);
  for (let l = 0; l < levels; ) {
    const stop = min(l + TOGETHER, levels), most = load<i32>(levelOnes + ((<usize>stop) << 2) - 4);
    // Such information rises with nu: what the last of some levels would gain by is more than any of them.
    if (most + nv <= n && (alone - T(table, n - most) + T(table, n - most - nv)) / n + SLACK < lowest(levelMin + ((<usize>l) << 3), stop - l)) {
      l = stop;
      continue;
    }
    for (; l < stop; l++) {
      const nu = load<i32>(levelOnes + ((<usize>l) << 2));
      if (nu + nv > n) { // too many ones not to meet, as have those after it
        l = levels;
        break;
      }
      const value = binary(table, 0, nu, nv, n, T(table, nu) + T(table, n - nu), hv, total);
      const least = load<f64>(levelMin + ((<usize>l) << 3));
      if (value < least || (value == least && v > load<i32>(levelParent + ((<usize>l) << 2)))) continue;
      let low: f64 = Infinity, lowParent = -1;
      const last = load<i32>(levelStart + ((<usize>l) << 2), 4);
      for (let s = load<i32>(levelStart + ((<usize>l) << 2)); s < last; s++) {
        let k = load<f64>(key + ((<usize>s) << 3));
        if (k == -2 || s == own) continue;
        let p = load<i32>(parent + ((<usize>s) << 2));
        if (value >= k && (value > k || v < p) && load<i32>(count + ((<usize>load<i32>(vertex + ((<usize>s) << 2))) << 2)) == 0) {
          if (at < end) put(at, value, s, 0);
          else fits = false;
          at += CELL;
          k = value;
          p = v;
        }
        if (k > low) continue;
        lowParent = k < low ? p : max(lowParent, p);
        low = k;
      }
      if (at < end) put(at, low, -1 - l, lowParent);
      else fits = false;
      at += CELL;
    }
  }
  const touched = count + ((<usize>load<i32>(levelStart + ((<usize>levels) << 2))) << 2);
  for (let i = 0; i < met; i++) {
    const u = load<i32>(touched + ((<usize>i) << 2));
    const both = load<i32>(count + ((<usize>u) << 2)), s = load<i32>(slot + ((<usize>u) << 2));
    store<i32>(count + ((<usize>u) << 2), 0);
    const k = load<f64>(key + ((<usize>s) << 3));
    if (k == -2 || s == own) continue;
    const value = binary(table, both, load<i32>(ones + ((<usize>u) << 2)), nv, n, load<f64>(margin + ((<usize>u) << 3)), hv, total);
    if (value < k || (value == k && v > load<i32>(parent + ((<usize>s) << 2)))) continue;
    if (at < end) put(at, value, s, 0);
    else fits = false;
    at += CELL;
  }
  if (!fits) return -1;
  const cells = <i32>((at - out) / CELL);
  store<i32>(out, own);
  store<i32>(out, cells - 1, 4);
  return cells;
}

// @ts-ignore: decorator
@inline
function lowest(at: usize, size: i32): f64 {
  if (size < TOGETHER) {
    let low: f64 = Infinity;
    for (let i = 0; i < size; i++) low = min(low, load<f64>(at + ((<usize>i) << 3)));
    return low;
  }
  const low = f64x2.pmin(f64x2.pmin(v128.load(at), v128.load(at, 16)), f64x2.pmin(v128.load(at, 32), v128.load(at, 48)));
  return min(f64x2.extract_lane(low, 0), f64x2.extract_lane(low, 1));
}

// @ts-ignore: decorator
@inline
function put(at: usize, x: f64, s: i32, p: i32): void {
  store<f64>(at, x);
  store<i32>(at, s, 8);
  store<i32>(at, p, 12);
}

/**
 * Keeps `size` lists, that stand one after another at `lists`, in the pool behind the `used` cells in use; place, i32[d], has for each slot the cell of its list, −1 for none. What does not fit in `capacity` cells is not
 * kept. Returns the cells in use.
 */
export function prim_keep(pool: usize, place: usize, lists: usize, size: i32, used: i32, capacity: i32): i32 {
  let at = lists;
  for (let i = 0; i < size; i++) {
    const s = <usize>load<i32>(at), cells = load<i32>(at, 4) + 1;
    if (used + cells <= capacity) {
      memory.copy(pool + <usize>used * CELL, at, <usize>cells * CELL);
      store<i32>(place + (s << 2), used);
      used += cells;
    }
    at += <usize>cells * CELL;
  }
  return used;
}

/** Leaves out the lists of variables that have joined, whose place is −1, and what others offer in vain by now. Returns the cells in use. */
export function prim_pack(pool: usize, place: usize, key: usize, used: i32): i32 {
  let to = pool;
  const end = pool + <usize>used * CELL;
  for (let at = pool; at < end; ) {
    const slot = load<i32>(at), last = at + <usize>load<i32>(at, 4) * CELL, first = to;
    const own = place + ((<usize>slot) << 2);
    if (load<i32>(own) == <i32>((at - pool) / CELL)) {
      store<i32>(own, <i32>((to - pool) / CELL));
      for (at += CELL, to += CELL; at <= last; at += CELL) {
        const s = load<i32>(at, 8);
        if (s >= 0) {
          const k = load<f64>(key + ((<usize>s) << 3));
          if (k == -2 || load<f64>(at) < k) continue;
        }
        v128.store(to, v128.load(at));
        to += CELL;
      }
      store<i32>(first, slot);
      store<i32>(first, <i32>((to - first) / CELL) - 1, 4);
    } else at = last + CELL;
  }
  return <i32>((to - pool) / CELL);
}

/**
 * Variables join, order[joined] first, while there are lists of theirs; weight and parent of their edges are key and parent then. order: i32[d + 1], weight: f64[d]. Returns how many have
 * joined, and leaves the next in order, −1 after the last.
 */
export function prim_advance(
  order: usize, weight: usize, key: usize, parent: usize, best: usize, levelMin: usize, levelParent: usize, place: usize, vertex: usize, slot: usize, pool: usize, joined: i32, d: i32,
): i32 {
  for (; joined < d; joined++) {
    const v = load<i32>(order + ((<usize>joined) << 2)), own = load<i32>(slot + ((<usize>v) << 2)), kept = load<i32>(place + ((<usize>own) << 2));
    if (kept < 0) break;
    store<i32>(place + ((<usize>own) << 2), -1);
    store<f64>(weight + ((<usize>joined) << 3), load<f64>(key + ((<usize>own) << 3)));
    store<f64>(key + ((<usize>own) << 3), -2);
    refresh(key, parent, best, vertex, own, d);
    const list = pool + <usize>kept * CELL, end = list + <usize>load<i32>(list, 4) * CELL;
    for (let at = list + CELL; at <= end; at += CELL) {
      const s = load<i32>(at, 8);
      if (s >= 0) offer(key, parent, best, vertex, s, v, load<f64>(at), d);
      else raise(levelMin + ((<usize>(-1 - s)) << 3), levelParent + ((<usize>(-1 - s)) << 2), load<f64>(at), load<i32>(at, 12));
    }
    store<i32>(order + ((<usize>joined) << 2), best_open(key, best, vertex, d), 4);
  }
  return joined;
}

/** Open variables of slots [s0, s1) without a list whose keys are highest, and above `bar`, -1 or more: up to `most`, highest first. Returns how many. out: i32[most]. */
export function prim_promising(out: usize, key: usize, place: usize, vertex: usize, most: i32, bar: f64, s0: i32, s1: i32): i32 {
  // A heap of slots, the lowest key on top; what has joined has a key of -2.
  let size = 0;
  // Slots of many ones, whose keys tend to be high, are looked at first.
  for (let s = s1 - 1; s >= s0; s--) {
    const k = load<f64>(key + ((<usize>s) << 3));
    if (k <= bar || load<i32>(place + ((<usize>s) << 2)) >= 0) continue;
    if (size < most) {
      let i = size++;
      for (; i > 0; i = (i - 1) >> 1) {
        const above = load<i32>(out + ((<usize>((i - 1) >> 1)) << 2));
        if (load<f64>(key + ((<usize>above) << 3)) <= k) break;
        store<i32>(out + ((<usize>i) << 2), above);
      }
      store<i32>(out + ((<usize>i) << 2), s);
    } else sink(out, size, key, s, k);
    if (size == most) bar = load<f64>(key + ((<usize>load<i32>(out)) << 3));
  }
  for (let left = size - 1; left > 0; left--) {
    const at = out + ((<usize>left) << 2), s = load<i32>(at);
    store<i32>(at, load<i32>(out));
    sink(out, left, key, s, load<f64>(key + ((<usize>s) << 3)));
  }
  for (let i: usize = 0; i < <usize>size; i++) store<i32>(out + (i << 2), load<i32>(vertex + ((<usize>load<i32>(out + (i << 2))) << 2)));
  return size;
}

/** Puts slot s, whose key is k, in the place of a heap's top. */
// @ts-ignore: decorator
@inline
function sink(heap: usize, size: i32, key: usize, s: i32, k: f64): void {
  let i = 0;
  for (let child = 1; child < size; child = 2 * i + 1) {
    let low = load<i32>(heap + ((<usize>child) << 2)), lowKey = load<f64>(key + ((<usize>low) << 3));
    if (child + 1 < size) {
      const other = load<i32>(heap + ((<usize>child) << 2), 4), otherKey = load<f64>(key + ((<usize>other) << 3));
      if (otherKey < lowKey) {
        child++;
        low = other;
        lowKey = otherKey;
      }
    }
    if (lowKey >= k) break;
    store<i32>(heap + ((<usize>i) << 2), low);
    i = child;
  }
  store<i32>(heap + ((<usize>i) << 2), s);
}

/** Takes the edge {v, vertex of s} into account. */
// @ts-ignore: decorator
@inline
function offer(key: usize, parent: usize, best: usize, vertex: usize, s: i32, v: i32, value: f64, d: i32): void {
  const at = key + ((<usize>s) << 3), p = parent + ((<usize>s) << 2);
  const old = load<f64>(at);
  if (old == -2 || value < old || (value == old && v > load<i32>(p))) return;
  store<f64>(at, value);
  store<i32>(p, v);
  let row = best, node = s, size = d;
  do {
    node >>= 2;
    const place = row + ((<usize>node) << 2), now = load<i32>(place);
    if (now != s) {
      if (!is_better(key, parent, vertex, s, now)) return;
      store<i32>(place, s);
    }
    size = (size + 3) >> 2;
    row += (<usize>size) << 2;
  } while (size > 1);
}

// @ts-ignore: decorator
@inline
function raise(levelMin: usize, levelParent: usize, low: f64, p: i32): void {
  const now = load<f64>(levelMin);
  if (low > now) {
    store<f64>(levelMin, low);
    store<i32>(levelParent, p);
  } else if (low == now) store<i32>(levelParent, min(p, load<i32>(levelParent)));
}

/** Whether the edge of slot s is to be taken before that of slot t: the higher key, of equal ones the pair that comes first. */
// @ts-ignore: decorator
@inline
function is_better(key: usize, parent: usize, vertex: usize, s: i32, t: i32): bool {
  const a = load<f64>(key + ((<usize>s) << 3)), b = load<f64>(key + ((<usize>t) << 3));
  if (a != b) return a > b;
  return before(
    load<i32>(vertex + ((<usize>s) << 2)), load<i32>(parent + ((<usize>s) << 2)),
    load<i32>(vertex + ((<usize>t) << 2)), load<i32>(parent + ((<usize>t) << 2)),
  );
}

/** Finds the best anew wherever a slot, whose key has fallen, was the best. */
function refresh(key: usize, parent: usize, best: usize, vertex: usize, slot: i32, d: i32): void {
  let row = best, below: usize = 0, node = slot, size = d;
  do {
    node >>= 2;
    const place = row + ((<usize>node) << 2), first = node << 2;
    if (load<i32>(place) != slot) return;
    let top = below ? load<i32>(below + ((<usize>first) << 2)) : first;
    for (let i = first + 1, last = min(size, first + 4); i < last; i++) {
      const s = below ? load<i32>(below + ((<usize>i) << 2)) : i;
      if (is_better(key, parent, vertex, s, top)) top = s;
    }
    store<i32>(place, top);
    below = row;
    size = (size + 3) >> 2;
    row += (<usize>size) << 2;
  } while (size > 1);
}

/** The open vertex with the highest key, of equals the one whose edge comes first; −1 when none is open. */
// @ts-ignore: decorator
@inline
function best_open(key: usize, best: usize, vertex: usize, d: i32): i32 {
  let row = best;
  for (let size = (d + 3) >> 2; size > 1; size = (size + 3) >> 2) row += (<usize>size) << 2;
  const top = load<i32>(row);
  return load<f64>(key + ((<usize>top) << 3)) == -2 ? -1 : load<i32>(vertex + ((<usize>top) << 2));
}

/** Whether the pair {a, b} comes before {c, d}: smaller minimum, then smaller maximum. A missing end (−1) comes last. */
// @ts-ignore: decorator
@inline
function before(a: i32, b: i32, c: i32, d: i32): bool {
  if (d < 0) return b >= 0;
  if (b < 0) return false;
  const low = min(a, b), other = min(c, d);
  return low < other || (low == other && max(a, b) < max(c, d));
}
