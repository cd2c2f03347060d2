// The order in which a stream's rows are trained on, and what of them is in memory.
import { createEngine, Dataset } from 'espalier';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Purpose, permutation } from '#dist/runtime/random.js';
import { ShardFeed } from '#dist/training/shard-feed.js';
import { cutAt, range, streamOf } from '../support/shards.js';

const test = suite('feed of shards');
const engine = await createEngine();

/** Row r holds its number, in a column of its own kind, and is of class r % 3. */
function numbered(rows: number): Dataset {
  const start = Int32Array.from({ length: rows + 1 }, (_, r) => r);
  const value = Float32Array.from({ length: rows }, (_, r) => r + 1);
  const index = Int32Array.from({ length: rows }, (_, r) => r % 7);
  const labels = range(0, rows).map((r) => r % 3);
  return Dataset.sparse({ rows, columns: 7, start, index, value, labels, classes: 3 });
}

const all = numbered(300);
const cuts = [10, 11, 90, 91, 92, 200, 260];
const fed = (stream: Awaited<ReturnType<typeof streamOf>>, batchSize: number, seed = 4) =>
  new ShardFeed(engine, stream, batchSize, seed, async (shard) => shard, undefined);

/** The row numbers of a batch; what lies beside them must go with them. */
async function taken(feed: ShardFeed, epoch: number, b: number): Promise<number[]> {
  const { from, rows } = await feed.batch(epoch, b);
  const { features, targets } = from!;
  if (features.kind !== 'sparse') throw new Error('not sparse');
  return Array.from(rows, (row) => {
    assert.is(features.start[row + 1]! - features.start[row]!, 1);
    const e = features.start[row]!;
    const number = features.value[e]! - 1;
    assert.is(features.index[e], number % 7);
    assert.is(targets!.values[row], number % 3);
    return number;
  });
}

async function epochOf(feed: ShardFeed, epoch: number, batches: number): Promise<number[][]> {
  const order: number[][] = [];
  for (let b = 0; b < batches; b++) order.push(await taken(feed, epoch, b));
  return order;
}

for (const window of [1, 16, 33, 64, 100, 1000])
  test(`a window of ${window}: every row once an epoch, each epoch in another order`, async () => {
    const stream = await streamOf(cutAt(all, ...cuts), window);
    const feed = fed(stream, 16);
    const orders: number[][] = [];
    for (let epoch = 0; epoch < 3; epoch++) {
      const batches = await epochOf(feed, epoch, 19);
      assert.ok(batches.slice(0, -1).every((batch) => batch.length === 16));
      const order = batches.flat();
      assert.equal(
        order.slice().sort((a, b) => a - b),
        range(0, 300),
      );
      orders.push(order);
    }
    assert.not.equal(orders[0], orders[1]);
    assert.equal((await epochOf(fed(stream, 16), 0, 19)).flat(), orders[0], 'the same again');
    assert.not.equal((await epochOf(fed(stream, 16, 5), 0, 19)).flat(), orders[0], 'by the seed');
  });

test('one shard within the window is in the order of a dataset', async () => {
  const feed = fed(await streamOf([all], 300), 16);
  for (const epoch of [0, 1, 7])
    assert.equal((await epochOf(feed, epoch, 19)).flat(), [...permutation(engine, 300, 4, Purpose.shuffle, epoch)]);
});

test('any batch can be the first, and no shard before it is opened', async () => {
  const opened: number[] = [];
  const parts = cutAt(all, 50, 100, 150, 200, 250);
  const stream = await Dataset.stream(
    parts.map((part, s) => () => {
      opened.push(s);
      return part;
    }),
    { window: 32 },
  );
  const whole = await epochOf(fed(stream, 16), 2, 19);
  for (const b of [0, 1, 5, 6, 18]) assert.equal(await taken(fed(stream, 16), 2, b), whole[b]);
  const order = [...permutation(engine, 6, 4, Purpose.shards, 2)];
  opened.length = 0;
  const late = fed(stream, 16);
  await late.batch(2, 18);
  assert.equal(opened, order.slice(-1));
});

test('shards are opened once an epoch, in time and not before', async () => {
  const opened: number[] = [];
  const stream = await Dataset.stream(
    cutAt(all, ...cuts).map((part, s) => () => {
      opened.push(s);
      return part;
    }),
    { window: 48 },
  );
  opened.length = 0;
  const sizes = stream.census.shards.map(({ rows }) => rows);
  const order = [...permutation(engine, sizes.length, 4, Purpose.shards, 0)];
  const feed = fed(stream, 16);
  for (let b = 0; b < 19; b++) {
    await feed.batch(0, b);
    const end = Math.min(300, (Math.floor((b * 16) / 48) + 1) * 48);
    let needed = 0;
    for (let rows = 0; rows < end; rows += sizes[order[needed]!]!, needed++);
    assert.ok(opened.length >= needed && opened.length <= needed + 1, `${opened.length} at ${b}, ${needed} needed`);
  }
  assert.equal(opened, order);
});

test('what was trained on is let go', async () => {
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const live = new Set<WeakRef<Dataset>>();
  const shards = range(0, 20).map((s) => () => {
    const shard = all.subset(range(s * 15, s * 15 + 15));
    live.add(new WeakRef(shard));
    return shard;
  });
  const feed = fed(await Dataset.stream(shards, { window: 30 }), 10);
  let most = 0;
  for (let b = 0; b < 30; b++) {
    await feed.batch(0, b);
    await new Promise((resolve) => setTimeout(resolve, 0));
    collect();
    most = Math.max(most, [...live].filter((shard) => shard.deref()).length);
  }
  // Beside the window: the shard that reaches into the next, the one to come; and one that the last call may still hold.
  assert.ok(most <= 3, `${most} shards at a time`);
});

test.run();
