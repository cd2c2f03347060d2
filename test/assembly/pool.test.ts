import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import { NONE } from '#dist/runtime/address.js';
import { Draws } from '../support/draws.js';
import { guarded, kernelTest } from '../support/kernel-test.js';
import { close, sameBits } from '../support/numbers.js';
import * as twin from './twins/pool.js';

interface Golden extends twin.Pool {
  x: number[];
  dy: number[];
  max: number[];
  index: number[];
  maxGradient: number[];
  average: number[];
  averageGradient: number[];
}

const golden: Golden[] = JSON.parse(readFileSync('test/golden/pool.json', 'utf8'));

/** As many windows as fit, by PyTorch's formula. */
function poolOf(planes: number, h: number, w: number, kernel: number, stride: number, pad: number): twin.Pool {
  const windows = (size: number) => Math.floor((size + 2 * pad - kernel) / stride) + 1;
  return { planes, h, w, oh: windows(h), ow: windows(w), kernel, stride, pad };
}

/** Kernels of 1 to 5, strides of 1 to 3, all paddings that PyTorch takes, widths around one and two vectors. */
const POOLS: twin.Pool[] = [];
for (let kernel = 1; kernel <= 5; kernel++) {
  for (let stride = 1; stride <= 3; stride++) {
    for (let pad = 0; pad <= kernel / 2; pad++) {
      for (const [h, w] of [1, 2, 3, 4, 5, 7, 8, 9, 10, 13, 16, 17, 21].map((size, i) => [1 + ((3 * i) % 7), size])) {
        const pool = poolOf(3, h!, w!, kernel, stride, pad);
        if (pool.oh > 0 && pool.ow > 0) POOLS.push(pool);
      }
    }
  }
}
// Windows that reach past the right and lower edge, as where PyTorch rounds their number up.
POOLS.push({ ...poolOf(2, 5, 12, 3, 2, 0), oh: 3, ow: 6 }, { ...poolOf(2, 4, 15, 2, 2, 0), ow: 8 });

const shapeOf = ({ planes, h, w, oh, ow, kernel, stride, pad }: twin.Pool) =>
  [planes, h, w, oh, ow, kernel, stride, pad] as const;
const named = ({ h, w, kernel, stride, pad }: twin.Pool) => `${h} x ${w} kernel ${kernel} stride ${stride} pad ${pad}`;
const inputs = ({ planes, h, w }: twin.Pool) => planes * h * w;
const windows = ({ planes, oh, ow }: twin.Pool) => planes * oh * ow;

/** Few different numbers, so that equals meet; of both signs, with both zeros. */
function tiedFloats(draws: Draws, length: number): Float32Array {
  return Float32Array.from({ length }, () => [-1, -0, 0, 0.5, 2][draws.below(5)]!);
}

kernelTest('max_pool_forward', 'every shape, with equals, with and without index, the twin’s', (forward) => {
  const draws = new Draws(1);
  for (const pool of POOLS) {
    for (const floats of [draws.floats(inputs(pool)), tiedFloats(draws, inputs(pool))]) {
      guarded((memory) => {
        const x = memory.input(floats);
        const [y, alone] = [memory.scratch(windows(pool)), memory.scratch(windows(pool))];
        const index = memory.output(new Int32Array(windows(pool)).fill(-7));
        forward(y.at, index.at, x.at, ...shapeOf(pool));
        forward(alone.at, NONE, x.at, ...shapeOf(pool));
        const expected = twin.maxPoolForward(floats, pool);
        sameBits(y.read(), expected.y, named(pool));
        sameBits(alone.read(), expected.y, `${named(pool)}, no index`);
        sameBits(index.read(), expected.index, `index, ${named(pool)}`);
      });
    }
  }
});

kernelTest('max_pool_forward', 'NaN wins, and all of a window at minus infinity has a place of its own', (forward) => {
  const draws = new Draws(2);
  for (const pool of [poolOf(2, 6, 14, 2, 2, 0), poolOf(2, 5, 11, 3, 1, 1), poolOf(1, 9, 9, 3, 3, 1)]) {
    const floats = draws.floats(inputs(pool)).map((v) => [Number.NaN, -Infinity, -Infinity, v][draws.below(4)]!);
    guarded((memory) => {
      const [y, index] = [memory.scratch(windows(pool)), memory.output(new Int32Array(windows(pool)))];
      forward(y.at, index.at, memory.input(floats).at, ...shapeOf(pool));
      const expected = twin.maxPoolForward(floats, pool);
      sameBits(y.read(), expected.y, named(pool));
      sameBits(index.read(), expected.index, `index, ${named(pool)}`);
    });
  }
});

kernelTest('max_pool_backward', 'every shape, over old numbers, bits of the twin', (backward) => {
  const draws = new Draws(3);
  for (const pool of POOLS) {
    guarded((memory) => {
      const { index } = twin.maxPoolForward(tiedFloats(draws, inputs(pool)), pool);
      const dy = draws.floats(windows(pool));
      const dx = memory.scratch(inputs(pool));
      const [hw, ohw] = [pool.h * pool.w, pool.oh * pool.ow];
      backward(dx.at, memory.input(dy).at, memory.input(index).at, pool.planes, hw, ohw);
      sameBits(dx.read(), twin.maxPoolBackward(dy, index, pool.planes, hw), named(pool));
    });
  }
});

kernelTest('average_pool_forward', 'every shape, bits of the twin', (forward) => {
  const draws = new Draws(4);
  for (const pool of POOLS) {
    guarded((memory) => {
      const x = memory.input(draws.floats(inputs(pool)));
      const y = memory.scratch(windows(pool));
      forward(y.at, x.at, ...shapeOf(pool));
      sameBits(y.read(), twin.averagePoolForward(x.read(), pool), named(pool));
    });
  }
});

kernelTest('average_pool_backward', 'every shape, over old numbers, bits of the twin', (backward) => {
  const draws = new Draws(5);
  for (const pool of POOLS) {
    guarded((memory) => {
      const dy = memory.input(draws.floats(windows(pool)));
      const dx = memory.scratch(inputs(pool));
      backward(dx.at, dy.at, ...shapeOf(pool));
      sameBits(dx.read(), twin.averagePoolBackward(dy.read(), pool), named(pool));
    });
  }
});

test('the twins pool as PyTorch does', () => {
  for (const pool of golden) {
    const [x, dy] = [Float32Array.from(pool.x), Float32Array.from(pool.dy)];
    const { y, index } = twin.maxPoolForward(x, pool);
    sameBits(y, pool.max, `maximum, ${named(pool)}`);
    sameBits(index, pool.index, `index, ${named(pool)}`);
    const maxGradient = twin.maxPoolBackward(dy, index, pool.planes, pool.h * pool.w);
    close(maxGradient, pool.maxGradient, { absolute: 1e-6 }, `gradient of the maximum, ${named(pool)}`);
    close(twin.averagePoolForward(x, pool), pool.average, { absolute: 1e-6 }, `average, ${named(pool)}`);
    const averageGradient = twin.averagePoolBackward(dy, pool);
    close(averageGradient, pool.averageGradient, { absolute: 1e-6 }, `gradient of the average, ${named(pool)}`);
  }
});

const SIZES = [...Array.from({ length: 20 }, (_, i) => i + 1), 49, 64, 65];

kernelTest('global_average_forward', 'planes of 1 to 20 and larger, bits of the twin', (forward) => {
  const draws = new Draws(6);
  for (const hw of SIZES) {
    guarded((memory) => {
      const [y, x] = [memory.scratch(5), memory.input(draws.floats(5 * hw))];
      forward(y.at, x.at, 5, hw);
      sameBits(y.read(), twin.globalAverageForward(x.read(), 5, hw), `hw ${hw}`);
    });
  }
});

kernelTest('global_average_backward', 'planes of 1 to 20 and larger, bits of the twin', (backward) => {
  const draws = new Draws(7);
  for (const hw of SIZES) {
    guarded((memory) => {
      const [dx, dy] = [memory.scratch(5 * hw), memory.input(draws.floats(5))];
      backward(dx.at, dy.at, 5, hw);
      sameBits(dx.read(), twin.globalAverageBackward(dy.read(), hw), `hw ${hw}`);
    });
  }
});

test.run();
