import { I, P, put } from './arrays';
import { log64, log64x2 } from './math';

// Binary latent class models over bit columns, as progressive EM needs them (Chen et al., AAAI 2016). A column is `words` 64-bit words, row r being bit
// r % 64 of word r / 64 and bits beyond the last row 0. A conditional table of a binary variable is two f64: P(1 | parent 0), P(1 | parent 1).

// @ts-ignore: decorator
@inline
function column(addresses: usize, i: i32, k: i32): usize {
  const at = select<i32>(i, 0, i < k);
  return load<u32>(addresses + ((<usize>at) << 2));
}

/**
 * table[cell] = rows in which k binary columns take the cell's values, bit j of the cell being column j. table: i32[2^k], column: u32[k] addresses,
 * k from 1 to 4, n rows. Counts of ones of every subset of the columns, then inclusion and exclusion.
 */
export function joint_table(table: usize, columns: usize, k: i32, words: i32, n: i32): void {
  const pa = column(columns, 0, k), pb = column(columns, 1, k), pc = column(columns, 2, k), pd = column(columns, 3, k);
  let na: u64 = 0, nb: u64 = 0, nc: u64 = 0, nd: u64 = 0, nab: u64 = 0, nac: u64 = 0, nad: u64 = 0, nbc: u64 = 0;
  let nbd: u64 = 0, ncd: u64 = 0, nabc: u64 = 0, nabd: u64 = 0, nacd: u64 = 0, nbcd: u64 = 0, nabcd: u64 = 0;
  const end = (<usize>words) << 3;
  for (let at: usize = 0; at < end; at += 8) {
    const a = load<u64>(pa + at), b = load<u64>(pb + at), c = load<u64>(pc + at), d = load<u64>(pd + at);
    na += popcnt<u64>(a);
    nb += popcnt<u64>(b);
    nc += popcnt<u64>(c);
    nd += popcnt<u64>(d);
    const ab = a & b, cd = c & d;
    nab += popcnt<u64>(ab);
    nac += popcnt<u64>(a & c);
    nad += popcnt<u64>(a & d);
    nbc += popcnt<u64>(b & c);
    nbd += popcnt<u64>(b & d);
    ncd += popcnt<u64>(cd);
    nabc += popcnt<u64>(ab & c);
    nabd += popcnt<u64>(ab & d);
    nacd += popcnt<u64>(a & cd);
    nbcd += popcnt<u64>(b & cd);
    nabcd += popcnt<u64>(ab & cd);
  }
  set_count(table, k, 0, n);
  set_count(table, k, 1, <i32>na);
  set_count(table, k, 2, <i32>nb);
  set_count(table, k, 3, <i32>nab);
  set_count(table, k, 4, <i32>nc);
  set_count(table, k, 5, <i32>nac);
  set_count(table, k, 6, <i32>nbc);
  set_count(table, k, 7, <i32>nabc);
  set_count(table, k, 8, <i32>nd);
  set_count(table, k, 9, <i32>nad);
  set_count(table, k, 10, <i32>nbd);
  set_count(table, k, 11, <i32>nabd);
  set_count(table, k, 12, <i32>ncd);
  set_count(table, k, 13, <i32>nacd);
  set_count(table, k, 14, <i32>nbcd);
  set_count(table, k, 15, <i32>nabcd);
  const cells = 1 << k;
  for (let bit = 1; bit < cells; bit <<= 1) {
    for (let s = 0; s < cells; s++) {
      if (s & bit) continue;
      const slot = table + ((<usize>s) << 2);
      store<i32>(slot, load<i32>(slot) - load<i32>(table + ((<usize>(s | bit)) << 2)));
    }
  }
}

// @ts-ignore: decorator
@inline
function set_count(table: usize, k: i32, subset: i32, count: i32): void {
  if (subset >> k == 0) store<i32>(table + ((<usize>subset) << 2), count);
}

/**
 * EM for a latent class model Y -> X1 .. Xk on a table of 2^k counts (joint_table), k from 1 to 4. parameter: f64[1 + 2k], P(Y = 1) and the tables of
 * the X, in place; all strictly between 0 and 1. Only what `learn` names moves: bit 0 the prior, bit j the table of Xj. One pseudo-count is added to every
 * expected cell. Takes up to `steps` steps and stops before one if the last gained less than `tolerance`; returns the log-likelihood, nats, of the
 * parameters it leaves. scratch: f64[2 + 2k].
 */
export function latent_class_em(parameter: usize, table: usize, k: i32, learn: i32, steps: i32, tolerance: f64, scratch: usize): f64 {
  const cells = 1 << k;
  let before: f64 = -Infinity;
  let step = 0;
  while (true) {
    // scratch: expected rows with Y = 0 and 1, then for each X those with X = 1 and Y = 0, 1
    memory.fill(scratch, 0, (<usize>(2 + 2 * k)) << 3);
    let likelihood: f64 = 0;
    const prior = P(parameter, 0);
    for (let cell = 0; cell < cells; cell++) {
      const count = <f64>load<i32>(table + ((<usize>cell) << 2));
      if (count == 0) continue;
      let p0 = 1 - prior, p1 = prior;
      for (let j = 0; j < k; j++) {
        const a = P(parameter, 1 + 2 * j), b = P(parameter, 2 + 2 * j);
        const one = (cell >> j) & 1;
        p0 *= one ? a : 1 - a;
        p1 *= one ? b : 1 - b;
      }
      const p = p0 + p1;
      likelihood += count * log64(p);
      const n1 = count * (p1 / p), n0 = count - n1;
      put(scratch, 0, P(scratch, 0) + n0);
      put(scratch, 1, P(scratch, 1) + n1);
      for (let j = 0; j < k; j++) {
        if (((cell >> j) & 1) == 0) continue;
        put(scratch, 2 + 2 * j, P(scratch, 2 + 2 * j) + n0);
        put(scratch, 3 + 2 * j, P(scratch, 3 + 2 * j) + n1);
      }
    }
    if (step == steps || likelihood - before < tolerance) return likelihood;
    before = likelihood;
    step++;
    const n0 = P(scratch, 0), n1 = P(scratch, 1);
    if (learn & 1) put(parameter, 0, (n1 + 1) / (n0 + n1 + 2));
    for (let j = 0; j < k; j++) {
      if (((learn >> (1 + j)) & 1) == 0) continue;
      put(parameter, 1 + 2 * j, (P(scratch, 2 + 2 * j) + 1) / (n0 + 2));
      put(parameter, 2 + 2 * j, (P(scratch, 3 + 2 * j) + 1) / (n1 + 2));
    }
  }
}

/**
 * EM for the two-latent model of the unidimensionality test: Y -> A, B, Z and Z -> W, X, on a table of 16 counts (joint_table of A, B, W, X). Of it only
 * P(Z | Y), P(W | Z), P(X | Z) move: learned, f64[6], in place. fixed: f64[5], P(Y = 1) and the tables of A and B. Pseudo-counts, steps, tolerance and the
 * returned log-likelihood as in latent_class_em.
 */
export function latent_pair_em(learned: usize, fixed: usize, table: usize, steps: i32, tolerance: f64): f64 {
  const prior = P(fixed, 0), a0 = P(fixed, 1), a1 = P(fixed, 2), b0 = P(fixed, 3), b1 = P(fixed, 4);
  let before: f64 = -Infinity;
  let step = 0;
  while (true) {
    const z0 = P(learned, 0), z1 = P(learned, 1);
    const w0 = P(learned, 2), w1 = P(learned, 3), x0 = P(learned, 4), x1 = P(learned, 5);
    // expected rows by (y, z), and by z with W = 1 or X = 1
    let n00: f64 = 0, n01: f64 = 0, n10: f64 = 0, n11: f64 = 0, nw0: f64 = 0, nw1: f64 = 0, nx0: f64 = 0, nx1: f64 = 0;
    let likelihood: f64 = 0;
    const u0 = f64x2.replace_lane(f64x2.splat(1 - w0), 1, w0), u1 = f64x2.replace_lane(f64x2.splat(1 - w1), 1, w1);
    for (let ab = 0; ab < 4; ab++) {
      const y0 = (1 - prior) * (ab & 1 ? a0 : 1 - a0) * (ab & 2 ? b0 : 1 - b0);
      const y1 = prior * (ab & 1 ? a1 : 1 - a1) * (ab & 2 ? b1 : 1 - b1);
      const f00 = y0 * (1 - z0), f01 = y0 * z0, f10 = y1 * (1 - z1), f11 = y1 * z1;
      // Two cells at a time, W = 0 and 1.
      for (let x = 0; x < 2; x++) {
        const cell = table + ((<usize>(ab | (x << 3))) << 2);
        const c0 = <f64>load<i32>(cell), c1 = <f64>load<i32>(cell, 16);
        if (c0 == 0 && c1 == 0) continue;
        const g0 = f64x2.mul(u0, f64x2.splat(x ? x0 : 1 - x0)), g1 = f64x2.mul(u1, f64x2.splat(x ? x1 : 1 - x1));
        const p00 = f64x2.mul(f64x2.splat(f00), g0), p01 = f64x2.mul(f64x2.splat(f01), g1);
        const p10 = f64x2.mul(f64x2.splat(f10), g0), p11 = f64x2.mul(f64x2.splat(f11), g1);
        const p = f64x2.add(f64x2.add(p00, p01), f64x2.add(p10, p11));
        const ln = log64x2(p);
        const share = f64x2.div(f64x2.replace_lane(f64x2.splat(c0), 1, c1), p);
        const s00 = f64x2.mul(share, p00), s01 = f64x2.mul(share, p01), s10 = f64x2.mul(share, p10), s11 = f64x2.mul(share, p11);
        const m0 = f64x2.mul(share, f64x2.add(p00, p10)), m1 = f64x2.mul(share, f64x2.add(p01, p11));
        if (c0 != 0) {
          likelihood += c0 * f64x2.extract_lane(ln, 0);
          n00 += f64x2.extract_lane(s00, 0);
          n01 += f64x2.extract_lane(s01, 0);
          n10 += f64x2.extract_lane(s10, 0);
          n11 += f64x2.extract_lane(s11, 0);
          if (x) {
            nx0 += f64x2.extract_lane(m0, 0);
            nx1 += f64x2.extract_lane(m1, 0);
          }
        }
        if (c1 != 0) {
          likelihood += c1 * f64x2.extract_lane(ln, 1);
          n00 += f64x2.extract_lane(s00, 1);
          n01 += f64x2.extract_lane(s01, 1);
          n10 += f64x2.extract_lane(s10, 1);
          n11 += f64x2.extract_lane(s11, 1);
          nw0 += f64x2.extract_lane(m0, 1);
          nw1 += f64x2.extract_lane(m1, 1);
          if (x) {
            nx0 += f64x2.extract_lane(m0, 1);
            nx1 += f64x2.extract_lane(m1, 1);
          }
        }
      }
    }
    if (step == steps || likelihood - before < tolerance) return likelihood;
    before = likelihood;
    step++;
    put(learned, 0, (n01 + 1) / (n00 + n01 + 2));
    put(learned, 1, (n11 + 1) / (n10 + n11 + 2));
    const n0 = n00 + n10 + 2, n1 = n01 + n11 + 2;
    put(learned, 2, (nw0 + 1) / n0);
    put(learned, 3, (nw1 + 1) / n1);
    put(learned, 4, (nx0 + 1) / n0);
    put(learned, 5, (nx1 + 1) / n1);
  }
}

/** ones[g] = rows of group g that are 1 in a column. ones: i32[groups], group: i32[rows]; size: i32, how many groups there are. */
export function group_ones(ones: usize, group: usize, bits: usize, words: i32, size: usize): void {
  memory.fill(ones, 0, (<usize>load<i32>(size)) << 2);
  for (let w = 0; w < words; w++) {
    let rest = load<u64>(bits + ((<usize>w) << 3));
    while (rest) {
      const r = (w << 6) + <i32>ctz<u64>(rest);
      rest &= rest - 1;
      const slot = ones + ((<usize>load<i32>(group + ((<usize>r) << 2))) << 2);
      store<i32>(slot, load<i32>(slot) + 1);
    }
  }
}

/**
 * Splits groups of rows that agree on some columns by one more. like: f64[groups][2], the probability of a group's values given Y = 0, 1, gains the factor
 * of the column's table p0, p1. count, ones: i32[groups], ones from group_ones; target: i32[groups], scratch. No group is left empty, so that count, like, ones and target
 * never need more room than there are rows. size: i32, the number of groups, which rises; new ones come last.
 */
export function group_split(
  group: usize, count: usize, like: usize, ones: usize, target: usize, bits: usize, words: i32, size: usize, p0: f64, p1: f64,
): void {
  const groups = load<i32>(size);
  let next = groups;
  for (let g = 0; g < groups; g++) {
    const all = load<i32>(count + ((<usize>g) << 2)), on = load<i32>(ones + ((<usize>g) << 2));
    const f0 = P(like, 2 * g), f1 = P(like, 2 * g + 1);
    let moved = g;
    if (on > 0 && on < all) {
      moved = next++;
      store<i32>(count + ((<usize>g) << 2), all - on);
      store<i32>(count + ((<usize>moved) << 2), on);
    }
    store<i32>(target + ((<usize>g) << 2), moved);
    if (on > 0) {
      put(like, 2 * moved, f0 * p0);
      put(like, 2 * moved + 1, f1 * p1);
    }
    if (on < all) {
      put(like, 2 * g, f0 * (1 - p0));
      put(like, 2 * g + 1, f1 * (1 - p1));
    }
  }
  if (next == groups) return;
  store<i32>(size, next);
  for (let w = 0; w < words; w++) {
    let rest = load<u64>(bits + ((<usize>w) << 3));
    while (rest) {
      const slot = group + ((<usize>((w << 6) + <i32>ctz<u64>(rest))) << 2);
      rest &= rest - 1;
      store<i32>(slot, load<i32>(target + ((<usize>load<i32>(slot)) << 2)));
    }
  }
}

/**
 * The unidimensionality test's gain in log-likelihood, nats, over all rows: two-latent model minus one-latent model, on an island's groups split by a
 * candidate X. count, ones (of X), onesW (of W, an island's member): i32[groups]; size: i32, the number of groups; like: f64[groups][2] as in group_split, prior = P(Y = 1).
 * w: P(W | Y), x: P(X | Y) of the one, f64[2] each; pair: f64[6] as latent_pair_em leaves it, of the other.
 */
export function island_gain(
  count: usize, ones: usize, onesW: usize, like: usize, size: usize, prior: f64, w: usize, x: usize, pair: usize,
): f64 {
  const groups = load<i32>(size);
  const x0 = P(x, 0), x1 = P(x, 1);
  let sum: f64 = 0;
  for (let g = 0; g < groups; g++) {
    const on = load<i32>(ones + ((<usize>g) << 2)), off = load<i32>(count + ((<usize>g) << 2)) - on;
    const hasW = load<i32>(onesW + ((<usize>g) << 2)) > 0;
    const f0 = (1 - prior) * P(like, 2 * g), f1 = prior * P(like, 2 * g + 1);
    if (on > 0) sum += <f64>on * log64((f0 * split(pair, w, 0, hasW, true) + f1 * split(pair, w, 1, hasW, true)) / (f0 * x0 + f1 * x1));
    if (off > 0) sum += <f64>off * log64((f0 * split(pair, w, 0, hasW, false) + f1 * split(pair, w, 1, hasW, false)) / (f0 * (1 - x0) + f1 * (1 - x1)));
  }
  return sum;
}

/** P(W, X | Y = y) through Z, over P(W | Y = y). */
// @ts-ignore: decorator
@inline
function split(pair: usize, w: usize, y: i32, hasW: bool, hasX: bool): f64 {
  const z = P(pair, y), wy = P(w, y);
  const w0 = P(pair, 2), w1 = P(pair, 3), x0 = P(pair, 4), x1 = P(pair, 5);
  const both = (1 - z) * (hasW ? w0 : 1 - w0) * (hasX ? x0 : 1 - x0) + z * (hasW ? w1 : 1 - w1) * (hasX ? x1 : 1 - x1);
  return both / (hasW ? wy : 1 - wy);
}

/** Completes the data: bit r of the column is 1 where Y = 1 is the more probable state of row r's group; ties are 0. like as in group_split. */
export function group_states(bits: usize, group: usize, like: usize, prior: f64, words: i32, n: i32): void {
  memory.fill(bits, 0, (<usize>words) << 3);
  for (let r = 0; r < n; r++) {
    const g = load<i32>(group + ((<usize>r) << 2));
    if (prior * P(like, 2 * g + 1) > (1 - prior) * P(like, 2 * g)) {
      const slot = bits + ((<usize>(r >> 6)) << 3);
      store<u64>(slot, load<u64>(slot) | ((<u64>1) << (<u64>(r & 63))));
    }
  }
}

/**
 * Groups the rows by the values of k columns, one after another: group, count, like as group_split leaves them, ones and target its scratch. columns: u32[k] addresses; tables: f64[k][2],
 * P(1 | Y = 0, 1) of each; n rows. size: i32, the number of groups.
 */
export function group_rows(
  group: usize, count: usize, like: usize, ones: usize, target: usize, size: usize, columns: usize, tables: usize, k: i32, words: i32, n: i32,
): void {
  memory.fill(group, 0, (<usize>n) << 2);
  store<i32>(count, n);
  put(like, 0, 1);
  put(like, 1, 1);
  store<i32>(size, 1);
  for (let j = 0; j < k; j++) {
    const bits = <usize>load<u32>(columns + ((<usize>j) << 2));
    group_ones(ones, group, bits, words, size);
    group_split(group, count, like, ones, target, bits, words, size, P(tables, 2 * j), P(tables, 2 * j + 1));
  }
}

/**
 * EM from random starts (Chickering and Heckerman 1997): one step each, then rounds of 1, 2, 4 ... steps that the likelier half survives, of equals the one drawn first, and the last goes
 * on to the end. fixed 0: latent_class_em of k variables; else latent_pair_em beside these. found: f64[1 + 2k or 6], what the best start became. draws: f32, uniform numbers,
 * as many for each of `restarts` starts. starts: as many f64; likelihood: f64[restarts]; order: i32[restarts]; sums: f64[2 + 2k]: scratch.
 */
export function latent_fit(
  found: usize, table: usize, k: i32, fixed: usize, draws: usize, starts: usize, likelihood: usize, order: usize, sums: usize,
  restarts: i32, steps: i32, tolerance: f64,
): void {
  const length = fixed ? 6 : 1 + 2 * k;
  // Inside (0, 1): a probability of 0 would stay.
  for (let i = 0, all = restarts * length; i < all; i++) put(starts, i, 0.05 + 0.9 * <f64>load<f32>(draws + ((<usize>i) << 2)));
  for (let i = 0; i < restarts; i++) {
    store<i32>(order + ((<usize>i) << 2), i);
    put(likelihood, i, run_em(starts, length, i, table, k, fixed, sums, 1, tolerance));
  }
  let done = 1, alive = restarts;
  for (let round = 1; alive > 1; round <<= 1) {
    const more = min(round, steps - done);
    for (let a = 0; a < alive; a++) {
      const i = I(order, a);
      put(likelihood, i, run_em(starts, length, i, table, k, fixed, sums, more, tolerance));
    }
    done += more;
    for (let a = 1; a < alive; a++) {
      const i = I(order, a), own = P(likelihood, i);
      let at = a;
      for (; at > 0 && P(likelihood, I(order, at - 1)) < own; at--) store<i32>(order + ((<usize>at) << 2), I(order, at - 1));
      store<i32>(order + ((<usize>at) << 2), i);
    }
    alive = (alive + 1) >> 1;
  }
  const best = I(order, 0);
  run_em(starts, length, best, table, k, fixed, sums, steps - done, tolerance);
  memory.copy(found, starts + ((<usize>(best * length)) << 3), (<usize>length) << 3);
}

/** EM on start i; returns its log-likelihood. */
function run_em(starts: usize, length: i32, i: i32, table: usize, k: i32, fixed: usize, sums: usize, steps: i32, tolerance: f64): f64 {
  const at = starts + ((<usize>(i * length)) << 3);
  return fixed ? latent_pair_em(at, fixed, table, steps, tolerance) : latent_class_em(at, table, k, LEARN_ALL, steps, tolerance, sums);
}

const LEARN_ALL: i32 = 0x1ff;

/**
 * partner[v] = the variable u of the list `free`, other than v, of most information[u], the first of equals, −1 if there is none; strength[v] = that much, −1. By variable: partner i32,
 * strength and information f64. free: i32[count].
 */
export function find_partner(partner: usize, strength: usize, information: usize, free: usize, count: i32, v: i32): void {
  let best = -1;
  let most: f64 = -1;
  for (let i = 0; i < count; i++) {
    const u = I(free, i), x = P(information, u);
    if (x > most && u != v) {
      most = x;
      best = u;
    }
  }
  store<i32>(partner + ((<usize>v) << 2), best);
  put(strength, v, most);
}

/** The variable of the list `free` of most strength, the first of equals. free: i32[count], count >= 1; strength: f64 by variable. */
export function most_of(strength: usize, free: usize, count: i32): i32 {
  let best = I(free, 0);
  let most = P(strength, best);
  for (let i = 1; i < count; i++) {
    const u = I(free, i), x = P(strength, u);
    if (x > most) {
      most = x;
      best = u;
    }
  }
  return best;
}

/** Bit r of column v is 1 where row r is in the list of v: bits: u64[..][words], for v in [v0, v1); columnStart, columnRow as in compress_columns. */
export function list_bits(bits: usize, columnStart: usize, columnRow: usize, words: i32, v0: i32, v1: i32): void {
  const bytes = (<usize>words) << 3;
  for (let v = v0; v < v1; v++) {
    const column = bits + <usize>v * bytes;
    memory.fill(column, 0, bytes);
    for (let e = I(columnStart, v), last = I(columnStart, v + 1); e < last; e++) {
      const r = I(columnRow, e), slot = column + ((<usize>(r >> 6)) << 3);
      store<u64>(slot, load<u64>(slot) | ((<u64>1) << (<u64>(r & 63))));
    }
  }
}
