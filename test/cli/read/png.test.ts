import { encode } from 'fast-png';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodePng, inColour } from '#dist/cli/read/png.js';
import { Draws } from '../../support/draws.js';
import { pngBytes } from '../../support/png.js';

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

test('an image of no pixels is refused', () => {
  assert.throws(() => decodePng(pngBytes({ width: 0, height: 1, depth: 8, type: 0, lines: [[]] })));
});

test.run();
