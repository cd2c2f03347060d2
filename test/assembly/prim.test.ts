import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Draws } from '../support/draws.js';
import { type engine, guarded, kernelTest } from '../support/kernel-test.js';
import { sameBits } from '../support/numbers.js';
import { type Pattern, randomRows } from '../support/patterns.js';
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

function symmetric(d: number, weight: () => number): Float64Array {
  const weights = new Float64Array(d * d);
  for (let a = 0; a < d; a++) for (let b = 0; b < a; b++) weights[a * d + b] = weights[b * d + a] = weight();
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

/** Runs prim_join_rows from `root` to the end over binary rows; returns the edges, smaller end first. */
function primRows(
  join: typeof engine.kernels.prim_join_rows,
  pattern: Pattern,
  d: number,
  root: number,
): { edges: twin.Edge[]; weights: Float64Array } {
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
  const weights = new Float64Array(d * d);
  for (let a = 0; a < d; a++) {
    for (let b = 0; b < a; b++) {
      const both = [...members[a]!].filter((r) => members[b]!.has(r)).length;
      weights[a * d + b] = weights[b * d + a] = twin.informationBinary(table, both, ones[a]!, ones[b]!, n);
    }
  }
  return guarded((memory) => {
    const key = memory.output(new Float64Array(d).fill(-1));
    const parent = memory.output(new Int32Array(d).fill(-1));
    const count = memory.output(new Int32Array(d));
    const margin = Float64Array.from(ones, (k) => table[k]! + table[n - k]!);
    const at = [
      key.at,
      parent.at,
      memory.output(Int32Array.from({ length: Math.ceil(d / 64) }, (_, block) => 64 * block)).at,
      memory.output(Int32Array.from({ length: Math.ceil(d / 4096) }, (_, area) => 4096 * area)).at,
      memory.output(new Float64Array(levelOnes.length).fill(-1)).at,
      memory.output(new Int32Array(levelOnes.length)).at,
      count.at,
      memory.output(new Int32Array(d)).at,
      memory.input(vertex).at,
      memory.input(slot).at,
      memory.input(Int32Array.from(levelStart)).at,
      memory.input(Int32Array.from(levelOnes)).at,
      memory.input(ones).at,
      memory.input(margin).at,
      memory.input(table).at,
      memory.input(pattern.start).at,
      memory.input(pattern.index).at,
      memory.input(columns.start).at,
      memory.input(columns.row).at,
    ] as const;
    const edges: twin.Edge[] = [];
    const joined = new Set<number>();
    for (let v = root, step = 0; step < d; step++) {
      assert.ok(v >= 0 && v < d && !joined.has(v), `step ${step} gave ${v}`);
      joined.add(v);
      const from = parent.read()[slot[v]!]!;
      if (step > 0) edges.push({ a: Math.min(v, from), b: Math.max(v, from), weight: key.read()[slot[v]!]! });
      v = join(...at, v, n, d, levelOnes.length);
      if (step % 16 === 0) sameBits(count.read(), new Int32Array(d), 'counts are left as zeros');
      if (step === d - 1) assert.is(v, -1, 'after the last vertex');
    }
    return { edges, weights };
  });
}

kernelTest(
  'prim_join_rows',
  'gives Kruskal’s tree, weights bit for bit, for 1 to 12 variables and any root, with many ties',
  (join) => {
    const draws = new Draws(10);
    for (let d = 1; d <= 12; d++) {
      for (let times = 0; times < 12; times++) {
        const pattern = randomRows(draws, 1 + draws.below(14), d, draws.unit());
        const { edges, weights } = primRows(join, pattern, d, draws.below(d));
        assert.equal(inOrder(edges), inOrder(twin.kruskal(weights, d)), `${d} variables`);
      }
    }
  },
);

kernelTest(
  'prim_join_rows',
  'gives Kruskal’s tree around its blocks of 64 variables, most pairs never together',
  (join) => {
    const draws = new Draws(11);
    for (const d of [63, 64, 65, 127, 128, 129]) {
      for (const density of [0, 0.002, 0.01, 0.05]) {
        const pattern = randomRows(draws, 60, d, density);
        const { edges, weights } = primRows(join, pattern, d, draws.below(d));
        assert.equal(inOrder(edges), inOrder(twin.kruskal(weights, d)), `${d} variables, density ${density}`);
      }
    }
  },
);

test.run();
