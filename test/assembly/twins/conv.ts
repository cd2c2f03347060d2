import { f, sum4 } from './float.js';

export interface Shape {
  readonly n: number;
  readonly ci: number;
  readonly co: number;
  readonly h: number;
  readonly w: number;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
}

/** What follows the sum of an output; the shortcut has the outputs' shape. */
export interface Finish {
  readonly bias?: Float32Array | undefined;
  readonly shortcut?: Float32Array | undefined;
  readonly relu?: boolean | undefined;
}

/** Height and width of the outputs. */
export function outputs({ h, w, kernel, stride, pad }: Shape): [number, number] {
  const fit = (size: number) => Math.floor((size + 2 * pad - kernel) / stride) + 1;
  return [fit(h), fit(w)];
}

/** Output `at`, of filter `filter`, from its sum. */
export function finish(sum: number, filter: number, at: number, { bias, shortcut, relu }: Finish): number {
  let value = f(sum + (bias?.[filter] ?? 0));
  if (shortcut) value = f(value + shortcut[at]!);
  return relu ? Math.max(value, 0) : value;
}

/** Panels of four rows, [ceil(rows / 4)][k][4]; rows past the last are 0. */
export function convWeights(
  src: Float32Array,
  rows: number,
  k: number,
  rowStride: number,
  kStride: number,
): Float32Array {
  const a = new Float32Array(Math.ceil(rows / 4) * k * 4);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < k; i++) {
      a[((row >> 2) * k + i) * 4 + (row % 4)] = src[row * rowStride + i * kStride]!;
    }
  }
  return a;
}

/**
 * Where the window of each output meets an image: [place][k], k = (channel, row, column of the kernel), the index in the image or
 * -1 where there is none.
 */
function windowsOf(shape: Shape): Int32Array {
  const { ci, h, w, kernel, stride, pad } = shape;
  const [oh, ow] = outputs(shape);
  const windows: number[] = [];
  for (let oy = 0; oy < oh; oy++) {
    for (let ox = 0; ox < ow; ox++) {
      for (let c = 0; c < ci; c++) {
        for (let ky = 0; ky < kernel; ky++) {
          for (let kx = 0; kx < kernel; kx++) {
            const [row, column] = [oy * stride - pad + ky, ox * stride - pad + kx];
            windows.push(row >= 0 && row < h && column >= 0 && column < w ? (c * h + row) * w + column : -1);
          }
        }
      }
    }
  }
  return Int32Array.from(windows);
}

function sizesOf(shape: Shape) {
  const [oh, ow] = outputs(shape);
  return { k: shape.ci * shape.kernel ** 2, places: oh * ow, image: shape.ci * shape.h * shape.w };
}

/** weights: [co][ci][kernel][kernel]. One sum over k from the first to the last. */
export function convForward(
  x: Float32Array,
  weights: Float32Array,
  shape: Shape,
  finishing: Finish = {},
): Float32Array {
  const { n, co } = shape;
  const { k, places, image } = sizesOf(shape);
  const windows = windowsOf(shape);
  const y = new Float32Array(n * co * places);
  for (let s = 0; s < n; s++) {
    for (let o = 0; o < co; o++) {
      for (let p = 0; p < places; p++) {
        let sum = 0;
        for (let i = 0; i < k; i++) {
          const from = windows[p * k + i]!;
          if (from >= 0) sum = f(sum + f(weights[o * k + i]! * x[s * image + from]!));
        }
        const at = (s * co + o) * places + p;
        y[at] = finish(sum, o, at, finishing);
      }
    }
  }
  return y;
}

/** Sums over the filters in order, added to their places in order. */
export function convGradientInput(dy: Float32Array, weights: Float32Array, shape: Shape): Float32Array {
  const { n, co } = shape;
  const { k, places, image } = sizesOf(shape);
  const windows = windowsOf(shape);
  const dx = new Float32Array(n * image);
  for (let s = 0; s < n; s++) {
    for (let p = 0; p < places; p++) {
      for (let i = 0; i < k; i++) {
        const to = windows[p * k + i]!;
        if (to < 0) continue;
        let sum = 0;
        for (let o = 0; o < co; o++) sum = f(sum + f(weights[o * k + i]! * dy[(s * co + o) * places + p]!));
        dx[s * image + to]! += sum;
      }
    }
  }
  return dx;
}

/** Places that the kernels unfold at a time: as many panels of eight as fit 128 kB beside the panels of the other side. */
export function blockPlaces({ ci, co, kernel }: Shape): number {
  const rows = 4 * Math.ceil((ci * kernel ** 2) / 4) + 4 * Math.ceil(co / 4);
  return 8 * Math.max(1, Math.floor(131072 / (32 * rows)));
}

/** Image by image and block by block: place p goes to lane p % 4, the lanes are joined, and the block's sum is added to the others'. */
export function convGradientWeights(x: Float32Array, dy: Float32Array, shape: Shape): Float32Array {
  const { n, co } = shape;
  const { k, places, image } = sizesOf(shape);
  const windows = windowsOf(shape);
  const block = blockPlaces(shape);
  const dw = new Float32Array(co * k);
  for (let s = 0; s < n; s++) {
    for (let p0 = 0; p0 < places; p0 += block) {
      for (let o = 0; o < co; o++) {
        for (let i = 0; i < k; i++) {
          const lanes = [0, 0, 0, 0] as [number, number, number, number];
          for (let p = p0; p < Math.min(p0 + block, places); p++) {
            const from = windows[p * k + i]!;
            if (from < 0) continue;
            lanes[p & 3] = f(lanes[p & 3]! + f(dy[(s * co + o) * places + p]! * x[s * image + from]!));
          }
          dw[o * k + i]! += sum4(...lanes);
        }
      }
    }
  }
  return dw;
}
