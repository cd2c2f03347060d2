// Trees of more levels than calls may nest, at a cost that grows with the tree and not with its square.
import { LatentTree, latentTreeToJson } from 'espalier';
import { latentTreeToDot, latentTreeToHtml, latentTreeToSvg } from 'espalier/draw';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Random } from '../../support/random.js';

const test = suite('many levels');
const LEVELS = 20_000;

/** Three features under a chain of latents, one a level. */
function chain(levels: number): LatentTree {
  const features = 3;
  const nodes = features + levels;
  const random = new Random(levels);
  const probability = Float64Array.from({ length: 2 * nodes }, () => 0.05 + 0.9 * random.next());
  probability[2 * nodes - 1] = probability[2 * nodes - 2]!;
  return new LatentTree({
    ...{ features, levels: new Array<number>(levels).fill(1), probability, limits: new Float64Array(features) },
    parent: Int32Array.from({ length: nodes }, (_, v) => (v < features ? features : v === nodes - 1 ? -1 : v + 1)),
    ...{ rows: 10, logLikelihood: -5 },
  });
}

test('level, first node and name of every node, as counted from the bottom', () => {
  const random = new Random(3);
  const levels = [5, 3, 3, 2, 1, 1, 4];
  const features = 7;
  const first = [0, 7, 12, 15, 18, 20, 21, 22, 26];
  const nodes = 26;
  const level = (v: number) => first.findLastIndex((from) => from <= v);
  const parent = Int32Array.from({ length: nodes }, (_, v) => {
    const l = level(v);
    if (v === nodes - 1) return -1;
    if (l === levels.length) return v + 1;
    return first[l + 1]! + random.below(first[l + 2]! - first[l + 1]!);
  });
  const tree = new LatentTree({
    ...{ features, levels, parent, probability: new Float64Array(2 * nodes).fill(0.5) },
    ...{ limits: new Float64Array(features), rows: 10, logLikelihood: -5 },
  });
  for (let v = 0; v < nodes; v++) {
    assert.is(tree.levelOf(v), level(v), `${v}`);
    assert.is(tree.nameOf(v), level(v) === 0 ? `${v}` : `h${level(v)}.${v - first[level(v)]!}`);
  }
  first.slice(0, -1).forEach((from, l) => {
    assert.is(tree.firstOf(l), from);
  });
});

test("a latent's own features are those that all topics tell, and those of the model", () => {
  const tree = chain(9);
  const { topics } = latentTreeToJson(tree, { top: 3 });
  for (const { name, features } of topics) {
    const latent = tree.features + Number(name.slice(1).split('.')[0]) - 1;
    assert.equal(tree.topFeatures(latent, 3), features);
    for (const { feature, inside, outside } of features) {
      for (const [on, wanted] of [
        [1, inside],
        [0, outside],
      ] as const) {
        // From the latent down, node by node.
        let p: number = on;
        for (let v = latent - 1; v >= tree.features; v--)
          p = (1 - p) * tree.probability[2 * v]! + p * tree.probability[2 * v + 1]!;
        p = (1 - p) * tree.probability[2 * feature]! + p * tree.probability[2 * feature + 1]!;
        assert.ok(Math.abs(p - wanted) < 1e-14, `${name}, feature ${feature}`);
      }
    }
  }
});

test(`a tree of ${LEVELS} levels: read, written and drawn`, () => {
  const tree = chain(LEVELS);
  const text = JSON.stringify(tree);
  const again = LatentTree.fromJSON(JSON.parse(text));
  assert.is(JSON.stringify(again), text);
  assert.is(again.levelOf(again.root), LEVELS);
  const { topics } = latentTreeToJson(again, { top: 2 });
  assert.is(topics.length, LEVELS);
  assert.ok(topics.every(({ features }) => features.length === 2));
  assert.is(latentTreeToDot(again, { top: 1 }).match(/ -> /g)!.length, LEVELS + 2);
  assert.is(latentTreeToHtml(again, { top: 1 }).match(/<details/g)!.length, LEVELS);
  assert.is(latentTreeToSvg(again, { top: 1 }).match(/<circle/g)!.length, LEVELS);
});

test('a top level of many latents, each linked with one', () => {
  const features = 2;
  const latents = 5_000;
  const nodes = features + latents;
  const tree = new LatentTree({
    ...{ features, levels: [latents], probability: new Float64Array(2 * nodes).fill(0.5) },
    ...{ limits: new Float64Array(features), rows: 10, logLikelihood: -5 },
    parent: Int32Array.from({ length: nodes }, (_, v) => (v === nodes - 1 ? -1 : v < features ? features : nodes - 1)),
  });
  assert.is(latentTreeToHtml(tree).match(/<details/g)!.length, latents);
  assert.is(latentTreeToSvg(tree).match(/<circle/g)!.length, latents);
  assert.is(latentTreeToJson(tree).topics.length, latents);
});

test('what is not of a tree is told without walking it', () => {
  let deep: unknown = [];
  for (let i = 0; i < 100_000; i++) deep = [deep];
  const json = chain(2).toJSON();
  for (const bad of [
    { ...json, features: [{ ...json.features[0], probability: deep }] },
    { ...json, levels: deep },
    { ...json, features: [deep] },
    deep,
  ]) {
    try {
      LatentTree.fromJSON(bad as never);
      assert.unreachable();
    } catch (error) {
      assert.not.match((error as Error).message, /stack/);
      assert.match((error as Error).message, /^\w+(\[\d+\])?: /);
    }
  }
});

test.run();
