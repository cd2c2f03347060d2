import type { Engine } from 'espalier';
import { randomFloats, requireClose, sink } from '#dist/cli/bench/check.js';
import { LANES } from '#dist/layers/batch.js';
import { DenseUnits, packSizes } from '#dist/layers/dense-units.js';
import type { Address } from '#dist/runtime/address.js';
import { Pace } from '#dist/runtime/pace.js';
import type { Case } from './case.js';

const PANEL_ROWS = 5;

/** C = A·B of two n x n matrices: from row-major operands, packing included, and over packed ones. */
export function squareProduct(engine: Engine, n: number, random: () => number): Case[] {
  const { kernels, scratch } = engine;
  const scope = engine.scope();
  const [a, b] = [randomFloats(n * n, random), randomFloats(n * n, random)];
  const [aAt, bAt, c] = [scope.copy(a), scope.copy(b), scope.bytes(n * n * 4)];
  const panels = Math.ceil(n / PANEL_ROWS);
  const packedA = scope.bytes(panels * PANEL_ROWS * n * 4);
  const packedB = scope.bytes(Math.ceil(n / 8) * 8 * n * 4);
  const wanted = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let p = 0; p < n; p++) {
      const x = a[i * n + p]!;
      for (let j = 0; j < n; j++) wanted[i * n + j]! += x * b[p * n + j]!;
    }
  }
  const pack = () => {
    kernels.gemm_pack_a(packedA, aAt, n, n, n, 1, n);
    kernels.gemm_pack_b(packedB, bAt, n, n, n, 1, n);
  };
  const multiply = () => kernels.gemm(c, packedA, packedB, scratch, n, 8, 8 * n, 0, panels, n, n, n, 0);
  const check = (name: string) => {
    requireClose(name, engine.f32(c, n * n), wanted);
    sink(engine.f32(c, 1)[0]!);
    engine.f32(c, n * n).fill(0);
  };
  const work = { unit: 'FLOP', amount: 2 * n ** 3 } as const;
  const shape = `${n} x ${n} x ${n}`;
  pack();
  return [
    {
      name: 'product',
      shape,
      work,
      bar: 0.85,
      run: () => {
        pack();
        multiply();
      },
      check: () => check('product'),
    },
    { name: 'product, packed before', shape, work, run: multiply, check: () => check('product, packed before') },
  ];
}

/** Forward, dX and dW of a dense layer over tiles, as the layer calls them. */
export function denseLayer(engine: Engine, inputs: number, units: number, batch: number, random: () => number): Case[] {
  const scope = engine.scope();
  const tiles = batch / LANES;
  const layer = new DenseUnits(engine, inputs, units);
  const [x, dy] = [randomFloats(batch * inputs, random), randomFloats(batch * units, random)];
  const [weight, bias] = [randomFloats(inputs * units, random), randomFloats(units, random)];
  layer.weight = scope.copy(weight);
  layer.dweight = scope.zeros(inputs * units);
  const sizes = packSizes(units, inputs, 'tiles', batch);
  const scratch = { a: scope.bytes(sizes.a * 4), b: scope.bytes(sizes.b * 4) };
  const [xAt, dyAt, biasAt] = [scope.copy(x), scope.copy(dy), scope.copy(bias)];
  const [y, dx] = [scope.zeros(batch * units), scope.zeros(batch * inputs)];
  const shape = `${inputs} -> ${units}, batch ${batch}`;
  const work = { unit: 'FLOP', amount: 2 * batch * inputs * units } as const;
  // Spot checks: a whole scalar product of each result would take longer than the benchmark.
  const spots = Array.from({ length: 200 }, () => [random(), random()] as const);
  const pick = (of: number, at: number) => Math.floor(at * of);
  const tileAt = (width: number, row: number, u: number) =>
    Math.floor(row / LANES) * width * LANES + u * LANES + (row % LANES);
  const compare = (name: string, at: Address, length: number, spot: (p: number, q: number) => [number, number]) => {
    const got = engine.f32(at, length);
    const pairs = spots.map(([p, q]) => spot(p, q));
    requireClose(
      name,
      pairs.map(([where]) => got[where]!),
      pairs.map(([, wanted]) => wanted),
    );
    sink(got[0]!);
  };
  const sum = (length: number, term: (i: number) => number) => {
    let total = 0;
    for (let i = 0; i < length; i++) total += term(i);
    return total;
  };
  return [
    {
      name: 'dense forward',
      shape,
      work,
      run: () => layer.forward(y, units, xAt, inputs, tiles, biasAt, scratch, new Pace()),
      check: () =>
        compare('dense forward', y, batch * units, (p, q) => {
          const [row, u] = [pick(batch, p), pick(units, q)];
          const wanted = sum(inputs, (i) => weight[u * inputs + i]! * x[tileAt(inputs, row, i)]!);
          return [tileAt(units, row, u), bias[u]! + wanted];
        }),
    },
    {
      name: 'dense dX',
      shape,
      work,
      run: () => layer.backwardInput(dx, inputs, dyAt, units, tiles, scratch, new Pace(), false),
      check: () =>
        compare('dense dX', dx, batch * inputs, (p, q) => {
          const [row, i] = [pick(batch, p), pick(inputs, q)];
          return [tileAt(inputs, row, i), sum(units, (u) => weight[u * inputs + i]! * dy[tileAt(units, row, u)]!)];
        }),
    },
    {
      name: 'dense dW',
      shape,
      work,
      run: () => layer.backwardWeight(dyAt, units, xAt, inputs, tiles, scratch, new Pace(), false),
      check: () =>
        compare('dense dW', layer.dweight, inputs * units, (p, q) => {
          const [u, i] = [pick(units, p), pick(inputs, q)];
          const wanted = sum(batch, (row) => dy[tileAt(units, row, u)]! * x[tileAt(inputs, row, i)]!);
          return [u * inputs + i, wanted];
        }),
    },
  ];
}
