import { GaterNet, gateReport } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CLASSES, type Images, imageDataset, PIXELS, SIDE } from '../../demo/data.js';
import { fitAndTest } from '../../demo/frame/training.js';
import { meanMultiplyAdds, millisecondsPerImage } from '../../demo/gaternet/costs.js';
import { examplesOf } from '../../demo/gaternet/examples.js';
import { gaternetPage } from '../../demo/gaternet/page.js';
import { runFacts } from '../support/demo-results.js';
import { Random } from '../support/random.js';

const ROWS = 24;

/** Bright bars at the height of their class, in noise; no sevens. */
function bars(): Images {
  const random = new Random(3);
  const labels = Uint8Array.from({ length: ROWS }, (_, r) => [3, 1, 0, 2, 9, 8, 4, 6, 5][r % 9]!);
  const pixels = Uint8Array.from({ length: ROWS * PIXELS }, (_, i) => {
    const row = Math.floor((i % PIXELS) / SIDE);
    return Math.floor(row >> 1 === labels[Math.floor(i / PIXELS)]! + 2 ? 200 + random.next() * 55 : random.next() * 60);
  });
  return { rows: ROWS, pixels, labels };
}

function create(images: Images, gated: boolean): Promise<GaterNet> {
  return GaterNet.create(imageDataset(images), {
    seed: 2,
    backbone: [
      { type: 'conv', filters: 4, stride: 4, gated: false },
      { type: 'block', filters: 4 },
      { type: 'block', filters: 8, stride: 2 },
    ],
    gater: gated && [{ type: 'conv', filters: 4, stride: 4 }],
    placement: 'every-conv',
    bottleneckNorm: true,
  });
}

test('images keep their pixels and labels, picked or all', () => {
  const images = bars();
  const all = imageDataset(images);
  assert.is(all.rows, ROWS);
  const { features, targets } = imageDataset(images, Int32Array.of(5, 2));
  assert.is(features.kind, 'images');
  if (features.kind !== 'images') return;
  assert.equal([features.channels, features.height, features.width], [1, SIDE, SIDE]);
  assert.equal(features.values.subarray(0, PIXELS), images.pixels.subarray(5 * PIXELS, 6 * PIXELS));
  assert.equal(features.values.subarray(PIXELS), images.pixels.subarray(2 * PIXELS, 3 * PIXELS));
  assert.equal([...(targets?.values ?? [])], [8, 0]);
  assert.is(targets?.kind === 'classes' && targets.classes, CLASSES);
});

test('from training to the page', async () => {
  const images = bars();
  const data = imageDataset(images);
  const [twin, gated] = [await create(images, false), await create(images, true)];
  const fit = { epochs: 2, batchSize: 8, learningRate: 0.01 };
  const rows = { train: data, validation: data, test: data };
  const [ofTwin, ofGated] = [await fitAndTest('Twin', twin, rows, fit), await fitAndTest('Gated', gated, rows, fit)];
  assert.is(ofTwin.gates, undefined);
  assert.is(ofGated.testAccuracy, (await gated.evaluate(data)).accuracy);
  const predicted = await gated.predict(data, { gates: true });
  const gates = predicted.gates!;
  assert.equal(ofGated.gates, gates);

  const examples = examplesOf(gated, images, predicted);
  assert.equal(
    examples.map(({ label }) => label),
    [0, 1, 2, 3, 4, 5, 6, 8, 9],
  );
  const first = examples[3]!;
  assert.equal(first.pixels, images.pixels.subarray(0, PIXELS));
  assert.equal(first.gates, gates.subarray(0, 24));
  assert.is(first.predicted, predicted.classes![0]!);
  assert.is(first.probability, Math.max(...predicted.outputs.subarray(0, CLASSES)));
  assert.is(first.multiplyAdds, gated.costOf(gates.subarray(0, 24)));

  const contenders = [{ net: twin }, { net: gated, decided: gates }, { net: gated }];
  const seen: number[][] = [];
  const milliseconds = [
    await millisecondsPerImage(contenders, data, 1),
    await millisecondsPerImage(contenders, data, 10, (done, batches) => seen.push([done, batches])),
  ];
  assert.equal(seen, [
    [1, 2],
    [2, 2],
  ]);
  for (const times of milliseconds) {
    assert.is(times.length, 3);
    assert.ok(times.every((ms) => ms > 0 && Number.isFinite(ms)));
  }
  // Timing leaves the nets as they were.
  assert.equal((await gated.predict(data)).outputs, predicted.outputs);

  const chosen = meanMultiplyAdds(gated, gates);
  const report = gateReport(gates, gated.gateLayout, { values: images.labels, classes: CLASSES });
  const page = gaternetPage(
    {
      ...runFacts({ train: ROWS, validation: ROWS, test: ROWS }),
      data: { name: 'bars', side: SIDE, classNames: report.classes!.names },
      backbone: 'net',
      gater: 'convolution',
      placement: 'every-conv',
      lambda: 0.1,
      twin: ofTwin,
      gated: ofGated,
      fit,
      pretrainEpochs: 0,
      gates: report,
      batchSizes: [1, 10],
      costs: [twin.multiplyAdds.dense, chosen, chosen + gated.multiplyAdds.gater].map((multiplyAdds, i) => ({
        name: `cost ${i}`,
        multiplyAdds,
        milliseconds: milliseconds.map((times) => times[i]!),
      })),
      examples,
    },
    '',
  );
  // Images are letters, too.
  assert.not.match(page.replace(/base64,[^"]+/g, ''), /undefined|NaN|Infinity|null/);
  assert.is(page.match(/<figure class="example">/g)!.length, 9);
  assert.match(page, '<figcaption>Filters open</figcaption>');
  twin.dispose();
  gated.dispose();
});

test('multiply-adds are the mean of what each row opens', async () => {
  const net = await create(bars(), true);
  const all = new Float32Array(24).fill(1);
  const none = new Float32Array(24);
  const both = Float32Array.of(...all, ...none, ...none, ...none);
  assert.is(meanMultiplyAdds(net, all), net.multiplyAdds.dense);
  assert.is(meanMultiplyAdds(net, both), (net.costOf(all) + 3 * net.costOf(none)) / 4);
  net.dispose();
});

test('one batch is none that can be timed', async () => {
  const images = bars();
  const net = await create(images, false);
  try {
    await millisecondsPerImage([{ net }], imageDataset(images), 13);
    assert.unreachable();
  } catch (error) {
    assert.instance(error, RangeError);
    assert.match((error as Error).message, 'data: expected two batches of 13 images or more, got 24 images');
  }
  net.dispose();
});

test.run();
