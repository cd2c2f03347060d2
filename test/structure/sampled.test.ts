import { chowLiuTree, createEngine, Dataset, topPairs } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Pace } from '#dist/runtime/pace.js';
import { PairInformation } from '#dist/structure/pair-information.js';
import { type SampledReport, sampledEdges } from '#dist/structure/sampled.js';
import { boundsOf, marginOf } from '#dist/structure/sampled-bounds.js';
import { spanningForest } from '#dist/structure/spanning-forest.js';
import { discretise } from '#dist/structure/variables.js';
import { Random } from '../support/random.js';
import { refusesAsync } from '../support/refuses.js';
import { sparseOf } from '../support/structure.js';
import { sameAtAnyThreads } from '../support/threads.js';

const engine = await createEngine();

/** Columns of `k` values that copy an earlier one as often as `keep` says, among them constants, duplicates and independent ones. */
function columnsOf(random: Random, rows: number, columns: number, k: number, keep: number, odd = 12): Dataset {
  const all: Float32Array[] = [];
  for (let v = 0; v < columns; v++) {
    const kind = random.below(odd);
    const from = v > 0 ? all[random.below(Math.min(v, 1 + Math.floor(columns / 4)))]! : undefined;
    if (kind === 0) all.push(new Float32Array(rows).fill(1));
    else if (kind === 1 && from) all.push(from.slice());
    else if (kind === 2 || !from) all.push(Float32Array.from({ length: rows }, () => random.below(k)));
    else all.push(from.map((x) => (random.chance(keep) ? x : random.below(k))));
  }
  const values = new Float32Array(rows * columns);
  for (let v = 0; v < columns; v++) for (let r = 0; r < rows; r++) values[r * columns + v] = all[v]![r]!;
  return Dataset.dense(values, { columns });
}

test('the tree is that of all rows: 100 random data sets, where it is said to be exact always, at a confidence of 1 too', async () => {
  const random = new Random(1);
  let [exact, fewer, unsure] = [0, 0, 0];
  for (let times = 0; times < 100; times++) {
    const rows = 4000 + random.below(12_000);
    const columns = 3 + random.below(25);
    const k = 2 + random.below(3);
    const data = columnsOf(random, rows, columns, k, [0.5, 0.8, 0.95][times % 3]!, times % 2 ? 12 : 1000);
    const options = k === 2 ? { threshold: 0.5 } : { bins: k };
    const minInformation = times % 4 === 0 ? 0.05 : 0;
    const { edges } = await chowLiuTree(data, { ...options, minInformation, engine });
    const variables = discretise(engine, data.features, options);
    if (variables.kind === 'rows') throw new Error('expected columns');
    for (const confidence of [1, 0.999, 0]) {
      const settings = { confidence, seed: times, minInformation, pace: new Pace(), first: 64 };
      const found = await sampledEdges(engine, variables, settings);
      const { report } = found;
      assert.ok(report.exact || report.confidence === confidence);
      if (confidence === 1) assert.ok(report.exact);
      if (found.edges === undefined) {
        assert.is(report.rows, rows);
        continue;
      }
      if (report.exact || confidence === 0.999) {
        if (report.exact) exact++;
        else unsure++;
        const sorted = [...found.edges].sort((x, y) => x.a - y.a || x.b - y.b);
        assert.equal(sorted, edges, `set ${times}, confidence ${confidence}`);
      }
      if (report.share < 1) fewer++;
    }
  }
  assert.ok(exact > 60, `${exact} were exact`);
  assert.ok(fewer > 5, `${fewer} with less counting`);
  assert.ok(unsure > 5, `${unsure} at a confidence`);
});

test('bounds hold: the exact information lies between them, for sure below the most', () => {
  const random = new Random(2);
  for (let times = 0; times < 300; times++) {
    const [n, ka, kb] = [20 + random.below(200), 2 + random.below(3), 2 + random.below(3)];
    const m = 1 + random.below(n - 1);
    const x = Array.from({ length: n }, () => random.below(ka));
    const y = x.map((s) => (random.chance(0.6) ? s % kb : random.below(kb)));
    const T = Float64Array.from({ length: n + 1 }, (_, k) => (k > 0 ? k * Math.log(k) : 0));
    const count = (of: readonly number[], k: number) => {
      const counts = new Int32Array(k);
      for (const s of of) counts[s]!++;
      return counts;
    };
    const table = (rows: number) =>
      count(
        x.slice(0, rows).map((s, i) => s * kb + y[i]!),
        ka * kb,
      );
    const sum = (counts: Int32Array) => counts.reduce((total, k) => total + T[k]!, 0);
    const exact = (sum(table(n)) - sum(count(x, ka)) - sum(count(y, kb)) + T[n]!) / n;
    const margins = [
      marginOf(count(x, ka), count(x.slice(0, m), ka)),
      marginOf(count(y, kb), count(y.slice(0, m), kb)),
    ];
    for (const nats of [Number.POSITIVE_INFINITY, 20, 0.01]) {
      const out = { lower: 0, upper: 0, sure: 0 };
      boundsOf(table(m), 0, margins[0]!, margins[1]!, { rows: n, drawn: m, nats }, T, out);
      assert.ok(exact <= out.sure && out.upper <= out.sure + 1e-9, `${exact}: sure ${out.sure}, upper ${out.upper}`);
      assert.ok(out.lower <= out.upper);
      if (nats >= 20)
        assert.ok(out.lower <= exact + 1e-12 && exact <= out.upper, `${exact} in ${out.lower} to ${out.upper}`);
    }
  }
});

test('a bound is wrong no more often than it says', () => {
  const random = new Random(3);
  const [n, m, times] = [400, 60, 3000];
  const x = Array.from({ length: n }, (_, r) => Number(r < 120));
  const y = Array.from({ length: n }, (_, r) => Number(r % 3 === 0));
  const T = Float64Array.from({ length: n + 1 }, (_, k) => (k > 0 ? k * Math.log(k) : 0));
  const count = (of: readonly number[], k: number) => {
    const counts = new Int32Array(k);
    for (const s of of) counts[s]!++;
    return counts;
  };
  const all = count(
    x.map((s, r) => 2 * s + y[r]!),
    4,
  );
  const exact =
    (all.reduce((s, k) => s + T[k]!, 0) -
      [x, y].reduce((s, v) => s + count(v, 2).reduce((t, k) => t + T[k]!, 0), 0) +
      T[n]!) /
    n;
  let wrong = 0;
  const rows = Array.from({ length: n }, (_, r) => r);
  for (let i = 0; i < times; i++) {
    for (let j = 0; j < m; j++) {
      const other = j + random.below(n - j);
      [rows[j], rows[other]] = [rows[other]!, rows[j]!];
    }
    const drawn = rows.slice(0, m);
    const out = { lower: 0, upper: 0, sure: 0 };
    const margins = [x, y].map((v) =>
      marginOf(
        count(v, 2),
        count(
          drawn.map((r) => v[r]!),
          2,
        ),
      ),
    );
    const joint = count(
      drawn.map((r) => 2 * x[r]! + y[r]!),
      4,
    );
    boundsOf(joint, 0, margins[0]!, margins[1]!, { rows: n, drawn: m, nats: Math.log(2 / 0.1) }, T, out);
    if (exact < out.lower || exact > out.upper) wrong++;
  }
  assert.ok(wrong <= 0.1 * times, `${wrong} of ${times}`);
});

test('of equal pairs the first wins: a forest by Borůvka is that of Kruskal', () => {
  const random = new Random(4);
  for (let times = 0; times < 200; times++) {
    const d = 2 + random.below(9);
    const pairs: { a: number; b: number; w: number }[] = [];
    for (let a = 0; a < d; a++)
      for (let b = a + 1; b < d; b++) if (random.chance(0.7)) pairs.push({ a, b, w: random.below(3) });
    const group = Array.from({ length: d }, (_, v) => v);
    const expected: number[] = [];
    for (const i of [...pairs.keys()].sort((x, y) => pairs[y]!.w - pairs[x]!.w || x - y)) {
      const [from, to] = [group[pairs[i]!.a]!, group[pairs[i]!.b]!];
      if (from === to) continue;
      expected.push(i);
      for (let v = 0; v < d; v++) if (group[v] === from) group[v] = to;
    }
    const list = {
      a: Int32Array.from(pairs, (p) => p.a),
      b: Int32Array.from(pairs, (p) => p.b),
      weight: Float64Array.from(pairs, (p) => p.w),
    };
    assert.equal(
      [...spanningForest(d, list)],
      expected.sort((x, y) => x - y),
    );
  }
});

test('long data with structure: a tenth of the counting or so, at any number of threads the same; independent columns: all of it', async () => {
  const random = new Random(5);
  const rows = 70_000;
  for (const [k, options] of [
    [2, { threshold: 0.5 }],
    [3, { bins: 3 }],
  ] as const) {
    const data = columnsOf(random, rows, 30, k, 0.7, 1000);
    const report = await sameAtAnyThreads(async (engine) => {
      let heard: SampledReport | undefined;
      const onSampled = (told: SampledReport) => {
        heard = told;
      };
      const sampled = await chowLiuTree(data, { ...options, engine, sample: true, seed: 3, onSampled });
      assert.equal(sampled.edges, (await chowLiuTree(data, { ...options, engine })).edges);
      return heard!;
    });
    assert.ok(report.share < 0.6, `${report.share}`);
    assert.ok(report.rows < rows && report.candidates < 200);
  }
  const noise = Dataset.dense(
    Float32Array.from({ length: 4 * rows }, () => random.below(2)),
    { columns: 4 },
  );
  let heard: SampledReport | undefined;
  const options = { threshold: 0.5, engine };
  const tree = await chowLiuTree(noise, {
    ...options,
    sample: true,
    onSampled: (report) => {
      heard = report;
    },
  });
  assert.equal(tree.edges, (await chowLiuTree(noise, options)).edges);
  assert.ok(heard!.exact && heard!.rows === rows && heard!.share > 1);
});

test('few rows are all counted; sparse rows, required and forbidden pairs are refused', async () => {
  const data = Dataset.dense([
    [0, 1],
    [1, 1],
  ]);
  let heard: SampledReport | undefined;
  const onSampled = (report: SampledReport) => {
    heard = report;
  };
  await chowLiuTree(data, { sample: true, onSampled });
  assert.equal(heard, { rows: 2, candidates: 1, share: 1, exact: true, confidence: 1 });
  await refusesAsync(
    () => chowLiuTree(sparseOf([[0, 1]]), { sample: true }),
    TypeError,
    /sample: expected dense columns, got sparse rows/,
  );
  await refusesAsync(
    () => chowLiuTree(data, { sample: true, required: [[0, 1]] }),
    TypeError,
    /sample: expected no required or forbidden pairs beside it, got some/,
  );
});

test('all pairs of long bit columns in blocks: the counts, pairs and tree of a row at a time', async () => {
  const random = new Random(6);
  for (const [rows, columns] of [
    [512, 96],
    [700, 131],
    [66_000, 97],
  ] as const) {
    const data = columnsOf(random, rows, columns, 2, 0.6);
    const variables = discretise(engine, data.features, { threshold: 0.5 });
    const one = new PairInformation(engine, variables);
    const all = await sameAtAnyThreads(async (engine) => {
      const pairs = await PairInformation.inTurns(engine, variables, new Pace(), true);
      const found: number[][] = [];
      for (const v of [0, 31, 32, 95]) {
        pairs.row(v);
        found.push([...engine.i32(pairs.counts, columns)], [...engine.f64(pairs.information, columns)]);
      }
      pairs.dispose();
      return [found, (await topPairs(data, 20, { threshold: 0.5, engine })) as unknown];
    });
    for (const [i, v] of [0, 31, 32, 95].entries()) {
      one.row(v);
      const [counts, information] = (all[0] as number[][][]).slice(2 * i, 2 * i + 2) as unknown as [number[], number[]];
      assert.equal(counts, [...engine.i32(one.counts, columns)]);
      assert.equal(information, [...engine.f64(one.information, columns)]);
    }
    one.dispose();
  }
});

test.run();
