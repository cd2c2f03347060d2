import { test } from 'uvu';
import { type Address, plus } from '#dist/runtime/address.js';
import { Draws } from '../support/draws.js';
import type { GuardedMemory } from '../support/guarded-memory.js';
import { guarded, kernelTest } from '../support/kernel-test.js';
import { close, sameBits } from '../support/numbers.js';
import { randomRows } from '../support/patterns.js';
import * as twin from './twins/panels.js';
import type { SparseRows } from './twins/rows.js';

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

/** A plain matrix [features][units] as panels; what pads the last panel is NaN, so that reading it shows. */
function toPanels(w: Float32Array, features: number, units: number): Float32Array {
  const panels = new Float32Array(Math.ceil(features / LANES) * units * LANES).fill(Number.NaN);
  for (let f = 0; f < features; f++) {
    for (let u = 0; u < units; u++) panels[twin.inPanel(f, u, units)] = w[f * units + u]!;
  }
  return panels;
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
  'panel_rows_forward',
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
            const panels = memory.input(toPanels(w, features, units)).at;
            forward(y.at, ...placeRows(memory, rows), panels, units, row0);
            twin.denseRowsForward(expected, rows, w, units, row0);
            sameBits(y.read(), expected, `${features} features, ${units} units, row0 ${row0}`);
          });
        }
      }
    }
  },
);

kernelTest(
  'panel_rows_backward',
  '1 to 96 features, 0 to 17 units, 1 to 64 rows, bits of a plain matrix, padding untouched',
  (backward) => {
    const draws = new Draws(4);
    for (const features of FEATURES) {
      for (const units of UNITS) {
        for (const count of [1, 20, 31, 32, 33, 64]) {
          guarded((memory) => {
            const rows = batch(draws, 64, features);
            const active = twin.collectActive(activations(draws, units, 2), units, units, 2);
            const dvalue = draws.floats(active.unit.length);
            const dh = new Float32Array(64 * units).fill(Number.NaN);
            for (let s = 0; s < 64; s++) {
              for (let e = active.start[s]!; e < active.start[s + 1]!; e++)
                dh[s * units + active.unit[e]!] = dvalue[e]!;
            }
            const dw = draws.floats(features * units);
            const dpanels = memory.output(toPanels(dw, features, units));
            const start = memory.input(Int32Array.from(active.start)).at;
            const unit = memory.input(Int32Array.from(active.unit)).at;
            const inputs = placeRows(memory, rows);
            backward(dpanels.at, ...inputs, start, unit, memory.input(dvalue).at, units, count);
            twin.denseRowsBackward(dw, rows, dh, units, count);
            sameBits(
              dpanels.read(),
              toPanels(dw, features, units),
              `${features} features, ${units} units, ${count} rows`,
            );
          });
        }
      }
    }
  },
);

kernelTest('panel_rows_backward', 'rows added apart, first to last, equal the whole', (backward) => {
  const draws = new Draws(5);
  const [features, units, count] = [40, 6, 64];
  guarded((memory) => {
    const rows = batch(draws, count, features);
    const active = twin.collectActive(activations(draws, units, 2), units, units, 2);
    const [rowStart, rowIndex, rowValue] = placeRows(memory, rows);
    const start = memory.input(Int32Array.from(active.start)).at;
    const unit = memory.input(Int32Array.from(active.unit)).at;
    const dvalue = memory.input(draws.floats(active.unit.length)).at;
    const before = draws.floats(2 * units * LANES);
    const whole = memory.output(before);
    backward(whole.at, rowStart, rowIndex, rowValue, start, unit, dvalue, units, count);
    for (const cut of [0, 1, 31, 32, 63, 64]) {
      const pieces = memory.output(before);
      backward(pieces.at, rowStart, rowIndex, rowValue, start, unit, dvalue, units, cut);
      const skip = 4 * cut;
      backward(
        pieces.at,
        plus(rowStart, skip),
        rowIndex,
        rowValue,
        plus(start, skip),
        unit,
        dvalue,
        units,
        count - cut,
      );
      sameBits(pieces.read(), whole.read(), `cut at row ${cut}`);
    }
  });
});

/** One tile of a reconstruction in two halves: [32 blocks][32] and panels of which this tile's rows are the second of three groups. */
function halves(draws: Draws, blocks: number, panelRows: number) {
  return { tile: draws.floats(blocks * LANES * LANES), panels: draws.floats(blocks * panelRows * LANES) };
}

kernelTest(
  'merge_panels',
  '0 to 3 blocks, live 0 to 32, rows of other tiles untouched, bits of the naive sum',
  (merge) => {
    const draws = new Draws(6);
    for (let blocks = 0; blocks <= 3; blocks++) {
      for (let live = 0; live <= LANES; live++) {
        for (const [panelRows, row0] of [
          [32, 0],
          [96, 32],
        ] as const) {
          guarded((memory) => {
            const data = halves(draws, blocks, panelRows);
            const [tile, panels] = [memory.output(data.tile), memory.output(data.panels)];
            const scale = Math.fround(2 / 7);
            const sums = [0, 0, 0, 0];
            const [expectedTile, expectedPanels] = [tile.read(), panels.read()];
            for (let b = 0; b < blocks; b++) {
              for (let f = 0; f < LANES; f += 4) {
                for (let s = 0; s < LANES; s++) {
                  for (let q = 0; q < 4; q++) {
                    const inTile = (b * LANES + f + q) * LANES + s;
                    const inPanels = (b * panelRows + row0 + s) * LANES + f + q;
                    const error = s < live ? Math.fround(data.tile[inTile]! + data.panels[inPanels]!) : 0;
                    sums[q]! += Math.fround(error * error);
                    expectedTile[inTile] = expectedPanels[inPanels] = Math.fround(error * scale);
                  }
                }
              }
            }
            const at = plus(panels.at, row0 * LANES * 4);
            const sum = merge(tile.at, at, blocks, panelRows, live, scale, memory.scratch(16).at);
            sameBits([sum], [sums[0]! + sums[2]! + (sums[1]! + sums[3]!)], `sum, ${blocks} blocks, live ${live}`);
            sameBits(tile.read(), expectedTile, `tile, ${blocks} blocks, live ${live}`);
            sameBits(panels.read(), expectedPanels, `panels, ${blocks} blocks, live ${live}`);
          });
        }
      }
    }
  },
);

kernelTest(
  'merge_panels',
  'blocks merged apart, last first, leave the same errors, and sums within 1e-12 relative',
  (merge) => {
    const draws = new Draws(7);
    for (let cut = 0; cut <= 3; cut++) {
      guarded((memory) => {
        const data = halves(draws, 3, LANES);
        const scratch = memory.scratch(16).at;
        const run = (from: number, to: number, tile: Address, panels: Address) =>
          merge(plus(tile, from * 4096), plus(panels, from * 4096), to - from, LANES, 29, 0.3, scratch);
        const [wholeTile, wholePanels] = [memory.output(data.tile), memory.output(data.panels)];
        const whole = run(0, 3, wholeTile.at, wholePanels.at);
        const [tile, panels] = [memory.output(data.tile), memory.output(data.panels)];
        const pieces = run(cut, 3, tile.at, panels.at) + run(0, cut, tile.at, panels.at);
        sameBits(tile.read(), wholeTile.read(), 'tile');
        sameBits(panels.read(), wholePanels.read(), 'panels');
        close([pieces], [whole], { relative: 1e-12 }, 'sum');
      });
    }
  },
);

kernelTest('merge_panels', 'NaN in the padding lanes goes nowhere', (merge) => {
  guarded((memory) => {
    const data = halves(new Draws(8), 2, LANES);
    for (let i = 0; i < data.tile.length; i++) {
      if (i % LANES >= 30) data.tile[i] = Number.NaN;
      if (Math.floor(i / LANES) % LANES >= 30) data.panels[i] = Number.NaN;
    }
    const [tile, panels] = [memory.output(data.tile), memory.output(data.panels)];
    const sum = merge(tile.at, panels.at, 2, LANES, 30, 1, memory.scratch(16).at);
    const all = [sum, ...tile.read(), ...panels.read()];
    if (!all.every(Number.isFinite)) throw new Error('a NaN came through');
  });
});

test.run();
