import { test } from 'uvu';
import { NONE, plus } from '#dist/runtime/address.js';
import { Draws } from '../support/draws.js';
import { guarded, kernelTest } from '../support/kernel-test.js';
import { sameBits } from '../support/numbers.js';
import * as twin from './twins/tiles.js';

const UNITS = Array.from({ length: 18 }, (_, units) => units);
const SPECIAL = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-45, -1e-45, 3.4e38, -3.4e38];

/** Floats with the special ones among them. */
function withSpecials(draws: Draws, length: number): Float32Array {
  return draws.floats(length).map((x) => (draws.below(4) === 0 ? SPECIAL[draws.below(SPECIAL.length)]! : x));
}

kernelTest(
  'rows_to_tile',
  'every number of units from 0 to 17, odd strides, with and without bias, bits of the twin',
  (move) => {
    const draws = new Draws(1);
    for (const units of UNITS) {
      for (const ldr of [units, units + 1, units + 6]) {
        for (const bias of [undefined, draws.floats(units)]) {
          guarded((memory) => {
            const rows = memory.input(draws.matrix(32, units, ldr));
            const tile = memory.scratch(units * 32);
            const expected = tile.read();
            move(tile.at, rows.at, bias ? memory.input(bias).at : NONE, ldr, units);
            twin.rowsToTile(expected, rows.read(), bias, ldr, units);
            sameBits(tile.read(), expected, `units ${units} ldr ${ldr} bias ${bias !== undefined}`);
          });
        }
      }
    }
  },
);

kernelTest('rows_to_tile', 'without bias moves NaN, infinities and -0 as they are', (move) => {
  guarded((memory) => {
    const rows = memory.input(withSpecials(new Draws(2), 32 * 7));
    const tile = memory.scratch(7 * 32);
    const expected = tile.read();
    move(tile.at, rows.at, NONE, 7, 7);
    twin.rowsToTile(expected, rows.read(), undefined, 7, 7);
    sameBits(tile.read(), expected, 'specials');
  });
});

kernelTest('tile_to_rows', 'every number of units from 0 to 17, odd strides; what lies between rows stays', (move) => {
  const draws = new Draws(3);
  for (const units of UNITS) {
    for (const ldr of [units, units + 1, units + 6]) {
      guarded((memory) => {
        const tile = memory.input(withSpecials(draws, units * 32));
        const rows = memory.output(draws.floats(Math.max(0, 31 * ldr + units)));
        const expected = rows.read();
        move(rows.at, tile.at, ldr, units);
        twin.tileToRows(expected, tile.read(), ldr, units);
        sameBits(rows.read(), expected, `units ${units} ldr ${ldr}`);
      });
    }
  }
});

kernelTest('tile_fill', 'every number of units from 0 to 17, bits of the twin', (fill) => {
  const draws = new Draws(4);
  for (const units of UNITS) {
    guarded((memory) => {
      const value = memory.input(withSpecials(draws, units));
      const tile = memory.scratch(units * 32);
      const expected = tile.read();
      fill(tile.at, value.at, units);
      twin.tileFill(expected, value.read(), units);
      sameBits(tile.read(), expected, `units ${units}`);
    });
  }
});

kernelTest('tile_signs', '0 to 17 units, words apart, NaN, 0 and -0 are not above 0', (signs) => {
  const draws = new Draws(12);
  const odd = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-45, -1e-45];
  for (const units of UNITS) {
    for (const step of [1, 3]) {
      guarded((memory) => {
        const values = draws.floats(units * 32).map((x) => (draws.below(3) ? x : odd[draws.below(odd.length)]!));
        const word = memory.output(new Int32Array(units > 0 ? (units - 1) * step + 1 : 0).fill(7));
        const expected = word.read();
        for (let u = 0; u < units; u++) {
          expected[u * step] = 0;
          for (let lane = 0; lane < 32; lane++) if (values[u * 32 + lane]! > 0) expected[u * step]! |= 1 << lane;
        }
        signs(word.at, memory.input(values).at, step, units);
        sameBits(word.read(), expected, `units ${units} step ${step}`);
      });
    }
  }
});

kernelTest('tile_sums', 'every number of units from 0 to 17, added to what is there, bits of the twin', (sums) => {
  const draws = new Draws(5);
  for (const units of UNITS) {
    guarded((memory) => {
      const tile = memory.input(draws.floats(units * 32));
      const sum = memory.output(draws.floats(units));
      const expected = sum.read();
      sums(sum.at, tile.at, units);
      twin.tileSums(expected, tile.read(), units);
      sameBits(sum.read(), expected, `units ${units}`);
    });
  }
});

kernelTest('tile_sums', 'units computed apart, last first, equal the whole', (sums) => {
  const draws = new Draws(6);
  for (let cut = 0; cut <= 9; cut++) {
    guarded((memory) => {
      const tile = memory.input(draws.floats(9 * 32)).at;
      const before = draws.floats(9);
      const [whole, pieces] = [memory.output(before), memory.output(before)];
      sums(whole.at, tile, 9);
      sums(plus(pieces.at, 4 * cut), plus(tile, 128 * cut), 9 - cut);
      sums(pieces.at, tile, cut);
      sameBits(pieces.read(), whole.read(), `cut at unit ${cut}`);
    });
  }
});

kernelTest('relu', 'every multiple of 4 up to 132, NaN and -0 become 0, bits of the twin', (relu) => {
  const draws = new Draws(7);
  for (let n = 0; n <= 132; n += 4) {
    guarded((memory) => {
      const y = memory.output(withSpecials(draws, n));
      const expected = y.read();
      relu(y.at, n);
      twin.relu(expected);
      sameBits(y.read(), expected, `n ${n}`);
    });
  }
});

kernelTest(
  'relu_backward',
  'every multiple of 4 up to 132, NaN where the unit is off becomes 0, bits of the twin',
  (backward) => {
    const draws = new Draws(8);
    for (let n = 0; n <= 132; n += 4) {
      for (const scale of [1, 2, 1 / 0.9]) {
        guarded((memory) => {
          const y = memory.input(withSpecials(draws, n));
          const d = memory.output(withSpecials(draws, n));
          const expected = d.read();
          backward(d.at, y.at, n, scale);
          twin.reluBackward(expected, y.read(), scale);
          sameBits(d.read(), expected, `n ${n} scale ${scale}`);
        });
      }
    }
  },
);

test.run();
