import { decode } from 'fast-png';
import { MOST_PIXELS, type Picture, pictureOf, requirePixels } from './pixels.js';
import { essentialChunks } from './png-chunks.js';
import { readHeader } from './png-header.js';

/**
 * A PNG of any kind but those of fewer than 8 bits that are interlaced. Opacity is dropped, as in torchvision's ImageFolder: a pixel has the colour
 * that is stored; 16 bits become the upper 8, fewer than 8 are spread over 0 to 255. Nothing is unpacked but the pixels, and of these no more than
 * the header promises.
 * @param mostPixels of a header that promises more nothing is unpacked; default MOST_PIXELS
 * @throws an error of some kind for other bytes and for damaged ones
 */
export function decodePng(bytes: Uint8Array, mostPixels = MOST_PIXELS): Picture {
  const header = readHeader(bytes);
  requirePixels(header, mostPixels);
  return pictureOf(decode(essentialChunks(bytes, header)));
}
