import { jsonOf, numbersOf } from '../../check/json.js';
import type { ImageMatrix } from '../matrix.js';

/** A ChannelNorm as plain JSON. */
export interface ChannelNormJson {
  readonly kind: 'channel-norm';
  readonly mean: number[];
  readonly deviation: number[];
}

/**
 * Pixels brought to mean 0 and standard deviation 1 in each channel: (x - mean) / deviation, in double precision, rounded once
 * to a 32-bit float. A byte counts as byte / 255, a float as it is.
 */
export class ChannelNorm {
  /** One a channel. */
  readonly mean: Float64Array;
  /** One a channel, above 0. */
  readonly deviation: Float64Array;
  /** What each byte becomes, [channel][256]. */
  readonly bytes: Float32Array;

  private constructor(mean: Float64Array, deviation: Float64Array) {
    this.mean = mean;
    this.deviation = deviation;
    this.bytes = Float32Array.from({ length: mean.length * 256 }, (_, i) => this.apply((i & 255) / 255, i >> 8));
  }

  /** Mean and population deviation of all pixels of a channel; a channel of one value is divided by 1. */
  static learn(train: ImageMatrix): ChannelNorm {
    const { channels, values } = train;
    const mean = new Float64Array(channels);
    const deviation = new Float64Array(channels);
    for (let channel = 0; channel < channels; channel++) {
      const bytes = values instanceof Uint8Array;
      const found = bytes ? byteMoments(train, values, channel) : floatMoments(train, values, channel);
      mean[channel] = bytes ? found.mean / 255 : found.mean;
      deviation[channel] = (bytes ? found.deviation / 255 : found.deviation) || 1;
    }
    return new ChannelNorm(mean, deviation);
  }

  /**
   * With the numbers given, one a channel.
   * @throws TypeError, RangeError naming `argument` for other than finite means and deviations above 0, as many of each
   */
  static of(
    { mean, deviation }: { readonly mean: readonly number[]; readonly deviation: readonly number[] },
    argument: string,
  ): ChannelNorm {
    const means = numbersOf(mean, `${argument}.mean`, () => true, 'a finite number');
    const deviations = numbersOf(deviation, `${argument}.deviation`, (x) => x > 0, 'a positive number');
    if (means.length !== deviations.length) {
      throw new RangeError(
        `${argument}.deviation: expected as many numbers as in ${argument}.mean (${means.length}), got ${deviations.length}`,
      );
    }
    return new ChannelNorm(means, deviations);
  }

  get channels(): number {
    return this.mean.length;
  }

  /** One pixel, in the units of the learned ones: bytes divided by 255. */
  apply(x: number, channel: number): number {
    return Math.fround((x - this.mean[channel]!) / this.deviation[channel]!);
  }

  toJSON(): ChannelNormJson {
    return { kind: 'channel-norm', mean: Array.from(this.mean), deviation: Array.from(this.deviation) };
  }

  /** @throws TypeError, RangeError for what toJSON cannot have written */
  static fromJSON(json: unknown): ChannelNorm {
    return ChannelNorm.of(jsonOf<ChannelNormJson>(json, 'channel-norm'), 'json');
  }
}

/** In units of 1, not 1/255: sums of whole numbers are exact. */
function byteMoments(images: ImageMatrix, values: Uint8Array, channel: number): { mean: number; deviation: number } {
  const { rows, columns, height, width } = images;
  const plane = height * width;
  const count = new Float64Array(256);
  for (let r = 0; r < rows; r++) {
    const from = r * columns + channel * plane;
    for (let i = from; i < from + plane; i++) count[values[i]!]!++;
  }
  const mean = count.reduce((sum, times, byte) => sum + times * byte, 0) / (rows * plane);
  const squares = count.reduce((sum, times, byte) => sum + times * (byte - mean) * (byte - mean), 0);
  return { mean, deviation: Math.sqrt(squares / (rows * plane)) };
}

/** Up to 2^29 equal 32-bit floats have an exact sum in double precision, so a constant channel has a deviation of exactly 0. */
function floatMoments(images: ImageMatrix, values: Float32Array, channel: number): { mean: number; deviation: number } {
  const { rows, columns, height, width } = images;
  const plane = height * width;
  let sum = 0;
  for (let r = 0; r < rows; r++) {
    const from = r * columns + channel * plane;
    for (let i = from; i < from + plane; i++) sum += values[i]!;
  }
  const mean = sum / (rows * plane);
  let squares = 0;
  for (let r = 0; r < rows; r++) {
    const from = r * columns + channel * plane;
    for (let i = from; i < from + plane; i++) squares += (values[i]! - mean) * (values[i]! - mean);
  }
  return { mean, deviation: Math.sqrt(squares / (rows * plane)) };
}
