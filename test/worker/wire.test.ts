// What crosses between a page and its worker: arrays handed over, things that stay, callbacks, signals, errors, the ends of both.

import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import * as core from 'espalier';
import { Dataset, DenseNet, LatentTree, loadNet, Tree } from 'espalier';
import * as draw from 'espalier/draw';
import * as read from 'espalier/read';
import * as text from 'espalier/text';
import * as topics from 'espalier/topics';
import { createWorker, type EspalierWorker, type RemoteDataset } from 'espalier/worker';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TableError } from '#dist/data/tables/troubles.js';
import { kindOf } from '#dist/worker/kinds.js';
import { type Receiver, unpacked } from '#dist/worker/wire.js';
import { refusesAsync } from '../support/refuses.js';

const worker: EspalierWorker = await createWorker({ threads: 1 });
const wire = suite('between a page and its worker');
wire.after(() => worker.terminate());

const ROWS = 400;
const values = () => Float32Array.from({ length: ROWS * 4 }, (_, i) => ((i * 7919) % 13) / 13 + (i % 4));
const labels = Array.from({ length: ROWS }, (_, row) => (((row * 4 * 7919) % 13) / 13 < 0.5 ? 'low' : 'high'));
const made = (): Promise<RemoteDataset> => worker.Dataset.dense(values(), { columns: 4, labels });

/** The error of a call. */
async function refusal(call: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await call;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('it was not refused');
}

wire('arrays are handed over and empty here; views of a part, and shared memory, are not', async () => {
  const whole = values();
  const data = await worker.Dataset.dense(whole, { columns: 4 });
  assert.is(whole.length, 0);
  assert.is(data.rows, ROWS);
  const room = new Float32Array(ROWS * 4 + 8);
  room.set(values(), 8);
  const part = room.subarray(8);
  const parted = await worker.Dataset.dense(part, { columns: 4 });
  assert.is(part.length, ROWS * 4);
  const shared = new Float32Array(new SharedArrayBuffer(ROWS * 16));
  shared.set(values());
  const common = await worker.Dataset.dense(shared, { columns: 4 });
  assert.is(shared.length, ROWS * 4);
  for (const one of [data, parted, common])
    assert.equal((await one.local()).features, Dataset.dense(values(), { columns: 4 }).features);
  const again = await refusal(worker.Dataset.dense(whole, { columns: 4 }));
  assert.instance(again, TypeError);
  assert.match(again.message, /memory was handed over before/);
});

wire('objects and memory of other realms, as test runners have, cross as those of this one', async () => {
  const foreign: Float32Array = runInNewContext('new Float32Array(8)');
  assert.is((await worker.Dataset.dense(foreign, { columns: 2 })).rows, 4);
  assert.is(foreign.length, 0);
  const came = runInNewContext("({ parts: [{ '\\0espalier': 'own error', id: 3 }] })");
  const receiver = { ownErrorOf: (id: number) => `error ${id}` } as unknown as Receiver;
  assert.equal(await unpacked(came, receiver), { parts: ['error 3'] });
});

wire('a dataset of this side is handed over once, and stands for that of the worker from then on', async () => {
  const data = Dataset.dense(values(), { columns: 4, labels });
  const net = await worker.DenseNet.create(data, { hidden: [3] });
  assert.is(data.features.kind === 'dense' && data.features.values.length, 0);
  await net.fit(data, { epochs: 2 });
  const { rows } = await net.evaluate(data);
  assert.is(rows, ROWS);
});

wire('a table goes over once and stays here too', async () => {
  const { table } = await worker.learnCsvAsync(`a,b,kind\n${'1,0,x\n0,1,y\n2,1,x\n'.repeat(30)}`, { target: 'kind' });
  const first = await worker.chowLiuTree(table);
  assert.equal(await worker.chowLiuTree(table), first);
  assert.equal(await core.chowLiuTree(table), first);
});

wire('datasets and nets stay, tell what they are, and have methods; copies of them are had', async () => {
  const data = await made();
  assert.equal([data.rows, data.columns, data.features.kind], [ROWS, 4, 'dense']);
  assert.equal(data.targets, { kind: 'classes', classes: 2, names: ['high', 'low'] });
  const few = await data.subset([3, 1]);
  assert.is(few.rows, 2);
  assert.is((await few.withTargets(undefined)).targets, undefined);
  const net = await worker.DenseNet.create(data, { hidden: [3], seed: 5 });
  assert.equal([net.method, net.seed, net.target.kind], ['dense', 5, 'classes']);
  const local = await net.local();
  assert.instance(local, DenseNet);
  assert.is(local.weights, net.weights);
  assert.equal(local.save(), await net.save());
  const same = await loadNet(await net.saveAsync());
  assert.equal((await same.predict(await data.local())).outputs, (await net.predict(data)).outputs);
});

wire('streams do not cross, neither way', async () => {
  const data = await made();
  const local = await data.local();
  const stream = await core.Dataset.stream([() => local]);
  const net = await worker.DenseNet.create(data, { hidden: [3] });
  const refused = /^stream: expected datasets, as the shards of a stream do not cross/;
  await refusesAsync(() => net.fit(stream as never), TypeError, refused);
  await refusesAsync(() => worker.Dataset.stream([() => data] as never), TypeError, refused);
});

wire('every fact that a net of any method has is told', async () => {
  const own = /^(engine|network|state|identity|fitOptions|unit|life|reader)$/;
  for (const { prototype } of [core.TrfNet, core.TseNet, core.GaterNet, core.DenseNet]) {
    const getters = new Set<string>();
    for (let at: object = prototype; at !== Object.prototype; at = Object.getPrototypeOf(at))
      for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(at))) if (get) getters.add(name);
    const told = new Set(await factNames());
    for (const name of getters) if (!own.test(name)) assert.ok(told.has(name), name);
  }
});

/** Read from the source, as no net has them all. */
async function factNames(): Promise<string[]> {
  const { readFileSync } = await import('node:fs');
  const source = readFileSync(new URL('../../../dist/worker/serve.js', import.meta.url), 'utf8');
  const [, list] = /NET_FACTS = \[([\s\S]*?)\n\];/.exec(source)!;
  return Array.from(list!.matchAll(/'(\w+)'/g), ([, name]) => name!);
}

wire('trees and whatever else comes is of its class, and goes back as it is', async () => {
  const data = await worker.Dataset.dense(
    values().map((x) => Number(x % 1 < 0.5)),
    { columns: 4, featureNames: ['a', 'b', 'c', 'd'] },
  );
  const tree = await worker.chowLiuTree(data);
  assert.instance(tree, Tree);
  assert.is(tree.neighbours(tree.root).length > 0, true);
  const latent = await worker.latentTree(data);
  assert.instance(latent, LatentTree);
  const first = await worker.latentTreeToSvg(latent);
  assert.is(await worker.latentTreeToSvg(latent), first);
  assert.is(latent.children(latent.root).length > 0, true);
  const net = await worker.TseNet.grow(
    await worker.Dataset.dense(
      values().map((x) => Number(x % 1 < 0.5)),
      { columns: 4, labels },
    ),
    { skeleton: latent },
  );
  assert.is(net.method, 'tse');
});

wire('every class that the package exports is known to the wire', () => {
  const known = new Set(['Dataset', 'TrfNet', 'TseNet', 'GaterNet', 'DenseNet']);
  const copied = ['GateCounter', 'LatentTree', 'Standardizer', 'TextVectorizer', 'TfIdf', 'TopicTree', 'Tree'];
  for (const [name, value] of Object.entries({ ...core, ...read, ...text, ...topics, ...draw }))
    if (typeof value === 'function' && /^class/.test(Function.prototype.toString.call(value)))
      assert.ok(known.has(name) || copied.includes(name), name);
  for (const plain of [{ tree: 1, vectorizer: 2, steps: 3 }, new Map(), [], Object.create(null), new Error('x')])
    assert.is(kindOf(plain), undefined);
  assert.is(kindOf(Dataset.dense([[1]])), 'Dataset');
  assert.is(kindOf(new Tree(1, [])), 'Tree');
});

wire('progress and epochs are told; of progress the newest, and the last', async () => {
  const data = await made();
  const net = await worker.DenseNet.create(data, { hidden: [3] });
  const epochs: number[] = [];
  const seen: { epoch: number; done: number; total: number }[] = [];
  const fit = { epochs: 6, batchSize: 10, onEpoch: ({ epoch }: { epoch: number }) => void epochs.push(epoch) };
  let open = 0;
  await net.fit(data, {
    ...fit,
    onProgress: async (progress) => {
      assert.is(open++, 0);
      seen.push(progress as never);
      await new Promise((resolve) => setTimeout(resolve, 5));
      open--;
    },
  });
  assert.equal(epochs, [1, 2, 3, 4, 5, 6]);
  assert.ok(seen.length > 0 && seen.length < 240, `${seen.length} of 240 batches were told`);
  const all: unknown[] = [];
  const here = await net.local();
  await here.fit(await data.local(), { ...fit, onProgress: (progress) => void all.push(progress) });
  const { seconds: _a, ...last } = seen.at(-1) as never as Record<string, number>;
  const { seconds: _b, ...wanted } = all.at(-1) as Record<string, number>;
  assert.equal(Object.keys(last), Object.keys(wanted));
});

wire('a signal stops the work, and its reason is that of this side', async () => {
  const data = await made();
  const net = await worker.DenseNet.create(data, { hidden: [3] });
  for (const reason of [undefined, new Error('enough'), 'enough', { of: 'it' }]) {
    const controller = new AbortController();
    const fit = net.fit(data, { epochs: 1e6, signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    const error = await refusal(fit);
    if (typeof reason === 'object' && !(reason instanceof Error)) assert.equal(error, reason);
    else assert.is(error, controller.signal.reason);
  }
  const before = await refusal(net.fit(data, { signal: AbortSignal.abort() }));
  assert.is(before.name, 'AbortError');
  // It has been stopped: the net is free.
  assert.is((await net.fit(data, { epochs: 1 })).epochs, 1);
});

wire('what a callback throws is what the call throws', async () => {
  const data = await made();
  const net = await worker.DenseNet.create(data, { hidden: [3] });
  class Mine extends Error {}
  for (const name of ['onEpoch', 'onProgress', 'onCheckpoint']) {
    const mine = new Mine(name);
    const error = await refusal(net.fit(data, { epochs: 3, [name]: () => Promise.reject(mine) }));
    assert.is(error, mine);
  }
});

wire('errors are of their class, with their fields and the stack of where they were thrown', async () => {
  const data = await made();
  const net = await worker.DenseNet.create(data, { hidden: [3] });
  const range = await refusal(net.fit(data, { epochs: -1 }));
  assert.instance(range, RangeError);
  assert.is(range.message, 'epochs: expected an integer from 1, got -1');
  assert.match(String(range.stack), /worker-script\.js/);
  const type = await refusal(net.fit({} as never));
  assert.instance(type, TypeError);
  const table = await refusal(worker.learnCsv('a,b\n1,x\n,y\n3,x\n', { target: 'b' }));
  assert.instance(table, TableError);
  assert.ok(Array.isArray(table.troubles) && table.suggestion);
});

wire('generators and streams go to the worker, and come from it, value by value', async () => {
  let closed = 0;
  function* texts() {
    try {
      for (let i = 0; i < 1000; i++) yield `word${i % 7} other${i % 3}`;
    } finally {
      closed++;
    }
  }
  const vectorizer = await worker.TextVectorizer.learn(texts(), { minDocuments: 2 });
  assert.instance(vectorizer, text.TextVectorizer);
  assert.equal(vectorizer.words, (await text.TextVectorizer.learn(texts(), { minDocuments: 2 })).words);
  assert.is(closed, 2);
  const stream = new Blob(['one\ntwo\nthree\n']).stream();
  const documents: string[] = [];
  for await (const { text } of worker.readDocuments(stream as never)) documents.push(text);
  assert.equal(documents, ['one', 'two', 'three']);
  // A loop that ends early ends the walk there too.
  function* endless() {
    try {
      for (;;) yield 'a line\n';
    } finally {
      closed++;
    }
  }
  for await (const _ of worker.readDocuments(endless() as never)) break;
  await refusal(worker.latentTree({} as never));
  assert.is(closed, 3);
  const failing = (async function* () {
    yield 'a text';
    throw new Error('the disk');
  })();
  assert.is((await refusal(worker.TextVectorizer.learn(failing))).message, 'the disk');
});

wire('what cannot cross is refused with a reason, and nothing is lost by it', async () => {
  const data = await made();
  const engine = await core.createEngine({ threads: 1 });
  const other = await createWorker({ threads: 1 });
  const theirs = await other.Dataset.dense([
    [1, 0],
    [0, 1],
  ]);
  other.terminate();
  const mine = await DenseNet.create(
    Dataset.dense(
      [
        [1, 0],
        [0, 1],
      ],
      { labels: ['a', 'b'] },
    ),
    { hidden: [2] },
  );
  const cases: [Promise<unknown>, RegExp][] = [
    [worker.chowLiuTree(data, { engine } as never), /^engine: expected none, as a worker has its own/],
    [worker.chowLiuTree(mine as never), /^arguments: expected a net of this worker, got one of this side/],
    [worker.chowLiuTree(theirs), /^arguments: expected what lies in this worker, got what lies in another one/],
  ];
  for (const [call, message] of cases) {
    const error = await refusal(call);
    assert.instance(error, TypeError);
    assert.match(error.message, message);
  }
  assert.is((await refusal(worker.chowLiuTree(data, { seed: Symbol('x') } as never))).name, 'DataCloneError');
  assert.instance(await worker.chowLiuTree(data), Tree);
  const here = Dataset.dense(values(), { columns: 4 });
  for (const wrongly of [{ engine }, { seed: Symbol('x') }]) await refusal(worker.chowLiuTree(here, wrongly as never));
  assert.is(here.features.kind === 'dense' && here.features.values.length, ROWS * 4);
  assert.instance(await worker.chowLiuTree(here), Tree);
});

wire('what was disposed of is gone, and so is a worker that has ended', async () => {
  const data = await made();
  const net = await worker.DenseNet.create(data, { hidden: [3] });
  await net.dispose();
  assert.match((await refusal(net.predict(data))).message, /this was disposed of/);
  await data.dispose();
  assert.match((await refusal(worker.chowLiuTree(data))).message, /this was disposed of/);
  const other = await createWorker({ threads: 1 });
  const rows = await other.Dataset.dense(values(), { columns: 4, labels });
  const theirs = await other.DenseNet.create(rows, { hidden: [3] });
  const fit = refusal(theirs.fit(rows, { epochs: 1e6 }));
  other.terminate();
  assert.is((await fit).message, 'the worker was terminated');
  assert.is((await refusal(theirs.predict(rows))).message, 'the worker was terminated');
});

wire('a worker that cannot start, or has options that are none, says so', async () => {
  for (const [options, error] of [
    [{ thread: 1 }, /^thread: expected an option of createWorker, .* did you mean threads/],
    [{ threads: 0 }, /threads: expected an integer from 1 to 256, got 0/],
    [{ worker: {} }, /worker: expected a Worker, got an object/],
  ] as [object, RegExp][])
    assert.match((await refusal(createWorker(options))).message, error);
  const broken = new Worker('throw new Error("no script")', { eval: true });
  assert.match((await refusal(createWorker({ worker: broken as never }))).message, /the worker failed: no script/);
  const silent = new Worker('', { eval: true });
  assert.match((await refusal(createWorker({ worker: silent as never }))).message, /the worker has ended/);
});

wire('of two workers each has its own nets and threads', async () => {
  const own = new Worker(new URL('../../../dist/worker-script.js', import.meta.url));
  const other = await createWorker({ threads: 2, worker: own as never });
  assert.is(other.working.threads, 2);
  assert.is(worker.working.threads, 1);
  const nets = await Promise.all(
    [worker, other].map(async (one) => {
      const data = await one.Dataset.dense(values(), { columns: 4, labels });
      const net = await one.DenseNet.create(data, { hidden: [3], seed: 2 });
      await net.fit(data, { epochs: 3 });
      return net.save();
    }),
  );
  assert.equal(nets[0], nets[1]);
  other.terminate();
});

wire.run();
