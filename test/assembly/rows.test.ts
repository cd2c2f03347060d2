import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Address, plus } from '#dist/runtime/address.js';
import { Draws } from '../support/draws.js';
import type { GuardedMemory } from '../support/guarded-memory.js';
import { guarded, kernelTest } from '../support/kernel-test.js';
import { sameBits } from '../support/numbers.js';
import { type Pattern, randomPattern, randomRows } from '../support/patterns.js';
import * as twin from './twins/rows.js';

/** Rows with values, some of them 0. */
function rowsWithValues(draws: Draws, rows: number, columns: number): twin.SparseRows {
  const pattern = randomRows(draws, rows, columns);
  return { ...pattern, value: draws.floats(pattern.index.length) };
}

/** Connections by feature; each has a weight of its own, in another order. */
function connections(draws: Draws, features: number, units: number): twin.FeatureConnections {
  const { start, index } = randomRows(draws, features, units, 0.5);
  return { start, unit: index, place: draws.permutation(index.length) };
}

function placeRows(memory: GuardedMemory, { start, index, value }: twin.SparseRows): [Address, Address, Address] {
  return [memory.input(start).at, memory.input(index).at, memory.input(value).at];
}

function placeConnections(memory: GuardedMemory, c: twin.FeatureConnections): [Address, Address, Address] {
  return [memory.input(c.start).at, memory.input(c.unit).at, memory.input(c.place).at];
}

kernelTest(
  'compress_columns',
  'equals the naive transpose, with empty rows, empty columns and repeated entries',
  (compress) => {
    const draws = new Draws(1);
    const check = (pattern: Pattern, columns: number) =>
      guarded((memory) => {
        const entries = pattern.index.length;
        const start = memory.output(new Int32Array(columns + 1).fill(-7));
        const row = memory.output(new Int32Array(entries).fill(-7));
        const place = memory.output(new Int32Array(entries).fill(-7));
        const [rowStart, index] = [memory.input(pattern.start).at, memory.input(pattern.index).at];
        compress(start.at, row.at, place.at, rowStart, index, pattern.start.length - 1, columns);
        assert.equal(
          { start: start.read(), row: row.read(), place: place.read() },
          twin.compressColumns(pattern, columns),
        );
      });
    for (let rows = 0; rows <= 12; rows++) {
      for (let columns = 1; columns <= 12; columns++) {
        check(randomRows(draws, rows, columns), columns);
        check(randomPattern(draws, rows, columns, 5), columns);
      }
    }
    check(randomRows(draws, 65, 33), 33);
    check({ start: new Int32Array(1), index: new Int32Array(0) }, 3);
    check({ start: new Int32Array(9), index: new Int32Array(0) }, 3);
  },
);

kernelTest('compress_columns', 'twice gives the rows back', (compress) => {
  const [rows, columns] = [40, 23];
  const pattern = randomRows(new Draws(2), rows, columns);
  guarded((memory) => {
    const entries = pattern.index.length;
    const ints = (length: number) => memory.output(new Int32Array(length));
    const [start, row, place] = [ints(columns + 1), ints(entries), ints(entries)];
    const [backStart, backIndex, backPlace] = [ints(rows + 1), ints(entries), ints(entries)];
    const [rowStart, index] = [memory.input(pattern.start).at, memory.input(pattern.index).at];
    compress(start.at, row.at, place.at, rowStart, index, rows, columns);
    compress(backStart.at, backIndex.at, backPlace.at, start.at, row.at, columns, rows);
    assert.equal({ start: backStart.read(), index: backIndex.read() }, pattern);
  });
});

kernelTest('sparse_rows_forward', 'every live from 0 to 32, both tiles of a batch, bits of the twin', (forward) => {
  const draws = new Draws(3);
  for (let live = 0; live <= 32; live++) {
    for (const row0 of [0, 32]) {
      const [features, units] = [1 + draws.below(13), 1 + draws.below(9)];
      const rows = rowsWithValues(draws, 64, features);
      const layer = connections(draws, features, units);
      guarded((memory) => {
        const weight = memory.input(draws.floats(layer.unit.length));
        const y = memory.output(draws.floats(units * 32));
        const expected = y.read();
        forward(y.at, ...placeRows(memory, rows), ...placeConnections(memory, layer), weight.at, row0, live);
        twin.sparseRowsForward(expected, rows, layer, weight.read(), row0, live);
        sameBits(y.read(), expected, `live ${live} row0 ${row0} features ${features} units ${units}`);
      });
    }
  }
});

kernelTest('sparse_rows_forward', 'lanes computed apart, last first, equal the whole', (forward) => {
  const draws = new Draws(4);
  const rows = rowsWithValues(draws, 32, 20);
  const layer = connections(draws, 20, 6);
  for (let cut = 0; cut <= 32; cut++) {
    guarded((memory) => {
      const before = draws.floats(6 * 32);
      const [whole, pieces] = [memory.output(before), memory.output(before)];
      const inputs = [...placeRows(memory, rows), ...placeConnections(memory, layer)] as const;
      const weight = memory.input(draws.floats(layer.unit.length)).at;
      forward(whole.at, ...inputs, weight, 0, 32);
      forward(plus(pieces.at, 4 * cut), ...inputs, weight, cut, 32 - cut);
      forward(pieces.at, ...inputs, weight, 0, cut);
      sameBits(pieces.read(), whole.read(), `cut at lane ${cut}`);
    });
  }
});

/** A batch by feature, a layer, and its dy: what the gradient of the weights reads. */
function backwardCase(draws: Draws, memory: GuardedMemory, features: number, units: number, tiles: number) {
  const tileUnits = units + draws.below(3);
  const rows = rowsWithValues(draws, tiles * 32, features);
  const columns = twin.compressColumns(rows, features);
  const layer = connections(draws, features, units);
  const dy = draws.floats(tiles * tileUnits * 32);
  const inputs = [
    memory.input(columns.start).at,
    memory.input(columns.row).at,
    memory.input(columns.place).at,
    memory.input(rows.value).at,
    ...placeConnections(memory, layer),
    memory.input(dy).at,
    tileUnits,
  ] as const;
  return { rows, columns, layer, dy, tileUnits, inputs };
}

kernelTest('sparse_rows_backward', 'one to three tiles, some units of a larger tile, bits of the twin', (backward) => {
  const draws = new Draws(5);
  for (let times = 0; times < 120; times++) {
    const [features, units, tiles] = [1 + draws.below(13), 1 + draws.below(9), 1 + draws.below(3)];
    guarded((memory) => {
      const { rows, columns, layer, dy, tileUnits, inputs } = backwardCase(draws, memory, features, units, tiles);
      const dweight = memory.output(draws.floats(layer.unit.length));
      const expected = dweight.read();
      const feature0 = draws.below(features);
      const feature1 = feature0 + draws.below(features - feature0 + 1);
      backward(dweight.at, ...inputs, feature0, feature1);
      twin.sparseRowsBackward(expected, columns, rows.value, layer, dy, tileUnits, feature0, feature1);
      sameBits(dweight.read(), expected, `features ${feature0} to ${feature1} of ${features}, units ${units}`);
    });
  }
});

kernelTest('sparse_rows_backward', 'features computed apart, last first, equal the whole', (backward) => {
  const draws = new Draws(6);
  for (let cut = 0; cut <= 10; cut++) {
    guarded((memory) => {
      const { layer, inputs } = backwardCase(draws, memory, 10, 5, 2);
      const before = draws.floats(layer.unit.length);
      const [whole, pieces] = [memory.output(before), memory.output(before)];
      backward(whole.at, ...inputs, 0, 10);
      backward(pieces.at, ...inputs, cut, 10);
      backward(pieces.at, ...inputs, 0, cut);
      sameBits(pieces.read(), whole.read(), `cut at feature ${cut}`);
    });
  }
});

kernelTest(
  'columns_add_to_tiles',
  'both tiles of a batch, repeated entries, features and tiles cut anywhere, last first, bits of the twin',
  (add) => {
    const draws = new Draws(7);
    for (let features = 1; features <= 13; features++) {
      for (const factor of [-1, 1, 0.3]) {
        const pattern = randomPattern(draws, 64, features, 6);
        const rows = { ...pattern, value: draws.floats(pattern.index.length) };
        const columns = twin.compressColumns(pattern, features);
        const tileUnits = features + draws.below(3);
        guarded((memory) => {
          const tiles = memory.output(draws.floats(2 * tileUnits * 32));
          const expected = tiles.read();
          const at = [columns.start, columns.row, columns.place].map((list) => memory.input(list).at);
          const value = memory.input(rows.value).at;
          const run = (tile0: number, tile1: number, feature0: number, feature1: number) =>
            add(tiles.at, tileUnits, at[0]!, at[1]!, at[2]!, value, factor, tile0, tile1, feature0, feature1);
          const [tile, feature] = [draws.below(3), draws.below(features + 1)];
          run(tile, 2, feature, features);
          run(0, tile, feature, features);
          run(0, 2, 0, feature);
          twin.addToTiles(expected, tileUnits, rows, factor);
          sameBits(tiles.read(), expected, `features ${features} factor ${factor} cut at ${tile}, ${feature}`);
        });
      }
    }
  },
);

test.run();
