import { chowLiuTree, createEngine, Dataset, mutualInformation, type Tree } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Random } from '../support/random.js';
import { refusesAsync } from '../support/refuses.js';
import { sparseOf } from '../support/structure.js';

type Pair = readonly [number, number];
interface Weighted {
  a: number;
  b: number;
  information: number;
}
type Options = Parameters<typeof chowLiuTree>[1];

/** Every pair with its information, the best first: the order in which ties are to be resolved. */
async function ranked(data: Dataset, options: Options): Promise<Weighted[]> {
  const all: Weighted[] = [];
  for (let a = 0; a < data.columns; a++) {
    for (let b = a + 1; b < data.columns; b++) {
      all.push({ a, b, information: await mutualInformation(data, a, b, options) });
    }
  }
  return all.sort((x, y) => y.information - x.information || x.a - y.a || x.b - y.b);
}

const has = (list: readonly Pair[], { a, b }: Weighted) =>
  list.some(([x, y]) => Math.min(x, y) === a && Math.max(x, y) === b);

/** Kruskal: required edges first, then the best that closes no cycle. */
function kruskal(d: number, pairs: readonly Weighted[], required: readonly Pair[] = []): Weighted[] {
  const group = Array.from({ length: d }, (_, v) => v);
  const tree: Weighted[] = [];
  for (const edge of [...pairs.filter((p) => has(required, p)), ...pairs.filter((p) => !has(required, p))]) {
    const [from, to] = [group[edge.a]!, group[edge.b]!];
    if (from === to) continue;
    tree.push(edge);
    for (let v = 0; v < d; v++) if (group[v] === from) group[v] = to;
  }
  return tree.sort((x, y) => x.a - y.a || x.b - y.b);
}

/** Every set of d - 1 of the pairs that joins all d variables. */
function* spanningTrees(d: number, pairs: readonly Weighted[]): Generator<Weighted[]> {
  const chosen: Weighted[] = [];
  function* extend(from: number): Generator<Weighted[]> {
    if (chosen.length === d - 1) {
      if (kruskal(d, chosen).length === d - 1) yield chosen;
      return;
    }
    for (let i = from; i < pairs.length; i++) {
      chosen.push(pairs[i]!);
      yield* extend(i + 1);
      chosen.pop();
    }
  }
  yield* extend(0);
}

const total = (edges: readonly Weighted[]) => edges.reduce((sum, e) => sum + e.information, 0);

/** The same few hidden switches seen through noise, so that some pairs matter; `copies` repeats earlier columns. */
function observed(random: Random, rows: number, columns: number, states: number, copies = 0): number[][] {
  const source = Array.from({ length: copies }, () => random.below(columns - copies));
  return Array.from({ length: rows }, () => {
    const hidden = [random.below(states), random.below(states)];
    const row = Array.from({ length: columns - copies }, (_, c) =>
      random.chance(0.5) ? hidden[c % 2]! : random.below(states),
    );
    return [...row, ...source.map((c) => row[c]!)];
  });
}

const readings: [string, (rows: number[][]) => Dataset, number, Options][] = [
  ['sparse binary rows', sparseOf, 2, {}],
  ['packed bits', (rows) => Dataset.dense(rows), 2, { threshold: 0.5 }],
  ['states', (rows) => Dataset.dense(rows), 4, { bins: 4 }],
  ['states of sparse rows', sparseOf, 3, { bins: 3 }],
];

for (const [name, make, states, options] of readings) {
  test(`${name}: no spanning tree has more information, of up to 6 variables`, async () => {
    const random = new Random(states);
    for (const d of [1, 2, 3, 4, 5, 6]) {
      const data = make(observed(random, 40, d, states));
      const pairs = await ranked(data, options);
      let best = -1;
      let trees = 0;
      for (const tree of spanningTrees(d, pairs)) {
        trees++;
        best = Math.max(best, total(tree));
      }
      assert.is(trees, d === 1 ? 1 : d ** (d - 2), 'Cayley');
      const tree = await chowLiuTree(data, options);
      assert.ok(Math.abs(tree.totalInformation - best) <= 1e-12, `${tree.totalInformation}, best ${best}`);
      assert.is(tree.components, 1);
    }
  });

  test(`${name}: the tree is Kruskal's, with few rows and equal columns: ties go to the smaller pair, from any root`, async () => {
    const random = new Random(10 + states);
    for (let trial = 0; trial < 25; trial++) {
      const d = 3 + random.below(12);
      const rows = observed(random, 2 + random.below(12), d, states, random.below(d - 1));
      const data = make(rows);
      const expected = kruskal(d, await ranked(data, options));
      for (const root of [0, d - 1, random.below(d)]) {
        const tree = await chowLiuTree(data, { ...options, root });
        assert.equal(tree.edges, expected);
        assert.is(tree.root, root);
      }
      const shuffled = make(random.permutation(rows.length).map((r) => rows[r]!));
      assert.equal((await chowLiuTree(shuffled, options)).edges, expected);
    }
  });

  test(`${name}: required and forbidden edges, and edges that tell too little`, async () => {
    const random = new Random(20 + states);
    for (let trial = 0; trial < 25; trial++) {
      const d = 4 + random.below(6);
      const data = make(observed(random, 5 + random.below(40), d, states));
      const pairs = await ranked(data, options);
      // Required edges of a random path have no cycle.
      const path = random.permutation(d);
      const required: Pair[] = [0, 1].map((i) => [path[i]!, path[i + 1]!]);
      const forbidden = pairs.filter((p) => !has(required, p) && random.chance(0.3)).map(({ a, b }): Pair => [b, a]);
      const allowed = pairs.filter((p) => !has(forbidden, p));
      const expected = kruskal(d, allowed, required);
      const constraints = { ...options, required: [...required, required[0]!], forbidden, root: random.below(d) };
      assert.equal((await chowLiuTree(data, constraints)).edges, expected);
      const minInformation = pairs[random.below(pairs.length)]!.information;
      assert.equal(
        (await chowLiuTree(data, { ...constraints, minInformation })).edges,
        expected.filter((edge) => has(required, edge) || edge.information >= minInformation),
      );
    }
  });
}

test('sparse rows, whose pairs that never meet are skipped, give the tree of packed bits, to the bit', async () => {
  const random = new Random(4);
  for (let trial = 0; trial < 60; trial++) {
    // From words that hardly ever meet to columns that nearly always do, over several blocks of 64.
    const [d, n] = [1 + random.below(300), 1 + random.below(80)];
    const share = Array.from({ length: d }, () => random.next() ** (1 + random.below(6)));
    const rows = Array.from({ length: n }, () => share.map((p) => Number(random.chance(p))));
    const options = { root: random.below(d), minInformation: random.chance(0.5) ? 0 : 0.01 * random.next() };
    const listed = await chowLiuTree(sparseOf(rows), options);
    assert.equal(listed.edges, (await chowLiuTree(Dataset.dense(rows), { ...options, threshold: 0 })).edges);
  }
});

test('all columns equal: a star about the first', async () => {
  const rows = [1, 0, 1, 1, 0].map((x) => [x, x, x, x, x]);
  for (const [, make, , options] of readings) {
    const { edges } = await chowLiuTree(make(rows), { ...options, root: 3 });
    assert.equal(
      edges.map(({ a, b }) => [a, b]),
      [1, 2, 3, 4].map((b) => [0, b]),
    );
    assert.is(new Set(edges.map((e) => e.information)).size, 1);
  }
});

test('nothing to learn: constant columns and a single row still give a tree', async () => {
  for (const rows of [
    [[1, 0, 1, 0]],
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
  ]) {
    for (const [, make, , options] of readings) {
      const tree = await chowLiuTree(make(rows), options);
      assert.equal(
        tree.edges,
        rows[0]!.slice(1).map((_, i) => ({ a: 0, b: i + 1, information: 0 })),
      );
    }
  }
});

test('a forest keeps its components apart, and a huge threshold keeps nothing but what is required', async () => {
  const random = new Random(5);
  const rows = Array.from({ length: 300 }, () => {
    const [x, y] = [random.below(2), random.below(2)];
    return [x, x, y, y, x, y];
  });
  const data = sparseOf(rows);
  const forest = await chowLiuTree(data, { minInformation: 0.1 });
  assert.equal(
    forest.edges.map(({ a, b }) => [a, b]),
    [
      [0, 1],
      [0, 4],
      [2, 3],
      [2, 5],
    ],
  );
  assert.is(forest.components, 2);
  const single = await chowLiuTree(data, { minInformation: Infinity, required: [[5, 0]] });
  assert.equal(
    single.edges.map(({ a, b }) => [a, b]),
    [[0, 5]],
  );
  assert.is(single.edges[0]!.information, await mutualInformation(data, 0, 5));
});

test('constraints that contradict each other or the data are refused, and leave no memory behind', async () => {
  const engine = await createEngine();
  const used = engine.arena.used;
  const data = sparseOf([
    [1, 0, 1],
    [0, 1, 1],
  ]);
  const refused = (options: object, kind: typeof TypeError | typeof RangeError, message: RegExp) =>
    refusesAsync(() => chowLiuTree(data, { engine, ...options }), kind, message);
  await refused(
    {
      required: [
        [0, 1],
        [1, 2],
        [2, 0],
      ],
    },
    RangeError,
    /^required: expected edges without a cycle, but 2-0 closes one$/,
  );
  await refused({ required: [[0, 1]], forbidden: [[1, 0]] }, RangeError, /^required: 0-1 is forbidden too$/);
  await refused({ required: [[1, 1]] }, RangeError, /^required: expected two different variables, got 1 twice$/);
  await refused({ forbidden: [[0, 3]] }, RangeError, /^forbidden: expected a variable from 0 to 2, got 3$/);
  await refused({ forbidden: [[0]] }, TypeError, /^forbidden: expected a list of pairs \[a, b\], got \[\[0\]\]$/);
  await refused({ required: 7 }, TypeError, /^required: expected a list of pairs/);
  await refused({ root: 3 }, RangeError, /^root: expected a variable from 0 to 2, got 3$/);
  await refused({ minInformation: -1 }, RangeError, /^minInformation: expected nats from 0 or Infinity, got -1$/);
  await refused({ minInformation: NaN }, RangeError, /^minInformation: expected nats from 0 or Infinity, got NaN$/);
  assert.is(engine.arena.used, used);
});

test('feature names and progress are passed on', async () => {
  const seen: [number, number][] = [];
  const data = sparseOf(
    [
      [1, 0],
      [0, 1],
    ],
    { featureNames: ['p', 'q'] },
  );
  const tree: Tree = await chowLiuTree(data, { onProgress: (...at) => seen.push(at) });
  assert.equal(tree.names, ['p', 'q']);
  assert.equal(seen.at(-1), [2, 2]);
});

test('sparse rows and whole rows of information give one tree, where most columns are rare, alike or never on', async () => {
  const random = new Random(12);
  const columns = 4200;
  const rows = Array.from({ length: 300 }, () => {
    const row = new Array<number>(columns).fill(0);
    for (let i = 0; i < 12; i++) row[Math.floor(columns ** random.next()) - 1] = 1;
    return row;
  });
  const data = sparseOf(rows);
  for (const root of [0, 17, columns - 1]) {
    const sparse = await chowLiuTree(data, { root });
    // A pair that is set makes it look at all others one by one.
    const free = [columns - 2, columns - 3] as const;
    assert.is(
      sparse.edges.some(({ a, b }) => a === free[1] && b === free[0]),
      false,
    );
    const whole = await chowLiuTree(data, { root, forbidden: [free] });
    assert.equal(sparse.edges, whole.edges);
  }
});

test.run();
