import { jsonOf, numbersOf } from '../../check/json.js';
import { atOnce, type Steps } from '../../runtime/steps.js';
import { type ImageMatrix, requireWhole } from '../matrix.js';

/** A ChannelNorm as plain JSON. */
export interface ChannelNormJson {
  readonly kind: 'channel-norm';
  readonly mean: number[];
  readonly std: number[];
}

/**
 * Pixels brought to mean 0 and standard deviation 1 in each channel: (x - mean) / std, in double precision, rounded once
 * to a 32-bit float. A byte counts as byte / 255, a float as it is.
 */
export class ChannelNorm {
  /** One a channel. */
  readonly mean: Float64Array;
  /** One a channel, above 0. */
  readonly std: Float64Array;
  /** What each byte becomes, [channel][256]. */
  readonly bytes: Float32Array;

  private constructor(mean: Float64Array, std: Float64Array) {
    this.mean = mean;
    this.std = std;
    this.bytes = Float32Array.from({ length: mean.length * 256 }, (_, i) => this.apply((i & 255) / 255, i >> 8));
  }

  /** Mean and population standard deviation of all pixels of a channel; a channel of one value is divided by 1. */
  static learn(train: ImageMatrix): ChannelNorm {
    return atOnce(ChannelNorm.learning(train));
  }

  /** learn, in steps. */
  static *learning(train: ImageMatrix): Steps<ChannelNorm> {
    const { channels, values } = train;
    const mean = new Float64Array(channels);
    const std = new Float64Array(channels);
    for (let channel = 0; channel < channels; channel++) {
      const bytes = values instanceof Uint8Array;
      const found = yield* bytes ? byteMoments(train, values, channel) : floatMoments(train, values, channel);
      mean[channel] = bytes ? found.mean / 255 : found.mean;
      std[channel] = (bytes ? found.std / 255 : found.std) || 1;
    }
    return new ChannelNorm(mean, std);
  }

  /**
   * With the numbers given, one a channel.
   * @throws TypeError, RangeError naming `argument` for other than finite means and standard deviations above 0, as many of each
   */
  static of(
    { mean, std }: { readonly mean: readonly number[]; readonly std: readonly number[] },
    argument: string,
  ): ChannelNorm {
    const means = numbersOf(mean, `${argument}.mean`, () => true, 'a finite number');
    const stds = numbersOf(std, `${argument}.std`, (x) => x > 0, 'a positive number');
    if (means.length !== stds.length) {
      throw new RangeError(
        `${argument}.std: expected as many numbers as in ${argument}.mean (${means.length}), got ${stds.length}`,
      );
    }
    return new ChannelNorm(means, stds);
  }

  get channels(): number {
    return this.mean.length;
  }

  /** One pixel, in the units of the learned ones: bytes divided by 255. */
  apply(x: number, channel: number): number {
    return Math.fround((x - this.mean[channel]!) / this.std[channel]!);
  }

  toJSON(): ChannelNormJson {
    return { kind: 'channel-norm', mean: Array.from(this.mean), std: Array.from(this.std) };
  }

  /** @throws TypeError, RangeError for what toJSON cannot have written */
  static fromJSON(json: unknown): ChannelNorm {
    // Earlier files say `deviation`.
    const { mean, std, deviation } = jsonOf<ChannelNormJson & { deviation?: number[] }>(json, 'channel-norm');
    return ChannelNorm.of({ mean, std: std ?? deviation! }, 'json');
  }
}

interface Found {
  mean: number;
  std: number;
}

/** Where a channel's pixels are, image by image. */
function* planes(images: ImageMatrix, channel: number): Generator<[number, number]> {
  const { rows, columns, height, width } = images;
  const plane = height * width;
  for (let r = 0; r < rows; r++) {
    // Between two steps others may have changed the array.
    requireWhole(images);
    const from = r * columns + channel * plane;
    yield [from, from + plane];
  }
}

/** In units of 1, not 1/255: sums of whole numbers are exact. */
function* byteMoments(images: ImageMatrix, values: Uint8Array, channel: number): Steps<Found> {
  const { rows, height, width } = images;
  const plane = height * width;
  const count = new Float64Array(256);
  for (const [from, to] of planes(images, channel)) {
    for (let i = from; i < to; i++) count[values[i]!]!++;
    yield;
  }
  const mean = count.reduce((sum, times, byte) => sum + times * byte, 0) / (rows * plane);
  const squares = count.reduce((sum, times, byte) => sum + times * (byte - mean) * (byte - mean), 0);
  return { mean, std: Math.sqrt(squares / (rows * plane)) };
}

/** Up to 2^29 equal 32-bit floats have an exact sum in double precision, so a constant channel has a standard deviation of exactly 0. */
function* floatMoments(images: ImageMatrix, values: Float32Array, channel: number): Steps<Found> {
  const { rows, height, width } = images;
  const plane = height * width;
  let sum = 0;
  for (const [from, to] of planes(images, channel)) {
    for (let i = from; i < to; i++) sum += values[i]!;
    yield;
  }
  const mean = sum / (rows * plane);
  let squares = 0;
  for (const [from, to] of planes(images, channel)) {
    for (let i = from; i < to; i++) squares += (values[i]! - mean) * (values[i]! - mean);
    yield;
  }
  return { mean, std: Math.sqrt(squares / (rows * plane)) };
}
