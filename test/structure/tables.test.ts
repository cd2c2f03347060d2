import { readFileSync } from 'node:fs';
import {
  chowLiuTree,
  Dataset,
  latentTree,
  mutualInformation,
  type Table,
  type TableColumn,
  targetInformation,
  topPairs,
  treeFromJson,
  treeToJson,
} from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Random } from '../support/random.js';
import { refuses, refusesAsync } from '../support/refuses.js';
import { informationOf } from '../support/structure.js';
import { fieldTable, tableOf } from '../support/tables.js';

const near = (actual: number, expected: number, what: string, tolerance = 1e-12) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual}, expected ${expected}`);

const byName = ({ names, edges }: Awaited<ReturnType<typeof chowLiuTree>>) =>
  edges.map(({ a, b, information }) => `${[names![a], names![b]].sort().join('-')} ${information.toFixed(6)}`).sort();

const golden: {
  columns: Record<string, (string | number | null)[]>;
  readings: Record<'mean' | 'bins4', { pairs: number[][]; tree: number }>;
} = JSON.parse(readFileSync('test/golden/tables.json', 'utf8'));

test('scikit-learn agrees on every pair of categories, codes, times and numbers with missing cells, and SciPy on the tree', async () => {
  const table = tableOf(golden.columns);
  for (const [options, reading] of [
    [{}, 'mean'],
    [{ bins: 4 }, 'bins4'],
  ] as const) {
    const { pairs, tree } = golden.readings[reading];
    for (let a = 0; a < pairs.length; a++) {
      for (let b = 0; b < pairs.length; b++) {
        near(await mutualInformation(table, a, b, options), pairs[a]![b]!, `${reading} ${a}-${b}`);
      }
    }
    near((await chowLiuTree(table, options)).totalInformation, tree, `${reading}, tree`, 1e-11);
    const best = pairs.flatMap((row, a) => row.slice(a + 1)).sort((x, y) => y - x);
    const top = await topPairs(table, 3, options);
    top.forEach(({ information }, i) => {
      near(information, best[i]!, `${reading}, top ${i}`);
    });
  }
});

test('the names of states are kept: of categories, of few numbers and of missing cells; JSON has them too', async () => {
  const tree = await chowLiuTree(tableOf(golden.columns));
  assert.equal(tree.names, ['words', 'kind', 'codes', 'times', 'price']);
  const [words, kind, codes, times, price] = tree.states!;
  assert.equal([...words!].sort(), ['black', 'blue', 'green', 'grey', 'red']);
  assert.equal([...kind!].sort(), ['(missing)', 'A', 'B']);
  assert.is(kind!.at(-1), '(missing)');
  assert.equal(codes, ['1', '2', '3']);
  assert.is(times, undefined);
  assert.is(price, undefined);
  const json = JSON.parse(JSON.stringify(treeToJson(tree)));
  assert.equal(json.states, [words, kind, codes, null, null]);
  assert.equal(treeFromJson(json), tree);
  assert.equal(treeFromJson(structuredClone(tree) as never), tree);
  const plain = await chowLiuTree(Dataset.dense([[1, 2]]));
  assert.not.ok('states' in treeToJson(plain));
  refuses(() => treeFromJson({ ...json, states: [words] }), RangeError, /^states: expected length 5 \(one list/);
  refuses(() => treeFromJson({ ...json, states: [1, 2, 3, 4, 5] }), TypeError, /^states: expected lists of strings/);
});

test('tables as people bring them', async () => {
  const edges = ['coin-weather 0.003688', 'mood-shoes 0.297598', 'shoes-weather 0.342826'];
  assert.equal(byName(await chowLiuTree(fieldTable('07-categories.csv'))), edges);
  assert.equal(byName(await chowLiuTree(fieldTable('07-codes.csv'))), edges, 'codes');
  const comma = fieldTable('02-train.csv', ['klasse'], ';');
  near(await mutualInformation(comma, 0, 1), 0.303403, 'decimal comma', 5e-7);
  near(await mutualInformation(fieldTable('03-index.csv', ['', 'label']), 0, 1), Math.LN2, 'heights and weights');
  assert.equal(byName(await chowLiuTree(fieldTable('04-years.csv'))), ['2019-2020 0.693147', '2019-2021 0.000000']);
  assert.is((await chowLiuTree(fieldTable('04-years.csv'))).edges[1]!.information, 0);
  near(await mutualInformation(fieldTable('05-timestamps.csv'), 0, 1), Math.LN2, 'microseconds');
  for (const missing of ['mean', 'mode'] as const) {
    const trees = [];
    for (const scale of [1, 3, 10]) trees.push(await chowLiuTree(fieldTable(`06-x${scale}.csv`), { missing }));
    assert.is(
      trees[0]!.totalInformation.toFixed(4),
      missing === 'mean' ? '0.0406' : trees[1]!.totalInformation.toFixed(4),
    );
    for (const tree of trees) assert.equal(tree.edges, trees[0]!.edges);
  }
});

test('microseconds since 1970 are told apart in dense rows of 64 bits, whatever the cut', async () => {
  const { columns } = fieldTable('05-timestamps.csv');
  const flat = Float64Array.from({ length: 8 }, (_, i) => (columns[i % 2] as { values: Float64Array }).values[i >> 1]!);
  for (const options of [{}, { bins: 2 }, { bins: 4 }])
    near(
      await mutualInformation(Dataset.dense(flat, { columns: 2 }), 0, 1, options),
      Math.LN2,
      JSON.stringify(options),
    );
});

/** Mixed columns with missing cells, of a hidden variable each. */
function mixed(random: Random, rows: number) {
  const hidden = Array.from({ length: rows }, () => random.below(4));
  const missing = <T>(make: (h: number) => T) => hidden.map((h) => (random.chance(0.1) ? null : make(h)));
  const noisy = (h: number, states: number) => (random.chance(0.4) ? random.below(states) : h % states);
  return {
    a: missing((h) => 'pqrs'[noisy(h, 4)]!),
    b: missing((h) => h + Math.round(random.next() * 1000) / 100),
    c: hidden.map((h) => noisy(h, 3)),
    d: missing((h) => noisy(h, 2)),
    e: hidden.map((h) => 'xyz'[noisy(h, 3)]!),
    f: hidden.map(() => random.below(50) / 10),
  };
}

/** States by the rules as they are documented, by hand: strings. */
function byHand(cells: readonly (string | number | null)[]): string[] {
  const present = cells.filter((cell) => cell !== null);
  if (present.every((cell) => typeof cell === 'string')) return cells.map((cell) => `${cell}`);
  const numbers = present as number[];
  const distinct = new Set(numbers).size;
  const few = distinct <= 2 || (distinct <= 16 && 5 * distinct ** 2 <= numbers.length);
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  return cells.map((cell) => (cell === null ? 'none' : few ? `${cell}` : `${(cell as number) - mean > 1e-7}`));
}

/** Every set of d - 1 of the pairs that joins all d variables: the largest sum. */
function bestTree(d: number, weights: readonly (readonly number[])[]): number {
  let best = -1;
  const pairs = weights.flatMap((_, a) => Array.from({ length: d - a - 1 }, (_, i) => [a, a + 1 + i] as const));
  const extend = (from: number, groups: readonly number[], edges: number, sum: number): void => {
    if (edges === d - 1) best = Math.max(best, sum);
    for (let i = from; i < pairs.length && edges < d - 1; i++) {
      const [a, b] = pairs[i]!;
      const [x, y] = [groups[a]!, groups[b]!];
      if (x !== y)
        extend(
          i + 1,
          groups.map((g) => (g === y ? x : g)),
          edges + 1,
          sum + weights[a]![b]!,
        );
    }
  };
  extend(0, [...weights.keys()], 0, 0);
  return best;
}

test('pairs as counted by hand, and no spanning tree has more', async () => {
  const random = new Random(5);
  for (const rows of [6, 19, 20, 45, 60, 200, 400]) {
    const cells = mixed(random, rows);
    const table = tableOf(cells);
    const columns = Object.values(cells).map(byHand);
    const places = columns.map((column) => column.map((state) => [...new Set(column)].indexOf(state)));
    const grid = Array.from({ length: rows }, (_, r) => places.map((column) => column[r]!));
    const weights = columns.map((_, a) => columns.map((_, b) => informationOf(grid, a, b)));
    for (let a = 0; a < 6; a++) {
      for (let b = 0; b < 6; b++)
        near(await mutualInformation(table, a, b), weights[a]![b]!, `${rows} rows, ${a}-${b}`);
    }
    const tree = await chowLiuTree(table);
    near(tree.totalInformation, bestTree(6, weights), `${rows} rows, tree`);
  }
});

const changed = (table: Table, change: (column: TableColumn, c: number) => TableColumn): Table => ({
  ...table,
  columns: table.columns.map(change),
});

test('unit, offset, order of rows and names of states change no bit of a tree; order of columns changes numbers alone', async () => {
  const random = new Random(6);
  for (const rows of [30, 90, 500]) {
    const table = tableOf(mixed(random, rows));
    for (const options of [
      {},
      { missing: 'mean' },
      { missing: 'mode' },
      { bins: 5 },
      { bins: 3, missing: 'mean' },
    ] as const) {
      const { edges } = await chowLiuTree(table, options);
      for (const [a, b] of [
        [3, 0],
        [1e-7, 0],
        [0.1, 273.15],
        [1e6, 1.55e15],
        [1.8, 32],
        [7, -1e9],
      ] as const) {
        const moved = changed(table, (column) =>
          column.kind === 'numeric' ? { ...column, values: column.values.map((x) => a * x + b) } : column,
        );
        assert.equal((await chowLiuTree(moved, options)).edges, edges, `${a} x + ${b}, ${JSON.stringify(options)}`);
      }
      const order = random.permutation(rows);
      const shuffled = changed(table, (column) =>
        column.kind === 'numeric'
          ? { ...column, values: column.values.map((_, r) => column.values[order[r]!]!) }
          : { ...column, codes: column.codes.map((_, r) => column.codes[order[r]!]!) },
      );
      assert.equal((await chowLiuTree(shuffled, options)).edges, edges, 'rows');
      if (options.missing) continue; // Of equally frequent states the first is taken.
      const renamed = changed(table, (column) => {
        if (column.kind === 'numeric') return column;
        const places = random.permutation(column.categories.length + 2);
        const categories = Array.from(places, (_, i) => column.categories[places.indexOf(i)] ?? `unused ${i}`);
        return { ...column, categories, codes: column.codes.map((code) => (code < 0 ? -1 : places[code]!)) };
      });
      assert.equal((await chowLiuTree(renamed, options)).edges, edges, 'states');
      const reversed = await chowLiuTree({ ...table, columns: [...table.columns].reverse() }, options);
      const back = reversed.edges.map(({ a, b, information }) => ({ a: 5 - b, b: 5 - a, information }));
      assert.equal(
        back.sort((x, y) => x.a - y.a || x.b - y.b),
        edges,
        'columns',
      );
    }
  }
});

test('a missing cell is in a state of its own, or where the option says', async () => {
  const y = ['n', 'n', 'n', 'y', 'y', 'y', 'n', 'y'];
  const table = tableOf({ x: [1, 2, 3, 8, 9, 10, null, null], y });
  const told = (states: string[]) =>
    informationOf(
      y.map((word, r) => ['ny'.indexOf(word), 'abcde'.indexOf(states[r]!)]),
      0,
      1,
    );
  const cases = [
    ['state', 'aaabbbcc'],
    ['mean', 'aaabbbaa'],
    ['mode', 'aaabbbaa'],
    [0, 'aaabbbaa'],
    [100, 'aaaaaabb'],
  ] as const;
  for (const [missing, states] of cases)
    near(await mutualInformation(table, 0, 1, { missing }), told([...states]), String(missing));
  const words = tableOf({ x: ['p', 'q', 'q', 'p', 'r', 'q', null, null], y });
  for (const missing of ['mean', 'mode'] as const)
    near(await mutualInformation(words, 0, 1, { missing }), told([...'abbacbbb']), `words, ${missing}`);
  await refusesAsync(
    () => chowLiuTree(words, { missing: 3 }),
    RangeError,
    /^missing: expected no number, as "x" is of categories, got 3$/,
  );
  const gone = tableOf({ x: [null, null], y: [1, 2] });
  for (const missing of ['state', 'mean', 'mode', 4] as const)
    assert.is(await mutualInformation(gone, 0, 1, { missing }), 0, `nothing there, ${missing}`);
});

test('a factorial of 12 x 13: exactly 0 for every pair, and ties go to 0-1, 0-2, 0-3', async () => {
  const cells = Array.from({ length: 12 * 13 }, (_, i) => [
    i % 2,
    (i >> 1) % 2,
    Math.floor(i / 4) % 3,
    Math.floor(i / 12),
  ]);
  const star = [1, 2, 3].map((b) => ({ a: 0, b, information: 0 }));
  const columns = Object.fromEntries([0, 1, 2, 3].map((c) => [`f${c}`, cells.map((row) => `level ${row[c]}`)]));
  assert.equal((await chowLiuTree(tableOf(columns))).edges, star);
  assert.equal((await chowLiuTree(tableOf(columns), { minInformation: 1e-300 })).edges, []);
  for (const options of [{ bins: 13 }, { bins: 4 }, {}, { threshold: 0 }])
    assert.equal((await chowLiuTree(Dataset.dense(cells), options)).edges, star, JSON.stringify(options));
});

test('columns that tell another tie, whatever their own states; two states have the same bits as bits', async () => {
  const random = new Random(8);
  const y = Array.from({ length: 200 }, () => random.below(2));
  const tells = (states: number) => y.map((bit) => `${bit} ${random.below(states)}`);
  const table = tableOf({ a: tells(3), b: tells(40), c: y.map(String), d: tells(2), e: y.map((bit) => `not ${bit}`) });
  const all = await Promise.all([0, 1, 3, 4].map((v) => mutualInformation(table, v, 2)));
  assert.equal(new Set(all).size, 1, String(all));
  const bits = Dataset.dense(y.map((bit, r) => [bit, Number((r * 7) % 3 > 0)]));
  const options = { bins: 2 };
  assert.is(await mutualInformation(bits, 0, 1, options), await mutualInformation(bits, 0, 1));
});

test('up to 256 states; more are refused by the name of their column', async () => {
  const words = (count: number) =>
    tableOf({
      id: Array.from({ length: 300 }, (_, r) => `w${r % count}`),
      x: Array.from({ length: 300 }, (_, r) => r),
    });
  assert.is((await chowLiuTree(words(256))).states![0]!.length, 256);
  await refusesAsync(
    () => chowLiuTree(words(257)),
    RangeError,
    /^data: expected at most 256 states a column, got 257 in "id"; leave it out, or merge categories$/,
  );
});

test('what is no table is refused, by column; what takes rows takes no table', async () => {
  const numeric = { kind: 'numeric', name: 'x', values: Float64Array.of(1, 2) };
  const codes = { kind: 'categorical', name: 'y', codes: Int32Array.of(0, -1), categories: ['a'] };
  const cases: [object, typeof TypeError | typeof RangeError, RegExp][] = [
    [{ rows: 0, columns: [numeric] }, RangeError, /^data.rows: expected an integer from 1, got 0$/],
    [{ rows: 2, columns: [] }, TypeError, /^data.columns: expected a list of columns, got an empty list$/],
    [{ rows: 2, columns: [numeric, numeric] }, RangeError, /^data.columns: expected unique names, got "x" at 0 and 1$/],
    [
      { rows: 2, columns: [{ ...numeric, kind: 'dates' }] },
      TypeError,
      /^data.columns\[0\].kind: expected numeric or categorical, got "dates"$/,
    ],
    [{ rows: 3, columns: [numeric] }, RangeError, /^data.columns\[0\].values: expected length 3 \(one a row\), got 2$/],
    [
      { rows: 2, columns: [{ ...numeric, values: [1, 2] }] },
      TypeError,
      /^data.columns\[0\].values: expected Float64Array/,
    ],
    [
      { rows: 2, columns: [{ ...numeric, values: Float64Array.of(1, -Infinity) }] },
      RangeError,
      /values\[1\]: expected a finite number or NaN/,
    ],
    [
      { rows: 2, columns: [{ ...codes, codes: Int32Array.of(0, 1) }] },
      RangeError,
      /codes\[1\]: expected a category or -1, got 1$/,
    ],
    [
      { rows: 2, columns: [{ ...codes, codes: Int32Array.of(-2, 0) }] },
      RangeError,
      /codes\[0\]: expected a category or -1, got -2$/,
    ],
    [{ rows: 2, columns: [{ ...codes, categories: ['a', 'a'] }] }, RangeError, /categories: expected unique names/],
    [{ rows: 2, columns: [null] }, TypeError, /^data.columns\[0\]: expected a string, got undefined$/],
  ];
  for (const [table, kind, message] of cases)
    await refusesAsync(() => chowLiuTree({ kind: 'table', ...table } as Table), kind, message);
  const table = tableOf({ x: [1, 2], y: ['a', 'b'] });
  await refusesAsync(() => latentTree(table as never), TypeError, /^data: expected a Dataset, got a Table$/);
  await refusesAsync(() => targetInformation(table as never), TypeError, /^data: expected a Dataset, got a Table$/);
  await refusesAsync(() => chowLiuTree(table, { bins: 3, threshold: 1 }), TypeError, /^bins, threshold: expected one/);
  await refusesAsync(() => mutualInformation(table, 0, 2), RangeError, /^b: expected a variable from 0 to 1, got 2$/);
});

test.run();
