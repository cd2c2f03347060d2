import { Buffer } from 'node:buffer';
import { inflateSync } from 'node:zlib';
import { HEADER_BYTES, nameAt, type PngHeader, requireChecksum, unpackedBytes } from './png-header.js';

/**
 * The PNG without what its pixels do without: header, palette, and the stream in one chunk. Linear in `bytes`.
 * @throws RangeError for a PNG that is cut off, damaged or out of order, or whose stream is not exactly as long, unpacked, as the header promises
 */
export function essentialChunks(bytes: Uint8Array, header: PngHeader): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stream: Uint8Array[] = [];
  let palette: Uint8Array | undefined;
  let last = '';
  let at = HEADER_BYTES;
  for (;;) {
    if (bytes.length - at < 12) throw new RangeError('the file is cut off');
    const length = view.getUint32(at);
    if (length > bytes.length - at - 12) throw new RangeError('the file is cut off');
    const name = nameAt(bytes, at + 4);
    requireChecksum(bytes, view, at, length);
    if (name === 'IDAT') {
      if (stream.length > 0 && last !== name) throw new RangeError('the chunks IDAT do not follow one another');
      stream.push(bytes.subarray(at + 8, at + 8 + length));
    } else if (name === 'PLTE') {
      if (palette || stream.length > 0 || length === 0 || length > 768 || length % 3 !== 0)
        throw new RangeError('the chunk PLTE is damaged or out of place');
      palette = bytes.subarray(at, at + 12 + length);
    } else if (name === 'IEND') break;
    // A capital letter first: a chunk that cannot be done without.
    else if (!/^[a-z]/.test(name)) throw new RangeError(`the chunk ${JSON.stringify(name)} is out of place or unknown`);
    last = name;
    at += 12 + length;
  }
  if (header.type === 3 && !palette) throw new RangeError('the chunk PLTE is missing');
  const packed = Buffer.concat(stream);
  requireUnpacked(packed, header);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(packed.length);
  return Buffer.concat([
    bytes.subarray(0, HEADER_BYTES),
    ...(palette && header.type === 3 ? [palette] : []),
    length,
    Buffer.from('IDAT'),
    packed,
    // In place of the checksum, which is checked above.
    Buffer.alloc(4),
    bytes.subarray(at, at + 12),
  ]);
}

/** Unpacks no more than what is promised, and a chunk to tell whether there is more. */
function requireUnpacked(packed: Uint8Array, header: PngHeader): void {
  const promised = unpackedBytes(header);
  let found: number;
  try {
    // A chunk is what is allocated at once.
    const chunkSize = Math.min(promised + 64, 2 ** 20);
    found = inflateSync(packed, { maxOutputLength: promised, chunkSize }).length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new RangeError(`the stream unpacks to more than the ${promised} bytes of its size`, { cause: error });
    throw new RangeError(`the stream is damaged: ${(error as Error).message}`, { cause: error });
  }
  if (found !== promised) throw new RangeError(`the stream unpacks to ${found} of the ${promised} bytes of its size`);
}
