import { type LatentTree, latentTree } from 'espalier';
import { TopicTree } from 'espalier/topics';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { exchanged, turnedToWords } from '#dist/structure/topics/turned.js';
import { Random } from '../../support/random.js';
import { newsTree, syntheticTree, treeOf } from '../../support/topic-trees.js';

/** P(features as given), by going through the states of all latents. */
function probabilityOf(tree: LatentTree, given: readonly number[]): number {
  let sum = 0;
  for (let bits = 0; bits < 1 << tree.latents; bits++) {
    let product = 1;
    const stateOf = (node: number) => (node < tree.features ? given[node]! : (bits >> (node - tree.features)) & 1);
    for (let v = 0; v < tree.nodes; v++) {
      const above = tree.parent[v]!;
      const p = tree.probability[2 * v + (above < 0 ? 0 : stateOf(above))]!;
      product *= stateOf(v) ? p : 1 - p;
    }
    sum += product;
  }
  return sum;
}

/** More information in what a topic is than in what it is not. */
function isTurned(tree: LatentTree, latent: number): boolean {
  const words = tree.topFeatures(latent, 10);
  return (
    words.reduce((sum, { information, inside, outside }) => sum + information * Math.sign(inside - outside), 0) >= 0
  );
}

const latentsOf = (tree: LatentTree) => Array.from({ length: tree.latents }, (_, z) => tree.features + z);

test('exchanged states are the same model: every row is as probable as before', () => {
  const tree = treeOf(
    [
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
      [['e', 'f']],
    ],
    2,
    3,
  );
  const random = new Random(5);
  for (let round = 0; round < 5; round++) {
    const marked = Uint8Array.from({ length: tree.nodes }, (_, v) =>
      v >= tree.features && random.next() < 0.5 ? 1 : 0,
    );
    const other = exchanged(tree, marked);
    for (let row = 0; row < 1 << tree.features; row++) {
      const given = Array.from({ length: tree.features }, (_, v) => (row >> v) & 1);
      const [p, q] = [probabilityOf(tree, given), probabilityOf(other, given)];
      assert.ok(Math.abs(p - q) < 1e-14, `${p} ${q}`);
    }
    for (const latent of latentsOf(tree)) {
      const share = marked[latent] ? 1 - tree.marginal[latent]! : tree.marginal[latent]!;
      assert.ok(Math.abs(other.marginal[latent]! - share) < 1e-14);
    }
  }
});

test('topics are told by words that they have, whichever way round they were', () => {
  for (const tree of [newsTree(), syntheticTree(200, [40, 8, 3], 4)]) {
    const random = new Random(2);
    const upright = turnedToWords(tree);
    assert.ok(latentsOf(upright).every((latent) => isTurned(upright, latent)));
    assert.is(turnedToWords(upright), upright);
    const marked = Uint8Array.from({ length: tree.nodes }, (_, v) =>
      v >= tree.features && random.next() < 0.5 ? 1 : 0,
    );
    const again = turnedToWords(exchanged(upright, marked));
    again.probability.forEach((p, i) => {
      assert.ok(Math.abs(p - upright.probability[i]!) < 1e-12, `${i}`);
    });
  }
});

/** Documents of two kinds, each with groups of words of its own and some of the other's. */
function twoKinds(seed: number): { text: string }[] {
  const random = new Random(seed);
  const groups = Array.from({ length: 8 }, (_, g) =>
    Array.from({ length: 4 }, (_, w) => `${'abcdefgh'[g]}${'wxyz'[w]}`),
  );
  const shares = groups.map(() => [random.next(), random.next()] as const);
  const strengths = groups.map(() => 0.15 + 0.7 * random.next());
  return Array.from({ length: 600 }, () => {
    const kind = random.next() < 0.3 ? 1 : 0;
    const found = groups.flatMap((words, g) =>
      random.next() < shares[g]![kind]! ? words.filter(() => random.next() < strengths[g]!) : [],
    );
    return { text: found.join(' ') };
  });
}

test('a learned tree is turned so, and told of so', async () => {
  const documents = twoKinds(4);
  const options = { language: 'none', maxShare: 1, maxTop: 2 } as const;
  const topics = await TopicTree.learn(documents, options);
  const plain = await latentTree(await topics.vectorizer.transform(documents.map(({ text }) => text)), {
    maxTop: 2,
    refineSteps: 50,
  });
  assert.ok(latentsOf(plain).some((latent) => !isTurned(plain, latent)));
  assert.ok(latentsOf(topics.tree).every((latent) => isTurned(topics.tree, latent)));
  const { topics: told } = await topics.describe(documents);
  const against = told.map(({ features }) => features.map(({ inside, outside }) => (inside < outside ? 1 : 0)));
  assert.ok(against.some((words) => words.some((word) => word === 1)));
  for (const words of against) assert.equal(words, [...words].sort());
});

test.run();
