import { roundUp } from '../numeric/padding.js';
import { type Address, NONE } from '../runtime/address.js';
import type { Engine } from '../runtime/engine.js';
import type { Own } from '../runtime/fork.js';
import type { Kernels } from '../runtime/kernels.js';
import type { Pace } from '../runtime/pace.js';
import { inRanges, inSizes, type Part, partSize, type Turns } from '../runtime/parts.js';
import { packRows } from './pack-rows.js';

/** One convolution: square kernel, stride and zero padding the same in both directions, no bias. */
export interface ConvShape {
  readonly channels: number;
  readonly filters: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  /** Of the input. */
  readonly height: number;
  readonly width: number;
}

/** Where convolutions that take turns may pack weights and transform images: what the hungriest wants. */
export interface ConvScratch {
  /** `packBytes`. */
  readonly pack: Address;
  /** `workBytes` for each thread. */
  readonly work: Own;
  /** `sumBytes`. */
  readonly sums: Address;
}

/** What a forward pass may add and leave out. Addresses; 0 for none. */
export interface ConvExtras {
  readonly bias: Address;
  /** Planes like the output, or the output itself. */
  readonly shortcut: Address;
  readonly relu: boolean;
  /** Channels to read, u32[n][1 + channels], and filters to compute, u32[n][1 + filters], of each image: how many, then which, rising. */
  readonly read: Address;
  readonly compute: Address;
}

/** Nothing added, nothing left out. */
export const PLAIN: ConvExtras = { bias: NONE, shortcut: NONE, relu: false, read: NONE, compute: NONE };

const four = (count: number) => roundUp(count, 4);

/** Output rows or columns of a convolution or pool. */
export function outputSize(size: number, kernel: number, stride: number, padding: number): number {
  return Math.floor((size + 2 * padding - kernel) / stride) + 1;
}

/** A convolution of images [sample][channel][row][col] by filters [filter][channel][row][col]: by Winograd's transform where it can, else unfolded. Its gradients: ConvGradients. */
export class Conv {
  readonly shape: ConvShape;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly weightCount: number;
  weight = NONE;
  dweight = NONE;
  readonly engine: Engine;
  /** Whether by transforms. */
  readonly winograd: boolean;

  constructor(engine: Engine, shape: ConvShape) {
    const { channels, filters, kernel, stride, padding, height, width } = shape;
    this.engine = engine;
    this.shape = shape;
    this.outHeight = outputSize(height, kernel, stride, padding);
    this.outWidth = outputSize(width, kernel, stride, padding);
    this.weightCount = filters * channels * kernel * kernel;
    this.winograd = kernel === 3 && stride === 1 && padding <= 2;
  }

  /** Multiply-adds of one image by the direct sum, of which `read` channels and `computed` filters take part. */
  multiplyAdds(read = this.shape.channels, computed = this.shape.filters): number {
    return read * computed * this.shape.kernel ** 2 * this.outHeight * this.outWidth;
  }

  /** Bytes that `pack` and `packTransposed` write. */
  get packBytes(): number {
    const { channels, filters, kernel } = this.shape;
    if (this.winograd) return 36 * 4 * Math.max(four(filters) * channels, four(channels) * filters);
    return 4 * Math.max(four(filters) * channels * kernel ** 2, four(channels * kernel ** 2) * filters);
  }

  /** Bytes of `work` for one thread, for batches of n. */
  workBytes(n: number): number {
    const { kernels } = this.engine;
    const { channels, filters, kernel, stride, padding, height, width } = this.shape;
    if (!this.winograd) {
      const bytes = kernels.conv_bytes(channels, filters, height, width, kernel, stride, padding) >>> 0;
      // The gradient of a 1x1 convolution runs it the other way round.
      return Math.max(bytes, kernels.conv_bytes(filters, channels, height, width, kernel, stride, padding) >>> 0);
    }
    const { outHeight, outWidth } = this;
    const images = Math.min(n, this.imagesAtOnce(n));
    return Math.max(
      WEIGHT_ROOM,
      kernels.winograd_forward_bytes(images, channels, filters, height, width, padding) >>> 0,
      kernels.winograd_forward_bytes(images, filters, channels, outHeight, outWidth, 2 - padding) >>> 0,
      kernels.winograd_gradient_bytes(n, channels, filters, height, width, padding) >>> 0,
    );
  }

  /** Bytes of `sums` for batches of n. */
  sumBytes(n: number): number {
    if (!this.winograd) return this.channelParts * this.channelSumBytes;
    return (1 + this.blocksBeside(n)) * this.transformedBytes;
  }

  /** Puts weights [filter][channel][row][col] into the order that `run` reads. */
  async pack(packed: Address, weight: Address, work: Own, pace: Pace): Promise<void> {
    const { engine } = this;
    const { channels, filters, kernel } = this.shape;
    if (this.winograd) await this.transform(packed, weight, work, pace, false);
    else {
      const k = channels * kernel ** 2;
      await packRows(engine, packed, weight, filters, k, k, 1, pace);
    }
  }

  /** How many images of n go into one call of `run`. */
  imagesAtOnce(n: number): number {
    const { outHeight, outWidth } = this;
    const size = partSize(n, this.multiplyAdds());
    // Transformed weights are read once for a block of tiles: enough of them must come.
    return this.winograd
      ? Math.max(size, Math.ceil(LEAST_TILES / (Math.ceil(outHeight / 4) * Math.ceil(outWidth / 4))))
      : size;
  }

  /** Images [first, last) of y from x, by packed weights. */
  run(
    kernels: Kernels,
    y: Address,
    x: Address,
    packed: Address,
    work: Address,
    first: number,
    last: number,
    extras: ConvExtras = PLAIN,
  ): void {
    const { channels, filters, kernel, stride, padding, height, width } = this.shape;
    const { bias, shortcut, read, compute } = extras;
    const relu = extras.relu ? 1 : 0;
    if (this.winograd) {
      kernels.winograd_forward(
        y,
        x,
        packed,
        work,
        first,
        last,
        channels,
        filters,
        height,
        width,
        padding,
        read,
        compute,
        bias,
        shortcut,
        relu,
      );
    } else {
      kernels.conv_forward(
        y,
        x,
        packed,
        work,
        first,
        last,
        channels,
        filters,
        height,
        width,
        kernel,
        stride,
        padding,
        read,
        compute,
        bias,
        shortcut,
        relu,
      );
    }
  }

  /** y = x * weight over n images. */
  async forward(y: Address, x: Address, n: number, { pack, work }: ConvScratch, pace: Pace): Promise<void> {
    await this.pack(pack, this.weight, work, pace);
    await this.images(n, work, pace, ({ kernels, own }, first, last) =>
      this.run(kernels, y, x, pack, own, first, last),
    );
  }

  /** All images, some at once. */
  images(n: number, work: Own, pace: Pace, part: Part): Turns {
    return inSizes(this.engine, pace, n * this.multiplyAdds(), n, this.imagesAtOnce(n), part, work);
  }

  /** To where `run`, or with flip the input's gradient, multiplies. */
  async transform(packed: Address, weight: Address, work: Own, pace: Pace, flip: boolean): Promise<void> {
    const { channels, filters } = this.shape;
    const [to, from] = flip ? [channels, filters] : [filters, channels];
    await this.fours(
      pace,
      work,
      ({ kernels, own }, first, last) =>
        kernels.winograd_weights(packed, weight, own, first, last, to, from, flip ? 1 : 0),
      to,
    );
  }

  /** Filters by transforms of four at once. */
  fours(pace: Pace, work: Own, part: Part, filters = this.shape.filters): Turns {
    const all = TRANSFORM * this.shape.channels * this.shape.filters;
    return inRanges(this.engine, pace, all, filters, 4, part, work);
  }

  /** Of tiles, which the gradient of the filters takes one after another. */
  blocks(n: number): number {
    const { channels, filters, padding, height, width } = this.shape;
    return this.engine.kernels.winograd_gradient_blocks(n, channels, filters, height, width, padding);
  }

  /** Blocks that have sums of their own beside the first. */
  blocksBeside(n: number): number {
    return Math.min(this.blocks(n) - 1, Math.floor(SUMS / this.transformedBytes));
  }

  /** Of the gradient as it is summed. */
  get transformedBytes(): number {
    return 36 * 4 * roundUp(this.shape.channels, 2) * four(this.shape.filters);
  }

  /** Channels in a call that unfolds them: each packs the output's gradient anew. */
  get channelsAtOnce(): number {
    const { channels, kernel } = this.shape;
    return Math.max(Math.ceil(channels / 16), Math.ceil(32 / Math.max(4, kernel ** 2)));
  }

  /** Calls that make up for all channels. */
  get channelParts(): number {
    return Math.ceil(this.shape.channels / this.channelsAtOnce);
  }

  /** Sums of such a call. */
  get channelSumBytes(): number {
    return 4 * four(this.channelsAtOnce * this.shape.kernel ** 2) * four(this.shape.filters);
  }
}

/** Bytes that transforming weights takes. */
const WEIGHT_ROOM = 864;
/** Tiles of a call that make up for reading transformed weights. */
const LEAST_TILES = 32;
/** Bytes of sums of blocks, beside the first. */
export const SUMS = 2 ** 24;
/** Of a filter's transform, in multiply-adds. */
const TRANSFORM = 500;
