// What the tests of both ways to convolve share: calls on guarded memory, sums in f64 to hold them against, and what any forward pass must do.

import { type Address, NONE } from '#dist/runtime/address.js';
import { TILES } from '#dist/runtime/builds/call-list.js';
import type { Kernels } from '#dist/runtime/kernels.js';
import { Draws } from '../support/draws.js';
import { referenceConvolution, referenceConvolutionBackward } from '../support/gated-resnet.js';
import { engine, guarded, kernelTest } from '../support/kernel-test.js';
import { close, sameBits } from '../support/numbers.js';
import { type Finish, outputs, type Shape } from './twins/conv.js';

export const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
export const CHANNELS = [...range(1, 9), 16, 17, 20];

export const named = ({ n, ci, co, h, w, kernel, stride, pad }: Shape) =>
  `${n}x${ci}x${h}x${w} to ${co}, kernel ${kernel}, stride ${stride}, padding ${pad}`;
/** Terms of a sum: [ci][kernel][kernel]. */
export const terms = ({ ci, kernel }: Shape) => ci * kernel ** 2;
export const inputLength = ({ n, ci, h, w }: Shape) => n * ci * h * w;
export const planeLength = (shape: Shape) => outputs(shape)[0] * outputs(shape)[1];
export const outputLength = (shape: Shape) => shape.n * shape.co * planeLength(shape);

export interface Forward {
  readonly shape: Shape;
  readonly x: Float32Array;
  /** As the kernel under test wants them before packing, or after. */
  readonly weights: Float32Array;
  readonly finishing?: Finish;
  /** First and behind the last; all unless told otherwise. */
  readonly images?: readonly [number, number];
  /** Of every image alike, or of each. */
  readonly openIn?: readonly number[] | readonly (readonly number[])[];
  readonly openOut?: readonly number[] | readonly (readonly number[])[];
  /** The shortcut stands where y goes. */
  readonly inPlace?: boolean;
}

/** The arguments of a call, in the order of the kernels. */
interface ForwardArguments {
  /** y, x, packed weights, work, first and last image. */
  readonly operands: readonly [Address, Address, Address, Address, number, number];
  readonly lists: readonly [Address, Address];
  readonly finish: readonly [bias: Address, shortcut: Address, relu: number];
}

/** y of one call, over NaN; `work` is NaN too, and no byte more than the kernel asks for. */
export function callForward(
  { shape, x, finishing = {}, images = [0, shape.n], openIn, openOut, inPlace = false }: Forward,
  packed: Float32Array,
  workBytes: number,
  call: (given: ForwardArguments) => void,
): Float32Array {
  return guarded((memory) => {
    const work = memory.scratch(workBytes / 4);
    const { shortcut, bias, relu } = finishing;
    const y = inPlace ? memory.output(shortcut!) : memory.scratch(outputLength(shape));
    const given = (data?: Float32Array) => (data ? memory.input(data).at : NONE);
    const list = (count: number, open?: Forward['openIn']) =>
      open ? memory.input(listsOf(open, shape.n, count)).at : NONE;
    call({
      operands: [y.at, given(x), given(packed), work.at, ...images],
      lists: [list(shape.ci, openIn), list(shape.co, openOut)],
      finish: [given(bias), inPlace ? y.at : given(shortcut), relu ? 1 : 0],
    });
    return y.read();
  });
}

/** u32[n][1 + count]: how many, then which. */
function listsOf(open: NonNullable<Forward['openIn']>, n: number, count: number): Uint32Array {
  const lists = new Uint32Array(n * (1 + count)).fill(2 ** 32 - 1);
  for (let image = 0; image < n; image++) {
    const own = Array.isArray(open[0]) ? (open[image] as number[]) : (open as number[]);
    lists.set([own.length, ...own], image * (1 + count));
  }
  return lists;
}

/** The word that chooses them, see assembly/wide.ts. */
export function inWideTiles(body: () => void): void {
  const word = engine.u32(TILES, 1);
  const before = word[0]!;
  word[0] = 1;
  try {
    body();
  } finally {
    engine.u32(TILES, 1)[0] = before;
  }
}

/** Which of bias, shortcut and ReLU: bits of `which`. */
export function finishOf(draws: Draws, shape: Shape, which: number): Finish {
  return {
    bias: which & 1 ? draws.floats(shape.co) : undefined,
    shortcut: which & 2 ? draws.floats(outputLength(shape)) : undefined,
    relu: (which & 4) > 0,
  };
}

/** In f64, term by term. */
export function direct(x: Float32Array, weights: Float32Array, shape: Shape): Float64Array {
  const { co, kernel, stride, pad } = shape;
  return referenceConvolution(planes(x, shape), weights, co, kernel, stride, pad).values;
}

export function directGradients(x: Float32Array, weights: Float32Array, dy: Float32Array, shape: Shape) {
  const { n, co, kernel, stride, pad } = shape;
  const [height, width] = outputs(shape);
  const back = { samples: n, channels: co, height, width, values: dy };
  return referenceConvolutionBackward(planes(x, shape), weights, back, kernel, stride, pad);
}

function planes(values: Float32Array, { n, ci, h, w }: Shape) {
  return { samples: n, channels: ci, height: h, width: w, values };
}

/** Differences as a share of the largest sum of the terms' magnitudes, which `sums` computes from magnitudes. */
export function closeToSums(
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

/** A seed and the shapes of a test. */
type Cases = readonly [seed: number, shapes: readonly Shape[]];

/** What any forward pass must do, whatever its sums. */
export function forwardTests<K extends 'conv_forward' | 'winograd_forward'>(
  name: K,
  bind: (kernel: Kernels[K]) => (run: Forward) => Float32Array,
  drawn: (draws: Draws, shape: Shape) => { x: Float32Array; weights: Float32Array },
  cases: { readonly ranges: Cases; readonly inPlace: Cases; readonly alone: Cases; readonly lists: Cases },
): void {
  const forwardTest = (
    title: string,
    [seed, shapes]: Cases,
    body: (forward: (run: Forward) => Float32Array, draws: Draws, shape: Shape) => void,
  ) =>
    kernelTest(name, title, (kernel) => {
      const draws = new Draws(seed);
      for (const shape of shapes) body(bind(kernel), draws, shape);
    });

  forwardTest(
    'images in ranges apart equal the whole, and leave the others alone',
    cases.ranges,
    (forward, draws, shape) => {
      const { x, weights } = drawn(draws, shape);
      const finishing = finishOf(draws, shape, 7);
      const whole = forward({ shape, x, weights, finishing });
      const cut = 1 + draws.below(shape.n - 1);
      const at = (image: number) => image * shape.co * planeLength(shape);
      for (const [first, last] of [
        [0, cut],
        [cut, shape.n],
        [cut, cut],
      ] as const) {
        const part = forward({ shape, x, weights, finishing, images: [first, last] });
        const expected = whole.map((value, i) => (i >= at(first) && i < at(last) ? value : Number.NaN));
        sameBits(part, expected, `${named(shape)}, images ${first} to ${last}`);
      }
    },
  );

  forwardTest(
    'adds to the shortcut in place, of all filters or of those that are open',
    cases.inPlace,
    (forward, draws, shape) => {
      const { x, weights } = drawn(draws, shape);
      const finishing = finishOf(draws, shape, 7);
      const apart = forward({ shape, x, weights, finishing });
      sameBits(forward({ shape, x, weights, finishing, inPlace: true }), apart, named(shape));
      const openOut = range(0, shape.co - 1).filter(() => draws.below(2));
      const expected = apart.map((value, i) =>
        openOut.includes(Math.floor(i / planeLength(shape)) % shape.co) ? value : finishing.shortcut![i]!,
      );
      const some = forward({ shape, x, weights, finishing, openOut, inPlace: true });
      sameBits(some, expected, `${named(shape)}, computes ${openOut}`);
    },
  );

  forwardTest('tiles of sixteen columns give the bits of those of eight', cases.inPlace, (forward, draws, shape) => {
    const { x, weights } = drawn(draws, shape);
    const openOut = range(1, shape.n).map(() => openLists(draws, shape.co)[draws.below(5)]!);
    const both = () => [forward({ shape, x, weights }), forward({ shape, x, weights, openOut })];
    const narrow = both();
    inWideTiles(() => {
      both().forEach((y, i) => {
        sameBits(y, narrow[i]!, `${named(shape)}, ${i ? `computes ${openOut.join(' | ')}` : 'all'}`);
      });
    });
  });

  forwardTest('an image alone has the bits that it has in a batch', cases.alone, (forward, draws, shape) => {
    const { x, weights } = drawn(draws, shape);
    const whole = forward({ shape, x, weights });
    const image = draws.below(shape.n);
    const one = { ...shape, n: 1 };
    const [from, to] = [inputLength(one), outputLength(one)];
    const alone = forward({ shape: one, x: x.slice(image * from, (image + 1) * from), weights });
    sameBits(alone, whole.subarray(image * to, (image + 1) * to), `${named(shape)}, image ${image}`);
  });

  forwardTest(
    'open lists: bits of all filters over images whose closed channels are zero, closed planes untouched',
    cases.lists,
    (forward, draws, shape) => {
      const { x, weights } = drawn(draws, shape);
      const finishing = finishOf(draws, shape, draws.below(8));
      const [hw, ohw] = [shape.h * shape.w, planeLength(shape)];
      for (const openIn of openLists(draws, shape.ci)) {
        const isOpen = (i: number) => openIn.includes(Math.floor(i / hw) % shape.ci);
        const full = forward({ shape, x: x.map((value, i) => (isOpen(i) ? value : 0)), weights, finishing });
        // What is closed may hold anything: it is not read.
        const wild = x.map((value, i) => (isOpen(i) ? value : Number.NaN));
        for (const openOut of openLists(draws, shape.co)) {
          const open = full.map((value, i) => (openOut.includes(Math.floor(i / ohw) % shape.co) ? value : Number.NaN));
          const y = forward({ shape, x: wild, weights, finishing, openIn, openOut });
          sameBits(y, open, `${named(shape)}, reads ${openIn}, computes ${openOut}`);
        }
      }
      const each = (count: number) => range(1, shape.n).map(() => openLists(draws, count)[draws.below(5)]!);
      const [reads, computes] = [each(shape.ci), each(shape.co)];
      const read = (i: number) => reads[Math.floor(i / hw / shape.ci)]!.includes(Math.floor(i / hw) % shape.ci);
      const computed = (i: number) =>
        computes[Math.floor(i / ohw / shape.co)]!.includes(Math.floor(i / ohw) % shape.co);
      const masked = forward({ shape, x: x.map((value, i) => (read(i) ? value : 0)), weights, finishing });
      sameBits(
        forward({
          shape,
          x: x.map((value, i) => (read(i) ? value : Number.NaN)),
          weights,
          finishing,
          openIn: reads,
          openOut: computes,
        }),
        masked.map((value, i) => (computed(i) ? value : Number.NaN)),
        `${named(shape)}, each image reads ${reads.join(' | ')}, computes ${computes.join(' | ')}`,
      );
      const everyChannel = forward({ shape, x, weights, finishing, openIn: range(0, shape.ci - 1) });
      sameBits(everyChannel, forward({ shape, x, weights, finishing }), `${named(shape)}, one list alone`);
    },
  );
}

/** What any gradient of weights must do. */
export function weightGradientTests<K extends 'conv_gradient_weights' | 'winograd_gradient'>(
  name: K,
  bind: (kernel: Kernels[K]) => (x: Float32Array, dy: Float32Array, shape: Shape) => Float32Array,
  [seed, shapes]: Cases,
): void {
  kernelTest(name, 'a filter’s gradient depends on its own dy and the channel’s x alone', (kernel) => {
    const gradient = bind(kernel);
    const draws = new Draws(seed);
    for (const shape of shapes) {
      const [x, dy] = [draws.floats(inputLength(shape)), draws.floats(outputLength(shape))];
      const whole = gradient(x, dy, shape);
      const [c, o] = [draws.below(shape.ci), draws.below(shape.co)];
      const [hw, ohw] = [shape.h * shape.w, planeLength(shape)];
      const others = gradient(
        x.map((value, i) => (Math.floor(i / hw) % shape.ci === c ? value : Number.NaN)),
        dy.map((value, i) => (Math.floor(i / ohw) % shape.co === o ? value : Number.NaN)),
        shape,
      );
      const taps = shape.kernel ** 2;
      const at = o * terms(shape) + c * taps;
      sameBits(others.subarray(at, at + taps), whole.subarray(at, at + taps), `${named(shape)}, ${o} of ${c}`);
    }
  });
}
