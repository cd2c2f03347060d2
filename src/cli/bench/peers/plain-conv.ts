import type { Convolution } from '../operations.js';

/** What the loops over a convolution need of it. */
type Shape = Pick<Convolution, 'batch' | 'channels' | 'filters' | 'kernel' | 'stride' | 'padding' | 'size' | 'out'>;

/** Runs of output columns [from, to) of each output row that read one input row through one weight. */
function eachRun(
  { batch, channels, filters, kernel, stride, padding, size, out }: Shape,
  visit: (weight: number, x: number, y: number, from: number, to: number) => void,
): void {
  for (let s = 0; s < batch; s++) {
    for (let o = 0; o < filters; o++) {
      for (let c = 0; c < channels; c++) {
        for (let r = 0; r < kernel; r++) {
          for (let q = 0; q < kernel; q++) {
            const from = Math.max(0, Math.ceil((padding - q) / stride));
            const to = Math.min(out, Math.floor((size - 1 + padding - q) / stride) + 1);
            for (let row = 0; row < out; row++) {
              const above = row * stride + r - padding;
              if (above < 0 || above >= size) continue;
              const x = ((s * channels + c) * size + above) * size + q - padding;
              visit(((o * channels + c) * kernel + r) * kernel + q, x, ((s * filters + o) * out + row) * out, from, to);
            }
          }
        }
      }
    }
  }
}

export function convForward(y: Float32Array, x: Float32Array, weight: Float32Array, shape: Shape): void {
  const { stride } = shape;
  eachRun(shape, (at, xAt, yAt, from, to) => {
    const w = weight[at]!;
    for (let j = from; j < to; j++) y[yAt + j]! += w * x[xAt + j * stride]!;
  });
}

export function convInput(dx: Float32Array, dy: Float32Array, weight: Float32Array, shape: Shape): void {
  const { stride } = shape;
  eachRun(shape, (at, xAt, yAt, from, to) => {
    const w = weight[at]!;
    for (let j = from; j < to; j++) dx[xAt + j * stride]! += w * dy[yAt + j]!;
  });
}

export function convWeight(dw: Float32Array, x: Float32Array, dy: Float32Array, shape: Shape): void {
  const { stride } = shape;
  eachRun(shape, (at, xAt, yAt, from, to) => {
    let sum = 0;
    for (let j = from; j < to; j++) sum += dy[yAt + j]! * x[xAt + j * stride]!;
    dw[at]! += sum;
  });
}
