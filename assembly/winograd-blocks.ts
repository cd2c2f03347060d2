import { copy_rows, member, round } from './padding';
import { CONSTANTS, gradient_group, input_group, output_group, output_whole } from './winograd-transforms';

// A block of tiles of Winograd's convolution: its sizes, the table of its tiles, from images to the transformed domain and back.

/** Bytes of `tmp`: 36 vectors, 4 to transpose, 4 tiles of 16 numbers. */
export const TMP: usize = 896;

/** Of a tile in the table: its offset in the padded plane, first row, first column, offset in the plane of outputs. */
export const ENTRY: usize = 16;

// The sizes of one convolution, which every part needs.

// @ts-ignore: decorator
@inline
function tiles_across(w: i32, pad: i32): i32 {
  return (w + 2 * pad + 1) >> 2;
}

/** Groups of four tiles in an image. */
// @ts-ignore: decorator
@inline
export function groups_in(h: i32, w: i32, pad: i32): i32 {
  return (tiles_across(h, pad) * tiles_across(w, pad) + 3) >> 2;
}

/** Bytes of a row of the padded plane: whole tiles and the two columns they share with the next. */
// @ts-ignore: decorator
@inline
export function padded_row(w: i32, pad: i32): usize {
  return <usize>(4 * tiles_across(w, pad) + 4) << 2;
}

/** Bytes of a padded plane and, behind it, of six rows of zeros: the tile that is not there. */
// @ts-ignore: decorator
@inline
export function padded_plane(h: i32, w: i32, pad: i32): usize {
  return <usize>(4 * tiles_across(h, pad) + 8) * padded_row(w, pad);
}

/** Groups of a block: panels of two that keep V and M within `bytes`, at least `least` of them, at most all `groups`. */
// @ts-ignore: decorator
@inline
export function block_groups(channels: i32, bytes: i32, least: i32, groups: i32): i32 {
  return min(2 * max(least, bytes / (1152 * channels)), groups);
}

/** Bytes of one of 36 parts of V or M, with whole vectors of eight, and what it is further apart. */
// @ts-ignore: decorator
@inline
export function part_bytes(channels: i32, groups: i32): usize {
  return ((<usize>round(channels * groups, 2)) << 4) + 64;
}

/** V and M of a forward block stay in a second-level cache of 512 kB, with room to spare: those of an image of 64 tiles, 16 channels and 16 filters. */
export const FORWARD_BLOCK: i32 = 294912;

/** Sums over long runs of tiles cost least: V and the gradient's transform of a block lie in the third-level cache. */
export const GRADIENT_BLOCK: i32 = 1179648;

export function put_table(table: usize, h: i32, w: i32, pad: i32): void {
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

/** Address of channel c of group i of a run of `count`: half of a panel, or a panel of its own where it has no other half. */
// @ts-ignore: decorator
@inline
function group_at(v: usize, i: i32, c: i32, panelBytes: usize, count: i32): usize {
  return v + (<usize>(i >> 1)) * panelBytes + ((<usize>(i & 1)) << 4) + ((<usize>c) << ((i ^ 1) < count ? 5 : 4));
}

/**
 * V of groups [first, last), counted from image 0 on: `planes` channels, those in `list` (0: all in order). `full`: channels of an image.
 * gradient: A dy Aᵀ of images that have no padding, rather than Bᵀ d B. flat: groups lie side by side, panelBytes apart, rather than two in a panel.
 */
export function transform_block(
  v: usize, step: usize, panelBytes: usize, k: usize, table: usize, plane: usize,
  x: usize, list: usize, planes: i32, full: i32, h: i32, w: i32, pad: i32, rowBytes: usize,
  groups: i32, first: i32, last: i32, gradient: bool, flat: bool,
): void {
  const tmp = k + CONSTANTS;
  const hw = (<usize>(h * w)) << 2;
  // Whole groups of whole tiles are read where they are, others from a plane with zeros around.
  const direct = gradient && ((h | w | (h >> 2) * (w >> 2)) & 3) == 0, field: usize = direct ? 12 : 0;
  if (direct) rowBytes = (<usize>w) << 2;
  const count = last - first;
  let image = first / groups, g = first % groups, done = 0;
  while (first < last) {
    const run = min(groups - g, last - first);
    const top = load<i32>(table + (<usize>g << 2) * ENTRY, 4);
    const bottom = load<i32>(table + (<usize>(g + run) << 2) * ENTRY - ENTRY, 4) + 6;
    for (let c = 0; c < planes; c++) {
      const channel = member(list, c);
      const source = x + <usize>(image * full + channel) * hw;
      if (!direct) copy_rows(plane, rowBytes, source, h, w, pad, top, bottom);
      const from = direct ? source : plane;
      let entry = table + (<usize>g << 2) * ENTRY;
      for (let i = done; i < done + run; i++) {
        const out = flat ? v + <usize>i * panelBytes + ((<usize>c) << 4) : group_at(v, i, c, panelBytes, count);
        const at = entry + field;
        const p0 = from + load<u32>(at), p1 = from + load<u32>(at, 16);
        const p2 = from + load<u32>(at, 32), p3 = from + load<u32>(at, 48);
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
export function output_block(
  y: usize, m: usize, step: usize, panelBytes: usize, k: usize, table: usize,
  list: usize, planes: i32, full: i32, h: i32, w: i32,
  groups: i32, first: i32, last: i32, bias: usize, add: bool, delta: usize, relu: i32,
): void {
  const tmp = k + CONSTANTS, tiles = tmp + 640;
  const hw = (<usize>(h * w)) << 2, rowBytes = (<usize>w) << 2;
  const count = last - first;
  let image = first / groups, g = first % groups, done = 0;
  while (first < last) {
    const run = min(groups - g, last - first);
    for (let c = 0; c < planes; c++) {
      const channel = member(list, c);
      const b = bias ? load<f32>(bias + ((<usize>channel) << 2)) : 0;
      const out = y + <usize>(image * full + channel) * hw;
      let entry = table + (<usize>g << 2) * ENTRY;
      for (let i = done; i < done + run; i++) {
        const at = group_at(m, i, c, panelBytes, count);
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
