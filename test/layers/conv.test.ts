import { createEngine } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Conv, type ConvShape } from '#dist/layers/conv.js';
import { ConvGradients } from '#dist/layers/conv-gradients.js';
import { Pace } from '#dist/runtime/pace.js';
import { ownOf } from '#dist/runtime/parts.js';
import { Draws } from '../support/draws.js';
import { sameBits } from '../support/numbers.js';

/** So many sums, images and filters that they go by turns. */
const CASES: readonly (ConvShape & { readonly n: number; readonly what: string })[] = [
  {
    what: 'more blocks than sums',
    n: 90,
    channels: 130,
    filters: 127,
    kernel: 3,
    stride: 1,
    padding: 1,
    height: 7,
    width: 6,
  },
  {
    what: 'filters 64 at a time',
    n: 17,
    channels: 257,
    filters: 198,
    kernel: 3,
    stride: 1,
    padding: 0,
    height: 9,
    width: 9,
  },
  {
    what: 'images by turns',
    n: 5,
    channels: 3,
    filters: 37,
    kernel: 7,
    stride: 2,
    padding: 3,
    height: 250,
    width: 250,
  },
];

for (const { what, n, ...shape } of CASES) {
  test(`${what}: the weights' gradient is that of one thread, summed in order`, async () => {
    const engine = await createEngine({ threads: 3 });
    const { kernels } = engine;
    const scope = engine.scope();
    const draws = new Draws(n);
    const conv = new Conv(engine, shape);
    const { channels, filters, kernel, stride, padding, height, width } = shape;
    const x = scope.copy(draws.floats(n * channels * height * width));
    const dy = scope.copy(draws.floats(n * filters * conv.outHeight * conv.outWidth));
    conv.dweight = scope.zeros(conv.weightCount);
    const scratch = {
      pack: scope.bytes(conv.packBytes),
      work: ownOf(engine, scope, conv.workBytes(n)),
      sums: scope.bytes(conv.sumBytes(n)),
    };
    await new ConvGradients(conv).backwardWeight(x, dy, n, scratch, new Pace());
    const found = engine.f32(conv.dweight, conv.weightCount).slice();
    const work = scratch.work.at;
    const four = 4 * Math.ceil(filters / 4);
    if (kernel === 3) {
      const floats = 36 * 2 * Math.ceil(channels / 2) * four;
      const [sum, one] = [scope.zeros(floats), scope.bytes(floats * 4)];
      const sizes = [channels, filters, height, width, padding] as const;
      const blocks = kernels.winograd_gradient_blocks(n, ...sizes);
      assert.ok(blocks > 2, `${blocks} blocks`);
      for (let block = 0; block < blocks; block++) {
        kernels.winograd_gradient(one, x, dy, work, n, block, 0, filters, ...sizes);
        kernels.accumulate(sum, one, floats);
      }
      kernels.winograd_gradient_weights(conv.dweight, sum, work, 0, filters, channels, filters);
    } else {
      const sums = scope.bytes(4 * (channels * kernel ** 2 + 3) * four);
      const sizes = [channels, filters, height, width, kernel, stride, padding] as const;
      kernels.conv_gradient_weights(conv.dweight, sums, x, dy, work, 0, n, n, 0, channels, ...sizes);
    }
    sameBits(found, engine.f32(conv.dweight, conv.weightCount).slice(), what);
    assert.ok(found.some((value) => value !== 0));
    scope.dispose();
    engine.dispose();
  });
}

test.run();
