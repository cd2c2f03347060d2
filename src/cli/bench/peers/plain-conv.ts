import type { Convolution } from '../operations.js';

type Shape = Pick<Convolution, 'batch' | 'channels' | 'filters' | 'kernel' | 'stride' | 'padding' | 'size' | 'out'>;

/** Numbers of a run. */
const RUN = 5;

/** Of one filter over one channel: runs [weight, x, y, columns from, to), in each of which one weight reads one row of the image. */
function runsOf({ kernel, stride, padding, size, out }: Shape): Int32Array {
  const runs: number[] = [];
  for (let r = 0; r < kernel; r++) {
    for (let q = 0; q < kernel; q++) {
      const from = Math.max(0, Math.ceil((padding - q) / stride));
      const to = Math.min(out, Math.floor((size - 1 + padding - q) / stride) + 1);
      for (let row = 0; row < out; row++) {
        const above = row * stride + r - padding;
        if (above >= 0 && above < size) runs.push(r * kernel + q, above * size + q - padding, row * out, from, to);
      }
    }
  }
  return Int32Array.from(runs);
}

export function convForward(y: Float32Array, x: Float32Array, weight: Float32Array, shape: Shape): void {
  const { batch, channels, filters, kernel, stride, size, out } = shape;
  const runs = runsOf(shape);
  for (let s = 0; s < batch; s++) {
    for (let o = 0; o < filters; o++) {
      for (let c = 0; c < channels; c++) {
        const [wAt, xAt, yAt] = [
          (o * channels + c) * kernel ** 2,
          (s * channels + c) * size ** 2,
          (s * filters + o) * out ** 2,
        ];
        for (let i = 0; i < runs.length; i += RUN) {
          const w = weight[wAt + runs[i]!]!;
          const from = xAt + runs[i + 1]!;
          const to = yAt + runs[i + 2]!;
          for (let j = runs[i + 3]!, end = runs[i + 4]!; j < end; j++) y[to + j]! += w * x[from + j * stride]!;
        }
      }
    }
  }
}

export function convInput(dx: Float32Array, dy: Float32Array, weight: Float32Array, shape: Shape): void {
  const { batch, channels, filters, kernel, stride, size, out } = shape;
  const runs = runsOf(shape);
  for (let s = 0; s < batch; s++) {
    for (let o = 0; o < filters; o++) {
      for (let c = 0; c < channels; c++) {
        const [wAt, xAt, yAt] = [
          (o * channels + c) * kernel ** 2,
          (s * channels + c) * size ** 2,
          (s * filters + o) * out ** 2,
        ];
        for (let i = 0; i < runs.length; i += RUN) {
          const w = weight[wAt + runs[i]!]!;
          const to = xAt + runs[i + 1]!;
          const from = yAt + runs[i + 2]!;
          for (let j = runs[i + 3]!, end = runs[i + 4]!; j < end; j++) dx[to + j * stride]! += w * dy[from + j]!;
        }
      }
    }
  }
}

export function convWeight(dw: Float32Array, x: Float32Array, dy: Float32Array, shape: Shape): void {
  const { batch, channels, filters, kernel, stride, size, out } = shape;
  const runs = runsOf(shape);
  for (let s = 0; s < batch; s++) {
    for (let o = 0; o < filters; o++) {
      for (let c = 0; c < channels; c++) {
        const [wAt, xAt, yAt] = [
          (o * channels + c) * kernel ** 2,
          (s * channels + c) * size ** 2,
          (s * filters + o) * out ** 2,
        ];
        for (let i = 0; i < runs.length; i += RUN) {
          const [from, to] = [xAt + runs[i + 1]!, yAt + runs[i + 2]!];
          let sum = 0;
          for (let j = runs[i + 3]!, end = runs[i + 4]!; j < end; j++) sum += dy[to + j]! * x[from + j * stride]!;
          dw[wAt + runs[i]!]! += sum;
        }
      }
    }
  }
}
