import { Dataset } from 'espalier';
import { shrinkImages } from 'espalier/read';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireImages } from '#dist/data/dataset.js';
import { Draws } from '../../support/draws.js';
import { refuses } from '../../support/refuses.js';

const sizes = { rows: 3, channels: 2, height: 6, width: 12 };
const { rows: _, ...sides } = sizes;

function made(bytes: boolean) {
  const draws = new Draws(7);
  const length = sizes.rows * sizes.channels * sizes.height * sizes.width;
  const values = bytes ? Uint8Array.from({ length }, () => draws.below(256)) : draws.floats(length);
  return { values, data: Dataset.images({ ...sides, values, labels: [0, 2, 1], classNames: ['a', 'b', 'c'] }) };
}

/** Pixel by pixel, from where each of the block's pixels lies. */
function twin(values: ArrayLike<number>, by: number): number[] {
  const { rows, channels, height, width } = sizes;
  const means: number[] = [];
  for (let row = 0; row < rows; row++)
    for (let channel = 0; channel < channels; channel++)
      for (let y = 0; y < height / by; y++)
        for (let x = 0; x < width / by; x++) {
          let sum = 0;
          for (let i = 0; i < by * by; i++) {
            const [down, right] = [Math.floor(i / by), i % by];
            sum += values[((row * channels + channel) * height + y * by + down) * width + x * by + right]!;
          }
          means.push(sum / by ** 2);
        }
  return means;
}

for (const by of [2, 3, 6]) {
  test(`by ${by}: the mean of each block, of bytes the nearest byte, as in loops over rows, channels, lines and columns`, () => {
    for (const bytes of [true, false]) {
      const { values, data } = made(bytes);
      const small = shrinkImages(data, by);
      const features = requireImages(small.features, 'small');
      const expected = twin(values, by);
      assert.equal([features.channels, features.height, features.width], [2, 6 / by, 12 / by]);
      assert.equal(
        features.values,
        bytes ? Uint8Array.from(expected, (x) => Math.floor(x + 0.5)) : Float32Array.from(expected),
      );
      assert.is(small.targets, data.targets);
    }
  });
}

test('halves go up, and 1 changes nothing', () => {
  const image = (values: Uint8Array) => Dataset.images({ channels: 1, height: 2, width: 2, values });
  const data = image(Uint8Array.of(0, 1, 0, 1));
  assert.equal(requireImages(shrinkImages(data, 2).features, 'data').values, Uint8Array.of(1));
  assert.equal(
    requireImages(shrinkImages(image(new Uint8Array(4).fill(255)), 2).features, 'data').values,
    Uint8Array.of(255),
  );
  assert.is(shrinkImages(data, 1), data);
});

test('what does not fit is refused', () => {
  const { data } = made(true);
  refuses(() => shrinkImages(data, 4), RangeError, /^by: expected a divisor of both sides of 6 x 12 images, got 4$/);
  refuses(() => shrinkImages(data, 0), RangeError, /^by: expected an integer from 1, got 0$/);
  refuses(() => shrinkImages(data, '2' as never), TypeError, /^by: /);
  refuses(() => shrinkImages(Dataset.dense([[1, 2]]), 1), TypeError, /^data: expected images, as of Dataset.images/);
});

test.run();
