// Streams of shards: what the first pass learns and refuses, and samples.
import { type DataStream, Dataset, TrfNet } from 'espalier';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { classesOf, stripes } from '../support/gated-images.js';
import { dense, sparse, switches, tasks, values } from '../support/problems.js';
import { refusesAsync } from '../support/refuses.js';
import { cutAt, streamOf } from '../support/shards.js';
import { sparseOf } from '../support/structure.js';

const test = suite('streams');
const data = sparse(switches(1, 200));

/** Each row as text, labels included. */
function rowsOf(rows: Dataset): string[] {
  const { features, targets } = rows;
  return Array.from({ length: rows.rows }, (_, r) => {
    const width = targets!.values.length / rows.rows;
    const labels = Array.from(targets!.values.subarray(r * width, (r + 1) * width));
    if (features.kind !== 'sparse')
      return JSON.stringify([
        Array.from(features.values.subarray(r * features.columns, (r + 1) * features.columns)),
        labels,
      ]);
    const [from, to] = [features.start[r]!, features.start[r + 1]!];
    return JSON.stringify([Array.from(features.index.subarray(from, to)), labels]);
  });
}

test('a first pass learns rows, columns, names and classes, also those that some shards lack', async () => {
  const names = Array.from({ length: data.columns }, (_, c) => `c${c}`);
  const { features } = data;
  const parts = cutAt(new Dataset(features, data.targets, names), 50, 51, 120);
  const told: number[][] = [];
  const stream = await Dataset.stream(
    parts.map((part) => async () => part),
    { onProgress: (...given) => void told.push(given) },
  );
  assert.is(stream.rows, 200);
  assert.is(stream.columns, 20);
  assert.is(stream.window, 65536);
  assert.equal(told, [
    [1, 4],
    [2, 4],
    [3, 4],
    [4, 4],
  ]);
  const few = { kind: 'classes' as const, values: new Int32Array(50), classes: 2 };
  const sample = await (await streamOf([parts[0]!.withTargets(few), ...parts.slice(1)])).sample(200);
  assert.is((sample.targets as { classes: number }).classes, 4);
  assert.equal(sample.featureNames, names);
});

for (const [kind, whole] of Object.entries({
  sparse: data,
  dense: dense(switches(1, 200)),
  tasks: tasks(switches(1, 200)),
  values: values(switches(1, 200)),
  images: classesOf(stripes(1, 200)),
})) {
  test(`a sample of ${kind} rows: so many, each once, in their order, whatever the shards`, async () => {
    const all = rowsOf(whole);
    const first = await (await streamOf(cutAt(whole, 70, 90))).sample(60, { seed: 5 });
    const rows = rowsOf(first);
    assert.is(rows.length, 60);
    let place = -1;
    for (const row of rows) {
      place = all.indexOf(row, place + 1);
      assert.ok(place >= 0, 'a row in its order');
    }
    assert.equal(first, await (await streamOf([whole])).sample(60, { seed: 5 }));
    assert.not.equal(rows, rowsOf(await (await streamOf([whole])).sample(60, { seed: 6 })));
    assert.equal(rowsOf(await (await streamOf(cutAt(whole, 1))).sample(1000)), all);
  });
}

test('each row is as likely as any other', async () => {
  const one = sparseOf(
    Array.from({ length: 10 }, (_, r) => Array.from({ length: 10 }, (_, c) => (c === r ? 1 : 0))),
    { labels: [0, 1, 0, 1, 0, 1, 0, 1, 0, 1] },
  );
  const stream = await streamOf(cutAt(one, 3));
  const times = new Int32Array(10);
  for (let seed = 0; seed < 2000; seed++) {
    const { index } = (await stream.sample(3, { seed })).features as { index: Int32Array } & Dataset['features'];
    for (const row of index) times[row]!++;
  }
  // 600 each; a deviation is 20.
  for (const n of times) assert.ok(Math.abs(n - 600) < 100, String(times));
});

test('bad shards are refused by name', async () => {
  const [a, b] = cutAt(data, 100) as [Dataset, Dataset];
  const other = (shard: unknown, kind: ErrorConstructor, message: RegExp) =>
    refusesAsync(() => Dataset.stream([() => a, () => shard as Dataset]), kind, message);
  const { features } = b;
  await refusesAsync(() => Dataset.stream([] as never), RangeError, /^shards: expected at least one/);
  await refusesAsync(() => Dataset.stream(a as never), TypeError, /^shards: expected a list of functions/);
  await refusesAsync(() => Dataset.stream([a] as never), TypeError, /^shards\[0\]: expected a function/);
  await refusesAsync(() => Dataset.stream([() => a], { window: 0 }), RangeError, /^window: /);
  await other({ ...b }, TypeError, /^shards\[1\]: expected a function that gives a Dataset, got one that gives/);
  await other(undefined, TypeError, /^shards\[1\]: expected a function that gives a Dataset/);
  await other(dense(switches(1, 9)), TypeError, /^shards\[1\]: expected sparse rows like shards\[0\], got dense rows/);
  const wide = sparse(switches(1, 9, 5));
  await other(wide, RangeError, /^shards\[1\]: expected 20 columns like shards\[0\], got 25/);
  await other(b.withTargets(undefined), TypeError, /^shards\[1\]: expected classes like shards\[0\], got no targets/);
  const labels = { kind: 'tasks' as const, values: new Int8Array(100), tasks: 1 };
  await other(b.withTargets(labels), TypeError, /^shards\[1\]: expected classes like shards\[0\], got 1 task/);
  const named = new Dataset(
    features,
    b.targets,
    Array.from({ length: 20 }, (_, c) => `x${c}`),
  );
  await other(named, RangeError, /^shards\[1\]\.featureNames: expected none like shards\[0\], got "?x0/);
  const classes = { ...b.targets!, names: ['a', 'b', 'c', 'd'] } as Dataset['targets'];
  await other(b.withTargets(classes), RangeError, /^shards\[1\]: expected classes without names/);
  const swapped = (names: string[], of: Dataset) => of.withTargets({ ...of.targets!, names } as Dataset['targets']);
  await refusesAsync(
    () => streamOf([swapped(['a', 'b', 'c', 'd'], a), swapped(['b', 'a', 'c', 'd'], b)]),
    RangeError,
    /^shards\[1\]: expected class 0 to be "?a"? as in the shards before/,
  );
  const fails = async () => {
    throw new Error('no such file');
  };
  await refusesAsync(() => Dataset.stream([() => a, fails]), Error, /no such file/);
  const stop = new AbortController();
  stop.abort(new Error('enough'));
  await refusesAsync(() => Dataset.stream([() => a], { signal: stop.signal }), Error, /enough/);
  const never = new AbortController();
  setTimeout(() => never.abort(new Error('too long')), 5);
  const waits = () => Dataset.stream([() => new Promise<Dataset>(() => {})], { signal: never.signal });
  await refusesAsync(waits, Error, /too long/);
});

test('a shard that has changed is refused', async () => {
  const [a, b] = cutAt(data, 100) as [Dataset, Dataset];
  let now = b;
  const stream: DataStream = await Dataset.stream([() => a, () => now]);
  const refuses = (message: RegExp) => refusesAsync(() => stream.sample(150), RangeError, message);
  now = a.subset([1, 2]);
  await refuses(/^shards\[1\]: expected 100 rows as before, got 2/);
  now = b.subset([99, ...Array.from({ length: 99 }, (_, i) => i)]);
  await refuses(/^shards\[1\]: expected the same rows as before, got others/);
  const relabelled = { ...b.targets!, values: Int32Array.from(b.targets!.values).reverse() } as Dataset['targets'];
  now = b.withTargets(relabelled);
  await refuses(/^shards\[1\]: expected the same rows as before, got others/);
  now = b.subset(Array.from({ length: 100 }, (_, i) => i));
  assert.is((await stream.sample(150)).rows, 150);
});

test('what takes rows alone says what to do with a stream', async () => {
  const stream = await streamOf([data]);
  await refusesAsync(
    () => TrfNet.grow(stream as never),
    TypeError,
    /^train: expected a Dataset, got .*DataStream.*; its sample\(\) makes one/,
  );
  await refusesAsync(() => stream.sample(0), RangeError, /^rows: /);
  await refusesAsync(() => stream.sample('3' as never), TypeError, /^rows: /);
});

test.run();
