// Pixels of a picture as a net takes them. Runs in pages too.
import { convertIndexedToRgb, type DecodedPng } from 'fast-png';
import type { PngHeader } from './png-header.js';

/** Pixels as bytes, [channel][height][width]: one channel of grey, or red, green and blue. */
export interface Picture {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
  readonly values: Uint8Array;
}

/** Pixels a picture may have by default: at one number a pixel, more than a net for images could hold of its first layer. */
export const MOST_PIXELS = 2 ** 22;

/** The pixels of a PNG that was decoded: opacity dropped, 16 bits cut to the upper 8, fewer than 8 spread over 0 to 255. */
export function pictureOf(png: DecodedPng): Picture {
  const { height, width } = png;
  const { stride, values } = samplesOf(png);
  const plane = height * width;
  const channels = stride < 3 ? 1 : 3;
  const planar = new Uint8Array(channels * plane);
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < plane; i++) planar[channel * plane + i] = values[i * stride + channel]!;
  }
  return { channels, height, width, values: planar };
}

/** RangeError for more pixels than `most`, and for interlaced ones of fewer than 8 bits, which the decoder does not know. */
export function requirePixels({ width, height, interlaced, depth }: PngHeader, most = MOST_PIXELS): void {
  if (width * height > most) throw new RangeError(`expected at most ${most} pixels, got ${width} x ${height}`);
  if (interlaced && depth < 8)
    throw new RangeError(`expected pixels of ${depth} bits without interlacing, got interlaced ones`);
}

/** Whether its pictures come in three channels. */
export function hasColour({ type }: PngHeader): boolean {
  return type === 2 || type === 3 || type === 6;
}

/** Grey in three equal channels, for company of coloured ones. */
export function inColour(picture: Picture): Picture {
  if (picture.channels === 3) return picture;
  const { length } = picture.values;
  const values = new Uint8Array(3 * length);
  for (let channel = 0; channel < 3; channel++) values.set(picture.values, channel * length);
  return { ...picture, channels: 3, values };
}

/** Bytes, `stride` of them a pixel. */
function samplesOf(png: DecodedPng): { stride: number; values: Uint8Array } {
  const { palette, depth, channels, data } = png;
  if (palette && channels === 1) return { stride: palette[0]?.length ?? 3, values: convertIndexedToRgb(png) };
  if (depth < 8) return { stride: 1, values: unpackGrey(png) };
  const values = depth === 16 ? Uint8Array.from(data, (sample) => sample >> 8) : Uint8Array.from(data);
  return { stride: channels, values };
}

/** Pixels of 1, 2 or 4 bits, the first in the highest bits of a byte, each row beginning a new byte. */
function unpackGrey({ width, height, depth, data }: DecodedPng): Uint8Array {
  const rowBytes = Math.ceil((width * depth) / 8);
  const most = 2 ** depth - 1;
  const values = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      const sample = (data[y * rowBytes + (bit >> 3)]! >> (8 - depth - (bit & 7))) & most;
      values[y * width + x] = (sample * 255) / most;
    }
  }
  return values;
}
