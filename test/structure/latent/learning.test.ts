import { assignLatents, createEngine, Dataset, LatentTree, type LatentTreeOptions, latentTree } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bestOfMany, em, totalLogLikelihood, weigh } from '../../support/latent/em.js';
import { progressiveGroups } from '../../support/latent/progressive.js';
import { compareGroups, groupsAt, recoveryOf } from '../../support/latent/recovery.js';
import { sampleData, sampleRows, sampleTree, type TreeShape, treeOf } from '../../support/latent/sampler.js';
import { close } from '../../support/numbers.js';
import { Random } from '../../support/random.js';
import { refusesAsync } from '../../support/refuses.js';
import { sparseOf } from '../../support/structure.js';

const islands = [
  [4, 5, 3, 6, 4, 5, 4, 3, 4],
  [3, 3, 3],
];
const average = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
const noise = (rows: number, columns: number, seed: number) => {
  const random = new Random(seed);
  return Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.below(2)));
};

/** A tree of the levels asked for, whatever was learned: every table inside (0, 1), no latent without an island, the parts of each kind in place. */
function wellFormed(tree: LatentTree, features: number, rows: number): void {
  assert.is(tree.features, features);
  assert.is(tree.rows, rows);
  assert.ok(tree.logLikelihood <= 0 && Number.isFinite(tree.logLikelihood));
  for (const p of tree.probability) assert.ok(p > 0 && p < 1, `${p}`);
  assert.is(tree.probability[2 * tree.root], tree.probability[2 * tree.root + 1]);
  for (let v = features; v < tree.nodes; v++) assert.ok(tree.island(v).length >= 1, tree.nameOf(v));
  assert.equal(LatentTree.fromJSON(JSON.parse(JSON.stringify(tree))).toJSON(), tree.toJSON());
}

test('islands and the groups above them come back from trees whose parts are well apart', async () => {
  for (const strength of [0.7, 0.85]) {
    for (let seed = 0; seed < 6; seed++) {
      const truth = sampleTree(seed, { islands, strength });
      for (const kind of ['dense', 'sparse'] as const) {
        const found = await latentTree(sampleData(truth, 3000, seed, kind), { maxTop: 4 });
        wellFormed(found, truth.features, 3000);
        assert.equal([...found.levels], [9, 3], `strength ${strength}, seed ${seed}, ${kind}`);
        assert.is(recoveryOf(truth, found).exact, 1);
        assert.is(recoveryOf(truth, found, 2).exact, 1);
      }
    }
  }
});

test('few rows of weak trees: as good on average as progressive EM with enumeration', async () => {
  const sizes = [[4, 5, 3, 6, 4, 3]];
  const settings: [TreeShape, number][] = [
    [{ islands: sizes, strength: 0.4 }, 1000],
    [{ islands: sizes, strength: 0.6, links: 0.8 }, 250],
  ];
  for (const [shape, count] of settings) {
    const ours: number[] = [];
    const reference: number[] = [];
    for (let seed = 0; seed < 5; seed++) {
      const truth = sampleTree(seed, shape);
      const rows = sampleRows(truth, count, seed);
      ours.push(recoveryOf(truth, await latentTree(Dataset.dense(rows), { threshold: 0.5 })).f1);
      reference.push(compareGroups(groupsAt(truth, 1), progressiveGroups(rows, truth.features)[0]!).f1);
    }
    const what = `${count} rows: ${average(ours)}, with enumeration ${average(reference)}`;
    assert.ok(average(ours) >= average(reference) - 0.1, what);
  }
});

test('same data, options and seed: the same tree to the bit, from any engine, dense or sparse', async () => {
  const truth = sampleTree(1, { islands, strength: 0.5 });
  const rows = sampleRows(truth, 700, 1);
  const options = { seed: 5, maxTop: 4, threshold: 0.5 };
  const json = JSON.stringify(await latentTree(Dataset.dense(rows), options));
  assert.is(JSON.stringify(await latentTree(Dataset.dense(rows), { ...options, engine: await createEngine() })), json);
  assert.is(JSON.stringify(await latentTree(sparseOf(rows), options)), json);
  const plain = { features: Dataset.dense(rows).features };
  assert.is(JSON.stringify(await latentTree(plain, options)), json);
});

test('the order of the rows does not matter', async () => {
  for (let seed = 0; seed < 4; seed++) {
    const rows = sampleRows(sampleTree(seed, { islands, strength: 0.5 }), 700, seed);
    const shuffled = new Random(seed).permutation(rows.length).map((r) => rows[r]!);
    const [one, other] = await Promise.all(
      [rows, shuffled].map((list) => latentTree(Dataset.dense(list), { maxTop: 4 })),
    );
    assert.equal(one!.levels, other!.levels);
    assert.equal(one!.parent, other!.parent);
    close(other!.probability, one!.probability, { absolute: 1e-6 }, 'tables');
    close([other!.logLikelihood], [one!.logLikelihood], { relative: 1e-9 }, 'log-likelihood');
  }
});

test('log-likelihood and BIC are those of the tree that comes back, by enumeration', async () => {
  for (const sizes of [
    [[3]],
    [[4, 3]],
    [
      [4, 5, 3, 4],
      [2, 2],
    ],
  ]) {
    const truth = sampleTree(sizes.length, { islands: sizes, strength: 0.7 });
    const rows = sampleRows(truth, 400, 3);
    for (const maxTop of [30, 2]) {
      const tree = await latentTree(Dataset.dense(rows), { maxTop });
      const data = weigh(rows);
      const expected = totalLogLikelihood(tree, data);
      close([tree.logLikelihood], [expected], { relative: 1e-9 }, `${sizes}`);
      close([tree.bic], [expected - (tree.nodes - 0.5) * Math.log(400)], { relative: 1e-9 }, `${sizes}, BIC`);
      const { logLikelihood } = await assignLatents(tree, Dataset.dense(rows));
      close([logLikelihood.reduce((sum, nats) => sum + nats, 0)], [expected], { relative: 1e-9 }, `${sizes}, assigned`);
    }
  }
});

test('a latent class model is as likely as the best that EM by enumeration finds from many starts', async () => {
  for (let seed = 0; seed < 6; seed++) {
    const truth = sampleTree(seed, { islands: [[3]], strength: 0.75 });
    const rows = sampleRows(truth, 600, seed);
    const tree = await latentTree(Dataset.dense(rows));
    assert.equal([...tree.parent], [3, 3, 3, -1]);
    const data = weigh(rows);
    const best = bestOfMany(truth, data, 6, 1);
    // EM stops where a step gains less than 0.01 nats.
    assert.ok(
      tree.logLikelihood >= best.logLikelihood - 1,
      `${tree.logLikelihood}, by enumeration ${best.logLikelihood}`,
    );
    const further = em(tree, data, { steps: 1, pseudo: 1 });
    assert.ok(further.logLikelihood - tree.logLikelihood < 0.05, `${further.logLikelihood} one step on`);
  }
});

test('very many rows: tables are close to those the rows were drawn from', async () => {
  const truth = sampleTree(2, {
    islands: [
      [5, 5, 5, 5],
      [2, 2],
    ],
    strength: 0.8,
  });
  const rows = sampleRows(truth, 10_000, 1);
  const found = await latentTree(Dataset.dense(rows), { maxTop: 3 });
  assert.is(recoveryOf(truth, found).exact, 1);
  const drawnFrom = totalLogLikelihood(truth, weigh(rows));
  assert.ok(
    found.logLikelihood > drawnFrom - 0.001 * Math.abs(drawnFrom),
    `${found.logLikelihood}, truth ${drawnFrom}`,
  );
  for (let v = 0; v < 20; v++) {
    const tables = (tree: LatentTree) => [tree.probability[2 * v]!, tree.probability[2 * v + 1]!];
    // States have no names: they may come the other way round.
    const sort = (pair: number[]) => pair.sort((a, b) => a - b);
    close(sort(tables(found)), sort(tables(truth)), { absolute: 0.06 }, `feature ${v}`);
  }
});

test('maxIsland bounds the islands, maxTop the top', async () => {
  const rows = sampleRows(sampleTree(0, { islands: [[30]], strength: 0.8 }), 800, 0);
  for (const maxIsland of [3, 5, 8, 15]) {
    const tree = await latentTree(Dataset.dense(rows), { maxIsland });
    const sizes = Array.from({ length: tree.levels[0]! }, (_, i) => tree.island(tree.features + i).length);
    // Three variables and the first that joins them; and where fewer than three are left, they join.
    for (const size of sizes) assert.ok(size <= Math.max(maxIsland, 4) + 2, `${sizes} for ${maxIsland}`);
    assert.ok(
      sizes.some((size) => size >= maxIsland),
      `${sizes} for ${maxIsland}`,
    );
  }
  const many = sampleRows(sampleTree(4, { islands, strength: 0.8 }), 800, 0);
  for (const maxTop of [1, 2, 3, 8, 9, 10]) {
    const { levels } = await latentTree(Dataset.dense(many), { maxTop });
    assert.ok(levels.at(-1)! <= maxTop, `${levels} for ${maxTop}`);
    for (const count of levels.slice(0, -1)) assert.ok(count > maxTop, `${levels} for ${maxTop}`);
  }
});

test('delta: a test that never fails makes islands as large as may be, one that always fails the smallest', async () => {
  const rows = sampleRows(sampleTree(0, { islands: [[4, 4, 4, 4]], strength: 0.8 }), 800, 0);
  const sizes = async (delta: number) => {
    const tree = await latentTree(Dataset.dense(rows), { delta, maxIsland: 50 });
    return Array.from({ length: tree.levels[0]! }, (_, i) => tree.island(16 + i).length);
  };
  assert.equal(await sizes(1e9), [16]);
  for (const size of await sizes(-1e9)) assert.ok(size <= 3, `${size}`);
});

test('refineSteps: steps over the whole tree only make it more likely', async () => {
  for (let seed = 0; seed < 3; seed++) {
    const data = sampleData(sampleTree(seed, { islands, strength: 0.6 }), 600, seed);
    let before = await latentTree(data, { maxTop: 4, refineSteps: 0 });
    for (const refineSteps of [1, 3, 10, 30]) {
      const tree = await latentTree(data, { maxTop: 4, refineSteps });
      assert.equal(tree.parent, before.parent);
      assert.ok(tree.logLikelihood > before.logLikelihood, `${tree.logLikelihood} after ${before.logLikelihood}`);
      before = tree;
    }
  }
});

test('threshold: what is above it is 1, as if the rows had been 0 and 1', async () => {
  const random = new Random(7);
  const bits = sampleRows(sampleTree(0, { islands: [[4, 4, 3]], strength: 0.8 }), 500, 0);
  const counts = bits.map((row) => row.map((x) => (x ? 3 + random.below(3) : random.below(3))));
  const plain = await latentTree(Dataset.dense(bits), { threshold: 0.5 });
  for (const data of [Dataset.dense(counts), sparseOf(counts)]) {
    const tree = await latentTree(data, { threshold: 2 });
    assert.equal(tree.parent, plain.parent);
    assert.equal(tree.probability, plain.probability);
    assert.is(tree.logLikelihood, plain.logLikelihood);
    assert.equal(tree.limits, new Float64Array(11).fill(2));
  }
  const mean = await latentTree(sparseOf(counts), { threshold: 'mean' });
  const expected = counts[0]!.map((_, v) => average(counts.map((row) => row[v]!)));
  close(mean.limits, expected, { relative: 1e-6 }, 'means');
  assert.equal((await latentTree(sparseOf(counts))).limits, new Float64Array(11));
});

test('names of the features go with the tree', async () => {
  const rows = sampleRows(sampleTree(0, { islands: [[3]], strength: 0.8 }), 100, 0);
  const tree = await latentTree(Dataset.dense(rows, { featureNames: ['ape', 'bee', 'cat'] }));
  assert.equal(tree.featureNames, ['ape', 'bee', 'cat']);
  assert.is((await latentTree(Dataset.dense(rows))).featureNames, undefined);
});

test('one, two and three features: one island', async () => {
  for (const features of [1, 2, 3]) {
    const rows = sampleRows(sampleTree(features, { islands: [[features]], strength: 0.8 }), 300, 1);
    const tree = await latentTree(Dataset.dense(rows));
    assert.equal([...tree.levels], [1]);
    wellFormed(tree, features, 300);
    // Of one or two binary features a latent class model tells every table.
    const counts = weigh(rows).weights;
    const saturated = counts.reduce((sum, n) => sum + n * Math.log(n / 300), 0);
    assert.ok(tree.logLikelihood <= saturated + 1e-6);
    if (features < 3) assert.ok(tree.logLikelihood >= saturated - 3, `${tree.logLikelihood}, at most ${saturated}`);
  }
});

test('data that tell nothing: constant, equal and independent columns, equal rows, one row', async () => {
  const one = (columns: number, value: number) => new Array<number>(columns).fill(value);
  const tables: [string, number[][]][] = [
    ['all rows 0', Array.from({ length: 50 }, () => one(7, 0))],
    ['all rows 1', Array.from({ length: 50 }, () => one(7, 1))],
    ['one row', [[0, 1, 1, 0, 1]]],
    [
      'two rows',
      [
        [0, 1, 1, 0, 1],
        [1, 0, 0, 1, 0],
      ],
    ],
    ['constant columns among others', noise(200, 9, 1).map((row) => row.map((x, v) => (v % 3 ? x : v % 2)))],
    ['equal columns', noise(200, 1, 2).map(([x]) => one(12, x!))],
    ['pairs of equal columns', noise(200, 5, 3).map((row) => [...row, ...row])],
    ['a column and its opposite', noise(200, 3, 4).map((row) => [...row, ...row.map((x) => 1 - x)])],
    ['independent columns', noise(500, 20, 5)],
  ];
  for (const [name, rows] of tables) {
    for (const data of [Dataset.dense(rows), sparseOf(rows)]) {
      const tree = await latentTree(data, { maxTop: 2 });
      wellFormed(tree, rows[0]!.length, rows.length);
      const { posteriors, logLikelihood } = await assignLatents(tree, data);
      assert.ok(
        posteriors.every((p) => p >= 0 && p <= 1),
        name,
      );
      const total = logLikelihood.reduce((sum, nats) => sum + nats, 0);
      close([total], [tree.logLikelihood], { relative: 1e-9, absolute: 1e-9 }, name);
    }
  }
  const equal = await latentTree(Dataset.dense(tables[5]![1]), { threshold: 0.5 });
  assert.equal([...equal.levels], [1], 'columns that are all the same make one island');
});

test('sampleRows: learns from so many rows only, the same ones for the same seed', async () => {
  const truth = sampleTree(5, { islands, strength: 0.8 });
  const rows = sampleRows(truth, 3000, 1);
  const data = Dataset.dense(rows);
  const whole = JSON.stringify(await latentTree(data, { threshold: 0.5 }));
  assert.is(JSON.stringify(await latentTree(data, { threshold: 0.5, sampleRows: 3000 })), whole);
  assert.is(JSON.stringify(await latentTree(data, { threshold: 0.5, sampleRows: 100_000 })), whole);
  const sampled = await latentTree(data, { sampleRows: 1000, seed: 3 });
  assert.is(JSON.stringify(await latentTree(data, { sampleRows: 1000, seed: 3 })), JSON.stringify(sampled));
  assert.is.not(JSON.stringify(sampled.probability), JSON.stringify((await latentTree(data)).probability));
  assert.is(recoveryOf(truth, sampled).exact, 1);
  const few = await latentTree(data, { sampleRows: 30, seed: 3 });
  assert.ok(recoveryOf(truth, few).exact < 1, 'thirty rows cannot tell');
});

test('a signal stops it, before and on the way, and nothing is left in the memory', async () => {
  const engine = await createEngine();
  const data = sampleData(sampleTree(1, { islands, strength: 0.7 }), 2000, 1);
  const used = engine.arena.used;
  await latentTree(data, { engine });
  assert.is(engine.arena.used, used);
  const stopped = AbortSignal.abort(new Error('enough'));
  await refusesAsync(() => latentTree(data, { engine, signal: stopped }), Error, /^enough$/);
  assert.is(engine.arena.used, used);
  const controller = new AbortController();
  const onProgress = () => controller.abort(new Error('on the way'));
  const wide = sampleData(sampleTree(1, { islands: [new Array(60).fill(5)], strength: 0.7 }), 3000, 1);
  await refusesAsync(() => latentTree(wide, { engine, signal: controller.signal, onProgress }), Error, /^on the way$/);
  assert.is(engine.arena.used, used);
  const thrown = () => {
    throw new Error('from the listener');
  };
  await refusesAsync(() => latentTree(data, { engine, onProgress: thrown }), Error, /^from the listener$/);
  assert.is(engine.arena.used, used);
});

test('progress: levels from 1 up, each phase to its end', async () => {
  const data = sampleData(sampleTree(1, { islands, strength: 0.8 }), 500, 1);
  const reports: Parameters<NonNullable<LatentTreeOptions['onProgress']>>[0][] = [];
  const tree = await latentTree(data, { maxTop: 4, onProgress: (progress) => reports.push({ ...progress }) });
  assert.ok(reports.length > 0);
  const last = new Map<string, (typeof reports)[number]>();
  let level = 1;
  for (const report of reports) {
    assert.type(report.phase, 'string');
    const key = `${report.phase} ${report.level}`;
    assert.ok(report.done >= (last.get(key)?.done ?? 0) && report.done <= report.total, key);
    assert.ok(report.level >= level || report.level === 0, `level ${report.level} after ${level}`);
    level = Math.max(level, report.level);
    last.set(key, report);
  }
  for (const [key, { done, total }] of last) assert.is(done, total, key);
  assert.is(level, tree.levels.length);
});

test('options that are wrong are refused by name', async () => {
  const data = sampleData(sampleTree(1, { islands: [[3, 3]], strength: 0.8 }), 50, 1);
  const wrong = (options: object, kind: typeof RangeError, message: RegExp) =>
    refusesAsync(() => latentTree(data, options as LatentTreeOptions), kind, message);
  for (const name of ['maxIsland', 'maxTop', 'restarts', 'emSteps', 'sampleRows']) {
    await wrong({ [name]: 0 }, RangeError, new RegExp(`^${name}: expected an integer from \\d+.*, got 0$`));
    await wrong({ [name]: 2.5 }, RangeError, new RegExp(`^${name}: expected an integer from \\d+.*, got 2.5$`));
    await wrong({ [name]: Number.NaN }, RangeError, new RegExp(`^${name}: .*got NaN$`));
    await wrong({ [name]: '5' }, TypeError, new RegExp(`^${name}: expected an integer from .*, got "5"$`));
  }
  await wrong({ refineSteps: -1 }, RangeError, /^refineSteps: expected an integer from 0, got -1$/);
  await wrong({ refineSteps: '5' }, TypeError, /^refineSteps: expected an integer from 0, got "5"$/);
  await wrong({ maxIsland: 2 }, RangeError, /^maxIsland: expected an integer from 3.*, got 2$/);
  await wrong({ maxIsland: 51 }, RangeError, /^maxIsland: expected an integer from 3 to 50, got 51$/);
  for (const name of ['delta', 'emTolerance']) {
    await wrong({ [name]: Number.NaN }, RangeError, new RegExp(`^${name}: .*got NaN$`));
    await wrong({ [name]: '3' }, TypeError, new RegExp(`^${name}: .*got "3"$`));
  }
  await wrong({ emTolerance: -1 }, RangeError, /^emTolerance: .*got -1$/);
  await wrong({ seed: 0.5 }, RangeError, /^seed: .*got 0.5$/);
  await wrong({ seed: '1' }, TypeError, /^seed: /);
  await wrong(
    { threshold: 'half' },
    TypeError,
    /^threshold: expected a finite number or 'mean' or 'auto', got "half"$/,
  );
  await wrong({ signal: {} }, TypeError, /^signal: expected an AbortSignal/);
  await wrong({ onProgress: 3 }, TypeError, /^onProgress: expected a function, got 3$/);
  await refusesAsync(() => latentTree(null as never), TypeError, /^data: expected a Dataset, got null$/);
  const images = Dataset.images({ channels: 1, height: 2, width: 3, values: new Uint8Array(12) });
  await refusesAsync(() => latentTree(images), TypeError, /^data: /);
  const damaged = {
    features: { kind: 'dense', rows: 2, columns: 2, values: Float32Array.of(1, 0, 1, Number.NaN) },
  } as const;
  await refusesAsync(() => latentTree(damaged), RangeError, /row 1, column 1 is NaN/);
});

test('a known latent class model of many features, each told apart', async () => {
  const d = 12;
  const tables = Array.from({ length: d }, (_, v) => [0.1 + 0.01 * v, 0.9 - 0.01 * v]).flat();
  const truth = treeOf(d, [1], [...new Array(d).fill(d), -1], [...tables, 0.3, 0.3]);
  const found = await latentTree(sampleData(truth, 4000, 2));
  assert.equal([...found.levels], [1]);
  const [low, high] = found.probability[0]! < found.probability[1]! ? [0, 1] : [1, 0];
  for (let v = 0; v < d; v++) {
    const learned = [found.probability[2 * v + low]!, found.probability[2 * v + high]!];
    close(learned, tables.slice(2 * v, 2 * v + 2), { absolute: 0.04 }, `feature ${v}`);
  }
});

test.run();
