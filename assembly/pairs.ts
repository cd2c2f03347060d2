// How often the ones of many binary columns meet: by the tables of the four Russians (Arlazarov, Dinic, Kronrod and Faradžev 1970), whose entry says for each of 32 columns how many of 8 rows it has
// in common with a byte of another column. One load and one addition count 8 rows of 16 pairs, where AND and popcount take three operations for 64 rows of one.

/** Columns side by side in a table: 32 bytes an entry, 256 entries. */
const COLUMNS: usize = 32;
const TABLE: usize = 8192;
/** Tables at a time: together as large as the smallest first-level cache. Bytes hold the sums of 31 tables. */
const TIMES: i32 = 7;

/**
 * slices[(k − b0) * stride + v] = byte k of column v, for bytes k in [b0, b1) and columns v in [v0, v1); 0 for v from d on. bits: columns of `words` 64-bit words.
 * slices: u8[b1 - b0][stride].
 */
export function bits_slices(slices: usize, bits: usize, words: i32, d: i32, stride: i32, b0: i32, b1: i32, v0: i32, v1: i32): void {
  const bytes = (<usize>words) << 3;
  for (let v = v0; v < v1; v++) {
    let to = slices + v;
    if (v >= d) {
      for (let k = b0; k < b1; k++, to += stride) store<u8>(to, 0);
      continue;
    }
    const from = bits + <usize>v * bytes;
    for (let k = <usize>b0; k < <usize>b1; k++, to += stride) store<u8>(to, load<u8>(from + k));
  }
}

/**
 * counts[(u − u0) * 32 + j] = rows of slices [s0, s1), of 8 rows each and 8,191 at most, in which columns u and v0 + j are both 1, for u in [u0, u1) and j below 32.
 * counts: i32[u1 - u0][32]; slices: as bits_slices writes them, v0 + 32 at most stride; scratch: 32,768 + 96 (u1 − u0) bytes.
 */
export function pair_counts_block(counts: usize, scratch: usize, slices: usize, stride: i32, s0: i32, s1: i32, v0: i32, u0: i32, u1: i32): void {
  const width = <usize>(u1 - u0) * COLUMNS;
  const sums = scratch + 4 * TABLE, halves = sums + width;
  memory.fill(sums, 0, 3 * width);
  let left = TIMES;
  for (let s = s0; s < s1; s += 4) {
    const first = slices + <usize>s * stride;
    const second = s + 1 < s1 ? first + stride : 0, third = s + 2 < s1 ? first + 2 * stride : 0, fourth = s + 3 < s1 ? first + 3 * stride : 0;
    fill(scratch, first, v0);
    fill(scratch + TABLE, second, v0);
    fill(scratch + 2 * TABLE, third, v0);
    fill(scratch + 3 * TABLE, fourth, v0);
    // A table of a slice that is not there is all 0.
    add(sums, width, scratch, first + u0, (second || first) + u0, (third || first) + u0, (fourth || first) + u0);
    if (--left == 0) {
      widen(halves, sums, width);
      left = TIMES;
    }
  }
  widen(halves, sums, width);
  finish(counts, halves, width);
}

/** table[b][j] = bits that byte b and column v0 + j of the slice have in common; 0 without a slice. */
function fill(table: usize, slice: usize, v0: i32): void {
  if (!slice) {
    memory.fill(table, 0, TABLE);
    return;
  }
  const one = i8x16.splat(1), x = v128.load(slice + v0), y = v128.load(slice + v0, 16);
  v128.store(table, i8x16.splat(0));
  v128.store(table, i8x16.splat(0), 16);
  for (let bit = 0; bit < 8; bit++) {
    const a = v128.and(i8x16.shr_u(x, bit), one), b = v128.and(i8x16.shr_u(y, bit), one);
    const size = COLUMNS << bit, end = table + size;
    for (let at = table; at < end; at += COLUMNS) {
      v128.store(at + size, i8x16.add(v128.load(at), a));
      v128.store(at + size, i8x16.add(v128.load(at, 16), b), 16);
    }
  }
}

/** Adds to each column's sums, u8[32], what the four tables have for its bytes. */
function add(sums: usize, width: usize, table: usize, first: usize, second: usize, third: usize, fourth: usize): void {
  for (const end = sums + width; sums < end; sums += COLUMNS) {
    const p = table + ((<usize>load<u8>(first++)) << 5), q = table + ((<usize>load<u8>(second++)) << 5);
    const r = table + ((<usize>load<u8>(third++)) << 5), s = table + ((<usize>load<u8>(fourth++)) << 5);
    const low = i8x16.add(i8x16.add(v128.load(sums), v128.load(p)), v128.load(q, TABLE));
    v128.store(sums, i8x16.add(i8x16.add(low, v128.load(r, 2 * TABLE)), v128.load(s, 3 * TABLE)));
    const high = i8x16.add(i8x16.add(v128.load(sums, 16), v128.load(p, 16)), v128.load(q, TABLE + 16));
    v128.store(sums, i8x16.add(i8x16.add(high, v128.load(r, 2 * TABLE + 16)), v128.load(s, 3 * TABLE + 16)), 16);
  }
}

/** Moves sums of bytes on to sums of 16 bits. */
function widen(halves: usize, sums: usize, width: usize): void {
  const zero = i8x16.splat(0);
  for (const end = sums + width; sums < end; sums += 16, halves += 32) {
    const x = v128.load(sums);
    v128.store(sums, zero);
    v128.store(halves, i16x8.add(v128.load(halves), i16x8.extend_low_i8x16_u(x)));
    v128.store(halves, i16x8.add(v128.load(halves, 16), i16x8.extend_high_i8x16_u(x)), 16);
  }
}

function finish(counts: usize, halves: usize, width: usize): void {
  for (const end = halves + 2 * width; halves < end; halves += 16, counts += 32) {
    const x = v128.load(halves);
    v128.store(counts, i32x4.extend_low_i16x8_u(x));
    v128.store(counts, i32x4.extend_high_i16x8_u(x), 16);
  }
}
