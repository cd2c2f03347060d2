import {
  assignLatents,
  chowLiuTree,
  type Dataset,
  DenseNet,
  type Engine,
  expandTree,
  GaterNet,
  LatentTree,
  latentTree,
  loadNet,
  mutualInformation,
  type Net,
  splitRows,
  TrfNet,
  TseNet,
  targetInformation,
  topPairs,
} from 'espalier';
import { describeTopics, refineLatentTree, scoreDocuments, TopicTree } from 'espalier/topics';
import { classesOf, stripes } from './gated-images.js';
import { dense, sparse, switches } from './problems.js';
import { knownTopics, madeDocuments } from './topic-documents.js';

/** What a call may be given beside its own options. */
export interface More {
  engine?: Engine;
  signal?: AbortSignal;
  resume?: Uint8Array;
  [callback: string]: unknown;
}

/** A call that allocates and may pause, over small data: what it results in can be compared bit by bit. */
export interface LongCall {
  readonly name: string;
  run(engine: Engine, more: More): Promise<unknown>;
  readonly signal: boolean;
  /** Its callbacks. */
  readonly callbacks: readonly string[];
}

const problem = switches(3, 80, 3, 4);
const rows = sparse(problem);
const flat = dense(problem);
export const pictures = classesOf(stripes(5, 36));
const small = { kind: 'resnet', depth: 8, width: 4 } as const;
const fitting = { epochs: 2, batchSize: 16, learningRate: 0.01 } as const;
const layers = [
  { radius: 1, stride: 1, globalUnits: 2 },
  { radius: 1, stride: 2, globalUnits: 2 },
];
const tree = LatentTree.fromJSON((await latentTree(rows)).toJSON());
const growing = ['onProgress', 'onCheckpoint'] as const;

/** The bytes of a new net, which is let go of. */
async function bytesOf(made: Promise<Net>): Promise<Uint8Array> {
  const net = await made;
  const bytes = net.save();
  net.dispose();
  return bytes;
}

const file = await bytesOf(DenseNet.create(rows, { hidden: [6, 4] }));
const gatedFile = await bytesOf(GaterNet.create(pictures, { backbone: small, gater: small, bottleneckNorm: true }));
const trfFile = await bytesOf(TrfNet.grow(flat, { layers, pretrain: { epochs: 1 } }));
const tseFile = await bytesOf(TseNet.grow(rows));

const words = await knownTopics([
  ['apple', 'pear'],
  ['ship', 'port', 'sail'],
]);
const documents = Array.from({ length: 600 }, (_, i) => ({
  text: `apple ${i % 3 ? 'ship' : 'pear port'}`,
  label: 'x',
}));

const made = madeDocuments(90, 1);
const topics = new TopicTree(words);

function learned({ tree, steps }: TopicTree): unknown {
  return [tree.toJSON(), steps];
}

/** A call of a loaded net, which is let go of whatever comes. */
async function ofNet<T>(bytes: Uint8Array, engine: Engine, call: (net: never) => Promise<T>): Promise<T> {
  const net = await loadNet(bytes, { engine });
  try {
    return await call(net as never);
  } finally {
    net.dispose();
  }
}

/** fit's result without its times, and the weights that it left. */
async function fitted(net: Net, data: Dataset, { engine: _, ...more }: More): Promise<unknown> {
  const { history, ...result } = await net.fit(data, { ...fitting, validation: data, ...more });
  const told = history.map(({ loss, validation }) => [loss, validation]);
  return { ...result, seconds: 0, history: told, weights: net.save() };
}

const fits: [string, Uint8Array, Dataset][] = [
  ['DenseNet', file, rows],
  ['TrfNet', trfFile, flat],
  ['TseNet', tseFile, rows],
  ['GaterNet', gatedFile, pictures],
];

const plain = (name: string, run: LongCall['run'], callbacks: readonly string[] = [], signal = true): LongCall => ({
  name,
  run,
  callbacks,
  signal,
});
const withoutEngine = ({ engine: _, ...more }: More) => more;

export const LONG_CALLS: readonly LongCall[] = [
  plain('chowLiuTree of sparse rows', (_, more) => chowLiuTree(rows, more), ['onProgress']),
  plain('chowLiuTree of dense rows', (_, more) => chowLiuTree(flat, { required: [[0, 5]], ...more }), ['onProgress']),
  plain('chowLiuTree of bins', (_, more) => chowLiuTree(flat, { bins: 3, ...more }), ['onProgress']),
  plain('topPairs', (_, more) => topPairs(rows, 3, more)),
  plain('mutualInformation', (_, more) => mutualInformation(rows, 0, 1, more)),
  plain('targetInformation', (_, more) => targetInformation(rows, more)),
  plain('latentTree', async (_, more) => (await latentTree(rows, { maxTop: 2, ...more })).toJSON(), ['onProgress']),
  plain('latentTree of dense rows', async (_, more) => (await latentTree(flat, more)).toJSON(), ['onProgress']),
  plain('assignLatents', (_, more) => assignLatents(tree, rows, more)),
  plain(
    'refineLatentTree',
    async (_, more) => {
      const { tree: refined } = await refineLatentTree(tree, () => [rows, flat], { batchRows: 30, passes: 2, ...more });
      return refined.toJSON();
    },
    ['onProgress'],
  ),
  plain(
    'TopicTree.learn',
    async (_, more) => learned(await TopicTree.learn(made, { passes: 1, batchRows: 30, ...more })),
    ['onProgress'],
  ),
  plain('TopicTree: update', async (_, more) => learned(await topics.update(made, { batchRows: 30, ...more })), [
    'onProgress',
  ]),
  plain('describeTopics', (_, more) => describeTopics(words.tree, words.vectorizer, documents, { shown: 9, ...more }), [
    'onProgress',
  ]),
  plain('scoreDocuments', (_, more) => scoreDocuments(words.tree, words.vectorizer, documents, more)),
  plain('expandTree', (_, more) => expandTree(tree, rows, { minInputs: 8, ...more }), ['onProgress']),
  plain('splitRows', (_, more) => splitRows(rows, { ...more }), [], false),
  plain('DenseNet.create', (_, more) => bytesOf(DenseNet.create(rows, { hidden: [6], ...more })), [], false),
  plain(
    'GaterNet.create',
    (_, more) => bytesOf(GaterNet.create(pictures, { backbone: small, gater: small, ...more })),
    [],
    false,
  ),
  plain('TrfNet.grow', (_, more) => bytesOf(TrfNet.grow(rows, { layers, pretrain: { epochs: 2 }, ...more })), growing),
  plain(
    'TrfNet.grow of dense rows',
    (_, more) => bytesOf(TrfNet.grow(flat, { layers, pretrain: { epochs: 1 }, ...more })),
    growing,
  ),
  plain('TseNet.grow', (_, more) => bytesOf(TseNet.grow(rows, more)), growing),
  plain('TseNet.grow over a skeleton', (_, more) => bytesOf(TseNet.grow(rows, { skeleton: tree, ...more })), [
    'onProgress',
  ]),
  ...fits.flatMap(([name, bytes, data]) => [
    plain(`${name}.load`, (engine) => bytesOf(loadNet(bytes, { engine })), [], false),
    plain(`${name} fit`, (engine, more) => ofNet(bytes, engine, (net) => fitted(net, data, more)), [
      'onProgress',
      'onEpoch',
      'onCheckpoint',
    ]),
    plain(`${name} saveAsync`, (engine, more) =>
      ofNet(bytes, engine, (net: Net) => net.saveAsync({ note: 'mine' }, withoutEngine(more))),
    ),
    plain(`${name} predict`, (engine, more) =>
      ofNet(bytes, engine, (net: Net) => net.predict(data, { batchSize: 16, ...withoutEngine(more) })),
    ),
    plain(`${name} evaluate`, (engine, more) =>
      ofNet(bytes, engine, (net: Net) => net.evaluate(data, { batchSize: 16, ...withoutEngine(more) })),
    ),
  ]),
  ...fits
    .slice(0, 3)
    .flatMap(([name, bytes, data]) => [
      plain(`${name} explain`, (engine, more) =>
        ofNet(bytes, engine, (net: DenseNet) => net.explain(data, { coherence: data, ...withoutEngine(more) })),
      ),
      plain(`${name} explainRow`, (engine, more) =>
        ofNet(bytes, engine, (net: DenseNet) => net.explainRow(data, withoutEngine(more))),
      ),
      plain(`${name} importance`, (engine, more) =>
        ofNet(bytes, engine, (net: DenseNet) => net.importance(data, { repeats: 2, top: 3, ...withoutEngine(more) })),
      ),
    ]),
  plain('GaterNet gates', (engine, more) =>
    ofNet(gatedFile, engine, (net: GaterNet) => net.gates(pictures, { batchSize: 16, ...withoutEngine(more) })),
  ),
  plain('GaterNet gateBatches', (engine, more) =>
    ofNet(gatedFile, engine, async (net: GaterNet) => {
      const all = [];
      for await (const batch of net.gateBatches(pictures, { batchSize: 16, ...withoutEngine(more) })) all.push(batch);
      return all;
    }),
  ),
];

/** The call with an onCheckpoint, where it takes one, that keeps what it receives. */
export function keeping(call: LongCall, engine: Engine, more: More) {
  const kept: { checkpoint?: Uint8Array } = {};
  const given = more.onCheckpoint as (() => unknown) | undefined;
  const onCheckpoint = (bytes: Uint8Array) => {
    kept.checkpoint = bytes;
    return given?.();
  };
  const all = call.callbacks.includes('onCheckpoint') ? { ...more, onCheckpoint } : more;
  return { kept, work: () => call.run(engine, all) };
}

/** A net for many calls at once. */
export const shared = {
  bytes: file,
  fit: (net: DenseNet) => fitted(net, rows, {}),
};

const read = (name: string, on: (net: DenseNet) => Promise<unknown>) => ({
  name: `shared ${name}`,
  on,
  run: (engine: Engine) => ofNet(file, engine, (net: DenseNet) => on(net)),
});

/** Calls of the shared net that leave it as it is. */
export const READS = [
  read('predict', (net) => net.predict(rows, { batchSize: 8 })),
  read('evaluate', (net) => net.evaluate(rows, { batchSize: 8 })),
  read('explain', (net) => net.explain(rows)),
  read('explainRow', (net) => net.explainRow(rows)),
  read('importance', (net) => net.importance(rows, { repeats: 1, top: 2 })),
  read('save', async (net) => net.save()),
] as const;
