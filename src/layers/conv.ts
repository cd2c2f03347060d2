import { roundUp } from '../numeric/padding.js';
import { type Address, NONE } from '../runtime/address.js';
import type { Engine } from '../runtime/engine.js';

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

/** Where convolutions that take turns may pack weights and transform images: `packBytes` and `workBytes` of the hungriest. */
export interface ConvScratch {
  readonly pack: Address;
  readonly work: Address;
}

/** What a forward pass may add and leave out. Addresses; 0 for none. */
export interface ConvExtras {
  readonly bias: Address;
  /** Planes like the output, or the output itself. */
  readonly shortcut: Address;
  readonly relu: boolean;
  /** Channels to read and filters to compute, rising (u32); undefined for all. */
  readonly read: ChannelList | undefined;
  readonly compute: ChannelList | undefined;
}

/** Nothing added, nothing left out. */
export const PLAIN: ConvExtras = { bias: NONE, shortcut: NONE, relu: false, read: undefined, compute: undefined };

export interface ChannelList {
  readonly at: Address;
  readonly length: number;
}

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

  /** Bytes of `work` for batches of n. */
  workBytes(n: number): number {
    const { kernels } = this.engine;
    const { channels, filters, kernel, stride, padding, height, width } = this.shape;
    if (!this.winograd) {
      const bytes = kernels.conv_bytes(channels, filters, height, width, kernel, stride, padding) >>> 0;
      // The gradient of a 1x1 convolution runs it the other way round.
      return Math.max(bytes, kernels.conv_bytes(filters, channels, height, width, kernel, stride, padding) >>> 0);
    }
    const { outHeight, outWidth } = this;
    return Math.max(
      WEIGHT_ROOM,
      kernels.winograd_forward_bytes(n, channels, filters, height, width, padding) >>> 0,
      kernels.winograd_forward_bytes(n, filters, channels, outHeight, outWidth, 2 - padding) >>> 0,
      kernels.winograd_gradient_bytes(n, channels, filters, height, width, padding) >>> 0,
    );
  }

  /** Puts weights [filter][channel][row][col] into the order that `forward` reads. */
  pack(packed: Address, weight: Address, work: Address): void {
    const { kernels } = this.engine;
    const { channels, filters, kernel } = this.shape;
    const k = channels * kernel ** 2;
    if (this.winograd) kernels.winograd_weights(packed, weight, work, filters, channels, 0);
    else kernels.conv_weights(packed, weight, filters, k, k, 1);
  }

  /** Images [first, last) of y from x, by packed weights. Written out: an image with gates makes one call for each layer. */
  run(
    y: Address,
    x: Address,
    packed: Address,
    work: Address,
    first: number,
    last: number,
    extras: ConvExtras = PLAIN,
  ): void {
    const { kernels } = this.engine;
    const { channels, filters, kernel, stride, padding, height, width } = this.shape;
    const { bias, shortcut, read, compute } = extras;
    const readAt = read ? read.at : NONE;
    const readCount = read ? read.length : channels;
    const computeAt = compute ? compute.at : NONE;
    const computeCount = compute ? compute.length : filters;
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
        readAt,
        readCount,
        computeAt,
        computeCount,
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
        readAt,
        readCount,
        computeAt,
        computeCount,
        bias,
        shortcut,
        relu,
      );
    }
  }

  /** y = x * weight over n images. */
  forward(y: Address, x: Address, n: number, { pack, work }: ConvScratch): void {
    this.pack(pack, this.weight, work);
    this.run(y, x, pack, work, 0, n);
  }

  /** dx from dy, both over n images. */
  backwardInput(dx: Address, dy: Address, n: number, { pack, work }: ConvScratch): void {
    const { kernels } = this.engine;
    const { channels, filters, kernel, stride, padding, height, width } = this.shape;
    if (this.winograd) {
      kernels.winograd_weights(pack, this.weight, work, channels, filters, 1);
      const [h, w] = [this.outHeight, this.outWidth];
      kernels.winograd_forward(
        dx,
        dy,
        pack,
        work,
        0,
        n,
        filters,
        channels,
        h,
        w,
        2 - padding,
        NONE,
        filters,
        NONE,
        channels,
        NONE,
        NONE,
        0,
      );
      return;
    }
    const k = channels * kernel ** 2;
    kernels.conv_weights(pack, this.weight, k, filters, 1, k);
    if (k === channels && stride === 1 && padding === 0) {
      // A 1x1 convolution's gradient is one too.
      const lists = [NONE, filters, NONE, channels, NONE, NONE, 0] as const;
      kernels.conv_forward(dx, dy, pack, work, 0, n, filters, channels, height, width, 1, 1, 0, ...lists);
      return;
    }
    kernels.conv_gradient_input(dx, dy, pack, work, n, channels, filters, height, width, kernel, stride, padding);
  }

  /** The filters' gradient from x and dy. */
  backwardWeight(x: Address, dy: Address, n: number, { work }: ConvScratch): void {
    const { kernels } = this.engine;
    const { channels, filters, kernel, stride, padding, height, width } = this.shape;
    if (this.winograd)
      kernels.winograd_gradient(this.dweight, x, dy, work, n, channels, filters, height, width, padding);
    else
      kernels.conv_gradient_weights(
        this.dweight,
        x,
        dy,
        work,
        n,
        channels,
        filters,
        height,
        width,
        kernel,
        stride,
        padding,
      );
  }
}

/** Bytes that transforming weights takes. */
const WEIGHT_ROOM = 864;
