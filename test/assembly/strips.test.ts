import { test } from 'uvu';
import { type Address, plus } from '#dist/runtime/address.js';
import { Draws } from '../support/draws.js';
import type { GuardedMemory } from '../support/guarded-memory.js';
import { guarded, kernelTest } from '../support/kernel-test.js';
import { close, sameBits } from '../support/numbers.js';
import { randomRows } from '../support/patterns.js';
import { compressColumns, type SparseRows } from './twins/rows.js';
import { sddmm } from './twins/sparse.js';
import * as twin from './twins/strips.js';

const LANES = 32;
const UNITS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 17];
const FEATURES = [1, 5, 31, 32, 33, 63, 64, 65, 96];

/** Hidden activations after ReLU and dropout: tiles of [tileUnits][32], half of them 0; units past `units` belong to others. */
function activations(draws: Draws, tileUnits: number, tiles: number): Float32Array {
  return draws.floats(tileUnits * tiles * LANES).map((x) => (draws.below(12) ? Math.max(0, x) : Number.NaN));
}

function batch(draws: Draws, rows: number, features: number): SparseRows {
  const pattern = randomRows(draws, rows, features);
  return { ...pattern, value: draws.floats(pattern.index.length) };
}

function placeRows(memory: GuardedMemory, { start, index, value }: SparseRows): [Address, Address, Address] {
  return [memory.input(start).at, memory.input(index).at, memory.input(value).at];
}

/** A plain matrix [features][units] as strips; what pads the last strip is NaN, so that reading it shows. */
function toStrips(w: Float32Array, features: number, units: number): Float32Array {
  const strips = new Float32Array(Math.ceil(features / LANES) * units * LANES).fill(Number.NaN);
  for (let f = 0; f < features; f++) {
    for (let u = 0; u < units; u++) strips[twin.inStrip(f, u, units)] = w[f * units + u]!;
  }
  return strips;
}

kernelTest(
  'collect_active',
  '0 to 17 units of a tile that may hold more, 1 to 3 tiles, equals the naive list',
  (collect) => {
    const draws = new Draws(1);
    for (const units of UNITS) {
      for (const extra of [0, 3]) {
        for (let tiles = 1; tiles <= 3; tiles++) {
          guarded((memory) => {
            const h = memory.input(activations(draws, units + extra, tiles));
            const expected = twin.collectActive(h.read(), units + extra, units, tiles);
            const size = expected.unit.length;
            const start = memory.output(new Int32Array(tiles * LANES + 1).fill(-5));
            // Exactly as long as the list: one entry more would hit the guard.
            const [unit, value] = [memory.output(new Int32Array(size)), memory.scratch(size)];
            const entries = collect(start.at, unit.at, value.at, h.at, units + extra, units, tiles);
            sameBits([entries], [size], 'entries');
            sameBits(start.read(), expected.start, 'start');
            sameBits(unit.read(), expected.unit, 'unit');
            sameBits(value.read(), expected.value, 'value');
          });
        }
      }
    }
  },
);

kernelTest(
  'scatter_active',
  '0 to 17 units of a tile that may hold more, 1 to 3 tiles, other units untouched',
  (scatter) => {
    const draws = new Draws(2);
    for (const units of UNITS) {
      for (const extra of [0, 3]) {
        for (let tiles = 1; tiles <= 3; tiles++) {
          guarded((memory) => {
            const tileUnits = units + extra;
            const active = twin.collectActive(activations(draws, tileUnits, tiles), tileUnits, units, tiles);
            const dvalue = memory.output(draws.floats(active.unit.length));
            const d = memory.output(draws.floats(tileUnits * tiles * LANES));
            const expected = d.read();
            const scaled = dvalue.read().map((x) => Math.fround(x * Math.fround(1 / 0.7)));
            for (let s = 0; s < tiles * LANES; s++) {
              for (let u = 0; u < units; u++) expected[twin.inTile(s, u, tileUnits)] = 0;
              for (let e = active.start[s]!; e < active.start[s + 1]!; e++) {
                expected[twin.inTile(s, active.unit[e]!, tileUnits)] = scaled[e]!;
              }
            }
            const start = memory.input(Int32Array.from(active.start)).at;
            const unit = memory.input(Int32Array.from(active.unit)).at;
            scatter(d.at, start, unit, dvalue.at, tileUnits, units, tiles, 1 / 0.7);
            sameBits(d.read(), expected, `d, ${units} units of ${tileUnits}, ${tiles} tiles`);
            sameBits(dvalue.read(), scaled, 'dvalue');
          });
        }
      }
    }
  },
);

kernelTest(
  'strip_rows_forward',
  '1 to 96 features, 0 to 17 units, both tiles, bits of the product with a plain matrix',
  (forward) => {
    const draws = new Draws(3);
    for (const features of FEATURES) {
      for (const units of UNITS) {
        for (const row0 of [0, LANES]) {
          guarded((memory) => {
            const rows = batch(draws, 2 * LANES, features);
            const w = draws.floats(features * units);
            const y = memory.output(draws.floats(units * LANES));
            const expected = y.read();
            const weight = memory.input(toStrips(w, features, units)).at;
            forward(y.at, ...placeRows(memory, rows), weight, units, row0);
            twin.denseRowsForward(expected, rows, w, units, row0);
            sameBits(y.read(), expected, `${features} features, ${units} units, row0 ${row0}`);
          });
        }
      }
    }
  },
);

kernelTest(
  'strip_columns_backward',
  '1 to 96 features cut anywhere, last first, 0 to 17 units, 1 to 64 rows, bits of a plain matrix, padding untouched',
  (backward) => {
    const draws = new Draws(4);
    for (const features of FEATURES) {
      for (const units of UNITS) {
        for (const count of [1, 20, 31, 32, 33, 64]) {
          guarded((memory) => {
            const rows = batch(draws, count, features);
            const columns = compressColumns(rows, features);
            const active = twin.collectActive(activations(draws, units, 2), units, units, 2);
            const dvalue = draws.floats(active.unit.length);
            const dh = new Float32Array(64 * units).fill(Number.NaN);
            for (let s = 0; s < 64; s++) {
              for (let e = active.start[s]!; e < active.start[s + 1]!; e++)
                dh[s * units + active.unit[e]!] = dvalue[e]!;
            }
            const dw = draws.floats(features * units);
            const dweight = memory.output(toStrips(dw, features, units));
            const lists = [columns.start, columns.row, columns.place, rows.value, active.start, active.unit];
            const [start, row, place, value, activeStart, unit] = lists.map(
              (list) => memory.input(list instanceof Float32Array ? list : Int32Array.from(list)).at,
            );
            const at = memory.input(dvalue).at;
            const cut = draws.below(features + 1);
            for (const [from, to] of [
              [cut, features],
              [0, cut],
            ] as const)
              backward(dweight.at, start!, row!, place!, value!, activeStart!, unit!, at, units, from, to);
            twin.denseRowsBackward(dw, rows, dh, units, count);
            sameBits(
              dweight.read(),
              toStrips(dw, features, units),
              `${features} features cut at ${cut}, ${units} units, ${count} rows`,
            );
          });
        }
      }
    }
  },
);

kernelTest(
  'strip_dots',
  '0 to 3 strips, 0 to 17 units, rows cut anywhere, last first, what was there is gone, bits of the twin',
  (dots) => {
    const draws = new Draws(5);
    for (let strips = 0; strips <= 3; strips++) {
      for (const units of UNITS) {
        guarded((memory) => {
          const rows = 64;
          const stripRows = rows + draws.below(3);
          const active = twin.collectActive(activations(draws, units, 2), units, units, 2);
          const pattern = { start: Int32Array.from(active.start), index: Int32Array.from(active.unit) };
          const error = draws.floats(strips * stripRows * LANES);
          const weight = draws.floats(strips * units * LANES);
          const expected = new Float32Array(active.unit.length);
          for (let b = 0; b < strips; b++) {
            const part = error.slice(b * stripRows * LANES, (b + 1) * stripRows * LANES);
            const shape = { lda: LANES, ldb: LANES, row0: 0, row1: rows, n: LANES };
            sddmm(expected, pattern, part, weight.slice(b * units * LANES), shape);
          }
          const dvalue = memory.output(draws.floats(active.unit.length));
          const [start, unit] = [memory.input(pattern.start).at, memory.input(pattern.index).at];
          const [errorAt, weightAt] = [memory.input(error).at, memory.input(weight).at];
          const scratch = memory.scratch(32).at;
          const cut = draws.below(rows + 1);
          for (const [from, to] of [
            [cut, rows],
            [0, cut],
          ] as const)
            dots(dvalue.at, start, unit, errorAt, weightAt, scratch, strips, stripRows, units, from, to);
          sameBits(dvalue.read(), expected, `${strips} strips, ${units} units, cut at row ${cut}`);
        });
      }
    }
  },
);

/** One tile of a reconstruction in two halves: [32 strips][32] and strips of which this tile's rows are the second of three groups. */
function halves(draws: Draws, strips: number, stripRows: number) {
  return { tile: draws.floats(strips * LANES * LANES), half: draws.floats(strips * stripRows * LANES) };
}

kernelTest(
  'merge_strips',
  '0 to 3 strips, live 0 to 32, rows of other tiles untouched, bits of the naive sum',
  (merge) => {
    const draws = new Draws(6);
    for (let strips = 0; strips <= 3; strips++) {
      for (let live = 0; live <= LANES; live++) {
        for (const [stripRows, row0] of [
          [32, 0],
          [96, 32],
        ] as const) {
          guarded((memory) => {
            const data = halves(draws, strips, stripRows);
            const [tile, half] = [memory.output(data.tile), memory.output(data.half)];
            const scale = Math.fround(2 / 7);
            const sums = [0, 0, 0, 0];
            const [expectedTile, expectedHalf] = [tile.read(), half.read()];
            for (let b = 0; b < strips; b++) {
              for (let f = 0; f < LANES; f += 4) {
                for (let s = 0; s < LANES; s++) {
                  for (let q = 0; q < 4; q++) {
                    const inTile = (b * LANES + f + q) * LANES + s;
                    const inStrips = (b * stripRows + row0 + s) * LANES + f + q;
                    const error = s < live ? Math.fround(data.tile[inTile]! + data.half[inStrips]!) : 0;
                    sums[q]! += Math.fround(error * error);
                    expectedTile[inTile] = expectedHalf[inStrips] = Math.fround(error * scale);
                  }
                }
              }
            }
            const at = plus(half.at, row0 * LANES * 4);
            const sum = merge(tile.at, at, strips, stripRows, live, scale, memory.scratch(16).at);
            sameBits([sum], [sums[0]! + sums[2]! + (sums[1]! + sums[3]!)], `sum, ${strips} strips, live ${live}`);
            sameBits(tile.read(), expectedTile, `tile, ${strips} strips, live ${live}`);
            sameBits(half.read(), expectedHalf, `half, ${strips} strips, live ${live}`);
          });
        }
      }
    }
  },
);

kernelTest(
  'merge_strips',
  'strips merged apart, last first, leave the same errors, and sums within 1e-12 relative',
  (merge) => {
    const draws = new Draws(7);
    for (let cut = 0; cut <= 3; cut++) {
      guarded((memory) => {
        const data = halves(draws, 3, LANES);
        const scratch = memory.scratch(16).at;
        const run = (from: number, to: number, tile: Address, half: Address) =>
          merge(plus(tile, from * 4096), plus(half, from * 4096), to - from, LANES, 29, 0.3, scratch);
        const [wholeTile, wholeHalf] = [memory.output(data.tile), memory.output(data.half)];
        const whole = run(0, 3, wholeTile.at, wholeHalf.at);
        const [tile, half] = [memory.output(data.tile), memory.output(data.half)];
        const pieces = run(cut, 3, tile.at, half.at) + run(0, cut, tile.at, half.at);
        sameBits(tile.read(), wholeTile.read(), 'tile');
        sameBits(half.read(), wholeHalf.read(), 'half');
        close([pieces], [whole], { relative: 1e-12 }, 'sum');
      });
    }
  },
);

kernelTest('merge_strips', 'NaN in the padding lanes goes nowhere', (merge) => {
  guarded((memory) => {
    const data = halves(new Draws(8), 2, LANES);
    for (let i = 0; i < data.tile.length; i++) {
      if (i % LANES >= 30) data.tile[i] = Number.NaN;
      if (Math.floor(i / LANES) % LANES >= 30) data.half[i] = Number.NaN;
    }
    const [tile, half] = [memory.output(data.tile), memory.output(data.half)];
    const sum = merge(tile.at, half.at, 2, LANES, 30, 1, memory.scratch(16).at);
    const all = [sum, ...tile.read(), ...half.read()];
    if (!all.every(Number.isFinite)) throw new Error('a NaN came through');
  });
});

test.run();
