import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Address, plus } from '#dist/runtime/address.js';
import { Draws } from '../support/draws.js';
import type { Buffer, GuardedMemory } from '../support/guarded-memory.js';
import { engine, guarded, kernelTest } from '../support/kernel-test.js';
import { sameBits } from '../support/numbers.js';
import { type Pattern, randomRows } from '../support/patterns.js';
import { coded, pairRows, turnedRows } from './twins/counts.js';
import * as twin from './twins/information.js';
import { log } from './twins/math.js';
import { compressColumns } from './twins/rows.js';

/** T(k) = k ln k as the kernels have it. */
function tableOf(n: number): Float64Array {
  return Float64Array.from({ length: n + 1 }, (_, k) => (k === 0 ? 0 : k * log(k)));
}
/** Runs Prim from `root` to the end, looking at the open list after each step; returns the edges, as Kruskal orders ends. */
function prim(step: typeof engine.kernels.prim_step, weights: Float64Array, d: number, root: number): twin.Edge[] {
  return guarded((memory) => {
    const all = Int32Array.from({ length: d }, (_, v) => v);
    const key = memory.output(new Float64Array(d).fill(-1));
    const parent = memory.output(new Int32Array(d).fill(-1));
    const [open, position] = [memory.output(all), memory.output(all)];
    const rows = Array.from(all, (v) => memory.input(weights.slice(v * d, v * d + d)).at);
    const joined = new Set<number>();
    for (let v = root, left = d; left > 0; left--) {
      assert.ok(v >= 0 && v < d && !joined.has(v), `step ${d - left} gave ${v}`);
      joined.add(v);
      v = step(key.at, parent.at, open.at, position.at, rows[v]!, left, v);
      const [list, places] = [open.read().subarray(0, left - 1), position.read()];
      assert.equal(
        [...list].sort((a, b) => a - b),
        [...all].filter((u) => !joined.has(u)),
        'the open vertices',
      );
      list.forEach((u, i) => void assert.is(places[u], i, `position of ${u}`));
      if (left === 1) assert.is(v, -1, 'after the last vertex');
    }
    const [keys, parents] = [key.read(), parent.read()];
    return [...all]
      .filter((v) => parents[v]! >= 0)
      .map((v) => ({ a: Math.min(v, parents[v]!), b: Math.max(v, parents[v]!), weight: keys[v]! }));
  });
}

const inOrder = (edges: twin.Edge[]) => edges.sort((x, y) => x.a - y.a || x.b - y.b);

function symmetric(d: number, weight: (a: number, b: number) => number): Float64Array {
  const weights = new Float64Array(d * d);
  for (let a = 0; a < d; a++) for (let b = 0; b < a; b++) weights[a * d + b] = weights[b * d + a] = weight(a, b);
  return weights;
}

kernelTest('prim_step', 'gives Kruskal’s tree for 1 to 14 vertices and any root, with many ties', (step) => {
  const draws = new Draws(8);
  for (let d = 1; d <= 14; d++) {
    for (const kinds of [1, 2, 3, 1000]) {
      const weights = symmetric(d, () => draws.below(kinds) / 7);
      const expected = inOrder(twin.kruskal(weights, d));
      assert.is(expected.length, d - 1);
      for (const root of new Set([0, d - 1, draws.below(d)])) {
        assert.equal(inOrder(prim(step, weights, d, root)), expected, `${d} vertices, ${kinds} weights, root ${root}`);
      }
    }
  }
});

kernelTest(
  'prim_step',
  'gives Kruskal’s forest where pairs are forbidden (-2), and takes required ones (infinite)',
  (step) => {
    const draws = new Draws(9);
    for (let times = 0; times < 60; times++) {
      const d = 2 + draws.below(10);
      const weights = symmetric(d, () => [-2, -2, -2, 0, 0.5, 0.5, 1][draws.below(7)]!);
      const [a, b] = draws.permutation(d);
      weights[a! * d + b!] = weights[b! * d + a!] = Number.POSITIVE_INFINITY;
      const edges = inOrder(prim(step, weights, d, draws.below(d)));
      assert.equal(edges, inOrder(twin.kruskal(weights, d)));
      assert.ok(edges.some((edge) => edge.weight === Number.POSITIVE_INFINITY));
    }
  },
);

/** Binary rows, what prim_list and the others need of them, and the information of each pair. */
function frameOf(memory: GuardedMemory, pattern: Pattern, d: number) {
  const n = pattern.start.length - 1;
  const columns = compressColumns(pattern, d);
  const ones = Int32Array.from({ length: d }, (_, v) => columns.start[v + 1]! - columns.start[v]!);
  const table = tableOf(n);
  const vertex = Int32Array.from({ length: d }, (_, v) => v).sort((a, b) => ones[a]! - ones[b]! || a - b);
  const slot = new Int32Array(d);
  vertex.forEach((v, s) => {
    slot[v] = s;
  });
  const levelOnes = [...new Set(vertex.map((v) => ones[v]!))];
  const levelStart = [...levelOnes.map((k) => vertex.findIndex((v) => ones[v] === k)), d];
  const members = Array.from(
    { length: d },
    (_, v) => new Set(columns.row.subarray(columns.start[v], columns.start[v + 1])),
  );
  const weights = symmetric(d, (a, b) => {
    const both = [...members[a]!].filter((r) => members[b]!.has(r)).length;
    return twin.informationBinary(table, both, ones[a]!, ones[b]!, n);
  });
  const firsts: number[] = [];
  for (let width = 4, size = Math.ceil(d / 4); ; width *= 4, size = Math.ceil(size / 4)) {
    for (let i = 0; i < size; i++) firsts.push(i * width);
    if (size === 1) break;
  }
  const most = d + levelOnes.length + 1;
  return {
    n,
    levels: levelOnes.length,
    most,
    weights,
    vertices: vertex,
    slots: slot,
    columns,
    key: memory.output(new Float64Array(d).fill(-1)),
    parent: memory.output(new Int32Array(d).fill(-1)),
    best: memory.output(Int32Array.from(firsts)),
    levelMin: memory.output(new Float64Array(levelOnes.length).fill(-1)),
    levelParent: memory.output(new Int32Array(levelOnes.length)),
    place: memory.output(new Int32Array(d).fill(-1)),
    order: memory.output(new Int32Array(d + 1)),
    weight: memory.output(new Float64Array(d)),
    own: memory.output(new Int32Array(2 * d)),
    vertex: memory.input(vertex),
    slot: memory.input(slot),
    levelStart: memory.input(Int32Array.from(levelStart)),
    levelOnes: memory.input(Int32Array.from(levelOnes)),
    ones: memory.input(ones),
    margin: memory.input(Float64Array.from(ones, (k) => table[k]! + table[n - k]!)),
    table: memory.input(table),
    start: memory.input(pattern.start),
    index: memory.input(pattern.index),
    columnStart: memory.input(columns.start),
    columnRow: memory.input(columns.row),
  };
}

/** What stands there from now on; a part where there is less. */
function write<T extends Int32Array | Float64Array>({ at }: Buffer<T>, values: T): void {
  const view = values instanceof Int32Array ? engine.i32(at, values.length) : engine.f64(at, values.length);
  view.set(values);
}

type Frame = ReturnType<typeof frameOf>;

function offered(f: Frame) {
  return [
    ...[
      f.key.at,
      f.parent.at,
      f.levelMin.at,
      f.levelParent.at,
      f.levelStart.at,
      f.levelOnes.at,
      f.vertex.at,
      f.slot.at,
    ],
    ...[f.ones.at, f.margin.at, f.table.at],
  ] as unknown as [Address, Address, Address, Address, Address, Address, Address, Address, Address, Address, Address];
}

/** Lists these variables where `out` is; returns how many there was room for. */
function list(
  f: Frame,
  memory: GuardedMemory,
  out: Address,
  vertices: number[],
  capacity: number,
  make = engine.kernels.prim_list,
): number {
  const at = memory.input(Int32Array.from(vertices)).at;
  const rows = [f.start.at, f.index.at, f.columnStart.at, f.columnRow.at] as const;
  const { length } = vertices;
  const made = make(out, f.own.at, at, length, capacity, ...offered(f), ...rows, f.n, f.levels);
  sameBits(f.own.read().subarray(0, f.slots.length), new Int32Array(f.slots.length), 'counts are left as zeros');
  return made;
}

/** One variable, its pairs counted in parts. */
function listCounted(f: Frame, memory: GuardedMemory, out: Address, v: number, draws: Draws): void {
  const d = f.slots.length;
  const parts = 1 + draws.below(3);
  const counts = memory.output(new Int32Array(parts * d).fill(-3));
  const [first, end] = [f.columns.start[v]!, f.columns.start[v + 1]!];
  for (let part = 0; part < parts; part++) {
    const cut = (k: number) => first + Math.floor((k / parts) * (end - first));
    const to = plus(counts.at, 4 * part * d);
    engine.kernels.pair_counts_rows(to, f.start.at, f.index.at, f.columnRow.at, cut(part), cut(part + 1), d);
  }
  engine.kernels.prim_list_counted(out, f.own.at, counts.at, parts, v, ...offered(f), f.n, f.levels);
  sameBits(f.own.read().subarray(0, d), new Int32Array(d), 'counts are left as zeros');
}

/** Runs Prim over binary rows, with lists made for variables at random ahead of their turn, some not kept; returns the edges, smaller end first. */
function primRows(
  pattern: Pattern,
  d: number,
  root: number,
  draws: Draws,
): { edges: twin.Edge[]; weights: Float64Array } {
  return guarded((memory) => {
    const f = frameOf(memory, pattern, d);
    const { kernels } = engine;
    const waiting = draws.below(3) ? 8 * d : draws.below(2 * d);
    const pool = memory.output(new Float64Array(2 * (waiting + f.most)));
    const next = plus(pool.at, 16 * waiting);
    const region = memory.output(new Float64Array(8 * f.most));
    const joins = new Set<number>();
    let [joined, used] = [0, 0];
    write(f.order, Int32Array.of(root));
    for (;;) {
      const before = joined;
      joined = kernels.prim_advance(
        ...([f.order.at, f.weight.at, f.key.at, f.parent.at, f.best.at, f.levelMin.at, f.levelParent.at] as const),
        ...([f.place.at, f.vertex.at, f.slot.at, pool.at, joined, d] as const),
      );
      const order = f.order.read();
      for (const v of order.subarray(before, joined)) {
        assert.not(joins.has(v), `${v} joins twice`);
        joins.add(v);
      }
      if (joined === d) break;
      const v = order[joined]!;
      assert.ok(v >= 0 && v < d && !joins.has(v) && (joined > before || joined === 0), `${joined} joined, then ${v}`);
      if (draws.below(3) === 0) listCounted(f, memory, next, v, draws);
      else assert.is(list(f, memory, next, [v], f.most), 1);
      const place = f.place.read();
      const others = [...draws.permutation(d)].filter((u) => u !== v && !joins.has(u) && place[f.slots[u]!]! < 0);
      const ahead = others.slice(0, draws.below(5));
      const cells = draws.below(4 * f.most);
      const made = list(f, memory, region.at, ahead, cells);
      used = kernels.prim_keep(pool.at, f.place.at, region.at, made, used, waiting);
      if (draws.below(3) === 0) used = kernels.prim_pack(pool.at, f.place.at, f.key.at, used);
      assert.ok(used <= waiting, `${used} of ${waiting} cells`);
      const places = f.place.read();
      places[f.slots[v]!] = waiting;
      write(f.place, places);
    }
    const [order, parent, weight] = [f.order.read(), f.parent.read(), f.weight.read()];
    assert.is(order[d], -1, 'after the last');
    const edges = [...order.subarray(1, d)].map((v, i) => {
      const from = parent[f.slots[v]!]!;
      return { a: Math.min(v, from), b: Math.max(v, from), weight: weight[i + 1]! };
    });
    return { edges, weights: f.weights };
  });
}

test('lists ahead of their turn: Kruskal’s tree, weights bit for bit, for 1 to 12 variables and any root, with many ties', () => {
  const draws = new Draws(10);
  for (let d = 1; d <= 12; d++) {
    for (let times = 0; times < 12; times++) {
      const pattern = randomRows(draws, 1 + draws.below(14), d, draws.unit());
      const { edges, weights } = primRows(pattern, d, draws.below(d), draws);
      assert.equal(inOrder(edges), inOrder(twin.kruskal(weights, d)), `${d} variables`);
    }
  }
});

test('lists ahead of their turn: Kruskal’s tree around blocks of 4, 16 and 256 variables, most pairs never together', () => {
  const draws = new Draws(11);
  for (const d of [3, 4, 5, 15, 16, 17, 63, 64, 65, 255, 256, 257, 300]) {
    for (const density of [0, 0.002, 0.01, 0.05]) {
      const pattern = randomRows(draws, 60, d, density);
      const { edges, weights } = primRows(pattern, d, draws.below(d), draws);
      assert.equal(inOrder(edges), inOrder(twin.kruskal(weights, d)), `${d} variables, density ${density}`);
    }
  }
});

kernelTest('prim_list', 'as many lists as there is room for, each the shorter the more is known', (make) => {
  const draws = new Draws(12);
  const d = 40;
  const pattern = randomRows(draws, 30, d, 0.2);
  guarded((memory) => {
    const f = frameOf(memory, pattern, d);
    const all = [...Array(d).keys()];
    const out = memory.output(new Float64Array(2 * d * f.most));
    assert.is(list(f, memory, out.at, all, d * f.most, make), d);
    const heads = new Int32Array(out.read().buffer);
    const sizes: number[] = [];
    for (let at = 0; sizes.length < d; at += sizes.at(-1)!) {
      assert.is(heads[4 * at], f.slots[sizes.length], 'a list begins with its slot');
      sizes.push(heads[4 * at + 1]! + 1);
    }
    let sum = 0;
    for (const [i, size] of sizes.entries()) {
      sum += size;
      const exact = memory.output(new Float64Array(2 * sum));
      assert.is(list(f, memory, exact.at, all, sum, make), i + 1, 'exactly so many cells');
      assert.is(list(f, memory, exact.at, all, sum - 1, make), i, 'a cell less');
    }
    // Nothing can be offered to keys that are higher.
    write(f.key, new Float64Array(d).fill(9));
    write(f.levelMin, new Float64Array(f.levels).fill(9));
    assert.is(list(f, memory, out.at, all, d, make), d);
  });
});

kernelTest('prim_list_coded', 'what prim_list lists of the rows, from their counts', (make) => {
  const draws = new Draws(14);
  for (const [d, density] of [
    [1, 0.5],
    [2, 0.5],
    [40, 0.2],
    [200, 0.02],
  ] as const) {
    const pattern = randomRows(draws, 60, d, density);
    const pairs = pairRows(pattern, d);
    const [rows, turned] = [coded(pairs), coded(turnedRows(pairs), true)];
    guarded((memory) => {
      const f = frameOf(memory, pattern, d);
      const data = [rows.bytes, rows.start, turned.bytes, turned.start].map((part) => memory.input(part).at);
      const known = data as unknown as [Address, Address, Address, Address];
      for (let v = 0; v < d; v++) {
        const [one, other] = [0, 1].map(() => memory.output(new Float64Array(2 * f.most)));
        assert.is(list(f, memory, one!.at, [v], f.most), 1);
        const at = memory.input(Int32Array.of(v)).at;
        assert.is(make(other!.at, f.own.at, at, 1, f.most, ...offered(f), ...known, f.n, f.levels), 1);
        sameBits(f.own.read().subarray(0, d), new Int32Array(d), 'counts are left as zeros');
        assert.equal(cellsOf(other!.read()), cellsOf(one!.read()), `${v} of ${d}`);
      }
      const few = memory.output(new Float64Array(2));
      assert.is(
        make(few.at, f.own.at, memory.input(Int32Array.of(0)).at, 1, 0, ...offered(f), ...known, f.n, f.levels),
        0,
      );
    });
  }
});

/** A list's cells, in any order. */
function cellsOf(list: Float64Array): string[] {
  const ints = new Int32Array(list.buffer, list.byteOffset, 2 * list.length);
  const cells = Array.from({ length: ints[1]! }, (_, i) => `${list[2 * i + 2]} ${ints[4 * i + 6]} ${ints[4 * i + 7]}`);
  return [`slot ${ints[0]}`, ...cells.sort()];
}

kernelTest('prim_promising', 'the open variables without lists whose keys are highest, of some slots', (promising) => {
  const draws = new Draws(13);
  for (let times = 0; times < 200; times++) {
    const d = 1 + draws.below(60);
    const most = 1 + draws.below(12);
    const [a, b] = [draws.below(d + 1), draws.below(d + 1)];
    const [s0, s1] = [Math.min(a, b), Math.max(a, b)];
    const key = Float64Array.from({ length: d }, () => [-2, -1, 0, 0.5, draws.unit()][draws.below(5)]!);
    const place = Int32Array.from({ length: d }, () => (draws.below(3) ? -1 : draws.below(9)));
    const vertex = draws.permutation(d);
    const bar = [-1, 0, 0.5][draws.below(3)]!;
    guarded((memory) => {
      const out = memory.output(new Int32Array(most));
      const inputs = [memory.input(key).at, memory.input(place).at, memory.input(vertex).at] as const;
      const size = promising(out.at, ...inputs, most, bar, s0, s1);
      const open = [...key.keys()].filter((s) => s >= s0 && s < s1 && key[s]! > bar && place[s]! < 0);
      const keys = open.map((s) => key[s]!).sort((x, y) => y - x);
      assert.is(size, Math.min(most, open.length));
      const found = [...out.read().subarray(0, size)].map((v) => vertex.indexOf(v));
      assert.equal(
        found.map((s) => key[s]!),
        keys.slice(0, size),
      );
      assert.is(new Set(found).size, size);
      assert.ok(found.every((s) => open.includes(s)));
    });
  }
});

kernelTest('prim_pack', 'lists of the joined are left out, and what is offered in vain', (pack) => {
  guarded((memory) => {
    const cell = (x: number, s: number, p: number) => {
      const bytes = new Float64Array(2);
      bytes[0] = x;
      new Int32Array(bytes.buffer).set([s, p], 2);
      return [...bytes];
    };
    const head = (s: number, cells: number) => {
      const bytes = new Float64Array(2);
      new Int32Array(bytes.buffer).set([s, cells]);
      return [...bytes];
    };
    const level = cell(0.1, -3, 7);
    const cells = [
      ...[head(2, 1), cell(9, 0, 0)],
      ...[head(0, 4), cell(0.4, 1, 0), cell(0.6, 1, 0), level, cell(9, 2, 0)],
      ...[head(3, 0)],
      ...[head(1, 1), cell(0.5, 1, 0)],
    ];
    const pool = memory.output(Float64Array.from(cells.flat()));
    const place = memory.output(Int32Array.of(2, 8, -1, 7));
    const key = memory.input(Float64Array.of(0.2, 0.5, -2, 0));
    const kept = [head(0, 2), cell(0.6, 1, 0), level, head(3, 0), head(1, 1), cell(0.5, 1, 0)];
    assert.is(pack(pool.at, place.at, key.at, cells.length), kept.length);
    const found = pool.read().subarray(0, 2 * kept.length);
    // The second half of a list's first cell says nothing.
    for (const at of place.read()) if (at >= 0) found[2 * at + 1] = 0;
    sameBits(found, Float64Array.from(kept.flat()), 'the pool');
    sameBits(place.read(), [0, 4, -1, 3], 'places');
  });
});

kernelTest('prim_keep', 'what fits, and no more', (keep) => {
  guarded((memory) => {
    const head = (s: number, cells: number) => {
      const bytes = new Float64Array(2 * (cells + 1)).fill(s);
      new Int32Array(bytes.buffer).set([s, cells]);
      return [...bytes];
    };
    const lists = memory.input(Float64Array.from([head(1, 2), head(3, 4), head(0, 1)].flat()));
    for (const [capacity, places] of [
      [2, [-1, -1, -1, -1]],
      [5, [-1, 2, -1, -1]],
      [7, [5, 2, -1, -1]],
      [9, [5, 2, -1, -1]],
      [10, [-1, 2, -1, 5]],
      [12, [10, 2, -1, 5]],
    ] as const) {
      const pool = memory.output(new Float64Array(2 * capacity).fill(-1));
      const place = memory.output(new Int32Array(4).fill(-1));
      assert.is(
        keep(pool.at, place.at, lists.at, 3, 2, capacity),
        2 + [2, 3, 1, 5].reduce((sum, cells, s) => sum + (places[s]! < 0 ? 0 : cells), 0),
      );
      sameBits(place.read(), places, `${capacity} cells`);
      const wanted = [head(0, 1), head(1, 2), [], head(3, 4)];
      places.forEach((at, s) => {
        if (at >= 0)
          sameBits(
            pool.read().subarray(2 * at, 2 * at + wanted[s]!.length),
            Float64Array.from(wanted[s]!),
            `list ${s}`,
          );
      });
    }
  });
});

kernelTest('prim_advance', 'nobody joins whose list is not there', (advance) => {
  const d = 5;
  const pattern = randomRows(new Draws(14), 20, d, 0.5);
  guarded((memory) => {
    const f = frameOf(memory, pattern, d);
    write(f.order, Int32Array.of(3));
    const at = [f.order.at, f.weight.at, f.key.at, f.parent.at, f.best.at, f.levelMin.at, f.levelParent.at] as const;
    assert.is(advance(...at, f.place.at, f.vertex.at, f.slot.at, f.own.at, 0, d), 0);
    sameBits(f.key.read(), new Float64Array(d).fill(-1), 'keys');
  });
});

kernelTest('prim_list_counted', 'the list that prim_list makes', (counted) => {
  const draws = new Draws(15);
  for (let times = 0; times < 20; times++) {
    const d = 1 + draws.below(30);
    const pattern = randomRows(draws, draws.below(30), d, draws.unit());
    guarded((memory) => {
      const f = frameOf(memory, pattern, d);
      write(
        f.key,
        Float64Array.from({ length: d }, () => [-2, 0, 0.01, draws.unit() / 9][draws.below(4)]!),
      );
      write(
        f.parent,
        Int32Array.from({ length: d }, () => draws.below(d)),
      );
      const v = draws.below(d);
      const [one, other] = [0, 1].map(() => memory.output(new Float64Array(2 * f.most))) as [
        Buffer<Float64Array>,
        Buffer<Float64Array>,
      ];
      assert.is(list(f, memory, one.at, [v], f.most), 1);
      const counts = memory.output(new Int32Array(d));
      const [c0, c1] = [f.columns.start[v]!, f.columns.start[v + 1]!];
      engine.kernels.pair_counts_rows(counts.at, f.start.at, f.index.at, f.columnRow.at, c0, c1, d);
      counted(other.at, f.own.at, counts.at, 1, v, ...offered(f), f.n, f.levels);
      const cells = (list: Buffer<Float64Array>) => {
        const [bytes, words] = [list.read(), new Int32Array(list.read().buffer)];
        const length = words[1]!;
        return [
          words[0],
          ...Array.from({ length }, (_, i) => `${words[4 * i + 6]} ${bytes[2 * i + 2]} ${words[4 * i + 7]}`).sort(),
        ];
      };
      assert.equal(cells(other), cells(one));
    });
  }
});

test.run();
