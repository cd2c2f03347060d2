// What the header of a PNG promises. Runs in pages too.
/** What the first chunk of a PNG promises. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits a sample. */
  readonly depth: number;
  /** 0 grey, 2 colour, 3 palette, 4 grey and opacity, 6 colour and opacity. */
  readonly type: number;
  readonly interlaced: boolean;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** The signature and the chunk IHDR: length, name, 13 bytes and a checksum. */
export const HEADER_BYTES = 33;

/** Samples a pixel and the bits that one may have, by type. */
const TYPES: Readonly<Record<number, { samples: number; depths: readonly number[] }>> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
};

/** Of each pass over an interlaced image: its first column and row, and the steps to the next ones. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/**
 * The header of a PNG, of which the first HEADER_BYTES are enough.
 * @throws RangeError for other bytes, and for sizes and kinds of pixels that no PNG has
 */
export function readHeader(bytes: Uint8Array): PngHeader {
  if (bytes.length < HEADER_BYTES || SIGNATURE.some((byte, i) => bytes[i] !== byte))
    throw new RangeError('the signature of a PNG and its header are missing');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (nameAt(bytes, 12) !== 'IHDR' || view.getUint32(8) !== 13) throw new RangeError('the chunk IHDR is missing');
  requireChecksum(bytes, view, 8, 13);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth = 0, type = 0, compression, filter, interlace = 0] = bytes.subarray(24, 29);
  if (width === 0 || height === 0) throw new RangeError(`expected pixels, got a size of ${width} x ${height}`);
  if (!TYPES[type]?.depths.includes(depth))
    throw new RangeError(`expected a kind of pixels that PNG has, got type ${type} of ${depth} bits`);
  if (compression !== 0 || filter !== 0 || interlace > 1)
    throw new RangeError(`expected methods that PNG has, got ${compression}, ${filter} and ${interlace}`);
  return { width, height, depth, type, interlaced: interlace === 1 };
}

/** Bytes of the lines of pixels, each with the byte that names its filter. */
export function unpackedBytes({ width, height, depth, type, interlaced }: PngHeader): number {
  const bits = TYPES[type]!.samples * depth;
  const lines = (columns: number, rows: number) => (columns > 0 ? rows * (1 + Math.ceil((columns * bits) / 8)) : 0);
  if (!interlaced) return lines(width, height);
  return PASSES.reduce(
    (sum, [x, y, across, down]) => sum + lines(Math.ceil((width - x) / across), Math.ceil((height - y) / down)),
    0,
  );
}

export function requireChecksum(bytes: Uint8Array, view: DataView, at: number, length: number): void {
  if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length))
    throw new RangeError(`the checksum of chunk ${JSON.stringify(nameAt(bytes, at + 4))} is wrong`);
}

export function nameAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? 0xedb88320 ^ (remainder >>> 1) : remainder >>> 1;
  return remainder;
});

/** node:zlib has it from Node 20.15 on only. */
function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) sum = REMAINDERS[(sum ^ bytes[i]!) & 0xff]! ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}
