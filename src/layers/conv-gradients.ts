import { type Address, NONE, plus } from '../runtime/address.js';
import type { Own } from '../runtime/fork.js';
import type { Pace } from '../runtime/pace.js';
import { inRanges, inSizes } from '../runtime/parts.js';
import { type Conv, type ConvScratch, SUMS } from './conv.js';
import { packRows } from './pack-rows.js';

/** The gradients of a convolution. */
export class ConvGradients {
  constructor(private readonly conv: Conv) {}

  /** dx from dy, both over n images. */
  async backwardInput(dx: Address, dy: Address, n: number, { pack, work }: ConvScratch, pace: Pace): Promise<void> {
    const { channels, filters, kernel, stride, padding, height, width } = this.conv.shape;
    const { engine, outHeight, outWidth } = this.conv;
    const plain = [NONE, NONE, NONE, NONE, 0] as const;
    if (this.conv.winograd) {
      await this.conv.transform(pack, this.conv.weight, work, pace, true);
      const sizes = [filters, channels, outHeight, outWidth, 2 - padding] as const;
      await this.conv.images(n, work, pace, ({ kernels, own }, first, last) =>
        kernels.winograd_forward(dx, dy, pack, own, first, last, ...sizes, ...plain),
      );
      return;
    }
    const k = channels * kernel ** 2;
    await packRows(engine, pack, this.conv.weight, k, filters, 1, k, pace);
    // A 1x1 convolution's gradient is one too.
    const one = k === channels && stride === 1 && padding === 0;
    await this.conv.images(n, work, pace, ({ kernels, own }, first, last) => {
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
    if (this.conv.winograd) await this.sumBlocks(x, dy, n, work, sums, pace);
    else await this.sumImages(x, dy, n, work, sums, pace);
  }

  /** Blocks of tiles side by side, each into a sum of its own, which are then added in order. */
  private async sumBlocks(x: Address, dy: Address, n: number, work: Own, sums: Address, pace: Pace): Promise<void> {
    const { engine, dweight, transformedBytes } = this.conv;
    const { channels, filters, padding, height, width } = this.conv.shape;
    const blocks = this.conv.blocks(n);
    const atOnce = 1 + this.conv.blocksBeside(n);
    const perBlock = Math.ceil(filters / this.filtersAtOnce);
    const all = n * this.conv.multiplyAdds();
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
    await this.conv.fours(pace, work, ({ kernels, own }, first, last) =>
      kernels.winograd_gradient_weights(dweight, sums, own, first, last, channels, filters),
    );
  }

  /** Adds the others of `count` sums to the first, one after another. */
  private async addSums(sums: Address, count: number, pace: Pace): Promise<void> {
    const { engine, transformedBytes } = this.conv;
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
    const { engine, dweight, channelParts, channelsAtOnce, channelSumBytes } = this.conv;
    const { channels, filters, kernel, stride, padding, height, width } = this.conv.shape;
    const sizes = [channels, filters, height, width, kernel, stride, padding] as const;
    const images = Math.max(1, Math.floor((LONGEST * channelParts) / this.conv.multiplyAdds()));
    for (let first = 0; first < n; first += images) {
      const last = Math.min(n, first + images);
      const all = (last - first) * this.conv.multiplyAdds();
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

  /** Filters of one block of tiles in a call: few where there is room for few sums. */
  private get filtersAtOnce(): number {
    return 4 * this.conv.transformedBytes > SUMS ? 64 : this.conv.shape.filters;
  }
}

/** Multiply-adds of a call that sums over images. */
const LONGEST = 1e8;
