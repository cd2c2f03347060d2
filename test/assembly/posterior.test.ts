import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NONE, plus } from '#dist/runtime/address.js';
import { Draws } from '../support/draws.js';
import { engine, guarded, kernelTest } from '../support/kernel-test.js';
import { close, sameBits } from '../support/numbers.js';
import { FORESTS, forestOf, given, randomParents, randomRows, range } from './forests.js';
import * as twin from './twins/posterior.js';

/** The twin sums over all states, the kernel passes messages: rounding of some hundred factors, and of 1 - P where P is nearly 1. */
const EXACT = { relative: 1e-11, absolute: 1e-15 };
/** The same rounded to f32. */
const ROUNDED = { relative: 6e-8, absolute: 1e-15 };
/** Logarithms of a thousand factors lose digits in the twin. */
const DEEP = { relative: 1e-8, absolute: 1e-14 };
const DEEP_ROUNDED = { relative: 1e-7, absolute: 1e-14 };
/** Terms of a sum of logarithms, of which some cancel. */
const LOGS = { relative: 1e-12, absolute: 1e-11 };

type Kernel = typeof engine.kernels.latent_posteriors;

/** What the kernel makes of the rows [r0, r1), on guarded memory; `start` is what the counts hold before, undefined for no counts. */
function infer(
  kernel: Kernel,
  forest: twin.Forest,
  rows: readonly (readonly number[])[],
  { r0 = 0, r1 = rows.length, start }: { r0?: number; r1?: number; start?: number } = {},
) {
  const { latents, features } = forest;
  return guarded((memory) => {
    const { rowStart, rowIndex, featureParent, parent, table, base, ratio } = given(memory, forest, rows);
    const posterior = memory.output(new Float32Array(rows.length * latents).fill(-5));
    const likelihood = memory.output(new Float64Array(rows.length).fill(-5));
    const both = memory.output(new Float64Array(latents + features).fill(start ?? -5));
    const ones = memory.output(new Float64Array(latents).fill(start ?? -5));
    const cells = rows.length * latents;
    const joint = memory.output(new Float64Array(cells).fill(Number.NaN));
    const one = memory.output(new Float64Array(cells).fill(Number.NaN));
    const counting = start !== undefined;
    kernel(
      posterior.at,
      likelihood.at,
      counting ? joint.at : NONE,
      counting ? one.at : NONE,
      rowStart,
      rowIndex,
      featureParent,
      parent,
      table,
      base,
      ratio,
      memory.output(new Float64Array(4 * latents).fill(Number.NaN)).at,
      latents,
      r0,
      r1,
    );
    if (counting) {
      const { sum_columns, sum_listed } = engine.kernels;
      const [jointAt, oneAt] = [plus(joint.at, 8 * r0 * latents), plus(one.at, 8 * r0 * latents)];
      sum_columns(both.at, jointAt, r1 - r0, latents, 0, latents);
      sum_columns(ones.at, oneAt, r1 - r0, latents, 0, latents);
      const [features0, start0] = [plus(both.at, 8 * latents), plus(rowStart, 4 * r0)];
      for (const [x0, x1] of [
        [0, features >> 1],
        [features >> 1, features],
      ] as const)
        sum_listed(features0, oneAt, start0, rowIndex, featureParent, r1 - r0, latents, x0, x1);
    }
    return { posterior: posterior.read(), likelihood: likelihood.read(), both: both.read(), ones: ones.read() };
  });
}

/** Checks posteriors, likelihoods and expected counts of some rows against a twin's. */
function check(
  kernel: Kernel,
  forest: twin.Forest,
  rows: readonly (readonly number[])[],
  expected: readonly twin.Inferred[],
  name: string,
): void {
  const { posterior, likelihood, both, ones } = infer(kernel, forest, rows, { start: 0 });
  close(
    posterior,
    expected.flatMap(({ one }) => one),
    ROUNDED,
    `${name}: posteriors`,
  );
  close(
    likelihood,
    expected.map((row) => row.likelihood),
    LOGS,
    `${name}: likelihoods`,
  );
  const sum = (list: readonly number[][]) => list[0]!.map((_, v) => list.reduce((total, row) => total + row[v]!, 0));
  close(both, sum(expected.map((row) => row.both)), EXACT, `${name}: both`);
  close(ones, sum(expected.map(({ one }) => one)), EXACT, `${name}: ones`);
}

test('the two twins agree', () => {
  const draws = new Draws(1);
  for (let latents = 1; latents <= 7; latents++) {
    const forest = forestOf(draws, randomParents(draws, latents, 1), 6, () => draws.below(latents));
    for (const row of randomRows(draws, 5, 6)) {
      const [a, b] = [twin.enumerate(forest, row), twin.recurse(forest, row)];
      close(a.one, b.one, EXACT, 'posteriors');
      close(a.both, b.both, EXACT, 'both');
      close([a.likelihood], [b.likelihood], LOGS, 'likelihood');
    }
  }
});

kernelTest('latent_posteriors', '1 to 9 latents, one root or several, equals enumeration of all states', (kernel) => {
  const draws = new Draws(2);
  for (let latents = 1; latents <= 9; latents++) {
    for (const roots of [0, 2]) {
      for (const features of [1, 2, 9]) {
        const forest = forestOf(draws, randomParents(draws, latents, roots), features, () => draws.below(latents));
        const rows = randomRows(draws, 6, features);
        const expected = rows.map((row) => twin.enumerate(forest, row));
        check(kernel, forest, rows, expected, `${latents} latents, ${features} features`);
      }
    }
  }
});

kernelTest('latent_posteriors', 'latents that have only latents below, a chain, a star, roots alone', (kernel) => {
  const draws = new Draws(3);
  const shapes: [string, number[], (x: number) => number][] = [
    ['two levels', [3, 3, 4, 5, 5, -1], (x) => x % 3],
    ['a chain', [1, 2, 3, 4, 5, 6, -1], (x) => x % 7],
    ['a chain with all features at its foot', [1, 2, 3, 4, 5, 6, -1], () => 0],
    ['a chain with all features at its head', [1, 2, 3, 4, 5, 6, -1], () => 6],
    ['a star', [7, 7, 7, 7, 7, 7, 7, -1], (x) => x % 7],
    ['roots alone', [-1, -1, -1, -1], (x) => x % 4],
    ['roots, one of them without features', [-1, -1, -1, -1], (x) => x % 3],
  ];
  for (const [name, parents, below] of shapes) {
    const forest = forestOf(draws, parents, 8, below);
    const rows = randomRows(draws, 7, 8);
    check(
      kernel,
      forest,
      rows,
      rows.map((row) => twin.enumerate(forest, row)),
      name,
    );
  }
});

kernelTest(
  'latent_posteriors',
  'only the rows asked for; counts gain, or are left alone; the same bits either way',
  (kernel) => {
    const draws = new Draws(4);
    const forest = forestOf(draws, [2, 2, 4, 4, -1], 7, (x) => x % 5);
    const rows = randomRows(draws, 9, 7);
    const whole = infer(kernel, forest, rows, { start: 0 });
    for (const [r0, r1] of [
      [0, 0],
      [9, 9],
      [0, 4],
      [3, 4],
      [3, 9],
    ] as const) {
      const part = infer(kernel, forest, rows, { r0, r1 });
      rows.forEach((_, r) => {
        const inRange = r >= r0 && r < r1;
        const own = <T extends Float32Array | Float64Array>(values: T, width: number) =>
          values.subarray(r * width, (r + 1) * width);
        const posteriors = inRange ? own(whole.posterior, 5) : new Float32Array(5).fill(-5);
        sameBits(own(part.posterior, 5), posteriors, `row ${r} of [${r0}, ${r1})`);
        sameBits(own(part.likelihood, 1), inRange ? own(whole.likelihood, 1) : [-5], `row ${r} of [${r0}, ${r1})`);
      });
      sameBits(part.both, new Float64Array(12).fill(-5), 'both');
      sameBits(part.ones, new Float64Array(5).fill(-5), 'ones');
      const counted = infer(kernel, forest, rows, { r0, r1, start: 1000 });
      const expected = rows.slice(r0, r1).map((row) => twin.enumerate(forest, row));
      const sums = (length: number, rows: readonly ArrayLike<number>[]) =>
        range(length).map((v) => rows.reduce((sum, row) => sum + row[v]!, 1000));
      close(
        counted.both,
        sums(
          12,
          expected.map(({ both }) => both),
        ),
        EXACT,
        'both',
      );
      close(
        counted.ones,
        sums(
          5,
          expected.map(({ one }) => one),
        ),
        EXACT,
        'ones',
      );
    }
  },
);

kernelTest('latent_posteriors', 'tables at the ends of what is allowed', (kernel) => {
  const draws = new Draws(5);
  const ends = [2 ** -40, 1 - 2 ** -40, 0.5];
  for (let times = 0; times < 30; times++) {
    const latents = 1 + draws.below(6);
    const forest = forestOf(
      draws,
      randomParents(draws, latents, 1),
      6,
      () => draws.below(latents),
      () => ends[draws.below(3)]!,
    );
    const rows = randomRows(draws, 8, 6);
    check(
      kernel,
      forest,
      rows,
      rows.map((row) => twin.enumerate(forest, row)),
      `forest ${times}`,
    );
  }
});

for (const [name, make] of FORESTS) {
  kernelTest('latent_posteriors', `without underflow: ${name}`, (kernel) => {
    const draws = new Draws(6);
    for (let times = 0; times < 2; times++) {
      const forest = make(draws);
      const { features } = forest;
      const rows = [...randomRows(draws, 4, features), range(features).map((x) => x % 2)];
      const { posterior, likelihood, both, ones } = infer(kernel, forest, rows, { start: 0 });
      const expected = rows.map((row) => twin.recurse(forest, row));
      close(
        posterior,
        expected.flatMap(({ one }) => one),
        DEEP_ROUNDED,
        'posteriors',
      );
      close(
        likelihood,
        expected.map((row) => row.likelihood),
        LOGS,
        'likelihoods',
      );
      close(
        both,
        range(both.length).map((v) => expected.reduce((sum, row) => sum + row.both[v]!, 0)),
        DEEP,
        'both',
      );
      close(
        ones,
        range(ones.length).map((v) => expected.reduce((sum, row) => sum + row.one[v]!, 0)),
        DEEP,
        'ones',
      );
      assert.ok(Math.min(...likelihood) < -70, 'the forest is deep');
    }
  });
}

kernelTest('latent_posteriors', 'without posteriors, the same likelihoods and counts', (kernel) => {
  const draws = new Draws(12);
  const forest = forestOf(draws, [2, 2, -1], 6, (x) => x % 3);
  const rows = randomRows(draws, 7, 6);
  const expected = infer(kernel, forest, rows, { start: 0 });
  const silent = ((_: number, ...rest: never[]) => (kernel as (...all: number[]) => void)(NONE, ...rest)) as Kernel;
  const found = infer(silent, forest, rows, { start: 0 });
  sameBits(found.likelihood, expected.likelihood, 'likelihood');
  sameBits(found.both, expected.both, 'both');
  sameBits(found.ones, expected.ones, 'ones');
  sameBits(found.posterior, new Float32Array(21).fill(-5), 'posteriors');
});

kernelTest('sum_columns', '0 to 9 rows, any range of 1 to 40 columns, a row after another', (kernel) => {
  const draws = new Draws(13);
  for (const columns of [1, 7, 8, 9, 16, 40]) {
    for (const rows of [0, 1, 2, 9]) {
      const stride = columns + draws.below(3);
      const from = Float64Array.from({ length: rows * stride }, () => draws.unit() / 3);
      for (const [c0, c1] of [[0, columns] as const, [columns >> 1, columns] as const, [0, columns - 1] as const]) {
        guarded((memory) => {
          const sum = memory.output(new Float64Array(columns).fill(0.7));
          kernel(sum.at, memory.input(from).at, rows, stride, c0, c1);
          const expected = range(columns).map((c) =>
            range(rows).reduce((total, r) => (c >= c0 && c < c1 ? total + from[r * stride + c]! : total), 0.7),
          );
          sameBits(sum.read(), expected, `${rows} rows, columns [${c0}, ${c1})`);
        });
      }
    }
  }
});

kernelTest('sum_listed', 'features of a range gain their parents, a row after another', (kernel) => {
  const draws = new Draws(14);
  const [features, latents] = [9, 4];
  const parent = range(features).map((x) => (x * 3) % latents);
  for (const count of [0, 1, 6]) {
    const rows = randomRows(draws, count, features);
    const one = Float64Array.from({ length: count * latents }, () => draws.unit() / 3);
    const lists = rows.map((row) => range(features).filter((x) => row[x]));
    for (const [x0, x1] of [[0, 9] as const, [3, 5] as const, [4, 4] as const]) {
      guarded((memory) => {
        const sum = memory.output(new Float64Array(features).fill(0.7));
        const start = Int32Array.of(0, ...lists.map((_, r) => lists.slice(0, r + 1).flat().length));
        const [at, index] = [memory.input(start).at, memory.input(Int32Array.from(lists.flat())).at];
        kernel(
          sum.at,
          memory.input(one).at,
          at,
          index,
          memory.input(Int32Array.from(parent)).at,
          count,
          latents,
          x0,
          x1,
        );
        const expected = range(features).map((x) =>
          rows.reduce(
            (total, row, r) => (row[x] && x >= x0 && x < x1 ? total + one[r * latents + parent[x]!]! : total),
            0.7,
          ),
        );
        sameBits(sum.read(), expected, `${count} rows, features [${x0}, ${x1})`);
      });
    }
  }
});

kernelTest('likelier_states', 'above a half, of a range', (kernel) => {
  guarded((memory) => {
    const states = memory.output(new Uint8Array(6).fill(7));
    kernel(states.at, memory.input(Float32Array.of(1, 0.5, 0.50001, 0, 0.4999, 1)).at, 1, 5);
    sameBits(states.read(), [7, 0, 1, 0, 0, 7], 'states');
  });
});

test.run();
