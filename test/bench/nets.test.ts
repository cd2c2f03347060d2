// What bench/nets makes of rows: controls that are only as good as they are what they are called.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createEngine, Dataset, DenseNet, TrfNet } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { contenders } from '../../bench/nets/contenders.js';
import { treeSet } from '../../bench/nets/made-set.js';
import { permutedColumns } from '../../bench/nets/permuted.js';
import { thinned } from '../../bench/nets/pruned.js';
import { cut, rowsSet } from '../../bench/nets/rows-set.js';
import { type Run, readRuns, runOf, versionOf } from '../../bench/nets/runs.js';
import { writeSection } from '../../bench/nets/section.js';
import { setsNamed } from '../../bench/nets/sets.js';
import { treeContenders } from '../../bench/nets/trees.js';
import { compare, frontAt, frontOf, summaries, verdictsOn } from '../../bench/nets/verdicts.js';
import { Random } from '../support/random.js';
import { sparseOf } from '../support/structure.js';

const random = new Random(4);
const rows = Array.from({ length: 120 }, () =>
  Array.from({ length: 30 }, () => (random.chance(0.2) ? 1 + random.below(3) : 0)),
);
const labels = rows.map((row) => Number(row[0]! + row[1]! > 1));
const data = sparseOf(rows, { labels });

test('permuted columns: every row has its numbers, each column those of another, the same for all rows', () => {
  const permuted = permutedColumns(data, 1);
  const columns = (of: number[][]) => Array.from({ length: 30 }, (_, c) => of.map((row) => row[c]!).join());
  const { features } = permuted;
  assert.ok(features.kind === 'sparse');
  const dense = rows.map((_, r) => {
    const row = new Array<number>(30).fill(0);
    for (let e = features.start[r]!; e < features.start[r + 1]!; e++) row[features.index[e]!] = features.value[e]!;
    return row;
  });
  assert.equal(columns(dense).sort(), columns(rows).sort());
  assert.not.equal(columns(dense), columns(rows));
  assert.not.equal(permutedColumns(data, 2).features, features);
  assert.is(permuted.targets, data.targets);
});

test('rows to learn from, to choose by and to look at are apart; the real test rows rest while settings are chosen', async () => {
  for (const tune of [false, true]) {
    const { held, tuned, rest } = cut(100, 3, tune);
    assert.equal([held.length, tuned.length, rest.length], tune ? [10, 20, 70] : [10, 0, 90]);
    assert.is(new Set([...held, ...tuned, ...rest]).size, 100);
  }
  const set = rowsSet('some', 'accuracy', data, data.subset([0, 1, 2]));
  assert.is((await set.parts(0, false)).test.rows, 3);
  assert.is((await set.parts(0, true)).test.rows, 24);
});

test('a pruned net has the largest tenth of the hidden weights, and each unit one', async () => {
  const engine = await createEngine();
  const dense = await DenseNet.create(data, { hidden: [40], seed: 1, engine });
  const weights = dense.network.layers[0]!.weights;
  const thin = await TrfNet.load(await thinned(dense.save()), { engine });
  const [layer] = thin.layers;
  assert.is(weights, 40 * 30 + 40);
  assert.ok(layer!.connections >= 120 && layer!.connections <= 130, `${layer!.connections}`);
  // A net of so few of its weights says something else, one of all of them would not.
  const [a, b] = [await dense.predict(data), await thin.predict(data)];
  assert.not.equal(a.outputs, b.outputs);
  const values = engine.f32(thin.network.layers[0]!.sparse!.weight, layer!.connections);
  const rowMajor = engine.f32(dense.network.layers[0]!.dense!.weight, 1200);
  const sizes = Array.from(rowMajor, Math.abs).sort((x, y) => y - x);
  assert.ok(Array.from(values, Math.abs).filter((w) => w >= sizes[119]!).length === 120);
});

test('data made from a tree: four classes of which each is there, and the same at each call', async () => {
  const { train } = await treeSet(400).parts(0, false);
  assert.ok(train.targets?.kind === 'classes');
  assert.equal([...new Set(train.targets.values)].sort(), [0, 1, 2, 3]);
  assert.equal((await treeSet(400).parts(0, false)).train.features, train.features);
});

test('each contender tells its score, weights, seconds and epochs', async () => {
  const engine = await createEngine();
  const set = rowsSet('some', 'accuracy', data, data);
  const quick = [['epochs', '2']] as const;
  for (const contender of contenders(engine, quick).filter(({ name }) =>
    /^(trf|trf permuted|dense 6|pruned)$/.test(name),
  )) {
    const { test: score, weights, seconds, epochs } = await contender.run(await set.parts(0, false), 0);
    assert.ok(score >= 0 && score <= 1 && weights > 30 && seconds > 0, contender.name);
    assert.match(epochs, /^[12]\/2$/);
  }
});

/** A run of which only this matters. */
function run(net: string, family: Run['family'], seed: number, score: number, more: Partial<Run> = {}): Run {
  const key = { set: 'some', net, seed, settings: '', tune: false, full: false, version: 'a' };
  const outcome = { test: score, validation: score, weights: 1000, seconds: 1, epochs: '1/2', coherence: null };
  return { ...key, family, metric: 'accuracy', rows: 100, columns: 600, ...outcome, ...more };
}

/** Seeds a deviation of `spread` apart from the mean. */
function seeds(net: string, family: Run['family'], score: number, spread: number, more: Partial<Run> = {}): Run[] {
  return [-1, 0, 1].map((side, seed) => run(net, family, seed, score + side * spread, more));
}

test('a run is known by its set, net, seed, settings and code; the last of several counts', () => {
  const all = [run('trf', 'learned', 0, 0.25), run('trf', 'learned', 0, 0.75), run('trf', 'learned', 1, 0.25)];
  assert.is(runOf(all, all[0]!)?.test, 0.75);
  for (const other of [
    { set: 'b' },
    { net: 'tse' },
    { seed: 2 },
    { settings: 'epochs=1' },
    { tune: true },
    { full: true },
  ])
    assert.is(runOf(all, { ...all[0]!, ...other }), undefined);
  const changed = { ...all[0]!, version: 'b' };
  assert.is(runOf(all, changed), undefined);
  assert.is(runOf(all, changed, true)?.test, 0.75);
  assert.is(summaries(all)[0]!.nets[0]!.mean, 0.5);
  // What a TSE-net is made by is no part of a dense one; trees are no code of this package.
  const versions = ['trf', 'tse', 'dense 6'].map((name) =>
    versionOf({ name, family: name === 'dense 6' ? 'dense' : 'learned' }),
  );
  assert.is(new Set(versions).size, 3);
  assert.is(versionOf({ name: 'random forest', family: 'trees' }), '');
});

test('verdicts: differences of means against the pooled deviation, by hand', () => {
  const at = (mean: number, deviation: number) => ({ mean, deviation });
  assert.is(compare(at(0.8, 0.03), at(0.76, 0.04)).is, 'above');
  // √((0.03² + 0.04²) / 2) = 0.0354
  assert.ok(Math.abs(compare(at(0.8, 0.03), at(0.76, 0.04)).spread - 0.035355) < 1e-6);
  assert.is(compare(at(0.8, 0.03), at(0.77, 0.04)).is, 'level');
  assert.is(compare(at(0.76, 0.03), at(0.8, 0.04)).is, 'below');
  const dense = [
    ...seeds('dense 100', 'dense', 0.7, 0.02, { weights: 100_000 }),
    ...seeds('dense 1', 'dense', 0.5, 0, { weights: 1000 }),
    ...seeds('dense 10', 'dense', 0.4, 0, { weights: 10_000 }),
  ];
  const front = frontOf(summaries(dense)[0]!.nets);
  assert.equal(
    front.map(({ net }) => net),
    ['dense 1', 'dense 100'],
  );
  // Half way in logarithms between the two that count.
  const half = frontAt(front, 10_000);
  assert.ok(Math.abs(half.mean - 0.6) < 1e-12 && Math.abs(half.deviation - 0.01) < 1e-12);
  assert.is(frontAt(front, 10).mean, 0.5);
  assert.ok(Math.abs(frontAt(front, 1e7).mean - 0.7) < 1e-12);
  const [set] = summaries([
    ...seeds('trf', 'learned', 0.62, 0.01, { weights: 10_000 }),
    ...seeds('trf permuted', 'permuted', 0.61, 0.01),
    ...dense,
    ...seeds('logistic', 'linear', 0.65, 0.01),
  ]);
  const { permuted, dense: against, linear, trees } = verdictsOn(set!.nets[0]!, set!);
  assert.equal([permuted!.is, against!.is, linear!.is, trees], ['level', 'above', 'below', undefined]);
});

test('the section of results and its pictures come from a file of runs', () => {
  const docs = mkdtempSync(join(tmpdir(), 'espalier-nets-'));
  const at = (set: string, columns: number, lead: number) =>
    [
      ...seeds('trf', 'learned', 0.6 + lead, 0.01, { weights: 5000, coherence: 0.2 }),
      ...seeds('trf permuted', 'permuted', 0.6, 0.01, { weights: 5000, coherence: 0.1 }),
      ...seeds('dense 6', 'dense', 0.6, 0.01, { weights: 4000 }),
      ...seeds('random forest', 'trees', 0.1, 0.01),
    ].map((one) => ({ ...one, set, columns }));
  const ten = seeds('trf', 'learned', 0.5, 0.01, { settings: 'epochs=10' });
  const fifty = seeds('trf', 'learned', 0.51, 0.01, { settings: 'epochs=50' });
  const runs = [
    ...at('wide & <rare>', 600, 0.1),
    ...at('narrow', 10, 0),
    ...ten,
    ...fifty,
    run('trf', 'learned', 3, 0, { set: 'tuned', tune: true }),
  ];
  writeFileSync(join(docs, 'RESULTS.md'), '# Results\n<!-- nets -->\nold\n<!-- /nets -->\nrest\n');
  writeSection(runs, { settings: '', tune: false, full: false }, pathToFileURL(`${docs}/`));
  const text = readFileSync(join(docs, 'RESULTS.md'), 'utf8');
  assert.match(text, '| above its permuted tree | 1 of 2 | 1 of 2 |');
  assert.match(text, '| above the dense front, the same sets | 1 of 1 | 1 of 1 |');
  assert.match(text, '| wide & <rare> | TRF-net | **+10.0 (1.0)** |');
  assert.match(text, '| TRF-net | 70.0 ± 1.0, 5,000, 1.0 s | 60.0 ± 1.0, 5,000, 1.0 s |');
  assert.match(text, '| some | TRF-net | 50.0 ± 1.0 | 51.0 ± 1.0 | −1.0 |');
  assert.match(text, /^rest$/m);
  assert.not.match(text, /^old$|tuned/m);
  for (const name of ['nets', 'nets-seconds']) {
    const picture = readFileSync(join(docs, `${name}.svg`), 'utf8');
    assert.match(picture, 'wide &amp; &lt;rare&gt;');
    assert.not.match(picture, /NaN|Infinity|undefined/);
  }
  assert.throws(
    () => writeSection(runs, { settings: 'epochs=3', tune: false, full: false }, pathToFileURL(`${docs}/`)),
    /--draw: expected runs of the settings 'epochs=3', got none/,
  );
  rmSync(docs, { recursive: true });
});

test('any folder of labelled texts is a set; what its file has is not run again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-nets-'));
  mkdirSync(join(folder, 'letters'));
  const line = (i: number) => `${i % 2 ? 'odd' : 'even'}\t${i % 2 ? 'one three five' : 'two four six'} number${i % 7}`;
  const lines = (count: number) => `${Array.from({ length: count }, (_, i) => line(i)).join('\n')}\n`;
  writeFileSync(join(folder, 'letters', 'train.tsv'), lines(60));
  writeFileSync(join(folder, 'letters', 'test.tsv'), lines(20));
  for await (const set of setsNamed(['letters'], 40, folder)) {
    const { train, validation, test } = await set.parts(0, false);
    assert.equal([set.name, train.rows, validation.rows, test.rows], ['letters', 36, 4, 20]);
  }
  let unknown: unknown;
  try {
    for await (const set of setsNamed(['words'], 40, folder)) assert.unreachable(set.name);
  } catch (error) {
    unknown = error;
  }
  assert.match(String(unknown), /RangeError: --sets: expected some of .*tables, letters; got "words"/);
  const out = join(folder, 'runs.jsonl');
  const command = fileURLToPath(new URL('../../bench/nets.js', import.meta.url));
  const more = ['--sets', 'letters', '--data', folder, '--nets', '^dense 6$', '--set', 'epochs=1', '--out', out];
  const told = ['0', '0,1'].map((list) => {
    const { stdout, stderr } = spawnSync(process.execPath, [command, ...more, '--seeds', list], { encoding: 'utf8' });
    return { stdout, stderr, runs: readRuns(out) };
  });
  assert.equal(
    told.map(({ runs }) => runs.length),
    [1, 2],
    told[0]!.stderr,
  );
  assert.equal(told[1]!.runs[0], told[0]!.runs[0]);
  assert.equal([told[1]!.runs[1]!.seed, told[1]!.runs[1]!.settings], [1, 'epochs=1']);
  assert.match(told[1]!.stdout, /dense 6 .* 1\/1 1\/1/);
  rmSync(folder, { recursive: true });
});

test('forests and boosted trees of scikit-learn, where it is: classes, and tasks with labels missing', async () => {
  const trees = treeContenders();
  if (trees.length === 0) return console.log('no Python with scikit-learn here; nothing to run');
  const chance = new Random(9);
  const cells = Array.from({ length: 300 }, () => Array.from({ length: 4 }, () => chance.below(2)));
  const sure = cells.map(([a, b]) => Number(a !== b));
  const kinds = Int32Array.from(sure, (y) => 2 * y);
  // The first task has no labels where the third cell is 1, whose rows are asked for as well; the second knows nothing but 1.
  const tasks = Int8Array.from(sure.flatMap((y, r) => [cells[r]![2] ? -1 : y, r % 3 ? -1 : 1]));
  const whole = Int8Array.from(sure.flatMap((y) => [y, 1]));
  const values = Float32Array.from(cells.flat());
  const classes = { kind: 'classes', values: kinds, classes: 4 } as const;
  for (const [i, targets] of [classes, { kind: 'tasks', values: tasks, tasks: 2 } as const].entries()) {
    const { name, run: learn, suits } = trees[i]!;
    const dense = Dataset.dense(values, { columns: 4, targets });
    const asked = Dataset.dense(values, {
      columns: 4,
      targets: targets.kind === 'tasks' ? { ...targets, values: whole } : targets,
    });
    const found = await learn({ train: dense, validation: dense, test: asked }, 0);
    assert.is(found.test, 1, `${name}, ${targets.kind}`);
    assert.ok(found.weights > 100 && found.seconds > 0);
    const { test: score } = await learn({ train: data, validation: data, test: data }, 0);
    assert.ok(score > 0.9, `${name}, sparse rows: ${score}`);
    const wide = sparseOf([Array.from({ length: 1001 }, () => 1)], { labels: [0] });
    assert.is(suits?.({ train: wide, validation: wide, test: wide }), name === 'boosted trees' ? false : undefined);
  }
});

test.run();
