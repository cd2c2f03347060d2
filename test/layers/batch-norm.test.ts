import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BatchNorm } from '#dist/layers/batch-norm.js';
import { normBackward, normForward } from '#dist/layers/batch-norm-passes.js';
import { type Address, NONE, plus } from '#dist/runtime/address.js';
import { createEngine } from '#dist/runtime/engine.js';
import { Pace } from '#dist/runtime/pace.js';
import { close } from '../support/allclose.js';
import { sameBits } from '../support/numbers.js';
import { Random } from '../support/random.js';

const engine = await createEngine();
const random = new Random(1);
const uniform = (length: number, low = -1, high = 1) =>
  Array.from({ length }, () => Math.fround(low + random.next() * (high - low)));

/** A batch norm with blocks of its own. */
function layerOf(channels: number, n: number) {
  const scope = engine.scope();
  const layer = new BatchNorm(engine, scope, channels);
  const gradients = scope.zeros(layer.parameterLength);
  layer.bind(scope.zeros(layer.parameterLength), gradients, scope.zeros(layer.statisticLength));
  const scratch = scope.bytes(layer.scratchBytes(n));
  layer.initialise();
  const at = (block: Address, segment: number) =>
    engine.f32(plus(block, layer.segments[segment]!.offset * 4), channels);
  return {
    scratch,
    layer,
    scope,
    weight: () => at(layer.parameters, 0),
    bias: () => at(layer.parameters, 1),
    dweight: () => at(gradients, 0),
    dbias: () => at(gradients, 1),
    runningMean: () => at(layer.statistics, 0),
    runningVar: () => at(layer.statistics, 1),
  };
}

const place = (scope: ReturnType<typeof engine.scope>, values: number[]) => scope.copy(Float32Array.from(values));

interface Step {
  x: number[];
  dy: number[];
  y: number[];
  dx: number[];
  dweight: number[];
  dbias: number[];
  runningMean: number[];
  runningVar: number[];
  evaluated: number[];
  gate?: number[];
  dgate?: number[];
  shortcut?: number[];
  dshortcut?: number[];
}

interface Case {
  n: number;
  c: number;
  hw: number;
  relu: boolean;
  weight: number[];
  bias: number[];
  steps: Step[];
}

const cases: Case[] = JSON.parse(readFileSync('test/golden/batch_norm.json', 'utf8'));

for (const { n, c, hw, relu, weight, bias, steps } of cases) {
  test(`${n} samples, ${c} channels of ${hw}: two steps are PyTorch's to 1e-5, then evaluation`, async () => {
    const known = layerOf(c, n);
    const { layer, scope, scratch } = known;
    known.weight().set(weight);
    known.bias().set(bias);
    const planes = n * c * hw;
    for (const step of steps) {
      const [x, dy] = [place(scope, step.x), place(scope, step.dy)];
      const gate = step.gate ? place(scope, step.gate) : NONE;
      const shortcut = step.shortcut ? place(scope, step.shortcut) : NONE;
      const [y, dz, dx, dgate] = [planes, planes, planes, n * c].map((length) => scope.zeros(length));
      const read = (at: Address | undefined, length = planes) => engine.f32(at!, length);
      await normForward(layer, y!, x, n, hw, { gate, shortcut, relu }, scratch, new Pace());
      layer.commit();
      close(read(y), step.y, 1e-5, 'y');
      close(known.runningMean(), step.runningMean, 1e-5, 'running mean');
      close(known.runningVar(), step.runningVar, 1e-5, 'running variance');
      await normBackward(layer, dx!, dz!, dgate!, dy, y!, x, n, hw, { gate, relu }, scratch, new Pace());
      close(read(dx), step.dx, 1e-5, 'dx');
      close(known.dweight(), step.dweight, 1e-5, 'dweight');
      close(known.dbias(), step.dbias, 1e-5, 'dbias');
      if (step.dgate) close(read(dgate, n * c), step.dgate, 1e-5, 'dgate');
      if (step.dshortcut) close(read(dz), step.dshortcut, 1e-5, 'dz');
      const statistics = [...known.runningMean(), ...known.runningVar()];
      layer.infer(y!, x, n, hw, { gate, shortcut, relu });
      close(read(y), step.evaluated, 1e-5, 'y in evaluation');
      sameBits([...known.runningMean(), ...known.runningVar()], statistics, 'evaluation moves no statistics');
    }
    scope.dispose();
  });
}

interface Inputs {
  x: number[];
  gate: number[];
  shortcut: number[];
  weight: number[];
  bias: number[];
}

/** Σ w · act(gate (weight (x - mean) / √(variance + ε) + bias) + shortcut) in f64, as the formula reads. */
function plainLoss({ x, gate, shortcut, weight, bias }: Inputs, w: number[], n: number, c: number, hw: number): number {
  let loss = 0;
  for (let k = 0; k < c; k++) {
    const own: number[] = [];
    for (let i = 0; i < n * c * hw; i++) if (Math.floor(i / hw) % c === k) own.push(i);
    const mean = own.reduce((sum, i) => sum + x[i]!, 0) / own.length;
    const variance = own.reduce((sum, i) => sum + (x[i]! - mean) ** 2, 0) / own.length;
    for (const i of own) {
      const normal = (x[i]! - mean) / Math.sqrt(variance + 1e-5);
      const z = gate[Math.floor(i / hw)]! * (weight[k]! * normal + bias[k]!) + shortcut[i]!;
      loss += w[i]! * Math.max(0, z);
    }
  }
  return loss;
}

for (const [n, c, hw] of [
  [2, 1, 1],
  [1, 3, 7],
  [4, 3, 5],
  [3, 2, 16],
] as const) {
  test(`n ${n} c ${c} hw ${hw}: gradients are the slopes of the formula in f64 to 1e-4`, async () => {
    const known = layerOf(c, n);
    const { layer, scope, scratch } = known;
    const planes = n * c * hw;
    const inputs: Inputs = {
      x: uniform(planes, -1, 3),
      gate: uniform(n * c, 0, 1),
      shortcut: uniform(planes),
      weight: uniform(c, 0.5, 2),
      bias: uniform(c),
    };
    const w = uniform(planes);
    known.weight().set(inputs.weight);
    known.bias().set(inputs.bias);
    const [x, gate, shortcut] = [inputs.x, inputs.gate, inputs.shortcut].map((values) => place(scope, values));
    // y over the shortcut, dz over dy: as a block would call it.
    const dy = place(scope, w);
    const [dx, dgate] = [scope.zeros(planes), scope.zeros(n * c)];
    await normForward(
      layer,
      shortcut!,
      x!,
      n,
      hw,
      { gate: gate!, shortcut: shortcut!, relu: true },
      scratch,
      new Pace(),
    );
    layer.commit();
    await normBackward(
      layer,
      dx,
      dy,
      dgate,
      dy,
      shortcut!,
      x!,
      n,
      hw,
      { gate: gate!, relu: true },
      scratch,
      new Pace(),
    );
    const found = {
      x: engine.f32(dx, planes),
      gate: engine.f32(dgate, n * c),
      shortcut: engine.f32(dy, planes),
      weight: known.dweight(),
      bias: known.dbias(),
    };
    for (const name of ['x', 'gate', 'shortcut', 'weight', 'bias'] as const) {
      const slopes = inputs[name].map((value, i) => {
        const at = (moved: number) =>
          plainLoss({ ...inputs, [name]: inputs[name].map((v, j) => (j === i ? moved : v)) }, w, n, c, hw);
        return (at(value + 1e-6) - at(value - 1e-6)) / 2e-6;
      });
      // Two values of one channel normalise to ±1 wherever they are: next to no slope.
      const floor = name === 'x' && n * hw === 2 ? 1 : 0;
      close([...found[name], floor], [...slopes, floor], 1e-4, name);
    }
    scope.dispose();
  });
}

test('statistics of planes far from 0 are those of f64 to 1e-6, one sample or many', async () => {
  for (const [n, hw] of [
    [1, 9],
    [37, 49],
    [128, 1],
  ] as const) {
    const known = layerOf(1, n);
    const values = uniform(n * hw, 50, 51);
    const x = place(known.scope, values);
    await normForward(known.layer, known.scope.zeros(n * hw), x, n, hw, { relu: false }, known.scratch, new Pace());
    known.layer.commit();
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1);
    close(known.runningMean(), [0.1 * mean], 1e-6, 'running mean');
    close(known.runningVar(), [0.9 + 0.1 * variance], 1e-6, 'running variance');
    known.scope.dispose();
  }
});

test('the folded scale and shift are those evaluation uses', async () => {
  const known = layerOf(3, 1);
  known.weight().set([1, -2, 0.5]);
  known.bias().set([0, 1, -1]);
  known.runningMean().set([3, 0.25, -7]);
  known.runningVar().set([4, 0, 100]);
  const { scale, shift } = known.layer.folded();
  const expected = [1 / Math.sqrt(4 + 1e-5), -2 / Math.sqrt(1e-5), 0.5 / Math.sqrt(100 + 1e-5)];
  close(scale, expected, 1e-7, 'scale');
  close(shift, [-3 * expected[0]!, 1 - 0.25 * expected[1]!, -1 + 7 * expected[2]!], 1e-7, 'shift');
  const y = known.scope.zeros(3);
  known.layer.infer(y, place(known.scope, [1, 1, 1]), 1, 1, { relu: false });
  sameBits(
    engine.f32(y, 3),
    scale.map((s, k) => Math.fround(shift[k]! + s)),
    'evaluation of ones',
  );
  assert.is(known.layer.parameterLength % 16, 0);
  known.scope.dispose();
});

test.run();
