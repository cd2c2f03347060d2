import { chowLiuTree, Dataset, mutualInformation, targetInformation, topPairs } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Random } from '../support/random.js';
import { sparseOf } from '../support/structure.js';
import { sameAtAnyThreads } from '../support/threads.js';

/** Rows of `words` ones, the first columns often. */
function zipf(random: Random, rows: number, columns: number, words: number) {
  const start = new Int32Array(rows + 1);
  const index: number[] = [];
  for (let r = 0; r < rows; r++) {
    const row = new Set<number>();
    for (let i = 0; i < words; i++) row.add(Math.floor(columns ** random.next()) - 1);
    index.push(...[...row].sort((a, b) => a - b));
    start[r + 1] = index.length;
  }
  const value = new Float32Array(index.length).fill(1);
  return Dataset.sparse({ rows, columns, start, index: Int32Array.from(index), value });
}

test('sparse rows: one tree at any number of threads, that of whole rows of information', async () => {
  const random = new Random(1);
  for (const [rows, columns, words] of [
    [1, 2, 1],
    [50, 2, 2],
    [40, 17, 3],
    [300, 1500, 6],
    [2000, 5000, 8],
  ] as const) {
    const data = zipf(random, rows, columns, words);
    const root = random.below(columns);
    const { edges } = await sameAtAnyThreads((engine) => chowLiuTree(data, { engine, root }));
    assert.is(edges.length, columns - 1);
    const forbidden = [1, 2]
      .map((k) => [columns - k, columns - k - 1] as const)
      .filter(([a, b]) => b >= 0 && !edges.some((e) => e.a === b && e.b === a));
    if (forbidden.length) assert.equal((await chowLiuTree(data, { root, forbidden })).edges, edges);
  }
});

test('sparse rows: ties everywhere, equal and constant columns, variables that never occur', async () => {
  const random = new Random(2);
  const kinds: Record<string, (c: number, r: number) => number> = {
    'all equal': (_, r) => r % 2,
    'never 1': () => 0,
    'always 1': () => 1,
    'a few kinds': (c, r) => Number((r >> (c % 3)) % 2 === 0),
    'once each': (c, r) => Number(c % 20 === r),
    'half never 1': (c) => (c < 60 ? 0 : random.below(2)),
  };
  for (const [name, value] of Object.entries(kinds)) {
    const rows = Array.from({ length: 20 }, (_, r) => Array.from({ length: 130 }, (_, c) => value(c, r)));
    const tree = await sameAtAnyThreads((engine) => chowLiuTree(sparseOf(rows), { engine, root: 70 }));
    assert.equal(tree.edges, (await chowLiuTree(Dataset.dense(rows), { threshold: 0.5 })).edges, name);
  }
});

test('sparse rows: a column so long that its pairs are counted in parts', async () => {
  const random = new Random(3);
  const [rows, columns, words] = [20_000, 300, 216];
  const start = Int32Array.from({ length: rows + 1 }, (_, r) => r * words);
  const index = new Int32Array(rows * words);
  for (let r = 0; r < rows; r++) {
    // The first in every row, a run of the others.
    const first = 1 + random.below(columns - words);
    index[r * words] = 0;
    for (let i = 1; i < words; i++) index[r * words + i] = first + i - 1;
  }
  const data = Dataset.sparse({ rows, columns, start, index, value: new Float32Array(index.length).fill(1) });
  const { edges } = await sameAtAnyThreads((engine) => chowLiuTree(data, { engine }));
  const rare = [columns - 1, 1] as const;
  assert.not(edges.some(({ a, b }) => a === rare[1] && b === rare[0]));
  assert.equal((await chowLiuTree(data, { forbidden: [rare] })).edges, edges);
});

for (const [name, options] of [
  ['bits', { threshold: 0.5 }],
  ['states', { bins: 3 }],
] as const) {
  test(`${name}: one tree, the same pairs and information at any number of threads, with and without constraints`, async () => {
    const random = new Random(4);
    for (const [rows, columns] of [
      [1, 2],
      [70, 2],
      [130, 9],
      [200, 83],
      [4000, 40],
    ] as const) {
      const source = Array.from({ length: rows }, () => random.below(3));
      const data = Dataset.dense(
        source.map((x) => Array.from({ length: columns }, () => (random.chance(0.3) ? x : random.below(3)) / 2)),
        { labels: source.map((x) => x), classes: 3 },
      );
      const required = columns > 3 ? [[columns - 1, 1] as const] : [];
      await sameAtAnyThreads(async (engine) => {
        const given = { ...options, engine };
        const tree = await chowLiuTree(data, given);
        assert.is(tree.edges.length, columns - 1);
        const { a, b, information } = tree.edges[0]!;
        assert.is(information, await mutualInformation(data, b, a, given));
        return [
          tree.edges,
          (await chowLiuTree(data, { ...given, required })).edges,
          await topPairs(data, 12, given),
          await targetInformation(data, given),
        ];
      });
    }
  });
}

test.run();
