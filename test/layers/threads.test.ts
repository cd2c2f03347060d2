// Layers whose work is cut into parts for threads: the sums are those of plain loops, and their bits are the same at any number of threads.
import { isDeepStrictEqual } from 'node:util';
import type { Engine } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { activate, activateBackward, drop } from '#dist/layers/activate.js';
import { LANES, RowBatch, rowsToTiles, TileBatch, tilesFor, tilesToRows } from '#dist/layers/batch.js';
import { activationBytes, Linear } from '#dist/layers/linear.js';
import { packScratch } from '#dist/layers/stack.js';
import { type Address, NONE } from '#dist/runtime/address.js';
import { Pace } from '#dist/runtime/pace.js';
import { close } from '../support/allclose.js';
import { Random } from '../support/random.js';
import { sparseOf } from '../support/structure.js';
import { sameAtAnyThreads } from '../support/threads.js';

/** Inputs, sparse units and their inputs each, dense units, rows. All are large enough for several parts, by rows or by units or both. */
const SHAPES = [
  [131, 77, 17, 53, 300],
  [37, 0, 0, 1003, 33],
  [1009, 301, 30, 0, 65],
  [700, 9, 700, 11, 1],
  [5, 3, 2, 2, 6001],
] as const;

interface Known {
  rows: number[][];
  /** [unit][input], 0 where there is no connection. */
  weights: number[][];
  bias: number[];
  connections: { inputs: number; units: number; start: Int32Array; index: Int32Array };
  dense: number;
}

function known([inputs, sparse, fan, dense, rows]: (typeof SHAPES)[number]): Known {
  const random = new Random(inputs);
  const number = () => Math.fround(random.next() * 2 - 1);
  const fields = Array.from({ length: sparse }, () =>
    random
      .permutation(inputs)
      .slice(0, fan)
      .sort((a, b) => a - b),
  );
  const weights = Array.from({ length: sparse + dense }, (_, u) => {
    const row = new Array<number>(inputs).fill(0);
    for (const i of fields[u] ?? row.keys()) row[i] = number();
    return row;
  });
  return {
    rows: Array.from({ length: rows }, () =>
      Array.from({ length: inputs }, () => (random.chance(0.3) ? number() || 1 : 0)),
    ),
    weights,
    bias: weights.map(number),
    connections: {
      inputs,
      units: sparse,
      start: Int32Array.from({ length: sparse + 1 }, (_, u) => u * fan),
      index: Int32Array.from(fields.flat()),
    },
    dense,
  };
}

/** [row][feature] of tiles. */
function fromTiles(engine: Engine, at: Address, units: number, rows: number): Float32Array {
  const tiles = engine.f32(at, tilesFor(rows) * LANES * units);
  return Float32Array.from({ length: rows * units }, (_, i) => {
    const [r, u] = [Math.floor(i / units), i % units];
    return tiles[((r >> 5) * units + u) * LANES + (r & 31)]!;
  });
}

/** What the layer gives: outputs, gradients, and for tiles the input's gradient. */
async function passes(engine: Engine, { rows, weights, bias, connections, dense }: Known, input: 'rows' | 'tiles') {
  const scope = engine.scope();
  const pace = new Pace();
  const { inputs, units: sparse } = connections;
  const units = weights.length;
  const count = rows.length;
  const tiles = tilesFor(count);
  const layer = new Linear(engine, scope, { inputs, dense, input, ...(sparse ? { connections } : {}) });
  const gradients = scope.zeros(layer.parameterLength);
  layer.bind(scope.zeros(layer.parameterLength), gradients);
  const dy = scope.bytes(activationBytes(units, count));
  const random = new Random(1);
  const slopes = rows.map(() => weights.map(() => Math.fround(random.next() - 0.5)));
  const rowMajor = scope.zeros(tiles * LANES * units);
  engine.f32(rowMajor, count * units).set(slopes.flat());
  await rowsToTiles(engine, dy, rowMajor, units, tiles, count, pace);
  for (const { name, offset } of layer.segments) {
    const at = engine.f32(layer.parameters, layer.parameterLength);
    if (name === 'bias') at.set(bias, offset);
    else if (name === 'sparse.weight')
      at.set(
        Array.from(connections.index, (i, e) => weights[Math.floor(e / (connections.start[1] ?? 1))]![i]!),
        offset,
      );
    else
      for (let u = 0; u < dense; u++)
        for (let i = 0; i < inputs; i++)
          at[offset + (input === 'rows' ? i * dense + u : u * inputs + i)] = weights[sparse + u]![i]!;
  }
  const all = Int32Array.from(rows.keys());
  const data = input === 'rows' ? sparseOf(rows, { labels: rows.map(() => 0), classes: 2 }).features : undefined;
  const batch = data ? new RowBatch(engine, scope, data as never, count) : new TileBatch(engine, scope, inputs, count);
  if (batch.kind === 'rows') await batch.load(data as never, all, true, pace);
  else
    await batch.load(
      { kind: 'dense', rows: count, columns: inputs, values: Float32Array.from(rows.flat()) },
      all,
      pace,
    );
  const scratch = packScratch(scope, [layer], count);
  const y = scope.bytes(activationBytes(units, count));
  await layer.forward(y, batch, tiles, scratch, pace);
  const outputs = fromTiles(engine, y, units, count);
  const dx = input === 'tiles' ? scope.bytes(activationBytes(inputs, count)) : NONE;
  await layer.backward(dx, dy, batch, tiles, scratch, pace);
  const mask = { seed: 1, step: 2, stream: 3, purpose: 4 };
  const length = tiles * units * LANES;
  const segments = layer.segments.map(({ offset, length }) =>
    engine.f32(gradients, layer.parameterLength).slice(offset, offset + length),
  );
  const dinputs = dx ? fromTiles(engine, dx, inputs, count) : new Float32Array(0);
  await activate(engine, y, length, 0.4, mask, pace);
  const active = fromTiles(engine, y, units, count);
  await activateBackward(engine, dy, y, length, 0.4, pace);
  await tilesToRows(engine, rowMajor, dy, units, tiles, pace);
  const dactive = engine.f32(rowMajor, count * units).slice();
  scope.dispose();
  return { names: layer.segments.map(({ name }) => name), slopes, outputs, segments, dinputs, active, dactive };
}

const sum = (length: number, term: (i: number) => number) => {
  let total = 0;
  for (let i = 0; i < length; i++) total += term(i);
  return total;
};

for (const shape of SHAPES) {
  for (const input of ['tiles', 'rows'] as const) {
    test(`${shape.join(' x ')} from ${input}: plain sums to 1e-4, and the same bits at any number of threads`, async () => {
      const made = known(shape);
      const { rows, weights, bias, connections, dense } = made;
      const { inputs, units: sparse, start, index } = connections;
      const got = await sameAtAnyThreads((engine) => passes(engine, made, input));
      const units = weights.length;
      const each = <T>(a: readonly T[], b: number, f: (x: T, j: number) => number) =>
        a.flatMap((x) => Array.from({ length: b }, (_, j) => f(x, j)));
      const y = each(rows, units, (row, u) => bias[u]! + sum(inputs, (i) => row[i]! * weights[u]![i]!));
      close(got.outputs, y, 1e-4, 'outputs');
      const dw = (u: number, i: number) => sum(rows.length, (r) => got.slopes[r]![u]! * rows[r]![i]!);
      const wanted = {
        'sparse.weight': Array.from(index, (i, e) =>
          dw(
            start.findLastIndex((from) => from <= e),
            i,
          ),
        ),
        'dense.weight': Array.from({ length: dense * inputs }, (_, at) =>
          input === 'rows'
            ? dw(sparse + (at % dense), Math.floor(at / dense))
            : dw(sparse + Math.floor(at / inputs), at % inputs),
        ),
        bias: bias.map((_, u) => sum(rows.length, (r) => got.slopes[r]![u]!)),
      };
      got.names.forEach((name, s) => {
        close(got.segments[s]!, wanted[name], 1e-4, name);
      });
      if (input === 'tiles') {
        const dx = each(got.slopes, inputs, (slope, i) => sum(units, (u) => slope[u]! * weights[u]![i]!));
        close(got.dinputs, dx, 1e-4, 'input gradient');
      }
      const on = Array.from(got.active, (a, i) => (a === 0 ? 0 : got.outputs[i]! / 0.6));
      close(got.active, on, 1e-6, 'activations');
      close(
        got.dactive,
        on.map((a, i) => (a > 0 ? got.slopes[Math.floor(i / units)]![i % units]! / 0.6 : 0)),
        1e-6,
        'gradient before activations',
      );
    });
  }
}

test('ReLU and dropout in parts are those of the whole', async () => {
  const length = 16 * 20_011;
  const random = new Random(2);
  const x = Float32Array.from({ length }, () => random.next() - 0.5);
  const mask = { seed: 1, purpose: 2, step: 3, stream: 4 };
  await sameAtAnyThreads(async (engine) => {
    const scope = engine.scope();
    const pace = new Pace();
    const [whole, parts] = [scope.copy(x), scope.copy(x)];
    const both = () => [engine.f32(parts, length).slice(), engine.f32(whole, length).slice()] as const;
    const dropWhole = (scale: number) =>
      engine.kernels.dropout(whole, length, 2 ** 32 * 0.25, scale, engine.scratch, 0, 1, 2, 3, 4);
    engine.kernels.relu(whole, length);
    dropWhole(1 / 0.75);
    await activate(engine, parts, length, 0.25, mask, pace);
    const [activated, expected] = both();
    assert.ok(isDeepStrictEqual(activated, expected), 'activations');
    dropWhole(1);
    await drop(engine, parts, length, 0.25, 1, mask, pace);
    const [dropped, wanted] = both();
    assert.ok(isDeepStrictEqual(dropped, wanted), 'what was dropped');
    scope.dispose();
    return [activated, dropped];
  });
});

test.run();
