import { readFileSync } from 'node:fs';
import { chowLiuTree, createEngine, Dataset, mutualInformation, targetInformation, topPairs } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Random } from '../support/random.js';
import { densify, informationOf, sparseOf } from '../support/structure.js';

interface Reading {
  pairs: number[][];
  tree: number;
  target: number[];
}

const golden: { rows: number[][]; labels: number[]; readings: Record<'above0' | 'aboveMean' | 'states', Reading> } =
  JSON.parse(readFileSync('test/golden/information.json', 'utf8'));

const near = (actual: number, expected: number, what: string, tolerance = 1e-12) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual}, expected ${expected}`);

test('NumPy agrees on pairs, targets and the sum of the tree: sparse rows, bits and states', async () => {
  const labelled = { labels: golden.labels };
  const dense = Dataset.dense(golden.rows, labelled);
  const sparse = sparseOf(golden.rows, labelled);
  const cases = [
    [sparse, {}, 'above0'],
    [dense, { threshold: 0 }, 'above0'],
    [dense, {}, 'aboveMean'],
    [sparse, { threshold: 'mean' }, 'aboveMean'],
    [dense, { bins: 4 }, 'states'],
    [sparse, { bins: 4 }, 'states'],
  ] as const;
  for (const [data, options, reading] of cases) {
    const { pairs, tree, target } = golden.readings[reading];
    const what = `${data.features.kind} ${JSON.stringify(options)}`;
    for (let a = 0; a < data.columns; a++) {
      for (let b = 0; b < data.columns; b++) {
        near(await mutualInformation(data, a, b, options), pairs[a]![b]!, `${what}, ${a}-${b}`);
      }
    }
    near((await chowLiuTree(data, options)).totalInformation, tree, `${what}, tree`, 1e-11);
    const found = await targetInformation(data, options);
    assert.is(found.length, data.columns);
    found.forEach((nats, c) => {
      near(nats, target[c]!, `${what}, target and column ${c}`);
    });
  }
});

test('information is the same bits whichever variable comes first, and for any order of the rows', async () => {
  const random = new Random(1);
  for (let trial = 0; trial < 20; trial++) {
    const [rows, columns] = [1 + random.below(150), 2 + random.below(5)];
    const values = Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.below(3)));
    const order = random.permutation(rows);
    for (const options of [{ threshold: 0 }, { bins: 3 }]) {
      for (const make of [(x: number[][]) => Dataset.dense(x), (x: number[][]) => sparseOf(x)]) {
        const data = make(values);
        const shuffled = make(order.map((r) => values[r]!));
        for (let a = 0; a < columns; a++) {
          for (let b = a + 1; b < columns; b++) {
            const nats = await mutualInformation(data, a, b, options);
            assert.is(await mutualInformation(data, b, a, options), nats);
            assert.is(await mutualInformation(shuffled, a, b, options), nats);
            assert.ok(nats >= 0);
          }
        }
      }
    }
  }
});

test('a variable tells as much of itself as its entropy, and nothing of a constant', async () => {
  const data = Dataset.dense(
    [
      [0, 1, 2],
      [1, 1, 0],
      [0, 1, 1],
      [0, 1, 2],
    ],
    {},
  );
  const entropy = (...shares: number[]) => -shares.reduce((sum, p) => sum + p * Math.log(p), 0);
  near(await mutualInformation(data, 0, 0, { threshold: 0 }), entropy(0.25, 0.75), 'binary');
  near(await mutualInformation(data, 2, 2, { bins: 3 }), entropy(0.25, 0.25, 0.5), 'three states');
  for (const options of [{ threshold: 0 }, { bins: 3 }]) {
    assert.is(await mutualInformation(data, 0, 1, options), 0);
    assert.is(await mutualInformation(data, 1, 2, options), 0);
  }
});

test('every number of rows about the word sizes of packed bits', async () => {
  const random = new Random(2);
  for (const rows of [1, 2, 7, 8, 9, 31, 32, 33, 63, 64, 65, 127, 128, 129, 191, 192, 193]) {
    const values = Array.from({ length: rows }, () => {
      const hidden = random.below(2);
      return Array.from({ length: 4 }, () => (random.chance(0.3) ? random.below(2) : hidden));
    });
    const [bits, listed] = [Dataset.dense(values), sparseOf(values)];
    for (let b = 1; b < 4; b++) {
      const expected = informationOf(values, 0, b);
      near(await mutualInformation(bits, 0, b, { threshold: 0.5 }), expected, `${rows} rows, bits`);
      near(await mutualInformation(listed, 0, b), expected, `${rows} rows, listed`);
    }
  }
});

test('a threshold below 0 makes ones of absent entries', async () => {
  const values = [
    [0, 5],
    [-2, 0],
    [0, 0],
    [-2, 5],
    [3, 5],
    [0, 5],
  ];
  const wanted = values.map((row) => row.map((x) => Number(x > -1)));
  for (const data of [Dataset.dense(values), sparseOf(values)]) {
    near(await mutualInformation(data, 0, 1, { threshold: -1 }), informationOf(wanted, 0, 1), data.features.kind);
    const target = await targetInformation(
      data.withTargets({ kind: 'classes', values: Int32Array.of(0, 1, 1, 0, 1, 0), classes: 3 }),
      {
        threshold: -1,
      },
    );
    near(
      target[0]!,
      informationOf(
        wanted.map((row, r) => [row[0]!, [0, 1, 1, 0, 1, 0][r]!]),
        0,
        1,
      ),
      'target',
    );
  }
});

test('topPairs is the head of a full sort, ties by (a, b)', async () => {
  const random = new Random(3);
  for (const [rows, columns, k] of [
    [30, 12, 5],
    [8, 25, 60],
    [60, 60, 7],
    [5, 6, 1000],
  ] as const) {
    // Few rows, many columns: plenty of equal pairs.
    const values = Array.from({ length: rows }, () =>
      Array.from({ length: columns }, () => Number(random.chance(0.3))),
    );
    const data = sparseOf(values);
    const all: { a: number; b: number; information: number }[] = [];
    for (let a = 0; a < columns; a++) {
      for (let b = a + 1; b < columns; b++) all.push({ a, b, information: await mutualInformation(data, a, b) });
    }
    all.sort((x, y) => y.information - x.information || x.a - y.a || x.b - y.b);
    assert.equal(await topPairs(data, k), all.slice(0, k));
  }
  const wide = Array.from({ length: 12 }, () => Array.from({ length: 130 }, () => Number(random.chance(0.4))));
  const [sparse, dense] = [sparseOf(wide), Dataset.dense(wide)];
  // 8385 pairs: the list of candidates is cut down several times on the way.
  const top = await topPairs(sparse, 3);
  assert.equal(top, (await topPairs(sparse, 10_000)).slice(0, 3));
  assert.equal(top, await topPairs(dense, 3, { threshold: 0 }));
});

test('what was taken from the memory is given back, also by a signal', async () => {
  const engine = await createEngine();
  const used = engine.arena.used;
  const data = densify(
    sparseOf(
      [
        [1, 0, 2],
        [0, 1, 1],
        [1, 1, 0],
      ],
      { labels: [0, 1, 1] },
    ),
  );
  await mutualInformation(data, 0, 1, { engine });
  await targetInformation(data, { engine });
  await topPairs(data, 2, { engine, bins: 3 });
  await chowLiuTree(data, { engine });
  const signal = AbortSignal.abort(new Error('enough'));
  for (const work of [() => topPairs(data, 2, { engine, signal }), () => chowLiuTree(data, { engine, signal })]) {
    await work().then(
      () => assert.unreachable('was not stopped'),
      (error) => assert.is(error.message, 'enough'),
    );
  }
  assert.is(engine.arena.used, used);
});

test.run();
