import { sumOf } from './simd';

// Pooling of planes [planes][h][w] to [planes][oh][ow], as PyTorch does it: window (oy, ox) begins at row oy stride − pad, column ox stride − pad, and is
// kernel x kernel; what lies outside the plane is padding. pad < kernel, and every window holds an element of the plane. A window's elements come row by
// row. Windows inside the plane go four at a time where the stride is 1 or 2, the others one by one.

/** Elements 0, stride, 2 stride, 3 stride; none beyond the last is read. */
// @ts-ignore: decorator
@inline
function four(at: usize, stride: i32): v128 {
  if (stride == 1) return v128.load(at);
  return v128.shuffle<f32>(v128.load(at), v128.load(at, 12), 0, 2, 5, 7);
}

/** The first of the windows that do not begin in the left padding. */
// @ts-ignore: decorator
@inline
function firstInside(stride: i32, pad: i32): i32 {
  return (pad + stride - 1) / stride;
}

/** One past the last window that ends inside the plane. */
// @ts-ignore: decorator
@inline
function lastInside(w: i32, ow: i32, kernel: i32, stride: i32, pad: i32): i32 {
  const room = w + pad - kernel;
  return room < 0 ? 0 : min(ow, room / stride + 1);
}

/** One window of rows [y0, y1), columns [x0, x1). */
// @ts-ignore: decorator
@inline
function maxWindow(y: usize, index: usize, x: usize, w: i32, y0: i32, y1: i32, x0: i32, x1: i32): void {
  let best: f32 = -Infinity;
  let winner = y0 * w + x0;
  for (let row = y0; row < y1; row++) {
    for (let place = row * w + x0; place < row * w + x1; place++) {
      const value = load<f32>(x + ((<usize>place) << 2));
      if (value > best || value != value) {
        best = value;
        winner = place;
      }
    }
  }
  store<f32>(y, best);
  if (index) store<i32>(index, winner);
}

/** Four windows of rows [y0, y1), the first from column x0, all inside the plane. */
// @ts-ignore: decorator
@inline
function maxWindows4(y: usize, index: usize, x: usize, w: i32, y0: i32, y1: i32, x0: i32, kernel: i32, stride: i32): void {
  const one = i32x4.splat(1), steps = i32x4.mul(i32x4(0, 1, 2, 3), i32x4.splat(stride));
  let best = f32x4.splat(-Infinity), winner = i32x4.add(i32x4.splat(y0 * w + x0), steps);
  for (let row = y0; row < y1; row++) {
    const start = row * w + x0;
    let place = i32x4.add(i32x4.splat(start), steps);
    for (let at = x + ((<usize>start) << 2), end = at + ((<usize>kernel) << 2); at < end; at += 4) {
      const value = four(at, stride), wins = v128.or(f32x4.gt(value, best), f32x4.ne(value, value));
      best = v128.bitselect(value, best, wins);
      winner = v128.bitselect(place, winner, wins);
      place = i32x4.add(place, one);
    }
  }
  v128.store(y, best);
  if (index) v128.store(index, winner);
}

/**
 * y = the largest of each window, index (i32, address 0 for none) its place in the plane: the first of equals, never padding; the last NaN if there is one.
 */
export function max_pool_forward(
  y: usize, index: usize, x: usize, planes: i32, h: i32, w: i32, oh: i32, ow: i32, kernel: i32, stride: i32, pad: i32,
): void {
  const inside0 = firstInside(stride, pad), inside1 = lastInside(w, ow, kernel, stride, pad), step: usize = index ? 4 : 0;
  for (let p = 0; p < planes; p++, x += (<usize>(h * w)) << 2) {
    for (let oy = 0; oy < oh; oy++) {
      const top = oy * stride - pad, y0 = max(0, top), y1 = min(h, top + kernel);
      let ox = 0;
      while (ox < ow) {
        const x0 = ox * stride - pad;
        if (stride <= 2 && ox >= inside0 && ox + 4 <= inside1) {
          if (stride == 1) maxWindows4(y, index, x, w, y0, y1, x0, kernel, 1);
          else maxWindows4(y, index, x, w, y0, y1, x0, kernel, 2);
          ox += 4;
          y += 16;
          index += step << 2;
        } else {
          maxWindow(y, index, x, w, y0, y1, max(0, x0), min(w, x0 + kernel));
          ox++;
          y += 4;
          index += step;
        }
      }
    }
  }
}

/** dx = Σ of dy over the windows that each element won, in the order of the windows. dx: [planes][hw]; dy, index: [planes][ohw]. */
export function max_pool_backward(dx: usize, dy: usize, index: usize, planes: i32, hw: i32, ohw: i32): void {
  const bytes = (<usize>hw) << 2;
  memory.fill(dx, 0, <usize>planes * bytes);
  for (let p = 0; p < planes; p++, dx += bytes) {
    for (const end = dy + ((<usize>ohw) << 2); dy < end; dy += 4, index += 4) {
      const at = dx + ((<usize>load<i32>(index)) << 2);
      store<f32>(at, load<f32>(at) + load<f32>(dy));
    }
  }
}

// @ts-ignore: decorator
@inline
function averageWindows4(y: usize, x: usize, w: i32, y0: i32, y1: i32, x0: i32, kernel: i32, stride: i32, area: f32): void {
  let sum = f32x4.splat(0);
  for (let row = y0; row < y1; row++) {
    for (let at = x + ((<usize>(row * w + x0)) << 2), end = at + ((<usize>kernel) << 2); at < end; at += 4) {
      sum = f32x4.add(sum, four(at, stride));
    }
  }
  v128.store(y, f32x4.div(sum, f32x4.splat(area)));
}

/** y = the sum of each window over kernel², padding counting as zeros. */
export function average_pool_forward(
  y: usize, x: usize, planes: i32, h: i32, w: i32, oh: i32, ow: i32, kernel: i32, stride: i32, pad: i32,
): void {
  const inside0 = firstInside(stride, pad), inside1 = lastInside(w, ow, kernel, stride, pad), area = <f32>(kernel * kernel);
  for (let p = 0; p < planes; p++, x += (<usize>(h * w)) << 2) {
    for (let oy = 0; oy < oh; oy++) {
      const top = oy * stride - pad, y0 = max(0, top), y1 = min(h, top + kernel);
      let ox = 0;
      while (ox < ow) {
        const x0 = ox * stride - pad;
        if (stride <= 2 && ox >= inside0 && ox + 4 <= inside1) {
          if (stride == 1) averageWindows4(y, x, w, y0, y1, x0, kernel, 1, area);
          else averageWindows4(y, x, w, y0, y1, x0, kernel, 2, area);
          ox += 4;
          y += 16;
        } else {
          const left = max(0, x0), right = min(w, x0 + kernel);
          let sum: f32 = 0;
          for (let row = y0; row < y1; row++) {
            for (let column = left; column < right; column++) sum += load<f32>(x + ((<usize>(row * w + column)) << 2));
          }
          store<f32>(y, sum / area);
          ox++;
          y += 4;
        }
      }
    }
  }
}

/** dx = Σ of dy / kernel² over the windows that hold each element, in the order of the windows. */
export function average_pool_backward(
  dx: usize, dy: usize, planes: i32, h: i32, w: i32, oh: i32, ow: i32, kernel: i32, stride: i32, pad: i32,
): void {
  const area = <f32>(kernel * kernel), areas = f32x4.splat(area), zero = f32x4.splat(0), step = (<usize>stride) << 2;
  memory.fill(dx, 0, (<usize>planes * <usize>(h * w)) << 2);
  for (let p = 0; p < planes; p++, dx += (<usize>(h * w)) << 2) {
    for (let oy = 0; oy < oh; oy++, dy += (<usize>ow) << 2) {
      const top = oy * stride - pad, y0 = max(0, top), y1 = min(h, top + kernel);
      for (let row = y0; row < y1; row++) {
        // The last column of the windows first: so an element meets its windows from left to right.
        for (let kx = kernel - 1; kx >= 0; kx--) {
          const shift = kx - pad;
          const ox0 = shift < 0 ? (stride - 1 - shift) / stride : 0;
          const ox1 = w <= shift ? 0 : min(ow, (w - shift - 1) / stride + 1);
          let at = dx + ((<usize>(row * w + ox0 * stride + shift)) << 2), from = dy + ((<usize>ox0) << 2), ox = ox0;
          if (stride == 1) {
            for (; ox + 4 <= ox1; ox += 4, at += 16, from += 16) {
              v128.store(at, f32x4.add(v128.load(at), f32x4.div(v128.load(from), areas)));
            }
          } else if (stride == 2) {
            // The elements between add a zero, which changes no sum that began at 0.
            for (; ox + 4 <= ox1; ox += 4, at += 32, from += 16) {
              const d = f32x4.div(v128.load(from), areas);
              v128.store(at, f32x4.add(v128.load(at), v128.shuffle<f32>(d, zero, 0, 4, 1, 4)));
              v128.store(at, f32x4.add(v128.load(at, 12), v128.shuffle<f32>(d, zero, 4, 2, 4, 3)), 12);
            }
          }
          for (; ox < ox1; ox++, at += step, from += 4) store<f32>(at, load<f32>(at) + load<f32>(from) / area);
        }
      }
    }
  }
}

/** y[p] = mean of plane p, summed in the order of `sumOf`. */
export function global_average_forward(y: usize, x: usize, planes: i32, hw: i32): void {
  for (let p = 0; p < planes; p++, y += 4, x += (<usize>hw) << 2) store<f32>(y, sumOf(x, hw) / <f32>hw);
}

/** dx = dy[p] / hw all over plane p. */
export function global_average_backward(dx: usize, dy: usize, planes: i32, hw: i32): void {
  for (let p = 0; p < planes; p++, dy += 4) {
    const d = load<f32>(dy) / <f32>hw, v = f32x4.splat(d);
    const fours = dx + ((<usize>(hw & ~3)) << 2), end = dx + ((<usize>hw) << 2);
    for (; dx < fours; dx += 16) v128.store(dx, v);
    for (; dx < end; dx += 4) store<f32>(dx, d);
  }
}
