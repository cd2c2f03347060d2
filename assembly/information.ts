import { log64 } from './math';

// Mutual information from counts, in nats: N·I = Σ T(cell) − Σ T(row margin) − Σ T(column margin) + T(N), T(k) = k ln k. Terms are added in an order that does
// not depend on which variable comes first or how states are numbered, so equal counts give equal bits and ties are real ties.

// @ts-ignore: decorator
@inline
export function T(table: usize, k: i32): f64 {
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

/** table[k] = k ln k for k in [k0, k1); f64[k1]. */
export function count_table(table: usize, k0: i32, k1: i32): void {
  if (k0 == 0) store<f64>(table, 0);
  for (let k = max(k0, 1); k < k1; k++) store<f64>(table + ((<usize>k) << 3), <f64>k * log64(<f64>k));
}

/**
 * count[u] = rows in which a variable and u are both 1; the variable's rows are columnRow[c0] to columnRow[c1], or a part of them. Rows compressed: rowStart/rowIndex.
 * count: i32[d].
 */
export function pair_counts_rows(count: usize, rowStart: usize, rowIndex: usize, columnRow: usize, c0: i32, c1: i32, d: i32): void {
  memory.fill(count, 0, (<usize>d) << 2);
  for (let c = c0; c < c1; c++) {
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

/** count[c] = entries [e0, e1) of index that are c. count: i32[columns]. */
export function index_counts(count: usize, index: usize, e0: i32, e1: i32, columns: i32): void {
  memory.fill(count, 0, (<usize>columns) << 2);
  for (let e = <usize>e0; e < <usize>e1; e++) {
    const at = count + ((<usize>load<u32>(index + (e << 2))) << 2);
    store<i32>(at, load<i32>(at) + 1);
  }
}

/** Where columns begin, columnStart: i32[columns + 1], and each part's share of them: count, i32[parts][columns] of index_counts, becomes where that begins. */
export function column_starts(columnStart: usize, count: usize, parts: i32, columns: i32): void {
  let sum = 0;
  for (let c: usize = 0; c < <usize>columns; c++) {
    store<i32>(columnStart + (c << 2), sum);
    for (let k: usize = 0; k < <usize>parts; k++) {
      const at = count + ((k * <usize>columns + c) << 2), own = load<i32>(at);
      store<i32>(at, sum);
      sum += own;
    }
  }
  store<i32>(columnStart + ((<usize>columns) << 2), sum);
}

/** Writes rows [r0, r1) of the compressed rows start/index into the columns, each at next[column], i32[columns], which moves on: rows rise within a column. */
export function column_rows(columnRow: usize, next: usize, start: usize, index: usize, r0: i32, r1: i32): void {
  let e = <usize>load<i32>(start + ((<usize>r0) << 2));
  for (let r = r0; r < r1; r++) {
    const last = <usize>load<i32>(start + ((<usize>r) << 2), 4);
    for (; e < last; e++) {
      const at = next + ((<usize>load<u32>(index + (e << 2))) << 2), to = load<i32>(at);
      store<i32>(at, to + 1);
      store<i32>(columnRow + ((<usize>to) << 2), r);
    }
  }
}

/** count[u] = popcount(bits[v] AND bits[u]) for u in [i0, i1), or for u = list[i], i32, i in [i0, i1), unless list is 0; a column is `words` 64-bit words. */
export function pair_counts_bits(count: usize, bits: usize, v: i32, words: i32, list: usize, i0: i32, i1: i32): void {
  const bytes = (<usize>words) << 3, a = bits + <usize>v * bytes;
  for (let i = i0; i < i1; i++) {
    const u = list ? load<i32>(list + ((<usize>i) << 2)) : i;
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
 * together, a function of ones[u] alone: most pairs of sparse data cost one look-up. Without levels, the distinct ones, it is not used.
 */
export function information_binary(
  information: usize, count: usize, ones: usize, margin: usize, table: usize, zero: usize, levels: usize, levelCount: i32, v: i32, n: i32, u0: i32, u1: i32,
): void {
  zeros(ones, margin, table, zero, levels, levelCount, v, n);
  const nv = load<i32>(ones + ((<usize>v) << 2)), hv = load<f64>(margin + ((<usize>v) << 3)), total = T(table, n);
  for (let u = u0; u < u1; u++) {
    const both = load<i32>(count + ((<usize>u) << 2)), nu = load<i32>(ones + ((<usize>u) << 2));
    const value = both == 0 && levelCount > 0
      ? load<f64>(zero + ((<usize>nu) << 3))
      : binary(table, both, nu, nv, n, load<f64>(margin + ((<usize>u) << 3)), hv, total);
    store<f64>(information + ((<usize>u) << 3), value);
  }
}

/** Fills `zero` for v. */
export function zeros(ones: usize, margin: usize, table: usize, zero: usize, levels: usize, levelCount: i32, v: i32, n: i32): void {
  const nv = load<i32>(ones + ((<usize>v) << 2)), hv = load<f64>(margin + ((<usize>v) << 3)), total = T(table, n);
  for (let l: usize = 0; l < <usize>levelCount; l++) {
    const nu = load<i32>(levels + (l << 2));
    if (nu + nv <= n) store<f64>(zero + ((<usize>nu) << 3), binary(table, 0, nu, nv, n, T(table, nu) + T(table, n - nu), hv, total));
  }
}

// @ts-ignore: decorator
@inline
export function binary(table: usize, both: i32, nu: i32, nv: i32, n: i32, hu: f64, hv: f64, total: f64): f64 {
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

/** information[u] = I(v; u) in nats for u in [u0, u1), columns of u8 states, n rows each, of states[u] states, i32; margin: f64, Σ T of each alone. joint: scratch for the largest table. */
export function information_states(
  information: usize, joint: usize, columns: usize, states: usize, margin: usize, table: usize, v: i32, n: i32, u0: i32, u1: i32,
): void {
  const first = columns + <usize>v * <usize>n, k = load<i32>(states + ((<usize>v) << 2)), h = load<f64>(margin + ((<usize>v) << 3));
  for (let u = <usize>u0; u < <usize>u1; u++) {
    const own = load<i32>(states + (u << 2));
    joint_counts(joint, first, columns + u * <usize>n, k, own, n);
    store<f64>(information + (u << 3), information_joint(joint, table, h, load<f64>(margin + (u << 3)), k, own, n));
  }
}
