import { deflateSync } from 'node:zlib';

/** A PNG data URI of black ink whose opacity is the grey value, so that it sits on any background. */
export function inkPng(values: Uint8Array, width: number): string {
  const height = values.length / width;
  const lines = Buffer.alloc(height * (1 + 2 * width));
  for (let y = 0; y < height; y++) {
    // Each line: filter 0, then (grey 0, alpha) pairs.
    for (let x = 0; x < width; x++) lines[y * (1 + 2 * width) + 2 + 2 * x] = values[y * width + x]!;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8; // bits a sample
  header[9] = 4; // grey with alpha
  const png = Buffer.concat([
    Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
  return `data:image/png;base64,${png.toString('base64')}`;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** node:zlib has one only from Node 22.2 on. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
