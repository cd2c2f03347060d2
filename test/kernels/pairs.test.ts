// pairCounts, pairInformation and maximumSpanningTree of espalier/kernels beside plain counting, logarithms and Kruskal's algorithm.
import { chowLiuTree, createEngine, Dataset, mutualInformation } from 'espalier';
import { maximumSpanningTree, pairCounts, pairInformation } from 'espalier/kernels';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Draws } from '../support/draws.js';
import { sameAtAnyThreads } from '../support/threads.js';
import { close } from './near.js';

const test = suite('kernels: pairs');

function tableOf(rows: number, columns: number, states: number, seed: number): Uint8Array {
  const draws = new Draws(seed);
  return Uint8Array.from({ length: rows * columns }, (_, i) => (i % columns === 1 ? 0 : draws.below(states)));
}

function otherKinds(values: Uint8Array, rows: number, columns: number) {
  const lists = Array.from({ length: rows }, (_, r) =>
    Array.from({ length: columns }, (_, v) => v).filter((v) => values[r * columns + v]),
  );
  const start = new Int32Array(rows + 1);
  lists.forEach((list, r) => {
    start[r + 1] = start[r]! + list.length;
  });
  const words = Math.ceil(rows / 64);
  const bits = new Uint8Array(columns * words * 8);
  for (let r = 0; r < rows; r++)
    for (let v = 0; v < columns; v++) bits[v * words * 8 + (r >> 3)]! |= values[r * columns + v]! << (r & 7);
  return { compressed: { start, index: Int32Array.from(lists.flat()) }, packed: { bits } };
}

/** Σ p ln (p / (p p)). */
function informationOf(values: Uint8Array, rows: number, columns: number, a: number, b: number): number {
  const joint = new Map<string, number>();
  const [first, second] = [new Map<number, number>(), new Map<number, number>()];
  const count = <K>(map: Map<K, number>, key: K) => map.set(key, (map.get(key) ?? 0) + 1);
  for (let r = 0; r < rows; r++) {
    const [x, y] = [values[r * columns + a]!, values[r * columns + b]!];
    count(joint, `${x} ${y}`);
    count(first, x);
    count(second, y);
  }
  let sum = 0;
  for (const [key, n] of joint) {
    const [x, y] = key.split(' ').map(Number) as [number, number];
    sum += (n / rows) * Math.log((n * rows) / (first.get(x)! * second.get(y)!));
  }
  return sum;
}

for (const [rows, columns] of [
  [1, 2],
  [63, 5],
  [64, 3],
  [130, 21],
] as const) {
  test(`${rows} rows of ${columns} columns: what is counted by hand, from every kind of data`, async () => {
    const engine = await createEngine({ threads: 1 });
    const options = { rows, columns, engine };
    const values = tableOf(rows, columns, 2, rows);
    const { compressed, packed } = otherKinds(values, rows, columns);
    const counts = new Int32Array(columns * columns);
    const information = new Float64Array(columns * columns);
    for (let a = 0; a < columns; a++)
      for (let b = 0; b < columns; b++) {
        for (let r = 0; r < rows; r++) counts[a * columns + b]! += values[r * columns + a]! & values[r * columns + b]!;
        information[a * columns + b] = informationOf(values, rows, columns, a, b);
      }
    for (const data of [values, compressed, packed]) {
      assert.equal(await pairCounts(data, options), counts);
      const found = await pairInformation(data, options);
      close(found, information, 1e-12, 'information');
      const some = await pairInformation(data, { ...options, of: [columns - 1, 0] });
      assert.equal(some.subarray(0, columns), found.subarray((columns - 1) * columns), 'one row alone');
      assert.equal(some.subarray(columns), found.subarray(0, columns));
    }
    const many = tableOf(rows, columns, 4, rows + 1);
    const expected = Float64Array.from({ length: columns * columns }, (_, i) =>
      informationOf(many, rows, columns, Math.floor(i / columns), i % columns),
    );
    close(await pairInformation(many, { ...options, states: 4 }), expected, 1e-12, 'of four states');
    assert.is(engine.arena.used, 0);
  });
}

test("the bits of the package's own mutual information and tree", async () => {
  const engine = await createEngine({ threads: 1 });
  const [rows, columns] = [90, 12];
  const values = tableOf(rows, columns, 2, 3);
  const data = Dataset.dense(Float32Array.from(values), { columns });
  const found = await pairInformation(values, { rows, columns, engine });
  for (const [a, b] of [
    [0, 2],
    [5, 11],
  ] as const)
    assert.is(found[a * columns + b], await mutualInformation(data, a, b, { threshold: 0.5, engine }));
  const tree = await chowLiuTree(data, { threshold: 0.5, engine });
  const edges = await maximumSpanningTree(found, { vertices: columns, engine });
  const named = (a: number, b: number, weight: number) => `${Math.min(a, b)}-${Math.max(a, b)} ${weight}`;
  assert.equal(
    edges.map(({ from, to, weight }) => named(from, to, weight)).sort(),
    tree.edges.map(({ a, b, information }) => named(a, b, information)).sort(),
  );
});

/** The heaviest edges that close no circle, ties by the smaller pair. */
function kruskal(weights: Float64Array, d: number): string[] {
  const group = Array.from({ length: d }, (_, v) => v);
  const pairs: [number, number][] = [];
  for (let a = 0; a < d; a++) for (let b = a + 1; b < d; b++) if (weights[a * d + b]! >= 0) pairs.push([a, b]);
  pairs.sort(([a, b], [x, y]) => weights[x * d + y]! - weights[a * d + b]! || a - x || b - y);
  const kept: string[] = [];
  for (const [a, b] of pairs) {
    const [of, by] = [group[a]!, group[b]!];
    if (of === by) continue;
    group.forEach((g, v) => {
      if (g === by) group[v] = of;
    });
    kept.push(`${a}-${b} ${weights[a * d + b]}`);
  }
  return kept.sort();
}

for (const d of [1, 2, 7, 40]) {
  test(`a spanning tree of ${d} vertices, with ties and where the graph falls apart, is Kruskal's`, async () => {
    const draws = new Draws(d);
    for (const none of [0, 0.5, 0.95]) {
      const weights = new Float64Array(d * d).fill(Number.NaN);
      for (let a = 0; a < d; a++)
        for (let b = 0; b < a; b++) {
          const weight = draws.unit() < none ? Number.NEGATIVE_INFINITY : draws.below(5) / 3;
          weights[a * d + b] = weight;
          weights[b * d + a] = weight;
        }
      for (const root of [0, d - 1]) {
        const edges = await maximumSpanningTree(weights, { vertices: d, root });
        const named = edges.map(({ from, to, weight }) => `${Math.min(from, to)}-${Math.max(from, to)} ${weight}`);
        assert.equal(named.sort(), kruskal(weights, d), `${none} of the edges left out, from ${root}`);
      }
    }
  });
}

test('threads change no bit', async () => {
  const [rows, columns] = [200, 30];
  const values = tableOf(rows, columns, 2, 4);
  const { compressed } = otherKinds(values, rows, columns);
  await sameAtAnyThreads(async (engine) => [
    await pairCounts(values, { rows, columns, engine }),
    await pairInformation(values, { rows, columns, engine }),
    await pairInformation(compressed, { rows, columns, engine }),
    await pairInformation(values, { rows, columns, states: 3, engine }),
  ]);
});

test.run();
