import { round } from './padding';
import { dense4x16, dense4x4, dense4x8, group_dot4x2, open4x16, open4x4, open4x8 } from './product';
import {
  block_panels, ENTRY, FORWARD_BLOCK, GRADIENT_BLOCK, groups_in, output_block, padded_plane, padded_row, part_bytes,
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
    + 36 * (part_bytes(even, panels) + part_bytes(four, panels)) - 64;
}

/** Blocks of tiles that winograd_gradient sums over, one a call. */
export function winograd_gradient_blocks(images: i32, ci: i32, co: i32, h: i32, w: i32, pad: i32): i32 {
  const groups = groups_in(h, w, pad) * images;
  const tiles = 2 * block_panels(round(ci, 2) + round(co, 4), GRADIENT_BLOCK, 4, groups);
  return (groups + tiles - 1) / tiles;
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
  const whole = readCount == ci && filterCount == co, wide = wide_tiles();
  const lastTerm = terms + ((<usize>readCount) << 2);
  for (let g = first * groups; g < last * groups; g += 2 * panels) {
    const stop = min(g + 2 * panels, last * groups);
    transform_block(v, vStep, vPanel, work, table, plane, x, openIn, readCount, ci, h, w, pad, rowBytes, groups, g, stop, false, false);
    const full = (stop - g) >> 1, half = (stop - g) & 1;
    for (let e: usize = 0; e < 36; e++) {
      const ue = u + e * uStep;
      const ve = v + e * vStep, me = m + e * mStep;
      if (whole) {
        for (let p = 0, vp = ve, mp = me; p < full + half; p++, vp += vPanel, mp += mPanel) {
          const two = wide && p + 2 <= full;
          let up = ue;
          for (let c = mp; c < mp + mPanel; c += 128) {
            if (two) dense4x16(c, 32, mPanel, up, vp, vPanel, readCount);
            else if (p < full) dense4x8(c, 32, up, vp, readCount);
            else dense4x4(c, 32, up, vp, readCount);
            up += (<usize>ci) << 4;
          }
          if (two) {
            p++;
            vp += vPanel;
            mp += mPanel;
          }
        }
        continue;
      }
      let at = offsets;
      for (let c = me; c < me + mPanel; c += 128, at += 16) {
        const w0 = ue + load<u32>(at), w1 = ue + load<u32>(at, 4), w2 = ue + load<u32>(at, 8), w3 = ue + load<u32>(at, 12);
        if (wide) open4x16(c, 32, mPanel, terms, lastTerm, ve, vPanel, full, w0, w1, w2, w3);
        else open4x8(c, 32, mPanel, terms, lastTerm, ve, vPanel, full, w0, w1, w2, w3);
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
  const panels = block_panels(even + four, GRADIENT_BLOCK, 4, groups * n);
  const table = work + CONSTANTS + TMP, plane = table + <usize>groups * 4 * ENTRY, dplane = plane + planeBytes;
  const vGroup = (<usize>even) << 4, mGroup = (<usize>round(filters, 4)) << 4;
  const vStep = part_bytes(even, panels), mStep = part_bytes(round(filters, 4), panels);
  const v = dplane + planeBytes, m = v + 36 * vStep;
  const duStep = (<usize>(even * four)) << 2, duRow = (<usize>four) << 3;
  put_constants(work);
  put_table(table, h, w, pad);
  memory.fill(plane, 0, 2 * planeBytes);
  const g = block * 2 * panels, stop = min(g + 2 * panels, n * groups);
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
