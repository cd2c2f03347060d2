import { MOST_PIXELS, type Picture } from './pixels.js';

/** What the frame of a JPEG promises. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 colour. */
  readonly components: number;
}

const SIGNATURE = [0xff, 0xd8, 0xff];
/** Frames of Huffman codes: baseline, extended, progressive. */
const FRAMES = [0xc0, 0xc1, 0xc2];
/** Of what the decoder may take for a picture, beyond its pixels. */
const MOST_MEGABYTES = 512;

export function isJpeg(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/**
 * The frame's header; before it may come a preview and notes of any length.
 * @throws RangeError for other bytes, for kinds that are rare (lossless, arithmetic codes, four inks) and for more pixels than `most`
 */
export function readJpegHeader(bytes: Uint8Array, most = MOST_PIXELS): JpegHeader {
  if (!isJpeg(bytes)) throw new RangeError('the signature of a JPEG is missing');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 9 < bytes.length; ) {
    if (bytes[at] !== 0xff) throw new RangeError(`expected a marker at byte ${at}`);
    const marker = bytes[at + 1]!;
    if (marker === 0xff) at++;
    else if (FRAMES.includes(marker)) return frameAt(view, at, most);
    else if (marker >= 0xc3 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      throw new RangeError('expected a baseline or progressive JPEG, got a rare kind');
    else if (marker === 0xd9 || marker === 0xda) break;
    else at += 2 + view.getUint16(at + 2);
  }
  throw new RangeError('the frame is missing, or the file is cut off');
}

function frameAt(view: DataView, at: number, most: number): JpegHeader {
  const [precision, height, width] = [view.getUint8(at + 4), view.getUint16(at + 5), view.getUint16(at + 7)];
  const components = view.getUint8(at + 9);
  if (precision !== 8) throw new RangeError(`expected 8 bits a sample, got ${precision}`);
  if (width === 0 || height === 0) throw new RangeError(`expected pixels, got a size of ${width} x ${height}`);
  if (components !== 1 && components !== 3) throw new RangeError(`expected 1 or 3 channels, got ${components}`);
  if (width * height > most) throw new RangeError(`expected at most ${most} pixels, got ${width} x ${height}`);
  return { width, height, components };
}

/**
 * A JPEG, baseline or progressive. How a camera was held is left aside, as in torchvision's ImageFolder.
 * @throws an error of some kind for other bytes and for damaged ones
 */
export async function decodeJpeg(bytes: Uint8Array): Promise<Picture> {
  const { width, height, components } = readJpegHeader(bytes);
  // No page and no command that reads none loads it.
  const { default: jpeg } = await import('jpeg-js');
  const { data } = jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
    maxMemoryUsageInMB: MOST_MEGABYTES,
  });
  const channels = components === 1 ? 1 : 3;
  const plane = width * height;
  if (data.length !== 3 * plane) throw new RangeError(`expected ${3 * plane} samples, got ${data.length}`);
  const values = new Uint8Array(channels * plane);
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < plane; i++) values[channel * plane + i] = data[3 * i + channel]!;
  }
  return { channels, height, width, values };
}
