import { createEngine } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chooseRows, listRows, packColumns, selectBits, selectLists } from '#dist/structure/binary.js';
import { type BinaryColumns, emptyBits } from '#dist/structure/variables.js';
import { Random } from '../support/random.js';

const engine = await createEngine();

/** Ones by row and variable, and the same as bit columns. */
function made(rows: number, variables: number, share: number): { table: boolean[][]; bits: BinaryColumns } {
  const random = new Random(rows * 31 + variables);
  const table = Array.from({ length: rows }, () => Array.from({ length: variables }, () => random.chance(share)));
  const bits = emptyBits(rows, variables);
  table.forEach((row, r) => {
    row.forEach((one, v) => {
      if (one) bits.bits[v * bits.words * 8 + Math.floor(r / 8)]! += 2 ** (r % 8);
    });
  });
  return { table, bits };
}

const SIZES = [1, 7, 8, 63, 64, 65, 200].flatMap((rows) => [1, 3, 20].map((variables) => [rows, variables] as const));

test('lists name the ones of each row, rising, and pack to the same bits', () => {
  for (const [rows, variables] of SIZES) {
    const { table, bits } = made(rows, variables, 0.3);
    const lists = listRows(engine, bits);
    table.forEach((row, r) => {
      const ones = row.flatMap((one, v) => (one ? [v] : []));
      assert.equal(Array.from(lists.index.subarray(lists.start[r]!, lists.start[r + 1]!)), ones);
    });
    assert.equal(packColumns(lists), bits);
    assert.is(listRows(engine, lists), lists);
  }
});

test('chosen rows are as many as asked for, different, rising, and the same of lists and of bits', async () => {
  for (const [rows, variables] of SIZES) {
    const { table, bits } = made(rows, variables, 0.5);
    assert.is(chooseRows(engine, rows, rows, 1), undefined);
    for (const most of [1, Math.ceil(rows / 3), rows - 1].filter((n) => n > 0 && n < rows)) {
      const chosen = chooseRows(engine, rows, most, 3)!;
      assert.is(new Set(chosen).size, most);
      assert.equal(chosen, chosen.slice().sort());
      assert.ok(chosen[0]! >= 0 && chosen.at(-1)! < rows);
      const lists = selectLists(listRows(engine, bits), chosen);
      chosen.forEach((r, i) => {
        const ones = table[r]!.flatMap((one, v) => (one ? [v] : []));
        assert.equal(Array.from(lists.index.subarray(lists.start[i]!, lists.start[i + 1]!)), ones);
      });
      assert.equal(selectBits(bits, chosen), packColumns(lists));
    }
    assert.is(selectBits(bits, undefined), bits);
  }
});

test.run();
