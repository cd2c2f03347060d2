import { roundUp } from '../numeric/padding.js';
import { type Address, NONE, plus } from '../runtime/address.js';
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

/** A convolution of images [sample][channel][row][col] by filters [filter][channel][row][col]: by Winograd's transform where it can, else unfolded. */
export class Conv {
  readonly shape: ConvShape;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly weightCount: number;
  weight = NONE;
  dweight = NONE;
  private readonly engine: Engine;
  private readonly winograd: boolean;

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

  /** dx from dy, both over n images. */
  async backwardInput(dx: Address, dy: Address, n: number, { pack, work }: ConvScratch, pace: Pace): Promise<void> {
    const { channels, filters, kernel, stride, padding, height, width } = this.shape;
    const { engine, outHeight, outWidth } = this;
    const plain = [NONE, NONE, NONE, NONE, 0] as const;
    if (this.winograd) {
      await this.transform(pack, this.weight, work, pace, true);
      const sizes = [filters, channels, outHeight, outWidth, 2 - padding] as const;
      await this.images(n, work, pace, ({ kernels, own }, first, last) =>
        kernels.winograd_forward(dx, dy, pack, own, first, last, ...sizes, ...plain),
      );
      return;
    }
    const k = channels * kernel ** 2;
    await packRows(engine, pack, this.weight, k, filters, 1, k, pace);
    // A 1x1 convolution's gradient is one too.
    const one = k === channels && stride === 1 && padding === 0;
    await this.images(n, work, pace, ({ kernels, own }, first, last) => {
      if (one)
        kernels.conv_forward(dx, dy, pack, own, first, last, filters, channels, height, width, 1, 1, 0, ...plain);
      else {
        const to = plus(dx, first * channels * height * width * 4);
        const from = plus(dy, first * filters * outHeight * outWidth * 4);
        const sizes = [channels, filters, height, width, kernel, stride, padding] as const;
        kernels.conv_gradient_input(to, from, pack, own, last - first, ...sizes);
      }
    });
  }

  /** The filters' gradient from x and dy. */
  async backwardWeight(x: Address, dy: Address, n: number, { work, sums }: ConvScratch, pace: Pace): Promise<void> {
    if (this.winograd) await this.sumBlocks(x, dy, n, work, sums, pace);
    else await this.sumImages(x, dy, n, work, sums, pace);
  }

  /** Blocks of tiles side by side, each into a sum of its own, which are then added in order. */
  private async sumBlocks(x: Address, dy: Address, n: number, work: Own, sums: Address, pace: Pace): Promise<void> {
    const { engine, dweight, transformedBytes } = this;
    const { channels, filters, padding, height, width } = this.shape;
    const blocks = this.blocks(n);
    const atOnce = 1 + this.blocksBeside(n);
    const perBlock = Math.ceil(filters / this.filtersAtOnce);
    const all = n * this.multiplyAdds();
    for (let begin = 0; begin < blocks; begin = begin === 0 ? atOnce : begin + atOnce - 1) {
      // The first sum of all takes those of the others.
      const beside = begin === 0 ? 0 : 1;
      const count = Math.min(atOnce - beside, blocks - begin);
      await inSizes(
        engine,
        pace,
        (all * count) / blocks,
        count * perBlock,
        1,
        ({ kernels, own }, item) => {
          const block = Math.floor(item / perBlock);
          const first = (item % perBlock) * this.filtersAtOnce;
          const last = Math.min(filters, first + this.filtersAtOnce);
          const to = plus(sums, (beside + block) * transformedBytes);
          kernels.winograd_gradient(
            to,
            x,
            dy,
            own,
            n,
            begin + block,
            first,
            last,
            channels,
            filters,
            height,
            width,
            padding,
          );
        },
        work,
      );
      await this.addSums(sums, beside + count, pace);
    }
    await this.fours(pace, work, ({ kernels, own }, first, last) =>
      kernels.winograd_gradient_weights(dweight, sums, own, first, last, channels, filters),
    );
  }

  /** Adds the others of `count` sums to the first, one after another. */
  private async addSums(sums: Address, count: number, pace: Pace): Promise<void> {
    const { engine, transformedBytes } = this;
    if (count === 1) return;
    const length = transformedBytes / 4;
    // Additions wait for memory: about as long as 20 multiply-adds.
    await inRanges(engine, pace, 20 * count * length, length, 4, ({ kernels }, first, last) => {
      for (let i = 1; i < count; i++)
        kernels.accumulate(plus(sums, first * 4), plus(sums, i * transformedBytes + first * 4), last - first);
    });
  }

  /** Images one after another, channels side by side. */
  private async sumImages(x: Address, dy: Address, n: number, work: Own, sums: Address, pace: Pace): Promise<void> {
    const { engine, dweight, channelParts, channelsAtOnce, channelSumBytes } = this;
    const { channels, filters, kernel, stride, padding, height, width } = this.shape;
    const sizes = [channels, filters, height, width, kernel, stride, padding] as const;
    const images = Math.max(1, Math.floor((LONGEST * channelParts) / this.multiplyAdds()));
    for (let first = 0; first < n; first += images) {
      const last = Math.min(n, first + images);
      const all = (last - first) * this.multiplyAdds();
      await inSizes(
        engine,
        pace,
        all,
        channels,
        channelsAtOnce,
        ({ kernels, own }, c0, c1) => {
          const at = plus(sums, (c0 / channelsAtOnce) * channelSumBytes);
          kernels.conv_gradient_weights(dweight, at, x, dy, own, first, last, n, c0, c1, ...sizes);
        },
        work,
      );
    }
  }

  /** All images, some at once. */
  private images(n: number, work: Own, pace: Pace, part: Part): Turns {
    return inSizes(this.engine, pace, n * this.multiplyAdds(), n, this.imagesAtOnce(n), part, work);
  }

  /** To where `run`, or with flip the input's gradient, multiplies. */
  private async transform(packed: Address, weight: Address, work: Own, pace: Pace, flip: boolean): Promise<void> {
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
  private fours(pace: Pace, work: Own, part: Part, filters = this.shape.filters): Turns {
    const all = TRANSFORM * this.shape.channels * this.shape.filters;
    return inRanges(this.engine, pace, all, filters, 4, part, work);
  }

  private blocks(n: number): number {
    const { channels, filters, padding, height, width } = this.shape;
    return this.engine.kernels.winograd_gradient_blocks(n, channels, filters, height, width, padding);
  }

  /** Blocks that have sums of their own beside the first. */
  private blocksBeside(n: number): number {
    return Math.min(this.blocks(n) - 1, Math.floor(SUMS / this.transformedBytes));
  }

  /** Of the gradient as it is summed. */
  private get transformedBytes(): number {
    return 36 * 4 * roundUp(this.shape.channels, 2) * four(this.shape.filters);
  }

  /** Filters of one block of tiles in a call: few where there is room for few sums. */
  private get filtersAtOnce(): number {
    return 4 * this.transformedBytes > SUMS ? 64 : this.shape.filters;
  }

  /** Channels in a call that unfolds them: each packs the output's gradient anew. */
  private get channelsAtOnce(): number {
    const { channels, kernel } = this.shape;
    return Math.max(Math.ceil(channels / 16), Math.ceil(32 / Math.max(4, kernel ** 2)));
  }

  private get channelParts(): number {
    return Math.ceil(this.shape.channels / this.channelsAtOnce);
  }

  private get channelSumBytes(): number {
    return 4 * four(this.channelsAtOnce * this.shape.kernel ** 2) * four(this.shape.filters);
  }
}

/** Bytes that transforming weights takes. */
const WEIGHT_ROOM = 864;
/** Tiles of a call that make up for reading transformed weights. */
const LEAST_TILES = 32;
/** Bytes of sums of blocks, beside the first. */
const SUMS = 2 ** 24;
/** Of a filter's transform, in multiply-adds. */
const TRANSFORM = 500;
/** Multiply-adds of a call that sums over images. */
const LONGEST = 1e8;
