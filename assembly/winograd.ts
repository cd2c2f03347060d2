import { list_of, member, open_of, round, same_list } from './padding';
import { all4x4, dense4x16, dense4x8, group_dot4x2, open4x16, open4x4, open4x8 } from './product';
import {
  block_groups, ENTRY, FORWARD_BLOCK, GRADIENT_BLOCK, groups_in, output_block, padded_plane, padded_row, part_bytes,
  put_table, TMP, transform_block,
} from './winograd-blocks';
import { wide_tiles } from './wide';
import { CONSTANTS, put_constants, weight_gradient_line, weight_line } from './winograd-transforms';

// 3x3 convolution of stride 1 by Winograd's F(4x4, 3x3) (Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016):
// 36 products for a tile of 16 outputs rather than 144.
//
//   Y = Aᵀ [ Σ over channels of (G g Gᵀ) ⊙ (Bᵀ d B) ] A
//
// Images are [sample][channel][row][col]. Four tiles lie in the lanes of one vector; two such groups make a panel of eight. A block of panels
// is transformed, multiplied, and transformed back while it is in the second-level cache:
//   V: [36][panel][channel in][8]   U: [36][channel out / 4][channel in][4]   M: [36][panel][channel out][8]
// The 36 parts of V and M are 64 bytes further apart than their size, so that they do not fall on the same lines of the first-level cache.

/** Bytes of `work` for winograd_forward. */
export function winograd_forward_bytes(images: i32, ci: i32, co: i32, h: i32, w: i32, pad: i32): usize {
  const groups = groups_in(h, w, pad);
  const room = block_groups(ci + round(co, 4), FORWARD_BLOCK, 2, groups * images);
  return CONSTANTS + TMP + <usize>groups * 4 * ENTRY + padded_plane(h, w, pad) + <usize>room * run_bytes(ci, co)
    + 36 * (part_bytes(ci, room) + part_bytes(round(co, 4), room));
}

/** Bytes of `work` for winograd_gradient. */
export function winograd_gradient_bytes(images: i32, ci: i32, co: i32, h: i32, w: i32, pad: i32): usize {
  const groups = groups_in(h, w, pad);
  const even = round(ci, 2), four = round(co, 4);
  const room = block_groups(even + four, GRADIENT_BLOCK, 4, groups * images);
  return CONSTANTS + TMP + <usize>groups * 4 * ENTRY + 2 * padded_plane(h, w, pad)
    + 36 * (part_bytes(even, room) + part_bytes(four, room)) - 64;
}

/** Blocks of tiles that winograd_gradient sums over, one a call. */
export function winograd_gradient_blocks(images: i32, ci: i32, co: i32, h: i32, w: i32, pad: i32): i32 {
  const groups = groups_in(h, w, pad) * images;
  const room = block_groups(round(ci, 2) + round(co, 4), GRADIENT_BLOCK, 4, groups);
  return (groups + room - 1) / room;
}

/**
 * u: [36][ceil(co / 4)][ci][4] = G g Gᵀ of w: [co][ci][3][3], zeros past the last filter. With flip = 1 the weights of the input's gradient: w is
 * then [ci][co][3][3], each filter turned by half a turn. Filters [first, last), first a multiple of four. scratch: 864 bytes.
 */
export function winograd_weights(u: usize, w: usize, scratch: usize, first: i32, last: i32, co: i32, ci: i32, flip: i32): void {
  const overFilters: usize = flip ? 36 : <usize>ci * 36, overChannels: usize = flip ? <usize>co * 36 : 36;
  const step = (<usize>(round(co, 4) * ci)) << 2;
  const taps = scratch + 576;
  for (let o = first; o < last; o += 4) {
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

// A record of a run: its groups [first, last), where its V and M begin in each part, channels read and filters computed; then 16 times each channel
// (u32[ci]) and where each filter's weights begin in a part of U (u32[round4(co)]).
const RUN: usize = 32;

// @ts-ignore: decorator
@inline
function run_bytes(ci: i32, co: i32): usize {
  return RUN + ((<usize>(ci + round(co, 4))) << 2);
}

/** M of one run's part e = V of its channels times U of its filters. */
// @ts-ignore: decorator
@inline
function multiply_run(run: usize, ue: usize, vOffset: usize, mOffset: usize, ci: i32, co: i32, wide: bool): void {
  const groups = load<i32>(run, 4) - load<i32>(run), full = groups >> 1;
  const read = load<i32>(run, 16), filters = load<i32>(run, 20);
  const mPanel = (<usize>round(filters, 4)) << 5, vPanel = (<usize>read) << 5;
  const ve = vOffset + load<usize>(run, 8), me = mOffset + load<usize>(run, 12);
  const terms = run + RUN, lastTerm = terms + ((<usize>read) << 2), offsets = terms + ((<usize>ci) << 2);
  if (read == ci && filters == co) {
    for (let p = 0, vp = ve, mp = me; p < full; p++, vp += vPanel, mp += mPanel) {
      const two = wide && p + 2 <= full;
      let up = ue;
      for (let c = mp; c < mp + mPanel; c += 128) {
        if (two) dense4x16(c, 32, mPanel, up, vp, vPanel, read);
        else dense4x8(c, 32, up, vp, read);
        up += (<usize>ci) << 4;
      }
      if (two) {
        p++;
        vp += vPanel;
        mp += mPanel;
      }
    }
  } else {
    let at = offsets;
    for (let c = me; c < me + mPanel; c += 128, at += 16) {
      const w0 = ue + load<u32>(at), w1 = ue + load<u32>(at, 4), w2 = ue + load<u32>(at, 8), w3 = ue + load<u32>(at, 12);
      if (wide) open4x16(c, 32, mPanel, terms, lastTerm, ve, vPanel, full, w0, w1, w2, w3);
      else open4x8(c, 32, mPanel, terms, lastTerm, ve, vPanel, full, w0, w1, w2, w3);
    }
  }
  if (groups & 1) {
    const c = me + <usize>full * mPanel, b = ve + <usize>full * vPanel, end = c + (mPanel >> 1);
    const all = read == ci && !(ci & 1);
    for (let row = c, at = offsets; row < end; row += 64, at += 16) {
      if (all) all4x4(row, b, ci, ue, at);
      else open4x4(row, terms, b, lastTerm, ue, at);
    }
  }
}

/**
 * Images [first, last) of y: [n][co][h + 2 pad - 2][w + 2 pad - 2] = convolution of x: [n][ci][h][w] with the filters of u (winograd_weights), plus
 * bias[co], plus shortcut (as y, or y itself), then ReLU: each an address or 0 for none, relu 0 or 1. openIn: u32[n][1 + ci], openOut: u32[n][1 + co]: how
 * many channels of each image to read and filters to compute, then which, rising (address 0: all); a channel not read counts as zeros, a filter
 * not computed leaves its plane of y alone. work: winograd_forward_bytes(last - first, ...). The bits of an output depend on nothing but its own terms.
 */
export function winograd_forward(
  y: usize, x: usize, u: usize, work: usize, first: i32, last: i32, ci: i32, co: i32, h: i32, w: i32, pad: i32,
  openIn: usize, openOut: usize, bias: usize, shortcut: usize, relu: i32,
): void {
  const groups = groups_in(h, w, pad), rowBytes = padded_row(w, pad), planeBytes = padded_plane(h, w, pad);
  const room = block_groups(ci + round(co, 4), FORWARD_BLOCK, 2, groups * (last - first));
  const table = work + CONSTANTS + TMP, plane = table + <usize>groups * 4 * ENTRY;
  const runBytes = run_bytes(ci, co), runs = plane + planeBytes, runsEnd = runs + <usize>room * runBytes;
  const vRoom = part_bytes(ci, room) - 64, mRoom = part_bytes(round(co, 4), room) - 64;
  const v = runsEnd, m = v + 36 * vRoom + 2304;
  const uStep = (<usize>(round(co, 4) * ci)) << 2;
  const wide = wide_tiles(), end = last * groups;
  put_constants(work);
  put_table(table, h, w, pad);
  memory.fill(plane, 0, planeBytes);
  for (let g = first * groups; g < end;) {
    // As many runs of images with the same lists as V and M have room for.
    let run = runs, vUsed: usize = 0, mUsed: usize = 0;
    while (g < end && run < runsEnd) {
      let image = g / groups;
      const reads = list_of(openIn, image, ci), computes = list_of(openOut, image, co);
      const read = open_of(reads, ci), filters = open_of(computes, co);
      const most = min(<i32>((vRoom - vUsed) >> 4) / max(read, 1), <i32>((mRoom - mUsed) >> 4) / max(round(filters, 4), 1));
      let stop = ++image * groups;
      while (stop < end && stop - g < most && same_list(reads, list_of(openIn, image, ci)) && same_list(computes, list_of(openOut, image, co))) {
        stop = ++image * groups;
      }
      if (stop - g > most) stop = g + (most & -2);
      if (stop <= g) break;
      store<i32>(run, g);
      store<i32>(run, stop, 4);
      store<usize>(run, vUsed, 8);
      store<usize>(run, mUsed, 12);
      store<i32>(run, read, 16);
      store<i32>(run, filters, 20);
      let at = run + RUN;
      for (let i = 0; i < read; i++, at += 4) store<u32>(at, member(reads, i) << 4);
      at = run + RUN + ((<usize>ci) << 2);
      for (let j = 0; j < round(filters, 4); j++, at += 4) {
        const filter = member(computes, min(j, filters - 1));
        store<u32>(at, <u32>(((filter >> 2) * ci) << 4) + ((filter & 3) << 2));
      }
      vUsed += (<usize>((stop - g) * read + 1 & -2)) << 4;
      mUsed += (<usize>((stop - g) * round(filters, 4))) << 4;
      g = stop;
      run += runBytes;
    }
    const vStep = vUsed + 64, mStep = mUsed + 64;
    for (let r = runs; r < run; r += runBytes) {
      const begin = load<i32>(r), read = load<i32>(r, 16);
      transform_block(
        v + load<usize>(r, 8), vStep, (<usize>read) << 5, work, table, plane, x, list_of(openIn, begin / groups, ci), read, ci, h, w, pad, rowBytes,
        groups, begin, load<i32>(r, 4), false, false,
      );
    }
    for (let e: usize = 0; e < 36; e++) {
      for (let r = runs; r < run; r += runBytes) multiply_run(r, u + e * uStep, v + e * vStep, m + e * mStep, ci, co, wide);
    }
    for (let r = runs; r < run; r += runBytes) {
      const begin = load<i32>(r), filters = load<i32>(r, 20);
      output_block(
        y, m + load<usize>(r, 12), mStep, (<usize>round(filters, 4)) << 5, work, table, list_of(openOut, begin / groups, co), filters, co,
        h + 2 * pad - 2, w + 2 * pad - 2, groups, begin, load<i32>(r, 4), bias, shortcut != 0, shortcut - y, relu,
      );
    }
  }
}

/**
 * du: [36][ceil(ci / 2)][ceil(co / 4)][2][4] of filters [first, last), first a multiple of four: the sum over one block of tiles of (A dy Aᵀ) ⊙ (Bᵀ d B), from
 * x: [n][ci][h][w] and dy: [n][co][h + 2 pad - 2][w + 2 pad - 2]. The gradient's du is the sum of those of all winograd_gradient_blocks, in order.
 * work: winograd_gradient_bytes(n, ...).
 */
export function winograd_gradient(
  du: usize, x: usize, dy: usize, work: usize, n: i32, block: i32, first: i32, last: i32, ci: i32, co: i32, h: i32, w: i32, pad: i32,
): void {
  const groups = groups_in(h, w, pad), rowBytes = padded_row(w, pad), planeBytes = padded_plane(h, w, pad);
  const even = round(ci, 2), four = round(co, 4), filters = last - first;
  const oh = h + 2 * pad - 2, ow = w + 2 * pad - 2;
  const room = block_groups(even + four, GRADIENT_BLOCK, 4, groups * n);
  const table = work + CONSTANTS + TMP, plane = table + <usize>groups * 4 * ENTRY, dplane = plane + planeBytes;
  const vGroup = (<usize>even) << 4, mGroup = (<usize>round(filters, 4)) << 4;
  const vStep = part_bytes(even, room), mStep = part_bytes(round(filters, 4), room);
  const v = dplane + planeBytes, m = v + 36 * vStep;
  const duStep = (<usize>(even * four)) << 2, duRow = (<usize>four) << 3;
  put_constants(work);
  put_table(table, h, w, pad);
  memory.fill(plane, 0, 2 * planeBytes);
  const g = block * room, stop = min(g + room, n * groups);
  const own = dy + ((<usize>(first * oh * ow)) << 2);
  transform_block(v, vStep, vGroup, work, table, plane, x, 0, ci, ci, h, w, pad, rowBytes, groups, g, stop, false, true);
  transform_block(m, mStep, mGroup, work, table, dplane, own, 0, filters, co, oh, ow, 0, rowBytes, groups, g, stop, true, true);
  for (let e: usize = 0; e < 36; e++) {
    let row = du + e * duStep + ((<usize>first) << 3);
    for (let i: usize = 0; i < vGroup; i += 32) {
      let out = row;
      row += duRow;
      for (let o: usize = 0; o < mGroup; o += 64) {
        group_dot4x2(out, m + e * mStep + o, v + e * vStep + i, mGroup, vGroup, stop - g);
        out += 32;
      }
    }
  }
}

/** dw: [co][ci][3][3] = Gᵀ du G of filters [first, last), first a multiple of four: the gradient of the filters. scratch: 432 bytes. */
export function winograd_gradient_weights(dw: usize, du: usize, scratch: usize, first: i32, last: i32, ci: i32, co: i32): void {
  const four = round(co, 4), duStep = (<usize>(round(ci, 2) * four)) << 2, rows = scratch + 288;
  for (let o = first; o < last; o += 4) {
    for (let i = 0; i < ci; i++) {
      let at = du + ((<usize>((i & -2) * four + o * 2 + (i & 1) * 4)) << 2);
      for (let t = scratch, end = scratch + 96; t < end; t += 16) {
        weight_gradient_line(
          t, 96,
          v128.load(at), v128.load(at + 6 * duStep), v128.load(at + 12 * duStep),
          v128.load(at + 18 * duStep), v128.load(at + 24 * duStep), v128.load(at + 30 * duStep),
        );
        at += duStep;
      }
      for (let r: usize = 0; r < 3; r++) {
        const row = scratch + r * 96;
        weight_gradient_line(
          rows + r * 48, 16,
          v128.load(row), v128.load(row, 16), v128.load(row, 32), v128.load(row, 48), v128.load(row, 64), v128.load(row, 80),
        );
      }
      for (let lane = 0; lane < min(4, last - o); lane++) {
        const out = dw + <usize>((o + lane) * ci + i) * 36;
        for (let t: usize = 0; t < 9; t++) store<f32>(out + (t << 2), load<f32>(rows + (t << 4) + ((<usize>lane) << 2)));
      }
    }
  }
}
