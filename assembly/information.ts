import { log64 } from './math';

// Mutual information from counts, in nats: N·I = Σ T(cell) − Σ T(row margin) − Σ T(column margin) + T(N), T(k) = k ln k. Terms are added in an order that does
// not depend on which variable comes first or how states are numbered, so equal counts give equal bits and ties are real ties.

// @ts-ignore: decorator
@inline
function T(table: usize, k: i32): f64 {
  return load<f64>(table + ((<usize>k) << 3));
}

/**
 * I from Σ T over the cells and over either margin. T is off by at most 2.5 units of 2^-53, sums from the smallest up by one a term: together less than 4 (cells + 4) units of T(N). Up
 * to that, a share of 1e-15 and fewer nats than N rows could tell from none, I is 0: that of independent variables exactly.
 */
// @ts-ignore: decorator
@inline
function nats(sum: f64, ha: f64, hb: f64, total: f64, cells: i32, n: i32): f64 {
  // A variable that tells the other tells its entropy, whatever the states of its own: all such tie.
  const all = sum == ha ? total - hb : sum == hb ? total - ha : (sum - (ha + hb)) + total;
  return all > <f64>(cells + 4) * total * ROUNDING ? all / <f64>n : 0;
}

/** 2^-51 */
const ROUNDING: f64 = 1.0 / 2251799813685248.0;

/** table[k] = k ln k for k in [0, n]; f64[n + 1]. */
export function count_table(table: usize, n: i32): void {
  store<f64>(table, 0);
  for (let k = 1; k <= n; k++) store<f64>(table + ((<usize>k) << 3), <f64>k * log64(<f64>k));
}

/** count[u] = rows in which v and u are both 1. Rows and columns compressed: rowStart/rowIndex, columnStart/columnRow. count: i32[d]. */
export function pair_counts_rows(
  count: usize, rowStart: usize, rowIndex: usize, columnStart: usize, columnRow: usize, v: i32, d: i32,
): void {
  memory.fill(count, 0, (<usize>d) << 2);
  const end = load<i32>(columnStart + ((<usize>v) << 2), 4);
  for (let c = load<i32>(columnStart + ((<usize>v) << 2)); c < end; c++) {
    const r = rowStart + ((<usize>load<i32>(columnRow + ((<usize>c) << 2))) << 2);
    let at = rowIndex + ((<usize>load<i32>(r)) << 2);
    const last = rowIndex + ((<usize>load<i32>(r, 4)) << 2);
    while (at < last) {
      const slot = count + ((<usize>load<u32>(at)) << 2);
      store<i32>(slot, load<i32>(slot) + 1);
      at += 4;
    }
  }
}

/** count[u] = popcount(bits[v] AND bits[u]) for u in [u0, u1); a column is `words` 64-bit words. */
export function pair_counts_bits(count: usize, bits: usize, v: i32, words: i32, u0: i32, u1: i32): void {
  const bytes = (<usize>words) << 3, a = bits + <usize>v * bytes;
  for (let u = u0; u < u1; u++) {
    const b = bits + <usize>u * bytes;
    let n: u64 = 0, m: u64 = 0;
    let at: usize = 0;
    for (; at + 16 <= bytes; at += 16) {
      n += popcnt<u64>(load<u64>(a + at) & load<u64>(b + at));
      m += popcnt<u64>(load<u64>(a + at, 8) & load<u64>(b + at, 8));
    }
    if (at < bytes) n += popcnt<u64>(load<u64>(a + at) & load<u64>(b + at));
    store<i32>(count + ((<usize>u) << 2), <i32>(n + m));
  }
}

/**
 * information[u] = I(v; u) in nats, at least 0, for binary u in [u0, u1), from the counts of ones. count: co-occurrences with v; ones: i32[d];
 * margin[u] = T(ones[u]) + T(N − ones[u]), f64[d]; zero: f64[N + 1], scratch that is filled here with the value for pairs that never occur
 * together, a function of ones[u] alone: most pairs of sparse data cost one look-up.
 */
export function information_binary(
  information: usize, count: usize, ones: usize, margin: usize, table: usize, zero: usize, levels: usize, levelCount: i32, v: i32, n: i32, u0: i32, u1: i32,
): void {
  const nv = load<i32>(ones + ((<usize>v) << 2)), hv = load<f64>(margin + ((<usize>v) << 3)), total = T(table, n);
  for (let l: usize = 0; l < <usize>levelCount; l++) {
    const nu = load<i32>(levels + (l << 2));
    if (nu + nv <= n) store<f64>(zero + ((<usize>nu) << 3), binary(table, 0, nu, nv, n, T(table, nu) + T(table, n - nu), hv, total));
  }
  for (let u = u0; u < u1; u++) {
    const both = load<i32>(count + ((<usize>u) << 2)), nu = load<i32>(ones + ((<usize>u) << 2));
    const value = both == 0
      ? load<f64>(zero + ((<usize>nu) << 3))
      : binary(table, both, nu, nv, n, load<f64>(margin + ((<usize>u) << 3)), hv, total);
    store<f64>(information + ((<usize>u) << 3), value);
  }
}

// @ts-ignore: decorator
@inline
function binary(table: usize, both: i32, nu: i32, nv: i32, n: i32, hu: f64, hv: f64, total: f64): f64 {
  const cells = (T(table, both) + T(table, n - nu - nv + both)) + (T(table, nu - both) + T(table, nv - both));
  return nats(cells, hu, hv, total, 4, n);
}

/** joint[a * kb + b] = rows with first = a and second = b; columns of u8 states. joint: i32[ka * kb], n rows. */
export function joint_counts(joint: usize, first: usize, second: usize, ka: i32, kb: i32, n: i32): void {
  memory.fill(joint, 0, (<usize>(ka * kb)) << 2);
  for (let i: usize = 0; i < <usize>n; i++) {
    const at = joint + ((<usize>load<u8>(first + i) * kb + <usize>load<u8>(second + i)) << 2);
    store<i32>(at, load<i32>(at) + 1);
  }
}

/** Σ T(count[i]) over k counts, added from the smallest up. Sorts the counts in place. */
export function sum_k_log_k(count: usize, table: usize, k: i32): f64 {
  // Zeros first: most of a large table.
  let first = k;
  for (let i = k - 1; i >= 0; i--) {
    const x = load<i32>(count + ((<usize>i) << 2));
    if (x > 0) store<i32>(count + ((<usize>--first) << 2), x);
  }
  memory.fill(count, 0, (<usize>first) << 2);
  shell_sort(count + ((<usize>first) << 2), k - first);
  let sum: f64 = 0;
  for (let i = <usize>first; i < <usize>k; i++) sum += T(table, load<i32>(count + (i << 2)));
  return sum;
}

/** Counts, rising: insertion in strides of ..., 13, 4 and 1. */
function shell_sort(count: usize, k: i32): void {
  let gap = 1;
  while (gap < k / 9) gap = 3 * gap + 1;
  for (; gap > 0; gap /= 3) {
    for (let i = gap; i < k; i++) {
      const x = load<i32>(count + ((<usize>i) << 2));
      let j = i - gap;
      while (j >= 0 && load<i32>(count + ((<usize>j) << 2)) > x) {
        store<i32>(count + ((<usize>(j + gap)) << 2), load<i32>(count + ((<usize>j) << 2)));
        j -= gap;
      }
      store<i32>(count + ((<usize>(j + gap)) << 2), x);
    }
  }
}

/** I in nats, at least 0, from a joint table of ka x kb counts over n rows; ha, hb: Σ T of either margin. Sorts the table, unless it is 2 x 2, of which I has the bits of information_binary. */
export function information_joint(joint: usize, table: usize, ha: f64, hb: f64, ka: i32, kb: i32, n: i32): f64 {
  const total = T(table, n);
  if (ka == 2 && kb == 2) {
    const cells = (T(table, load<i32>(joint)) + T(table, load<i32>(joint, 12))) + (T(table, load<i32>(joint, 4)) + T(table, load<i32>(joint, 8)));
    return nats(cells, ha, hb, total, 4, n);
  }
  return nats(sum_k_log_k(joint, table, ka * kb), ha, hb, total, min(ka * kb, n), n);
}

/**
 * One step of Prim's maximum spanning tree: vertex v has joined, information[u] = I(v; u). Better edges update key[u] and parent[u]; v is
 * swap-removed from open, the i32 list of vertices outside the tree (`position` says where each stands). Returns the next vertex, −1 when none is left.
 * Of equal edges the smaller (min, max) pair wins. key starts at −1 and parent at −1.
 */
export function prim_step(key: usize, parent: usize, open: usize, position: usize, information: usize, openCount: i32, v: i32): i32 {
  const last = openCount - 1, hole = load<i32>(position + ((<usize>v) << 2)), moved = load<i32>(open + ((<usize>last) << 2));
  store<i32>(open + ((<usize>hole) << 2), moved);
  store<i32>(position + ((<usize>moved) << 2), hole);
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

/**
 * One step of Prim's tree over sparse binary rows, without a look at most pairs: v joins, the next vertex is returned (−1 when none is left). Vertices stand
 * in slots sorted by their number of ones; a level is a run of slots with equal ones. Information with a vertex that never occurs with v depends on
 * its level alone (Meilă 1999), so a level is scanned only if that beats `levelMin`, a lower bound of its keys, or equals it and v comes before a parent of such a key, of
 * which `levelParent` is an upper bound; the vertices that do occur with v are found through the rows. Same bits, ties and tree as information_binary with prim_step.
 *
 * By slot: key f64[d] (starts at −1; −2 once joined), parent i32[d] (starts at −1), vertex i32[d]. blockBest: i32[blocks], blocks = ceil(d / 64), the slot of the best edge among
 * 64, starts at the first; areaBest: i32[ceil(blocks / 64)], of the best among 64 blocks.
 * By level: levelMin f64 (starts at −1), levelParent i32, levelStart i32[levels + 1], levelOnes i32. By vertex: slot, ones, count i32[d] (zeros, left as zeros), margin f64[d].
 * touched: i32[d] of scratch.
 */
export function prim_join_rows(
  key: usize, parent: usize, blockBest: usize, areaBest: usize, levelMin: usize, levelParent: usize, count: usize, touched: usize,
  vertex: usize, slot: usize, levelStart: usize, levelOnes: usize, ones: usize, margin: usize, table: usize,
  rowStart: usize, rowIndex: usize, columnStart: usize, columnRow: usize, v: i32, n: i32, d: i32, levels: i32,
): i32 {
  const own = load<i32>(slot + ((<usize>v) << 2));
  store<f64>(key + ((<usize>own) << 3), -2);
  refresh(key, parent, blockBest, areaBest, vertex, own, d);

  let size = 0;
  const end = load<i32>(columnStart + ((<usize>v) << 2), 4);
  for (let c = load<i32>(columnStart + ((<usize>v) << 2)); c < end; c++) {
    const r = rowStart + ((<usize>load<i32>(columnRow + ((<usize>c) << 2))) << 2);
    let at = rowIndex + ((<usize>load<i32>(r)) << 2);
    const last = rowIndex + ((<usize>load<i32>(r, 4)) << 2);
    while (at < last) {
      const u = load<u32>(at);
      const k = load<i32>(count + ((<usize>u) << 2));
      if (k == 0) {
        store<i32>(touched + ((<usize>size) << 2), u);
        size++;
      }
      store<i32>(count + ((<usize>u) << 2), k + 1);
      at += 4;
    }
  }

  const nv = load<i32>(ones + ((<usize>v) << 2)), hv = load<f64>(margin + ((<usize>v) << 3)), total = T(table, n);
  for (let l = 0; l < levels; l++) {
    const nu = load<i32>(levelOnes + ((<usize>l) << 2));
    if (nu + nv > n) continue; // too many ones not to meet
    const value = binary(table, 0, nu, nv, n, T(table, nu) + T(table, n - nu), hv, total);
    const least = load<f64>(levelMin + ((<usize>l) << 3));
    if (value < least || (value == least && v > load<i32>(levelParent + ((<usize>l) << 2)))) continue;
    let low: f64 = Infinity, lowParent = -1;
    const last = load<i32>(levelStart + ((<usize>l) << 2), 4);
    for (let s = load<i32>(levelStart + ((<usize>l) << 2)); s < last; s++) {
      const k = load<f64>(key + ((<usize>s) << 3));
      if (k == -2) continue;
      if (value >= k && load<i32>(count + ((<usize>load<i32>(vertex + ((<usize>s) << 2))) << 2)) == 0) offer(key, parent, blockBest, areaBest, vertex, s, v, value);
      const now = load<f64>(key + ((<usize>s) << 3));
      if (now > low) continue;
      const p = load<i32>(parent + ((<usize>s) << 2));
      lowParent = now < low ? p : max(lowParent, p);
      low = now;
    }
    store<f64>(levelMin + ((<usize>l) << 3), low);
    store<i32>(levelParent + ((<usize>l) << 2), lowParent);
  }

  for (let i = 0; i < size; i++) {
    const u = load<i32>(touched + ((<usize>i) << 2));
    const both = load<i32>(count + ((<usize>u) << 2));
    store<i32>(count + ((<usize>u) << 2), 0);
    const s = load<i32>(slot + ((<usize>u) << 2));
    if (load<f64>(key + ((<usize>s) << 3)) == -2) continue;
    offer(key, parent, blockBest, areaBest, vertex, s, v, binary(table, both, load<i32>(ones + ((<usize>u) << 2)), nv, n, load<f64>(margin + ((<usize>u) << 3)), hv, total));
  }

  return best_open(key, parent, areaBest, vertex, d);
}

/** Takes the edge {v, vertex of s} into account. */
// @ts-ignore: decorator
@inline
function offer(key: usize, parent: usize, blockBest: usize, areaBest: usize, vertex: usize, s: i32, v: i32, value: f64): void {
  const at = key + ((<usize>s) << 3), p = parent + ((<usize>s) << 2);
  const old = load<f64>(at);
  if (value < old) return;
  const u = load<i32>(vertex + ((<usize>s) << 2));
  if (value == old && !before(u, v, u, load<i32>(p))) return;
  store<f64>(at, value);
  store<i32>(p, v);
  const block = blockBest + ((<usize>(s >> 6)) << 2), area = areaBest + ((<usize>(s >> 12)) << 2);
  if (s != load<i32>(block)) {
    if (!is_better(key, parent, vertex, s, load<i32>(block))) return;
    store<i32>(block, s);
  }
  if (is_better(key, parent, vertex, s, load<i32>(area))) store<i32>(area, s);
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

/** Finds the best of a slot's block and area anew. */
function refresh(key: usize, parent: usize, blockBest: usize, areaBest: usize, vertex: usize, slot: i32, d: i32): void {
  const block = slot >> 6, area = slot >> 12;
  let best = block << 6;
  for (let s = best + 1, last = min(d, (block + 1) << 6); s < last; s++) if (is_better(key, parent, vertex, s, best)) best = s;
  store<i32>(blockBest + ((<usize>block) << 2), best);
  const first = area << 6;
  best = load<i32>(blockBest + ((<usize>first) << 2));
  for (let b = first + 1, last = min((d + 63) >> 6, (area + 1) << 6); b < last; b++) {
    const s = load<i32>(blockBest + ((<usize>b) << 2));
    if (is_better(key, parent, vertex, s, best)) best = s;
  }
  store<i32>(areaBest + ((<usize>area) << 2), best);
}

/** The open vertex with the highest key, of equals the one whose edge comes first; −1 when none is open. */
function best_open(key: usize, parent: usize, areaBest: usize, vertex: usize, d: i32): i32 {
  const areas = (d + 4095) >> 12;
  let best = load<i32>(areaBest);
  for (let a = 1; a < areas; a++) {
    const s = load<i32>(areaBest + ((<usize>a) << 2));
    if (is_better(key, parent, vertex, s, best)) best = s;
  }
  return load<f64>(key + ((<usize>best) << 3)) == -2 ? -1 : load<i32>(vertex + ((<usize>best) << 2));
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
