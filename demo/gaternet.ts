// MNIST: train a net that chooses its filters for each image, and the same backbone without gates; test and time both, write demo/gaternet-report.html.
import {
  type BackboneLayer,
  type Dataset,
  type FitOptions,
  GaterNet,
  type GaterNetOptions,
  gateReport,
} from 'espalier';
import { CLASSES, imageDataset, permutation, readMnist, SIDE } from './data.js';
import { percent } from './frame/numbers.js';
import { progress } from './frame/progress.js';
import { runDemo } from './frame/run.js';
import { countsOf, fitAndTest, netLine, type Rows } from './frame/training.js';
import { type Contender, meanMultiplyAdds, millisecondsPerImage } from './gaternet/costs.js';
import { examplesOf } from './gaternet/examples.js';
import { type GaterRun, gaternetPage, type ImageCost } from './gaternet/page.js';

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
const FIT: FitOptions = { epochs: 6, batchSize: 32, learningRate: 0.004, optimizer: 'adam', schedule: 'cosine' };
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

await runDemo<GaterRun>({
  seed: SEED,
  report: 'gaternet-report.html',
  style: 'gaternet/page.css',
  tell,
  page: gaternetPage,
  summary,
});

async function tell() {
  progress.at('Reading MNIST');
  const { train: images, test: testImages } = await readMnist();
  const order = permutation(images.rows, SEED);
  const rows: Rows = {
    train: imageDataset(images, order.subarray(VALIDATION_ROWS, VALIDATION_ROWS + TRAIN_ROWS)),
    validation: imageDataset(images, order.subarray(0, VALIDATION_ROWS)),
    test: imageDataset(testImages),
  };
  progress.done('Reading MNIST', `${TRAIN_ROWS} of ${images.rows} images to learn from`);

  const twin = await train('Ungated twin', { gater: false }, rows);
  const gated = await train('Gated net', GATED, rows);
  const gates = gated.result.gates!;
  const names = { classes: CLASSES, names: NAMES };
  const story = {
    rows: countsOf(rows),
    data: { name: 'MNIST', side: SIDE, classNames: NAMES },
    backbone: 'ResNet-8',
    gater: 'three small convolutions',
    placement: GATED.placement,
    lambda: PENALTY,
    fit: FIT,
    pretrainEpochs: PRETRAIN_EPOCHS,
    gated: gated.result,
    twin: twin.result,
    gates: gateReport(gates, gated.net.gateLayout, { values: testImages.labels, ...names }),
    batchSizes: TIMED.map(({ batchSize }) => batchSize),
    costs: await costsOf(twin.net, gated.net, gates, rows.test),
    examples: examplesOf(gated.net, testImages, gated.result),
  };
  twin.net.dispose();
  gated.net.dispose();
  return story;
}

async function train(name: string, options: GaterNetOptions, rows: Rows) {
  const net = await GaterNet.create(rows.train, { ...NET, ...options });
  return { net, result: await fitAndTest(name, net, rows, FIT) };
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
    progress.done(label, `${found.map((ms) => ms.toFixed(3)).join(', ')} ms an image`);
    times.push(found);
  }
  const chosen = meanMultiplyAdds(gated, gates);
  return [
    { name: 'Ungated twin', multiplyAdds: twin.multiplyAdds.dense },
    { name: 'Gated, the backbone alone', multiplyAdds: chosen },
    { name: 'Gated, with its gater', multiplyAdds: chosen + gated.multiplyAdds.gater },
  ].map((cost, i) => ({ ...cost, milliseconds: times.map((found) => found[i]!) }));
}

function summary({ gated, twin, gates, costs, batchSizes }: GaterRun): string {
  const reference = costs[0]!;
  const cost = ({ name, multiplyAdds, milliseconds }: ImageCost) => {
    const times = milliseconds.map(
      (ms, b) =>
        `${ms.toFixed(3)} ms (${percent(ms / reference.milliseconds[b]!, 0)}) ${batchSizes[b] === 1 ? 'singly' : `by ${batchSizes[b]}`}`,
    );
    return `${name.padEnd(26)} ${(multiplyAdds / 1e6).toFixed(2)} M multiply-adds (${percent(multiplyAdds / reference.multiplyAdds, 0)}), ${times.join(', ')}`;
  };
  return `${netLine(twin)}
${netLine(gated)}
Gates        ${percent(gates.meanOpen)} of ${gates.gates} open: ${gates.alwaysOn} always, ${gates.alwaysOff} never, ${gates.inputDependent} depend on the image
${costs.map(cost).join('\n')}`;
}
