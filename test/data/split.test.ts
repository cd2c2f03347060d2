import { Dataset, splitRows } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { takeRows } from '#dist/data/split.js';
import { refusesAsync } from '../support/refuses.js';

/** Rows that hold their own number. */
function numbered(rows: number, options: ConstructorParameters<typeof Dataset>[1] | undefined = undefined): Dataset {
  return new Dataset(
    { kind: 'dense', rows, columns: 1, values: Float32Array.from({ length: rows }, (_, r) => r) },
    options,
  );
}

function classes(labels: number[], count: number): Dataset {
  return numbered(labels.length, { kind: 'classes', values: Int32Array.from(labels), classes: count });
}

const rowsOf = (data: Dataset | undefined) =>
  data && data.features.kind === 'dense' ? Array.from(data.features.values) : [];
const labelsOf = (data: Dataset | undefined) => Array.from(data?.targets?.values ?? []);
const countOf = (list: number[], label: number) => list.filter((x) => x === label).length;

test('parts are disjoint, cover all rows, keep their order and have the sizes asked for', async () => {
  for (const data of [
    numbered(103),
    classes(
      Array.from({ length: 103 }, (_, r) => (r * r) % 3),
      3,
    ),
  ]) {
    const { train, validation, test: tested } = await splitRows(data, { validation: 0.2, test: 0.1, seed: 5 });
    assert.is(validation?.rows, 21);
    assert.is(tested?.rows, 10);
    const parts = [train, validation, tested].map(rowsOf);
    for (const rows of parts)
      assert.equal(
        rows,
        [...rows].sort((a, b) => a - b),
      );
    assert.equal(
      parts.flat().sort((a, b) => a - b),
      rowsOf(data),
    );
    if (data.targets)
      for (const part of [train, validation]) {
        assert.equal(
          labelsOf(part),
          rowsOf(part).map((r) => (r * r) % 3),
        );
      }
  }
});

test('by default a tenth, and no test rows', async () => {
  const parts = await splitRows(numbered(50));
  assert.is(parts.validation?.rows, 5);
  assert.not.ok('test' in parts);
  assert.not.ok('validation' in (await splitRows(numbered(50), { validation: 0 })));
});

test('classes keep their proportions', async () => {
  const labels = Array.from({ length: 1000 }, (_, r) => (r < 700 ? 0 : r < 950 ? 1 : 2));
  const { train, validation, test: tested } = await splitRows(classes(labels, 3), { validation: 0.1, test: 0.2 });
  assert.equal(
    [0, 1, 2].map((c) => countOf(labelsOf(validation), c)),
    [70, 25, 5],
  );
  assert.equal(
    [0, 1, 2].map((c) => countOf(labelsOf(tested), c)),
    [140, 50, 10],
  );
  assert.equal(
    [0, 1, 2].map((c) => countOf(labelsOf(train), c)),
    [490, 175, 35],
  );
  const plain = await splitRows(classes(labels, 3), { validation: 0.1, stratify: false, seed: 1 });
  assert.is(plain.validation?.rows, 100);
  assert.is.not(countOf(labelsOf(plain.validation), 0), 70);
});

test('quotas that are no whole numbers differ by less than one, and training keeps a row of every class', async () => {
  const labels = [...Array(33).fill(0), ...Array(33).fill(1), ...Array(33).fill(2), 3];
  const { train, validation } = await splitRows(classes(labels, 4), { validation: 0.2 });
  assert.is(validation?.rows, 20);
  for (const c of [0, 1, 2]) assert.ok(Math.abs(countOf(labelsOf(validation), c) - 6.6) < 1);
  assert.is(countOf(labelsOf(train), 3), 1);
});

test('a function of the seed, and at random', async () => {
  const data = numbered(1000);
  const split = async (seed: number) => rowsOf((await splitRows(data, { seed })).validation);
  assert.equal(await split(7), await split(7));
  assert.not.equal(await split(7), await split(8));
  // The mean of 100 of 0 .. 999 has a standard deviation of 27.4.
  const rows = await split(7);
  const mean = rows.reduce((a, b) => a + b, 0) / rows.length;
  assert.ok(Math.abs(mean - 499.5) < 5 * 27.4, `mean row ${mean}`);
});

test('refused', async () => {
  const data = numbered(20);
  await refusesAsync(() => splitRows([] as unknown as Dataset), TypeError, /^data: expected a Dataset/);
  await refusesAsync(() => splitRows(data, { validation: 1 }), RangeError, /^validation: /);
  await refusesAsync(() => splitRows(data, { validation: '1' as unknown as number }), TypeError, /^validation: /);
  await refusesAsync(() => splitRows(data, { test: -0.1 }), RangeError, /^test: /);
  await refusesAsync(() => splitRows(data, { validation: 0.6, test: 0.4 }), RangeError, /^validation, test: /);
  await refusesAsync(() => splitRows(data, { validation: 0.01 }), RangeError, /20 training, 0 validation/);
  await refusesAsync(() => splitRows(numbered(1), { validation: 0.9 }), RangeError, /0 training, 1 validation/);
  await refusesAsync(() => splitRows(data, { seed: -1 }), RangeError, /^seed: /);
  await refusesAsync(() => splitRows(data, { seed: 0.5 }), RangeError, /^seed: /);
});

test('rows taken are those that a split holds out for validation, each class in proportion', async () => {
  const labels = Array.from({ length: 207 }, (_, r) => [0, 0, 0, 0, 1, 2][(r * r + r) % 6]!);
  for (const data of [numbered(207), classes(labels, 3)]) {
    for (const [seed, rows] of Array.from({ length: 30 }, (_, i) => [i, 1 + ((i * 61) % 206)] as const)) {
      const taken = await takeRows(data, rows, { seed });
      assert.is(taken.rows, rows);
      const { validation } = await splitRows(data, { validation: rows / data.rows, seed });
      assert.equal(rowsOf(taken), rowsOf(validation));
      for (const label of data.targets ? [0, 1, 2] : []) {
        const share = (countOf(labels, label) * rows) / 207;
        assert.ok(Math.abs(countOf(labelsOf(taken), label) - share) <= 1, `${label}: ${share} expected`);
      }
    }
  }
  const refused = (rows: unknown, kind: typeof TypeError | typeof RangeError, message: RegExp) =>
    refusesAsync(() => takeRows(numbered(9), rows as number), kind, message);
  await refused(0, RangeError, /^rows: expected an integer from 1, got 0$/);
  await refused(9, RangeError, /^rows: expected fewer than the 9 of the data, got 9$/);
  await refused('3', TypeError, /^rows: expected an integer from 1, got "3"$/);
});

test.run();
