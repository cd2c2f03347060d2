import {
  chowLiuTree,
  createEngine,
  Dataset,
  mutualInformation,
  type Table,
  type Tree,
  targetInformation,
  topPairs,
  treeToJson,
} from 'espalier';
import { type Counts, countData, loadCounts, mergeCounts, mergeSurveys, saveCounts, surveyData } from 'espalier/counts';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Pace } from '#dist/runtime/pace.js';
import { eachPartner } from '#dist/structure/counts/codec.js';
import { PairCounter } from '#dist/structure/counts/counting.js';
import { jointInformation, sumOfTerms } from '#dist/structure/counts/large-information.js';
import { Draws } from '../support/draws.js';
import { engine } from '../support/kernel-test.js';
import { randomRows } from '../support/patterns.js';
import { randomCase } from './cases.js';

const text = (tree: Tree) => JSON.stringify(treeToJson(tree));
const sameBytes = (a: Uint8Array, b: Uint8Array) =>
  assert.ok(a.length === b.length && a.every((byte, i) => byte === b[i]));

/** Counts of each part, by a survey of all where cuts depend on the data. */
async function countParts(parts: readonly (Dataset | Table)[], options: object, surveyed: boolean): Promise<Counts[]> {
  const survey = surveyed ? mergeSurveys(parts.map((part, i) => surveyData(part, { part: `part ${i}` }))) : undefined;
  const all = [];
  for (const [i, part] of parts.entries())
    all.push(await countData(part, { ...options, part: `part ${i}`, ...(survey ? { survey } : {}) }));
  return all;
}

test('200 random cases of every kind of variable, in 1 to 9 parts: the tree of the counts is the tree of the rows, bit for bit', async () => {
  const draws = new Draws(1);
  let [parts, edges] = [0, 0];
  for (let number = 0; number < 200; number++) {
    const one = randomCase(draws, number);
    const what = `case ${number}, ${one.what} in ${one.parts.length}`;
    const isPlain = one.what === 'sparse' || one.what === 'sparse above 1';
    const counts = await countParts(one.parts, one.options, !isPlain || number % 2 === 0);
    const order = [...draws.permutation(counts.length)].map((i) => counts[i]!);
    // In two steps, one of them perhaps of a single one.
    const first = await mergeCounts(order.slice(0, 1 + draws.below(order.length)));
    const rest = order.filter((part) => !first.parts.some(({ id }) => part.parts[0]!.id === id));
    const merged = rest.length > 0 ? await mergeCounts([...rest, first]) : first;
    const tree = await chowLiuTree(one.whole, one.options);
    assert.is(text(await chowLiuTree(merged)), text(tree), what);
    const again = await loadCounts(await saveCounts(merged));
    sameBytes(await saveCounts(again), await saveCounts(await mergeCounts(counts)));
    assert.is(
      text(await chowLiuTree(again, { required: [], root: tree.variables - 1 })),
      text(await chowLiuTree(one.whole, { ...one.options, root: tree.variables - 1 })),
      what,
    );
    if (tree.variables > 2) {
      const forbidden = [[0, 1]] as const;
      assert.is(
        text(await chowLiuTree(merged, { forbidden })),
        text(await chowLiuTree(one.whole, { ...one.options, forbidden })),
        what,
      );
      assert.equal(await topPairs(merged, 7), await topPairs(one.whole, 7, one.options), what);
      assert.is(await mutualInformation(merged, 0, 2), await mutualInformation(one.whole, 0, 2, one.options), what);
    }
    if (one.whole instanceof Dataset && one.whole.targets)
      assert.equal(
        [...(await targetInformation(merged))],
        [...(await targetInformation(one.whole, one.options))],
        what,
      );
    parts += one.parts.length;
    edges += tree.edges.length;
  }
  assert.ok(parts > 500 && edges > 800, `${parts} parts, ${edges} edges`);
});

/** Sparse rows with classes. */
function sparse(draws: Draws, rows: number, columns: number, density: number): Dataset {
  const { start, index } = randomRows(draws, rows, columns, density);
  const value = new Float32Array(index.length).fill(1);
  return Dataset.sparse({ rows, columns, start, index, value, labels: Array.from({ length: rows }, (_, r) => r % 3) });
}

test('the same at any number of threads, of many items and of blocks of columns', async () => {
  const data = sparse(new Draws(2), 900, 3000, 0.004);
  const tree = text(await chowLiuTree(data));
  const whole = await saveCounts(await countData(data, { part: 'a' }));
  for (const threads of [1, 3]) {
    const engine = await createEngine({ threads });
    try {
      const counts = await countData(data, { part: 'a', engine });
      sameBytes(await saveCounts(counts), whole);
      assert.is(text(await chowLiuTree(counts, { engine })), tree);
      const blocks = [];
      for (const block of ['2/3', '1/3', '3/3']) blocks.push(await countData(data, { part: 'a', block, engine }));
      assert.is(blocks[0]!.missing, 'block 1/3 of a');
      sameBytes(await saveCounts(await mergeCounts(blocks, { engine })), whole);
    } finally {
      engine.dispose();
    }
  }
});

test('dense rows are counted by bits, and as rows are', async () => {
  const data = sparse(new Draws(3), 700, 130, 0.6);
  const tree = text(await chowLiuTree(data));
  const [a, b] = [data.subset([...Array(400).keys()]), data.subset(Array.from({ length: 300 }, (_, i) => 400 + i))];
  const merged = await mergeCounts([await countData(a, { part: 'a' }), await countData(b, { part: 'b' })]);
  assert.is(text(await chowLiuTree(merged)), tree);
  const blocks = [];
  for (const block of ['1/2', '2/2']) blocks.push(await countData(data, { part: 'all', block }));
  assert.is(text(await chowLiuTree(await mergeCounts(blocks))), tree);
});

test('rows that come bit by bit, counted in many runs of some entries, dense and sparse ones among them', async () => {
  const draws = new Draws(8);
  for (const [columns, density] of [
    [400, 0.02],
    [40, 0.7],
    [40, 0.2],
  ] as const) {
    const data = sparse(draws, 600, columns, density);
    const { start, index } = data.features as { start: Int32Array; index: Int32Array };
    const pace = new Pace();
    const whole = new PairCounter(engine);
    await whole.add({ rows: 600, start, index }, columns, pace);
    const wanted = await whole.pairs(columns, pace);
    const some = new PairCounter(engine, { block: 0, of: 1 }, 150);
    let highest = 0;
    for (let r = 0; r < 600; ) {
      const end = Math.min(600, r + 1 + draws.below(60));
      const [from, to] = [start[r]!, start[end]!];
      const own = index.slice(from, to);
      highest = Math.max(highest, 1 + own.reduce((most, item) => Math.max(most, item), 0));
      await some.add(
        { rows: end - r, start: start.slice(r, end + 1).map((at) => at - from), index: own },
        highest,
        pace,
      );
      r = end;
    }
    const found = await some.pairs(columns, pace);
    sameBytes(found.bytes, wanted.bytes);
    assert.equal([...found.start], [...wanted.start]);
    assert.equal([...some.ones], [...whole.ones]);
  }
});

test('rows of which most pairs are ones together: the tree by bits is that by lists', async () => {
  const data = sparse(new Draws(9), 600, 100, 0.5);
  const dense = Dataset.dense(
    Array.from({ length: 600 }, (_, r) => {
      const { start, index } = data.features as { start: Int32Array; index: Int32Array };
      const ones = new Set(index.subarray(start[r], start[r + 1]));
      return Array.from({ length: 100 }, (_, c) => Number(ones.has(c)));
    }),
  );
  const tree = text(await chowLiuTree(data));
  assert.is(tree, text(await chowLiuTree(dense, { threshold: 0 })));
  assert.is(tree, text(await chowLiuTree(await countData(data))));
});

test('rows without entries, and columns that no part has', async () => {
  const none = Dataset.sparse({
    rows: 3,
    columns: 4,
    start: new Int32Array(4),
    index: new Int32Array(0),
    value: new Float32Array(0),
  });
  const counts = await countData(none);
  assert.is(counts.rows, 3);
  assert.is(text(await chowLiuTree(counts)), text(await chowLiuTree(none)));
  const more = Dataset.sparse({
    rows: 1,
    columns: 6,
    start: Int32Array.of(0, 2),
    index: Int32Array.of(1, 5),
    value: Float32Array.of(1, 1),
  });
  const both = await mergeCounts([counts, await countData(more)]);
  assert.is(both.variables, 6, 'features without names have as many as the highest tells');
});

test('more rows than 32 bits count: sums are exact, and information is that of the kernels', async () => {
  const data = sparse(new Draws(4), 50, 9, 0.4);
  const one = await countData(data, { part: 'x' });
  const bytes = await saveCounts(one);
  // The same counts many times over, as parts of other names.
  let sum: Counts | undefined;
  for (let i = 0; i < 27; i++) {
    const other = await renamed(bytes, i, sum);
    sum = other;
  }
  assert.is(sum!.rows, 50 * 2 ** 27);
  assert.ok(sum!.rows > 2 ** 32);
  const tree = await chowLiuTree(sum!);
  const wanted = await chowLiuTree(data);
  // Such sums are rounded otherwise by a little; the edges are the same where none tie.
  assert.is(tree.edges.length, wanted.edges.length);
  assert.ok(Math.abs(tree.totalInformation - wanted.totalInformation) < 1e-9);
  assert.equal(
    [...(await targetInformation(sum!))].map((x) => x.toFixed(9)),
    [...(await targetInformation(data))].map((x) => x.toFixed(9)),
  );
});

/** Counts added to themselves, i times doubled. */
async function renamed(bytes: Uint8Array, i: number, before: Counts | undefined): Promise<Counts> {
  const counts = before ?? (await loadCounts(bytes));
  const copy = await loadCounts(await saveCounts(counts));
  for (const part of copy.parts) (part as { id: string }).id += `.${i}`;
  const merged = await mergeCounts([counts, copy]);
  // Two parts would become 2^27.
  const rows = merged.rows;
  (merged.parts as { id: string; rows: number }[]).splice(0, merged.parts.length, { id: `p${i}`, rows });
  return merged;
}

test('information by doubles has the kernels’ bits', () => {
  const draws = new Draws(5);
  const scope = engine.scope();
  try {
    const n = 5000;
    const table = scope.bytes(8 * (n + 1));
    engine.kernels.count_table(table, 0, n + 1);
    const at = scope.bytes(4 * 64);
    for (let times = 0; times < 500; times++) {
      const [ka, kb] = [1 + draws.below(5), 1 + draws.below(5)];
      const joint = Float64Array.from({ length: ka * kb }, () => draws.below(200) * draws.below(2));
      const rows = joint.reduce((sum, k) => sum + k, 0);
      if (rows === 0) continue;
      const margin = (size: number, of: (i: number) => number) => {
        const sums = new Float64Array(size);
        joint.forEach((k, i) => {
          sums[of(i)]! += k;
        });
        return sumOfTerms(sums);
      };
      const [ha, hb] = [margin(ka, (i) => Math.floor(i / kb)), margin(kb, (i) => i % kb)];
      engine.i32(at, joint.length).set(joint);
      const wanted = engine.kernels.information_joint(at, table, ha, hb, ka, kb, rows);
      assert.is(jointInformation(joint, ha, hb, ka, kb, rows), wanted);
    }
  } finally {
    scope.dispose();
  }
});

test('a coded row that ends in a number, has no gap, no count, or an item too many is refused', () => {
  const seen: number[][] = [];
  eachPartner(Uint8Array.of(2, 3, 129, 1, 200, 1), 4, 136, (item, count) => void seen.push([item, count]));
  assert.equal(seen, [
    [6, 3],
    [135, 200],
  ]);
  for (const row of [[2], [2, 131], [0, 3], [2, 0], [129, 2, 1], [2, ...Array(8).fill(255), 1]])
    assert.throws(
      () => eachPartner(Uint8Array.from(row), 4, 136, () => {}),
      /counts: expected counts of pairs, got a row of item 4 that is damaged/,
    );
});

test('what does not go together is refused by name', async () => {
  const draws = new Draws(6);
  const [a, b] = [sparse(draws, 20, 5, 0.5), sparse(draws, 30, 5, 0.5)];
  const refuses = async (work: () => Promise<unknown>, expected: RegExp) => {
    const error = await work().then(
      () => undefined,
      (caught) => caught,
    );
    assert.match(String(error), expected);
  };
  const [ofA, ofB] = [await countData(a, { part: 'a' }), await countData(b, { part: 'b' })];
  await refuses(() => mergeCounts([]), /^RangeError: parts: expected at least one, got none/);
  await refuses(() => mergeCounts([ofA, {} as Counts]), /^TypeError: parts\[1\]: expected Counts/);
  await refuses(
    () => mergeCounts([ofA, ofB, ofA]),
    /^RangeError: parts\[2\]: expected other rows than parts\[0\], got part a in both/,
  );
  await refuses(
    async () => mergeCounts([ofA, await countData(b, { threshold: 1 })]),
    /^RangeError: parts\[1\]: expected the variables of parts\[0\], .*; count all parts by one survey/,
  );
  await refuses(
    async () => mergeCounts([ofA, await countData(new Dataset(b.features, b.targets, ['a', 'b', 'c', 'd', 'e']))]),
    /which have no names, got some/,
  );
  await refuses(
    async () => mergeCounts([ofA, await countData(b.withTargets(undefined))]),
    /^RangeError: parts\[1\]: expected counts by class as parts\[0\] has, got none/,
  );
  const third = await countData(a, { part: 'a', block: '3/4' });
  await refuses(
    () => chowLiuTree(third),
    /^RangeError: data: expected the pairs of all items, but block 1\/4 of a is missing/,
  );
  await refuses(() => mergeCounts([third, ofA]), /got part a in both/);
  await refuses(() => mergeCounts([third, third]), /got block 3\/4 of part a in both/);
  await refuses(() => chowLiuTree(ofA, { threshold: 1 }), /^TypeError: threshold: expected none beside counts/);
  await refuses(
    () => countData(a, { block: '4/3' }),
    /^RangeError: block: expected I\/K with I from 1 to K, got "4\/3"/,
  );
  await refuses(() => countData(a, { minSupport: 2 }), /^TypeError: minSupport: expected a survey/);
  await refuses(
    async () => targetInformation(await countData(a.withTargets(undefined))),
    /^TypeError: data: expected counts of data with classes/,
  );
  await refuses(() => loadCounts(new Uint8Array(3)), /RangeError: bytes: expected/);
  const bytes = await saveCounts(ofA);
  for (const at of [20, bytes.length >> 1, bytes.length - 1]) {
    const damaged = bytes.slice();
    damaged[at]! ^= 1;
    await refuses(() => loadCounts(damaged), /Error: bytes: /);
  }
});

test('variables of little support are left out, by the survey of all', async () => {
  const data = sparse(new Draws(7), 200, 30, 0.05);
  const parts = [data.subset([...Array(90).keys()]), data.subset(Array.from({ length: 110 }, (_, i) => 90 + i))];
  const survey = mergeSurveys(parts.map((part, i) => surveyData(part, { part: `${i}` })));
  const merged = await mergeCounts(
    await Promise.all(parts.map((part, i) => countData(part, { survey, minSupport: 10, part: `${i}` }))),
  );
  const support = new Int32Array(30);
  const { index } = data.features as { index: Int32Array };
  for (const c of index) support[c]!++;
  const kept = [...support.keys()].filter((c) => support[c]! >= 10);
  assert.ok(kept.length > 2 && kept.length < 28, `${kept.length} kept`);
  assert.equal(merged.names, kept.map(String));
  const tree = await chowLiuTree(merged);
  for (const { a, b, information } of tree.edges)
    assert.is(information, await mutualInformation(data, kept[a]!, kept[b]!));
});

test.run();
