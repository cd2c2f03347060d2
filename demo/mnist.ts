// MNIST with its pixels shuffled: learn the tree, grow and train a TRF-net, train a dense net of the same widths, write demo/report.html.
import { readFileSync } from 'node:fs';
import { DenseNet, type FitOptions, type GrowProgress, type NetOptions, TrfNet } from 'espalier';
import { litShares, permutation, readMnist, shuffledDataset } from './data.js';
import { explainAnswers } from './frame/explained.js';
import { percent } from './frame/numbers.js';
import { progress } from './frame/progress.js';
import { runDemo } from './frame/run.js';
import { countsOf, fitAndTest, type NetResult, netLine, type Rows } from './frame/training.js';
import { EXPLAINED } from './mnist/explained-section.js';
import { fieldsOf } from './mnist/fields.js';
import { countTouching, placeEdges } from './mnist/geometry.js';
import { type MnistRun, mnistPage } from './mnist/page.js';

const SEED = 1;
const VALIDATION_ROWS = 5_000;

/** A pixel counts as lit above this. */
const THRESHOLD = 0;
const LAYERS = [
  { radius: 8, stride: 2, globalUnits: 40 },
  { radius: 4, stride: 3, globalUnits: 40 },
];
const PRETRAIN = { epochs: 3 };

/** The same for both nets. Less dropout and larger first weights than the paper's suit a few epochs over many rows. */
const NET: NetOptions = { seed: SEED, dropout: 0.1, initialScale: 2.4 };
const FIT: FitOptions = { epochs: 10, batchSize: 128, learningRate: 0.004, schedule: 'cosine' };

await runDemo<MnistRun>({
  seed: SEED,
  report: 'report.html',
  style: 'mnist/page.css',
  tell,
  page: (run, style) => mnistPage(run, style, readFileSync(new URL('mnist/in-page.js', import.meta.url), 'utf8')),
  summary,
});

async function tell() {
  progress.at('Reading MNIST');
  const { train: images, test: testImages } = await readMnist();
  const shuffle = permutation(images.pixels.length / images.rows, SEED);
  const order = permutation(images.rows, SEED + 1);
  const trainRows = order.subarray(VALIDATION_ROWS);
  const rows: Rows = {
    train: shuffledDataset(images, shuffle, trainRows),
    validation: shuffledDataset(images, shuffle, order.subarray(0, VALIDATION_ROWS)),
    test: shuffledDataset(testImages, shuffle),
  };
  progress.done('Reading MNIST', 'pixels shuffled');

  const trf = await trainTrf(rows);
  const dense = await trainDense(rows, trf.widths);
  const litShare = litShares(images, trainRows, THRESHOLD * 255);
  const edges = placeEdges(trf.origin[0]!.edges, shuffle, litShare);
  return {
    rows: countsOf(rows),
    shuffle,
    litShare,
    edges,
    totalInformation: trf.origin[0]!.totalInformation,
    layers: LAYERS,
    fields: fieldsOf(trf.file, trf.origin, shuffle),
    fit: FIT,
    trf: trf.result,
    dense,
    test: testImages,
    explained: trf.explained,
  };
}

async function trainTrf(rows: Rows) {
  const net = await TrfNet.grow(rows.train, {
    ...NET,
    threshold: THRESHOLD,
    layers: LAYERS,
    pretrain: PRETRAIN,
    onProgress: showGrowth,
  });
  progress.end();
  const result = await fitAndTest('TRF-net', net, rows, FIT, [
    { name: 'Learning the trees', seconds: net.growSeconds!.tree },
    { name: 'Pre-training the layers', seconds: net.growSeconds!.pretrain },
    { name: 'Encoding rows for the next layer', seconds: net.growSeconds!.encode },
  ]);
  const widths = net.layers.slice(0, -1).map(({ sparseUnits, denseUnits }) => sparseUnits + denseUnits);
  const { origin } = net;
  progress.at('Explaining two answers');
  const explained = await explainAnswers(net, rows.test, result, EXPLAINED);
  const file = net.save();
  net.dispose();
  return { result, widths, origin, file, explained };
}

async function trainDense(rows: Rows, hidden: number[]): Promise<NetResult> {
  const net = await DenseNet.create(rows.train, { ...NET, hidden });
  const result = await fitAndTest('Dense net', net, rows, FIT);
  net.dispose();
  return result;
}

function showGrowth({ phase, layer, done, total, epoch, loss }: GrowProgress): void {
  if (phase === 'tree') progress.at(`Tree ${layer}`, done, total, `${total} variables`);
  else if (phase === 'encode') progress.at(`Encoding with layer ${layer - 1}`, done, total, `${total} rows`);
  else progress.at(`Pre-training layer ${layer}`, done, total, `epoch ${epoch}, error ${loss!.toFixed(2)}`);
}

function summary({ edges, trf, dense }: MnistRun): string {
  const { edges: count, touching, informative, informativeTouching } = countTouching(edges);
  return `Tree         ${touching} of ${count} edges join touching pixels (${percent(touching / count)}); of the ${informative} between pixels that
             change, ${informativeTouching} do (${percent(informativeTouching / informative)})
${netLine(trf)}
${netLine(dense)}`;
}
