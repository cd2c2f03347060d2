// conv2d, its gradients and gatedConv2d of espalier/kernels beside plain sums in 64 bits, at awkward sizes.
import { createEngine, type Engine } from 'espalier';
import {
  allocate,
  conv2d,
  conv2dInputGradient,
  conv2dWeightGradient,
  type Floats,
  gatedConv2d,
  packFilters,
} from 'espalier/kernels';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Block } from '#dist/kernels/block.js';
import { Conv } from '#dist/layers/conv.js';
import { ConvGradients } from '#dist/layers/conv-gradients.js';
import { Pace } from '#dist/runtime/pace.js';
import { ownOf } from '#dist/runtime/parts.js';
import { Draws } from '../support/draws.js';
import { sameBits } from '../support/numbers.js';
import { sameAtAnyThreads } from '../support/threads.js';
import { close, dot } from './near.js';

const SHAPES = [
  { samples: 1, channels: 1, height: 1, width: 1, filters: 1, kernel: 1, stride: 1, padding: 0 },
  { samples: 3, channels: 5, height: 7, width: 6, filters: 9, kernel: 3, stride: 1, padding: 1 },
  { samples: 2, channels: 3, height: 9, width: 5, filters: 6, kernel: 3, stride: 1, padding: 0 },
  { samples: 2, channels: 4, height: 5, width: 5, filters: 3, kernel: 3, stride: 1, padding: 2 },
  { samples: 2, channels: 3, height: 11, width: 8, filters: 5, kernel: 3, stride: 2, padding: 1 },
  { samples: 2, channels: 6, height: 4, width: 7, filters: 10, kernel: 1, stride: 1, padding: 0 },
  { samples: 1, channels: 2, height: 8, width: 9, filters: 7, kernel: 5, stride: 3, padding: 4 },
];
type Shape = (typeof SHAPES)[number];

const test = suite('kernels: conv2d');

const outputOf = ({ height, width, kernel, stride, padding }: Shape) => [
  Math.floor((height + 2 * padding - kernel) / stride) + 1,
  Math.floor((width + 2 * padding - kernel) / stride) + 1,
];

/** Each product of the sums that a convolution is made of: where its factors and its sum stand. */
function eachTerm(shape: Shape, see: (y: number, x: number, w: number) => void): void {
  const { samples, channels, height, width, filters, kernel, stride, padding } = shape;
  const [rows, columns] = outputOf(shape) as [number, number];
  for (let s = 0; s < samples; s++)
    for (let f = 0; f < filters; f++)
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++)
          for (let c = 0; c < channels; c++)
            for (let a = 0; a < kernel; a++)
              for (let b = 0; b < kernel; b++) {
                const [row, column] = [i * stride + a - padding, j * stride + b - padding];
                if (row < 0 || row >= height || column < 0 || column >= width) continue;
                const y = ((s * filters + f) * rows + i) * columns + j;
                const x = ((s * channels + c) * height + row) * width + column;
                see(y, x, ((f * channels + c) * kernel + a) * kernel + b);
              }
}

function drawn(shape: Shape) {
  const { samples, channels, height, width, filters, kernel } = shape;
  const [rows, columns] = outputOf(shape) as [number, number];
  const draws = new Draws(height * 100 + kernel);
  const numbers = (length: number) => Float32Array.from({ length }, () => 2 * draws.unit() - 1);
  return {
    draws,
    x: numbers(samples * channels * height * width),
    weight: numbers(filters * channels * kernel * kernel),
    dy: numbers(samples * filters * rows * columns),
    bias: numbers(filters),
    rows,
    columns,
  };
}

for (const shape of SHAPES) {
  const name = JSON.stringify(Object.values(shape));
  const { x, weight, dy, bias, rows, columns, draws } = drawn(shape);
  const { samples, channels, height, width, filters, kernel } = shape;

  test(`${name}: is the plain sum, and its gradients are the adjoint maps, from arrays and from blocks`, async () => {
    const engine = await createEngine({ threads: 1 });
    const y = new Float64Array(dy.length);
    const dx = new Float64Array(x.length);
    const dw = new Float64Array(weight.length);
    eachTerm(shape, (to, from, w) => {
      y[to]! += weight[w]! * x[from]!;
      dx[from]! += weight[w]! * dy[to]!;
      dw[w]! += x[from]! * dy[to]!;
    });
    const options = { ...shape, engine };
    const plain = await conv2d(x, weight, options);
    close(plain, y, 2e-5, 'y');
    const biased = y.map((v, i) => Math.max(0, v + bias[Math.floor(i / (rows * columns)) % filters]!));
    close(await conv2d(x, weight, { ...options, bias, relu: true }), biased, 2e-5, 'y + bias, rectified');
    const gradientX = await conv2dInputGradient(dy, weight, options);
    close(gradientX, dx, 2e-5, 'dx');
    const gradientW = await conv2dWeightGradient(x, dy, options);
    close(gradientW, dw, 5e-5, 'dw');
    // <dy, conv(x)> is linear in x and in the weights.
    const product = dot(dy, plain);
    assert.ok(Math.abs(product - dot(gradientX, x)) < 1e-3 * (1 + Math.abs(product)));
    assert.ok(Math.abs(product - dot(gradientW, weight)) < 1e-3 * (1 + Math.abs(product)));

    const used = engine.arena.used;
    const images = allocate(engine, [samples, channels, height, width], x);
    const filtersIn = allocate(engine, [filters, channels, kernel, kernel], weight);
    const given = allocate(engine, [samples, filters, rows, columns], dy);
    const made: Block = await conv2d(images, filtersIn, shape);
    assert.instance(made, Block);
    assert.equal(made.shape, [samples, filters, rows, columns]);
    sameBits(made.array, plain, 'blocks');
    const out = allocate(engine, [samples, filters, rows, columns]);
    assert.is(await conv2d(images, weight, { ...shape, out }), out, 'out is what comes back');
    sameBits(out.array, plain, 'into a block');
    const madeX = await conv2dInputGradient(given, filtersIn, shape);
    sameBits(madeX.array, gradientX, 'dx');
    const madeW = await conv2dWeightGradient(images, given, shape);
    sameBits(madeW.array, gradientW, 'dw');
    for (const block of [images, filtersIn, given, made, out, madeX, madeW]) block.dispose();
    assert.is(engine.arena.used, used, 'nothing is left');
  });

  test(`${name}: packed filters give the same bits`, async () => {
    const engine = await createEngine({ threads: 1 });
    const packed = await packFilters(weight, { ...shape, engine });
    sameBits(
      await conv2d(x, packed, { ...shape, engine }),
      await conv2d(x, weight, { ...shape, engine }),
      'by packed filters',
    );
    packed.dispose();
    assert.is(engine.arena.used, 0);
  });

  test(`${name}: with gates, what is open has the bits of the ungated over zeros, and what is closed is zero`, async () => {
    const engine = await createEngine({ threads: 1 });
    const gates = (length: number, open: number) => Uint8Array.from({ length }, () => (draws.unit() < open ? 1 : 0));
    for (const share of [0, 0.5, 1]) {
      const [open, read] = [gates(samples * filters, share), gates(samples * channels, Math.max(0.3, share))];
      const zeroed = x.map((v, i) => (read[Math.floor(i / (height * width))] ? v : 0));
      const full = await conv2d(zeroed, weight, { ...shape, bias, engine });
      const expected = full.map((v, i) => (open[Math.floor(i / (rows * columns))] ? v : 0));
      // What is not read may hold anything.
      const dirty = x.map((v, i) => (read[Math.floor(i / (height * width))] ? v : Number.NaN));
      const out = new Float32Array(full.length).fill(7);
      const found = await gatedConv2d(dirty, weight, { ...shape, open, read, bias, out, engine });
      assert.is(found, out);
      assert.equal(
        [...found],
        [...expected].map((v) => v),
        `${share} open`,
      );
      const all = Float32Array.from(open);
      sameBits(
        await gatedConv2d(x, weight, { ...shape, open: all, engine }),
        (await conv2d(x, weight, { ...shape, engine })).map((v, i) => (open[Math.floor(i / (rows * columns))] ? v : 0)),
        'without read all channels are read',
      );
    }
  });

  test(`${name}: has the bits of the nets' own layer`, async () => {
    const engine = await createEngine({ threads: 1 });
    const scope = engine.scope();
    const conv = new Conv(engine, shape);
    conv.weight = scope.copy(weight);
    conv.dweight = scope.zeros(weight.length);
    const scratch = {
      pack: scope.bytes(conv.packBytes),
      work: ownOf(engine, scope, conv.workBytes(samples)),
      sums: scope.bytes(conv.sumBytes(samples)),
    };
    const [at, dyAt, y, dx] = [scope.copy(x), scope.copy(dy), scope.zeros(dy.length), scope.zeros(x.length)];
    const pace = new Pace();
    await conv.forward(y, at, samples, scratch, pace);
    await new ConvGradients(conv).backwardInput(dx, dyAt, samples, scratch, pace);
    await new ConvGradients(conv).backwardWeight(at, dyAt, samples, scratch, pace);
    const options = { ...shape, engine };
    sameBits(await conv2d(x, weight, options), engine.f32(y, dy.length), 'y');
    sameBits(await conv2dInputGradient(dy, weight, options), engine.f32(dx, x.length), 'dx');
    sameBits(await conv2dWeightGradient(x, dy, options), engine.f32(conv.dweight, weight.length), 'dw');
  });
}

test('threads change no bit', async () => {
  const shape = { samples: 5, channels: 9, height: 13, width: 12, filters: 11, kernel: 3, stride: 1, padding: 1 };
  const { x, weight, dy, draws } = drawn(shape);
  const open = Uint8Array.from({ length: 55 }, () => draws.below(2));
  await sameAtAnyThreads(async (engine: Engine) => {
    const results: Floats[] = [];
    for (const strided of [{}, { stride: 2, padding: 0 }]) {
      const options = { ...shape, ...strided, engine };
      const y = await conv2d(x, weight, options);
      const gradient = dy.subarray(0, y.length);
      results.push(y, await gatedConv2d(x, weight, { ...options, open }));
      results.push(await conv2dInputGradient(gradient, weight, options));
      results.push(await conv2dWeightGradient(x, gradient, options));
    }
    return results;
  });
});

test.run();
