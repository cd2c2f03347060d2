// Latent trees at the ends of what is allowed: certain tables, huge islands, small islands, few steps.
import { assignLatents, createEngine, Dataset, latentTree } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Draws } from '../../support/draws.js';
import { treeOf } from '../../support/latent/sampler.js';
import { close } from '../../support/numbers.js';

const engine = await createEngine();

/** One latent, as likely 0 as 1, over equal features. */
const island = (features: number, low: number, high: number) =>
  treeOf(
    features,
    [1],
    [...new Array<number>(features).fill(features), -1],
    [...Array.from({ length: features }, () => [low, high]).flat(), 0.5, 0.5],
  );

/** A row whose first features are 1. */
const row = (features: number, ones: number) => Array.from({ length: features }, (_, x) => Number(x < ones));

for (const features of [1, 20, 27, 60, 1000]) {
  for (const [low, high] of [
    [0, 1],
    [1, 0],
    [0.05, 0.95],
    [1e-5, 0.3],
  ] as const) {
    test(`posteriors below a latent of ${features} features, ${low} and ${high}`, async () => {
      const ones = [0, Math.floor(features / 3), features / 2, features].filter(Number.isInteger);
      const data = Dataset.dense(ones.map((count) => row(features, count)));
      const { posteriors, logLikelihood } = await assignLatents(island(features, low, high), data, { engine });
      // What is impossible counts as one in 2^40.
      const chance = (p: number) => Math.min(1 - 2 ** -40, Math.max(2 ** -40, p));
      ones.forEach((count, r) => {
        const [zero, one] = [low, high].map(
          (p) => count * Math.log(chance(p)) + (features - count) * Math.log(1 - chance(p)) - Math.LN2,
        ) as [number, number];
        const total = Math.max(zero, one) + Math.log1p(Math.exp(-Math.abs(zero - one)));
        close([posteriors[r]!], [Math.exp(one - total)], { relative: 1e-7, absolute: 1e-37 }, `${count} ones`);
        close([logLikelihood[r]!], [total], { relative: 1e-12, absolute: 1e-11 }, `${count} ones`);
      });
    });
  }
}

/** Features that all follow one hidden cause. */
function oneCause(rows: number, features: number): Dataset {
  const draws = new Draws(1);
  return Dataset.dense(
    Array.from({ length: rows }, () => {
      const cause = draws.below(2);
      return Array.from({ length: features }, () => (draws.unit() < 0.15 ? 1 - cause : cause));
    }),
  );
}

test('islands stop at maxIsland; the last takes up to two more', async () => {
  for (const maxIsland of [3, 4, 5]) {
    const features = 14;
    const tree = await latentTree(oneCause(500, features), { engine, maxIsland, maxTop: 30 });
    const sizes = Array.from({ length: tree.levels[0]! }, (_, i) => tree.island(features + i).length);
    assert.ok(
      sizes.every((size) => size <= maxIsland + 2),
      `${sizes}`,
    );
    assert.ok(sizes.filter((size) => size > maxIsland).length <= 1, `${sizes} with maxIsland ${maxIsland}`);
    assert.ok(sizes.includes(maxIsland), `${sizes} with maxIsland ${maxIsland}`);
  }
});

test('EM has as many starts and steps as it is told; what it makes of them is told in latent-fit.test', async () => {
  const counting = await createEngine({ threads: 1 });
  const told: number[][] = [];
  const { kernels } = counting;
  const latent_fit = (...call: Parameters<typeof kernels.latent_fit>) => {
    told.push(call.slice(9, 11));
    kernels.latent_fit(...call);
  };
  Object.assign(counting, { kernels: { ...kernels, latent_fit } });
  for (const restarts of [1, 3, 100]) {
    for (const emSteps of [1, 2, 50]) {
      told.length = 0;
      await latentTree(oneCause(80, 3), { engine: counting, restarts, emSteps, refineSteps: 0 });
      assert.equal(told, [[restarts, emSteps]]);
    }
  }
});

test.run();
