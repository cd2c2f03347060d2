import { test } from 'uvu';
import { NONE } from '#dist/runtime/address.js';
import { Draws } from '../support/draws.js';
import { engine, guarded, kernelTest } from '../support/kernel-test.js';
import { close, sameBits } from '../support/numbers.js';
import { FORESTS, forestOf, given, randomRows, range } from './forests.js';
import * as twin from './twins/posterior.js';

/** The twin sums over all states; posteriors are rounded to f32. */
const ROUNDED = { relative: 1e-7, absolute: 1e-14 };

type Kernel = typeof engine.kernels.latent_narrow;

/** P(latent = 1) from the tables above it. */
function priorOf({ latents, parent, tables }: twin.Forest): Float64Array {
  const prior = new Float64Array(latents);
  for (let j = latents - 1; j >= 0; j--) {
    const above = parent[j]! < 0 ? 0 : prior[parent[j]!]!;
    prior[j] = (1 - above) * tables[j]![0] + above * tables[j]![1];
  }
  return prior;
}

/** What the kernel makes of the rows [r0, r1), on guarded memory. */
function infer(
  kernel: Kernel,
  forest: twin.Forest,
  top: number,
  rows: readonly (readonly number[])[],
  [r0, r1]: readonly [number, number] = [0, rows.length],
) {
  const { latents } = forest;
  return guarded((memory) => {
    const { rowStart, rowIndex, featureParent, parent, table, base, ratio } = given(memory, forest, rows);
    const posterior = memory.output(new Float32Array(rows.length * latents).fill(-5));
    const likelihood = memory.output(new Float64Array(rows.length).fill(-5));
    kernel(
      posterior.at,
      likelihood.at,
      rowStart,
      rowIndex,
      featureParent,
      parent,
      table,
      base,
      ratio,
      memory.output(new Float64Array(4 * latents).fill(Number.NaN)).at,
      memory.input(priorOf(forest)).at,
      latents,
      top,
      r0,
      r1,
    );
    return { posterior: posterior.read(), likelihood: likelihood.read() };
  });
}

/** ln P of each row as belief propagation over the whole forest tells it. */
function likelihoods(forest: twin.Forest, rows: readonly (readonly number[])[]): Float64Array {
  return guarded((memory) => {
    const { rowStart, rowIndex, featureParent, parent, table, base, ratio } = given(memory, forest, rows);
    const likelihood = memory.output(new Float64Array(rows.length));
    engine.kernels.latent_posteriors(
      memory.output(new Float32Array(rows.length * forest.latents)).at,
      likelihood.at,
      NONE,
      NONE,
      rowStart,
      rowIndex,
      featureParent,
      parent,
      table,
      base,
      ratio,
      memory.output(new Float64Array(4 * forest.latents)).at,
      forest.latents,
      0,
      rows.length,
    );
    return likelihood.read();
  });
}

/** Levels of so many latents from the features up: each latent under a random one of the next level, the top's in a random tree. */
function levelled(draws: Draws, counts: readonly number[], features: number): { forest: twin.Forest; top: number } {
  const parents: number[] = [];
  let first = 0;
  for (const [level, count] of counts.entries()) {
    const above = first + count;
    const next = counts[level + 1];
    for (let j = first; j < above; j++)
      parents.push(next ? above + draws.below(next) : j === above - 1 ? -1 : j + 1 + draws.below(above - 1 - j));
    first = above;
  }
  return { forest: forestOf(draws, parents, features, () => draws.below(counts[0]!)), top: first - counts.at(-1)! };
}

test('the two twins agree', () => {
  const draws = new Draws(1);
  for (const counts of [[1], [3], [2, 1], [3, 2], [3, 2, 2], [1, 1, 1]]) {
    const { forest, top } = levelled(draws, counts, 6);
    for (const row of randomRows(draws, 5, 6))
      close(
        twin.enumerateNarrow(forest, top, row),
        twin.recurseNarrow(forest, top, row),
        { relative: 1e-11, absolute: 1e-15 },
        `${counts}`,
      );
  }
});

kernelTest(
  'latent_narrow',
  'one to three levels, linked tops of 1 to 5, equals enumeration; the likelihood is that of the whole row to the bit',
  (kernel) => {
    const draws = new Draws(2);
    for (const counts of [
      [1],
      [2],
      [3],
      [5],
      [1, 1],
      [3, 1],
      [3, 2],
      [4, 3],
      [2, 5],
      [4, 2, 1],
      [3, 2, 2],
      [1, 1, 1],
    ]) {
      for (const features of [1, 2, 9]) {
        const { forest, top } = levelled(draws, counts, features);
        const rows = randomRows(draws, 6, features);
        const { posterior, likelihood } = infer(kernel, forest, top, rows);
        const expected = rows.flatMap((row) => twin.enumerateNarrow(forest, top, row));
        close(posterior, expected, ROUNDED, `${counts}, ${features} features`);
        sameBits(likelihood, likelihoods(forest, rows), `${counts}, likelihood`);
      }
    }
  },
);

kernelTest('latent_narrow', 'only the rows asked for', (kernel) => {
  const draws = new Draws(3);
  const { forest, top } = levelled(draws, [4, 2], 7);
  const rows = randomRows(draws, 9, 7);
  const whole = infer(kernel, forest, top, rows);
  for (const [r0, r1] of [
    [0, 0],
    [9, 9],
    [0, 4],
    [3, 4],
    [3, 9],
  ] as const) {
    const part = infer(kernel, forest, top, rows, [r0, r1]);
    const expected = whole.posterior.map((p, i) => (i >= r0 * 6 && i < r1 * 6 ? p : -5));
    sameBits(part.posterior, expected, `posteriors of [${r0}, ${r1})`);
    sameBits(
      part.likelihood,
      whole.likelihood.map((p, r) => (r >= r0 && r < r1 ? p : -5)),
      `likelihoods of [${r0}, ${r1})`,
    );
  }
});

for (const [name, make] of FORESTS) {
  kernelTest('latent_narrow', `without underflow: ${name}`, (kernel) => {
    const draws = new Draws(6);
    const forest = make(draws);
    const { features, latents } = forest;
    const rows = [...randomRows(draws, 2, features), range(features).map((x) => x % 2)];
    // Any latent may be the first of the top.
    for (const top of new Set([0, latents >> 1, latents - 1])) {
      const { posterior } = infer(kernel, forest, top, rows);
      const expected = rows.flatMap((row) => twin.recurseNarrow(forest, top, row));
      close(posterior, expected, ROUNDED, `top from ${top}`);
    }
  });
}

test.run();
