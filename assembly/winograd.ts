import { copy_rows, round } from './padding';
import { dense4x4, dense4x8, dot4x2, open4x4, open4x8 } from './product';
import { transpose4 } from './simd';

// 3x3 convolution of stride 1 by Winograd's F(4x4, 3x3) (Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016):
// 36 products for a tile of 16 outputs rather than 144. Interpolation points 0, ±5/8, ±3/2 and infinity, which keep the error at about twice
// that of the direct sum (8e-7 of the output's root mean square over 64 channels, measured; points 0, ±1, ±2 give 1.7e-6).
//
//   Y = Aᵀ [ Σ over channels of (G g Gᵀ) ⊙ (Bᵀ d B) ] A
//
// Images are [sample][channel][row][col]. Four tiles lie in the lanes of one vector; two such groups make a panel of eight. A block of panels
// is transformed, multiplied, and transformed back while it is in the second-level cache:
//   V: [36][panel][channel in][8]   U: [36][channel out / 4][channel in][4]   M: [36][panel][channel out][8]
// The 36 parts of V and M are 64 bytes further apart than their size, so that they do not fall on the same lines of the first-level cache.

const A: f32 = 0.625, B: f32 = 1.5;
const A2: f32 = 0.390625, B2: f32 = 2.25, A3: f32 = 0.244140625, B3: f32 = 3.375;
const A2B2: f32 = 0.87890625, SUM2: f32 = 2.640625;
// 1 / Π (p - q) over the other finite points q, for p = 0, ±A, ±B.
const G0: f32 = 1.0 / 0.87890625, GA: f32 = 1.0 / (2 * 0.390625 * (0.390625 - 2.25)), GB: f32 = 1.0 / (2 * 2.25 * (2.25 - 0.390625));

/** Bytes of constants that `put_constants` writes: loading one is cheaper than building it. */
const CONSTANTS: usize = 128;
const K_A: usize = 0, K_B: usize = 16, K_A2: usize = 32, K_B2: usize = 48, K_A3: usize = 64, K_B3: usize = 80, K_A2B2: usize = 96, K_SUM2: usize = 112;

function put_constants(k: usize): void {
  v128.store(k, f32x4.splat(A), K_A);
  v128.store(k, f32x4.splat(B), K_B);
  v128.store(k, f32x4.splat(A2), K_A2);
  v128.store(k, f32x4.splat(B2), K_B2);
  v128.store(k, f32x4.splat(A3), K_A3);
  v128.store(k, f32x4.splat(B3), K_B3);
  v128.store(k, f32x4.splat(A2B2), K_A2B2);
  v128.store(k, f32x4.splat(SUM2), K_SUM2);
}

/** Six numbers to Bᵀ times them. */
// @ts-ignore: decorator
@inline
function input_line(out: usize, step: usize, k: usize, d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128): void {
  const sum = v128.load(k, K_SUM2), product = v128.load(k, K_A2B2);
  v128.store(out, f32x4.add(f32x4.sub(f32x4.mul(product, d0), f32x4.mul(sum, d2)), d4));
  v128.store(out + 5 * step, f32x4.add(f32x4.sub(f32x4.mul(product, d1), f32x4.mul(sum, d3)), d5));
  const b2 = v128.load(k, K_B2);
  const even = f32x4.sub(d4, f32x4.mul(b2, d2));
  const odd = f32x4.mul(v128.load(k, K_A), f32x4.sub(d3, f32x4.mul(b2, d1)));
  v128.store(out + step, f32x4.add(even, odd));
  v128.store(out + 2 * step, f32x4.sub(even, odd));
  const a2 = v128.load(k, K_A2);
  const even2 = f32x4.sub(d4, f32x4.mul(a2, d2));
  const odd2 = f32x4.mul(v128.load(k, K_B), f32x4.sub(d3, f32x4.mul(a2, d1)));
  v128.store(out + 3 * step, f32x4.add(even2, odd2));
  v128.store(out + 4 * step, f32x4.sub(even2, odd2));
}

/** Four numbers to A times them, the adjoint of what output_line does. */
// @ts-ignore: decorator
@inline
function gradient_line(out: usize, step: usize, k: usize, y0: v128, y1: v128, y2: v128, y3: v128): void {
  v128.store(out, y0);
  v128.store(out + 5 * step, y3);
  const even = f32x4.add(y0, f32x4.mul(v128.load(k, K_A2), y2));
  const odd = f32x4.add(f32x4.mul(v128.load(k, K_A), y1), f32x4.mul(v128.load(k, K_A3), y3));
  v128.store(out + step, f32x4.add(even, odd));
  v128.store(out + 2 * step, f32x4.sub(even, odd));
  const even2 = f32x4.add(y0, f32x4.mul(v128.load(k, K_B2), y2));
  const odd2 = f32x4.add(f32x4.mul(v128.load(k, K_B), y1), f32x4.mul(v128.load(k, K_B3), y3));
  v128.store(out + 3 * step, f32x4.add(even2, odd2));
  v128.store(out + 4 * step, f32x4.sub(even2, odd2));
}

/** p x + q y for the constants at p and q. */
// @ts-ignore: decorator
@inline
function combine(p: usize, x: v128, q: usize, y: v128): v128 {
  return f32x4.add(f32x4.mul(v128.load(p), x), f32x4.mul(v128.load(q), y));
}

/** Six numbers to Aᵀ times them, written to out, out + step ... */
// @ts-ignore: decorator
@inline
function output_line(out: usize, step: usize, k: usize, m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128): void {
  const sumA = f32x4.add(m1, m2), sumB = f32x4.add(m3, m4);
  const differenceA = f32x4.sub(m1, m2), differenceB = f32x4.sub(m3, m4);
  v128.store(out, f32x4.add(m0, f32x4.add(sumA, sumB)));
  v128.store(out + step, combine(k + K_A, differenceA, k + K_B, differenceB));
  v128.store(out + 2 * step, combine(k + K_A2, sumA, k + K_B2, sumB));
  v128.store(out + 3 * step, f32x4.add(combine(k + K_A3, differenceA, k + K_B3, differenceB), m5));
}

/** out: 36 vectors, step apart: Bᵀ d B of four tiles whose rows begin at p0 .. p3 in a padded plane. tmp: 576 bytes. */
function input_group(out: usize, step: usize, k: usize, tmp: usize, p0: usize, p1: usize, p2: usize, p3: usize, rowBytes: usize): void {
  for (let t = tmp, end = tmp + 576; t < end; t += 96) {
    const r0 = v128.load(p0), r1 = v128.load(p1), r2 = v128.load(p2), r3 = v128.load(p3);
    const lo01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), hi01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const lo23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), hi23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    const e01 = v128.shuffle<f32>(v128.load64_zero(p0, 16), v128.load64_zero(p1, 16), 0, 4, 1, 5);
    const e23 = v128.shuffle<f32>(v128.load64_zero(p2, 16), v128.load64_zero(p3, 16), 0, 4, 1, 5);
    input_line(
      t, 16, k,
      v128.shuffle<f32>(lo01, lo23, 0, 1, 4, 5), v128.shuffle<f32>(lo01, lo23, 2, 3, 6, 7),
      v128.shuffle<f32>(hi01, hi23, 0, 1, 4, 5), v128.shuffle<f32>(hi01, hi23, 2, 3, 6, 7),
      v128.shuffle<f32>(e01, e23, 0, 1, 4, 5), v128.shuffle<f32>(e01, e23, 2, 3, 6, 7),
    );
    p0 += rowBytes;
    p1 += rowBytes;
    p2 += rowBytes;
    p3 += rowBytes;
  }
  for (let t = tmp, end = tmp + 96; t < end; t += 16) {
    input_line(
      out, 6 * step, k,
      v128.load(t), v128.load(t, 96), v128.load(t, 192), v128.load(t, 288), v128.load(t, 384), v128.load(t, 480),
    );
    out += step;
  }
}

/** out: 36 vectors, step apart: A dy Aᵀ of four tiles of 4x4 whose rows begin at p0 .. p3. */
function gradient_group(out: usize, step: usize, k: usize, tmp: usize, p0: usize, p1: usize, p2: usize, p3: usize, rowBytes: usize): void {
  for (let t = tmp, end = tmp + 384; t < end; t += 96) {
    const r0 = v128.load(p0), r1 = v128.load(p1), r2 = v128.load(p2), r3 = v128.load(p3);
    const lo01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), hi01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const lo23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), hi23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    gradient_line(
      t, 16, k,
      v128.shuffle<f32>(lo01, lo23, 0, 1, 4, 5), v128.shuffle<f32>(lo01, lo23, 2, 3, 6, 7),
      v128.shuffle<f32>(hi01, hi23, 0, 1, 4, 5), v128.shuffle<f32>(hi01, hi23, 2, 3, 6, 7),
    );
    p0 += rowBytes;
    p1 += rowBytes;
    p2 += rowBytes;
    p3 += rowBytes;
  }
  for (let t = tmp, end = tmp + 96; t < end; t += 16) {
    gradient_line(out, 6 * step, k, v128.load(t), v128.load(t, 96), v128.load(t, 192), v128.load(t, 288));
    out += step;
  }
}

/** Columns of Aᵀ M A of four tiles: tmp: [4][6] vectors from 36 vectors of M, step apart. */
// @ts-ignore: decorator
@inline
function output_columns(tmp: usize, m: usize, step: usize, k: usize): void {
  for (let t = tmp, end = tmp + 96; t < end; t += 16) {
    output_line(
      t, 96, k,
      v128.load(m), v128.load(m + 6 * step), v128.load(m + 12 * step),
      v128.load(m + 18 * step), v128.load(m + 24 * step), v128.load(m + 30 * step),
    );
    m += step;
  }
}

/** tmp + 640: the four tiles' 4x4 outputs, tile after tile. */
function output_group(tmp: usize, m: usize, step: usize, k: usize): void {
  output_columns(tmp, m, step, k);
  for (let t = tmp, out = tmp + 640, end = tmp + 384; t < end; t += 96, out += 16) {
    output_line(
      tmp + 576, 16, k,
      v128.load(t), v128.load(t, 16), v128.load(t, 32), v128.load(t, 48), v128.load(t, 64), v128.load(t, 80),
    );
    transpose4(out, 64, tmp + 576, 16);
  }
}

/** The same where all four tiles lie wholly in the image: rows to y0 .. y3, with bias, shortcut and ReLU. */
function output_whole(
  tmp: usize, m: usize, step: usize, k: usize, y0: usize, y1: usize, y2: usize, y3: usize, rowBytes: usize,
  bias: f32, add: bool, delta: usize, relu: i32,
): void {
  output_columns(tmp, m, step, k);
  const b = f32x4.splat(bias), floor = f32x4.splat(relu ? 0 : -Infinity);
  for (let t = tmp, end = tmp + 384; t < end; t += 96) {
    const m1 = v128.load(t, 16), m2 = v128.load(t, 32), m3 = v128.load(t, 48), m4 = v128.load(t, 64);
    const sumA = f32x4.add(m1, m2), sumB = f32x4.add(m3, m4);
    const differenceA = f32x4.sub(m1, m2), differenceB = f32x4.sub(m3, m4);
    const c0 = f32x4.add(v128.load(t), f32x4.add(sumA, sumB));
    const c1 = combine(k + K_A, differenceA, k + K_B, differenceB);
    const c2 = combine(k + K_A2, sumA, k + K_B2, sumB);
    const c3 = f32x4.add(combine(k + K_A3, differenceA, k + K_B3, differenceB), v128.load(t, 80));
    const lo01 = v128.shuffle<f32>(c0, c1, 0, 4, 1, 5), hi01 = v128.shuffle<f32>(c0, c1, 2, 6, 3, 7);
    const lo23 = v128.shuffle<f32>(c2, c3, 0, 4, 1, 5), hi23 = v128.shuffle<f32>(c2, c3, 2, 6, 3, 7);
    let v0 = f32x4.add(v128.shuffle<f32>(lo01, lo23, 0, 1, 4, 5), b), v1 = f32x4.add(v128.shuffle<f32>(lo01, lo23, 2, 3, 6, 7), b);
    let v2 = f32x4.add(v128.shuffle<f32>(hi01, hi23, 0, 1, 4, 5), b), v3 = f32x4.add(v128.shuffle<f32>(hi01, hi23, 2, 3, 6, 7), b);
    if (add) {
      v0 = f32x4.add(v0, v128.load(y0 + delta));
      v1 = f32x4.add(v1, v128.load(y1 + delta));
      v2 = f32x4.add(v2, v128.load(y2 + delta));
      v3 = f32x4.add(v3, v128.load(y3 + delta));
    }
    v128.store(y0, f32x4.max(v0, floor));
    v128.store(y1, f32x4.max(v1, floor));
    v128.store(y2, f32x4.max(v2, floor));
    v128.store(y3, f32x4.max(v3, floor));
    y0 += rowBytes;
    y1 += rowBytes;
    y2 += rowBytes;
    y3 += rowBytes;
  }
}

/** Bytes of `tmp`: 36 vectors, 4 to transpose, 4 tiles of 16 numbers. */
const TMP: usize = 896;

/** Of a tile in the table: its offset in the padded plane, first row, first column, offset in the plane of outputs. */
const ENTRY: usize = 16;

// The sizes of one convolution, which every part needs.

// @ts-ignore: decorator
@inline
function tiles_across(w: i32, pad: i32): i32 {
  return (w + 2 * pad + 1) >> 2;
}

/** Groups of four tiles in an image. */
// @ts-ignore: decorator
@inline
function groups_in(h: i32, w: i32, pad: i32): i32 {
  return (tiles_across(h, pad) * tiles_across(w, pad) + 3) >> 2;
}

/** Bytes of a row of the padded plane: whole tiles and the two columns they share with the next. */
// @ts-ignore: decorator
@inline
function padded_row(w: i32, pad: i32): usize {
  return <usize>(4 * tiles_across(w, pad) + 4) << 2;
}

/** Bytes of a padded plane and, behind it, of six rows of zeros: the tile that is not there. */
// @ts-ignore: decorator
@inline
function padded_plane(h: i32, w: i32, pad: i32): usize {
  return <usize>(4 * tiles_across(h, pad) + 8) * padded_row(w, pad);
}

/** Panels of a block: what keeps V and M within `bytes`, at least `least`, at most what `groups` fill. */
// @ts-ignore: decorator
@inline
function block_panels(channels: i32, bytes: i32, least: i32, groups: i32): i32 {
  return min(max(least, bytes / (1152 * channels)), (groups + 1) >> 1);
}

// @ts-ignore: decorator
@inline
function part_bytes(channels: i32, panels: i32): usize {
  return ((<usize>(channels * panels)) << 5) + 64;
}

/** V and M of a forward block stay in a second-level cache of 512 kB with half of it to spare. */
const FORWARD_BLOCK: i32 = 262144;

/** Sums over long runs of tiles cost least: V and the gradient's transform of a block lie in the third-level cache. */
const GRADIENT_BLOCK: i32 = 1179648;

/** Bytes of `work` for winograd_forward. */
export function winograd_forward_bytes(images: i32, ci: i32, co: i32, h: i32, w: i32, pad: i32): usize {
  const groups = groups_in(h, w, pad);
  const panels = block_panels(ci + round(co, 4), FORWARD_BLOCK, 2, groups * images);
  return CONSTANTS + TMP + <usize>groups * 4 * ENTRY + padded_plane(h, w, pad) + ((<usize>(ci + round(co, 4))) << 2)
    + 36 * (part_bytes(ci, panels) + part_bytes(round(co, 4), panels));
}

/** Bytes of `work` for winograd_gradient. */
export function winograd_gradient_bytes(images: i32, ci: i32, co: i32, h: i32, w: i32, pad: i32): usize {
  const groups = groups_in(h, w, pad);
  const even = round(ci, 2), four = round(co, 4);
  const panels = block_panels(even + four, GRADIENT_BLOCK, 4, groups * images);
  return CONSTANTS + TMP + <usize>groups * 4 * ENTRY + 2 * padded_plane(h, w, pad)
    + 36 * (part_bytes(even, panels) + part_bytes(four, panels)) + 36 * ((<usize>(even * four)) << 2);
}

function put_table(table: usize, h: i32, w: i32, pad: i32): void {
  const across = tiles_across(w, pad), down = tiles_across(h, pad), columns = w + 2 * pad - 2;
  const row = padded_row(w, pad), end = table + <usize>groups_in(h, w, pad) * 4 * ENTRY;
  for (let y = 0; y < 4 * down; y += 4) {
    for (let x = 0; x < 4 * across; x += 4) {
      store<u32>(table, <u32>(<usize>y * row + ((<usize>x) << 2)));
      store<i32>(table, y, 4);
      store<i32>(table, x, 8);
      store<u32>(table, <u32>(y * columns + x) << 2, 12);
      table += ENTRY;
    }
  }
  // Past the last tile: zeros, in a row that ends any range of rows at the last one, and no column to write.
  for (; table < end; table += ENTRY) {
    store<u32>(table, <u32>(padded_plane(h, w, pad) - 6 * row));
    store<i32>(table, 4 * down - 4, 4);
    store<i32>(table, columns, 8);
    store<u32>(table, 0, 12);
  }
}

/** Writes zeros where the last panel has but one group. */
function clear_half(v: usize, step: usize, channels: i32): void {
  for (let e = 0; e < 36; e++) {
    for (let c = 0, at = v; c < channels; c++, at += 32) v128.store(at, f32x4.splat(0));
    v += step;
  }
}

/** Address of group i of a block: its half of a panel. */
// @ts-ignore: decorator
@inline
function group_at(v: usize, i: i32, panelBytes: usize): usize {
  return v + (<usize>(i >> 1)) * panelBytes + ((<usize>(i & 1)) << 4);
}

/**
 * V of groups [first, last), counted from image 0 on: `planes` channels, those in `list` (u32; 0: all in order). `full`: channels of an image.
 * gradient: A dy Aᵀ of images that have no padding, rather than Bᵀ d B.
 */
function transform_block(
  v: usize, step: usize, panelBytes: usize, k: usize, table: usize, plane: usize,
  x: usize, list: usize, planes: i32, full: i32, h: i32, w: i32, pad: i32, rowBytes: usize,
  groups: i32, first: i32, last: i32, gradient: bool,
): void {
  const tmp = k + CONSTANTS;
  const hw = (<usize>(h * w)) << 2;
  let image = first / groups, g = first % groups, done = 0;
  while (first < last) {
    const run = min(groups - g, last - first);
    const top = load<i32>(table + (<usize>g << 2) * ENTRY, 4);
    const bottom = load<i32>(table + (<usize>(g + run) << 2) * ENTRY - ENTRY, 4) + 6;
    for (let c = 0; c < planes; c++) {
      const channel = list ? load<i32>(list + ((<usize>c) << 2)) : c;
      copy_rows(plane, rowBytes, x + <usize>(image * full + channel) * hw, h, w, pad, top, bottom);
      let entry = table + (<usize>g << 2) * ENTRY;
      for (let i = done; i < done + run; i++) {
        const out = group_at(v, i, panelBytes) + ((<usize>c) << 5);
        const p0 = plane + load<u32>(entry), p1 = plane + load<u32>(entry, 16);
        const p2 = plane + load<u32>(entry, 32), p3 = plane + load<u32>(entry, 48);
        if (gradient) gradient_group(out, step, k, tmp, p0, p1, p2, p3, rowBytes);
        else input_group(out, step, k, tmp, p0, p1, p2, p3, rowBytes);
        entry += 4 * ENTRY;
      }
    }
    done += run;
    first += run;
    image++;
    g = 0;
  }
}

/** One finished tile: bias, shortcut and ReLU, and only what lies in the image. delta: bytes from y to the shortcut, if there is one to add. */
// @ts-ignore: decorator
@inline
function put_tile(y: usize, tile: usize, bias: f32, add: bool, delta: usize, relu: i32, rows: i32, columns: i32, rowBytes: usize): void {
  if (rows >= 4 && columns >= 4) {
    const b = f32x4.splat(bias);
    for (const end = tile + 64; tile < end; tile += 16) {
      let value = f32x4.add(v128.load(tile), b);
      if (add) value = f32x4.add(value, v128.load(y + delta));
      if (relu) value = f32x4.max(value, f32x4.splat(0));
      v128.store(y, value);
      y += rowBytes;
    }
    return;
  }
  for (let r = 0; r < min(rows, 4); r++) {
    for (let c: usize = 0; c < (<usize>min(columns, 4)) << 2; c += 4) {
      let value = load<f32>(tile + c) + bias;
      if (add) value += load<f32>(y + delta + c);
      store<f32>(y + c, relu ? max<f32>(value, 0) : value);
    }
    y += rowBytes;
    tile += 16;
  }
}

/** Whether all of a group's tiles lie wholly within h x w. */
// @ts-ignore: decorator
@inline
function whole_group(entry: usize, h: i32, w: i32): bool {
  const rows = max(max(load<i32>(entry, 4), load<i32>(entry, 20)), max(load<i32>(entry, 36), load<i32>(entry, 52)));
  const columns = max(max(load<i32>(entry, 8), load<i32>(entry, 24)), max(load<i32>(entry, 40), load<i32>(entry, 56)));
  return rows + 4 <= h && columns + 4 <= w;
}

/** Outputs of groups [first, last) from M, of the filters in `list`; `full`: filters of an image. */
function output_block(
  y: usize, m: usize, step: usize, panelBytes: usize, k: usize, table: usize,
  list: usize, planes: i32, full: i32, h: i32, w: i32,
  groups: i32, first: i32, last: i32, bias: usize, add: bool, delta: usize, relu: i32,
): void {
  const tmp = k + CONSTANTS, tiles = tmp + 640;
  const hw = (<usize>(h * w)) << 2, rowBytes = (<usize>w) << 2;
  let image = first / groups, g = first % groups, done = 0;
  while (first < last) {
    const run = min(groups - g, last - first);
    for (let c = 0; c < planes; c++) {
      const channel = list ? load<i32>(list + ((<usize>c) << 2)) : c;
      const b = bias ? load<f32>(bias + ((<usize>channel) << 2)) : 0;
      const out = y + <usize>(image * full + channel) * hw;
      let entry = table + (<usize>g << 2) * ENTRY;
      for (let i = done; i < done + run; i++) {
        const at = group_at(m, i, panelBytes) + ((<usize>c) << 5);
        if (whole_group(entry, h, w)) {
          output_whole(
            tmp, at, step, k, out + load<u32>(entry, 12), out + load<u32>(entry, 28), out + load<u32>(entry, 44), out + load<u32>(entry, 60),
            rowBytes, b, add, delta, relu,
          );
          entry += 4 * ENTRY;
          continue;
        }
        output_group(tmp, at, step, k);
        for (let t: usize = 0; t < 256; t += 64) {
          const rows = h - load<i32>(entry, 4), columns = w - load<i32>(entry, 8);
          put_tile(out + load<u32>(entry, 12), tiles + t, b, add, delta, relu, rows, columns, rowBytes);
          entry += ENTRY;
        }
      }
    }
    done += run;
    first += run;
    image++;
    g = 0;
  }
}

/** Six numbers G g for three, in four lanes of filters. */
// @ts-ignore: decorator
@inline
function weight_line(out: usize, step: usize, g0: v128, g1: v128, g2: v128): void {
  v128.store(out, f32x4.mul(f32x4.splat(G0), g0));
  v128.store(out + 5 * step, g2);
  const even = f32x4.add(g0, f32x4.mul(f32x4.splat(A2), g2)), odd = f32x4.mul(f32x4.splat(A), g1);
  v128.store(out + step, f32x4.mul(f32x4.splat(GA), f32x4.add(even, odd)));
  v128.store(out + 2 * step, f32x4.mul(f32x4.splat(GA), f32x4.sub(even, odd)));
  const even2 = f32x4.add(g0, f32x4.mul(f32x4.splat(B2), g2)), odd2 = f32x4.mul(f32x4.splat(B), g1);
  v128.store(out + 3 * step, f32x4.mul(f32x4.splat(GB), f32x4.add(even2, odd2)));
  v128.store(out + 4 * step, f32x4.mul(f32x4.splat(GB), f32x4.sub(even2, odd2)));
}

/** Three numbers Gᵀ m for six, the adjoint of weight_line. */
// @ts-ignore: decorator
@inline
function weight_gradient_line(out: usize, step: usize, m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128): void {
  const sumA = f32x4.mul(f32x4.splat(GA), f32x4.add(m1, m2)), sumB = f32x4.mul(f32x4.splat(GB), f32x4.add(m3, m4));
  const oddA = f32x4.mul(f32x4.splat(GA), f32x4.sub(m1, m2)), oddB = f32x4.mul(f32x4.splat(GB), f32x4.sub(m3, m4));
  v128.store(out, f32x4.add(f32x4.mul(f32x4.splat(G0), m0), f32x4.add(sumA, sumB)));
  v128.store(out + step, f32x4.add(f32x4.mul(f32x4.splat(A), oddA), f32x4.mul(f32x4.splat(B), oddB)));
  const square = f32x4.add(f32x4.mul(f32x4.splat(A2), sumA), f32x4.mul(f32x4.splat(B2), sumB));
  v128.store(out + 2 * step, f32x4.add(square, m5));
}

/**
 * u: [36][ceil(co / 4)][ci][4] = G g Gᵀ of w: [co][ci][3][3], zeros past the last filter. With flip = 1 the weights of the input's gradient: w is
 * then [ci][co][3][3], each filter turned by half a turn. scratch: 864 bytes.
 */
export function winograd_weights(u: usize, w: usize, scratch: usize, co: i32, ci: i32, flip: i32): void {
  const overFilters: usize = flip ? 36 : <usize>ci * 36, overChannels: usize = flip ? <usize>co * 36 : 36;
  const step = (<usize>(round(co, 4) * ci)) << 2;
  const taps = scratch + 576;
  for (let o = 0; o < co; o += 4) {
    for (let i = 0; i < ci; i++) {
      const at = w + <usize>o * overFilters + <usize>i * overChannels;
      for (let t: usize = 0; t < 9; t++) {
        const tap = at + ((flip ? 8 - t : t) << 2);
        for (let lane = 0; lane < 4; lane++) {
          store<f32>(taps + (t << 4) + ((<usize>lane) << 2), o + lane < co ? load<f32>(tap + <usize>lane * overFilters) : 0);
        }
      }
      for (let r: usize = 0; r < 3; r++) {
        const row = taps + r * 48;
        weight_line(scratch + r * 96, 16, v128.load(row), v128.load(row, 16), v128.load(row, 32));
      }
      let out = u + ((<usize>(o * ci + i * 4)) << 2);
      for (let t = scratch, end = scratch + 96; t < end; t += 16) {
        weight_line(out, 6 * step, v128.load(t), v128.load(t, 96), v128.load(t, 192));
        out += step;
      }
    }
  }
}

/**
 * Images [first, last) of y: [n][co][h + 2 pad - 2][w + 2 pad - 2] = convolution of x: [n][ci][h][w] with the filters of u (winograd_weights), plus
 * bias[co], plus shortcut (as y, or y itself), then ReLU: each an address or 0 for none, relu 0 or 1. openIn, openOut: the channels to read and
 * the filters to compute (u32, rising; address 0: all), of which there are readCount and filterCount; a channel not read counts as zeros, a filter
 * not computed leaves its plane of y alone. work: winograd_forward_bytes(last - first, ...). The bits of an output depend on nothing but its own terms.
 */
export function winograd_forward(
  y: usize, x: usize, u: usize, work: usize, first: i32, last: i32, ci: i32, co: i32, h: i32, w: i32, pad: i32,
  openIn: usize, readCount: i32, openOut: usize, filterCount: i32, bias: usize, shortcut: usize, relu: i32,
): void {
  const groups = groups_in(h, w, pad), rowBytes = padded_row(w, pad), planeBytes = padded_plane(h, w, pad);
  const filters = round(filterCount, 4);
  const panels = block_panels(ci + round(co, 4), FORWARD_BLOCK, 2, groups * (last - first));
  const table = work + CONSTANTS + TMP, plane = table + <usize>groups * 4 * ENTRY;
  const terms = plane + planeBytes, offsets = terms + ((<usize>ci) << 2);
  const v = offsets + ((<usize>round(co, 4)) << 2), m = v + 36 * part_bytes(ci, panels);
  const vStep = part_bytes(readCount, panels), mStep = part_bytes(filters, panels);
  const vPanel = (<usize>readCount) << 5, mPanel = (<usize>filters) << 5;
  put_constants(work);
  put_table(table, h, w, pad);
  memory.fill(plane, 0, planeBytes);
  for (let i = 0; i < readCount; i++) {
    const channel = openIn ? load<u32>(openIn + ((<usize>i) << 2)) : <u32>i;
    store<u32>(terms + ((<usize>i) << 2), channel << 4);
  }
  for (let j = 0; j < filters; j++) {
    const at = min(j, filterCount - 1);
    const filter = openOut ? load<u32>(openOut + ((<usize>at) << 2)) : <u32>at;
    store<u32>(offsets + ((<usize>j) << 2), <u32>(((filter >> 2) * ci) << 4) + ((filter & 3) << 2));
  }
  const uStep = (<usize>(round(co, 4) * ci)) << 2;
  const whole = readCount == ci && filterCount == co;
  const lastTerm = terms + ((<usize>readCount) << 2);
  for (let g = first * groups; g < last * groups; g += 2 * panels) {
    const stop = min(g + 2 * panels, last * groups);
    transform_block(v, vStep, vPanel, work, table, plane, x, openIn, readCount, ci, h, w, pad, rowBytes, groups, g, stop, false);
    const full = (stop - g) >> 1, half = (stop - g) & 1;
    for (let e: usize = 0; e < 36; e++) {
      const ue = u + e * uStep;
      const ve = v + e * vStep, me = m + e * mStep;
      if (whole) {
        for (let p = 0, vp = ve, mp = me; p < full + half; p++, vp += vPanel, mp += mPanel) {
          let up = ue;
          for (let c = mp; c < mp + mPanel; c += 128) {
            if (p < full) dense4x8(c, 32, up, vp, readCount);
            else dense4x4(c, 32, up, vp, readCount);
            up += (<usize>ci) << 4;
          }
        }
        continue;
      }
      let at = offsets;
      for (let c = me; c < me + mPanel; c += 128, at += 16) {
        const w0 = ue + load<u32>(at), w1 = ue + load<u32>(at, 4), w2 = ue + load<u32>(at, 8), w3 = ue + load<u32>(at, 12);
        open4x8(c, 32, mPanel, terms, lastTerm, ve, vPanel, full, w0, w1, w2, w3);
        if (half) open4x4(c + <usize>full * mPanel, 32, terms, ve + <usize>full * vPanel, lastTerm, w0, w1, w2, w3);
      }
    }
    output_block(
      y, m, mStep, mPanel, work, table, openOut, filterCount, co, h + 2 * pad - 2, w + 2 * pad - 2,
      groups, g, stop, bias, shortcut != 0, shortcut - y, relu,
    );
  }
}

/**
 * dw: [co][ci][3][3], the gradient of the filters, from x: [n][ci][h][w] and dy: [n][co][h + 2 pad - 2][w + 2 pad - 2]:
 * Gᵀ [ Σ over tiles of (A dy Aᵀ) ⊙ (Bᵀ d B) ] G. work: winograd_gradient_bytes(n, ...).
 */
export function winograd_gradient(dw: usize, x: usize, dy: usize, work: usize, n: i32, ci: i32, co: i32, h: i32, w: i32, pad: i32): void {
  const groups = groups_in(h, w, pad), rowBytes = padded_row(w, pad), planeBytes = padded_plane(h, w, pad);
  const even = round(ci, 2), four = round(co, 4);
  const panels = block_panels(even + four, GRADIENT_BLOCK, 4, groups * n);
  const table = work + CONSTANTS + TMP, plane = table + <usize>groups * 4 * ENTRY, dplane = plane + planeBytes;
  const vStep = part_bytes(even, panels), mStep = part_bytes(four, panels);
  const v = dplane + planeBytes, m = v + 36 * vStep, du = m + 36 * mStep;
  const vPanel = (<usize>even) << 5, mPanel = (<usize>four) << 5;
  const duStep = (<usize>(even * four)) << 2;
  put_constants(work);
  put_table(table, h, w, pad);
  memory.fill(plane, 0, 2 * planeBytes);
  memory.fill(du, 0, 36 * duStep);
  for (let g = 0; g < n * groups; g += 2 * panels) {
    const stop = min(g + 2 * panels, n * groups);
    transform_block(v, vStep, vPanel, work, table, plane, x, 0, ci, ci, h, w, pad, rowBytes, groups, g, stop, false);
    transform_block(m, mStep, mPanel, work, table, dplane, dy, 0, co, co, h + 2 * pad - 2, w + 2 * pad - 2, 0, rowBytes, groups, g, stop, true);
    const count = (stop - g + 1) >> 1;
    if ((stop - g) & 1) {
      clear_half(group_at(v, stop - g, vPanel), vStep, ci);
      clear_half(group_at(m, stop - g, mPanel), mStep, co);
    }
    for (let e: usize = 0; e < 36; e++) {
      let out = du + e * duStep;
      for (let i: usize = 0; i < vPanel; i += 64) {
        for (let o: usize = 0; o < mPanel; o += 128) {
          dot4x2(out, m + e * mStep + o, v + e * vStep + i, mPanel, vPanel, count);
          out += 32;
        }
      }
    }
  }
  const tmp = work + CONSTANTS, rows = tmp + 288;
  for (let o = 0; o < co; o += 4) {
    for (let i = 0; i < ci; i++) {
      let at = du + ((<usize>((i & -2) * four + o * 2 + (i & 1) * 4)) << 2);
      for (let t = tmp, end = tmp + 96; t < end; t += 16) {
        weight_gradient_line(
          t, 96,
          v128.load(at), v128.load(at + 6 * duStep), v128.load(at + 12 * duStep),
          v128.load(at + 18 * duStep), v128.load(at + 24 * duStep), v128.load(at + 30 * duStep),
        );
        at += duStep;
      }
      for (let r: usize = 0; r < 3; r++) {
        const row = tmp + r * 96;
        weight_gradient_line(
          rows + r * 48, 16,
          v128.load(row), v128.load(row, 16), v128.load(row, 32), v128.load(row, 48), v128.load(row, 64), v128.load(row, 80),
        );
      }
      for (let lane = 0; lane < min(4, co - o); lane++) {
        const out = dw + <usize>((o + lane) * ci + i) * 36;
        for (let t: usize = 0; t < 9; t++) store<f32>(out + (t << 2), load<f32>(rows + (t << 4) + ((<usize>lane) << 2)));
      }
    }
  }
}
