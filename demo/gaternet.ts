// MNIST: train a net that chooses its filters for each image, and the same backbone without gates; test and time both, write demo/gaternet-report.html.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type BackboneLayer,
  type Dataset,
  type GatedEvaluation,
  GaterNet,
  type GaterNetOptions,
  gateReport,
} from 'espalier';
import { type Contender, meanMultiplyAdds, millisecondsPerImage } from './costs.js';
import { CLASSES, imageDataset, permutation, readMnist, SIDE } from './data.js';
import { examplesOf } from './examples.js';
import { type GaterRun, gaternetPage, type ImageCost, type TrainedNet } from './gaternet-page.js';
import { machine } from './machine.js';
import { Progress, runShown } from './progress.js';
import { fitShown, percent, type Rows } from './training.js';

const SEED = 1;
const NAMES = Array.from({ length: CLASSES }, (_, digit) => String(digit));
const TRAIN_ROWS = 6_000;
const VALIDATION_ROWS = 2_000;

/** A ResNet-8 whose first convolution halves the image, which saves three quarters of the time. */
const BACKBONE: BackboneLayer[] = [
  { type: 'conv', filters: 16, stride: 2, gated: false },
  { type: 'block', filters: 16 },
  { type: 'block', filters: 32, stride: 2 },
  { type: 'block', filters: 64, stride: 2 },
];
const GATER: BackboneLayer[] = [8, 16, 32].map((filters) => ({ type: 'conv', filters, stride: 2 }));
const PENALTY = 0.5;
const PRETRAIN_EPOCHS = 1;

/** The same for both nets. */
const NET: GaterNetOptions = { seed: SEED, backbone: BACKBONE, augmentation: { pad: 2, flip: false } };
const FIT = { epochs: 6, batchSize: 32, learningRate: 0.004, optimizer: 'adam', schedule: 'cosine' } as const;
const GATED = {
  gater: GATER,
  placement: 'every-conv',
  bottleneck: 16,
  // Without it all gates but one came out the same for every image.
  bottleneckNorm: true,
  penalty: PENALTY,
  pretrainEpochs: PRETRAIN_EPOCHS,
} as const;

/** Images at a time when nets are timed, and of how many test images. */
const TIMED = [
  { batchSize: 1, images: 2_000 },
  { batchSize: 32, images: 4_800 },
];

const ROOT = new URL('../../', import.meta.url);
const REPORT = fileURLToPath(new URL('demo/gaternet-report.html', ROOT));

const progress = new Progress();
await runShown(progress, main);

async function main(): Promise<void> {
  const began = performance.now();
  progress.at('Reading MNIST');
  const { train: images, test: testImages } = await readMnist();
  const order = permutation(images.rows, SEED);
  const rows: Rows = {
    train: imageDataset(images, order.subarray(VALIDATION_ROWS, VALIDATION_ROWS + TRAIN_ROWS)),
    validation: imageDataset(images, order.subarray(0, VALIDATION_ROWS)),
    test: imageDataset(testImages),
  };
  progress.at('Reading MNIST', 1, 1, `${TRAIN_ROWS} of ${images.rows} images to learn from`);
  progress.end();

  const twin = await trainAndTest('Ungated twin', { gater: false }, rows);
  const gated = await trainAndTest('Gated net', GATED, rows);
  const gates = gated.predicted.gates!;
  const found = {
    gated: gated.trained,
    twin: twin.trained,
    gates: gateReport(gates, gated.net.gateLayout, {
      values: testImages.labels,
      classes: CLASSES,
      names: NAMES,
    }),
    batchSizes: TIMED.map(({ batchSize }) => batchSize),
    costs: await costsOf(twin.net, gated.net, gates, rows.test),
    examples: examplesOf(gated.net, testImages, gated.predicted),
  };
  twin.net.dispose();
  gated.net.dispose();
  const run: GaterRun = {
    ...found,
    seed: SEED,
    machine: machine(),
    seconds: (performance.now() - began) / 1000,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    data: {
      name: 'MNIST',
      side: SIDE,
      classNames: NAMES,
      rows: { train: rows.train.rows, validation: rows.validation.rows, test: rows.test.rows },
    },
    backbone: 'ResNet-8',
    gater: 'three small convolutions',
    placement: GATED.placement,
    lambda: PENALTY,
    fit: { ...FIT, pretrainEpochs: PRETRAIN_EPOCHS },
  };
  await writeFile(REPORT, gaternetPage(run, await readFile(new URL('demo/report.css', ROOT), 'utf8')));
  summary(run);
}

async function trainAndTest(name: string, options: GaterNetOptions, rows: Rows) {
  const net = await GaterNet.create(rows.train, { ...NET, ...options });
  const { history, seconds } = await fitShown(progress, name, net, rows, FIT);
  progress.at(`${name}, testing`);
  const { test } = rows;
  const predicted = await net.predict(test, { gates: net.gateLayout.length > 0 });
  const labels = test.targets!.values;
  const right = predicted.classes!.reduce((count, guess, row) => count + (guess === labels[row] ? 1 : 0), 0);
  const testAccuracy = right / test.rows;
  progress.at(`${name}, testing`, 1, 1, `accuracy ${percent(testAccuracy)}`);
  progress.end();
  const trained: TrainedNet = {
    name,
    parameters: net.weights,
    history: history.map((record) => {
      const { gatesOpen } = record.validation as GatedEvaluation;
      return { ...record, ...(gatesOpen === undefined ? {} : { gatesOpen }) };
    }),
    testAccuracy,
    seconds,
    sha256: createHash('sha256').update(net.save()).digest('hex'),
  };
  return { net, trained, predicted };
}

/** What an image costs the twin, and the gated net without and with its gater. `gates`: of the test images. */
async function costsOf(twin: GaterNet, gated: GaterNet, gates: Float32Array, test: Dataset): Promise<ImageCost[]> {
  const contenders: Contender[] = [{ net: twin }, { net: gated, decided: gates }, { net: gated }];
  const times: number[][] = [];
  for (const { batchSize, images } of TIMED) {
    const label = batchSize === 1 ? 'Timing single images' : `Timing batches of ${batchSize}`;
    const some = test.subset(Int32Array.from({ length: images }, (_, i) => i));
    const found = await millisecondsPerImage(contenders, some, batchSize, (done, batches) =>
      progress.at(label, done, batches),
    );
    progress.at(label, 1, 1, `${found.map((ms) => ms.toFixed(3)).join(', ')} ms an image`);
    progress.end();
    times.push(found);
  }
  const chosen = meanMultiplyAdds(gated, gates);
  return [
    { name: 'Ungated twin', multiplyAdds: twin.multiplyAdds.dense },
    { name: 'Gated, the backbone alone', multiplyAdds: chosen },
    { name: 'Gated, with its gater', multiplyAdds: chosen + gated.multiplyAdds.gater },
  ].map((cost, i) => ({ ...cost, milliseconds: times.map((found) => found[i]!) }));
}

function summary({ gated, twin, gates, costs, batchSizes, seconds }: GaterRun): void {
  const net = ({ name, testAccuracy, parameters, seconds: time }: TrainedNet) =>
    `${name.padEnd(26)} test accuracy ${percent(testAccuracy)}, ${whole(parameters).padStart(7)} parameters, ${time.toFixed(1).padStart(5)} s`;
  const [reference] = costs;
  const cost = ({ name, multiplyAdds, milliseconds }: ImageCost) => {
    const times = milliseconds.map(
      (ms, b) =>
        `${ms.toFixed(3)} ms (${share(ms / reference!.milliseconds[b]!)}) ${batchSizes[b] === 1 ? 'singly' : `by ${batchSizes[b]}`}`,
    );
    return `${name.padEnd(26)} ${(multiplyAdds / 1e6).toFixed(2)} M multiply-adds (${share(multiplyAdds / reference!.multiplyAdds)}), ${times.join(', ')}`;
  };
  console.log(`
${net(twin)}
${net(gated)}
Gates                      ${percent(gates.meanOpen)} of ${gates.gates} open: ${gates.alwaysOn} always, ${gates.alwaysOff} never, ${gates.inputDependent} depend on the image
${costs.map(cost).join('\n')}
Done in ${seconds.toFixed(0)} s. Open ${relative(process.cwd(), REPORT)}`);
}

function share(value: number): string {
  return `${(100 * value).toFixed(0)} %`;
}

function whole(value: number): string {
  return value.toLocaleString('en-US');
}
