// A worker of the page's own: decodes pictures, with what the command decodes them with, so that pixels are the same bits everywhere.
import { decode } from 'fast-png';
import { decodeJpeg, isJpeg, readJpegHeader } from '../../dist/cli/read/jpeg.js';
import { hasColour, inColour, type Picture, pictureOf, requirePixels } from '../../dist/cli/read/pixels.js';
import { readHeader } from '../../dist/cli/read/png-header.js';
import type { Answer, Asked, Decoded, FoundSize } from './decoding.js';
import { scaled } from './scaling.js';

interface File {
  readonly name: string;
  readonly bytes: Uint8Array;
}

interface Damaged {
  readonly name: string;
  readonly error: Error;
}

/** What it says to a page. */
const scope = globalThis as unknown as {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<Asked>) => void) | null;
};

scope.onmessage = async ({ data: { id, files, size, most, channels } }) => {
  const damaged: Damaged[] = [];
  try {
    const decoded = await decodeAll(files, size, most, channels, damaged);
    scope.postMessage({ id, decoded }, 'values' in decoded ? [decoded.values.buffer] : []);
  } catch (error) {
    const names = damaged.map(({ name }) => name);
    scope.postMessage({ id, error: (error as Error).message, damaged: names } satisfies Answer);
  }
};

/** All pixels; where sizes differ and none is wanted, the sizes. */
async function decodeAll(
  files: readonly File[],
  wanted: Asked['size'],
  most: Asked['most'],
  channelsWanted: Asked['channels'],
  damaged: Damaged[],
): Promise<Decoded> {
  const seen = files.map((file) => {
    try {
      return [inWords(file, () => headerOf(file.bytes))];
    } catch (error) {
      damaged.push({ name: file.name, error: error as Error });
      return [];
    }
  });
  const first = damaged.at(0);
  if (first) throw first.error;
  const headers = seen.flat();
  const sizes = new Map<string, FoundSize & { count: number }>();
  for (const [i, { height, width }] of headers.entries()) {
    const key = `${width} x ${height}`;
    const found = sizes.get(key) ?? { height, width, name: files[i]!.name, count: 0 };
    found.count++;
    sizes.set(key, found);
  }
  const found = [...sizes.values()].sort((a, b) => b.count - a.count);
  if (!wanted && found.length > 1) return { sizes: found };
  const { height, width } = wanted ?? within(found[0]!, most);
  const channels = channelsWanted ?? (headers.some(({ coloured }) => coloured) ? 3 : 1);
  const columns = channels * height * width;
  const values = new Uint8Array(files.length * columns);
  for (const [r, file] of files.entries()) {
    const read = await pictureIn(file).catch((error) => {
      damaged.push({ name: file.name, error });
    });
    if (!read) continue;
    const picture = inChannels(read, channels);
    const isSame = picture.height === height && picture.width === width;
    // Uint8Array cuts off, and so does not round.
    const pixels = isSame
      ? picture.values
      : scaled(picture.values, channels, picture, { height, width }).map((value) => Math.round(value));
    values.set(pixels, r * columns);
  }
  const late = damaged.at(0);
  if (late) throw late.error;
  return { channels, height, width, values };
}

function within({ height, width }: FoundSize, most = Number.POSITIVE_INFINITY): { height: number; width: number } {
  const by = Math.min(1, most / Math.max(height, width));
  return { height: Math.max(1, Math.round(height * by)), width: Math.max(1, Math.round(width * by)) };
}

function headerOf(bytes: Uint8Array): { height: number; width: number; coloured: boolean } {
  if (isJpeg(bytes)) {
    const { width, height, components } = readJpegHeader(bytes);
    return { width, height, coloured: components === 3 };
  }
  const header = readHeader(bytes);
  requirePixels(header);
  return { width: header.width, height: header.height, coloured: hasColour(header) };
}

async function pictureIn(file: File): Promise<Picture> {
  if (!isJpeg(file.bytes)) return inWords(file, () => pictureOf(decode(file.bytes, { checkCrc: true })));
  try {
    return await decodeJpeg(file.bytes);
  } catch (error) {
    return inWords(file, () => {
      throw error;
    });
  }
}

/** Brightness of a coloured picture by the weights of ITU-R BT.601, which Pillow takes too. */
function inChannels(picture: Picture, channels: 1 | 3): Picture {
  if (channels === 3) return inColour(picture);
  if (picture.channels === 1) return picture;
  const plane = picture.height * picture.width;
  const { values } = picture;
  const grey = Uint8Array.from({ length: plane }, (_, i) =>
    Math.round(0.299 * values[i]! + 0.587 * values[plane + i]! + 0.114 * values[2 * plane + i]!),
  );
  return { ...picture, channels: 1, values: grey };
}

function inWords<T>({ name, bytes }: File, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const wanted = isJpeg(bytes) ? 'a JPEG' : 'a PNG or JPEG';
    throw new RangeError(`${name}: expected ${wanted}, got other or damaged bytes: ${(error as Error).message}`);
  }
}
