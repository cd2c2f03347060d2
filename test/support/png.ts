import { constants, crc32, deflateRawSync, deflateSync } from 'node:zlib';

export interface PngParts {
  readonly width: number;
  readonly height: number;
  readonly depth: 1 | 2 | 4 | 8 | 16;
  /** 0 grey, 2 colour, 3 palette, 4 grey and opacity, 6 colour and opacity. */
  readonly type: 0 | 2 | 3 | 4 | 6;
  /** The lines as PNG packs them, without their filter bytes. */
  readonly lines: readonly (readonly number[])[];
  readonly palette?: readonly number[];
  readonly transparency?: readonly number[];
}

export const SIGNATURE = Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** A PNG from its parts, byte by byte as the standard tells; lines are not filtered. */
export function pngBytes({ lines, palette, transparency, ...header }: PngParts): Uint8Array {
  return Buffer.concat([
    SIGNATURE,
    pngHeader(header),
    ...(palette ? [pngChunk('PLTE', Buffer.from(palette))] : []),
    ...(transparency ? [pngChunk('tRNS', Buffer.from(transparency))] : []),
    pngChunk('IDAT', deflateSync(Buffer.from(lines.flatMap((line) => [0, ...line])))),
    pngChunk('IEND'),
  ]);
}

/** The chunk IHDR. */
export function pngHeader({
  width,
  height,
  depth,
  type,
  interlaced = false,
}: Pick<PngParts, 'width' | 'height' | 'depth' | 'type'> & { readonly interlaced?: boolean }): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = depth;
  header[9] = type;
  header[12] = Number(interlaced);
  return pngChunk('IHDR', header);
}

export function pngChunk(name: string, data: Uint8Array = Buffer.alloc(0)): Uint8Array {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** A zlib stream of that many zeros, made without them: a block of zeros, repeated. */
export function zlibOfZeros(length: number): Uint8Array {
  const part = 2 ** 20;
  // A full flush ends a block that refers to nothing before it.
  const block = (zeros: number) => deflateRawSync(Buffer.alloc(zeros), { finishFlush: constants.Z_FULL_FLUSH });
  const whole = block(part);
  const blocks = Array.from({ length: Math.floor(length / part) }, () => whole);
  // Adler-32 of zeros: the sum stays 1, and is summed up once a byte.
  const check = Buffer.of(0, 0, 0, 1);
  check.writeUInt16BE(length % 65521, 0);
  return Buffer.concat([Buffer.of(0x78, 0x9c), ...blocks, block(length % part), Buffer.of(3, 0), check]);
}
