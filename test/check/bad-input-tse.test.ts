import {
  assignLatents,
  createEngine,
  Dataset,
  expandTree,
  LatentTree,
  latentTree,
  latentTreeToJson,
  TseNet,
} from 'espalier';
import { latentTreeToDot, latentTreeToHtml, latentTreeToSvg } from 'espalier/draw';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dense, switches } from '../support/problems.js';
import { refusesAsync } from '../support/refuses.js';
import { unsealedFile } from '../support/unsealed.js';

// What a person may pass to latent trees and a TseNet by mistake, beside what their own tests refuse: a clear error, and nothing left behind.

const problem = switches(3, 60);
const train = dense(problem);
const images = Dataset.images({
  ...{ channels: 1, height: 2, width: 2, values: new Float32Array(16) },
  labels: [0, 1, 0, 1],
});
const engine = await createEngine();
const tree = await latentTree(train, { engine });
const net = await TseNet.grow(train, { skeleton: tree, engine });

/** What TypeScript would have refused. */
// biome-ignore lint/suspicious/noExplicitAny: the point of the file
const wrong = (value: unknown): any => value;
const names = (featureNames: unknown) => () => new LatentTree({ ...tree, featureNames: wrong(featureNames) });
const parts = (change: object) => () => new LatentTree({ ...tree, ...wrong(change) });
const learn = (change: object, data: unknown = train) => latentTree(wrong(data), { engine, ...wrong(change) });
const expand = (change: object, data: unknown = train) => expandTree(tree, wrong(data), { engine, ...wrong(change) });
const grow = (change: object, data: unknown = train) => TseNet.grow(wrong(data), { engine, ...wrong(change) });

type Case = [what: string, call: () => unknown, kind: typeof TypeError | typeof RangeError, message: RegExp];

const learning: Case[] = [
  ['no data', () => latentTree(wrong(undefined)), TypeError, /^data: expected a Dataset, got undefined$/],
  ['bare rows', () => learn({}, problem.rows), TypeError, /^features: expected a matrix of kind/],
  ['options for data', () => latentTree(wrong({ engine }), wrong(train)), TypeError, /^features: expected an option/],
];

const making: Case[] = [
  ['no parts', () => new LatentTree(wrong(undefined)), TypeError, /^parts: expected an object, got undefined$/],
  ['parts of null', () => new LatentTree(wrong(null)), TypeError, /^parts: expected an object, got null$/],
  [
    'a plain list of parents',
    parts({ parent: [...tree.parent] }),
    TypeError,
    /^parent: expected Int32Array, got a list$/,
  ],
  [
    'probabilities of 32 bits',
    parts({ probability: Float32Array.from(tree.probability) }),
    TypeError,
    /^probability: expected Float64Array, got a Float32Array$/,
  ],
  ['limits of null', parts({ limits: null }), TypeError, /^limits: expected Float64Array, got null$/],
  ['levels of NaN', parts({ levels: [NaN] }), RangeError, /^levels\[0\]: expected an integer from 1, got NaN$/],
  [
    'levels without end',
    parts({ levels: [1e300] }),
    RangeError,
    /^parent: expected length 1e\+300 \(one a node\), got \d+$/,
  ],
  ['a likelihood of text', parts({ logLikelihood: '-3' }), TypeError, /^logLikelihood: expected a number, got string$/],
  ['half a row', parts({ rows: 1.5 }), RangeError, /^rows: expected an integer from 1, got 1.5$/],
  [
    'names as one text',
    names('a'.repeat(tree.features)),
    TypeError,
    /^featureNames: expected a list of strings, got "aaaaaaaaaaaaaaaaaaaa"$/,
  ],
  ['names of null', names(null), TypeError, /^featureNames: expected a list of strings, got null$/],
  [
    'names of numbers',
    names([...tree.limits]),
    TypeError,
    /^featureNames\[0\]: expected a string, got 0\.583333333333333\d$/,
  ],
  [
    'names with holes',
    names(new Array(tree.features)),
    TypeError,
    /^featureNames\[0\]: expected a string, got undefined$/,
  ],
  ['JSON as text', () => LatentTree.fromJSON(wrong(JSON.stringify(tree))), TypeError, /^json: expected a latent tree/],
  [
    'JSON without levels',
    () => LatentTree.fromJSON(wrong({ ...tree.toJSON(), levels: null })),
    TypeError,
    /^levels: expected a list of numbers of latents, got object$/,
  ],
  [
    'a node by name',
    () => tree.children(wrong('h1.0')),
    TypeError,
    /^node: expected a variable's number, got "h1\.0"$/,
  ],
  ['half a node', () => tree.island(0.5), RangeError, /^node: expected a variable from 0 to \d+, got 0.5$/],
  ['no node', () => tree.nameOf(NaN), RangeError, /^node: expected a variable from 0 to \d+, got NaN$/],
  [
    'a count of null',
    () => tree.topFeatures(tree.root, wrong(null)),
    TypeError,
    /^count: expected an integer from 1, got null$/,
  ],
];

const asking: Case[] = [
  [
    'data for the tree',
    () => assignLatents(wrong(train), wrong(tree)),
    TypeError,
    /^tree: expected a LatentTree, got a Dataset$/,
  ],
  [
    'JSON for the tree',
    () => assignLatents(wrong(tree.toJSON()), train),
    TypeError,
    /^tree: expected a LatentTree, got an object; LatentTree.fromJSON/,
  ],
  [
    'a net for its tree',
    () => assignLatents(wrong(net), train),
    TypeError,
    /^tree: expected a LatentTree, got a TseNet$/,
  ],
  [
    'data first',
    () => expandTree(wrong(train), wrong(tree)),
    TypeError,
    /^tree: expected a LatentTree, got a Dataset$/,
  ],
  ['images', () => expand({}, images), TypeError, /^data: expected dense or sparse rows, got images$/],
];

const growing: Case[] = [
  ['no rows', () => TseNet.grow(wrong(undefined)), TypeError, /^train: expected a Dataset, got undefined$/],
  [
    'the tree first',
    () => TseNet.grow(wrong(tree), wrong(train)),
    TypeError,
    /^train: expected a Dataset, got a LatentTree$/,
  ],
  ['images to learn from', () => grow({}, images), TypeError, /^train: expected dense or sparse rows, got images$/],
  ['rows alone', () => grow({}, Dataset.dense(problem.rows)), TypeError, /^train: expected a dataset with targets/],
  [
    'JSON as skeleton',
    () => grow({ skeleton: tree.toJSON() }),
    TypeError,
    /^skeleton: expected a LatentTree, got an object; LatentTree.fromJSON/,
  ],
];

const views = { latentTreeToSvg, latentTreeToHtml, latentTreeToDot, latentTreeToJson };
const viewing: Case[] = Object.entries(views).flatMap(([name, view]): Case[] => [
  [`${name} of nothing`, () => view(wrong(undefined)), TypeError, /^tree: expected a LatentTree, got undefined$/],
  [
    `${name} of JSON`,
    () => view(wrong(tree.toJSON())),
    TypeError,
    /^tree: expected a LatentTree, got an object; LatentTree.fromJSON/,
  ],
  [`${name} of a net`, () => view(wrong(net)), TypeError, /^tree: expected a LatentTree, got a TseNet$/],
]);
for (const view of [latentTreeToSvg, latentTreeToHtml]) {
  const title = (value: unknown) => () => view(tree, { title: wrong(value) });
  viewing.push([`${view.name}, a title of 5`, title(5), TypeError, /^title: expected a string, got 5$/]);
  viewing.push([`${view.name}, a title of null`, title(null), TypeError, /^title: expected a string, got null$/]);
}

const before = { used: engine.arena.used, net: net.save() };
for (const [what, call, kind, message] of [...learning, ...making, ...asking, ...growing, ...viewing])
  test(what, () => refusesAsync(call, kind, message));

test('a net without a digest damaged in a byte, or cut short: refused, or the bytes it now has', async () => {
  const random = (i: number, below: number) => (Math.imul(i + 1, 2654435761) >>> 0) % below;
  const whole = unsealedFile(before.net);
  const header = 8 + Number(new DataView(whole.buffer, whole.byteOffset).getBigUint64(0, true));
  const outcomes = { refused: 0, loaded: 0 };
  for (let i = 0; i < 200; i++) {
    const cut = i % 4 === 3;
    const bytes = whole.slice(0, cut ? random(i, whole.length) : undefined);
    if (!cut) bytes[random(i, i % 2 ? bytes.length : header)]! ^= 1 << ((i >> 2) % 8);
    let damaged: TseNet;
    try {
      damaged = await TseNet.load(bytes, { engine });
    } catch (error) {
      assert.ok(error instanceof TypeError || error instanceof RangeError, `${i}: ${error}`);
      outcomes.refused++;
      continue;
    }
    outcomes.loaded++;
    assert.equal(unsealedFile(damaged.save()), bytes, `${i}`);
    const { outputs } = await damaged.predict(train);
    assert.ok(
      outputs.every((p) => p >= 0 && p <= 1),
      `${i}`,
    );
    damaged.dispose();
  }
  assert.ok(outcomes.refused > 50 && outcomes.loaded > 20, JSON.stringify(outcomes));
});

test('after all that, the net and the memory are as they were', () => {
  assert.equal(net.save(), before.net);
  assert.is(engine.arena.used, before.used);
});

test.run();
