// The first layer's tree from elsewhere: from counts, say.
import { chowLiuTree, Dataset, Tree, TrfNet, treeFromJson, treeToJson } from 'espalier';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sparse, switches } from '../../support/problems.js';
import { refusesAsync } from '../../support/refuses.js';

const test = suite('a tree that is ready');
const data = sparse(switches(1, 200));
const LAYERS = [
  { radius: 2, stride: 2, globalUnits: 3 },
  { radius: 1, stride: 1, globalUnits: 2 },
];

test("a tree that is ready is the first layer's: the same net as of the rows, and other layers from the rows", async () => {
  const tree = await chowLiuTree(data);
  const options = { layers: LAYERS, pretrain: { epochs: 1 } };
  const learned = await TrfNet.grow(data, options);
  const given = await TrfNet.grow(data, { ...options, tree });
  assert.equal(given.save(), learned.save());
  const copy = treeFromJson(JSON.parse(JSON.stringify(treeToJson(tree))));
  assert.equal((await TrfNet.grow(data, { ...options, tree: copy })).save(), learned.save());
  const path = new Tree(
    20,
    Array.from({ length: 19 }, (_, a) => ({ a, b: a + 1, information: 1 })),
  );
  const other = await TrfNet.grow(data, { ...options, tree: path });
  assert.equal(
    other.origin[0]!.edges,
    path.edges.map(({ a, b, information }) => [a, b, information]),
  );
  // Over the same hidden units, whose tree is learned from what the rows make of them.
  assert.ok(other.origin[1]!.edges.length > 0);
});

test('a tree that does not fit, or stands beside what says how to learn one, is refused', async () => {
  const tree = await chowLiuTree(data);
  const small = new Tree(3, []);
  await refusesAsync(
    () => TrfNet.grow(data, { tree: small }),
    RangeError,
    /^tree: expected one of 20 variables, one a column, got 3/,
  );
  const names = Array.from({ length: 20 }, (_, c) => `c${c}`);
  const named = new Dataset(data.features, data.targets, names);
  const turned = new Tree(20, tree.edges, 0, [...names].reverse());
  await refusesAsync(
    () => TrfNet.grow(named, { tree: turned }),
    RangeError,
    /^tree: expected variable 0 to be "?c0"?, got "?c19/,
  );
  for (const beside of [
    { threshold: 'mean' as const },
    { required: [[0, 1]] as const },
    { forbidden: [[0, 1]] as const },
  ])
    await refusesAsync(
      () => TrfNet.grow(data, { tree, ...beside }),
      TypeError,
      /^\w+, tree: expected one of them, got both/,
    );
  await refusesAsync(
    () => TrfNet.grow(data, { tree: structuredClone(tree) as never }),
    TypeError,
    /^tree: expected a Tree/,
  );
});

test('growing goes on from a checkpoint with the same tree alone', async () => {
  const tree = await chowLiuTree(data);
  const options = { layers: LAYERS, pretrain: { epochs: 1 }, tree };
  let resume: Uint8Array | undefined;
  const whole = await TrfNet.grow(data, {
    ...options,
    onCheckpoint: (bytes) => {
      resume ??= bytes;
    },
  });
  assert.equal((await TrfNet.grow(data, { ...options, resume })).save(), whole.save());
  const path = new Tree(
    20,
    Array.from({ length: 19 }, (_, a) => ({ a, b: a + 1, information: 1 })),
  );
  await refusesAsync(
    () => TrfNet.grow(data, { ...options, tree: path, resume }),
    RangeError,
    /the tree data is another/,
  );
});

test.run();
