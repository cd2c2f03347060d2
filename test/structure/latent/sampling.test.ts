import type { Dataset, LatentTree } from 'espalier';
import { sampleLatentTree } from 'espalier/topics';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { randomBits } from '../../assembly/twins/random.js';
import { marginalsOf, pairOf } from '../../support/latent/enumeration.js';
import { sampleTree, treeOf } from '../../support/latent/sampler.js';
import { close } from '../../support/numbers.js';
import { refuses } from '../../support/refuses.js';

const tree = sampleTree(3, { islands: [[3, 2, 3], [2, 1], [2]], strength: 0.7 });

/** Features that are 1, row by row. */
async function drawn(of: LatentTree, rows: number, options: object = {}): Promise<number[][]> {
  const lists: number[][] = [];
  for await (const { features } of sampleLatentTree(of, rows, options)) {
    if (features.kind !== 'sparse') throw new Error('expected sparse rows');
    assert.ok(features.value.every((value) => value === 1));
    const { start, index } = features;
    for (let r = 0; r < features.rows; r++) lists.push([...index.subarray(start[r]!, start[r + 1]!)]);
  }
  return lists;
}

test('rows by hand: node by node from the root, a word of the stream each', async () => {
  const { nodes, features, parent, probability } = tree;
  const expected = Array.from({ length: 50 }, (_, step) => {
    const words = randomBits(Math.ceil(nodes / 16), 0, { seed: 9, purpose: 17, step });
    const state: number[] = [];
    for (let v = nodes - 1; v >= 0; v--)
      state[v] = words[v]! / 2 ** 32 < probability[2 * v + (parent[v]! < 0 ? 0 : state[parent[v]!]!)]! ? 1 : 0;
    return state.flatMap((one, v) => (one && v < features ? [v] : []));
  });
  assert.equal(await drawn(tree, 50, { seed: 9 }), expected);
});

test('features and pairs of them come as often as the tree says', async () => {
  const rows = 40_000;
  const lists = await drawn(tree, rows, { seed: 5 });
  const { features } = tree;
  const counts = Array.from({ length: features }, () => new Array<number>(features).fill(0));
  for (const list of lists) for (const a of list) for (const b of list) counts[a]![b]!++;
  // Five standard deviations of a share.
  const check = (count: number, p: number, what: string) =>
    close([count / rows], [p], { absolute: 5 * Math.sqrt((p * (1 - p)) / rows) }, what);
  const marginal = marginalsOf(tree);
  for (let a = 0; a < features; a++) {
    check(counts[a]![a]!, marginal[a]!, `feature ${a}`);
    for (let b = 0; b < a; b++) check(counts[a]![b]!, pairOf(tree, a, b)[1]![1]!, `features ${a} and ${b}`);
  }
});

test('the same rows in pieces of any size, others for another seed; the first of many are the rows of few', async () => {
  const whole = await drawn(tree, 500);
  for (const pieceRows of [1, 7, 499, 500, 1000]) assert.equal(await drawn(tree, 500, { pieceRows }), whole);
  assert.not.equal(await drawn(tree, 500, { seed: 1 }), whole);
  assert.equal(await drawn(tree, 60), whole.slice(0, 60));
});

test('pieces are as long as asked, and have the names; probabilities of 0 and 1 are kept to', async () => {
  const certain = treeOf(3, [1], [3, 3, 3, -1], [0, 0, 1, 1, 0, 1, 0.5, 0.5]);
  const pieces: Dataset[] = [];
  for await (const piece of sampleLatentTree(certain, 25, { pieceRows: 10 })) pieces.push(piece);
  assert.equal(
    pieces.map(({ rows, columns, featureNames }) => [rows, columns, featureNames]),
    [10, 10, 5].map((rows) => [rows, 3, undefined]),
  );
  const rows = await drawn(certain, 200);
  assert.ok(rows.every((row) => row[0] === 1));
  assert.ok(rows.some((row) => row.length === 1) && rows.some((row) => row.length === 2));
});

test('a tree written to after the call makes no difference, and a signal stops the rows', async () => {
  const changed = sampleTree(3, { islands: [[3, 2, 3], [2, 1], [2]], strength: 0.7 });
  const pieces = sampleLatentTree(changed, 100);
  changed.probability.fill(0);
  changed.parent.fill(5);
  const first = (await pieces.next()).value as Dataset;
  const [expected] = (await drawn(tree, 100)) && [await sampleLatentTree(tree, 100).next()];
  assert.equal(first.features, (expected!.value as Dataset).features);

  const controller = new AbortController();
  let count = 0;
  try {
    for await (const _ of sampleLatentTree(tree, 1e9, { signal: controller.signal }))
      if (++count === 3) controller.abort();
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).name, 'AbortError');
  }
  assert.is(count, 3);
});

test('refused: what is no tree, no number of rows, features that are not cut between 0 and 1', () => {
  refuses(() => sampleLatentTree({} as never, 5), TypeError, /^tree: expected a LatentTree/);
  refuses(() => sampleLatentTree(tree, 0), RangeError, /^rows: expected an integer from 1, got 0/);
  refuses(() => sampleLatentTree(tree, 2 ** 33), RangeError, /^rows: expected at most 2\^32/);
  const shifted = treeOf(2, [1], [2, 2, -1], [0.1, 0.2, 0.3, 0.4, 0.5, 0.5]);
  shifted.limits[1] = 3;
  refuses(
    () => sampleLatentTree(shifted, 5),
    RangeError,
    /^tree: expected features cut between 0 and 1, got feature 1/,
  );
});

test.run();
