import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NONE } from '#dist/runtime/address.js';
import type { Kernels } from '#dist/runtime/kernels.js';
import { Draws } from '../support/draws.js';
import { referenceConvolution, referenceConvolutionBackward } from '../support/gated-resnet.js';
import { closeToGolden, goldenConvolutions } from '../support/golden-gaternet.js';
import { engine, guarded, kernelTest } from '../support/kernel-test.js';
import { close, sameBits } from '../support/numbers.js';
import * as twin from './twins/conv.js';

type Shape = twin.Shape;

const { kernels } = engine;
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const CHANNELS = [...range(1, 9), 16, 17, 20];

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

const named = ({ n, ci, co, h, w, kernel, stride, pad }: Shape) =>
  `${n}x${ci}x${h}x${w} to ${co}, kernel ${kernel}, stride ${stride}, padding ${pad}`;
const sizeOf = ({ ci, co, h, w, kernel, stride, pad }: Shape) => [ci, co, h, w, kernel, stride, pad] as const;
const terms = ({ ci, kernel }: Shape) => ci * kernel ** 2;
const inputLength = ({ n, ci, h, w }: Shape) => n * ci * h * w;
const planeLength = (shape: Shape) => twin.outputs(shape)[0] * twin.outputs(shape)[1];
const outputLength = (shape: Shape) => shape.n * shape.co * planeLength(shape);

interface Run {
  readonly shape: Shape;
  readonly x: Float32Array;
  /** [co][ci][kernel][kernel] */
  readonly weights: Float32Array;
  readonly finishing?: twin.Finish;
  /** First and behind the last; all unless told otherwise. */
  readonly images?: readonly [number, number];
  readonly openIn?: readonly number[];
  readonly openOut?: readonly number[];
  /** The shortcut stands where y goes. */
  readonly inPlace?: boolean;
}

/** y of one call, over NaN; the room for work is NaN too, and no byte more than conv_bytes. */
function forward(kernel: Kernels['conv_forward'], run: Run): Float32Array {
  const { shape, x, weights, finishing = {}, openIn, openOut, inPlace = false } = run;
  const [first, last] = run.images ?? [0, shape.n];
  const packed = twin.convWeights(weights, shape.co, terms(shape), terms(shape), 1);
  return guarded((memory) => {
    const work = memory.scratch(kernels.conv_bytes(...sizeOf(shape)) / 4);
    const { shortcut } = finishing;
    const y = inPlace ? memory.output(shortcut!) : memory.scratch(outputLength(shape));
    const given = (data?: Float32Array) => (data ? memory.input(data).at : NONE);
    const list = (open?: readonly number[]) => (open ? memory.input(Uint32Array.from(open)).at : NONE);
    kernel(
      ...([y.at, given(x), given(packed), work.at, first, last, ...sizeOf(shape)] as const),
      ...([list(openIn), openIn?.length ?? shape.ci, list(openOut), openOut?.length ?? shape.co] as const),
      ...([given(finishing.bias), inPlace ? y.at : given(shortcut), finishing.relu ? 1 : 0] as const),
    );
    return y.read();
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

/** dw of one call, on memory as above. */
function gradientWeights(
  kernel: Kernels['conv_gradient_weights'],
  x: Float32Array,
  dy: Float32Array,
  shape: Shape,
): Float32Array {
  return guarded((memory) => {
    const work = memory.scratch(kernels.conv_bytes(...sizeOf(shape)) / 4);
    const dw = memory.scratch(shape.co * terms(shape));
    kernel(dw.at, memory.input(x).at, memory.input(dy).at, work.at, shape.n, ...sizeOf(shape));
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

/** Which of bias, shortcut and ReLU: bits of `which`. */
function finishOf(draws: Draws, shape: Shape, which: number): twin.Finish {
  return {
    bias: which & 1 ? draws.floats(shape.co) : undefined,
    shortcut: which & 2 ? draws.floats(outputLength(shape)) : undefined,
    relu: (which & 4) > 0,
  };
}

/** In f64, term by term. */
function direct(x: Float32Array, weights: Float32Array, shape: Shape): Float64Array {
  const { co, kernel, stride, pad } = shape;
  return referenceConvolution(planes(x, shape), weights, co, kernel, stride, pad).values;
}

function directGradients(x: Float32Array, weights: Float32Array, dy: Float32Array, shape: Shape) {
  const { n, co, kernel, stride, pad } = shape;
  const [height, width] = twin.outputs(shape);
  const back = { samples: n, channels: co, height, width, values: dy };
  return referenceConvolutionBackward(planes(x, shape), weights, back, kernel, stride, pad);
}

function planes(values: Float32Array, { n, ci, h, w }: Shape) {
  return { samples: n, channels: ci, height: h, width: w, values };
}

/** Differences as a share of the largest sum of the terms' magnitudes, which `sums` computes from magnitudes. */
function closeToSums(
  actual: Float32Array,
  sums: (magnitudes: (data: Float32Array) => Float32Array) => Float64Array,
  tolerance: number,
  what: string,
): void {
  const largest = sums((data) => data.map(Math.abs)).reduce((most, value) => Math.max(most, value), 0);
  close(
    actual,
    sums((data) => data),
    { absolute: tolerance * largest },
    what,
  );
}

/** Nothing, one, all and any of `count`, in rising order. */
function openLists(draws: Draws, count: number): number[][] {
  const all = range(0, count - 1);
  return [[], [draws.below(count)], all, all.filter(() => draws.below(2)), all.filter(() => draws.below(4))];
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

kernelTest('conv_forward', 'images in ranges apart equal the whole, and leave the others alone', (kernel) => {
  const draws = new Draws(5);
  for (const shape of SHAPES.filter(({ n }, i) => n > 1 && i % 4 === 0)) {
    const { x, weights } = drawn(draws, shape);
    const finishing = finishOf(draws, shape, 7);
    const whole = forward(kernel, { shape, x, weights, finishing });
    const cut = 1 + draws.below(shape.n - 1);
    const at = (image: number) => image * shape.co * planeLength(shape);
    for (const [first, last] of [
      [0, cut],
      [cut, shape.n],
      [cut, cut],
    ] as const) {
      const part = forward(kernel, { shape, x, weights, finishing, images: [first, last] });
      const expected = whole.map((value, i) => (i >= at(first) && i < at(last) ? value : Number.NaN));
      sameBits(part, expected, `${named(shape)}, images ${first} to ${last}`);
    }
  }
});

kernelTest('conv_forward', 'adds to the shortcut in place, of all filters or of those that are open', (kernel) => {
  const draws = new Draws(20);
  for (const shape of SHAPES.filter((_, i) => i % 5 === 0)) {
    const { x, weights } = drawn(draws, shape);
    const finishing = finishOf(draws, shape, 7);
    const apart = forward(kernel, { shape, x, weights, finishing });
    sameBits(forward(kernel, { shape, x, weights, finishing, inPlace: true }), apart, named(shape));
    const openOut = range(0, shape.co - 1).filter(() => draws.below(2));
    const expected = apart.map((value, i) =>
      openOut.includes(Math.floor(i / planeLength(shape)) % shape.co) ? value : finishing.shortcut![i]!,
    );
    const some = forward(kernel, { shape, x, weights, finishing, openOut, inPlace: true });
    sameBits(some, expected, `${named(shape)}, computes ${openOut}`);
  }
});

kernelTest('conv_forward', 'an image alone has the bits that it has in a batch', (kernel) => {
  const draws = new Draws(6);
  for (const shape of SHAPES.filter(({ n }, i) => n > 1 && i % 4 === 1)) {
    const { x, weights } = drawn(draws, shape);
    const whole = forward(kernel, { shape, x, weights });
    const image = draws.below(shape.n);
    const one = { ...shape, n: 1 };
    const [from, to] = [inputLength(one), outputLength(one)];
    const alone = forward(kernel, { shape: one, x: x.slice(image * from, (image + 1) * from), weights });
    sameBits(alone, whole.subarray(image * to, (image + 1) * to), `${named(shape)}, image ${image}`);
  }
});

kernelTest(
  'conv_forward',
  'open lists: bits of all filters over images whose closed channels are zero, closed planes untouched',
  (kernel) => {
    const draws = new Draws(7);
    for (const shape of [...SHAPES.filter((_, i) => i % 11 === 0), BLOCKS[0]!]) {
      const { x, weights } = drawn(draws, shape);
      const finishing = finishOf(draws, shape, draws.below(8));
      const [hw, ohw] = [shape.h * shape.w, planeLength(shape)];
      for (const openIn of openLists(draws, shape.ci)) {
        const masked = x.map((value, i) => (openIn.includes(Math.floor(i / hw) % shape.ci) ? value : 0));
        const full = forward(kernel, { shape, x: masked, weights, finishing });
        // What is closed may hold anything: it is not read.
        const wild = x.map((value, i) => (openIn.includes(Math.floor(i / hw) % shape.ci) ? value : Number.NaN));
        for (const openOut of openLists(draws, shape.co)) {
          const open = full.map((value, i) => (openOut.includes(Math.floor(i / ohw) % shape.co) ? value : Number.NaN));
          const y = forward(kernel, { shape, x: wild, weights, finishing, openIn, openOut });
          sameBits(y, open, `${named(shape)}, reads ${openIn}, computes ${openOut}`);
        }
      }
      const everyChannel = forward(kernel, { shape, x, weights, finishing, openIn: range(0, shape.ci - 1) });
      sameBits(everyChannel, forward(kernel, { shape, x, weights, finishing }), `${named(shape)}, one list alone`);
    }
  },
);

kernelTest('conv_gradient_input', 'every kernel, stride and padding, bits of the twin', (kernel) => {
  const draws = new Draws(8);
  for (const shape of [...SHAPES, ...BLOCKS]) {
    const { dy, weights } = drawn(draws, shape);
    const dx = gradientInput(kernel, dy, weights, shape);
    sameBits(dx, twin.convGradientInput(dy, weights, shape), named(shape));
  }
});

kernelTest('conv_gradient_weights', 'every kernel, stride and padding, bits of the twin', (kernel) => {
  const draws = new Draws(9);
  for (const shape of [...SHAPES, ...BLOCKS]) {
    const { x, dy } = drawn(draws, shape);
    sameBits(gradientWeights(kernel, x, dy, shape), twin.convGradientWeights(x, dy, shape), named(shape));
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

kernelTest('conv_gradient_weights', 'a filter’s gradient depends on its own dy and the channel’s x alone', (kernel) => {
  const draws = new Draws(12);
  for (const shape of SHAPES.filter((_, i) => i % 7 === 0)) {
    const { x, dy } = drawn(draws, shape);
    const whole = gradientWeights(kernel, x, dy, shape);
    const [c, o] = [draws.below(shape.ci), draws.below(shape.co)];
    const [hw, ohw] = [shape.h * shape.w, planeLength(shape)];
    const others = gradientWeights(
      kernel,
      x.map((value, i) => (Math.floor(i / hw) % shape.ci === c ? value : Number.NaN)),
      dy.map((value, i) => (Math.floor(i / ohw) % shape.co === o ? value : Number.NaN)),
      shape,
    );
    const [at, taps] = [o * terms(shape) + c * shape.kernel ** 2, shape.kernel ** 2];
    sameBits(others.subarray(at, at + taps), whole.subarray(at, at + taps), `${named(shape)}, ${o} of ${c}`);
  }
});

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
      const most = image + block + 4 * places + 4 * k * four + 4 * (k + four) + 64 * ci + 160;
      assert.ok(needed <= most, `${named(shape)}: ${needed} bytes, at most ${most} expected`);
    }
  },
);

test.run();
