import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import {
  assignLatents,
  chowLiuTree,
  createEngine,
  Dataset,
  DenseNet,
  expandTree,
  type FitOptions,
  GaterNet,
  gateReport,
  latentTree,
  latentTreeToJson,
  loadNet,
  type RunOptions,
  receptiveFields,
  Standardizer,
  splitRows,
  TfIdf,
  Tree,
  TrfNet,
  TseNet,
  topPairs,
} from 'espalier';
import { countData, mergeCounts, surveyData, surveyTexts } from 'espalier/counts';
import {
  gatesToSvg,
  latentTreeToHtml,
  latentTreeToSvg,
  topicSharesToSvg,
  topicsToHtml,
  treeToSvg,
} from 'espalier/draw';
import {
  gunzip,
  idxDataset,
  learnCsvAsync,
  learnCsvSchema,
  learnRecords,
  parseSparseTextAsync,
  parseSvmlight,
  parseSvmlightAsync,
  readCsv,
  readCsvAsync,
  readRecords,
  textOf,
} from 'espalier/read';
import { readDocuments, TextVectorizer } from 'espalier/text';
import {
  assignTopics,
  describeTopics,
  refineLatentTree,
  sampleLatentTree,
  scoreDocuments,
  splitDocuments,
  TopicTree,
} from 'espalier/topics';
import { createWorker } from 'espalier/worker';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { documented, optionsDoc } from '#dist/cli/options-doc.js';
import { badOptions, misspelt } from '../support/bad-values.js';
import { classesOf, stripes } from '../support/gated-images.js';
import { dense, sparse, switches } from '../support/problems.js';
import { topicReport } from '../support/topic-report.js';

// Every option of every function, as it is declared, with values that no one may pass: an error of the right kind that names the argument, before any memory is
// taken. The cases are made from the declarations; the functions are the public ones.

const test = suite('options');
const rows = switches(1, 40);
const [train, listed] = [dense(rows), sparse(rows)];
const stream = await Dataset.stream([() => train]);
const images = classesOf(stripes(1, 8));
const engine = await createEngine();
const net = await DenseNet.create(train, { hidden: [4], engine });
const gated = await GaterNet.create(images, {
  backbone: 'resnet-8',
  width: 4,
  gater: 'resnet-8',
  gaterWidth: 4,
  engine,
});
const tree = new Tree(3, [{ a: 0, b: 1, information: 1 }]);
const latent = await latentTree(listed, { engine });
const vectorizer = await TextVectorizer.learn(['red wine']);
const wine = await latentTree(await vectorizer.transform(['red wine', 'wine', 'red']), { engine });
const documents = [{ text: 'red wine' }];
const report = gateReport(await gated.gates(images), gated.gateLayout);

/** Options with what must be among them; what is none as it is. */
const withTarget = (options: Any) => (options?.constructor === Object ? { target: null, ...options } : options);

/** What TypeScript would have refused. */
// biome-ignore lint/suspicious/noExplicitAny: the point of the file
type Any = any;

const calls: Record<string, (options: Any) => unknown> = {
  'TrfNet.grow': (options) => TrfNet.grow(listed, options),
  'TseNet.grow': (options) => TseNet.grow(listed, options),
  'GaterNet.create': (options) => GaterNet.create(images, options),
  'DenseNet.create': (options) => DenseNet.create(train, options),
  fit: (options: FitOptions) => net.fit(train, options),
  'fit of a gaternet net': (options: FitOptions) => gated.fit(images, options),
  'predict, evaluate': (options: RunOptions) => net.predict(train, options),
  'GaterNet: predict, evaluate, gates': (options) => gated.predict(images, options),
  saveAsync: (options) => net.saveAsync({}, options),
  explain: (options) => net.explain(train, options),
  explainRow: (options) => net.explainRow(train, options),
  importance: (options) => net.importance(train, options),
  'GaterNet.fromStateDict': (options) => GaterNet.fromStateDict(new Uint8Array(8), options),
  chowLiuTree: (options) => chowLiuTree(listed, options),
  'mutualInformation, targetInformation, topPairs': (options) => topPairs(listed, 1, options),
  receptiveFields: (options) => receptiveFields(tree, options),
  countData: (options) => countData(listed, options),
  mergeCounts: async (options) => mergeCounts([await countData(listed)], options),
  surveyData: (options) => surveyData(listed, options),
  surveyTexts: (options) => surveyTexts(['a word here'], options),
  latentTree: (options) => latentTree(listed, options),
  expandTree: (options) => expandTree(latent, listed, options),
  assignLatents: (options) => assignLatents(latent, listed, options),
  refineLatentTree: (options) => refineLatentTree(latent, () => [listed], options),
  'TopicTree.learn': (options) => TopicTree.learn(documents, options),
  'TopicTree: update': (options) => new TopicTree({ tree: wine, vectorizer }).update(documents, options),
  splitDocuments: (options) => splitDocuments(documents, options),
  describeTopics: (options) => describeTopics(wine, vectorizer, documents, options),
  assignTopics: (options) => assignTopics(wine, vectorizer, documents, options),
  scoreDocuments: (options) => scoreDocuments(wine, vectorizer, documents, options),
  sampleLatentTree: (options) => sampleLatentTree(latent, 3, options),
  'Dataset.stream': (options) => Dataset.stream([() => train], options),
  'DataStream: sample': (options) => stream.sample(3, options),
  splitRows: (options) => splitRows(train, options),
  idxDataset: (options) => idxDataset(Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 1, 5), undefined, options),
  'TextVectorizer.learn, learnTransform': (options) => TextVectorizer.learn(['red wine'], options),
  'TextVectorizer: transform': (options) => vectorizer.transform(['red wine'], options),
  learnCsvAsync: (options) => learnCsvAsync('a,b\n1,2\n3,4\n', withTarget(options)),
  readCsvAsync: (options) => readCsvAsync('a,b\n1,2\n', learnCsvSchema('a,b\n1,2\n', { target: null }), options),
  'learnSvmlightAsync, parseSvmlightAsync': (options) => parseSvmlightAsync('1 1:1\n2 2:1\n', options),
  parseSparseTextAsync: (options) => parseSparseTextAsync('0,1:1\n1,2:1\n', options),
  'learnCsv, learnCsvSchema': (options) => learnCsvSchema('a,b\n1,2\n3,4\n', options),
  'learnRecords, Dataset.fromRecords': (options) => learnRecords([[1, 2]], options),
  readRecords: (options) => readRecords([{ a: 1, b: 2 }], learnCsvSchema('a,b\n1,2\n', { target: null }), options),
  readCsv: (options) => readCsv('a,b\n1,2\n', learnCsvSchema('a,b\n1,2\n', { target: null }), options),
  'learnSvmlight, parseSvmlight': (options) => parseSvmlight('1 1:1\n2 2:1\n', options),
  gunzip: (options) => gunzip(gzipSync('a'), options),
  textOf: (options) => textOf(Uint8Array.of(97), options),
  readDocuments: (options) => readDocuments('a', options),
  treeToSvg: (options) => treeToSvg(tree, options),
  'latentTreeToJson, latentTreeToDot': (options) => latentTreeToJson(latent, options),
  latentTreeToSvg: (options) => latentTreeToSvg(latent, options),
  latentTreeToHtml: (options) => latentTreeToHtml(latent, options),
  topicsToHtml: (options) => topicsToHtml(topicReport(), options),
  topicSharesToSvg: (options) => topicSharesToSvg(topicReport(), options),
  gatesToSvg: (options) => gatesToSvg(report, options),
  'load, loadNet': (options) => loadNet(net.save(), options),
  'Standardizer.learn': (options) => Standardizer.learn(train, options),
  'TfIdf.learn': (options) => TfIdf.learn(listed, options),
  createEngine: (options) => createEngine(options),
  createWorker: (options) => createWorker(options),
};

test('every function that has options is tried here', () => {
  assert.equal(
    Object.keys(calls).sort(),
    documented()
      .map(({ of }) => of)
      .sort(),
  );
});

for (const { of, options: declared } of documented()) {
  test(`${of} refuses what its declaration does`, async () => {
    const call = calls[of]!;
    const cases = badOptions(declared);
    assert.ok(cases.length >= 5, `${cases.length} cases`);
    const used = engine.arena.used;
    const wrong: string[] = [];
    for (const none of [null, 3, 'fast', [1]]) {
      const error = await thrown(() => call(none));
      if (error?.constructor !== TypeError || !error.message.startsWith('options: expected an object, got '))
        wrong.push(`${none}: ${error}`);
    }
    for (const { what, options, kind, argument } of cases) {
      const error = await thrown(() => call(options));
      const named = error?.message.startsWith(`${argument}: expected `) && /, got ./.test(error.message);
      if (error?.constructor !== kind || !named)
        wrong.push(`${what}: expected ${kind.name} on ${argument}, got ${error}`);
    }
    assert.equal(wrong, []);
    assert.is(engine.arena.used, used);
  });
}

test('docs/OPTIONS.md is what the declarations say', () => {
  const path = new URL('../../../docs/OPTIONS.md', import.meta.url);
  assert.is(readFileSync(path, 'utf8'), optionsDoc(), 'run npm run docs:options');
});

test('a misspelt name is answered with the nearest', async () => {
  for (const [options, hint] of [
    [{ epoch: 2 }, 'epoch: expected an option of fit, got a name that is none; did you mean epochs?'],
    [{ batchsize: 2 }, 'batchsize: expected an option of fit, got a name that is none; did you mean batchSize?'],
    [{ learningRat: 2 }, 'did you mean learningRate?'],
    [
      { optimizer: { kind: 'sgd', momentun: 0.5 } },
      "optimizer.momentun: expected an option of optimizer 'sgd', got a name that is none; did you mean momentum?",
    ],
    [{ x: 2 }, 'its options are validation, epochs, batchSize,'],
  ] as const) {
    const error = await thrown(() => net.fit(train, options as Any));
    assert.ok(error instanceof TypeError && error.message.includes(hint), `${error}`);
  }
  const error = await thrown(() => TrfNet.grow(listed, { treshold: 1 } as Any));
  assert.ok(error?.message.endsWith('did you mean threshold?'), `${error}`);
  for (const { options: declared } of documented()) {
    for (const name of Object.keys(declared)) assert.is.not(misspelt(name), name);
  }
});

test('a hole in a list is a value that is missing, a kind is a text', async () => {
  // biome-ignore lint/suspicious/noSparseArray: the point of the test
  const holes = { hidden: [5, , 3], layers: [{ radius: 1, stride: 1 }, , { radius: 1, stride: 1 }], pairs: [, [0, 1]] };
  for (const [argument, call] of [
    ['hidden[1]', () => DenseNet.create(train, { hidden: holes.hidden as Any, engine })],
    ['layers[1]', () => TrfNet.grow(train, { layers: holes.layers as Any, engine })],
    ['required', () => chowLiuTree(train, { required: holes.pairs as Any, engine })],
    ['optimizer', () => net.fit(train, { optimizer: { kind: ['adam'] } as Any })],
  ] as const) {
    const error = await thrown(call);
    assert.ok(error instanceof TypeError && error.message.startsWith(`${argument}: expected `), `${error}`);
  }
});

test('undefined counts as absent, null does not', async () => {
  const { history } = await net.fit(train, { epochs: 1, batchSize: undefined, patience: undefined, signal: undefined });
  assert.is(history.length, 1);
  const error = await thrown(() => net.fit(train, null as Any));
  assert.is(error?.message, 'options: expected an object, got null');
});

async function thrown(call: () => unknown): Promise<Error | undefined> {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  return undefined;
}

test.run();
