// npm run digits: trains the net that the tab Gates shows before there is one of one's own, on MNIST, and writes public/digits/net.safetensors. The same bits every time; some minutes.
import { writeFile } from 'node:fs/promises';
import { createEngine, Dataset, GaterNet, setDefaultEngine } from '../dist/index.js';
import { readMnist, SIDE } from './mnist.mjs';

const SEED = 1;
const VALIDATION = 4_000;
const NET = {
  seed: SEED,
  backbone: [
    { type: 'conv', filters: 16, stride: 2, gated: false },
    { type: 'block', filters: 16 },
    { type: 'block', filters: 32, stride: 2 },
  ],
  gater: [8, 16, 16].map((filters) => ({ type: 'conv', filters, stride: 2 })),
  placement: 'every-conv',
  bottleneck: 12,
  // Without it most gates come out the same for every image.
  bottleneckNorm: true,
  penalty: 0.5,
  pretrainEpochs: 1,
  // What is drawn never lies quite where MNIST's digits lie.
  augmentation: { pad: 2, flip: false },
};
const FIT = { epochs: 12, batchSize: 64, learningRate: 0.004, optimizer: 'adam', schedule: 'cosine' };

setDefaultEngine(await createEngine());
const mnist = readMnist();
const all = imagesOf(mnist.train);
const test = imagesOf(mnist.test);
const count = Int32Array.from({ length: all.rows }, (_, row) => row);
const train = all.subset(count.subarray(VALIDATION));
const validation = all.subset(count.subarray(0, VALIDATION));

const net = await GaterNet.create(train, NET);
await net.fit(train, {
  ...FIT,
  validation,
  onEpoch: ({ epoch, loss, validation: held, seconds }) =>
    console.log(
      `epoch ${epoch}: loss ${loss.toFixed(4)}, held ${percent(held.accuracy)}, gates open ${percent(held.gatesOpen)}, ${seconds.toFixed(0)} s`,
    ),
});
const { accuracy, gatesOpen } = await net.evaluate(test);
const bytes = await net.saveAsync({});
await writeFile(new URL('public/digits/net.safetensors', import.meta.url), bytes);
console.log(
  `test: ${percent(accuracy)} of 10,000 right, ${percent(gatesOpen)} of ${net.gateLayout.reduce((sum, layer) => sum + layer.count, 0)} gates open; ${net.weights} weights, ${bytes.length} bytes`,
);
net.dispose();

function imagesOf({ pixels, labels }) {
  return Dataset.images({ channels: 1, height: SIDE, width: SIDE, values: pixels, labels, classes: 10 });
}

function percent(share) {
  return `${(100 * share).toFixed(2)} %`;
}
