// Whatever a public function takes that the package made: a copy by structuredClone, its JSON, and {} give what the thing itself gives, or are refused by a TypeError that
// names the argument. One table of functions.

import * as everything from 'espalier';
import {
  assignLatents,
  chowLiuTree,
  createEngine,
  type Dataset,
  DenseNet,
  expandTree,
  formatSparseText,
  GateCounter,
  GaterNet,
  gateReport,
  gatesToCsv,
  idxDataset,
  LatentTree,
  latentTree,
  latentTreeToJson,
  mutualInformation,
  parseIdx,
  receptiveFields,
  Standardizer,
  splitRows,
  TfIdf,
  Tree,
  TrfNet,
  TseNet,
  targetInformation,
  tellingGates,
  topPairs,
  treeFromJson,
  treeToJson,
} from 'espalier';
import { learnCsvSchema, readCsv } from 'espalier/csv';
import * as draw from 'espalier/draw';
import { gatesToSvg, latentTreeToDot, latentTreeToHtml, latentTreeToSvg, treeToDot, treeToSvg } from 'espalier/draw';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { noiseImages } from '../support/gated-images.js';
import { dense, sparse, switches } from '../support/problems.js';
import { refuses } from '../support/refuses.js';

const problem = switches(3, 80, 3, 4);
const rows = sparse(problem);
const flat = dense(problem);
const images = noiseImages(1, 12, 1, 8, 8);
const small = { kind: 'resnet', depth: 8, width: 4 } as const;
const tree = await chowLiuTree(rows);
const latent = await latentTree(rows);
const dense6 = { hidden: [6] } as const;
const net = await DenseNet.create(rows, dense6);
const gated = await GaterNet.create(images, { backbone: small, gater: small });
const layout = gated.gateLayout;
const gates = await gated.gates(images);
const labels = images.targets as { kind: 'classes'; values: Int32Array; classes: number };
const report = gateReport(gates, layout, labels);
const counter = new GateCounter(layout, labels);
const text = 'a,b\n1,x\n2,y\n3,x\n';
const schema = learnCsvSchema(text, { target: 'b' });
const standardizer = Standardizer.learn(flat);
const tfIdf = TfIdf.learn(rows);
const counts = new Uint8Array([0, 0, 8, 1, 0, 0, 0, 2, 0, 1]);

const bytesOf = async (made: Promise<DenseNet | TrfNet | TseNet | GaterNet>) => {
  const made1 = await made;
  const bytes = made1.save();
  made1.dispose();
  return bytes;
};

/** An argument that the package made, of one of its functions. */
interface Taken {
  readonly name: string;
  readonly argument: string;
  readonly value: unknown;
  readonly call: (value: never) => unknown;
  /** {} is right there: options that are all left out. */
  readonly emptyIsRight?: true;
}

const taken = (name: string, argument: string, value: unknown, call: (value: never) => unknown): Taken => ({
  name,
  argument,
  value,
  call,
});

const DATA: readonly Taken[] = [
  ...Object.entries({
    chowLiuTree,
    latentTree: async (data: Dataset) => (await latentTree(data)).toJSON(),
    topPairs: (data: Dataset) => topPairs(data, 3),
    mutualInformation: (data: Dataset) => mutualInformation(data, 0, 1),
    targetInformation,
    assignLatents: (data: Dataset) => assignLatents(latent, data),
    expandTree: (data: Dataset) => expandTree(latent, data),
    splitRows: async (data: Dataset) => (await splitRows(data)).train.features,
  }).map(([name, call]) => taken(name, 'data', rows, call)),
  taken('DenseNet.create', 'train', rows, (data) => bytesOf(DenseNet.create(data, dense6))),
  taken('TrfNet.grow', 'train', rows, (data) => bytesOf(TrfNet.grow(data, { layers: [{ radius: 1, stride: 2 }] }))),
  taken('TseNet.grow', 'train', rows, (data) => bytesOf(TseNet.grow(data))),
  taken('GaterNet.create', 'train', images, (data) => bytesOf(GaterNet.create(data, { backbone: small }))),
  taken('fit', 'train', rows, async (data) => (await net.fit(data, { epochs: 1 })).stoppedBy),
  taken('fit', 'validation', rows, async (validation) => (await net.fit(rows, { epochs: 1, validation })).stoppedBy),
  taken('predict', 'data', rows, async (data) => (await net.predict(data)).outputs.length),
  taken('evaluate', 'data', rows, async (data) => (await net.evaluate(data)).rows),
  taken('explain', 'data', rows, async (data) => (await net.explain(data)).rows),
  taken('GaterNet predict', 'data', images, async (data) => (await gated.predict(data)).outputs.length),
  taken('GaterNet evaluate', 'data', images, async (data) => (await gated.evaluate(data)).rows),
  taken('GaterNet gates', 'data', images, (data) => gated.gates(data)),
  taken('GaterNet gateBatches', 'data', images, (data) => gated.gateBatches(data).next()),
  taken('Standardizer.learn', 'train', flat, (data) => Standardizer.learn(data).toJSON()),
  taken('Standardizer.apply', 'dataset', flat, (data) => standardizer.apply(data).features),
  taken('TfIdf.learn', 'train', rows, (data) => TfIdf.learn(data).toJSON()),
  taken('TfIdf.apply', 'dataset', rows, (data) => tfIdf.apply(data).features),
  taken('formatSparseText', 'dataset', rows, (data) => formatSparseText(data)),
];

const engine = await createEngine();
const OTHERS: readonly Taken[] = [
  ...Object.entries({ treeToJson, treeToDot, treeToSvg }).map(([name, call]) => taken(name, 'tree', tree, call)),
  taken('receptiveFields', 'tree', tree, (it) => receptiveFields(it, { radius: 1, stride: 1 })),
  ...Object.entries({ latentTreeToJson, latentTreeToDot, latentTreeToSvg, latentTreeToHtml }).map(([name, call]) =>
    taken(name, 'tree', latent, call),
  ),
  taken('assignLatents', 'tree', latent, (it) => assignLatents(it, rows)),
  taken('expandTree', 'tree', latent, (it) => expandTree(it, rows)),
  {
    ...taken('TseNet.grow', 'skeleton', latent, (skeleton) => bytesOf(TseNet.grow(rows, { skeleton }))),
    emptyIsRight: true,
  },
  taken('gatesToCsv', 'report', report, gatesToCsv),
  taken('gatesToSvg', 'report', report, gatesToSvg),
  taken('tellingGates', 'report', report, (it) => tellingGates(it)),
  taken('gateReport', 'layout', layout, (it) => gateReport(gates, it)),
  taken('GateCounter', 'layout', layout, (it) => new GateCounter(it).gates),
  taken('GateCounter.merge', 'other', counter, (it) => counter.merge(it)),
  taken('readCsv', 'schema', schema, (it) => readCsv(text, it).features),
  taken('GaterNet.create', 'normalise', { mean: [0], std: [1] }, (normalise) =>
    bytesOf(GaterNet.create(images, { backbone: small, normalise })),
  ),
  taken('Standardizer.fromJSON', 'json', standardizer.toJSON(), (it) => Standardizer.fromJSON(it).toJSON()),
  taken('TfIdf.fromJSON', 'json', tfIdf.toJSON(), (it) => TfIdf.fromJSON(it).toJSON()),
  taken('LatentTree.fromJSON', 'json', latent.toJSON(), (it) => LatentTree.fromJSON(it).toJSON()),
  taken('treeFromJson', 'json', tree, (it) => treeToJson(treeFromJson(it))),
  taken('idxDataset', 'images', parseIdx(counts), (it) => idxDataset(it, it)),
  ...(['chowLiuTree', 'DenseNet.create', 'predict'] as const).map((name) =>
    taken(name, 'engine', engine, (it) =>
      name === 'chowLiuTree'
        ? chowLiuTree(rows, { engine: it })
        : bytesOf(DenseNet.create(rows, { ...dense6, engine: it })),
    ),
  ),
];

/** As postMessage brings it; what cannot be cloned is left as its own fields. */
function cloned(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return { ...(value as object) };
  }
}

const settled = async (call: () => unknown): Promise<unknown> => {
  try {
    return await call();
  } catch (error) {
    return error;
  }
};

for (const { name, argument, value, call, emptyIsRight } of [...DATA, ...OTHERS]) {
  test(`${name}: a copy of ${argument}, its JSON, and {}`, async () => {
    const wanted = await settled(() => call(value as never));
    const copies = [
      ['a copy', cloned(value)],
      ['JSON', value === engine ? {} : JSON.parse(JSON.stringify(value))],
      ...(emptyIsRight ? [] : [['{}', {}] as const]),
    ] as const;
    for (const [what, copy] of copies) {
      const found = await settled(() => call(copy as never));
      if (!(found instanceof Error)) {
        if (wanted instanceof Error) throw wanted;
        assert.equal(found, wanted, what);
        continue;
      }
      assert.instance(found, TypeError, `${what}: ${found}`);
      // What is wrong with the parts of a plain object of data is named by its part.
      const named = argument === 'data' ? /^(data|features)\b/ : new RegExp(`^${argument}\\b`);
      assert.match(found.message, named, what);
    }
  });
}

test('every class instance that a function takes has a line here', () => {
  const takers = Object.entries({ ...everything, ...draw }).filter(
    ([name, it]) =>
      typeof it === 'function' &&
      /^(chow|latent|top|mutual|target|assign|expand|split|tree|gates|telling|receptive|format)/.test(name),
  );
  const known = new Set([...DATA, ...OTHERS].map(({ name }) => name));
  assert.equal(
    takers.map(([name]) => name).filter((name) => !known.has(name) && name !== 'targetInformation'),
    [],
  );
});

test('copies as data give the same tree; a refusal says what to do', async () => {
  assert.equal((await chowLiuTree(structuredClone(rows))).edges, tree.edges);
  const grow = (skeleton: unknown) => TseNet.grow(rows, { skeleton: skeleton as LatentTree });
  for (const copy of [structuredClone(latent), latent.toJSON()]) {
    const error = await settled(() => grow(copy));
    assert.match(String(error), /^TypeError: skeleton: expected a LatentTree, got an object; LatentTree\.fromJSON/);
  }
  refuses(
    () => treeToJson(structuredClone(tree)),
    TypeError,
    /^tree: expected a Tree, got an object; treeFromJson makes one of its parts$/,
  );
});

test('treeFromJson gives the tree that was written, and refuses what no tree wrote', () => {
  const json = treeToJson(tree);
  for (const from of [
    json,
    JSON.parse(JSON.stringify(json)),
    structuredClone(tree),
    JSON.parse(JSON.stringify(tree)),
  ]) {
    const back = treeFromJson(from);
    assert.instance(back, Tree);
    assert.equal(treeToJson(back), json);
    assert.equal(back.walk(), tree.walk());
  }
  const edge = json.edges[0]!;
  const damaged: [object, RegExp][] = [
    [{ variables: 0 }, /^variables/],
    [{ root: 99 }, /^root/],
    [{ components: 7 }, /^json\.components: expected 1, as the edges tell, got 7/],
    [{ totalMutualInformation: 1 }, /^json\.totalMutualInformation/],
    [{ edges: [...json.edges, edge] }, /^edges: expected a forest/],
    [{ edges: [{ ...edge, a: 1e9 }, ...json.edges.slice(1)] }, /^edges/],
    [{ edges: [{ ...edge, information: -1 }, ...json.edges.slice(1)] }, /^json\.edges\.information\[0\]/],
    [{ edges: [{ ...edge, information: null }, ...json.edges.slice(1)] }, /^json\.edges\.information\[0\]/],
    [{ names: ['a'] }, /^names/],
  ];
  for (const [fault, message] of damaged) refuses(() => treeFromJson({ ...json, ...fault }), RangeError, message);
  refuses(() => treeFromJson({ ...json, edges: [null] as never }), TypeError, /^json\.edges\[0\]: expected an object/);
  refuses(() => treeFromJson(null as never), TypeError, /^json: expected an object, got null/);
  refuses(() => treeFromJson({} as never), TypeError, /^json\.edges/);
});

test.run();
