import { list_offers } from './prim';

// Counts of pairs of items that occur together, coded. The row of item a lists its partners b > a, rising, each by its gap to the one before (at first to a) and the count, both at least
// 1 and written as LEB128: seven bits a byte, the lowest first, with 128 added to all but the last. A turned row lists partners a < b, the first by its gap to -1.
//
// own, here: i32[d] counts, then a bit for each item whose count is not 0, then a bit for each 64-bit word of those: all zeros, and left as zeros.

/** The most bytes that a pair takes. */
const PAIR: usize = 10;

// @ts-ignore: decorator
@inline
function marks_of(own: usize, d: i32): usize {
  return own + ((<usize>d << 2) + 7 & ~7);
}

// @ts-ignore: decorator
@inline
function tops_of(marks: usize, d: i32): usize {
  return marks + ((<usize>d + 63) >> 6 << 3);
}

// @ts-ignore: decorator
@inline
function add(own: usize, marks: usize, tops: usize, u: u32, count: i32): i32 {
  const at = own + (<usize>u << 2), k = load<i32>(at);
  store<i32>(at, k + count);
  if (k != 0) return 0;
  const mark = marks + (<usize>u >> 6 << 3), top = tops + (<usize>u >> 12 << 3);
  store<u64>(mark, load<u64>(mark) | (<u64>1 << <u64>(u & 63)));
  store<u64>(top, load<u64>(top) | (<u64>1 << <u64>(u >> 6 & 63)));
  return 1;
}

// @ts-ignore: decorator
@inline
function put(at: usize, x: u32): usize {
  while (x >= 128) {
    store<u8>(at++, x | 128);
    x >>= 7;
  }
  store<u8>(at, x);
  return at + 1;
}

// @ts-ignore: decorator
@inline
function get(at: usize): u32 {
  let byte = load<u8>(at), x = <u32>byte & 127;
  for (let shift: u32 = 7; byte >= 128; shift += 7) {
    byte = load<u8>(++at);
    x |= (<u32>byte & 127) << shift;
  }
  return x;
}

// @ts-ignore: decorator
@inline
function length_of(x: u32): usize {
  return x < 128 ? 1 : x < 16384 ? 2 : x < 2097152 ? 3 : x < 268435456 ? 4 : 5;
}

/** Codes v's row from what own counts, which become zeros; only that where there is no `out`. Returns where it ends. */
function code(out: usize, own: usize, marks: usize, tops: usize, v: i32, d: i32): usize {
  let at = out, last = <u32>v;
  const words = (<usize>d + 4095) >> 12;
  for (let w = <usize>v >> 12; w < words; w++) {
    let top = load<u64>(tops + (w << 3));
    store<u64>(tops + (w << 3), 0);
    for (; top != 0; top &= top - 1) {
      const m = (w << 6) + <usize>ctz(top);
      let mark = load<u64>(marks + (m << 3));
      store<u64>(marks + (m << 3), 0);
      for (; mark != 0; mark &= mark - 1) {
        const u = <u32>(m << 6) + <u32>ctz(mark), k = own + (<usize>u << 2);
        if (out) {
          at = put(at, u - last);
          at = put(at, load<u32>(k));
        }
        store<i32>(k, 0);
        last = u;
      }
    }
  }
  return at;
}

/**
 * Counts in how many rows each `step`-th of the items [v0, v1), from v0 on, occurs with those behind it, and codes their rows, one after another, in up to `capacity` bytes. size: i32, of each row,
 * bytes. Rows and columns compressed, items rise within a row. Returns for how many items there was room.
 */
export function pairs_of_rows(
  out: usize, capacity: i32, size: usize, own: usize, rowStart: usize, rowIndex: usize, columnStart: usize, columnRow: usize, v0: i32, v1: i32, step: i32, d: i32,
): i32 {
  const marks = marks_of(own, d), tops = tops_of(marks, d), end = out + <usize>capacity;
  let at = out, done = 0;
  for (let v = v0; v < v1; v += step) {
    let met = 0;
    const last = load<i32>(columnStart + (<usize>v << 2), 4);
    for (let c = load<i32>(columnStart + (<usize>v << 2)); c < last; c++) {
      const r = rowStart + (<usize>load<i32>(columnRow + (<usize>c << 2)) << 2);
      // The row has v: the loop ends there.
      for (let e = rowIndex + (<usize>load<i32>(r, 4) << 2) - 4; load<u32>(e) > <u32>v; e -= 4) met += add(own, marks, tops, load<u32>(e), 1);
    }
    if (at + <usize>met * PAIR > end) {
      code(0, own, marks, tops, v, d);
      return done;
    }
    const from = at;
    at = code(at, own, marks, tops, v, d);
    store<i32>(size + (<usize>done << 2), <i32>(at - from));
    done++;
  }
  return done;
}

/**
 * Adds up the coded rows [v0, v1) of k sources, as pairs_of_rows has them. start: where each row of each source begins in coded, u32[k][v1 - v0 + 1]. Sums must be below 2^31. What is written takes no more bytes than what is read.
 */
export function pairs_merge(out: usize, size: usize, own: usize, coded: usize, start: usize, k: i32, v0: i32, v1: i32, d: i32): void {
  const marks = marks_of(own, d), tops = tops_of(marks, d);
  let at = out;
  for (let v = v0; v < v1; v++) {
    for (let s: usize = 0; s < <usize>k; s++) {
      const row = start + ((s * <usize>(v1 - v0 + 1) + <usize>(v - v0)) << 2), last = coded + load<u32>(row, 4);
      let u = <u32>v;
      for (let from = coded + load<u32>(row); from < last; ) {
        const gap = get(from);
        from += length_of(gap);
        const count = get(from);
        from += length_of(count);
        u += gap;
        add(own, marks, tops, u, <i32>count);
      }
    }
    const from = at;
    at = code(at, own, marks, tops, v, d);
    store<i32>(size + (<usize>(v - v0) << 2), <i32>(at - from));
  }
}

/** Adds to size, u32[d], how many bytes the coded rows [v0, v1) take turned; last: i32[d], −1 each at first, is what each item's turned row came to. start: where each row begins in coded, u32[v1 + 1]. */
export function pairs_turned_sizes(size: usize, last: usize, coded: usize, start: usize, v0: i32, v1: i32): void {
  for (let v = v0; v < v1; v++) {
    const end = coded + load<u32>(start + (<usize>v << 2), 4);
    let u = <u32>v;
    for (let from = coded + load<u32>(start + (<usize>v << 2)); from < end; ) {
      const gap = get(from);
      from += length_of(gap);
      const count = length_of(get(from));
      from += count;
      u += gap;
      const own = last + (<usize>u << 2), sum = size + (<usize>u << 2);
      store<u32>(sum, load<u32>(sum) + <u32>(length_of(<u32>(v - load<i32>(own))) + count));
      store<i32>(own, v);
    }
  }
}

/** Turns the coded rows [v0, v1), each pair written at next, u32[d], which moves on, of the bytes at out. last as in pairs_turned_sizes, −1 again at first. */
export function pairs_turn(out: usize, next: usize, last: usize, coded: usize, start: usize, v0: i32, v1: i32): void {
  for (let v = v0; v < v1; v++) {
    const end = coded + load<u32>(start + (<usize>v << 2), 4);
    let u = <u32>v;
    for (let from = coded + load<u32>(start + (<usize>v << 2)); from < end; ) {
      const gap = get(from);
      from += length_of(gap);
      const count = get(from);
      from += length_of(count);
      u += gap;
      const own = last + (<usize>u << 2), place = next + (<usize>u << 2);
      const to = out + load<u32>(place);
      store<u32>(place, <u32>(put(put(to, <u32>(v - load<i32>(own))), count) - out));
      store<i32>(own, v);
    }
  }
}

/** Writes into count, i32[d], the counts of v with all other items, 0 for those that never occur with it and for v: from its row at row to rowEnd, and its turned row. */
export function pairs_row(count: usize, row: usize, rowEnd: usize, turned: usize, turnedEnd: usize, v: i32, d: i32): void {
  memory.fill(count, 0, <usize>d << 2);
  read(count, 0, 0, row, rowEnd, v);
  read(count, 0, 0, turned, turnedEnd, -1);
}

/** prim_list from coded rows and turned ones, where item is variable; start, turnedStart: u32[d + 1], where each begins. */
export function prim_list_coded(
  out: usize, own: usize, list: usize, size: i32, capacity: i32, key: usize, parent: usize, levelMin: usize, levelParent: usize, levelStart: usize, levelOnes: usize,
  vertex: usize, slot: usize, ones: usize, margin: usize, table: usize, coded: usize, start: usize, turned: usize, turnedStart: usize, n: i32, levels: i32,
): i32 {
  const d = load<i32>(levelStart + (<usize>levels << 2));
  const touched = own + (<usize>d << 2);
  let at = out, left = capacity;
  for (let i = 0; i < size; i++) {
    const v = load<i32>(list + (<usize>i << 2)), row = <usize>v << 2;
    let met = read(own, touched, 0, turned + load<u32>(turnedStart + row), turned + load<u32>(turnedStart + row, 4), -1);
    met = read(own, touched, met, coded + load<u32>(start + row), coded + load<u32>(start + row, 4), v);
    const cells = list_offers(at, left, own, met, v, key, parent, levelMin, levelParent, levelStart, levelOnes, vertex, slot, ones, margin, table, n, levels);
    if (cells < 0) return i;
    at += <usize>cells << 4;
    left -= cells;
  }
  return size;
}

/** Counts of a coded row, which begins behind item `first`, and a list of its items behind the `met` that are there, where there is one. Returns how many it has then. */
// @ts-ignore: decorator
@inline
function read(count: usize, touched: usize, met: i32, from: usize, end: usize, first: i32): i32 {
  let u = <u32>first;
  while (from < end) {
    const gap = get(from);
    from += length_of(gap);
    const k = get(from);
    from += length_of(k);
    u += gap;
    store<u32>(count + (<usize>u << 2), k);
    if (touched) store<u32>(touched + (<usize>met << 2), u);
    met++;
  }
  return met;
}

/**
 * The first of the coded rows [v0, v1) that pairs_of_rows cannot have made of n rows, −1 where all are sound. coded has `bytes` bytes; start: where each row begins, u32[v1 − v0 + 1]; ones: i32[d], in how many rows
 * each item is, −1 where that is not known.
 */
export function pairs_unsound(coded: usize, bytes: u32, start: usize, ones: usize, v0: i32, v1: i32, d: i32, n: i32): i32 {
  for (let v = v0; v < v1; v++) {
    const at = start + (<usize>(v - v0) << 2), end = load<u32>(at, 4), nv = load<i32>(ones + (<usize>v << 2));
    let u = <i64>v, from = load<u32>(at);
    if (end > bytes || from > end) return v;
    while (from < end) {
      let gap: u64 = 0, count: u64 = 0;
      for (let shift: u64 = 0; ; shift += 7) {
        if (from >= end || shift > 28) return v;
        const byte = load<u8>(coded + from++);
        gap |= <u64>(byte & 127) << shift;
        if (byte < 128) break;
      }
      for (let shift: u64 = 0; ; shift += 7) {
        if (from >= end || shift > 28) return v;
        const byte = load<u8>(coded + from++);
        count |= <u64>(byte & 127) << shift;
        if (byte < 128) break;
      }
      u += gap;
      if (gap == 0 || u >= d || count == 0) return v;
      const nu = load<i32>(ones + (<usize>u << 2));
      const most = min(nv < 0 ? n : nv, nu < 0 ? n : nu);
      if (count > <u64>most || (min(nu, nv) >= 0 && <i64>nu + <i64>nv - <i64>count > <i64>n)) return v;
    }
  }
  return -1;
}
