import { UserError } from '../errors.js';
import { readBytes, readHead } from './bytes.js';
import { decodeJpeg, isJpeg, readJpegHeader } from './jpeg.js';
import { hasColour, type Picture, requirePixels } from './pixels.js';
import { decodePng } from './png.js';
import { readHeader } from './png-header.js';

/** What a picture's header promises. */
export interface PictureHeader {
  readonly width: number;
  readonly height: number;
  readonly coloured: boolean;
}

/** Endings of names of pictures; what a file is its bytes tell. */
export const PICTURES = /\.(?:png|jpe?g)$/i;

/** Enough for the header of nearly every picture. */
const HEAD = 2 ** 16;

/** UserError naming the file. */
export function readPictureHeader(path: string): PictureHeader {
  const head = readHead(path, HEAD);
  return told(path, isJpeg(head), () => {
    if (!isJpeg(head)) {
      const header = readHeader(head);
      requirePixels(header);
      return { width: header.width, height: header.height, coloured: hasColour(header) };
    }
    const { width, height, components } = readJpegHeader(jpegHead(path, head));
    return { width, height, coloured: components === 3 };
  });
}

/** Long notes may push the frame beyond the first bytes. */
function jpegHead(path: string, head: Uint8Array): Uint8Array {
  try {
    readJpegHeader(head);
    return head;
  } catch {
    return readBytes(path);
  }
}

/** UserError naming the file. */
export async function readPicture(path: string): Promise<Picture> {
  const bytes = readBytes(path);
  if (!isJpeg(bytes)) return told(path, false, () => decodePng(bytes));
  try {
    return await decodeJpeg(bytes);
  } catch (error) {
    return told(path, true, () => {
      throw error;
    });
  }
}

function told<T>(path: string, jpeg: boolean, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) throw error;
    const wanted = jpeg ? 'a JPEG' : 'a PNG or JPEG';
    throw new UserError(`${path}: expected ${wanted}, got other or damaged bytes: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
