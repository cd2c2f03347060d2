import { LANES, tilesFor } from '../../../layers/batch.js';
import { Conv } from '../../../layers/conv.js';
import { ConvGradients } from '../../../layers/conv-gradients.js';
import { SparseUnits } from '../../../layers/sparse-units.js';
import { roundUp } from '../../../numeric/padding.js';
import type { Address } from '../../../runtime/address.js';
import type { Engine } from '../../../runtime/engine.js';
import { Pace } from '../../../runtime/pace.js';
import { wholePanels } from '../../../runtime/panels.js';
import { ownOf } from '../../../runtime/parts.js';
import { PairInformation } from '../../../structure/pair-information.js';
import { discretise } from '../../../structure/variables.js';
import type { Convolution, Lane, Operations, Product, SparseLayer } from '../operations.js';

/** The kernels as the nets call them: operands are packed and weights transformed in every call. */
export function kernelsOf(engine: Engine): Operations {
  return {
    product: (given) => product(engine, given),
    'conv forward': (given) => convolution(engine, given, 'forward'),
    'conv dX': (given) => convolution(engine, given, 'dX'),
    'conv dW': (given) => convolution(engine, given, 'dW'),
    'sparse forward': (given) => sparse(engine, given, 'forward'),
    'sparse dX': (given) => sparse(engine, given, 'dX'),
    'sparse dW': (given) => sparse(engine, given, 'dW'),
    information: async (rows) => {
      const pace = new Pace();
      const n = rows.columns;
      const found = new Float64Array((n * (n - 1)) / 2);
      return {
        async run() {
          const pairs = await PairInformation.inTurns(engine, discretise(engine, rows), pace);
          for (let a = 0, at = 0; a < n; a++) {
            await pairs.rowInTurns(a, pace);
            const row = engine.f64(pairs.information, n);
            for (let b = a + 1; b < n; b++) found[at++] = row[b]!;
          }
          pairs.dispose();
        },
        result: () => found,
      };
    },
  };
}

function product(engine: Engine, { m, k, n, a, b }: Product): Lane {
  const { kernels, scratch } = engine;
  const scope = engine.scope();
  const [aAt, bAt, c] = [scope.copy(a), scope.copy(b), scope.bytes(m * n * 4)];
  const panels = wholePanels(m) / 5;
  const packedA = scope.bytes(wholePanels(m) * k * 4);
  const packedB = scope.bytes(roundUp(n, 8) * k * 4);
  return {
    run() {
      kernels.gemm_pack_a(packedA, aAt, m, k, k, 1, k);
      kernels.gemm_pack_b(packedB, bAt, k, n, n, 1, k);
      kernels.gemm(c, packedA, packedB, scratch, n, 8, 8 * k, 0, panels, m, n, k, 0);
    },
    result: () => engine.f32(c, m * n),
    dispose: () => scope.dispose(),
  };
}

function convolution(engine: Engine, given: Convolution, what: 'forward' | 'dX' | 'dW'): Lane {
  const { batch, size, x, dy, weight } = given;
  const scope = engine.scope();
  const conv = new Conv(engine, { ...given, height: size, width: size });
  const gradients = new ConvGradients(conv);
  conv.weight = scope.copy(weight);
  conv.dweight = scope.zeros(weight.length);
  const scratch = {
    pack: scope.bytes(conv.packBytes),
    work: ownOf(engine, scope, conv.workBytes(batch)),
    sums: scope.bytes(conv.sumBytes(batch)),
  };
  const pace = new Pace();
  const [xAt, dyAt] = [scope.copy(x), scope.copy(dy)];
  const length = { forward: dy.length, dX: x.length, dW: weight.length }[what];
  const out = what === 'dW' ? conv.dweight : scope.zeros(length);
  const run = {
    forward: () => conv.forward(out, xAt, batch, scratch, pace),
    dX: () => gradients.backwardInput(out, dyAt, batch, scratch, pace),
    dW: () => gradients.backwardWeight(xAt, dyAt, batch, scratch, pace),
  }[what];
  return { run, result: () => engine.f32(out, length), dispose: () => scope.dispose() };
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
