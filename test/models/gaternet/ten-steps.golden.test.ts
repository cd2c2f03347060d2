import { createEngine, Dataset, GaterNet } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { GatedSession } from '#dist/models/gaternet/gated-session.js';
import { plus } from '#dist/runtime/address.js';
import { Pace } from '#dist/runtime/pace.js';
import { createOptimizer, optimizerOptions } from '#dist/training/optimizer.js';
import {
  closeToGolden,
  type GoldenTraining,
  goldenPublished,
  goldenTrainings,
  publishedCheckpoint,
} from '../../support/golden-gaternet.js';

// GaterNet against PyTorch (test/golden/make_gaternet.py): the same weights, noise and coins, ten steps in double precision.

const TOLERANCE = 1e-4;
const CLASSES = 5;

function imagesOf({ images, labels }: Pick<GoldenTraining, 'images' | 'labels'>): Dataset {
  const { channels, height, width, pixels } = images;
  return Dataset.images({ channels, height, width, values: Float32Array.from(pixels), labels, classes: CLASSES });
}

const identity = { mean: [0, 0, 0], std: [1, 1, 1] };
const inFile = (name: string) => name.replace(/^(backbone|gater)\./, '$1_state_dict.');

for (const golden of goldenTrainings()) {
  const what = `${golden.placement}${golden.batchNorm ? ' with batch norm in the gater' : ''}`;

  test(`ten steps of ${what}: gates, losses, every gradient and final weight within 1e-4 of PyTorch's`, async () => {
    const engine = await createEngine();
    const data = imagesOf(golden);
    const net = await GaterNet.fromStateDict(publishedCheckpoint(golden.initial), {
      engine,
      normalise: identity,
      placement: golden.placement,
      image: { height: 12, width: 12 },
    });
    const { network } = net;
    network.shape.penalty = golden.penalty;
    const n = data.rows;
    const rows = Int32Array.from({ length: n }, (_, i) => i);
    const evaluate = async (expected: GoldenTraining['finalEvaluation']) => {
      const gates = await net.gates(data);
      assert.equal([...gates], [...expected.gates], 'gates in evaluation');
      for (const { logits } of network.batches(data, n)) {
        closeToLargest(rowsOf(engine.f32(logits, 32 * CLASSES), n, CLASSES), expected.logits, TOLERANCE);
      }
    };
    await evaluate(golden.initialEvaluation);
    const session = network.startTraining(data, n) as GatedSession;
    const scope = engine.scope();
    const options = optimizerOptions({
      kind: 'sgd',
      momentum: golden.momentum,
      nesterov: true,
      weightDecay: golden.weightDecay,
    });
    const optimizer = createOptimizer(engine, scope, network.trainedLength, options);
    for (let step = 0; step < golden.losses.length; step++) {
      session.draw = (noise, coins) => {
        engine.f32(noise, n * golden.gates).set(golden.noise[step]!);
        engine.i32(coins, n).set(golden.coins[step]!);
      };
      const { sum, weight } = await session.step(rows, 0, step, new Pace());
      assert.ok(
        Math.abs(sum / weight - golden.losses[step]!) <= TOLERANCE * golden.losses[step]!,
        `loss of step ${step}: ${sum / weight}, expected ${golden.losses[step]}`,
      );
      if (step === 0) {
        for (const { name, offset, shape } of network.segments.filter((s) => s.offset < network.trainedLength)) {
          const length = shape.reduce((a, b) => a * b, 1);
          const actual = engine.f32(plus(session.gradients, offset * 4), length);
          closeToGolden(actual, golden.gradients[name]!, TOLERANCE, `gradient of ${name}`, 1e-3);
        }
      }
      optimizer.step(
        { at: network.parameters.at, length: network.trainedLength },
        session.gradients,
        golden.learningRate,
      );
    }
    for (const { name, offset, shape } of network.segments) {
      const length = shape.reduce((a, b) => a * b, 1);
      closeToGolden(
        engine.f32(plus(network.parameters.at, offset * 4), length),
        golden.final[name]!,
        TOLERANCE,
        `final ${inFile(name)}`,
      );
    }
    scope.dispose();
    session.dispose();
    await evaluate(golden.finalEvaluation);
    net.dispose();
    assert.is(engine.arena.used, 0, 'nothing is left in memory');
  });
}

function rowsOf(tile: Float32Array, n: number, units: number): Float32Array {
  return Float32Array.from({ length: n * units }, (_, i) => tile[(i % units) * 32 + Math.floor(i / units)]!);
}

function closeToLargest(actual: Float32Array, expected: ArrayLike<number>, tolerance: number): void {
  const largest = Math.max(...Array.from(expected, Math.abs));
  actual.forEach((x, i) => {
    assert.ok(Math.abs(x - expected[i]!) <= tolerance * largest, `logit ${i} is ${x}, expected ${expected[i]}`);
  });
}

test("PyTorch's net under the published names gives its gates and logits", async () => {
  const published = goldenPublished();
  const { channels, height, width, pixels } = published.images;
  const data = Dataset.images({
    channels,
    height,
    width,
    values: Float32Array.from(pixels),
    labels: [0, 1, 2, 3],
    classes: 10,
  });
  for (const module of [false, true]) {
    const net = await GaterNet.fromStateDict(publishedCheckpoint(published.tensors, { module }), {
      normalise: identity,
    });
    assert.is(net.weights, published.backbone.parameters + published.gater.parameters);
    assert.equal([...(await net.gates(data))], [...published.evaluation.gates]);
    for (const { logits } of net.network.batches(data, 4)) {
      closeToLargest(rowsOf(net.engine.f32(logits, 320), 4, 10), published.evaluation.logits, 1e-5);
    }
    net.dispose();
  }
});

test.run();
