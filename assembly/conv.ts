import { copy_rows, list_of, member, open_of, round } from './padding';
import { dense4x16, dense4x8, dot4x2, open4x8 } from './product';
import { wide_tiles } from './wide';

// Convolution of any square kernel, stride and padding as a product over unfolded images (im2col): what winograd.ts does not cover.
//
//   y[o][p] = Σ over k of w[o][k] · column[k][p],  k = (channel, row, column of the kernel), p = an output's place in its plane
//
// Images are [sample][channel][row][col]. Eight places make a panel, [panel][k][8]; a block of panels is unfolded and multiplied at a time.

/** Bytes of a block of panels, which is to stay in the second-level cache. */
const BLOCK: i32 = 131072;

/** Bytes of two register tiles of 4 x 8. */
const TILES: usize = 256;

// @ts-ignore: decorator
@inline
function outputs(size: i32, kernel: i32, stride: i32, pad: i32): i32 {
  return (size + 2 * pad - kernel) / stride + 1;
}

/** Bytes of a row of the padded plane. */
// @ts-ignore: decorator
@inline
function padded_row(w: i32, pad: i32): usize {
  return (<usize>(w + 2 * pad)) << 2;
}

// @ts-ignore: decorator
@inline
function padded_plane(h: i32, w: i32, pad: i32): usize {
  return <usize>round(<i32>(<usize>(h + 2 * pad) * padded_row(w, pad)), 64);
}

// @ts-ignore: decorator
@inline
function block_panels(terms: i32, places: i32): i32 {
  return min(max(1, BLOCK / (terms << 5)), (places + 7) >> 3);
}

/** Bytes of `work` for conv_forward, conv_gradient_input and conv_gradient_weights. */
export function conv_bytes(ci: i32, co: i32, h: i32, w: i32, kernel: i32, stride: i32, pad: i32): usize {
  const k = round(ci * kernel * kernel, 4), four = round(co, 4);
  const places = outputs(h, kernel, stride, pad) * outputs(w, kernel, stride, pad);
  const panels = block_panels(k + four, places);
  return TILES + ((<usize>(round(places, 8) + k + four)) << 2) + <usize>ci * padded_plane(h, w, pad)
    + ((<usize>(panels * (k + four))) << 5);
}

/** offsets: u32 of each output place, where its window begins in the padded plane; places past the last get the first one's. */
function put_offsets(offsets: usize, oh: i32, ow: i32, stride: i32, rowBytes: usize): void {
  const places = oh * ow;
  for (let p = 0; p < round(places, 8); p++) {
    const live = p < places ? p : 0;
    const at = <usize>(live / ow * stride) * rowBytes + ((<usize>(live % ow * stride)) << 2);
    store<u32>(offsets + ((<usize>p) << 2), <u32>at);
  }
}

/** Whether any panel's eight places lie side by side in one row, one or two pixels apart. */
// @ts-ignore: decorator
@inline
function in_rows(ow: i32, stride: i32): bool {
  return (ow & 7) == 0 && stride <= 2;
}

/**
 * columns: rows of one channel for panels [first, last), from its padded plane; panelBytes: from panel to panel. rowStride: the stride where
 * in_rows holds, else 0.
 */
function unfold(
  columns: usize, panelBytes: usize, plane: usize, offsets: usize, kernel: i32, rowBytes: usize, first: i32, last: i32, rowStride: i32,
): void {
  const taps = (<usize>kernel) << 2;
  for (let p = first; p < last; p++) {
    const at = offsets + ((<usize>p) << 5);
    let out = columns;
    columns += panelBytes;
    const p0 = plane + load<u32>(at);
    if (rowStride == 1) {
      for (let r = 0, from = p0; r < kernel; r++, from += rowBytes) {
        for (let tap = from; tap < from + taps; tap += 4, out += 32) {
          v128.store(out, v128.load(tap));
          v128.store(out, v128.load(tap, 16), 16);
        }
      }
      continue;
    }
    if (rowStride == 2) {
      for (let r = 0, from = p0; r < kernel; r++, from += rowBytes) {
        for (let tap = from; tap < from + taps; tap += 4, out += 32) {
          v128.store(out, v128.shuffle<f32>(v128.load(tap), v128.load(tap, 16), 0, 2, 4, 6));
          v128.store(out, v128.shuffle<f32>(v128.load(tap, 32), v128.load(tap, 48), 0, 2, 4, 6), 16);
        }
      }
      continue;
    }
    const p1 = plane + load<u32>(at, 4), p2 = plane + load<u32>(at, 8), p3 = plane + load<u32>(at, 12);
    const p4 = plane + load<u32>(at, 16), p5 = plane + load<u32>(at, 20), p6 = plane + load<u32>(at, 24), p7 = plane + load<u32>(at, 28);
    for (let r = 0; r < kernel; r++) {
      const from = <usize>r * rowBytes;
      for (let tap = from; tap < from + taps; tap += 4) {
        store<f32>(out, load<f32>(p0 + tap));
        store<f32>(out, load<f32>(p1 + tap), 4);
        store<f32>(out, load<f32>(p2 + tap), 8);
        store<f32>(out, load<f32>(p3 + tap), 12);
        store<f32>(out, load<f32>(p4 + tap), 16);
        store<f32>(out, load<f32>(p5 + tap), 20);
        store<f32>(out, load<f32>(p6 + tap), 24);
        store<f32>(out, load<f32>(p7 + tap), 28);
        out += 32;
      }
    }
  }
}

/** The adjoint of unfold: adds the columns to the padded plane, `live` places in order. */
function fold(
  plane: usize, columns: usize, panelBytes: usize, offsets: usize, kernel: i32, rowBytes: usize, first: i32, live: i32,
): void {
  for (let place = 0; place < live; place++) {
    const to = plane + load<u32>(offsets + ((<usize>(first * 8 + place)) << 2));
    let from = columns + <usize>(place >> 3) * panelBytes + ((<usize>(place & 7)) << 2);
    for (let r = 0; r < kernel; r++) {
      const row = to + <usize>r * rowBytes;
      for (let tap = row; tap < row + ((<usize>kernel) << 2); tap += 4) {
        store<f32>(tap, load<f32>(tap) + load<f32>(from));
        from += 32;
      }
    }
  }
}

/** Panels [panel][channels][8] of places [8 first, 8 first + live) of planes, zeros past the last. */
function pack_places(panels: usize, panelBytes: usize, planes: usize, channels: i32, places: i32, first: i32, live: i32): void {
  for (let c = 0; c < channels; c++) {
    const from = planes + ((<usize>(c * places + first * 8)) << 2);
    for (let p = 0; p < live; p += 8) {
      const out = panels + <usize>(p >> 3) * panelBytes + ((<usize>c) << 5), at = from + ((<usize>p) << 2);
      if (p + 8 <= live) {
        v128.store(out, v128.load(at));
        v128.store(out, v128.load(at, 16), 16);
      } else {
        for (let lane = 0; lane < 8; lane++) {
          const b = (<usize>lane) << 2;
          store<f32>(out + b, p + lane < live ? load<f32>(at + b) : 0);
        }
      }
    }
  }
}

/** a: [ceil(rows / 4)][k][4] from src element (row, i) at src[row * rowStride + i * kStride]; zeros past the last row. */
export function conv_weights(a: usize, src: usize, rows: i32, k: i32, rowStride: i32, kStride: i32): void {
  for (let r = 0; r < rows; r += 4) {
    for (let i = 0; i < k; i++) {
      for (let lane = 0; lane < 4; lane++) {
        const at = src + ((<usize>(r + lane) * <usize>rowStride + <usize>i * <usize>kStride) << 2);
        store<f32>(a + ((<usize>lane) << 2), r + lane < rows ? load<f32>(at) : 0);
      }
      a += 16;
    }
  }
}

/**
 * Images [first, last) of y: [n][co][oh][ow] = convolution of x: [n][ci][h][w] with the filters packed in a (conv_weights of [co][ci kernel²]), plus
 * bias[co], plus shortcut (as y, or y itself), then ReLU: each an address or 0 for none, relu 0 or 1. openIn, openOut: as for winograd_forward.
 * work: conv_bytes. The bits of an output depend on nothing but its own terms.
 */
export function conv_forward(
  y: usize, x: usize, a: usize, work: usize, first: i32, last: i32, ci: i32, co: i32, h: i32, w: i32, kernel: i32, stride: i32, pad: i32,
  openIn: usize, openOut: usize, bias: usize, shortcut: usize, relu: i32,
): void {
  const oh = outputs(h, kernel, stride, pad), ow = outputs(w, kernel, stride, pad), places = oh * ow;
  const taps = kernel * kernel, k = ci * taps;
  const rowBytes = padded_row(w, pad), planeBytes = padded_plane(h, w, pad);
  const offsets = work + TILES, terms = offsets + ((<usize>round(places, 8)) << 2);
  const plane = terms + ((<usize>round(k, 4)) << 2), columns = plane + planeBytes;
  const panels = block_panels(round(k, 4) + round(co, 4), places), rowStride = in_rows(ow, stride) ? stride : 0, wide = wide_tiles();
  put_offsets(offsets, oh, ow, stride, rowBytes);
  memory.fill(plane, 0, planeBytes);
  for (let image = first; image < last; image++) {
    const reads = list_of(openIn, image, ci), computes = list_of(openOut, image, co);
    const readCount = open_of(reads, ci), filterCount = open_of(computes, co), read = readCount * taps;
    const panelBytes = (<usize>read) << 5, whole = readCount == ci && filterCount == co;
    for (let i = 0; i < read; i++) {
      store<u32>(terms + ((<usize>i) << 2), (member(reads, i / taps) * taps + i % taps) << 4);
    }
    for (let p0 = 0; p0 < (places + 7) >> 3; p0 += panels) {
      const p1 = min(p0 + panels, (places + 7) >> 3);
      for (let i = 0; i < readCount; i++) {
        const channel = member(reads, i);
        copy_rows(plane, rowBytes, x + ((<usize>((image * ci + channel) * h * w)) << 2), h, w, pad, 0, h + 2 * pad);
        unfold(columns + ((<usize>(i * taps)) << 5), panelBytes, plane, offsets, kernel, rowBytes, p0, p1, rowStride);
      }
      // A panel of columns stays in the first-level cache while all filters pass.
      for (let p = p0; p < p1; p++) {
        const column = columns + <usize>(p - p0) * panelBytes, two = wide && p + 1 < p1, last = two ? p + 1 : p;
        for (let o = 0; o < filterCount; o += 4) {
          const w0 = weights_at(a, computes, o, filterCount, k);
          if (whole) {
            if (two) dense4x16(work, 32, 128, w0, column, panelBytes, k);
            else dense4x8(work, 32, w0, column, k);
          } else {
            const w1 = weights_at(a, computes, o + 1, filterCount, k), w2 = weights_at(a, computes, o + 2, filterCount, k);
            const w3 = weights_at(a, computes, o + 3, filterCount, k), end = terms + ((<usize>read) << 2);
            open4x8(work, 32, 128, terms, end, column, panelBytes, last - p + 1, w0, w1, w2, w3);
          }
          for (let q = p, tile = work; q <= last; q++, tile += 128) {
            for (let r = 0; r < min(4, filterCount - o); r++) {
              const filter = member(computes, o + r);
              const out = y + ((<usize>((image * co + filter) * places + q * 8)) << 2);
              const b = bias ? load<f32>(bias + ((<usize>filter) << 2)) : 0;
              put_places(out, tile + ((<usize>r) << 5), min(8, places - q * 8), b, shortcut != 0, shortcut - y, relu);
            }
          }
        }
        if (two) p++;
      }
    }
  }
}

/** Where the weights of a list's filter begin, of the last one's past the end. */
function weights_at(a: usize, list: usize, i: i32, count: i32, k: i32): usize {
  const filter = member(list, min(i, count - 1));
  return a + ((<usize>((filter >> 2) * k)) << 4) + ((<usize>(filter & 3)) << 2);
}

/** Up to eight outputs with bias, shortcut (delta bytes from y, if there is one to add) and ReLU. */
function put_places(y: usize, tile: usize, live: i32, bias: f32, add: bool, delta: usize, relu: i32): void {
  if (live == 8) {
    const b = f32x4.splat(bias), floor = f32x4.splat(relu ? 0 : -Infinity);
    let v0 = f32x4.add(v128.load(tile), b), v1 = f32x4.add(v128.load(tile, 16), b);
    if (add) {
      v0 = f32x4.add(v0, v128.load(y + delta));
      v1 = f32x4.add(v1, v128.load(y + delta, 16));
    }
    v128.store(y, f32x4.max(v0, floor));
    v128.store(y, f32x4.max(v1, floor), 16);
    return;
  }
  for (let i: usize = 0; i < (<usize>live) << 2; i += 4) {
    let value = load<f32>(tile + i) + bias;
    if (add) value += load<f32>(y + delta + i);
    store<f32>(y + i, relu ? max<f32>(value, 0) : value);
  }
}

/**
 * dx: [n][ci][h][w] from dy: [n][co][oh][ow]: the adjoint of conv_forward. at: conv_weights of the transpose, [ci kernel²][co].
 * work: conv_bytes.
 */
export function conv_gradient_input(
  dx: usize, dy: usize, at: usize, work: usize, n: i32, ci: i32, co: i32, h: i32, w: i32, kernel: i32, stride: i32, pad: i32,
): void {
  const oh = outputs(h, kernel, stride, pad), ow = outputs(w, kernel, stride, pad), places = oh * ow;
  const taps = kernel * kernel, k = round(ci * taps, 4);
  const rowBytes = padded_row(w, pad), planeBytes = padded_plane(h, w, pad);
  const offsets = work + TILES, planes = offsets + ((<usize>round(places, 8)) << 2), panels = block_panels(k + round(co, 4), places);
  const packed = planes + <usize>ci * planeBytes, columns = packed + ((<usize>(panels * co)) << 5);
  const panelBytes = (<usize>k) << 5, packedBytes = (<usize>co) << 5;
  const wide = wide_tiles();
  put_offsets(offsets, oh, ow, stride, rowBytes);
  for (let image = 0; image < n; image++) {
    memory.fill(planes, 0, <usize>ci * planeBytes);
    for (let p0 = 0; p0 < (places + 7) >> 3; p0 += panels) {
      const live = min(panels * 8, places - p0 * 8);
      pack_places(packed, packedBytes, dy + ((<usize>(image * co * places)) << 2), co, places, p0, live);
      for (let p = 0, count = (live + 7) >> 3; p < count; p++) {
        const two = wide && p + 1 < count;
        let row = at;
        const column = columns + <usize>p * panelBytes, from = packed + <usize>p * packedBytes;
        for (let out = column; out < column + panelBytes; out += 128) {
          if (two) dense4x16(out, 32, panelBytes, row, from, packedBytes, co);
          else dense4x8(out, 32, row, from, co);
          row += (<usize>co) << 4;
        }
        if (two) p++;
      }
      for (let c = 0; c < ci; c++) {
        fold(planes + <usize>c * planeBytes, columns + ((<usize>(c * taps)) << 5), panelBytes, offsets, kernel, rowBytes, p0, live);
      }
    }
    for (let c = 0; c < ci; c++) {
      for (let r = 0; r < h; r++) {
        const from = planes + <usize>c * planeBytes + <usize>(r + pad) * rowBytes + ((<usize>pad) << 2);
        memory.copy(dx + ((<usize>(((image * ci + c) * h + r) * w)) << 2), from, (<usize>w) << 2);
      }
    }
  }
}

/**
 * dw: [co][ci][kernel][kernel] from x: [n][ci][h][w] and dy: [n][co][oh][ow], of channels [c0, c1). Adds the terms of images [first, last) to those of the
 * images before, which sums holds: f32[round4((c1 - c0) kernel²)][round4(co)], set to zero at image 0. dw is written after the last image. work: conv_bytes.
 */
export function conv_gradient_weights(
  dw: usize, sums: usize, x: usize, dy: usize, work: usize, first: i32, last: i32, n: i32, c0: i32, c1: i32,
  ci: i32, co: i32, h: i32, w: i32, kernel: i32, stride: i32, pad: i32,
): void {
  const oh = outputs(h, kernel, stride, pad), ow = outputs(w, kernel, stride, pad), places = oh * ow;
  const taps = kernel * kernel, k = (c1 - c0) * taps, terms = round(k, 4), four = round(co, 4);
  const rowBytes = padded_row(w, pad), planeBytes = padded_plane(h, w, pad);
  const offsets = work + TILES, plane = offsets + ((<usize>round(places, 8)) << 2), panels = block_panels(round(ci * taps, 4) + four, places);
  const packed = plane + planeBytes, columns = packed + ((<usize>(panels * four)) << 5);
  const panelBytes = (<usize>terms) << 5, rowStride = in_rows(ow, stride) ? stride : 0;
  put_offsets(offsets, oh, ow, stride, rowBytes);
  memory.fill(plane, 0, planeBytes);
  if (first == 0) memory.fill(sums, 0, (<usize>(terms * four)) << 2);
  for (let image = first; image < last; image++) {
    for (let p0 = 0; p0 < (places + 7) >> 3; p0 += panels) {
      const live = min(panels * 8, places - p0 * 8), count = (live + 7) >> 3;
      pack_places(packed, (<usize>four) << 5, dy + ((<usize>(image * co * places)) << 2), co, places, p0, live);
      for (let c = c0; c < c1; c++) {
        copy_rows(plane, rowBytes, x + ((<usize>((image * ci + c) * h * w)) << 2), h, w, pad, 0, h + 2 * pad);
        unfold(columns + ((<usize>((c - c0) * taps)) << 5), panelBytes, plane, offsets, kernel, rowBytes, p0, p0 + count, rowStride);
      }
      let out = sums;
      for (let i: usize = 0; i < panelBytes; i += 64) {
        for (let o: usize = 0; o < (<usize>four) << 5; o += 128) {
          dot4x2(out, packed + o, columns + i, (<usize>four) << 5, panelBytes, count);
          out += 32;
        }
      }
    }
  }
  if (last < n) return;
  for (let o = 0; o < co; o++) {
    for (let i = 0; i < k; i++) {
      const at = sums + ((<usize>((i & -2) * four + (o & -4) * 2 + (i & 1) * 4 + (o & 3))) << 2);
      store<f32>(dw + ((<usize>((o * ci + c0) * taps + i)) << 2), load<f32>(at));
    }
  }
}
