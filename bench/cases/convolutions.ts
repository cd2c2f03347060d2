import type { Engine } from 'espalier';
import { randomFloats, requireClose, sink } from '#dist/cli/bench/check.js';
import { Conv, type ConvShape } from '#dist/layers/conv.js';
import { ConvGradients } from '#dist/layers/conv-gradients.js';
import type { Address } from '#dist/runtime/address.js';
import { Pace } from '#dist/runtime/pace.js';
import { ownOf } from '#dist/runtime/parts.js';
import type { Case } from './case.js';

/** Shares of the peak that forward, dX and dW must reach. */
export type Bars = readonly [forward: number, input: number, weight: number];

/**
 * Forward, dX and dW of a convolution of images size x size, as a training step calls them: weights are transformed or packed in every call.
 * FLOP are those of the direct sum, whatever the algorithm does.
 */
export function convolution(
  engine: Engine,
  shape: Omit<ConvShape, 'height' | 'width'> & { size: number },
  batch: number,
  random: () => number,
  bars?: Bars,
): Case[] {
  const scope = engine.scope();
  const { channels, filters, kernel, stride, padding, size } = shape;
  const conv = new Conv(engine, { ...shape, height: size, width: size });
  const { outHeight, outWidth } = conv;
  const [inputs, outputs] = [batch * channels * size ** 2, batch * filters * outHeight * outWidth];
  const weight = randomFloats(conv.weightCount, random);
  const [x, dy] = [randomFloats(inputs, random), randomFloats(outputs, random)];
  conv.weight = scope.copy(weight);
  conv.dweight = scope.zeros(conv.weightCount);
  const scratch = {
    pack: scope.bytes(conv.packBytes),
    work: ownOf(engine, scope, conv.workBytes(batch)),
    sums: scope.bytes(conv.sumBytes(batch)),
  };
  const pace = new Pace();
  const [xAt, dyAt] = [scope.copy(x), scope.copy(dy)];
  const [y, dx] = [scope.zeros(outputs), scope.zeros(inputs)];
  const text = `${kernel}x${kernel}${stride > 1 ? `/${stride}` : ''} ${channels}->${filters}, ${size}x${size}, batch ${batch}`;
  const work = { unit: 'FLOP', amount: 2 * batch * conv.multiplyAdds() } as const;
  const pick = (count: number) => Math.floor(random() * count);
  /** Compares places drawn at random with their sums in doubles. */
  const compare = (name: string, at: Address, length: number, spots: number, spot: () => [number, number]) => {
    const got = engine.f32(at, length);
    const pairs = Array.from({ length: spots }, spot);
    requireClose(
      name,
      pairs.map(([where]) => got[where]!),
      pairs.map(([, wanted]) => wanted),
    );
    sink(got[0]!);
  };
  /** Σ over what a weight (o, c, r, q) joins: output places (row, column) and the pixels under it. */
  const term = (s: number, o: number, c: number, row: number, column: number, r: number, q: number) => {
    const [from, to] = [row * stride + r - padding, column * stride + q - padding];
    if (from < 0 || from >= size || to < 0 || to >= size) return undefined;
    return {
      x: ((s * channels + c) * size + from) * size + to,
      y: ((s * filters + o) * outHeight + row) * outWidth + column,
      w: ((o * channels + c) * kernel + r) * kernel + q,
    };
  };
  return [
    {
      name: 'conv forward',
      shape: text,
      work,
      ...(bars ? { bar: bars[0] } : {}),
      run: () => conv.forward(y, xAt, batch, scratch, pace),
      check: () =>
        compare('conv forward', y, outputs, 200, () => {
          const [s, o, row, column] = [pick(batch), pick(filters), pick(outHeight), pick(outWidth)];
          let wanted = 0;
          for (let c = 0; c < channels; c++) {
            for (let tap = 0; tap < kernel ** 2; tap++) {
              const at = term(s, o, c, row, column, Math.floor(tap / kernel), tap % kernel);
              if (at) wanted += x[at.x]! * weight[at.w]!;
            }
          }
          return [((s * filters + o) * outHeight + row) * outWidth + column, wanted];
        }),
    },
    {
      name: 'conv dX',
      shape: text,
      work,
      ...(bars ? { bar: bars[1] } : {}),
      run: () => new ConvGradients(conv).backwardInput(dx, dyAt, batch, scratch, pace),
      check: () =>
        compare('conv dX', dx, inputs, 200, () => {
          const [s, c, from, to] = [pick(batch), pick(channels), pick(size), pick(size)];
          let wanted = 0;
          for (let o = 0; o < filters; o++) {
            for (let tap = 0; tap < kernel ** 2; tap++) {
              const [r, q] = [Math.floor(tap / kernel), tap % kernel];
              const [row, column] = [(from + padding - r) / stride, (to + padding - q) / stride];
              const inside = row >= 0 && row < outHeight && column >= 0 && column < outWidth;
              if (!inside || !Number.isInteger(row) || !Number.isInteger(column)) continue;
              const at = term(s, o, c, row, column, r, q)!;
              wanted += dy[at.y]! * weight[at.w]!;
            }
          }
          return [((s * channels + c) * size + from) * size + to, wanted];
        }),
    },
    {
      name: 'conv dW',
      shape: text,
      work,
      ...(bars ? { bar: bars[2] } : {}),
      run: () => new ConvGradients(conv).backwardWeight(xAt, dyAt, batch, scratch, pace),
      check: () =>
        compare('conv dW', conv.dweight, conv.weightCount, 20, () => {
          const [o, c, r, q] = [pick(filters), pick(channels), pick(kernel), pick(kernel)];
          let wanted = 0;
          for (let place = 0; place < batch * outHeight * outWidth; place++) {
            const row = Math.floor(place / outWidth) % outHeight;
            const at = term(Math.floor(place / (outHeight * outWidth)), o, c, row, place % outWidth, r, q);
            if (at) wanted += dy[at.y]! * x[at.x]!;
          }
          return [((o * channels + c) * kernel + r) * kernel + q, wanted];
        }),
    },
  ];
}
