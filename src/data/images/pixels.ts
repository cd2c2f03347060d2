import { isObject } from '../../check/complete.js';
import { got } from '../../check/phrase.js';
import { requireInteger } from '../../check/require.js';
import type { ImageMatrix } from '../matrix.js';

/** An image as a canvas gives it (ImageData): red, green, blue and opacity of each pixel, rows one after another. */
export interface CanvasImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray | Uint8Array;
}

/** Pixels of Dataset.images. */
export type Pixels =
  | Uint8Array
  | Uint8ClampedArray
  | Float32Array
  | Float64Array
  | readonly number[]
  | CanvasImage
  | readonly CanvasImage[];

/** Where the pixels do not tell them: channels, rows and columns of an image. */
export interface ImageSides {
  readonly channels?: number | undefined;
  readonly height?: number | undefined;
  readonly width?: number | undefined;
}

/** Images of what people hold. Bytes and 32-bit floats in the order of ImageMatrix are kept, not copied. */
export function imagesOf(values: Pixels, given: ImageSides): ImageMatrix {
  const canvases = canvasesOf(values);
  const sides = canvases ? sidesOf(canvases, given) : given;
  const { channels, height, width } = sides as Required<ImageSides> as {
    channels: number;
    height: number;
    width: number;
  };
  for (const [name, size] of Object.entries({ channels, height, width })) requireInteger(size, 1, name);
  const pixels = canvases
    ? planesOf(canvases, channels)
    : flatPixels(values as Exclude<Pixels, CanvasImage | readonly CanvasImage[]>);
  const columns = channels * height * width;
  if (pixels.length === 0 || pixels.length % columns !== 0) {
    throw new RangeError(
      `values: expected a multiple of channels x height x width = ${channels} x ${height} x ${width} and at least one image, got ${pixels.length} values`,
    );
  }
  return { kind: 'images', rows: pixels.length / columns, columns, channels, height, width, values: pixels };
}

function canvasesOf(values: Pixels): readonly CanvasImage[] | undefined {
  if (isCanvas(values)) return [values];
  if (!Array.isArray(values) || !isCanvas(values[0])) return undefined;
  values.forEach((image, i) => {
    if (!isCanvas(image)) throw new TypeError(`values[${i}]: expected an ImageData as in values[0], got ${got(image)}`);
  });
  return values;
}

function isCanvas(value: unknown): value is CanvasImage {
  return isObject(value) && (value.data instanceof Uint8ClampedArray || value.data instanceof Uint8Array);
}

/** All are of one size; three channels are kept, or one of their brightness. */
function sidesOf(
  images: readonly CanvasImage[],
  { channels = 3, height = images[0]!.height, width = images[0]!.width }: ImageSides,
) {
  if (channels !== 1 && channels !== 3)
    throw new RangeError(`channels: expected 3 or 1 of an ImageData, got ${got(channels)}`);
  images.forEach((image, i) => {
    if (image.height !== height || image.width !== width)
      throw new RangeError(
        `values[${i}]: expected an image of ${height} x ${width}, got ${image.height} x ${image.width}`,
      );
    if (image.data.length !== 4 * height * width)
      throw new RangeError(
        `values[${i}].data: expected 4 bytes a pixel, ${4 * height * width}, got ${image.data.length}`,
      );
  });
  return { channels, height, width };
}

/** Opacity is left out. Brightness is that of ITU-R BT.601. */
function planesOf(images: readonly CanvasImage[], channels: number): Uint8Array {
  const plane = images[0]!.data.length / 4;
  const out = new Uint8Array(images.length * channels * plane);
  images.forEach(({ data }, i) => {
    const at = i * channels * plane;
    for (let p = 0; p < plane; p++) {
      const [red, green, blue] = [data[4 * p]!, data[4 * p + 1]!, data[4 * p + 2]!];
      if (channels === 1) out[at + p] = Math.round((299 * red + 587 * green + 114 * blue) / 1000);
      else {
        out[at + p] = red;
        out[at + plane + p] = green;
        out[at + 2 * plane + p] = blue;
      }
    }
  });
  return out;
}

function flatPixels(values: Exclude<Pixels, CanvasImage | readonly CanvasImage[]>): Uint8Array | Float32Array {
  if (values instanceof Uint8Array || values instanceof Float32Array) return values;
  if (values instanceof Uint8ClampedArray) return new Uint8Array(values.buffer, values.byteOffset, values.length);
  const list: unknown = values;
  if (!(list instanceof Float64Array) && !Array.isArray(list)) {
    throw new TypeError(
      `values: expected bytes, floats, a list of numbers, or one ImageData or more, got ${got(list)}${list instanceof ArrayBuffer ? '; new Uint8Array(buffer) makes bytes of it' : ''}`,
    );
  }
  const pixels = new Float32Array(list.length);
  for (let i = 0; i < list.length; i++) {
    const value: unknown = list[i];
    if (typeof value !== 'number') throw new TypeError(`values[${i}]: expected a number, got ${got(value)}`);
    pixels[i] = value;
    if (!Number.isFinite(pixels[i]) && Number.isFinite(value))
      throw new RangeError(`values[${i}]: expected a number within a 32-bit float, got ${value}`);
  }
  return pixels;
}
