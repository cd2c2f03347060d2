import type { Engine, SparseMatrix } from 'espalier';
import { randomFloats, requireClose, sink } from '#dist/cli/bench/check.js';
import { LANES, RowBatch, tilesFor } from '#dist/layers/batch.js';
import type { Connections } from '#dist/layers/connections.js';
import { DenseRowUnits, packSizes } from '#dist/layers/dense-units.js';
import { SparseUnits } from '#dist/layers/sparse-units.js';
import { type Address, NONE } from '#dist/runtime/address.js';
import { Pace } from '#dist/runtime/pace.js';
import type { Case } from './case.js';
import type { Bars } from './convolutions.js';

const tileAt = (width: number, row: number, u: number) =>
  Math.floor(row / LANES) * width * LANES + u * LANES + (row % LANES);

/** Shares of the peak of 128 bits that forward, dX and dW must reach: on receptive fields, on connections drawn at random, and on fields in registers of 256 bits. */
export const FIELD_BARS: Bars = [0.6, 0.55, 0.5];
export const UNIFORM_BARS: Bars = [0.3, 0.35, 0.25];
export const WIDE_FIELD_BARS: Bars = [1, 0.9, 0.75];

/** Forward, dX and dW of a sparse layer over tiles, as the layer calls them; only its connections count as work. */
export function sparseLayer(
  engine: Engine,
  structure: string,
  connections: Connections,
  batch: number,
  random: () => number,
  bars: Bars,
): Case[] {
  const scope = engine.scope();
  const { inputs, units, start, index } = connections;
  const tiles = batch / LANES;
  const layer = new SparseUnits(engine, scope, connections);
  const [x, dy] = [randomFloats(batch * inputs, random), randomFloats(batch * units, random)];
  const [weight, bias] = [randomFloats(index.length, random), randomFloats(units, random)];
  layer.weight = scope.copy(weight);
  layer.dweight = scope.zeros(index.length);
  const [xAt, dyAt, biasAt] = [scope.copy(x), scope.copy(dy), scope.copy(bias)];
  const [y, dx] = [scope.zeros(batch * units), scope.zeros(batch * inputs)];
  const density = ((100 * index.length) / (inputs * units)).toFixed(1);
  const shape = `${inputs} -> ${units}, ${density} % ${structure}, batch ${batch}`;
  const work = { unit: 'FLOP', amount: 2 * batch * index.length } as const;
  const compare = (name: string, at: Address, wanted: Float64Array) => {
    requireClose(name, engine.f32(at, wanted.length), wanted);
    sink(engine.f32(at, 1)[0]!);
  };
  const eachConnection = (visit: (row: number, unit: number, input: number, entry: number) => void) => {
    for (let u = 0; u < units; u++) {
      for (let e = start[u]!; e < start[u + 1]!; e++) for (let row = 0; row < batch; row++) visit(row, u, index[e]!, e);
    }
  };
  return [
    {
      name: 'sparse forward',
      shape,
      work,
      bar: bars[0],
      run: () => layer.forward(y, units, xAt, inputs, tiles, biasAt, new Pace()),
      check: () => {
        const wanted = new Float64Array(batch * units);
        for (let row = 0; row < batch; row++) for (let u = 0; u < units; u++) wanted[tileAt(units, row, u)] = bias[u]!;
        eachConnection((row, u, i, e) => {
          wanted[tileAt(units, row, u)]! += weight[e]! * x[tileAt(inputs, row, i)]!;
        });
        compare('sparse forward', y, wanted);
      },
    },
    {
      name: 'sparse dX',
      shape,
      work,
      bar: bars[1],
      run: () => layer.backwardInput(dx, inputs, dyAt, units, tiles, new Pace(), false),
      check: () => {
        const wanted = new Float64Array(batch * inputs);
        eachConnection((row, u, i, e) => {
          wanted[tileAt(inputs, row, i)]! += weight[e]! * dy[tileAt(units, row, u)]!;
        });
        compare('sparse dX', dx, wanted);
      },
    },
    {
      name: 'sparse dW',
      shape,
      work,
      bar: bars[2],
      run: () => layer.backwardWeight(dyAt, units, xAt, inputs, tiles, new Pace(), false),
      check: () => {
        const wanted = new Float64Array(index.length);
        eachConnection((row, u, i, e) => {
          wanted[e]! += dy[tileAt(units, row, u)]! * x[tileAt(inputs, row, i)]!;
        });
        compare('sparse dW', layer.dweight, wanted);
      },
    },
  ];
}

/** First layers over sparse rows: loading a batch, then forward and dW of sparse and of dense units. */
export async function rowLayers(
  engine: Engine,
  matrix: SparseMatrix,
  connections: Connections,
  dense: number,
  batch: number,
  random: () => number,
): Promise<Case[]> {
  const scope = engine.scope();
  const { inputs, units, start, index } = connections;
  const tiles = tilesFor(batch);
  const rows = Int32Array.from({ length: batch }, () => Math.floor(random() * matrix.rows));
  const rowBatch = new RowBatch(engine, scope, matrix, batch);
  await rowBatch.load(matrix, rows, true, new Pace());
  const sparse = new SparseUnits(engine, scope, connections);
  const weight = randomFloats(index.length, random);
  sparse.weight = scope.copy(weight);
  sparse.dweight = scope.zeros(index.length);
  const full = new DenseRowUnits(engine, inputs, dense);
  const denseWeight = randomFloats(inputs * dense, random);
  full.weight = scope.copy(denseWeight);
  full.dweight = scope.zeros(inputs * dense);
  const scratch = { a: scope.bytes(packSizes(dense, inputs, 'rows', batch).a * 4), b: NONE };
  const widest = Math.max(units, dense);
  const bias = scope.copy(randomFloats(widest, random));
  const [y, dyAt] = [scope.zeros(batch * widest), scope.copy(randomFloats(batch * widest, random))];
  const words = (matrix.index.length / matrix.rows).toFixed(0);
  const density = ((100 * index.length) / (inputs * units)).toFixed(1);
  const sparseShape = `${inputs} -> ${units}, ${density} % fields, ${words} words`;
  const denseShape = `${inputs} -> ${dense}, ${words} words`;
  const work = { unit: 'row', amount: batch } as const;
  const eachEntry = (visit: (s: number, feature: number, value: number) => void) => {
    rows.forEach((r, s) => {
      for (let e = matrix.start[r]!; e < matrix.start[r + 1]!; e++) visit(s, matrix.index[e]!, matrix.value[e]!);
    });
  };
  const dW = (width: number, outputs: number) => {
    const dy = engine.f32(dyAt, batch * width);
    const wanted = new Float64Array(inputs * outputs);
    eachEntry((s, f, value) => {
      for (let u = 0; u < outputs; u++) wanted[f * outputs + u]! += value * dy[tileAt(width, s, u)]!;
    });
    return wanted;
  };
  const forward = (outputs: number, weightOf: (f: number, u: number) => number) => {
    const wanted = new Float64Array(batch * outputs);
    const b = engine.f32(bias, outputs);
    for (let s = 0; s < batch; s++) for (let u = 0; u < outputs; u++) wanted[tileAt(outputs, s, u)] = b[u]!;
    eachEntry((s, f, value) => {
      for (let u = 0; u < outputs; u++) wanted[tileAt(outputs, s, u)]! += value * weightOf(f, u);
    });
    return wanted;
  };
  const entryOf = new Map<number, number>();
  for (let u = 0; u < units; u++) for (let e = start[u]!; e < start[u + 1]!; e++) entryOf.set(index[e]! * units + u, e);
  return [
    {
      name: 'rows: load a batch',
      shape: `${inputs} features, ${words} words`,
      work,
      run: () => rowBatch.load(matrix, rows, true, new Pace()),
      check: () => {
        const got = engine.f32(rowBatch.value, rowBatch.entries);
        requireClose(
          'rows: load a batch',
          got,
          Array.from(rows).flatMap((r) => [...matrix.value.subarray(matrix.start[r]!, matrix.start[r + 1]!)]),
        );
      },
    },
    {
      name: 'rows: sparse forward',
      shape: sparseShape,
      work,
      run: () => sparse.forwardRows(y, units, rowBatch, bias, new Pace()),
      check: () => {
        const wanted = forward(units, (f, u) => weight[entryOf.get(f * units + u) ?? -1] ?? 0);
        requireClose('rows: sparse forward', engine.f32(y, batch * units), wanted);
      },
    },
    {
      name: 'rows: sparse dW',
      shape: sparseShape,
      work,
      run: () => sparse.backwardWeightRows(dyAt, units, rowBatch, new Pace(), false),
      check: () => {
        const all = dW(units, units);
        const wanted = new Float64Array(index.length);
        for (const [cell, e] of entryOf) wanted[e] = all[cell]!;
        requireClose('rows: sparse dW', engine.f32(sparse.dweight, index.length), wanted);
        sink(engine.f32(sparse.dweight, 1)[0]!);
      },
    },
    {
      name: 'rows: dense forward',
      shape: denseShape,
      work,
      run: () => full.forwardRows(y, dense, rowBatch, bias, scratch, new Pace()),
      check: () => {
        const wanted = forward(dense, (f, u) => denseWeight[f * dense + u]!);
        requireClose('rows: dense forward', engine.f32(y, tiles * LANES * dense), wanted);
      },
    },
    {
      name: 'rows: dense dW',
      shape: denseShape,
      work,
      run: () => full.backwardWeightRows(dyAt, dense, rowBatch, scratch, new Pace()),
      check: () => {
        requireClose('rows: dense dW', engine.f32(full.dweight, inputs * dense), dW(dense, dense));
        sink(engine.f32(full.dweight, 1)[0]!);
      },
    },
  ];
}
