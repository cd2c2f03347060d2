import type { SparseMatrix } from '../../../data/dataset.js';
import { allocate, type Block } from '../../../kernels/block.js';
import { conv2d, conv2dInputGradient, conv2dWeightGradient } from '../../../kernels/conv2d.js';
import { matmul } from '../../../kernels/matmul.js';
import { pairCounts, pairInformation } from '../../../kernels/pairs.js';
import { LANES, tilesFor } from '../../../layers/batch.js';
import { SparseUnits } from '../../../layers/sparse-units.js';
import type { Address } from '../../../runtime/address.js';
import type { Engine } from '../../../runtime/engine.js';
import { Pace } from '../../../runtime/pace.js';
import type { Convolution, Lane, Operations, Product, SparseLayer } from '../operations.js';
import { bitColumns, upper } from './layouts.js';

/** The functions of espalier/kernels on blocks: operands are checked and packed and weights transformed in every call. Sparse layers as the nets hold them, their connections prepared once. */
export function kernelsOf(engine: Engine): Operations {
  return {
    product: (given) => product(engine, given),
    'conv forward': (given) => convolution(engine, given, 'forward'),
    'conv dX': (given) => convolution(engine, given, 'dX'),
    'conv dW': (given) => convolution(engine, given, 'dW'),
    'sparse forward': (given) => sparse(engine, given, 'forward'),
    'sparse dX': (given) => sparse(engine, given, 'dX'),
    'sparse dW': (given) => sparse(engine, given, 'dW'),
    'pair counts': (given) => pairs(engine, given, pairCounts),
    information: (given) => pairs(engine, given, pairInformation),
  };
}

/** A function that writes its last block. */
function lane(blocks: readonly Block[], run: () => Promise<unknown>): Lane {
  return {
    run,
    result: () => blocks.at(-1)!.array,
    dispose() {
      for (const block of blocks) block.dispose();
    },
  };
}

function product(engine: Engine, { m, k, n, ...given }: Product): Lane {
  const [a, b] = [allocate(engine, [m, k], given.a), allocate(engine, [k, n], given.b)];
  const out = allocate(engine, [m, n]);
  return lane([a, b, out], () => matmul(a, b, { m, k, n, out }));
}

function convolution(engine: Engine, given: Convolution, what: 'forward' | 'dX' | 'dW'): Lane {
  const { batch: samples, channels, filters, kernel, stride, padding, size } = given;
  const sizes = { samples, channels, filters, kernel, stride, padding, height: size, width: size };
  const images = (values?: Float32Array) => allocate(engine, [samples, channels, size, size], values);
  const weights = (values?: Float32Array) => allocate(engine, [filters, channels, kernel, kernel], values);
  const outputs = (values?: Float32Array) => allocate(engine, [samples, filters, given.out, given.out], values);
  if (what === 'forward') {
    const [x, weight, out] = [images(given.x), weights(given.weight), outputs()];
    return lane([x, weight, out], () => conv2d(x, weight, { ...sizes, out }));
  }
  if (what === 'dX') {
    const [dy, weight, out] = [outputs(given.dy), weights(given.weight), images()];
    return lane([dy, weight, out], () => conv2dInputGradient(dy, weight, { ...sizes, out }));
  }
  const [x, dy, out] = [images(given.x), outputs(given.dy), weights()];
  return lane([x, dy, out], () => conv2dWeightGradient(x, dy, { ...sizes, out }));
}

function pairs(engine: Engine, given: SparseMatrix, of: typeof pairCounts | typeof pairInformation): Lane {
  const { rows, columns } = given;
  const bits = bitColumns(given);
  let square: ArrayLike<number>;
  return {
    async run() {
      square = await of({ bits }, { engine, rows, columns });
    },
    result: () => upper(square, columns),
  };
}

function sparse(engine: Engine, given: SparseLayer, what: 'forward' | 'dX' | 'dW'): Lane {
  const { inputs, units, batch, weight } = given;
  const scope = engine.scope();
  const tiles = tilesFor(batch);
  const layer = new SparseUnits(engine, scope, given);
  layer.weight = scope.copy(weight);
  layer.dweight = scope.zeros(weight.length);
  const bias = scope.zeros(units);
  const [x, dy] = [scope.copy(toTiles(given.x, batch, inputs)), scope.copy(toTiles(given.dy, batch, units))];
  const width = what === 'forward' ? units : inputs;
  const out = what === 'dW' ? layer.dweight : scope.zeros(tiles * LANES * width);
  const pace = new Pace();
  const run = {
    forward: () => layer.forward(out, units, x, inputs, tiles, bias, pace),
    dX: () => layer.backwardInput(out, inputs, dy, units, tiles, pace, false),
    dW: () => layer.backwardWeight(dy, units, x, inputs, tiles, pace, false),
  }[what];
  const result = () => (what === 'dW' ? engine.f32(out, weight.length) : fromTiles(engine, out, batch, width));
  return { run, result, dispose: () => scope.dispose() };
}

const tileAt = (width: number, row: number, u: number) =>
  Math.floor(row / LANES) * width * LANES + u * LANES + (row % LANES);

/** Rows as the layers have them: tiles of [width][32], rows past the last 0. */
function toTiles(rows: Float32Array, count: number, width: number): Float32Array {
  const tiles = new Float32Array(tilesFor(count) * LANES * width);
  for (let r = 0; r < count; r++) for (let u = 0; u < width; u++) tiles[tileAt(width, r, u)] = rows[r * width + u]!;
  return tiles;
}

export function fromTiles(engine: Engine, at: Address, count: number, width: number): Float32Array {
  const tiles = engine.f32(at, tilesFor(count) * LANES * width);
  return Float32Array.from(
    { length: count * width },
    (_, i) => tiles[tileAt(width, Math.floor(i / width), i % width)]!,
  );
}
