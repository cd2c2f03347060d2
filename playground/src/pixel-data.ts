// Pixels of images as columns of 0 and 1, for a tree of them.
import type { RemoteDataset } from 'espalier/worker';
import type { ImagesData } from './read-images.js';
import { starting } from './worker.js';

/** A pixel is bright above this part of the brightest. */
const BRIGHT = 0.5;
const MOST_IMAGES = 2000;
const MOST_PIXELS = 1600;

/** Which pixels are bright in the first images; those that are the same in all are left out. A sentence for images with more pixels than a tree can show. */
export async function pixelData(
  images: ImagesData,
  signal: AbortSignal,
): Promise<{ data: RemoteDataset; words: string } | string> {
  const { channels, height, width, rows } = images;
  const plane = height * width;
  if (plane > MOST_PIXELS)
    return `A tree of pixels is drawn of at most ${MOST_PIXELS}; these images have ${plane}. Scale them down under Data, or see under Train and Gates what a net makes of them.`;
  const worker = await starting;
  const taken = Math.min(rows, MOST_IMAGES);
  const part = await images.data.subset(Int32Array.from({ length: taken }, (_, row) => row));
  const { features } = await part.local();
  await part.dispose();
  signal.throwIfAborted();
  if (features.kind !== 'images') throw new TypeError(`images: expected images, got ${features.kind} rows`);
  const { values } = features;
  const most = channels * BRIGHT * (values instanceof Uint8Array ? 255 : 1);
  const lit = new Uint8Array(taken * plane);
  const counts = new Uint32Array(plane);
  for (let row = 0; row < taken; row++)
    for (let i = 0; i < plane; i++) {
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += values[(row * channels + c) * plane + i]!;
      if (sum > most) {
        lit[row * plane + i] = 1;
        counts[i]!++;
      }
    }
  const kept = [...counts.keys()].filter((i) => counts[i]! > 0 && counts[i]! < taken);
  if (kept.length < 2) return 'A tree of pixels needs pixels that differ from image to image; here all are the same.';
  const cells = new Float32Array(taken * kept.length);
  for (let row = 0, to = 0; row < taken; row++) for (const i of kept) cells[to++] = lit[row * plane + i]!;
  const featureNames = kept.map((i) => `row ${Math.floor(i / width) + 1}, column ${(i % width) + 1}`);
  const data = await worker.Dataset.dense(cells, { columns: kept.length, featureNames });
  const left = plane - kept.length;
  return {
    data,
    words: `A pixel is bright above half, in the first ${taken} images${left > 0 ? `; ${left} pixels that never change are left out` : ''}.`,
  };
}
