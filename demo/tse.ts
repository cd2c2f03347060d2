// Definitions of a dictionary: learn a tree of topics, grow a TSE-net from it, train it beside other nets, write demo/tse-report.html.
import { writeFile } from 'node:fs/promises';
import {
  assignLatents,
  DenseNet,
  type FitOptions,
  type GrowProgress,
  type LatentAssignment,
  type LatentTree,
  type LayerOptions,
  type NetOptions,
  readSafetensors,
  type SkeletonOptions,
  type SkipPathOptions,
  TrfNet,
  type TseGrowProgress,
  TseNet,
} from 'espalier';
import { topicsToHtml } from 'espalier/draw';
import { type Document, TextVectorizer, type TextVectorizerOptions } from 'espalier/text';
import { describeTopics } from 'espalier/topics';
import { byShare } from '#dist/structure/latent/topics.js';
import { permutation } from './data.js';
import { explainAnswers } from './frame/explained.js';
import { percent, spread, sum, whole } from './frame/numbers.js';
import { progress } from './frame/progress.js';
import { demoFile, runDemo, shownPath } from './frame/run.js';
import { countsOf, fitAndTest, type NetResult, netLine, type Rows, validationAccuracy } from './frame/training.js';
import { tsePage } from './tse/page.js';
import type { Answer, Example, TseRun } from './tse/story.js';
import { activeTopics, latentsOf, WORDS, wordsOf } from './tse/topics.js';
import { type Definition, DICTIONARY_WORDS, KINDS, readDefinitions } from './tse/words.js';
import { unitsOf } from './units.js';

const SEED = 1;
const VALIDATION_ROWS = 5_000;
const TEST_ROWS = 8_000;
const VOCABULARY: TextVectorizerOptions = {
  maxFeatures: 3_000,
  language: 'en',
  stopWords: DICTIONARY_WORDS,
  binary: true,
};
const DENSITY = 0.05;
/** On the validation rows these did as well as paths of 50 or 100 units. */
const SKIP_PATHS: SkipPathOptions = { from: [0, 1], units: 30 };
/** The structure is learned from all training rows. */
const SKELETON: SkeletonOptions = { sampleRows: 40_000 };

/** The same for all nets; chosen on the validation rows. */
const NET: NetOptions = { seed: SEED, dropout: 0.2, inputDropout: 0.2 };
const FIT: FitOptions = { epochs: 10, patience: 3, batchSize: 128, learningRate: 0.002, schedule: 'cosine' };

const TRF_LAYERS: LayerOptions[] = [{ radius: 4, stride: 4, globalUnits: 30 }];
const PRETRAIN = { epochs: 2 };
const DENSE_SHAPES = [[50], [300], [300, 100]];

/** Topics of a row that are shown, rows that are answered wrongly, and words that a row shown has at least. */
const SHOWN_TOPICS = 4;
const SHOWN_ERRORS = 4;
const LEAST_WORDS = 4;

/** What no dictionary says. */
const ASKED = [
  'it hops about on the lawn in the morning and pulls worms out of it',
  'you sit on it, it has four legs and a back',
  'somebody who fixes pipes and taps when they leak',
  'bake it with cheese and tomato on top',
];

const TREE = 'tse-tree.html';
const MODEL = 'tse-net.safetensors';

await runDemo<TseRun>({
  seed: SEED,
  report: 'tse-report.html',
  style: 'tse/page.css',
  tell,
  page: tsePage,
  summary,
});

async function tell() {
  const { definitions, rows, vectorizer, wordsPerRow } = await readRows();
  const isTold = (row: number) => vectorizer.find(definitions.test[row]!.text).length >= LEAST_WORDS;
  const { tse, grown, treeSeconds, file, explained, units } = await trainTse(rows, isTold);
  const { tree } = grown;
  const backbone = await trainBackbone(rows, tree, tse);
  const trf = await trainTrf(rows);
  const denseTried: NetResult[] = [];
  for (const hidden of DENSE_SHAPES) denseTried.push(await trainDense(rows, hidden));
  const dense = denseTried.reduce((best, net) => (validationAccuracy(net) > validationAccuracy(best) ? net : best));

  progress.at('Finding topics in rows');
  const report = await describeTopics(tree, vectorizer, documentsOf(definitions.train), { top: WORDS });
  const nets = [tse, backbone, trf, { ...dense, name: 'Dense net' }];
  const { train, test } = definitions;
  const inTest = await assignLatents(tree, rows.test);
  const example = (row: number) => exampleOf(test[row]!, row, tree, inTest, nets);
  const wrong = Array.from(test.keys()).filter((row) => tse.classes[row] !== test[row]!.kind);
  const asked = await ask(file);
  progress.end();
  await writeFile(demoFile(TREE), topicsToHtml(report, { title: 'Topics of a dictionary' }));
  await writeFile(demoFile(MODEL), file);
  return {
    rows: countsOf(rows),
    kinds: KINDS,
    vectorizer,
    wordsPerRow,
    samples: firstOfEachKind(train, vectorizer).map((row) => train[row]!),
    grown,
    density: DENSITY,
    treeSeconds,
    report,
    fit: FIT,
    tse,
    backbone,
    trf,
    dense: nets[3]!,
    denseTried,
    right: firstOfEachKind(test, vectorizer).map(example),
    wrong: spread(wrong, SHOWN_ERRORS).map(example),
    asked,
    explained: explained.map((e) => ({ ...e, definition: test[e.row]! })),
    units,
  };
}

/** Definitions at random, in three parts, and as the nets see them. */
async function readRows() {
  progress.at('Reading the dictionary');
  const all = await readDefinitions();
  const order = permutation(all.length, SEED);
  const take = (from: number, to?: number) => Array.from(order.subarray(from, to), (row) => all[row]!);
  const definitions = {
    test: take(0, TEST_ROWS),
    validation: take(TEST_ROWS, TEST_ROWS + VALIDATION_ROWS),
    train: take(TEST_ROWS + VALIDATION_ROWS),
  };
  const { train, validation, test } = definitions;
  const { vectorizer, data } = await TextVectorizer.learnTransform(textsOf(train), {
    ...VOCABULARY,
    ...kindsOf(train),
  });
  const rows: Rows = {
    train: data,
    validation: await vectorizer.transform(textsOf(validation), kindsOf(validation)),
    test: await vectorizer.transform(textsOf(test), kindsOf(test)),
  };
  const { features } = rows.train;
  const wordsPerRow = (features.kind === 'sparse' ? features.index.length : 0) / train.length;
  progress.done('Reading the dictionary', `${all.length} definitions, ${wordsPerRow.toFixed(1)} words in each`);
  return { definitions, rows, vectorizer, wordsPerRow };
}

function textsOf(definitions: readonly Definition[]): string[] {
  return definitions.map(({ text }) => text);
}

function kindsOf(definitions: readonly Definition[]) {
  return { labels: definitions.map(({ kind }) => kind), classNames: KINDS };
}

function documentsOf(definitions: readonly Definition[]): Document[] {
  return definitions.map(({ term, text, kind }) => ({ name: term, text, label: KINDS[kind]! }));
}

/** What the saved net makes of texts. */
async function ask(file: Uint8Array): Promise<Answer[]> {
  const net = await TseNet.load(file);
  const { classes, outputs } = await net.predict(ASKED);
  net.dispose();
  return ASKED.map((text, row) => {
    const kind = classes![row]!;
    return { text, kind, probability: outputs[row * KINDS.length + kind]! };
  });
}

async function trainTse(rows: Rows, isTold: (row: number) => boolean) {
  const net = await TseNet.grow(rows.train, {
    ...NET,
    density: DENSITY,
    skeleton: SKELETON,
    skipPaths: SKIP_PATHS,
    onProgress: showGrowth,
  });
  const { skeleton: tree, growSeconds, skipPaths } = net;
  const { expansion, ...learning } = growSeconds!;
  const treeSeconds = sum(Object.values(learning));
  progress.done('Expansion', `${net.layers.map(({ connections }) => whole(connections)).join(' + ')} connections`);
  tellTree(tree, treeSeconds);
  const result = await fitAndTest('TSE-net', net, rows, FIT, [
    { name: 'Learning the tree', seconds: treeSeconds },
    { name: 'Expansion', seconds: expansion },
  ]);
  const file = net.save();
  const { tensors } = readSafetensors(file);
  const connections = tree.levels.map((_, l) => unitsOf(tensors, l).map(({ inputs }) => inputs));
  progress.at('Explaining the TSE-net');
  const explained = await explainAnswers(net, rows.test, result, {}, isTold);
  const units = await net.explain(rows.train, { coherence: rows.test });
  net.dispose();
  return { tse: result, grown: { tree, connections, skipPaths, outputs: KINDS }, treeSeconds, file, explained, units };
}

/** The tree is the one that the TSE-net has learned, whose time is told again. */
async function trainBackbone(rows: Rows, skeleton: LatentTree, { phases }: NetResult): Promise<NetResult> {
  const net = await TseNet.grow(rows.train, { ...NET, density: DENSITY, skeleton, skipPaths: false });
  const result = await fitAndTest('Backbone', net, rows, FIT, [
    phases[0]!,
    { name: 'Expansion', seconds: net.growSeconds!.expansion },
  ]);
  net.dispose();
  return result;
}

async function trainTrf(rows: Rows): Promise<NetResult> {
  const net = await TrfNet.grow(rows.train, {
    ...NET,
    layers: TRF_LAYERS,
    pretrain: PRETRAIN,
    onProgress: ({ phase, done, total, epoch }: GrowProgress) =>
      progress.at('TRF-net, growing', done, total, phase === 'pretrain' ? `pre-training, epoch ${epoch}` : phase),
  });
  progress.at('TRF-net, growing', 1, 1, `${net.layers.length - 1} hidden layer`);
  const { tree, encode, pretrain } = net.growSeconds!;
  const result = await fitAndTest('TRF-net', net, rows, FIT, [
    { name: 'Learning the tree', seconds: tree + encode },
    { name: 'Pre-training', seconds: pretrain },
  ]);
  net.dispose();
  return result;
}

async function trainDense(rows: Rows, hidden: number[]): Promise<NetResult> {
  const net = await DenseNet.create(rows.train, { ...NET, hidden });
  const result = await fitAndTest(`Dense ${hidden.join('-')}`, net, rows, FIT);
  net.dispose();
  return result;
}

function showGrowth({ phase, level, done, total }: TseGrowProgress): void {
  if (phase === 'expansion') progress.at('Expansion', done, total, `layer ${level}`);
  else progress.at('Topic tree', done, total, done < total ? `${phase}, level ${level}` : '');
}

function tellTree(tree: LatentTree, seconds: number): void {
  const { levels, features, logLikelihood, bic } = tree;
  console.log(`
Topics      ${levels.map(whole).join(', then ')} over ${whole(features)} words, in ${seconds.toFixed(1)} s
Fit         log-likelihood ${whole(Math.round(logLikelihood))} nats, BIC ${whole(Math.round(bic))}
Top topics`);
  for (const latent of byShare(tree, latentsOf(tree, levels.length))) {
    console.log(`  ${percent(tree.marginal[latent]!).padStart(8)}  ${wordsOf(tree, latent).join(', ')}`);
  }
  console.log();
}

/** The first row of each kind that has words enough to be told. */
function firstOfEachKind(definitions: readonly Definition[], vectorizer: TextVectorizer): number[] {
  return KINDS.map((_, kind) =>
    definitions.findIndex(
      (definition) => definition.kind === kind && vectorizer.find(definition.text).length >= LEAST_WORDS,
    ),
  ).filter((row) => row >= 0);
}

function exampleOf(
  definition: Definition,
  row: number,
  tree: LatentTree,
  assigned: LatentAssignment,
  nets: readonly NetResult[],
): Example {
  return {
    definition,
    topics: activeTopics(tree, assigned, row, SHOWN_TOPICS),
    answers: nets.map(({ classes, outputs }) => {
      const kind = classes[row]!;
      return { kind, probability: outputs[row * KINDS.length + kind]! };
    }),
  };
}

function summary({ tse, backbone, trf, dense, asked }: TseRun): string {
  return `${[tse, backbone, trf, dense].map((net) => netLine(net, dense)).join('\n')}
${asked.map(({ text, kind, probability }) => `  ${KINDS[kind]!.padEnd(9)} ${percent(probability, 0).padStart(5)}  ${text}`).join('\n')}
Topics in ${shownPath(TREE)}, the net in ${shownPath(MODEL)}`;
}
