import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ImageMatrix } from '#dist/data/dataset.js';
import { ChannelNorm } from '#dist/data/images/channel-norm.js';
import { type Augmentation, loadImages, requireAugmentation } from '#dist/data/images/image-batch.js';
import { plus } from '#dist/runtime/address.js';
import { Pace } from '#dist/runtime/pace.js';
import { Purpose } from '#dist/runtime/random.js';
import { randomBits } from '../../assembly/twins/random.js';
import { Draws } from '../../support/draws.js';
import { engine } from '../../support/kernel-test.js';
import { refuses } from '../../support/refuses.js';

function images(rows: number, channels: number, height: number, width: number, bytes: boolean): ImageMatrix {
  const draws = new Draws(rows + width);
  const length = rows * channels * height * width;
  const values = bytes ? Uint8Array.from({ length }, () => draws.below(256)) : draws.floats(length);
  return { kind: 'images', rows, columns: channels * height * width, channels, height, width, values };
}

/** Calls loadImages with NaN all around the batch's floats, which must stay. */
async function load(
  features: ImageMatrix,
  rows: ArrayLike<number>,
  norm: ChannelNorm,
  augmentation?: Augmentation,
  noise?: { seed: number; step: number },
): Promise<Float32Array> {
  const length = rows.length * features.columns;
  const scope = engine.scope();
  const at = scope.bytes((length + 8) * 4);
  engine.f32(at, length + 8).fill(Number.NaN);
  await loadImages(engine, plus(at, 16), features, Int32Array.from(rows), norm, new Pace(), augmentation, noise);
  const all = engine.f32(at, length + 8).slice();
  scope.dispose();
  assert.ok([...all.subarray(0, 4), ...all.subarray(length + 4)].every(Number.isNaN), 'nothing beside the batch');
  return all.slice(4, length + 4);
}

/** The same from its definition: pad, crop, flip, then normalise each pixel. */
function loadTwin(
  { channels, height, width, columns, values }: ImageMatrix,
  rows: ArrayLike<number>,
  { mean, std }: { mean: ArrayLike<number>; std: ArrayLike<number> },
  { pad, flip }: Augmentation,
  words: Uint32Array,
): Float32Array {
  const out: number[] = [];
  for (let s = 0; s < rows.length; s++) {
    const crop = [0, 1].map((i) => Number((BigInt(words[4 * s + i]!) * BigInt(2 * pad + 1)) >> 32n));
    const mirrored = flip && words[4 * s + 2]! >>> 31 === 1;
    for (let channel = 0; channel < channels; channel++) {
      const padded = Array.from({ length: height + 2 * pad }, () => new Array<number>(width + 2 * pad).fill(0));
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const value = values[rows[s]! * columns + (channel * height + y) * width + x]!;
          padded[y + pad]![x + pad] = values instanceof Uint8Array ? value / 255 : value;
        }
      }
      for (let y = 0; y < height; y++) {
        const line = padded[y + crop[0]!]!.slice(crop[1]!, crop[1]! + width);
        if (mirrored) line.reverse();
        out.push(...line.map((x) => (x - mean[channel]!) / std[channel]!));
      }
    }
  }
  return Float32Array.from(out);
}

const wordsOf = (samples: number, seed: number, step: number) =>
  randomBits(Math.ceil(samples / 4), 0, { seed, purpose: Purpose.augment, step });

test('learned means and deviations are those of the pixels', () => {
  for (const bytes of [true, false]) {
    const train = images(7, 3, 4, 5, bytes);
    const norm = ChannelNorm.learn(train);
    for (let channel = 0; channel < 3; channel++) {
      const pixels = Array.from(train.values, (x) => (bytes ? x / 255 : x)).filter(
        (_, i) => Math.floor(i / 20) % 3 === channel,
      );
      assert.is(pixels.length, 140);
      const mean = pixels.reduce((a, b) => a + b) / 140;
      const deviation = Math.sqrt(pixels.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 140);
      assert.ok(Math.abs(norm.mean[channel]! - mean) < 1e-13);
      assert.ok(Math.abs(norm.std[channel]! - deviation) < 1e-13);
    }
  }
});

test('a channel of one value is divided by 1', () => {
  for (const values of [new Uint8Array(300).fill(77), new Float32Array(300).fill(0.1)]) {
    const norm = ChannelNorm.learn({ ...images(1, 1, 1, 1, true), rows: 300, values });
    assert.is(norm.mean[0], values instanceof Uint8Array ? 77 / 255 : Math.fround(0.1));
    assert.is(norm.std[0], 1);
  }
});

test('a ChannelNorm survives JSON, given or learned', () => {
  const learned = ChannelNorm.learn(images(3, 2, 3, 3, true));
  const read = ChannelNorm.fromJSON(JSON.parse(JSON.stringify(learned)));
  assert.equal(read, learned);
  const given = ChannelNorm.of({ mean: [0.5], std: [0.25] }, 'normalise');
  assert.equal(given.toJSON(), { kind: 'channel-norm', mean: [0.5], std: [0.25] });
  assert.is(given.channels, 1);
  const earlier = { kind: 'channel-norm', mean: [0.5], deviation: [0.25] };
  assert.equal(ChannelNorm.fromJSON(earlier), given, 'as files said before');
  const refused = (json: unknown, message: RegExp, kind: typeof TypeError | typeof RangeError = RangeError) =>
    refuses(() => ChannelNorm.fromJSON(json), kind, message);
  refused({ kind: 'standardizer' }, /^json: expected an object of kind 'channel-norm'/, TypeError);
  refused({ kind: 'channel-norm', mean: [0], std: [0] }, /^json.std\[0\]: expected a positive number/);
  refused({ kind: 'channel-norm', mean: [null], std: [1] }, /^json.mean\[0\]: expected a finite number/);
  refused({ kind: 'channel-norm', mean: [0, 0], std: [1] }, /^json.std: .* json.mean \(2\), got 1$/);
  refused({ kind: 'channel-norm', std: [1] }, /^json.mean: expected an array of numbers/, TypeError);
  refuses(
    () => ChannelNorm.of({ mean: [Number.NaN], std: [1] }, 'normalise'),
    RangeError,
    /^normalise.mean\[0\]: expected a finite number/,
  );
});

test('images are normalised in the order asked, without noise unchanged', async () => {
  for (const bytes of [true, false]) {
    const features = images(9, 3, 5, 4, bytes);
    const norm = ChannelNorm.learn(features);
    const rows = [8, 0, 3, 3, 7];
    const plain = loadTwin(features, rows, norm, { pad: 0, flip: false }, new Uint32Array(20));
    assert.equal(await load(features, rows, norm), plain);
    assert.equal(await load(features, rows, norm, { pad: 2, flip: true }), plain);
    assert.equal(await load(features, rows, norm, { pad: 0, flip: false }, { seed: 1, step: 1 }), plain);
  }
});

test('crops and flips are those of the stream, bit for bit', async () => {
  for (const [channels, height, width, pad] of [
    [1, 6, 6, 1],
    [3, 5, 9, 4],
    [2, 7, 3, 2],
    [3, 8, 8, 0],
  ] as const) {
    for (const bytes of [true, false]) {
      for (const flip of [true, false]) {
        const features = images(20, channels, height, width, bytes);
        const norm = ChannelNorm.learn(features);
        const rows = new Draws(5).permutation(20);
        for (const samples of [1, 16, 17, 20]) {
          const picked = rows.subarray(0, samples);
          assert.equal(
            await load(features, picked, norm, { pad, flip }, { seed: 11, step: samples }),
            loadTwin(features, picked, norm, { pad, flip }, wordsOf(samples, 11, samples)),
          );
        }
      }
    }
  }
});

test('every crop and either side come at their rate', async () => {
  // One lit pixel in the middle tells the shift, a dimmer one at its left or right the side.
  const values = new Uint8Array(49);
  values[3 * 7 + 3] = 200;
  values[3 * 7 + 4] = 100;
  const features: ImageMatrix = { ...images(1, 1, 7, 7, true), values };
  const norm = ChannelNorm.of({ mean: [0], std: [1 / 255] }, 'norm');
  const counts = new Map<string, number>();
  const samples = 64;
  const steps = 300;
  for (let step = 0; step < steps; step++) {
    const out = await load(
      features,
      new Array<number>(samples).fill(0),
      norm,
      { pad: 2, flip: true },
      { seed: 4, step },
    );
    for (let s = 0; s < samples; s++) {
      const image = out.subarray(s * 49, (s + 1) * 49);
      const lit = image.indexOf(200);
      const key = `${Math.floor(lit / 7)} ${lit % 7} ${image[lit + 1] === 100}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  assert.is(counts.size, 50, '5 rows, 5 columns, 2 sides');
  const expected = (samples * steps) / 50;
  const chiSquare = [...counts.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
  // 49 degrees of freedom: above 100 about once in 40,000 draws of the seed.
  assert.ok(chiSquare < 100, `chi-square ${chiSquare}`);
});

test('the same bits for the same seed, step and place; others for others', async () => {
  const features = images(40, 3, 8, 8, true);
  const norm = ChannelNorm.learn(features);
  const rows = Array.from({ length: 40 }, (_, r) => r);
  const augmentation = { pad: 3, flip: true };
  const first = await load(features, rows, norm, augmentation, { seed: 1, step: 5 });
  assert.equal(await load(features, rows, norm, augmentation, { seed: 1, step: 5 }), first);
  assert.equal(
    await load(features, rows.slice(0, 18), norm, augmentation, { seed: 1, step: 5 }),
    first.slice(0, 18 * 192),
  );
  assert.not.equal(await load(features, rows, norm, augmentation, { seed: 1, step: 6 }), first);
  assert.not.equal(await load(features, rows, norm, augmentation, { seed: 2, step: 5 }), first);
});

test('augmentations that are refused', () => {
  const size = { height: 8, width: 4 };
  const refused = (augmentation: unknown, message: RegExp, kind: typeof TypeError | typeof RangeError = RangeError) =>
    refuses(() => requireAugmentation(augmentation as Augmentation, size), kind, message);
  requireAugmentation({ pad: 3, flip: false }, size);
  refused({ pad: 4, flip: true }, /^augmentation.pad: expected less than the side of 8 x 4 images, got 4$/);
});

test.run();
