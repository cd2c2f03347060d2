import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeJpeg, readJpegHeader } from '#dist/cli/read/jpeg.js';
import { refuses } from '../../support/refuses.js';

interface Golden {
  readonly jpeg: string;
  readonly shape: number[];
  readonly pixels: string;
}

const golden: Record<string, Golden> = JSON.parse(
  readFileSync(new URL('../../../../test/golden/jpeg.json', import.meta.url), 'utf8'),
);
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));

for (const [name, { jpeg, shape, pixels }] of Object.entries(golden)) {
  test(`as libjpeg decodes it, within rounding: ${name}`, async () => {
    const [height, width, channels = 1] = shape as [number, number, number?];
    const wanted = bytesOf(pixels);
    const read = await decodeJpeg(bytesOf(jpeg));
    assert.equal([read.height, read.width, read.channels], [height, width, channels]);
    let most = 0;
    let sum = 0;
    for (let i = 0; i < wanted.length; i++) {
      const [pixel, channel] = [Math.floor(i / channels), i % channels];
      const error = Math.abs(read.values[channel * height * width + pixel]! - wanted[i]!);
      most = Math.max(most, error);
      sum += error;
    }
    // libjpeg smoothes chroma that is stored at half the size; this decoder repeats it.
    const smooth = name === 'colour, half chroma';
    assert.ok(most <= (smooth ? 24 : 3), `at most ${most}`);
    assert.ok(sum / wanted.length <= (smooth ? 4 : 0.75), `on average ${sum / wanted.length}`);
  });
}

test('refused: other bytes, rare kinds, more pixels than promised to be read, a file that is cut off', async () => {
  const bytes = bytesOf(golden['colour, whole chroma']!.jpeg);
  const frame = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xc0);
  const changed = (at: number, ...values: number[]) => {
    const copy = bytes.slice();
    copy.set(values, at);
    return copy;
  };
  assert.equal(readJpegHeader(bytes), { width: 27, height: 19, components: 3 });
  refuses(() => readJpegHeader(Uint8Array.of(1, 2, 3)), RangeError, /signature/);
  refuses(() => readJpegHeader(changed(frame + 1, 0xc3)), RangeError, /a rare kind/);
  refuses(() => readJpegHeader(changed(frame + 4, 12)), RangeError, /8 bits a sample, got 12/);
  refuses(() => readJpegHeader(changed(frame + 5, 0, 0)), RangeError, /a size of 27 x 0/);
  refuses(() => readJpegHeader(changed(frame + 5, 255, 255, 255, 255)), RangeError, /at most \d+ pixels/);
  refuses(() => readJpegHeader(changed(frame + 9, 4)), RangeError, /1 or 3 channels, got 4/);
  refuses(() => readJpegHeader(bytes.subarray(0, frame + 4)), RangeError, /frame is missing, or the file is cut off/);
  let refused = 0;
  for (let length = 10; length < bytes.length - 40; length += 97)
    await decodeJpeg(bytes.subarray(0, length)).catch(() => refused++);
  assert.ok(refused > 0);
});

test.run();
