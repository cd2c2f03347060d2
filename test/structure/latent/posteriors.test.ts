import { readFileSync } from 'node:fs';
import { assignLatents, createEngine, Dataset, LatentTree } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { logLikelihoodOf, narrowOf, posteriorsOf } from '../../support/latent/enumeration.js';
import { type GoldenTree, goldenRows, goldenTree } from '../../support/latent/golden.js';
import { sampleRows, sampleTree, treeOf } from '../../support/latent/sampler.js';
import { close, sameBits } from '../../support/numbers.js';
import { Random } from '../../support/random.js';
import { refusesAsync } from '../../support/refuses.js';
import { sparseOf } from '../../support/structure.js';

const golden: GoldenTree[] = JSON.parse(readFileSync('test/golden/latent.json', 'utf8'));
const makers: [string, (rows: number[][]) => Dataset][] = [
  ['dense', (rows) => Dataset.dense(rows)],
  ['sparse', (rows) => sparseOf(rows)],
];
/** Posteriors come as single precision. */
const single = { absolute: 1e-6 };
const double = { relative: 1e-9, absolute: 1e-9 };

/** The states that posteriors call for, -1 where rounding may decide. */
function statesOf(posteriors: ArrayLike<number>): number[] {
  return Array.from(posteriors, (p) => (Math.abs(p - 0.5) < 1e-5 ? -1 : Number(p > 0.5)));
}

function sameStates(actual: ArrayLike<number>, posteriors: ArrayLike<number>, what: string): void {
  statesOf(posteriors).forEach((state, i) => {
    if (state >= 0) assert.is(actual[i], state, `${what}: state ${i}`);
  });
}

for (const [kind, make] of makers) {
  test(`${kind} rows: NumPy agrees on posteriors, states and log-likelihoods, of any number of levels and of rows with 1600 features`, async () => {
    for (const known of golden) {
      const { name, posteriors, logLikelihood } = known;
      const found = await assignLatents(goldenTree(known), make(goldenRows(known)));
      close(found.posteriors, posteriors.flat(), single, name);
      close(found.logLikelihood, logLikelihood, double, name);
      sameStates(found.states, posteriors.flat(), name);
      assert.instance(found.posteriors, Float32Array);
      assert.instance(found.states, Uint8Array);
      assert.instance(found.logLikelihood, Float64Array);
    }
  });

  test(`${kind} rows: every row there is, against enumeration`, async () => {
    const shapes = [
      [[1]],
      [[2]],
      [[3, 1]],
      [[3, 3, 2]],
      [
        [2, 2, 1, 2],
        [2, 2],
        [1, 1],
      ],
    ];
    for (const [seed, islands] of shapes.entries()) {
      const tree = sampleTree(seed, { islands, strength: 0.8 });
      const d = tree.features;
      const rows = Array.from({ length: 2 ** d }, (_, place) => Array.from({ length: d }, (_, v) => (place >> v) & 1));
      const found = await assignLatents(tree, make(rows));
      const posteriors = rows.flatMap((row) => posteriorsOf(tree, row));
      close(found.posteriors, posteriors, single, `${islands}`);
      close(
        found.logLikelihood,
        rows.map((row) => logLikelihoodOf(tree, row)),
        double,
        `${islands}`,
      );
      sameStates(found.states, posteriors, `${islands}`);
      const total = found.logLikelihood.reduce((sum, nats) => sum + Math.exp(nats), 0);
      close([total], [1], { absolute: 1e-8 }, 'all rows together');
    }
  });
}

test('narrow: every row there is, against enumeration; the likelihood stays that of the whole row', async () => {
  const shapes = [
    [[2]],
    [[3, 3, 2]],
    [
      [2, 1, 2],
      [2, 1],
    ],
    [[2, 2], [2]],
    [
      [1, 2, 1],
      [1, 1, 1],
      [2, 1],
    ],
  ];
  for (const [seed, islands] of shapes.entries()) {
    const tree = sampleTree(seed, { islands, strength: 0.8 });
    const d = tree.features;
    const rows = Array.from({ length: 2 ** d }, (_, place) => Array.from({ length: d }, (_, v) => (place >> v) & 1));
    // Of a latent of the top too, its island alone.
    const below = (node: number): number[] => (node < d ? [node] : [...tree.island(node)].flatMap(below));
    const expected = narrowOf(tree, rows, below).flat();
    for (const [kind, make] of makers) {
      const found = await assignLatents(tree, make(rows), { assignment: 'narrow' });
      close(found.posteriors, expected, single, `${kind}, ${islands}`);
      sameStates(found.states, expected, `${kind}, ${islands}`);
      const broad = await assignLatents(tree, make(rows), { assignment: 'broad' });
      sameBits(found.logLikelihood, broad.logLikelihood, 'likelihood');
      sameBits(broad.posteriors, (await assignLatents(tree, make(rows))).posteriors, 'broad is the default');
      // One latent has nothing but its own features.
      if (tree.latents === 1) close(found.posteriors, broad.posteriors, single, 'one latent');
      else assert.ok(found.posteriors.some((p, i) => Math.abs(p - broad.posteriors[i]!) > 0.01));
    }
  }
});

test('narrow: a feature that is not below a latent changes nothing of it', async () => {
  const islands = [
    [3, 4, 2, 5, 3],
    [2, 3],
  ];
  for (let seed = 0; seed < 4; seed++) {
    const tree = sampleTree(seed, { islands, strength: 0.7 });
    const [row] = sampleRows(tree, 1, seed) as [number[]];
    const rows = [row, ...row.map((_, v) => row.map((x, u) => (u === v ? 1 - x : x)))];
    const { posteriors } = await assignLatents(tree, Dataset.dense(rows), { assignment: 'narrow' });
    for (let latent = 0; latent < tree.latents; latent++) {
      const below = (node: number): number[] => (node < 17 ? [node] : [...tree.island(node)].flatMap(below));
      const own = below(17 + latent);
      for (let v = 0; v < 17; v++) {
        const same = posteriors[(v + 1) * tree.latents + latent] === posteriors[latent];
        assert.is(same, !own.includes(v), `seed ${seed}, latent ${latent}, feature ${v}`);
      }
    }
  }
});

test('a row tells the same bits alone and among others, for every number of rows about a block', async () => {
  const tree = sampleTree(9, {
    islands: [
      [3, 4, 2, 5],
      [2, 2],
    ],
    strength: 0.7,
  });
  const rows = sampleRows(tree, 261, 3);
  const whole = await assignLatents(tree, Dataset.dense(rows));
  const narrow = await assignLatents(tree, Dataset.dense(rows), { assignment: 'narrow' });
  for (const count of [1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257]) {
    for (const [kind, make] of makers) {
      const part = await assignLatents(tree, make(rows.slice(-count)));
      sameBits(part.posteriors, whole.posteriors.slice(-count * tree.latents), `${count} ${kind} rows, posteriors`);
      sameBits(part.states, whole.states.slice(-count * tree.latents), `${count} ${kind} rows, states`);
      sameBits(part.logLikelihood, whole.logLikelihood.slice(-count), `${count} ${kind} rows, log-likelihoods`);
      const own = await assignLatents(tree, make(rows.slice(-count)), { assignment: 'narrow' });
      sameBits(own.posteriors, narrow.posteriors.slice(-count * tree.latents), `${count} ${kind} rows, narrow`);
    }
  }
});

test('a feature is 1 above its limit, also where an absent entry is above a limit below 0', async () => {
  const random = new Random(5);
  const base = sampleTree(6, { islands: [[4, 3]], strength: 0.8 });
  const limits = Float64Array.of(0, 0.5, -1, 2, -0.25, 1.5, 0);
  const { features, levels, parent, probability } = base;
  const tree = new LatentTree({ features, levels, parent, probability, limits, rows: 1, logLikelihood: 0 });
  const values = Array.from({ length: 40 }, () => Array.from({ length: 7 }, () => random.below(7) / 2 - 1.5));
  const bits = values.map((row) => row.map((x, v) => Number(x > limits[v]!)));
  const expected = bits.flatMap((row) => posteriorsOf(tree, row));
  for (const [kind, make] of makers) {
    const found = await assignLatents(tree, make(values));
    close(found.posteriors, expected, single, kind);
    close(
      found.logLikelihood,
      bits.map((row) => logLikelihoodOf(tree, row)),
      double,
      kind,
    );
  }
});

test('a tie goes to state 0', async () => {
  const tree = treeOf(2, [1], [2, 2, -1], [0.25, 0.75, 0.75, 0.25, 0.5, 0.5]);
  const { posteriors, states } = await assignLatents(
    tree,
    Dataset.dense([
      [0, 0],
      [1, 1],
      [1, 0],
      [0, 1],
    ]),
  );
  assert.equal(posteriors, Float32Array.of(0.5, 0.5, 0.9, 0.1));
  assert.equal(states, Uint8Array.of(0, 0, 1, 0));
});

test('tables of 0 and 1: what is certain is told with certainty, and a row that is ruled out gets numbers all the same', async () => {
  const tree = treeOf(3, [1, 1], [3, 3, 3, 4, -1], [0, 1, 0.5, 0.5, 0.2, 0.7, 0, 1, 0.5, 0.5]);
  const rows = [
    [1, 0, 1],
    [0, 1, 1],
  ];
  const found = await assignLatents(tree, Dataset.dense(rows));
  close(found.posteriors, [1, 1, 0, 0], single, 'posteriors');
  close(found.logLikelihood, [Math.log(0.5 * 0.5 * 0.7), Math.log(0.5 * 0.5 * 0.2)], double, 'log-likelihood');
  assert.equal(found.states, Uint8Array.of(1, 1, 0, 0));
  const twins = treeOf(2, [1], [2, 2, -1], [0, 1, 0, 1, 0.5, 0.5]);
  const { posteriors, logLikelihood } = await assignLatents(twins, Dataset.dense([[1, 0]]));
  assert.ok(posteriors[0]! >= 0 && posteriors[0]! <= 1, `${posteriors[0]}`);
  assert.ok(logLikelihood[0]! < -20, `${logLikelihood[0]}`);
  const narrow = await assignLatents(tree, Dataset.dense(rows), { assignment: 'narrow' });
  close(narrow.posteriors, [1, 1, 0, 0], single, 'narrow');
  const ruledOut = await assignLatents(twins, Dataset.dense([[1, 0]]), { assignment: 'narrow' });
  sameBits(ruledOut.posteriors, posteriors, 'one latent has nothing but its own features');
});

test('nothing is left in the memory, also after a signal', async () => {
  const engine = await createEngine();
  const tree = sampleTree(1, { islands: [[3, 3], [2]], strength: 0.8 });
  const data = Dataset.dense(sampleRows(tree, 300, 1));
  const used = engine.arena.used;
  await assignLatents(tree, data, { engine });
  assert.is(engine.arena.used, used);
  const signal = AbortSignal.abort(new Error('enough'));
  await refusesAsync(() => assignLatents(tree, data, { engine, signal }), Error, /^enough$/);
  assert.is(engine.arena.used, used);
});

test('what is no tree, no data, or has other columns is refused', async () => {
  const tree = sampleTree(1, { islands: [[3, 3]], strength: 0.8 });
  const rows = (columns: number) => Dataset.dense([new Array(columns).fill(1)]);
  await refusesAsync(() => assignLatents(tree, rows(5)), RangeError, /data: expected 6 columns.* got 5/);
  await refusesAsync(() => assignLatents(tree, rows(7)), RangeError, /data: expected 6 columns.* got 7/);
  await refusesAsync(() => assignLatents(tree, null as never), TypeError, /^data: expected a Dataset, got null$/);
  await refusesAsync(() => assignLatents({} as never, rows(6)), TypeError, /^tree: expected a LatentTree/);
  const images = Dataset.images({ channels: 1, height: 2, width: 3, values: new Uint8Array(6) });
  await refusesAsync(() => assignLatents(tree, images), TypeError, /^data: /);
});

test.run();
