import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Kernels } from '#dist/runtime/kernels.js';
import { Draws } from '../support/draws.js';
import { closeToGolden, goldenConvolutions } from '../support/golden-gaternet.js';
import { engine, guarded, kernelTest } from '../support/kernel-test.js';
import { close, sameBits } from '../support/numbers.js';
import {
  CHANNELS,
  callForward,
  closeToSums,
  direct,
  directGradients,
  type Forward,
  finishOf,
  forwardTests,
  inputLength,
  inWideTiles,
  named,
  outputLength,
  planeLength,
  range,
  terms,
  weightGradientTests,
} from './convolution-frame.js';
import * as twin from './twins/conv.js';

type Shape = twin.Shape;

const { kernels } = engine;
/** Kernels of 1 to 7, strides of 1 to 4, paddings below the kernel; three sizes each, rarely square, and channels in turn. */
const SHAPES: Shape[] = [];
const sizes = new Draws(1);
for (const kernel of [1, 2, 3, 4, 5, 7]) {
  for (const stride of [1, 2, 3, 4]) {
    for (const pad of range(0, kernel - 1)) {
      const least = Math.max(1, kernel - 2 * pad);
      for (let size = 0; size < 3; size++) {
        const i = SHAPES.length;
        const [ci, co] = [CHANNELS[i % 12]!, CHANNELS[(i + Math.floor(i / 12)) % 12]!];
        const [h, w] = [least + sizes.below(14 - least), least + sizes.below(14 - least)];
        SHAPES.push({ n: 1 + (i % 3), ci, co, h, w, kernel, stride, pad });
      }
    }
  }
}

// Rows of eight and sixteen places, which are unfolded by vectors where the stride is 1 or 2.
for (const kernel of [1, 2, 3, 5]) {
  for (const [stride, slack] of [
    [1, 0],
    [2, 0],
    [2, 1],
    [3, 2],
  ] as const) {
    for (const places of [8, 16]) {
      const i = SHAPES.length;
      const pad = Math.min(kernel - 1, i % 3);
      const w = (places - 1) * stride + kernel - 2 * pad + slack;
      SHAPES.push({
        n: 1 + (i % 2),
        ci: CHANNELS[i % 5]!,
        co: CHANNELS[i % 7]!,
        h: kernel + (i % 4),
        w,
        kernel,
        stride,
        pad,
      });
    }
  }
}

/** More places than a block holds, whole blocks and a part. */
const BLOCKS: Shape[] = [
  { n: 2, ci: 20, co: 9, h: 11, w: 13, kernel: 7, stride: 1, pad: 3 },
  { n: 1, ci: 130, co: 5, h: 8, w: 8, kernel: 4, stride: 1, pad: 2 },
  { n: 2, ci: 3, co: 16, h: 40, w: 37, kernel: 5, stride: 1, pad: 1 },
  { n: 1, ci: 250, co: 6, h: 9, w: 7, kernel: 5, stride: 2, pad: 2 },
];

/** The shapes that are also held against sums in f64. */
const SOME = [...SHAPES.filter((_, i) => i % 5 === 0), ...BLOCKS];

const sizeOf = ({ ci, co, h, w, kernel, stride, pad }: Shape) => [ci, co, h, w, kernel, stride, pad] as const;
/** y of one call, from weights [co][ci][kernel][kernel]. */
function forward(kernel: Kernels['conv_forward'], run: Forward): Float32Array {
  const { shape, weights } = run;
  const packed = twin.convWeights(weights, shape.co, terms(shape), terms(shape), 1);
  return callForward(run, packed, kernels.conv_bytes(...sizeOf(shape)), ({ operands, lists, finish }) => {
    kernel(...operands, ...sizeOf(shape), ...lists, ...finish);
  });
}

/** dx of one call, on memory as above. */
function gradientInput(
  kernel: Kernels['conv_gradient_input'],
  dy: Float32Array,
  weights: Float32Array,
  shape: Shape,
): Float32Array {
  const transposed = twin.convWeights(weights, terms(shape), shape.co, 1, terms(shape));
  return guarded((memory) => {
    const work = memory.scratch(kernels.conv_bytes(...sizeOf(shape)) / 4);
    const dx = memory.scratch(inputLength(shape));
    kernel(dx.at, memory.input(dy).at, memory.input(transposed).at, work.at, shape.n, ...sizeOf(shape));
    return dx.read();
  });
}

/** dw of one call for each range of channels and images that `cuts` bound, on memory as above. */
function gradientWeights(
  kernel: Kernels['conv_gradient_weights'],
  x: Float32Array,
  dy: Float32Array,
  shape: Shape,
  cuts: { readonly channels?: number; readonly images?: number } = {},
): Float32Array {
  const { n, ci, co, kernel: side } = shape;
  const { channels = ci, images = n } = cuts;
  return guarded((memory) => {
    const work = memory.scratch(kernels.conv_bytes(...sizeOf(shape)) / 4);
    const dw = memory.scratch(shape.co * terms(shape));
    const [from, d] = [memory.input(x).at, memory.input(dy).at];
    const sums = (count: number) => memory.scratch(16 * Math.ceil((count * side ** 2) / 4) * Math.ceil(co / 4));
    for (let c0 = 0; c0 < ci; c0 += channels) {
      const c1 = Math.min(ci, c0 + channels);
      const room = sums(c1 - c0).at;
      for (let first = 0; first < n; first += images) {
        const last = Math.min(n, first + images);
        kernel(dw.at, room, from, d, work.at, first, last, n, c0, c1, ...sizeOf(shape));
      }
    }
    return dw.read();
  });
}

function drawn(draws: Draws, shape: Shape): { x: Float32Array; weights: Float32Array; dy: Float32Array } {
  return {
    x: draws.floats(inputLength(shape)),
    weights: draws.floats(shape.co * terms(shape)),
    dy: draws.floats(outputLength(shape)),
  };
}

kernelTest('conv_weights', 'rows, columns and odd strides of 1 to 13 rows, bits of the twin', (pack) => {
  const draws = new Draws(2);
  for (const rows of range(1, 13)) {
    for (const k of [1, 2, 3, 7, 8, 25]) {
      for (const [rowStride, kStride] of [
        [k, 1],
        [k + 3, 1],
        [1, rows],
        [1, rows + 5],
        [2, 2 * rows + 1],
      ] as const) {
        guarded((memory) => {
          const src = draws.floats((rows - 1) * rowStride + (k - 1) * kStride + 1);
          const a = memory.scratch(4 * Math.ceil(rows / 4) * k);
          pack(a.at, memory.input(src).at, rows, k, rowStride, kStride);
          const expected = twin.convWeights(src, rows, k, rowStride, kStride);
          sameBits(a.read(), expected, `${rows} rows of ${k}, strides ${rowStride} ${kStride}`);
        });
      }
    }
  }
});

kernelTest(
  'conv_forward',
  'every kernel, stride and padding, with and without bias, shortcut and relu, bits of the twin',
  (kernel) => {
    const draws = new Draws(3);
    [...SHAPES, ...BLOCKS].forEach((shape, i) => {
      const { x, weights } = drawn(draws, shape);
      const finishing = finishOf(draws, shape, i % 8);
      const y = forward(kernel, { shape, x, weights, finishing });
      sameBits(y, twin.convForward(x, weights, shape, finishing), `${named(shape)}, finish ${i % 8}`);
    });
    for (const shape of BLOCKS) assert.ok(planeLength(shape) > twin.blockPlaces(shape), named(shape));
  },
);

kernelTest('conv_forward', 'within 1e-6 of sums in f64, as a share of their terms’ magnitudes', (kernel) => {
  const draws = new Draws(4);
  for (const shape of SOME) {
    const { x, weights } = drawn(draws, shape);
    const y = forward(kernel, { shape, x, weights });
    closeToSums(y, (of) => direct(of(x), of(weights), shape), 1e-6, named(shape));
  }
});

forwardTests('conv_forward', (kernel) => (run) => forward(kernel, run), drawn, {
  ranges: [5, SHAPES.filter(({ n }, i) => n > 1 && i % 4 === 0)],
  inPlace: [20, SHAPES.filter((_, i) => i % 5 === 0)],
  alone: [6, SHAPES.filter(({ n }, i) => n > 1 && i % 4 === 1)],
  lists: [7, [...SHAPES.filter((_, i) => i % 11 === 0), BLOCKS[0]!]],
});

kernelTest('conv_gradient_input', 'every kernel, stride and padding, bits of the twin', (kernel) => {
  const draws = new Draws(8);
  for (const shape of [...SHAPES, ...BLOCKS]) {
    const { dy, weights } = drawn(draws, shape);
    const dx = gradientInput(kernel, dy, weights, shape);
    sameBits(dx, twin.convGradientInput(dy, weights, shape), named(shape));
    inWideTiles(() => sameBits(gradientInput(kernel, dy, weights, shape), dx, `${named(shape)}, wide`));
  }
});

kernelTest('conv_gradient_weights', 'every kernel, stride and padding, bits of the twin', (kernel) => {
  const draws = new Draws(9);
  for (const shape of [...SHAPES, ...BLOCKS]) {
    const { x, dy } = drawn(draws, shape);
    sameBits(gradientWeights(kernel, x, dy, shape), twin.convGradientWeights(x, dy, shape), named(shape));
  }
});

kernelTest('conv_gradient_weights', 'channels and images apart give the bits of the whole', (kernel) => {
  const draws = new Draws(14);
  for (const shape of SHAPES.filter(({ ci, n }) => ci > 1 && n > 1)) {
    const { x, dy } = drawn(draws, shape);
    const whole = gradientWeights(kernel, x, dy, shape);
    const cuts = { channels: 1 + draws.below(shape.ci - 1), images: 1 + draws.below(shape.n - 1) };
    sameBits(gradientWeights(kernel, x, dy, shape, cuts), whole, `${named(shape)}, ${JSON.stringify(cuts)}`);
  }
});

kernelTest('conv_gradient_input', 'within 1e-6 of sums in f64, as a share of their terms’ magnitudes', (kernel) => {
  const draws = new Draws(10);
  for (const shape of SOME) {
    const { x, weights, dy } = drawn(draws, shape);
    const dx = gradientInput(kernel, dy, weights, shape);
    closeToSums(dx, (of) => directGradients(of(x), of(weights), of(dy), shape).dx, 1e-6, named(shape));
  }
});

kernelTest('conv_gradient_weights', 'within 1e-6 of sums in f64, as a share of their terms’ magnitudes', (kernel) => {
  const draws = new Draws(11);
  for (const shape of SOME) {
    const { x, weights, dy } = drawn(draws, shape);
    const dw = gradientWeights(kernel, x, dy, shape);
    closeToSums(dw, (of) => directGradients(of(x), of(weights), of(dy), shape).dw, 1e-6, named(shape));
  }
});

weightGradientTests('conv_gradient_weights', (kernel) => (x, dy, shape) => gradientWeights(kernel, x, dy, shape), [
  12,
  SHAPES.filter((_, i) => i % 7 === 0),
]);

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const norm = (a: Float32Array) => Math.sqrt(dot(a, a));

test('the three products are adjoint: <y, dy> = <x, dx> = <w, dw> within 1e-6 of |y| |dy|', () => {
  const draws = new Draws(13);
  for (const shape of [...SHAPES, ...BLOCKS]) {
    const { x, weights, dy } = drawn(draws, shape);
    const y = forward(kernels.conv_forward, { shape, x, weights });
    const dx = gradientInput(kernels.conv_gradient_input, dy, weights, shape);
    const dw = gradientWeights(kernels.conv_gradient_weights, x, dy, shape);
    const bound = { absolute: 1e-6 * norm(y) * norm(dy) };
    close([dot(x, dx), dot(weights, dw)], [dot(y, dy), dot(y, dy)], bound, named(shape));
  }
});

test('PyTorch’s convolutions: outputs and both gradients within 2e-6 of the largest', () => {
  const golden = goldenConvolutions();
  assert.is(golden.length, 82);
  for (const { name, batch, channels, filters, padding, x, w, dy, expected, ...rest } of golden) {
    const { height, width, kernel, stride } = rest;
    const shape = { n: batch, ci: channels, co: filters, h: height, w: width, kernel, stride, pad: padding };
    closeToGolden(forward(kernels.conv_forward, { shape, x, weights: w }), expected.y, 2e-6, `${name}/y`);
    closeToGolden(gradientInput(kernels.conv_gradient_input, dy, w, shape), expected.dx, 2e-6, `${name}/dx`);
    closeToGolden(gradientWeights(kernels.conv_gradient_weights, x, dy, shape), expected.dw, 2e-6, `${name}/dw`);
  }
});

kernelTest(
  'conv_bytes',
  'a padded image, a block of 128 kB or one panel, offsets and sums, and little more',
  (bytes) => {
    for (const shape of [
      ...SHAPES,
      ...BLOCKS,
      { n: 1, ci: 64, co: 64, h: 224, w: 224, kernel: 5, stride: 1, pad: 2 },
    ]) {
      const { ci, co, h, w, pad } = shape;
      const [k, four] = [4 * Math.ceil(terms(shape) / 4), 4 * Math.ceil(co / 4)];
      const image = 4 * ci * (h + 2 * pad) * (w + 2 * pad);
      const places = planeLength(shape);
      const block = Math.min(Math.max(131072, 32 * (k + four)), 4 * (k + four) * (places + 7));
      const needed = bytes(...sizeOf(shape));
      assert.is(needed % 4, 0, named(shape));
      const most = image + block + 4 * places + 4 * k * four + 4 * (k + four) + 64 * ci + 288;
      assert.ok(needed <= most, `${named(shape)}: ${needed} bytes, at most ${most} expected`);
    }
  },
);

test.run();
