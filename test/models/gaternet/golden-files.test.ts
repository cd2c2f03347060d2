import { readSafetensors } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { close } from '../../support/allclose.js';
import {
  openGates,
  type Planes,
  referenceConvolution,
  referenceConvolutionBackward,
  referenceLogits,
  referenceScores,
  referenceTrainingGates,
} from '../../support/gated-resnet.js';
import {
  closeToGolden,
  type GoldenImages,
  goldenConvolutions,
  goldenPublished,
  goldenTrainings,
  publishedCheckpoint,
} from '../../support/golden-gaternet.js';

// The oracles of GaterNet against each other: PyTorch's numbers and the plain loops of test/support/gated-resnet.ts. What agrees here
// also shows that the inputs made in TypeScript are those PyTorch had.

const convolutions = goldenConvolutions();
const trainings = goldenTrainings();
const published = goldenPublished();

const planes = ({ samples, channels, height, width, pixels }: GoldenImages): Planes => ({
  ...{ samples, channels, height, width },
  values: pixels,
});

test(`the loops of ${convolutions.length} convolutions, forward and both gradients, are PyTorch's to single precision`, () => {
  assert.is(new Set(convolutions.map(({ name }) => name)).size, convolutions.length);
  for (const golden of convolutions) {
    const { name, batch, channels, filters, height, width, kernel, stride, padding, expected } = golden;
    const x = { samples: batch, channels, height, width, values: golden.x };
    const y = referenceConvolution(x, golden.w, filters, kernel, stride, padding);
    assert.equal([y.samples, y.channels, y.height, y.width], [...expected.y.shape], name);
    assert.equal([y.height, y.width], [golden.outHeight, golden.outWidth], name);
    closeToGolden(y.values, expected.y, 1e-7, `${name}: y`);
    const { dx, dw } = referenceConvolutionBackward(x, golden.w, { ...y, values: golden.dy }, kernel, stride, padding);
    closeToGolden(dx, expected.dx, 1e-7, `${name}: dx`);
    closeToGolden(dw, expected.dw, 1e-7, `${name}: dw`);
  }
});

test('a wrong number is seen whether the golden file stores it or not', () => {
  const golden = convolutions.find(({ expected }) => expected.y.places)!;
  const { batch, channels, filters, height, width, kernel, stride, padding, expected } = golden;
  const x = { samples: batch, channels, height, width, values: golden.x };
  const { values } = referenceConvolution(x, golden.w, filters, kernel, stride, padding);
  const stored = expected.y.places![0]!;
  const other = values.findIndex((_, i) => !expected.y.places!.includes(i));
  for (const [at, message] of [
    [stored, `y[${stored}]: `],
    [other, 'a number not stored is wrong'],
  ] as const) {
    const wrong = values.slice();
    wrong[at]! += 1e-2 * expected.y.largest;
    assert.throws(
      () => closeToGolden(wrong, expected.y, 1e-5, 'y'),
      (error: Error) => error.message.includes(message),
    );
    wrong[at] = Number.NaN;
    assert.throws(() => closeToGolden(wrong, expected.y, 1e-5, 'y'));
  }
  assert.throws(() => closeToGolden(values.slice(1), expected.y, 1e-5, 'y'), /numbers, expected/);
});

for (const golden of trainings) {
  const { placement, initial, images, noise, coins, labels, classes, gates, penalty } = golden;
  const { samples } = images;

  test(`${golden.name}: the loops give PyTorch's evaluation of the initial net`, () => {
    const { scores, gates, logits } = golden.initialEvaluation;
    const found = referenceScores(initial, planes(images));
    close(found, scores, 1e-6, 'scores');
    assert.equal(openGates(found), gates);
    close(referenceLogits(initial, planes(images), gates, placement), logits, 1e-6, 'logits');
  });

  test(`${golden.name}: the loops give PyTorch's gates, logits and loss of the first step`, () => {
    const scores = referenceScores(initial, planes(images), 'batch');
    const open = referenceTrainingGates(scores, noise[0]!, coins[0]!);
    close(open, golden.trainingGates, 1e-6, 'gates');
    const logits = referenceLogits(initial, planes(images), open, placement, 'batch');
    close(logits, golden.logits, 1e-6, 'logits');
    let loss = 0;
    for (let s = 0; s < samples; s++) {
      const row = logits.subarray(s * classes, (s + 1) * classes);
      loss += Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0)) - row[labels[s]!]!;
      loss += penalty * (open.subarray(s * gates, (s + 1) * gates).reduce((sum, gate) => sum + gate, 0) / gates);
    }
    close([loss / samples], [golden.losses[0]!], 1e-6, 'loss');
  });

  test(`${golden.name}: ten steps of noise and coins, a gradient for every parameter, a final value for every tensor`, () => {
    assert.equal([noise.length, coins.length, golden.losses.length], [10, 10, 10]);
    const names = Object.keys(initial).filter((name) => !name.endsWith('num_batches_tracked'));
    assert.equal(Object.keys(golden.final).sort(), names.sort());
    assert.equal(
      Object.keys(golden.gradients).sort(),
      names.filter((name) => !/\.running_(mean|var)$/.test(name)),
    );
    for (const [name, { shape }] of Object.entries(golden.final)) {
      assert.equal(shape, initial[name]!.shape, name);
      assert.throws(() => closeToGolden(initial[name]!.data as Float32Array, golden.final[name]!, 1e-5, name), name);
    }
    const { gates, logits } = golden.finalEvaluation;
    assert.is(gates.length, golden.gates * samples);
    assert.is(logits.length, classes * samples);
  });
}

test("the published net: names, shapes and parameters, and the loops give PyTorch's gates and logits", () => {
  const { backbone, gater, tensors, images, evaluation } = published;
  const count = (part: string) =>
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(part) && !/\.(running_mean|running_var|num_batches_tracked)$/.test(name))
      .reduce((sum, [, { data }]) => sum + data.length, 0);
  assert.equal([count('backbone.'), count('gater.')], [backbone.parameters, gater.parameters]);
  assert.equal([backbone.parameters, gater.parameters, published.gates], [272474, 275368, 336]);
  assert.equal([published.deep.backbone, published.deep.gater, published.deep.gates], [855770, 281416, 1008]);
  assert.ok(backbone.entries.every(({ name }) => published.deep.backboneNames.includes(name)));

  const scores = referenceScores(tensors, planes(images));
  close(scores, evaluation.scores, 1e-6, 'scores');
  assert.equal(openGates(scores), evaluation.gates);
  const logits = referenceLogits(tensors, planes(images), evaluation.gates, 'block-output');
  close(logits, evaluation.logits, 1e-6, 'logits');
});

test('the published checkpoint: state dicts by their own names, scalars of 64-bit integers among them', () => {
  const { backbone, gater, tensors } = published;
  for (const module of [false, true]) {
    const file = readSafetensors(publishedCheckpoint(tensors, { module }));
    const prefix = module ? 'module.' : '';
    const names = [
      ...backbone.entries.map(({ name }) => `backbone_state_dict.${prefix}${name}`),
      ...gater.entries.map(({ name }) => `gater_state_dict.${prefix}${name}`),
    ];
    assert.equal(Object.keys(file.tensors).sort(), names.sort());
    const tracked = file.tensors[`gater_state_dict.${prefix}stage1.block1.bn1.num_batches_tracked`];
    assert.is(tracked, undefined);
    const { shape, data } = file.tensors[`gater_state_dict.${prefix}resnet.stage1.block1.bn1.num_batches_tracked`]!;
    assert.equal([shape, data], [[], BigInt64Array.of(100n)]);
    const weight = file.tensors[`backbone_state_dict.${prefix}fc.weight`]!;
    assert.equal(weight.shape, [10, 64]);
    assert.equal(weight.data, tensors['backbone.fc.weight']!.data);
  }
});

test.run();
