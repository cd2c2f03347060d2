import { createEngine, Dataset, type LatentTree, type LatentTreeOptions, latentTree } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bestOfMany, totalLogLikelihood, weigh } from '../../support/latent/em.js';
import { groupsAt } from '../../support/latent/recovery.js';
import { sampleData, sampleRows, sampleTree } from '../../support/latent/sampler.js';
import { Random } from '../../support/random.js';
import { refusesAsync } from '../../support/refuses.js';
import { sparseOf } from '../../support/structure.js';

const islands = [
  [4, 5, 3, 6, 4, 5, 4, 3, 4],
  [3, 3, 3],
];
const features = 38;
const data = sampleData(sampleTree(1, { islands, strength: 0.7 }), 500, 1);
const noise = (columns: number, seed: number) => {
  const random = new Random(seed);
  return Dataset.dense(
    Array.from({ length: 200 }, () => Array.from({ length: columns }, () => random.below(2))),
    { featureNames: Array.from({ length: columns }, (_, v) => `w${v}`) },
  );
};
const steered = (options: LatentTreeOptions, of = data) => latentTree(of, { refineSteps: 0, ...options });
const json = async (options: LatentTreeOptions) => JSON.stringify(await steered(options));

/** Whether all of these features are below one latent of the level. */
const inOne = (tree: LatentTree, level: number, group: readonly number[]) =>
  new Set(group.map((v) => groupsAt(tree, level)[v])).size === 1;

/** Whether no two of these features are. */
const inAsMany = (tree: LatentTree, level: number, group: readonly number[]) =>
  new Set(group.map((v) => groupsAt(tree, level)[v])).size === group.length;

/** Lists of features that share none. */
function deal(random: Random, columns: number, sizes: readonly number[]): number[][] {
  const order = [...random.permutation(columns)];
  return sizes.map((size) => order.splice(0, size));
}

test('together and apart: over random data, groups and seeds, groups in one island, none apart below one latent', async () => {
  for (let seed = 0; seed < 12; seed++) {
    const random = new Random(seed);
    const of = seed % 2 ? noise(24, seed) : data;
    const columns = of === data ? features : 24;
    const [a, b, c, d, e] = deal(random, columns, [2, 3, 7, 3, 5]) as [
      number[],
      number[],
      number[],
      number[],
      number[],
    ];
    // Members of different groups are apart too.
    const apart = [d, e, [a[0]!, b[1]!, c[2]!], [b[0]!, d[0]!]];
    const tree = await steered({ together: [a, b, c], apart, maxTop: 5, maxIsland: 6, seed }, of);
    for (const group of [a, b, c]) assert.ok(inOne(tree, 1, group), `seed ${seed}: ${group} together`);
    for (let level = 1; level <= tree.levels.length; level++)
      for (const group of apart)
        assert.ok(inAsMany(tree, level, group), `seed ${seed}, level ${level}: ${group} apart`);
  }
});

test('every feature in a group, every pair apart, and groups as they are without', async () => {
  const all = Array.from({ length: features }, (_, v) => v);
  const halves = [all.slice(0, 19), all.slice(19)];
  const two = await steered({ together: halves });
  assert.equal([...two.levels], [2]);
  for (const half of halves) assert.ok(inOne(two, 1, half));
  const alone = await steered({ apart: [all] });
  assert.equal([...alone.levels], [features], 'as many latents as features: no level would have fewer');
  const plain = await steered({ maxTop: 4 });
  const found = Array.from({ length: plain.levels[0]! }, (_, i) => [...plain.island(features + i)]);
  const again = await steered({ maxTop: 4, together: found });
  const same = (tree: LatentTree) => groupsAt(tree, 1).map((group, _, list) => list.indexOf(group));
  assert.equal(same(again), same(plain));
});

test('a group of one, named twice, begins an island that tests who joins, as all do', async () => {
  for (let v = 0; v < features; v += 7) {
    const tree = await steered({ maxTop: 4, together: [[v, v]] });
    const found = groupsAt(tree, 1);
    const of = (group: number) => found.filter((other) => other === group).length;
    assert.ok(of(found[v]!) > 1, `${v} is alone`);
    assert.ok(new Set(found).size > 1, 'one island of all');
  }
});

test('what is fulfilled anyway changes no bit', async () => {
  const plain = await json({ maxTop: 4 });
  const tree = await steered({ maxTop: 4 });
  const top = groupsAt(tree, tree.levels.length);
  const [u, v] = [0, top.findIndex((group) => group !== top[0])] as const;
  assert.is(await json({ maxTop: 4, apart: [[u, v]] }), plain);
  assert.is(await json({ maxTop: 4, together: [], apart: [] }), plain);
  assert.is(await json({ maxTop: 4, maxLevels: tree.levels.length }), plain);
  assert.is(await json({ topTopics: tree.levels.at(-1)! }), plain);
  assert.is(await json({ topTopics: tree.levels[0]! }), await json({ maxTop: tree.levels[0]! }));
});

test('groups that share a feature are one; names and numbers are the same', async () => {
  const named = noise(12, 3);
  const options = { refineSteps: 0, maxTop: 6 };
  const one = await latentTree(named, { ...options, together: [['w1', 'w4', 'w7', 'w9']], apart: [['w2', 'w3']] });
  const chain = [
    ['w1', 4],
    ['w9', 'w7'],
    [4, 9],
  ];
  const other = await latentTree(named, { ...options, together: chain, apart: [[3, 2]] });
  assert.equal(groupsAt(other, 1), groupsAt(one, 1));
  assert.ok(inOne(other, 1, [1, 4, 7, 9]));
});

test('dense or sparse, any engine: the same bits', async () => {
  const rows = sampleRows(sampleTree(2, { islands, strength: 0.6 }), 400, 2);
  const options = { together: [[0, 9, 18, 27]], apart: [[1, 2, 3]], topTopics: 7, threshold: 0.5, seed: 4 };
  const first = JSON.stringify(await latentTree(Dataset.dense(rows), options));
  assert.is(JSON.stringify(await latentTree(sparseOf(rows), { ...options, engine: await createEngine() })), first);
});

test('topTopics: from one to as many as there are features, exactly, each with two members where there are enough', async () => {
  const plain = (await steered({ maxTop: 1 })).levels;
  for (const of of [data, noise(24, 5)]) {
    const columns = of === data ? features : 24;
    for (let topTopics = 1; topTopics <= columns; topTopics += topTopics < 14 ? 1 : 4) {
      const tree = await steered({ topTopics }, of);
      assert.is(tree.levels.at(-1), topTopics);
      for (const count of tree.levels.slice(0, -1)) assert.ok(count > topTopics, `${tree.levels}`);
      const sizes = Array.from(
        { length: topTopics },
        (_, i) => tree.island(tree.firstOf(tree.levels.length) + i).length,
      );
      assert.ok(sizes.every((size) => size > 0));
      // 9 islands of known features are cut to more.
      if (of === data && topTopics > plain[0]! && topTopics <= 12) assert.ok(Math.min(...sizes) >= 2, `${sizes}`);
    }
  }
  const all = await steered({ topTopics: features });
  assert.equal([...all.levels], [features]);
});

test('topTopics under groups: as near as they let it come', async () => {
  const all = Array.from({ length: features }, (_, v) => v);
  const thirds = [all.slice(0, 13), all.slice(13, 26), all.slice(26)];
  assert.equal([...(await steered({ together: thirds, topTopics: 7 })).levels], [3]);
  const four = await steered({ apart: [all.slice(0, 4)], topTopics: 4 });
  assert.ok(four.levels.at(-1)! >= 4);
  assert.ok(inAsMany(four, four.levels.length, all.slice(0, 4)));
});

test('maxLevels: so many at most, whatever is left; with topTopics the levels between are left out', async () => {
  for (const maxLevels of [1, 2, 3, 4]) {
    const tree = await steered({ maxLevels, maxTop: 1 });
    const plain = await steered({ maxTop: 1 });
    assert.equal([...tree.levels], [...plain.levels].slice(0, maxLevels));
    for (const topTopics of [1, 2, 3, 5, 20]) {
      const { levels } = await steered({ maxLevels, topTopics });
      assert.ok(levels.length <= maxLevels);
      assert.is(levels.at(-1), topTopics);
    }
  }
  // Two words of one topic of the tree that has all levels are in one of the shortened.
  const [long, short] = await Promise.all([steered({ topTopics: 3 }), steered({ topTopics: 3, maxLevels: 1 })]);
  const same = (tree: LatentTree) => groupsAt(tree, tree.levels.length).map((group, _, list) => list.indexOf(group));
  assert.equal(same(short!), same(long!));
});

test('one group of all features: as likely as the best latent class model that EM by enumeration finds', async () => {
  for (let seed = 0; seed < 4; seed++) {
    const truth = sampleTree(seed, { islands: [[8]], strength: 0.6 });
    const rows = sampleRows(truth, 400, seed);
    const tree = await latentTree(Dataset.dense(rows), { together: [[0, 1, 2, 3, 4, 5, 6, 7]], refineSteps: 0 });
    assert.equal([...tree.levels], [1]);
    const best = bestOfMany(truth, weigh(rows), 6, 1);
    assert.ok(
      tree.logLikelihood >= best.logLikelihood - 1,
      `${tree.logLikelihood}, by enumeration ${best.logLikelihood}`,
    );
  }
});

test('two topics that share a word: it goes where it is told to', async () => {
  const random = new Random(9);
  // 0 to 4 speak of one topic, 5 to 9 of the other, 10 of both.
  const rows = Array.from({ length: 1500 }, () => {
    const [one, other] = [random.chance(0.4), random.chance(0.4)];
    const word = (topic: boolean) => Number(random.chance(topic ? 0.6 : 0.05));
    return [...[1, 1, 1, 1, 1].map(() => word(one)), ...[1, 1, 1, 1, 1].map(() => word(other)), word(one || other)];
  });
  const [first, second] = [
    [0, 1, 2, 3, 4],
    [5, 6, 7, 8, 9],
  ];
  for (const [mine, others] of [
    [first!, second!],
    [second!, first!],
  ] as const) {
    for (const options of [{ together: [[mine[0]!, 10]] }, { apart: others.map((v) => [v, 10]) }]) {
      const tree = await latentTree(Dataset.dense(rows), options);
      assert.ok(inOne(tree, 1, [...mine, 10]), JSON.stringify(options));
      assert.ok(inOne(tree, 1, others), JSON.stringify(options));
      assert.ok(!inOne(tree, 1, [others[0]!, 10]), JSON.stringify(options));
    }
  }
  const free = await latentTree(Dataset.dense(rows));
  const forced = await latentTree(Dataset.dense(rows), { together: [[0, 5]] });
  assert.ok(free.logLikelihood > forced.logLikelihood, 'what the data speak against is less likely');
  assert.ok(
    Math.abs(totalLogLikelihood(forced, weigh(rows)) - forced.logLikelihood) < 1e-5,
    'of the tree that comes back',
  );
});

test('what cannot be is refused, with both that contradict', async () => {
  const named = noise(12, 1);
  const wrong = (options: LatentTreeOptions, kind: typeof RangeError, message: RegExp, of = named) =>
    refusesAsync(() => latentTree(of, options), kind, message);
  await wrong(
    {
      together: [
        ['w1', 'w2'],
        [2, 3],
      ],
      apart: [['w5', 'w1', 'w3']],
    },
    RangeError,
    /^together, apart: expected no two features in both, got "w1" and "w3"$/,
  );
  await wrong({ together: [[0, 1]], apart: [[1, 0]] }, RangeError, /^together, apart: .*got 0 and 1$/, data);
  await wrong(
    { apart: [['w1', 'w12']] },
    RangeError,
    /^apart\[0\]\[1\]: expected the name of a feature, got "w12"; did you mean "w1"\?$/,
  );
  await wrong({ together: [['w1', 'zebra crossing']] }, RangeError, /^together\[0\]\[1\]: .*got "zebra crossing"$/);
  await wrong(
    { together: [['w1', 'w2']] },
    RangeError,
    /^together\[0\]\[0\]: .*as these have no names, got "w1"$/,
    data,
  );
  for (const number of [-1, 12, 0.5, Number.NaN])
    await wrong({ apart: [[1, number]] }, RangeError, /^apart\[0\]\[1\]: .*from 0 to 11, got /);
  await wrong({ apart: [[1, 'w1']] }, RangeError, /^apart: expected different features, got "w1" twice$/);
  await wrong({ together: [['w1']] }, RangeError, /^together\[0\]: expected a list of at least 2/);
  await wrong({ together: ['w1'] as never }, TypeError, /^together\[0\]: expected a list/);
  await wrong({ together: [[true, 1]] as never }, TypeError, /^together\[0\]\[0\]: expected the name or number/);
  await wrong(
    { together: [Array.from({ length: 51 }, (_, v) => v)] },
    RangeError,
    /^together: expected at most 50 features a group, got 51 with "w0"$/,
    noise(60, 1),
  );
  await wrong({ topTopics: 3, maxTop: 3 }, TypeError, /^maxTop, topTopics: expected one of them, got both$/);
  await wrong({ topTopics: 13 }, RangeError, /^topTopics: expected at most 12, the number of features, got 13$/);
  await wrong({ topTopics: 2, apart: [[0, 1, 2]] }, RangeError, /^topTopics: expected at least 3, .*apart, got 2$/);
  await wrong({ maxTop: 2, apart: [[0, 1, 2]] }, RangeError, /^maxTop: expected at least 3, .*apart, got 2$/);
  await wrong({ topTopics: 0 }, RangeError, /^topTopics: expected an integer from 1, got 0$/);
  await wrong({ maxLevels: 0 }, RangeError, /^maxLevels: expected an integer from 1, got 0$/);
});

test('nothing is left in the memory, also after a signal', async () => {
  const engine = await createEngine();
  const used = engine.arena.used;
  const options = { engine, together: [[0, 10, 20, 30]], apart: [[1, 2]], topTopics: 5, maxLevels: 1 };
  await latentTree(data, options);
  assert.is(engine.arena.used, used);
  const controller = new AbortController();
  const onProgress = () => controller.abort(new Error('on the way'));
  await refusesAsync(
    () => latentTree(data, { ...options, signal: controller.signal, onProgress }),
    Error,
    /^on the way$/,
  );
  assert.is(engine.arena.used, used);
  await refusesAsync(() => latentTree(data, { ...options, together: [[0, 99]] }), RangeError, /got 99$/);
  assert.is(engine.arena.used, used);
});

test.run();
