import { deflateSync } from 'node:zlib';
import { encode } from 'fast-png';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inColour } from '#dist/cli/read/pixels.js';
import { decodePng } from '#dist/cli/read/png.js';
import { Draws } from '../../support/draws.js';
import { pngBytes, pngChunk, pngHeader, SIGNATURE, zlibOfZeros } from '../../support/png.js';
import { refuses } from '../../support/refuses.js';

const decoded = (bytes: Uint8Array) => {
  const { channels, height, width, values } = decodePng(bytes);
  return { channels, height, width, values: Array.from(values) };
};

test('what the library writes is read back, channel after channel, opacity dropped, 16 bits to 8', () => {
  const draws = new Draws(1);
  const [width, height] = [7, 5];
  for (const depth of [8, 16] as const) {
    for (const channels of [1, 2, 3, 4]) {
      const length = width * height * channels;
      const samples = Array.from({ length }, () => draws.below(2 ** depth));
      const data = depth === 8 ? Uint8Array.from(samples) : Uint16Array.from(samples);
      const kept = channels < 3 ? 1 : 3;
      const expected = Array.from({ length: kept * 35 }, (_, i) => {
        const sample = samples[(i % 35) * channels + Math.floor(i / 35)]!;
        return depth === 8 ? sample : Math.floor(sample / 256);
      });
      for (const interlace of ['null', 'Adam7'] as const) {
        const png = encode({ width, height, depth, channels, data }, { interlace });
        assert.equal(decoded(png), { channels: kept, height, width, values: expected });
      }
    }
  }
});

test('few bits of grey are spread over 0 to 255', () => {
  assert.equal(
    decoded(
      pngBytes({
        width: 10,
        height: 2,
        depth: 1,
        type: 0,
        lines: [
          [0b10110010, 0b01000000],
          [0xff, 0x80],
        ],
      }),
    ),
    {
      channels: 1,
      height: 2,
      width: 10,
      values: [1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0].map((bit) => bit * 255),
    },
  );
  assert.equal(
    decoded(pngBytes({ width: 5, height: 1, depth: 2, type: 0, lines: [[0b00011011, 0b10000000]] })).values,
    [0, 85, 170, 255, 170],
  );
  assert.equal(
    decoded(pngBytes({ width: 3, height: 1, depth: 4, type: 0, lines: [[0x0f, 0x30]] })).values,
    [0, 255, 51],
  );
});

test('palettes become colours, with or without opacity', () => {
  const parts = {
    width: 3,
    height: 2,
    depth: 4,
    type: 3,
    lines: [
      [0x01, 0x20],
      [0x22, 0x10],
    ],
  } as const;
  const palette = [1, 2, 3, 40, 50, 60, 255, 254, 253];
  const values = [1, 40, 255, 255, 255, 40, 2, 50, 254, 254, 254, 50, 3, 60, 253, 253, 253, 60];
  const expected = { channels: 3, height: 2, width: 3, values };
  assert.equal(decoded(pngBytes({ ...parts, palette })), expected);
  assert.equal(decoded(pngBytes({ ...parts, palette, transparency: [0, 128] })), expected);
});

test('grey in colour has three equal channels', () => {
  const grey = decodePng(encode({ width: 2, height: 1, channels: 1, data: Uint8Array.of(3, 9) }));
  assert.equal(inColour(grey), { channels: 3, height: 1, width: 2, values: Uint8Array.of(3, 9, 3, 9, 3, 9) });
  const colour = decodePng(encode({ width: 1, height: 1, channels: 3, data: Uint8Array.of(3, 9, 8) }));
  assert.is(inColour(colour), colour);
});

test('any cut and any changed byte is noticed', () => {
  const png = encode({ width: 3, height: 3, channels: 3, data: Uint8Array.from({ length: 27 }, (_, i) => i * 9) });
  for (let length = 0; length < png.length; length++) {
    assert.throws(() => decodePng(png.slice(0, length)), undefined, `${length} of ${png.length} bytes`);
  }
  for (let at = 0; at < png.length; at++) {
    for (const bit of [1, 128]) {
      const changed = png.slice();
      changed[at]! ^= bit;
      assert.throws(() => decodePng(changed), undefined, `byte ${at}`);
    }
  }
});

const zeros = (length: number) => deflateSync(Buffer.alloc(length));

/** Chunks between the header of a grey 8 x 8 picture of 8 bits and the end. */
const grey = (...chunks: readonly Uint8Array[]) =>
  Buffer.concat([SIGNATURE, pngHeader({ width: 8, height: 8, depth: 8, type: 0 }), ...chunks, pngChunk('IEND')]);

const refused = (bytes: Uint8Array, message: RegExp) => refuses(() => decodePng(bytes), RangeError, message);

test('a stream is unpacked to what the header promises, not more and not less', () => {
  const blank = { channels: 1, height: 8, width: 8, values: new Array(64).fill(0) };
  assert.equal(decoded(grey(pngChunk('IDAT', zeros(72)))), blank);
  refused(grey(pngChunk('IDAT', zeros(71))), /^the stream unpacks to 71 of the 72 bytes of its size$/);
  refused(grey(pngChunk('IDAT', zeros(73))), /^the stream unpacks to more than the 72 bytes of its size$/);
  refused(grey(pngChunk('IDAT', zlibOfZeros(2 ** 30))), /^the stream unpacks to more than the 72 bytes of its size$/);
  refused(grey(pngChunk('IDAT', zeros(72).subarray(0, -1))), /^the stream is damaged: /);
  refused(grey(), /^the stream is damaged: /);
  // Cut anywhere, it is the same stream.
  const stream = zeros(72);
  const parts = Array.from(stream, (_, i) => pngChunk('IDAT', stream.subarray(i, i + 1)));
  assert.equal(decoded(grey(...parts)), blank);
});

test('the promise counts packed bits, and the passes of interlaced pictures, as the encoder does', () => {
  for (let width = 1; width <= 17; width++) {
    for (const height of [1, 2, 3, 5, 8, 9]) {
      for (const channels of [1, 3]) {
        const data = new Uint8Array(width * height * channels).fill(7);
        for (const interlace of ['null', 'Adam7'] as const) {
          const picture = decodePng(encode({ width, height, channels, data }, { interlace }));
          assert.equal(picture.values, data, `${width} x ${height}`);
        }
      }
    }
  }
});

test('chunks that pixels do without are left out, whatever they hold; others must be known and in place', () => {
  const pixels = pngChunk('IDAT', zeros(72));
  const bomb = Buffer.concat([Buffer.from('x\0\0'), zlibOfZeros(2 ** 30)]);
  assert.is(
    decodePng(grey(pngChunk('iCCP', bomb), pngChunk('zTXt', bomb), pngChunk('tRNS', Buffer.alloc(9)), pixels)).width,
    8,
  );
  assert.is(decodePng(Buffer.concat([grey(pixels), Buffer.alloc(1000)])).width, 8, 'bytes after the end');
  refused(grey(pixels).subarray(0, -12), /^the file is cut off$/);
  refused(grey(pngChunk('IHDR', Buffer.alloc(13)), pixels), /^the chunk "IHDR" is out of place or unknown$/);
  refused(grey(pngChunk('ABCD'), pixels), /^the chunk "ABCD" is out of place or unknown$/);
  refused(grey(pixels, pngChunk('tEXt'), pixels), /^the chunks IDAT do not follow one another$/);
  refused(grey(pixels, pngChunk('PLTE', Buffer.alloc(3))), /^the chunk PLTE is damaged or out of place$/);
  const damaged = grey(pixels);
  damaged[45]! ^= 1;
  refused(damaged, /^the checksum of chunk "IDAT" is wrong$/);
  const promising = Buffer.from(grey(pixels));
  promising.writeUInt32BE(2 ** 32 - 1, 33);
  refused(promising, /^the file is cut off$/);
});

test('headers that promise too much, or what no PNG has', () => {
  const of = (header: Parameters<typeof pngHeader>[0], stream = zeros(72)) =>
    Buffer.concat([SIGNATURE, pngHeader(header), pngChunk('IDAT', stream), pngChunk('IEND')]);
  const plain = { width: 8, height: 8, depth: 8, type: 0 } as const;
  refused(of({ ...plain, width: 2 ** 31 - 1, height: 1 }), /^expected at most 4194304 pixels, got 2147483647 x 1$/);
  refused(of({ ...plain, width: 2049, height: 2048 }), /^expected at most 4194304 pixels, got 2049 x 2048$/);
  refused(of({ ...plain, depth: 4, type: 2 }), /^expected a kind of pixels that PNG has, got type 2 of 4 bits$/);
  refused(of({ ...plain, depth: 16, type: 3 }), /^expected a kind of pixels that PNG has, got type 3 of 16 bits$/);
  refused(of({ ...plain, type: 3 }), /^the chunk PLTE is missing$/);
  refused(of({ ...plain, depth: 4, interlaced: true }), /^expected pixels of 4 bits without interlacing/);
  refused(Buffer.from('GIF89a'), /^the signature of a PNG and its header are missing$/);
});

test('an image of no pixels is refused', () => {
  assert.throws(() => decodePng(pngBytes({ width: 0, height: 1, depth: 8, type: 0, lines: [[]] })));
});

test.run();
