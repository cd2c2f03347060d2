import { assignLatents, createEngine, Dataset, LatentTree, latentTree } from 'espalier';
import { type Pieces, refineLatentTree, sampleLatentTree } from 'espalier/topics';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Statistics } from '#dist/structure/latent/statistics.js';
import { em, expectedCounts, randomStart, weigh, withTables } from '../../support/latent/em.js';
import { sampleData, sampleRows, sampleTree } from '../../support/latent/sampler.js';
import { stepwise } from '../../support/latent/stepwise.js';
import { close, sameBits } from '../../support/numbers.js';
import { refusesAsync } from '../../support/refuses.js';
import { sparseOf } from '../../support/structure.js';

const shape = { islands: [[3, 2, 3], [2, 1], [2]], strength: 0.7 };
const truth = sampleTree(3, shape);
const rows = sampleRows(truth, 230, 5);
/** Tables that are not the rows', as of 100 rows. */
const start = em(randomStart(truth, weigh(rows.slice(0, 100)), 4), weigh(rows.slice(0, 100)), { steps: 1, pseudo: 1 });

/** Rows in pieces of these sizes, the last one again and again. */
function* cut(all: readonly number[][], sizes: readonly number[]): Generator<Dataset> {
  for (let first = 0, i = 0; first < all.length; i++) {
    const size = sizes[Math.min(i, sizes.length - 1)]!;
    yield i % 2 ? Dataset.dense(all.slice(first, first + size)) : sparseOf(all.slice(first, first + size));
    first += size;
  }
}

async function* later<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

test('the plain twin agrees: batches, a last one of fewer rows, passes, exponents, steps', async () => {
  for (const [batchRows, exponent, steps, passes] of [
    [100, 0.75, 1, 1],
    [100, 1, 2.3, 2],
    [64, 0.6, 50, 3],
    [230, 0.75, 4, 1],
    [1000, 0.75, 0.1, 2],
    [1, 0.9, 500, 1],
  ] as const) {
    const options = { batchRows, exponent, steps, passes };
    const twin = stepwise(start, rows, options);
    const found = await refineLatentTree(start, () => cut(rows, [17, 40, 3]), options);
    const what = JSON.stringify(options);
    close(found.tree.probability, twin.tree.probability, { absolute: 1e-9 }, what);
    close([found.tree.logLikelihood], [twin.logLikelihood], { relative: 1e-9 }, what);
    close([found.steps], [steps + 230 / batchRows], { relative: 1e-12 }, what);
    assert.is(found.rows, 230);
    assert.is(found.tree.rows, 230);
  }
});

test('a step that forgets all is a step of batch EM', () => {
  const data = weigh(rows);
  const counts = expectedCounts(start, data);
  const { features, latents, nodes } = start;
  const places = Array.from({ length: nodes }, (_, i) => (i < latents ? features + i : i - latents));
  const total = (v: number) => (v === start.root ? counts[v]![1]![1]! : counts[v]![0]![1]! + counts[v]![1]![1]!);
  const expected = {
    both: Float64Array.from(places, (v) => counts[v]![1]![1]!),
    ones: Float64Array.from({ length: latents }, (_, i) => total(features + i)),
  };
  const statistics = new Statistics(start, 100);
  statistics.gain(
    1,
    expected,
    Int32Array.from({ length: features }, (_, v) => Math.round(total(v))),
    rows.length,
  );
  const forest = { features, parent: start.parent, probability: start.probability.slice() };
  statistics.maximise(forest, rows.length);
  close(forest.probability, em(start, data, { steps: 1, pseudo: 1 }).probability, { absolute: 1e-12 }, 'tables');
});

test('the statistics of tables make the same tables again; of tables that none make they stay shares', () => {
  const { features, parent } = start;
  const forest = { features, parent, probability: start.probability.slice() };
  new Statistics(start, 100).maximise(forest, 100);
  close(forest.probability, start.probability, { absolute: 1e-14 }, 'tables');
  const extreme = { ...forest, probability: forest.probability.map((_, i) => (i >> 1 === start.root ? 1 : i % 2)) };
  new Statistics(extreme, 10).maximise(forest, 10);
  assert.ok(forest.probability.every((p) => p > 0 && p < 1));
});

test('any pieces give the same bits, of iterables and async iterables; another order gives other ones', async () => {
  const options = { batchRows: 60, passes: 2 };
  const whole = await refineLatentTree(start, () => [Dataset.dense(rows)], options);
  const ways: (() => Pieces)[] = [
    () => cut(rows, [1]),
    () => cut(rows, [59, 1, 61, 200]),
    () => later(cut(rows, [120, 7])),
    () => new Set(cut(rows, [60])),
  ];
  for (const open of ways) {
    const found = await refineLatentTree(start, open, options);
    assert.equal(found.tree.toJSON(), whole.tree.toJSON());
    assert.is(found.steps, whole.steps);
  }
  const turned = await refineLatentTree(start, () => [Dataset.dense([...rows].reverse())], options);
  assert.not.equal(turned.tree.toJSON(), whole.tree.toJSON());
  // Written down once: the same in every runtime.
  const probe = Array.from(whole.tree.probability.subarray(0, 4));
  sameBits(probe, GOLDEN, 'first tables');
});

test('the structure stands, and the tree given is as it was', async () => {
  const named = await latentTree(sparseOf(rows, { featureNames: [...'abcdefgh'] }), { maxTop: 2 });
  const before = JSON.stringify(named);
  const { tree } = await refineLatentTree(named, () => cut(rows, [50]), { batchRows: 50 });
  assert.is(JSON.stringify(named), before);
  assert.equal(tree.parent, named.parent);
  assert.equal(tree.levels, named.levels);
  assert.equal(tree.limits, named.limits);
  assert.equal(tree.featureNames, named.featureNames);
  assert.not.equal(tree.probability, named.probability);
  assert.equal(LatentTree.fromJSON(tree.toJSON()).probability, tree.probability);
});

test('rows unseen become likelier, towards what the true tree says of them', async () => {
  const big = sampleTree(8, { islands: [[5, 4, 6, 5, 5], [3, 2], [2]], strength: 0.6 });
  const unseen = sampleData(big, 4000, 77);
  const held = async (tree: LatentTree) =>
    (await assignLatents(tree, unseen)).logLikelihood.reduce((sum, nats) => sum + nats, 0) / 4000;
  // Tables half way to a coin's.
  const flat = withTables(
    big,
    big.probability.map((p) => 0.5 + 0.5 * (p - 0.5)),
    weigh([sampleRows(big, 1, 1)[0]!]),
  );
  const best = await held(big);
  let last = await held(flat);
  assert.ok(best - last > 0.3, `${best} ${last}`);
  for (const count of [2000, 8000, 32_000]) {
    const { tree } = await refineLatentTree(flat, () => sampleLatentTree(big, count, { seed: 4 }), {
      batchRows: 200,
      steps: 0,
    });
    const now = await held(tree);
    assert.ok(now > last, `${count} rows: ${now} after ${last}`);
    last = now;
  }
  assert.ok(best - last < 0.02, `${best} and ${last}`);
});

test('progress is told step by step, under the tables that a batch met', async () => {
  const told: { pass: number; rows: number; steps: number; logLikelihood: number }[] = [];
  const { tree, steps } = await refineLatentTree(start, () => cut(rows, [33]), {
    ...{ batchRows: 100, steps: 2, passes: 2 },
    onProgress: (progress) => told.push(progress),
  });
  assert.equal(
    told.map(({ pass, rows }) => [pass, rows]),
    [1, 2].flatMap((pass) => [100, 200, 230].map((rows) => [pass, rows])),
  );
  close(
    told.map((one) => one.steps),
    [3, 4, 4.3, 5.3, 6.3, 6.6],
    { absolute: 1e-12 },
    'steps',
  );
  close([steps], [4.3], { absolute: 1e-12 }, 'steps that the tree counts for');
  const first = await assignLatents(start, Dataset.dense(rows.slice(0, 100)));
  close([told[0]!.logLikelihood], [first.logLikelihood.reduce((a, b) => a + b) / 100], { relative: 1e-12 }, 'first');
  const last = told.slice(3).reduce((sum, one, i) => sum + one.logLikelihood * [100, 100, 30][i]!, 0);
  close([tree.logLikelihood], [last], { relative: 1e-12 }, 'last pass');
});

test('a signal ends it between batches, and the rows are let go of', async () => {
  const controller = new AbortController();
  let closed = false;
  async function* endless() {
    try {
      for (;;) yield Dataset.dense(rows);
    } finally {
      closed = true;
    }
  }
  const reason = new Error('enough');
  const engine = await createEngine();
  const used = engine.arena.used;
  const onProgress = ({ steps }: { steps: number }) => steps > 20 && controller.abort(reason);
  try {
    await refineLatentTree(start, endless, { batchRows: 50, signal: controller.signal, engine, onProgress });
    assert.unreachable();
  } catch (error) {
    assert.is(error, reason);
  }
  assert.ok(closed);
  assert.is(engine.arena.used, used);
});

test('refused: what opens no rows, other columns, passes without rows, a batch beyond the memory', async () => {
  const wrong = (value: unknown) => value as never;
  await refusesAsync(() => refineLatentTree(wrong({}), () => []), TypeError, /^tree: expected a LatentTree/);
  await refusesAsync(
    () => refineLatentTree(start, wrong([])),
    TypeError,
    /^batches: expected a function that opens the rows/,
  );
  await refusesAsync(
    () =>
      refineLatentTree(
        start,
        wrong(() => 3),
      ),
    TypeError,
    /^batches: .* iterable of datasets, got 3/,
  );
  await refusesAsync(
    () =>
      refineLatentTree(
        start,
        wrong(() => [rows]),
      ),
    TypeError,
    /^features: expected a matrix/,
  );
  const narrow = () => [Dataset.dense([[1, 0]])];
  await refusesAsync(
    () => refineLatentTree(start, narrow),
    RangeError,
    /^data: expected 8 columns like the tree's, got 2/,
  );
  await refusesAsync(
    () => refineLatentTree(start, () => []),
    RangeError,
    /^batches: expected at least one row, got none in pass 1$/,
  );
  const once = cut(rows, [50]);
  await refusesAsync(
    () => refineLatentTree(start, () => once, { passes: 2 }),
    RangeError,
    /^batches: expected at least one row, got none in pass 2; each call must open the rows anew/,
  );
  const engine = await createEngine({ maxMemory: 2 ** 20 });
  const open = () => new Array<Dataset>(300).fill(sparseOf(rows));
  await refineLatentTree(start, open, { engine });
  await refusesAsync(
    () => refineLatentTree(start, open, { engine, batchRows: 60_000 }),
    RangeError,
    /^batches: stepwise EM over a batch of 60000 rows needs .* use fewer rows \(batchRows\)/,
  );
});

/** P(feature 0 = 1 | parent = 0, 1), then of feature 1. */
const GOLDEN = [0.9422653378385134, 0.2496350875132392, 0.22234052957982284, 0.49013092084587595];

test.run();
