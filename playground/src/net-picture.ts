// A picture as a net for images wants it.
import { scaled } from './scaling.js';

export interface Sides {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

export interface Preparing {
  /** As MNIST's digits were: what is bright fills a box of 20 of 28 pixels, and its centre of mass lies in the middle. */
  readonly centred: boolean;
  /** Dark on light becomes light on dark. */
  readonly inverted: boolean;
}

/** Bytes of [channel][height][width] of `from`, made to be of the sides of `to`. Channels of 1 and 3 become one another. */
export function netPicture(pixels: Uint8Array, from: Sides, to: Sides, { centred, inverted }: Preparing): Uint8Array {
  const turned = inverted ? pixels.map((value) => 255 - value) : pixels;
  const plane = from.height * from.width;
  const channels = Array.from({ length: to.channels }, (_, c) =>
    from.channels === to.channels
      ? turned.subarray(c * plane, (c + 1) * plane)
      : from.channels === 1
        ? turned
        : brightness(turned, plane, from.channels),
  );
  const out = new Uint8Array(to.channels * to.height * to.width);
  for (const [c, one] of channels.entries()) {
    const made = centred ? inTheMiddle(stretched(one), from, to) : scaled(one, 1, from, to);
    out.set(
      made.map((value) => Math.round(value)),
      c * to.height * to.width,
    );
  }
  return out;
}

function brightness(values: Uint8Array, plane: number, channels: number): Uint8Array {
  return Uint8Array.from({ length: plane }, (_, i) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += values[c * plane + i]!;
    return Math.round(sum / channels);
  });
}

/** Paper becomes black and the darkest ink white: MNIST's digits have no grey ground. */
function stretched(values: Uint8Array): Uint8Array {
  const counts = new Uint32Array(256);
  for (const value of values) counts[value]!++;
  let high = 255;
  while (high > 0 && counts[high] === 0) high--;
  // Most of a picture is its ground.
  let ground = 0;
  for (let seen = counts[0]!; seen < values.length / 4; seen += counts[++ground]!);
  const range = Math.max(1, high - ground);
  return values.map((value) => (Math.max(0, value - ground) * 255) / range);
}

function inTheMiddle(values: Uint8Array, from: Sides, to: Sides): Float32Array {
  const out = new Float32Array(to.height * to.width);
  const box = bounds(values, from);
  if (!box) return out;
  const { top, left, height, width } = box;
  const cut = new Uint8Array(height * width);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) cut[y * width + x] = values[(top + y) * from.width + left + x]!;
  const by = (Math.min(to.height, to.width) * 20) / 28 / Math.max(height, width);
  const small = { height: Math.max(1, Math.round(height * by)), width: Math.max(1, Math.round(width * by)) };
  const digit = scaled(cut, 1, { height, width }, small);
  let [mass, down, across] = [0, 0, 0];
  for (const [i, value] of digit.entries()) {
    mass += value;
    down += value * (Math.floor(i / small.width) + 0.5);
    across += value * ((i % small.width) + 0.5);
  }
  const [y0, x0] = [Math.round(to.height / 2 - down / mass), Math.round(to.width / 2 - across / mass)];
  for (const [i, value] of digit.entries()) {
    const [y, x] = [y0 + Math.floor(i / small.width), x0 + (i % small.width)];
    if (y >= 0 && y < to.height && x >= 0 && x < to.width) out[y * to.width + x] = value;
  }
  return out;
}

/** What is bright; undefined where nothing is. */
function bounds(values: Uint8Array, { height, width }: Sides) {
  // Noise of photographs and of JPEG is no ink.
  const least = 40;
  let [top, bottom, left, right] = [height, -1, width, -1];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (values[y * width + x]! < least) continue;
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
      [left, right] = [Math.min(left, x), Math.max(right, x)];
    }
  return bottom < 0 ? undefined : { top, left, height: bottom - top + 1, width: right - left + 1 };
}

/** Whether the rim is lighter than half: paper, most likely. */
export function isOnLight(pixels: Uint8Array, { channels, height, width }: Sides): boolean {
  let [sum, count] = [0, 0];
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        if (y > 0 && y < height - 1 && x > 0 && x < width - 1) continue;
        sum += pixels[(c * height + y) * width + x]!;
        count++;
      }
  return sum > 127 * count;
}
