import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Address } from '#dist/runtime/address.js';
import { Draws } from '../support/draws.js';
import type { GuardedMemory } from '../support/guarded-memory.js';
import { engine, guarded, kernelTest } from '../support/kernel-test.js';
import { close, sameBits } from '../support/numbers.js';
import { inside, pack, ROWS, randomColumn, randomTable } from './latent-columns.js';
import * as twin from './twins/latent.js';

/** A gain is a sum over groups in one, over rows in the other, of terms of products of up to 52 factors. */
const GAIN = { relative: 1e-11, absolute: 1e-10 };

/** Where it says how many groups there are. */
function sizeOf(memory: GuardedMemory, groups: number): Address {
  return memory.input(Int32Array.of(groups)).at;
}

kernelTest('group_ones', '1 to 130 rows, groups that are empty or all ones', (count) => {
  const draws = new Draws(8);
  for (const rows of ROWS) {
    for (const groups of [1, 2, 5, rows, rows + 3]) {
      const group = Int32Array.from({ length: rows }, () => draws.below(groups));
      const column = randomColumn(draws, rows);
      guarded((memory) => {
        const ones = memory.output(new Int32Array(groups).fill(-5));
        count(
          ones.at,
          memory.input(group).at,
          memory.input(pack(column)).at,
          Math.ceil(rows / 64),
          sizeOf(memory, groups),
        );
        sameBits(ones.read(), twin.groupOnes(group, column, groups), `${rows} rows, ${groups} groups`);
      });
    }
  }
});

type Split = typeof engine.kernels.group_split;

/** Splits one group by column after column, in blocks of no more room than there are rows; looks after each. */
function splitAll(split: Split, columns: readonly twin.Column[], tables: readonly twin.Table[], rows: number): number {
  return guarded((memory) => {
    const group = memory.output(new Int32Array(rows));
    const count = memory.output(new Int32Array(rows).fill(-5));
    const like = memory.output(new Float64Array(2 * rows).fill(Number.NaN));
    engine.i32(count.at, 1)[0] = rows;
    engine.f64(like.at, 2).fill(1);
    let groups = 1;
    columns.forEach((column, j) => {
      const ones = memory.input(twin.groupOnes(group.read(), column, groups));
      const target = memory.output(new Int32Array(groups).fill(-5));
      const bits = memory.input(pack(column)).at;
      const words = Math.ceil(rows / 64);
      const [p0, p1] = tables[j]!;
      const size = memory.output(Int32Array.of(groups));
      split(group.at, count.at, like.at, ones.at, target.at, bits, words, size.at, p0, p1);
      groups = size.read()[0]!;
      const expected = twin.groupRows(columns.slice(0, j + 1), tables, rows);
      assert.is(groups, expected.count.length, `groups of ${rows} rows by ${j + 1} columns`);
      sameBits(group.read(), expected.group, 'group');
      sameBits(count.read().subarray(0, groups), expected.count, 'count');
      sameBits(like.read().subarray(0, 2 * groups), expected.like, 'like');
    });
    return groups;
  });
}

kernelTest('group_split', '1 to 130 rows by 7 columns: bits of a map of patterns', (split) => {
  const draws = new Draws(9);
  for (const rows of ROWS) {
    for (let times = 0; times < 4; times++) {
      const columns = Array.from({ length: 7 }, () => randomColumn(draws, rows));
      splitAll(
        split,
        columns,
        columns.map(() => randomTable(draws)),
        rows,
      );
    }
  }
});

kernelTest('group_split', 'to a group for every row, and to none more than one', (split) => {
  const draws = new Draws(10);
  for (const rows of [1, 64, 128, 130]) {
    const columns = Array.from({ length: 8 }, (_, j) => Array.from({ length: rows }, (_row, r) => (r >> j) & 1));
    const tables = columns.map(() => randomTable(draws));
    assert.is(splitAll(split, columns, tables, rows), rows);
    const same = columns.map((_, j) => new Array<number>(rows).fill(j % 2));
    assert.is(splitAll(split, same, tables, rows), 1);
  }
});

kernelTest('group_rows', 'splits by column after column, 1 to 130 rows', (kernel) => {
  const draws = new Draws(19);
  for (const rows of ROWS) {
    for (const k of [1, 4, 7]) {
      const columns = Array.from({ length: k }, () => randomColumn(draws, rows));
      const tables = columns.map(() => randomTable(draws));
      const expected = twin.groupRows(columns, tables, rows);
      guarded((memory) => {
        const group = memory.output(new Int32Array(rows).fill(-5));
        const count = memory.output(new Int32Array(rows).fill(-5));
        const like = memory.output(new Float64Array(2 * rows).fill(Number.NaN));
        const [ones, target] = [memory.output(new Int32Array(rows)).at, memory.output(new Int32Array(rows)).at];
        const at = memory.input(Uint32Array.from(columns, (column) => memory.input(pack(column)).at)).at;
        const tablesAt = memory.input(Float64Array.from(tables.flat())).at;
        const words = Math.ceil(rows / 64);
        const size = memory.output(Int32Array.of(-5));
        kernel(group.at, count.at, like.at, ones, target, size.at, at, tablesAt, k, words, rows);
        const groups = size.read()[0]!;
        assert.is(groups, expected.count.length, `${rows} rows by ${k} columns`);
        sameBits(group.read(), expected.group, 'group');
        sameBits(count.read().subarray(0, groups), expected.count, 'count');
        sameBits(like.read().subarray(0, 2 * groups), expected.like, 'like');
      });
    }
  }
});

/** Places what island_gain reads and runs it. */
function gainOf(
  memory: GuardedMemory,
  gain: typeof engine.kernels.island_gain,
  columns: readonly twin.Column[],
  tables: readonly twin.Table[],
  prior: number,
  w: number,
  candidate: { column: twin.Column; table: twin.Table },
  pair: { z: twin.Table; w: twin.Table; x: twin.Table },
): number {
  const { group, count, like } = twin.groupRows(columns, tables, candidate.column.length);
  const groups = count.length;
  const onesOf = (column: twin.Column) => memory.input(twin.groupOnes(group, column, groups)).at;
  const place = (...numbers: number[]) => memory.input(Float64Array.from(numbers)).at;
  return gain(
    memory.input(count).at,
    onesOf(candidate.column),
    onesOf(columns[w]!),
    memory.input(like).at,
    sizeOf(memory, groups),
    prior,
    place(...tables[w]!),
    place(...candidate.table),
    place(...pair.z, ...pair.w, ...pair.x),
  );
}

kernelTest('island_gain', 'equals the two models’ likelihoods row by row, whichever member W is', (gain) => {
  const draws = new Draws(11);
  for (const rows of ROWS) {
    for (const members of [1, 2, 3, 6]) {
      const columns = Array.from({ length: members }, () => randomColumn(draws, rows));
      const tables = columns.map(() => randomTable(draws));
      const candidate = { column: randomColumn(draws, rows), table: randomTable(draws) };
      const pair = { z: randomTable(draws), w: randomTable(draws), x: randomTable(draws) };
      const prior = inside(draws);
      for (let w = 0; w < members; w++) {
        guarded((memory) => {
          const found = gainOf(memory, gain, columns, tables, prior, w, candidate, pair);
          const expected = twin.islandGain(columns, tables, prior, w, candidate, pair);
          close([found], [expected], GAIN, `${rows} rows, ${members} members, W ${w}`);
        });
      }
    }
  }
});

kernelTest('island_gain', '52 members at 1e-4 of what they are: no underflow', (gain) => {
  const rows = 65;
  const columns = Array.from({ length: 52 }, () => new Array<number>(rows).fill(1));
  const tables = columns.map(() => [1e-4, 2e-4] as const);
  const candidate = { column: columns[0]!.map((_, r) => r % 2), table: [0.3, 0.4] as const };
  const pair = { z: [0.2, 0.7] as const, w: [1e-4, 1e-3] as const, x: [1e-4, 0.9999] as const };
  guarded((memory) => {
    const found = gainOf(memory, gain, columns, tables, 1e-4, 51, candidate, pair);
    close([found], [twin.islandGain(columns, tables, 1e-4, 51, candidate, pair)], GAIN, 'gain');
  });
});

kernelTest('island_gain', 'is 0 where Z is Y', (gain) => {
  const draws = new Draws(12);
  const columns = Array.from({ length: 4 }, () => randomColumn(draws, 90));
  const tables = columns.map(() => randomTable(draws));
  const candidate = { column: randomColumn(draws, 90), table: randomTable(draws) };
  const equal = { z: [0, 1] as const, w: tables[2]!, x: candidate.table };
  guarded((memory) => {
    close([gainOf(memory, gain, columns, tables, 0.4, 2, candidate, equal)], [0], GAIN, 'gain');
  });
});

kernelTest('group_states', '1 to 130 rows: the more probable state, zeros after the last row', (complete) => {
  const draws = new Draws(13);
  for (const rows of ROWS) {
    for (let times = 0; times < 4; times++) {
      const columns = Array.from({ length: 1 + draws.below(6) }, () => randomColumn(draws, rows));
      const tables = columns.map(() => randomTable(draws));
      const prior = inside(draws);
      guarded((memory) => {
        const words = Math.ceil(rows / 64);
        const bits = memory.output(new Uint8Array(8 * words).fill(0xff));
        const { group, like } = twin.groupRows(columns, tables, rows);
        complete(bits.at, memory.input(group).at, memory.input(like).at, prior, words, rows);
        sameBits(bits.read(), pack(twin.groupStates(columns, tables, prior, rows)), `${rows} rows`);
      });
    }
  }
});

kernelTest('group_states', 'ties are 0; a hair more is 1', (complete) => {
  guarded((memory) => {
    const bits = memory.output(new Uint8Array(8).fill(0xff));
    const like = Float64Array.of(0.25, 0.25, 0.25, 0.25 * (1 + 2 ** -52), 0.25 * (1 + 2 ** -52), 0.25);
    complete(bits.at, memory.input(Int32Array.of(0, 1, 2, 1)).at, memory.input(like).at, 0.5, 1, 4);
    sameBits(bits.read(), [0b1010, 0, 0, 0, 0, 0, 0, 0], 'bits');
  });
});

test.run();
