import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LatentTree, type LatentTreeJson, type LatentTreeParts } from '#dist/structure/latent/latent-tree.js';
import { informationOfTable, marginalsOf, pairOf } from '../../support/latent/enumeration.js';
import { sampleTree, treeOf } from '../../support/latent/sampler.js';
import { close } from '../../support/numbers.js';
import { Random } from '../../support/random.js';
import { refuses } from '../../support/refuses.js';

/** Features 0 to 4; islands {0 2}, {1}, {3 4} under 5, 6, 7; {5 6} under 8 and {7} under 9; 8 hangs from 9. */
const parts = (): LatentTreeParts => ({
  features: 5,
  levels: [3, 2],
  parent: Int32Array.of(5, 6, 5, 7, 7, 8, 8, 9, 9, -1),
  probability: Float64Array.from([
    0.1, 0.9, 0.2, 0.6, 0.8, 0.3, 0.5, 0.5, 0, 1, 0.2, 0.7, 0.9, 0.4, 0.3, 0.6, 0.2, 0.9, 0.25, 0.25,
  ]),
  limits: Float64Array.of(0, 0.5, -1, 2, 0),
  rows: 100,
  logLikelihood: -321.5,
});

/** Trees of one to three levels, few enough nodes to list all their states. */
const shapes = [
  [[1]],
  [[4]],
  [[2, 3]],
  [[3, 1, 4]],
  [
    [2, 1, 2],
    [2, 1],
  ],
  [
    [2, 2, 2],
    [1, 1, 1],
    [2, 1],
  ],
];
const smallTrees = () =>
  Array.from({ length: 24 }, (_, seed) => sampleTree(seed, { islands: shapes[seed % shapes.length]!, strength: 0.7 }));

test('levels, names, children and islands of a tree worked by hand', () => {
  const tree = new LatentTree(parts());
  assert.is(tree.nodes, 10);
  assert.is(tree.latents, 5);
  assert.is(tree.root, 9);
  assert.is(tree.parameters, 19);
  close([tree.bic], [-321.5 - 9.5 * Math.log(100)], { relative: 1e-14 }, 'BIC');
  const nodes = Array.from({ length: 10 }, (_, v) => v);
  assert.equal(
    nodes.map((v) => tree.levelOf(v)),
    [0, 0, 0, 0, 0, 1, 1, 1, 2, 2],
  );
  assert.equal(
    [0, 1, 2].map((level) => tree.firstOf(level)),
    [0, 5, 8],
  );
  assert.equal(
    nodes.map((v) => tree.nameOf(v)),
    ['0', '1', '2', '3', '4', 'h1.0', 'h1.1', 'h1.2', 'h2.0', 'h2.1'],
  );
  assert.equal(
    nodes.slice(5).map((v) => [...tree.children(v)]),
    [[0, 2], [1], [3, 4], [5, 6], [7, 8]],
  );
  assert.equal(
    nodes.slice(5).map((v) => [...tree.island(v)]),
    [[0, 2], [1], [3, 4], [5, 6], [7]],
  );
  assert.is(tree.children(3).length, 0);
  const named = new LatentTree({ ...parts(), featureNames: ['ape', 'bee', 'cat', 'dog', 'elk'] });
  assert.is(named.nameOf(2), 'cat');
  assert.is(named.nameOf(5), 'h1.0');
  assert.equal(
    named.topFeatures(5).map(({ name }) => name),
    ['ape', 'cat'],
  );
});

test('children are what hangs from a node, islands what hangs from it one level below', () => {
  for (let seed = 0; seed < 10; seed++) {
    const islands = [
      [3, 1, 5, 2, 2, 4],
      [2, 3, 1],
      [1, 1, 1],
    ];
    const tree = sampleTree(seed, { islands, strength: 0.5 });
    assert.equal([...tree.levels], [6, 3, 3]);
    for (let v = 0; v < tree.nodes; v++) {
      const below = Array.from(tree.parent.keys()).filter((u) => tree.parent[u] === v);
      assert.equal([...tree.children(v)], below);
      if (v < tree.features) continue;
      const level = tree.levelOf(v);
      assert.equal(
        [...tree.island(v)],
        below.filter((u) => tree.levelOf(u) === level - 1),
      );
      assert.is(tree.island(v).length, islands[level - 1]![v - tree.firstOf(level)]);
    }
  }
});

test('marginals are the sums over all states', () => {
  for (const tree of smallTrees()) close(tree.marginal, marginalsOf(tree), { absolute: 1e-14 }, `${tree.levels}`);
});

test('top features: below the latent through islands, their information and shares by enumeration, best first', () => {
  for (const tree of smallTrees()) {
    for (let latent = tree.features; latent < tree.nodes; latent++) {
      const isBelow = (v: number): boolean =>
        tree.levelOf(v) < tree.levelOf(latent) && (tree.parent[v] === latent || isBelow(tree.parent[v]!));
      const below = Array.from({ length: tree.features }, (_, v) => v).filter(isBelow);
      const top = tree.topFeatures(latent, 100);
      assert.equal(
        top.map(({ feature }) => feature).sort((a, b) => a - b),
        below,
      );
      top.forEach(({ feature, information, inside, outside, name }, i) => {
        const table = pairOf(tree, latent, feature);
        const share = (state: number) => table[state]![1]! / (table[state]![0]! + table[state]![1]!);
        const what = `${feature} below ${latent} of ${tree.levels}`;
        close([information], [informationOfTable(table)], { absolute: 1e-13 }, what);
        close([outside, inside], [share(0), share(1)], { absolute: 1e-13 }, what);
        assert.is(name, String(feature));
        assert.ok(i === 0 || top[i - 1]!.information >= information);
      });
      assert.equal(tree.topFeatures(latent, 2), top.slice(0, 2));
    }
  }
});

test('top features: ten by default, ties by feature, nothing told by a constant', () => {
  const same = treeOf(12, [1], [...new Array(12).fill(12), -1], [...new Array(12).fill([0.2, 0.7]).flat(), 0.3, 0.3]);
  assert.equal(
    same.topFeatures(12).map(({ feature }) => feature),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  const constant = treeOf(3, [1], [3, 3, 3, -1], [0, 0, 1, 1, 0.5, 0.5, 0.4, 0.4]);
  for (const { information } of constant.topFeatures(3)) assert.is(information, 0);
  const certain = treeOf(2, [1], [2, 2, -1], [0.1, 0.9, 0.2, 0.6, 1, 1]);
  for (const { information } of certain.topFeatures(2)) assert.is(information, 0);
});

test('JSON keeps every bit, with names and without', () => {
  const random = new Random(4);
  for (const tree of smallTrees()) {
    for (const featureNames of [undefined, Array.from({ length: tree.features }, (_, v) => `word "${v}"`)]) {
      const { features, levels, parent, probability } = tree;
      const limits = Float64Array.from({ length: features }, () => random.next() - 0.5);
      const known = new LatentTree({
        features,
        levels,
        parent,
        probability,
        limits,
        rows: 17,
        logLikelihood: -1 / 3,
        featureNames,
      });
      const back = LatentTree.fromJSON(JSON.parse(JSON.stringify(known)));
      assert.equal(back, known);
      assert.equal(back.toJSON(), known.toJSON());
    }
  }
  const json = new LatentTree(parts()).toJSON();
  assert.equal(json.features[2], { parent: 5, probability: [0.8, 0.3], limit: -1 });
  assert.is(json.latents[3]!.name, 'h2.0');
  assert.is(json.latents[3]!.level, 2);
  assert.is(json.latents[3]!.parent, 9);
  assert.is(json.bic, new LatentTree(parts()).bic);
});

test('parts that make no tree are refused', () => {
  const wrong = (change: Partial<Record<keyof LatentTreeParts, unknown>>, kind: typeof RangeError, message: RegExp) =>
    refuses(() => new LatentTree({ ...parts(), ...change } as LatentTreeParts), kind, message);
  const parent = (...at: [number, number][]) => {
    const list = parts().parent;
    for (const [v, p] of at) list[v] = p;
    return { parent: list };
  };
  const probability = (at: number, value: number) => {
    const list = parts().probability;
    list[at] = value;
    return { probability: list };
  };
  wrong(parent([0, 4]), RangeError, /^parent\[0\]: expected 5 to 7, for a node of level 0, got 4$/);
  wrong(parent([0, 8]), RangeError, /^parent\[0\]: expected 5 to 7, for a node of level 0, got 8$/);
  wrong(parent([0, -1]), RangeError, /^parent\[0\]: expected 5 to 7, for a node of level 0, got -1$/);
  wrong(parent([6, 5]), RangeError, /^parent\[6\]: expected 8 to 9, for a node of level 1, got 5$/);
  wrong(parent([6, 10]), RangeError, /^parent\[6\]: expected 8 to 9, for a node of level 1, got 10$/);
  wrong(parent([8, 8]), RangeError, /^parent\[8\]: expected 9, for a node of level 2, got 8$/);
  wrong(parent([8, 7]), RangeError, /^parent\[8\]: expected 9, for a node of level 2, got 7$/);
  wrong(parent([8, -1]), RangeError, /^parent\[8\]: expected 9, for a node of level 2, got -1$/);
  wrong(parent([8, 10]), RangeError, /^parent\[8\]: expected 9, for a node of level 2, got 10$/);
  wrong(parent([9, 8]), RangeError, /^parent\[9\]: expected -1, for a node of level 2, got 8$/);
  wrong({ parent: new Int32Array(9) }, RangeError, /^parent: expected length 10 \(one a node\), got 9$/);
  wrong(probability(3, 1.001), RangeError, /^probability\[3\]: expected a number from 0 to 1, got 1.001$/);
  wrong(probability(19, -0.001), RangeError, /^probability\[19\]: expected a number from 0 to 1, got -0.001$/);
  wrong(probability(0, Number.NaN), RangeError, /^probability\[0\]: expected a number from 0 to 1, got NaN$/);
  wrong({ probability: new Float64Array(19) }, RangeError, /^probability: expected length 20 \(two a node\), got 19$/);
  wrong({ limits: new Float64Array(6) }, RangeError, /^limits: expected length 5 \(one a feature\), got 6$/);
  wrong(
    { limits: Float64Array.of(0, 0, Number.NaN, 0, 0) },
    RangeError,
    /^limits\[2\]: expected a finite number, got NaN$/,
  );
  wrong({ featureNames: ['a'] }, RangeError, /^featureNames: expected length 5 \(one name a feature\), got 1$/);
  wrong(
    { featureNames: ['a', 'b', 'c', 'd', 'b'] },
    RangeError,
    /^featureNames: expected unique names, got "b" at 1 and 4$/,
  );
  wrong({ logLikelihood: 0.1 }, RangeError, /^logLikelihood: expected a finite number of at most 0, got 0.1$/);
  wrong({ logLikelihood: Number.NaN }, RangeError, /^logLikelihood: expected a finite number of at most 0, got NaN$/);
  wrong({ features: 0 }, RangeError, /^features: expected an integer from 1, got 0$/);
  wrong({ features: '5' }, TypeError, /^features: expected an integer from 1, got "5"$/);
  wrong({ rows: 0 }, RangeError, /^rows: expected an integer from 1, got 0$/);
  wrong({ levels: [] }, RangeError, /^levels: expected at least one level of latents, got none$/);
  wrong({ levels: [3, 0, 2] }, RangeError, /^levels\[1\]: expected an integer from 1, got 0$/);
  wrong({ levels: [3, 1.5] }, RangeError, /^levels\[1\]: expected an integer from 1, got 1.5$/);
  wrong({ levels: 5 }, TypeError, /^levels: expected a list of numbers of latents, got number$/);
});

test('questions about nodes that are not there are refused', () => {
  const tree = new LatentTree(parts());
  refuses(() => tree.children(10), RangeError, /^node: expected a variable from 0 to 9, got 10$/);
  refuses(() => tree.levelOf(-1), RangeError, /^node: expected a variable from 0 to 9, got -1$/);
  refuses(() => tree.levelOf('1' as never), TypeError, /^node: expected a variable's number, got "1"$/);
  refuses(() => tree.firstOf(3), RangeError, /^level: expected a level from 0 to 2, got 3$/);
  refuses(() => tree.topFeatures(4), RangeError, /^latent: expected a latent, from 5 to 9, got 4$/);
  refuses(() => tree.topFeatures(5, 0), RangeError, /^count: expected an integer from 1, got 0$/);
});

test('JSON of another thing, or damaged, is refused', () => {
  const json = (): LatentTreeJson => JSON.parse(JSON.stringify(new LatentTree(parts())));
  const read = (change: object) => () => LatentTree.fromJSON({ ...json(), ...change } as LatentTreeJson);
  for (const other of [null, 'tree', 3, {}, [], { features: [] }]) {
    refuses(
      () => LatentTree.fromJSON(other as never),
      TypeError,
      /^json: expected a latent tree as toJSON wrote it, got /,
    );
  }
  refuses(read({ format: 2 }), RangeError, /^json: expected a latent tree of format 1, got 2$/);
  refuses(read({ latents: json().latents.slice(1) }), RangeError, /^parent: expected length 10 \(one a node\), got 9$/);
  refuses(read({ features: json().features.slice(1) }), RangeError, /^\w+(\[\d+\])?: expected /);
  refuses(read({ features: [{}, ...json().features.slice(1)] }), RangeError, /^json: node 0 has the parent undefined$/);
  refuses(
    read({ latents: [null, ...json().latents.slice(1)] }),
    RangeError,
    /^json: node \d has the parent undefined$/,
  );
  refuses(read({ levels: [2, 3] }), RangeError, /^parent\[\d\]: expected 5 to 6, for a node of level 0, got 7$/);
  const first = (change: object) => ({
    features: [{ ...json().features[0]!, ...change }, ...json().features.slice(1)],
  });
  for (const change of [
    { probability: [null, null] },
    { probability: ['0.5', '0.2'] },
    { probability: [0.1, 0.2, 0.3] },
    { parent: 5.5 },
    { parent: '5' },
    { parent: 5 + 2 ** 32 },
    { limit: null },
  ]) {
    assert.throws(read(first(change)), /\w/, JSON.stringify(change));
  }
  assert.throws(read({ logLikelihood: null }), /^logLikelihood: expected a number/);
  assert.throws(read({ logLikelihood: '-3' }), /^logLikelihood: expected a number/);
  refuses(read({ rows: 'many' }), TypeError, /^rows: expected an integer from 1, got "many"$/);
});

test.run();
