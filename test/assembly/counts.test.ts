import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Address, plus } from '#dist/runtime/address.js';
import { Draws } from '../support/draws.js';
import type { GuardedMemory } from '../support/guarded-memory.js';
import { guarded, kernelTest } from '../support/kernel-test.js';
import { sameBits } from '../support/numbers.js';
import { randomRows } from '../support/patterns.js';
import * as twin from './twins/counts.js';
import { compressColumns } from './twins/rows.js';

/** Around words of 64 items, and of 64 such words. */
const SIZES = [1, 2, 5, 63, 64, 65, 130, 4095, 4097];

/** Counts, and the marks of those that are not 0. */
function ownBytes(d: number): number {
  return Math.ceil((4 * d) / 8) * 8 + 8 * (Math.ceil(d / 64) + Math.ceil(d / 4096));
}

/** Pairs of large items and large counts, that are coded in up to five bytes. */
function randomPairs(draws: Draws, d: number, most: number): twin.PairRows {
  return Array.from({ length: d }, (_, a) => {
    const row: [number, number][] = [];
    for (let b = a + 1 + draws.below(4); b < d && row.length < 20; b += 1 + draws.below(1 + Math.floor(d / 3)))
      row.push([b, 1 + Math.floor(draws.unit() ** 6 * (most - 1))]);
    return row;
  });
}

kernelTest('pairs_of_rows', 'codes what a count over all rows finds, of all items and of every third', (count) => {
  const draws = new Draws(21);
  for (const d of SIZES) {
    const n = d > 1000 ? 9 : 40;
    const rows = randomRows(draws, n, d, d > 1000 ? 0.01 : 0.3);
    const columns = compressColumns(rows, d);
    const pairs = twin.pairRows(rows, d);
    for (const step of [1, 3]) {
      for (const [v0, v1] of [
        [0, d],
        [Math.floor(d / 3), d],
        [0, Math.ceil(d / 2)],
      ] as const) {
        const chosen = pairs.filter((_, v) => v >= v0 && v < v1 && (v - v0) % step === 0);
        const wanted = pairs.flatMap((row, v) =>
          v >= v0 && v < v1 && (v - v0) % step === 0 ? [[v, row] as const] : [],
        );
        const bytes = wanted.flatMap(([v, row]) => [...twin.coded([...Array(v).fill([]), row]).bytes]);
        guarded((memory) => {
          const capacity = Math.max(10, bytes.length + 10 * Math.max(0, ...chosen.map((row) => row.length)));
          const out = memory.output(new Uint8Array(capacity));
          const size = memory.output(new Int32Array(Math.max(1, chosen.length)));
          const own = memory.output(new Uint8Array(ownBytes(d)));
          const data = [memory.input(rows.start).at, memory.input(rows.index).at] as const;
          const turned = [memory.input(columns.start).at, memory.input(columns.row).at] as const;
          const done = count(out.at, capacity, size.at, own.at, ...data, ...turned, v0, v1, step, d);
          assert.is(done, chosen.length);
          sameBits(out.read().subarray(0, bytes.length), Uint8Array.from(bytes), `${d} items`);
          const sizes = size.read().subarray(0, done);
          assert.is(
            sizes.reduce((sum, k) => sum + k, 0),
            bytes.length,
          );
          sameBits(own.read(), new Uint8Array(ownBytes(d)), 'counts and marks are left as zeros');
          // Of less room as many rows as surely fit, and zeros again.
          const some = count(out.at, Math.floor(capacity / 2), size.at, own.at, ...data, ...turned, v0, v1, step, d);
          assert.ok(some <= done);
          sameBits(own.read(), new Uint8Array(ownBytes(d)), 'also where there was no room');
        });
      }
    }
  }
});

/** Rows [v0, v1) of all, one after another, and where each begins. */
function bind(memory: GuardedMemory, all: readonly twin.PairRows[], v0: number, v1: number): [Address, Address] {
  const bytes: number[] = [];
  const starts: number[] = [];
  for (const pairs of all) {
    const { bytes: own, start } = twin.coded(pairs);
    const begin = bytes.length;
    for (let v = v0; v <= v1; v++) starts.push(begin + start[v]! - start[v0]!);
    bytes.push(...own.slice(start[v0], start[v1]));
  }
  return [memory.input(Uint8Array.from([...bytes, 0])).at, memory.input(Int32Array.from(starts)).at];
}

kernelTest('pairs_merge', 'adds up rows of one to four sources, counts of one to five bytes', (merge) => {
  const draws = new Draws(22);
  for (const d of SIZES.slice(1)) {
    for (const k of [1, 2, 4]) {
      const all = Array.from({ length: k }, () => randomPairs(draws, d, 2 ** 28));
      const sum = twin.added(all, d);
      for (const [v0, v1] of [
        [0, d],
        [Math.floor(d / 2), d],
      ] as const) {
        const wanted = twin.coded(sum);
        guarded((memory) => {
          const [codedAt, startAt] = bind(memory, all, v0, v1);
          const length = wanted.start[v1]! - wanted.start[v0]!;
          const out = memory.output(new Uint8Array(Math.max(1, length)));
          const size = memory.output(new Int32Array(v1 - v0));
          const own = memory.output(new Uint8Array(ownBytes(d)));
          merge(out.at, size.at, own.at, codedAt, startAt, k, v0, v1, d);
          sameBits(
            out.read().subarray(0, length),
            wanted.bytes.slice(wanted.start[v0], wanted.start[v1]),
            `${d} items`,
          );
          assert.equal(
            [...size.read()],
            sum.slice(v0, v1).map((_, i) => wanted.start[v0 + i + 1]! - wanted.start[v0 + i]!),
          );
          sameBits(own.read(), new Uint8Array(ownBytes(d)), 'counts and marks are left as zeros');
        });
      }
    }
  }
});

kernelTest('pairs_turned_sizes', 'tells how long turned rows are, in two calls', (sizes) => {
  turned((memory, pairs, d) => {
    const { bytes, start } = twin.coded(pairs);
    const wanted = twin.coded(twin.turnedRows(pairs), true);
    const size = memory.output(new Int32Array(d));
    const last = memory.output(new Int32Array(d).fill(-1));
    const [codedAt, startAt] = [memory.input(bytes).at, memory.input(start).at];
    const middle = d >> 1;
    sizes(size.at, last.at, codedAt, startAt, 0, middle);
    sizes(size.at, last.at, codedAt, startAt, middle, d);
    sameBits(
      size.read(),
      Int32Array.from({ length: d }, (_, v) => wanted.start[v + 1]! - wanted.start[v]!),
      `${d} items`,
    );
  });
});

kernelTest('pairs_turn', 'codes of each item those before it', (turn) => {
  turned((memory, pairs, d) => {
    const { bytes, start } = twin.coded(pairs);
    const wanted = twin.coded(twin.turnedRows(pairs), true);
    const out = memory.output(new Uint8Array(Math.max(1, wanted.bytes.length)));
    const next = memory.output(wanted.start.slice(0, d));
    const last = memory.output(new Int32Array(d).fill(-1));
    const [codedAt, startAt] = [memory.input(bytes).at, memory.input(start).at];
    const middle = Math.ceil(d / 3);
    turn(out.at, next.at, last.at, codedAt, startAt, 0, middle);
    turn(out.at, next.at, last.at, codedAt, startAt, middle, d);
    sameBits(out.read().subarray(0, wanted.bytes.length), wanted.bytes, `${d} items`);
    sameBits(next.read(), wanted.start.slice(1), 'rows end where the next begin');
  });
});

function turned(body: (memory: GuardedMemory, pairs: twin.PairRows, d: number) => void): void {
  const draws = new Draws(23);
  for (const d of [1, 2, 3, 64, 200, 1000]) guarded((memory) => body(memory, randomPairs(draws, d, 2 ** 30), d));
}

kernelTest('pairs_row', 'has an item’s counts with all others', (row) => {
  const draws = new Draws(24);
  for (const d of [1, 2, 7, 100]) {
    const pairs = randomPairs(draws, d, 1000);
    const [rows, back] = [twin.coded(pairs), twin.coded(twin.turnedRows(pairs), true)];
    for (let v = 0; v < d; v++) {
      guarded((memory) => {
        const count = memory.output(new Int32Array(d).fill(-7));
        const coded = memory.input(rows.bytes.length > 0 ? rows.bytes : new Uint8Array(1)).at;
        const before = memory.input(back.bytes.length > 0 ? back.bytes : new Uint8Array(1)).at;
        const ends = [rows.start[v]!, rows.start[v + 1]!].map((at) => plus(coded, at));
        const turnedEnds = [back.start[v]!, back.start[v + 1]!].map((at) => plus(before, at));
        row(count.at, ends[0]!, ends[1]!, turnedEnds[0]!, turnedEnds[1]!, v, d);
        const wanted = new Int32Array(d);
        for (const [item, k] of pairs[v]!) wanted[item] = k;
        for (let a = 0; a < v; a++) for (const [item, k] of pairs[a]!) if (item === v) wanted[a] = k;
        sameBits(count.read(), wanted, `item ${v} of ${d}`);
      });
    }
  }
});

kernelTest(
  'pairs_unsound',
  'takes what rows give, and names the row of each change that they cannot give',
  (unsound) => {
    const draws = new Draws(25);
    const [n, d] = [30, 40];
    const rows = randomRows(draws, n, d, 0.3);
    const pairs = twin.pairRows(rows, d);
    const ones = compressColumns(rows, d).start;
    const each = Int32Array.from({ length: d }, (_, v) => ones[v + 1]! - ones[v]!);
    const check = (bytes: Uint8Array, start: Int32Array, v0 = 0, known = each): number =>
      guarded((memory) =>
        unsound(
          memory.input(bytes).at,
          bytes.length,
          memory.input(start.slice(v0)).at,
          memory.input(known).at,
          v0,
          d,
          d,
          n,
        ),
      );
    const { bytes, start } = twin.coded(pairs);
    assert.is(check(bytes, start), -1);
    assert.is(check(bytes, start, 7), -1);
    assert.is(check(bytes, start, 0, new Int32Array(d).fill(-1)), -1, 'nothing known of ones');
    const v = pairs.findIndex((row) => row.length > 3);
    const changed = (change: (row: [number, number][]) => void) => {
      const copy = pairs.map((row) => row.map(([item, count]) => [item, count] as [number, number]));
      change(copy[v]!);
      const made = twin.coded(copy);
      return check(made.bytes, made.start);
    };
    assert.is(
      changed((row) => put(row, 0, 1, n + 1)),
      v,
      'more than rows',
    );
    assert.is(
      changed((row) => put(row, 1, 1, each[v]! + 1)),
      v,
      'more than ones',
    );
    assert.is(
      changed((row) => put(row, 1, 1, 0)),
      v,
      'none',
    );
    assert.is(
      changed((row) => void row.push([d, 1])),
      v,
      'an item beyond',
    );
    assert.is(
      changed((row) => put(row, 1, 0, row[0]![0])),
      v,
      'an item twice',
    );
    const cut = bytes.slice();
    cut[start[v + 1]! - 1]! |= 128;
    assert.is(check(cut, start), v, 'a number that goes on into the next row');
    assert.is(
      check(bytes.slice(0, -1), start),
      Math.max(...pairs.flatMap((row, v) => (row.length > 0 ? v : []))),
      'bytes that end before',
    );
    const endless = bytes.slice();
    endless.fill(255, start[v]!, start[v + 1]!);
    assert.is(check(endless, start), v);
  },
);

function put(row: [number, number][], pair: number, part: 0 | 1, value: number): void {
  row[pair]![part] = value;
}

test.run();
