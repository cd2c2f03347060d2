import { requireArray, requireEach, requireLength } from '../check/arrays.js';
import { complete } from '../check/complete.js';
import type { Completed, Options, OptionsOf } from '../check/option.js';
import { Conv, type ConvScratch, outputSize } from '../layers/conv.js';
import { ConvGradients } from '../layers/conv-gradients.js';
import { convolveOpen, OpenFilters } from '../layers/open-filters.js';
import { type Address, NONE } from '../runtime/address.js';
import { ownOf } from '../runtime/parts.js';
import { allocate, type Block } from './block.js';
import { CALLING, type Call, called, FLOATS, type Floats, SIZE } from './call.js';

/** The sizes of a convolution: square kernel, stride and zero padding the same in both directions. */
const SHAPE = {
  samples: { kind: 'integer', from: 1, default: 1, doc: 'Images.' },
  channels: { ...SIZE, doc: 'Channels of an image.' },
  height: { ...SIZE, doc: 'Rows of an image.' },
  width: { ...SIZE, doc: 'Columns of an image.' },
  filters: { ...SIZE, doc: 'Filters, which are the channels of the output.' },
  kernel: { ...SIZE, doc: 'Rows and columns of a filter.' },
  stride: { kind: 'integer', from: 1, default: 1, doc: 'Steps of the filters, down and across.' },
  padding: { kind: 'integer', from: 0, default: 0, doc: 'Zeros around an image, on each side.' },
} as const satisfies Options;

const ADDED = {
  bias: { ...FLOATS, doc: '[filters], added to the output.' },
  relu: { kind: 'flag', default: false, doc: 'Whether what is below 0 becomes 0.' },
} as const satisfies Options;

const OUT = {
  ...FLOATS,
  doc: 'Where the result goes; default: a new array, or a new block where the first argument is one.',
} as const;

const CONV2D = { ...SHAPE, ...ADDED, out: OUT, ...CALLING } as const satisfies Options;
const GRADIENT = { ...SHAPE, out: OUT, ...CALLING } as const satisfies Options;
const PACK = { ...SHAPE, ...CALLING } as const satisfies Options;
const GATED = {
  ...SHAPE,
  ...ADDED,
  open: {
    kind: 'other',
    is: isGates,
    expected: 'Uint8Array or Float32Array',
    required: true,
    doc: '[samples][filters], 1 for the filters to compute and 0 for those that cost nothing: their planes are zeros.',
  },
  read: {
    kind: 'other',
    is: isGates,
    expected: 'Uint8Array or Float32Array',
    defaultDoc: 'all',
    doc: '[samples][channels], 1 for the channels to read and 0 for those that count as zeros, whatever is in them.',
  },
  out: OUT,
  ...CALLING,
} as const satisfies Options;

type WithOut<D extends Options, T> = Omit<OptionsOf<D>, 'out'> & { out?: T | undefined };
/** Options of conv2d. */
export type Conv2dOptions<T extends Floats = Floats> = WithOut<typeof CONV2D, T>;
/** Options of the gradients of conv2d. */
export type Conv2dGradientOptions<T extends Floats = Floats> = WithOut<typeof GRADIENT, T>;
/** Options of gatedConv2d. */
export type GatedConv2dOptions<T extends Floats = Floats> = WithOut<typeof GATED, T>;
/** Options of packFilters. */
export type PackFiltersOptions = OptionsOf<typeof PACK>;

/** Filters in the order that the kernels read, on one engine: packed once for many calls. Made by packFilters; `dispose` frees them. */
export class PackedFilters implements Disposable {
  /** dispose, for `using`; missing where the runtime has no Symbol.dispose. */
  declare readonly [Symbol.dispose]: () => void;

  /** @internal Use packFilters. */
  constructor(
    /** @internal */
    readonly block: Block,
    /** Channels, filters, kernel, stride, padding, height and width that they were packed for. */
    readonly sizes: Readonly<Record<(typeof SIZES)[number], number>>,
  ) {}

  dispose(): void {
    this.block.dispose();
  }
}
if (Symbol.dispose)
  Object.defineProperty(PackedFilters.prototype, Symbol.dispose, {
    value: PackedFilters.prototype.dispose,
    configurable: true,
  });

const SIZES = ['channels', 'filters', 'kernel', 'stride', 'padding', 'height', 'width'] as const;

/**
 * Packs filters, [filters][channels][kernel][kernel], for conv2d and gatedConv2d over images of this size: what a single image would otherwise spend most of its time on. `samples` says
 * nothing here.
 */
export async function packFilters(weight: Floats, given: PackFiltersOptions): Promise<PackedFilters> {
  const options = complete(PACK, given, 'packFilters');
  const { weights } = shapesOf(options);
  return called(options, [{ name: 'weight', value: weight, shape: weights }], async (call) => {
    const conv = new Conv(call.engine, options);
    const block = allocate(call.engine, [Math.ceil(conv.packBytes / 4)]);
    try {
      const at = await call.read(weight);
      await conv.pack(block.at, at, ownOf(call.engine, call.scope, conv.workBytes(1)), call.pace);
    } catch (error) {
      block.dispose();
      throw error;
    }
    const sizes = Object.fromEntries(SIZES.map((name) => [name, options[name]]));
    return new PackedFilters(block, Object.freeze(sizes) as PackedFilters['sizes']);
  });
}

/**
 * Convolution (cross-correlation) of images: y[s][f][i][j] = bias[f] + Σ weight[f][c][a][b] x[s][c][i stride + a - padding][j stride + b - padding].
 * By Winograd's transform F(4x4, 3x3) for kernels of 3, stride 1 and padding up to 2, which rounds otherwise than the direct sum; else a sum over (c, a, b) in order.
 * @param x [samples][channels][height][width]
 * @param weight [filters][channels][kernel][kernel], or what packFilters made of it
 * @returns [samples][filters][rows][columns], rows = ⌊(height + 2 padding - kernel) / stride⌋ + 1, columns likewise
 */
export async function conv2d<T extends Floats>(
  x: T,
  weight: Floats | PackedFilters,
  given: Conv2dOptions<T>,
): Promise<T> {
  const options = complete(CONV2D, given, 'conv2d');
  return convolve(x, weight, options, options.out as T | undefined);
}

/**
 * conv2d that computes for each image the filters that its gates open, from the channels that its gates leave: the arithmetic of the others is saved. The same bits as of conv2d over
 * images with zeros in the channels that are not read.
 * @param x [samples][channels][height][width]
 * @param weight [filters][channels][kernel][kernel], or what packFilters made of it
 * @returns [samples][filters][rows][columns], as of conv2d; planes of closed filters are zeros
 */
export async function gatedConv2d<T extends Floats>(
  x: T,
  weight: Floats | PackedFilters,
  given: GatedConv2dOptions<T>,
): Promise<T> {
  const options = complete(GATED, given, 'gatedConv2d');
  const { samples, channels, filters, open, read } = options;
  requireGates(open, samples, filters, 'open', 'filters');
  if (read) requireGates(read, samples, channels, 'read', 'channels');
  // Copies: they may be written to while others have their turn.
  return convolve(x, weight, options, options.out as T | undefined, { open: open.slice(), read: read?.slice() });
}

/**
 * The gradient of the images of conv2d.
 * @param dy [samples][filters][rows][columns]: that of its output, before a ReLU
 * @param weight [filters][channels][kernel][kernel]
 * @returns [samples][channels][height][width]
 */
export async function conv2dInputGradient<T extends Floats>(
  dy: T,
  weight: Floats,
  given: Conv2dGradientOptions<T>,
): Promise<T> {
  const options = complete(GRADIENT, given, 'conv2dInputGradient');
  const { images, weights, outputs } = shapesOf(options);
  const operands = [
    { name: 'dy', value: dy, shape: outputs },
    { name: 'weight', value: weight, shape: weights },
    { name: 'out', value: options.out, shape: images, optional: true, written: true },
  ] as const;
  return called(options, operands, async (call) => {
    const conv = new Conv(call.engine, options);
    const from = await call.read(dy);
    conv.weight = await call.read(weight);
    const dx = call.result(dy, images, options.out as T | undefined);
    const scratch = scratchOf(call, conv, options.samples);
    await new ConvGradients(conv).backwardInput(call.write(dx), from, options.samples, scratch, call.pace);
    return dx;
  });
}

/**
 * The gradient of the filters of conv2d, summed over the images.
 * @param x [samples][channels][height][width]
 * @param dy [samples][filters][rows][columns]: the gradient of the output, before a ReLU
 * @returns [filters][channels][kernel][kernel]
 */
export async function conv2dWeightGradient<T extends Floats>(
  x: T,
  dy: Floats,
  given: Conv2dGradientOptions<T>,
): Promise<T> {
  const options = complete(GRADIENT, given, 'conv2dWeightGradient');
  const { images, weights, outputs } = shapesOf(options);
  const operands = [
    { name: 'x', value: x, shape: images },
    { name: 'dy', value: dy, shape: outputs },
    { name: 'out', value: options.out, shape: weights, optional: true, written: true },
  ] as const;
  return called(options, operands, async (call) => {
    const conv = new Conv(call.engine, options);
    const [at, from] = [await call.read(x), await call.read(dy)];
    const dweight = call.result(x, weights, options.out as T | undefined);
    conv.dweight = call.write(dweight);
    const scratch = scratchOf(call, conv, options.samples);
    await new ConvGradients(conv).backwardWeight(at, from, options.samples, scratch, call.pace);
    return dweight;
  });
}

type Shape = Completed<typeof SHAPE>;
type Gates = Uint8Array | Float32Array;

async function convolve<T extends Floats>(
  x: T,
  weight: Floats | PackedFilters,
  options: Shape & Completed<typeof ADDED> & Completed<typeof CALLING>,
  out: T | undefined,
  gates?: { readonly open: Gates; readonly read: Gates | undefined },
): Promise<T> {
  const { images, weights, outputs } = shapesOf(options);
  const { samples, channels, filters, bias } = options;
  const packed = weight instanceof PackedFilters ? packedFor(weight, options) : undefined;
  const operands = [
    { name: 'x', value: x, shape: images },
    packed ? { name: 'weight', value: packed, shape: packed.shape } : { name: 'weight', value: weight, shape: weights },
    { name: 'bias', value: bias, shape: [filters], optional: true },
    { name: 'out', value: out, shape: outputs, optional: true, written: true },
  ] as const;
  return called(options, operands, async (call) => {
    const { engine, scope, pace } = call;
    const conv = new Conv(engine, options);
    const from = await call.read(x);
    const added = { bias: bias ? await call.read(bias) : NONE, shortcut: NONE, relu: options.relu };
    const work = ownOf(engine, scope, conv.workBytes(samples));
    let filtersAt: Address;
    if (packed) filtersAt = packed.at;
    else {
      filtersAt = scope.bytes(conv.packBytes);
      await conv.pack(filtersAt, await call.read(weight as Floats), work, pace);
    }
    const filtersOf = (of: Gates | undefined, count: number) =>
      of && new OpenFilters(engine, scope.bytes(samples * (1 + count) * 4), of, count, { first: 0, count }, samples);
    const open = filtersOf(gates?.open, filters);
    const y = call.result(x, outputs, out);
    const to = call.write(y);
    await convolveOpen(conv, to, from, filtersAt, samples, added, filtersOf(gates?.read, channels), open, work, pace);
    await open?.zeroClosed(to, conv.outHeight * conv.outWidth, pace);
    return y;
  });
}

/** The block of packed filters, where they are for this shape. */
function packedFor({ block, sizes }: PackedFilters, shape: Shape): Block {
  for (const name of SIZES) {
    if (sizes[name] !== shape[name])
      throw new RangeError(`weight: expected filters packed for ${name} ${shape[name]}, got ones for ${sizes[name]}`);
  }
  return block;
}

function shapesOf({ samples, channels, height, width, filters, kernel, stride, padding }: Shape) {
  for (const [name, size] of [
    ['height', height],
    ['width', width],
  ] as const) {
    if (size + 2 * padding < kernel)
      throw new RangeError(`kernel: expected at most ${name} + 2 padding = ${size + 2 * padding}, got ${kernel}`);
  }
  const out = (size: number) => outputSize(size, kernel, stride, padding);
  return {
    images: [samples, channels, height, width],
    weights: [filters, channels, kernel, kernel],
    outputs: [samples, filters, out(height), out(width)],
  };
}

function scratchOf({ engine, scope }: Call, conv: Conv, samples: number): ConvScratch {
  return {
    pack: scope.bytes(conv.packBytes),
    work: ownOf(engine, scope, conv.workBytes(samples)),
    sums: scope.bytes(conv.sumBytes(samples)),
  };
}

function isGates(value: unknown): value is Gates {
  return value instanceof Uint8Array || value instanceof Float32Array;
}

function requireGates(gates: Gates, samples: number, count: number, name: string, what: string): void {
  requireArray(gates, name, Uint8Array, Float32Array);
  requireLength(gates, samples * count, name, `samples x ${what} = ${samples} x ${count}`);
  requireEach(gates, (gate) => gate === 0 || gate === 1, name, '0 or 1');
}
