import { createEngine, Dataset } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { atOnce } from '#dist/runtime/steps.js';
import { sorting } from '#dist/structure/cuts.js';
import { discretise, type Variables } from '#dist/structure/variables.js';
import { Random } from '../support/random.js';
import { sparseOf } from '../support/structure.js';

const engine = await createEngine();

/** State of every row and variable, whatever the layout. */
function statesOf(data: Variables): number[][] {
  return Array.from({ length: data.rows }, (_, r) => {
    if (data.kind === 'rows') {
      const ones = data.index.subarray(data.start[r], data.start[r + 1]);
      return Array.from({ length: data.variables }, (_, v) => Number(ones.includes(v)));
    }
    return Array.from({ length: data.variables }, (_, v) =>
      data.kind === 'states'
        ? data.states[v * data.rows + r]!
        : (data.bits[v * data.words * 8 + Math.floor(r / 8)]! >> (r % 8)) & 1,
    );
  });
}

const both = (rows: number[][]) => [Dataset.dense(rows).features, sparseOf(rows).features];

test('binary: above the threshold, in either layout', () => {
  const random = new Random(1);
  for (let trial = 0; trial < 30; trial++) {
    const [rows, columns] = [1 + random.below(140), 1 + random.below(6)];
    const values = Array.from({ length: rows }, () =>
      Array.from({ length: columns }, () => (random.chance(0.5) ? 0 : random.below(9) - 4)),
    );
    for (const threshold of [0, 2, -1, -10, 10]) {
      const expected = values.map((row) => row.map((x) => Number(x > threshold)));
      for (const matrix of both(values)) assert.equal(statesOf(discretise(engine, matrix, { threshold })), expected);
    }
    const means = values[0]!.map((_, c) => values.reduce((sum, row) => sum + row[c]!, 0) / rows);
    const aboveMean = values.map((row) => row.map((x, c) => Number(x > means[c]!)));
    const [dense, sparse] = both(values) as [Dataset['features'], Dataset['features']];
    assert.equal(statesOf(discretise(engine, dense)), aboveMean, 'auto');
    assert.equal(statesOf(discretise(engine, sparse, { threshold: 'mean' })), aboveMean);
    assert.equal(statesOf(discretise(engine, sparse)), statesOf(discretise(engine, dense, { threshold: 0 })), 'auto');
  }
});

const ones = (data: Variables) => statesOf(data).map(([x]) => x);
const column = (values: readonly number[]) =>
  Dataset.dense(Float64Array.from(values), { columns: 1 }).features as Extract<Dataset['features'], { kind: 'dense' }>;

test('a unit and an offset move no cut: values that the mean equals are not above it', () => {
  const random = new Random(11);
  for (let trial = 0; trial < 60; trial++) {
    // Fillings at the mean, as readers make them, and pairs about it.
    const half = Array.from({ length: 1 + random.below(20) }, () => random.below(1000) / 100);
    const values = [...half, ...half.map((x) => -x), 0, 0, 0];
    const expected = values.map((x) => Number(x > 0));
    for (const [a, b] of [
      [1, 0],
      [0.1, 0],
      [3, 0.7],
      [1e-9, 1],
      [1 / 3, 1e6],
      [1000, 1_550_083_467_346_370],
    ] as const) {
      const moved = column(values.map((x) => a * x + b));
      assert.equal(ones(discretise(engine, moved, { threshold: 'mean' })), expected, `${a} x + ${b}`);
      for (const bins of [2, 5]) {
        const cut = discretise(engine, moved, { bins });
        assert.equal(ones(cut), ones(discretise(engine, column(values), { bins })), `${bins} bins, ${a} x + ${b}`);
      }
    }
  }
});

test('quantiles part near values beside one far off, but none that rounding alone parts', () => {
  const far = [...Array.from({ length: 99 }, (_, i) => i / 1e6), 1e12];
  const data = discretise(engine, column(far), { bins: 4 });
  assert.equal(data.kind === 'states' && data.counts, Int32Array.of(4));
  assert.equal(ones(discretise(engine, column([0.3, 0.1 + 0.2, 0.7, 0.3]), { bins: 4 })), [0, 0, 1, 0]);
  const sums = Array.from({ length: 50 }, (_, i) => (i < 25 ? 0.3 : i < 30 ? 0.1 + 0.2 : i));
  assert.equal(new Set(ones(discretise(engine, column(sums), { bins: 3 }))!.slice(0, 30)).size, 1);
});

test('bits past the last row are 0, as the counts need', () => {
  const data = discretise(engine, sparseOf([[1], [0], [0]]).features, { threshold: -1 });
  assert.is(data.kind, 'bits');
  assert.equal(data.kind === 'bits' && data.bits, Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0));
});

test('few distinct values are the states, in rising order', () => {
  const values = [
    [5, -1],
    [0, -1],
    [2.5, -1],
    [5, -1],
    [0, -1],
  ];
  for (const matrix of both(values)) {
    for (const bins of [3, 4, 256]) {
      const data = discretise(engine, matrix, { bins });
      assert.equal(data.kind === 'states' && data.counts, Int32Array.of(3, 1));
      assert.equal(
        statesOf(data).map(([x]) => x),
        [2, 0, 1, 2, 0],
      );
    }
  }
});

test('many distinct values are cut at quantiles: equal shares where no values are equal', () => {
  const random = new Random(2);
  for (const bins of [2, 3, 4, 10, 256]) {
    const rows = bins * (2 + random.below(4));
    const order = random.permutation(rows);
    for (const matrix of both(order.map((x) => [x * 0.37 - 3]))) {
      const data = discretise(engine, matrix, { bins });
      assert.equal(data.kind === 'states' && data.counts, Int32Array.of(bins));
      // Rank i of the sorted values falls in the bin floor(i * bins / rows).
      assert.equal(
        statesOf(data).map(([x]) => x),
        order.map((rank) => Math.floor((rank * bins) / rows)),
      );
    }
  }
});

test('quantiles never part equal values, and states stay in the order of the values', () => {
  const random = new Random(3);
  for (let trial = 0; trial < 40; trial++) {
    const rows = 20 + random.below(60);
    const bins = 2 + random.below(5);
    const values = Array.from({ length: rows }, () => (random.chance(0.6) ? 0 : random.below(30) - 10));
    const [dense, sparse] = both(values.map((x) => [x])).map((matrix) => discretise(engine, matrix, { bins }));
    const states = statesOf(dense!).map(([x]) => x!);
    assert.equal(statesOf(sparse!), statesOf(dense!));
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < rows; j++) if (values[i]! < values[j]!) assert.ok(states[i]! <= states[j]!);
      for (let j = 0; j < rows; j++) if (values[i] === values[j]) assert.is(states[i], states[j]);
    }
    const counts = dense!.kind === 'states' ? dense!.counts[0]! : 0;
    assert.ok(counts <= bins);
    assert.equal(
      [...new Set(states)].sort((a, b) => a - b),
      Array.from({ length: counts }, (_, s) => s),
      'no empty state',
    );
  }
});

test('sorting in steps: as the runtime sorts, up to several runs that are merged', () => {
  const random = new Random(7);
  for (const length of [0, 1, 5, 2 ** 17 - 1, 2 ** 17, 2 ** 17 + 1, 3 * 2 ** 17, 5 * 2 ** 17 + 3]) {
    const values = Float64Array.from({ length }, () => (random.chance(0.5) ? random.below(50) : random.next() - 0.5));
    const expected = values.slice().sort();
    atOnce(sorting(values));
    assert.ok(
      values.every((x, i) => x === expected[i]),
      `${length} numbers`,
    );
  }
});

test.run();
