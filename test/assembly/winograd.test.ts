import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NONE } from '#dist/runtime/address.js';
import type { Kernels } from '#dist/runtime/kernels.js';
import { Draws } from '../support/draws.js';
import { closeToGolden, goldenConvolutions } from '../support/golden-gaternet.js';
import { engine, guarded, kernelTest } from '../support/kernel-test.js';
import { sameBits } from '../support/numbers.js';
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
  named,
  outputLength,
  range,
  weightGradientTests,
} from './convolution-frame.js';
import { convForward, outputs, type Shape } from './twins/conv.js';
import * as twin from './twins/winograd.js';

/** Of 3x3 and stride 1: what Winograd's transform is for. */
const THREE = { kernel: 3, stride: 1 } as const;

const { kernels } = engine;
/** Every height and width from 1 to 13 at every padding; all pairs of CHANNELS and all batches of 1 to 5 in turn. */
const SHAPES: Shape[] = [];
for (const h of range(1, 13)) {
  for (const w of range(1, 13)) {
    for (const pad of [0, 1, 2]) {
      if (Math.min(h, w) + 2 * pad < 3) continue;
      const i = SHAPES.length;
      const [ci, co] = [CHANNELS[i % 12]!, CHANNELS[(i + Math.floor(i / 12)) % 12]!];
      SHAPES.push({ n: [1, 2, 1, 3, 1, 4, 5][i % 7]!, ci, co, h, w, pad, ...THREE });
    }
  }
}

/** More tiles than a block holds: blocks that end within an image, or hold parts of two or all of some; odd numbers of groups. */
const BLOCKS: Shape[] = [
  { n: 3, ci: 20, co: 17, h: 13, w: 13, pad: 1, ...THREE },
  { n: 6, ci: 120, co: 7, h: 9, w: 13, pad: 1, ...THREE },
  { n: 2, ci: 37, co: 20, h: 33, w: 38, pad: 1, ...THREE },
  { n: 1, ci: 3, co: 5, h: 70, w: 45, pad: 2, ...THREE },
];

/** The shapes that are also held against sums in f64. */
const SOME = [...SHAPES.filter((_, i) => i % 11 === 1), BLOCKS[0]!, BLOCKS[1]!];

/** y of one call, from transformed weights. */
function forward(kernel: Kernels['winograd_forward'], run: Forward): Float32Array {
  const { n, ci, co, h, w, pad } = run.shape;
  const [first, last] = run.images ?? [0, n];
  const bytes = kernels.winograd_forward_bytes(last - first, ci, co, h, w, pad);
  return callForward(run, run.weights, bytes, ({ operands, lists, finish }) => {
    kernel(...operands, ci, co, h, w, pad, ...lists, ...finish);
  });
}

/** Floats of a gradient as it is summed. */
const transformed = ({ ci, co }: Shape) => 36 * 2 * Math.ceil(ci / 2) * 4 * Math.ceil(co / 4);

/** dw, on memory as above: a call for each block of tiles and `filters` filters, whose sums are added in order. */
function gradient(
  kernel: Kernels['winograd_gradient'],
  x: Float32Array,
  dy: Float32Array,
  shape: Shape,
  filters = shape.co,
  weights = kernels.winograd_gradient_weights,
): Float32Array {
  const { n, ci, co, h, w, pad } = shape;
  return guarded((memory) => {
    const work = memory.scratch(kernels.winograd_gradient_bytes(n, ci, co, h, w, pad) / 4);
    const [from, d] = [memory.input(x).at, memory.input(dy).at];
    const dw = memory.scratch(co * ci * 9);
    const blocks = kernels.winograd_gradient_blocks(n, ci, co, h, w, pad);
    const sums = Array.from({ length: blocks }, () => memory.scratch(transformed(shape)));
    sums.forEach(({ at }, block) => {
      for (let first = 0; first < co; first += filters)
        kernel(at, from, d, work.at, n, block, first, Math.min(co, first + filters), ci, co, h, w, pad);
    });
    for (const { at } of sums.slice(1)) kernels.accumulate(sums[0]!.at, at, transformed(shape));
    for (let first = 0; first < co; first += filters)
      weights(dw.at, sums[0]!.at, work.at, first, Math.min(co, first + filters), ci, co);
    return dw.read();
  });
}

/** What turns dy into dx: another convolution, with channels and filters in each other's place. */
function adjoint(shape: Shape): Shape {
  const [h, w] = outputs(shape);
  return { n: shape.n, ci: shape.co, co: shape.ci, h, w, pad: 2 - shape.pad, ...THREE };
}

/** Transformed weights that are no filters': the kernels need not know. */
function drawn(draws: Draws, shape: Shape): { x: Float32Array; weights: Float32Array } {
  const weights = draws.floats(36 * Math.ceil(shape.co / 4) * shape.ci * 4);
  return { x: draws.floats(inputLength(shape)), weights };
}

kernelTest('winograd_weights', 'every number of filters and channels, both ways round, bits of the twin', (weights) => {
  const draws = new Draws(1);
  for (const co of CHANNELS) {
    for (const ci of CHANNELS) {
      for (const flip of [0, 1]) {
        guarded((memory) => {
          const w = draws.floats(co * ci * 9);
          const u = memory.scratch(36 * Math.ceil(co / 4) * ci * 4);
          const [from, scratch] = [memory.input(w).at, memory.scratch(216).at];
          const cut = 4 * draws.below(Math.ceil(co / 4));
          weights(u.at, from, scratch, 0, cut, co, ci, flip);
          weights(u.at, from, scratch, cut, co, co, ci, flip);
          sameBits(u.read(), twin.winogradWeights(w, co, ci, flip === 1), `${co} filters of ${ci}, flip ${flip}`);
        });
      }
    }
  }
});

kernelTest(
  'winograd_forward',
  'every height and width, with and without bias, shortcut and relu, bits of the twin',
  (kernel) => {
    const draws = new Draws(2);
    SHAPES.forEach((shape, i) => {
      const { x, weights } = drawn(draws, shape);
      const finishing = finishOf(draws, shape, i % 8);
      const y = forward(kernel, { shape, x, weights, finishing });
      sameBits(y, twin.winogradForward(x, weights, shape, finishing), `${named(shape)}, finish ${i % 8}`);
    });
  },
);

kernelTest('winograd_forward', 'more tiles than a block, with all that may follow, bits of the twin', (kernel) => {
  const draws = new Draws(3);
  for (const shape of BLOCKS) {
    const { x, weights } = drawn(draws, shape);
    const finishing = finishOf(draws, shape, 7);
    const y = forward(kernel, { shape, x, weights, finishing });
    sameBits(y, twin.winogradForward(x, weights, shape, finishing), named(shape));
  }
});

kernelTest('winograd_forward', 'all combinations of bias, shortcut and relu, bits of the twin', (kernel) => {
  const draws = new Draws(4);
  // Whole groups and tiles that reach over the edge.
  for (const shape of [
    { n: 2, ci: 3, co: 5, h: 16, w: 16, pad: 1, ...THREE },
    { n: 2, ci: 3, co: 5, h: 6, w: 10, pad: 1, ...THREE },
    { n: 2, ci: 3, co: 5, h: 9, w: 17, pad: 0, ...THREE },
  ]) {
    const { x, weights } = drawn(draws, shape);
    for (const which of range(0, 7)) {
      const finishing = finishOf(draws, shape, which);
      const y = forward(kernel, { shape, x, weights, finishing });
      sameBits(y, twin.winogradForward(x, weights, shape, finishing), `${named(shape)}, finish ${which}`);
    }
  }
});

kernelTest('winograd_forward', 'within 2e-6 of sums in f64, as a share of their terms’ magnitudes', (kernel) => {
  const draws = new Draws(5);
  for (const shape of SOME) {
    const [x, w] = [draws.floats(inputLength(shape)), draws.floats(shape.co * shape.ci * 9)];
    const u = twin.winogradWeights(w, shape.co, shape.ci, false);
    closeToSums(forward(kernel, { shape, x, weights: u }), (of) => direct(of(x), of(w), shape), 2e-6, named(shape));
  }
});

forwardTests('winograd_forward', (kernel) => (run) => forward(kernel, run), drawn, {
  ranges: [6, [...SHAPES.filter(({ n }, i) => n > 1 && i % 5 === 0), BLOCKS[0]!, BLOCKS[2]!]],
  inPlace: [20, [...SHAPES.filter((_, i) => i % 9 === 1), ...BLOCKS]],
  alone: [7, [...SHAPES.filter(({ n }, i) => n > 2 && i % 5 === 0), BLOCKS[0]!, BLOCKS[2]!]],
  lists: [8, [...SHAPES.filter((_, i) => i % 9 === 0), { n: 2, ci: 40, co: 37, h: 13, w: 13, pad: 1, ...THREE }]],
});

kernelTest('winograd_forward', 'a NaN reaches all outputs it is a term of, and no other image', (kernel) => {
  const draws = new Draws(9);
  for (const shape of SHAPES.filter(({ n, h, w }) => n > 1 && h > 6 && w > 6).slice(0, 20)) {
    const { x, weights } = drawn(draws, shape);
    const clean = forward(kernel, { shape, x, weights, finishing: { relu: true } });
    const [row, column] = [draws.below(shape.h), draws.below(shape.w)];
    const broken = x.slice();
    broken[(shape.ci - 1) * shape.h * shape.w + row * shape.w + column] = Number.NaN;
    const y = forward(kernel, { shape, x: broken, weights, finishing: { relu: true } });
    const [oh, ow] = outputs(shape);
    const image = shape.co * oh * ow;
    sameBits(y.subarray(image), clean.subarray(image), `${named(shape)}, the other images`);
    for (let i = 0; i < image; i++) {
      const [r, c] = [Math.floor(i / ow) % oh, i % ow];
      const [dr, dc] = [row + shape.pad - r, column + shape.pad - c];
      if (dr < 0 || dr > 2 || dc < 0 || dc > 2) continue;
      assert.ok(Number.isNaN(y[i]), `${named(shape)}: output ${i} is ${y[i]}`);
    }
  }
});

kernelTest(
  'winograd_forward',
  'with flipped weights the gradient of the inputs: within 2e-6 of sums in f64, as a share of their terms’ magnitudes',
  (kernel) => {
    const draws = new Draws(10);
    for (const shape of SOME) {
      const [x, w] = [draws.floats(inputLength(shape)), draws.floats(shape.co * shape.ci * 9)];
      const dy = draws.floats(outputLength(shape));
      const u = twin.winogradWeights(w, shape.ci, shape.co, true);
      const dx = forward(kernel, { shape: adjoint(shape), x: dy, weights: u });
      closeToSums(dx, (of) => directGradients(of(x), of(w), of(dy), shape).dx, 2e-6, named(shape));
    }
  },
);

kernelTest('winograd_gradient', 'every height and width, and more tiles than a block, bits of the twin', (kernel) => {
  const draws = new Draws(11);
  const blocks = [...BLOCKS, { n: 5, ci: 249, co: 7, h: 7, w: 11, pad: 0, ...THREE }];
  for (const shape of [...SHAPES, ...blocks]) {
    const [x, dy] = [draws.floats(inputLength(shape)), draws.floats(outputLength(shape))];
    sameBits(gradient(kernel, x, dy, shape), twin.winogradGradient(x, dy, shape), named(shape));
  }
  const several = blocks.map((shape) => {
    const { perImage, block } = twin.gradientGroups(shape);
    return Math.ceil((shape.n * perImage) / block);
  });
  assert.is(several.filter((count) => count > 1).length, 3, `blocks: ${several}`);
});

kernelTest('winograd_gradient_blocks', 'as many as the twin has', (count) => {
  for (const shape of [...SHAPES, ...BLOCKS]) {
    const { n, ci, co, h, w, pad } = shape;
    const { perImage, block } = twin.gradientGroups(shape);
    assert.is(count(n, ci, co, h, w, pad), Math.ceil((n * perImage) / block), named(shape));
  }
});

kernelTest('winograd_gradient_weights', 'four filters at a time, summed up so too, give the bits of all', (weights) => {
  const draws = new Draws(17);
  for (const shape of [...SHAPES.filter(({ co }, i) => co > 4 && i % 5 === 0), ...BLOCKS]) {
    const [x, dy] = [draws.floats(inputLength(shape)), draws.floats(outputLength(shape))];
    const whole = gradient(kernels.winograd_gradient, x, dy, shape);
    sameBits(gradient(kernels.winograd_gradient, x, dy, shape, 4, weights), whole, named(shape));
  }
});

kernelTest('winograd_gradient', 'within 2e-6 of sums in f64, as a share of their terms’ magnitudes', (kernel) => {
  const draws = new Draws(12);
  for (const shape of SOME) {
    const [x, w] = [draws.floats(inputLength(shape)), draws.floats(shape.co * shape.ci * 9)];
    const dy = draws.floats(outputLength(shape));
    const dw = gradient(kernel, x, dy, shape);
    closeToSums(dw, (of) => directGradients(of(x), of(w), of(dy), shape).dw, 2e-6, named(shape));
  }
});

weightGradientTests('winograd_gradient', (kernel) => (x, dy, shape) => gradient(kernel, x, dy, shape), [
  13,
  SHAPES.filter((_, i) => i % 23 === 0),
]);

const golden = goldenConvolutions().filter((shape) => shape.kernel === 3 && shape.stride === 1 && shape.padding <= 2);

test('PyTorch’s 3x3 convolutions of stride 1: outputs and both gradients within 2e-6 of the largest', () => {
  assert.ok(golden.length >= 40, `${golden.length} cases`);
  for (const { name, batch, channels, filters, height, width, padding, x, w, dy, expected } of golden) {
    const shape = { n: batch, ci: channels, co: filters, h: height, w: width, pad: padding, ...THREE };
    const u = twin.winogradWeights(w, filters, channels, false);
    const back = twin.winogradWeights(w, channels, filters, true);
    closeToGolden(forward(kernels.winograd_forward, { shape, x, weights: u }), expected.y, 2e-6, `${name}/y`);
    const dx = forward(kernels.winograd_forward, { shape: adjoint(shape), x: dy, weights: back });
    closeToGolden(dx, expected.dx, 2e-6, `${name}/dx`);
    closeToGolden(gradient(kernels.winograd_gradient, x, dy, shape), expected.dw, 2e-6, `${name}/dw`);
  }
});

/** Root mean square of the differences over that of what is expected. */
function rootMeanSquare(actual: Float32Array, expected: Float64Array): number {
  let [off, size] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    off += (actual[i]! - expected[i]!) ** 2;
    size += expected[i]! ** 2;
  }
  return Math.sqrt(off / size);
}

kernelTest(
  'winograd_forward',
  'over 64 channels a root mean square error of 9e-7 at most, 2.5 times that of direct sums',
  (kernel) => {
    const draws = new Draws(14);
    const shape = { n: 1, ci: 64, co: 64, h: 16, w: 16, pad: 1, ...THREE };
    const uniform = (length: number) => Float32Array.from({ length }, () => 2 * draws.unit() - 1);
    const [x, w] = [uniform(inputLength(shape)), uniform(64 * 64 * 9)];
    const u = twin.winogradWeights(w, 64, 64, false);
    const expected = direct(x, w, shape);
    const error = rootMeanSquare(forward(kernel, { shape, x, weights: u }), expected);
    const sums = rootMeanSquare(convForward(x, w, shape), expected);
    assert.ok(error <= 9e-7, `Winograd ${error}`);
    assert.ok(error <= 2.5 * sums, `Winograd ${error}, direct sums ${sums}`);
  },
);

/** Bytes of `work` behind the last one that a call writes. */
function untouched(work: Float32Array): number {
  return 4 * (work.length - 1 - work.findLastIndex((value) => !Number.isNaN(value)));
}

kernelTest('winograd_forward_bytes', 'what a call needs, but for 80 bytes at the end at most', (bytes) => {
  const draws = new Draws(15);
  for (const shape of [...SHAPES.filter((_, i) => i % 17 === 0), ...BLOCKS]) {
    const { n, ci, h, w, pad } = shape;
    const co = 4 * Math.ceil(shape.co / 4);
    const { x, weights } = drawn(draws, { ...shape, co });
    guarded((memory) => {
      const work = memory.scratch(bytes(n, ci, co, h, w, pad) / 4);
      const y = memory.scratch(outputLength({ ...shape, co }));
      const [atX, atU] = [memory.input(x).at, memory.input(weights).at];
      kernels.winograd_forward(y.at, atX, atU, work.at, 0, n, ci, co, h, w, pad, NONE, NONE, NONE, NONE, 0);
      assert.ok(
        untouched(work.read()) <= 80,
        `${named(shape)}: ${untouched(work.read())} of ${work.read().length * 4}`,
      );
    });
  }
});

kernelTest('winograd_gradient_bytes', 'what a call needs, to the last byte', (bytes) => {
  const draws = new Draws(16);
  for (const shape of [...SHAPES.filter((_, i) => i % 17 === 0), ...BLOCKS]) {
    const { n, h, w, pad } = shape;
    const [ci, co] = [2 * Math.ceil(shape.ci / 2), 4 * Math.ceil(shape.co / 4)];
    guarded((memory) => {
      const x = memory.input(draws.floats(inputLength({ ...shape, ci })));
      const dy = memory.input(draws.floats(outputLength({ ...shape, co })));
      const work = memory.scratch(bytes(n, ci, co, h, w, pad) / 4);
      const du = memory.scratch(36 * ci * co);
      kernels.winograd_gradient(du.at, x.at, dy.at, work.at, n, 0, 0, co, ci, co, h, w, pad);
      assert.is(untouched(work.read()), 0, named(shape));
    });
  }
});

test('work stops growing with the batch once a block is full', () => {
  for (const bytes of [kernels.winograd_forward_bytes, kernels.winograd_gradient_bytes]) {
    const of = (images: number) => bytes(images, 16, 16, 32, 32, 1);
    assert.is(of(1000), of(100));
    assert.ok(of(1) <= of(2));
  }
});

test.run();
