import { requireInteger } from '../../check/require.js';
import { Dataset, requireDataset, requireImages } from '../dataset.js';

/**
 * Smaller images: each pixel is the mean of `by` x `by` pixels of its channel, of bytes the nearest byte (halves go up). CIFAR-10 by 2 is of 16 x 16.
 *
 * @param by whole, at least 1; height and width are multiples of it
 * @throws TypeError for data that are no images, RangeError for sides that it does not divide
 */
export function shrinkImages(data: Dataset, by: number): Dataset {
  requireDataset(data, 'data');
  const images = requireImages(data.features, 'data');
  requireInteger(by, 1, 'by');
  const { rows, channels, values } = images;
  if (images.height % by !== 0 || images.width % by !== 0)
    throw new RangeError(
      `by: expected a divisor of both sides of ${images.height} x ${images.width} images, got ${by}`,
    );
  if (by === 1) return data;
  const [height, width] = [images.height / by, images.width / by];
  const small = new (values instanceof Uint8Array ? Uint8Array : Float32Array)(rows * channels * height * width);
  const half = small instanceof Uint8Array ? 0.5 : 0;
  // A block's pixels are a run in each of `by` lines; channels and rows follow one another, so their lines are counted through.
  for (let line = 0, to = 0; line < rows * channels * height; line++) {
    const start = line * by * images.width;
    for (let x = 0; x < width; x++, to++) {
      let sum = 0;
      for (let down = 0; down < by; down++) {
        const from = start + down * images.width + x * by;
        for (let right = 0; right < by; right++) sum += values[from + right]!;
      }
      small[to] = sum / (by * by) + half;
    }
  }
  return Dataset.images({ channels, height, width, values: small }).withTargets(data.targets);
}
