import { createEngine, type Engine } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Address, plus } from '#dist/runtime/address.js';
import { Pace } from '#dist/runtime/pace.js';
import { close } from '../../support/allclose.js';
import { type GoldenLayer, type GoldenPath, type GoldenTarget, knownData, knownNet } from '../../support/known-net.js';
import { Random } from '../../support/random.js';

// The golden trajectories have no dropout, whose masks are the package's own: here slopes of the loss stand in for PyTorch.

const random = new Random(1);
const uniform = (length: number, scale: number) => Array.from({ length }, () => (random.next() * 2 - 1) * scale);

function layer(inputs: number, sparse: number, dense: number): GoldenLayer {
  const fields = Array.from({ length: sparse }, () =>
    random
      .permutation(inputs)
      .slice(0, 1 + random.below(5))
      .sort((a, b) => a - b),
  );
  return { inputs, fields, dense };
}

function targetOf(kind: GoldenTarget['kind'], rows: number, outputs: number): GoldenTarget {
  const length = kind === 'classes' ? rows : rows * outputs;
  const draw = {
    classes: () => random.below(outputs),
    tasks: () => random.below(3) - 1,
    values: () => random.next() * 4,
  };
  return { kind, outputs, values: Array.from({ length }, draw[kind]) };
}

function path(from: number, units: number, inputs: number, outputs: number): GoldenPath {
  const values = {
    weight: uniform(units * inputs, 0.6),
    bias: uniform(units, 0.3).map((b) => b + 0.4),
    output: uniform(outputs * units, 0.6),
  };
  return { from, units, values };
}

const KINDS = (['rows', 'tiles'] as const).flatMap((input) =>
  (['classes', 'tasks', 'values'] as const).map((kind) => ({ input, kind })),
);

for (const { input, kind } of KINDS) {
  // Part of a tile, just a tile, and one row more.
  for (const rows of [1, 31, 32, 33, 70]) {
    test(`${kind}, ${input}, ${rows} rows: with dropout, gradients are the slopes of the loss`, () =>
      gradientsAreSlopes(input, kind, rows, []));
  }
}

for (const { input, kind } of KINDS) {
  for (const [rows, from] of [
    [33, [0, 1]],
    [64, [0]],
    [70, [3, 0, 1, 2, 1]],
  ] as const) {
    test(`${kind}, ${input}, ${rows} rows, skip-paths from ${from}: with dropout, gradients are the slopes of the loss`, () =>
      gradientsAreSlopes(input, kind, rows, from));
  }
}

for (const input of ['rows', 'tiles'] as const) {
  for (const rates of [
    { dropout: 0.3, sparseDropout: 0 },
    { dropout: 0, sparseDropout: 0.4 },
    { dropout: 0.5, sparseDropout: 0.2 },
  ]) {
    test(`${input}, 70 rows, ${JSON.stringify(rates)}: gradients are the slopes of the loss`, () =>
      gradientsAreSlopes(input, 'classes', 70, [0], rates));
  }
}

async function gradientsAreSlopes(
  input: 'rows' | 'tiles',
  kind: GoldenTarget['kind'],
  rows: number,
  from: readonly number[],
  dropout: { dropout: number; sparseDropout?: number } = { dropout: 0.3 },
): Promise<void> {
  const engine = await createEngine();
  const layers = [layer(20, 9, 4), layer(13, 0, 7), layer(7, 6, 0), layer(6, 0, 3)];
  const values = layers.map(({ inputs, fields, dense }) => ({
    sparse: uniform(fields.flat().length, 0.6),
    dense: uniform(dense * inputs, 0.6),
    bias: uniform(fields.length + dense, 0.3).map((b) => b + 0.4),
  }));
  const target = targetOf(kind, rows, 3);
  if (kind === 'tasks') target.values[0] = 1;
  const skips = from.map((k, p) => path(k, 5 + 3 * p, layers[k]!.inputs, 3));
  const net = await knownNet({ layers, values, skips, input, target, ...dropout, engine });
  const features = Array.from({ length: rows }, () =>
    Array.from({ length: 20 }, () => (random.chance(0.5) ? random.below(3) : 0)),
  );
  const data = knownData(features, input, target);
  const session = net.network.startTraining(data, rows);
  const order = Int32Array.from(random.permutation(rows));
  // A step whose masks let some gradient through to every layer.
  let step = 0;
  const loss = async () => {
    const { sum, weight } = await session.step(order, 9, step, new Pace());
    return sum / weight;
  };
  const whole = net.network.parameters.length;
  const gradients = () => engine.f32(session.gradients, whole);
  for (
    await loss();
    gradients()
      .subarray(0, net.network.layers[0]!.parameterLength)
      .every((g) => g === 0);
    await loss()
  ) {
    step++;
    assert.ok(step < 50, 'no step reaches the first layer');
  }
  let offset = 0;
  const linears = [...net.network.layers, ...net.network.paths.flatMap(({ hidden, output }) => [hidden, output])];
  for (const [l, { segments, parameterLength }] of linears.entries()) {
    for (const { name, offset: from, length } of segments) {
      await loss();
      await slope(
        engine,
        plus(net.network.parameters.at, (offset + from) * 4),
        plus(session.gradients, (offset + from) * 4),
        length,
        loss,
        `layer ${l}, ${name}`,
      );
    }
    offset += parameterLength;
  }
  assert.is(offset, whole);
  session.dispose();
  net.dispose();
}

/** The loss must rise along the gradient of these parameters as fast as the gradient is long. */
async function slope(
  engine: Engine,
  at: Address,
  gradientAt: Address,
  length: number,
  loss: () => Promise<number>,
  what: string,
): Promise<void> {
  const gradient = engine.f32(gradientAt, length).slice();
  const before = engine.f32(at, length).slice();
  const norm = Math.hypot(...gradient);
  if (norm < 1e-6) return;
  const epsilon = 1e-3;
  const losses: number[] = [];
  for (const sign of [1, 0, -1]) {
    engine.f32(at, length).set(before.map((w, i) => w + (sign * epsilon * gradient[i]!) / norm));
    losses.push(await loss());
  }
  const [up, here, down] = losses as [number, number, number];
  engine.f32(at, length).set(before);
  // A ReLU may switch within the step, in one unit and row: then the slope is right on the other side alone.
  const slopes = [(up - down) / 2, up - here, here - down].map((rise) => rise / epsilon);
  const nearest = slopes.sort((a, b) => Math.abs(a - norm) - Math.abs(b - norm))[0]!;
  close([nearest], [norm], 0.03, `${what}: slope`);
}

test.run();
