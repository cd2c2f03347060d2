import {
  createEngine,
  Dataset,
  DenseNet,
  type EpochRecord,
  type FitOptions,
  type FitResult,
  readSafetensors,
} from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { close } from '../support/allclose.js';
import { dense, sparse, switches, tasks, values } from '../support/problems.js';
import { refusesAsync } from '../support/refuses.js';
import { untilStopped } from '../support/until-stopped.js';

const train = dense(switches(1, 203, 4, 5, 0.2));
const validation = dense(switches(2, 60, 4, 5, 0.2));
const make = (seed = 3, data = train) => DenseNet.create(data, { hidden: [12, 8], seed });
const bytes = (net: DenseNet) => net.save();
const weights = (net: DenseNet) =>
  Object.entries(readSafetensors(net.save()).tensors).map(([name, { data }]) => [
    name,
    Array.from(data as Float32Array),
  ]);

/** Record without the time it took. */
const plain = (history: EpochRecord[]) => history.map(({ seconds, ...rest }) => rest);

/** The same run, stopped after every `every` batches by its signal and resumed, each time in a new net. */
async function piecewise(
  options: FitOptions,
  every: number,
  data = train,
): Promise<{ net: DenseNet; result: FitResult; stops: number }> {
  let resume: Uint8Array | undefined;
  for (let stops = 0; ; stops++) {
    // Another seed: all that counts must come from the checkpoint. The seed of the run is an option then.
    const net = await make(100 + stops, data);
    const abort = new AbortController();
    let batches = 0;
    const given: FitOptions = {
      ...options,
      seed: 3,
      ...(resume ? { resume } : {}),
      signal: abort.signal,
      onProgress: () => {
        batches++;
        if (batches === every) abort.abort();
      },
    };
    const { result, checkpoint } = await untilStopped(net, data, given);
    if (result) return { net, result, stops };
    resume = checkpoint;
    net.dispose();
    assert.ok(stops < 200, 'never ends');
  }
}

const runs: [string, FitOptions][] = [
  ['Adam', {}],
  ['SGD with momentum', { optimizer: 'sgd', learningRate: 0.05, schedule: 'cosine' }],
  ['Adam, best weights', { validation }],
  [
    'Nesterov, best weights by loss, patience',
    { validation, monitor: 'loss', patience: 2, learningRate: 0.3, optimizer: { kind: 'sgd', nesterov: true } },
  ],
  [
    'AdamW, steps',
    { optimizer: { kind: 'adam', weightDecay: 0.01, decoupled: true }, schedule: { steps: [0.5], factor: 0.1 } },
  ],
];

for (const [name, more] of runs) {
  const options: FitOptions = { epochs: 6, batchSize: 32, learningRate: 0.01, ...more };

  test(`${name}: stopped by a signal within epochs and resumed, the bits are those of the whole run`, async () => {
    // The first piece must begin with the weights of the whole run: the checkpoint carries them on.
    const whole = await make();
    const { checkpoint: start } = await untilStopped(whole, train, { ...options, signal: AbortSignal.abort() });
    const expected = await whole.fit(train, { ...options, seed: 3 });
    for (const every of [1, 5, 7, 16]) {
      const { net, result, stops } = await piecewise({ ...options, resume: start! }, every).catch((error) =>
        Promise.reject(new Error(`stopped after every ${every} batches: ${error}`)),
      );
      assert.ok(stops > 0);
      assert.equal(weights(net), weights(whole));
      assert.equal(plain(result.history), plain(expected.history));
      assert.is(result.bestEpoch, expected.bestEpoch);
      assert.is(result.stoppedBy, expected.stoppedBy);
      net.dispose();
    }
    whole.dispose();
  });

  test(`${name}: every checkpoint of onCheckpoint leads to the same bits`, async () => {
    const whole = await make();
    const checkpoints: Uint8Array[] = [];
    const expected = await whole.fit(train, {
      ...options,
      onCheckpoint: (checkpoint) => {
        checkpoints.push(checkpoint);
      },
    });
    assert.is(checkpoints.length, expected.history.length);
    for (const resume of checkpoints) {
      const net = await make(7);
      const result = await net.fit(train, { ...options, seed: 3, resume });
      assert.equal(weights(net), weights(whole));
      assert.equal(plain(result.history), plain(expected.history));
      assert.is(result.stoppedBy, expected.stoppedBy);
      net.dispose();
    }
    whole.dispose();
  });
}

test('checkpointEvery counts epochs; a slow onCheckpoint is waited for', async () => {
  const net = await make();
  const seen: string[] = [];
  await net.fit(train, {
    epochs: 5,
    checkpointEvery: 2,
    onEpoch: ({ epoch }) => seen.push(`epoch ${epoch}`),
    onCheckpoint: async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      seen.push('checkpoint');
    },
  });
  assert.equal(seen, ['epoch 1', 'epoch 2', 'checkpoint', 'epoch 3', 'epoch 4', 'checkpoint', 'epoch 5']);
  net.dispose();
});

test('a checkpoint of another net, data or option is refused by name, and leaves the net as it was', async () => {
  const net = await make();
  let resume: Uint8Array = new Uint8Array();
  const options: FitOptions = { epochs: 2, batchSize: 64 };
  await net.fit(train, {
    ...options,
    onCheckpoint: (checkpoint) => {
      resume = checkpoint;
    },
  });
  const before = bytes(net);
  const used = net.engine.arena.used;
  const refused = (more: FitOptions, message: RegExp, data = train) =>
    refusesAsync(() => net.fit(data, { ...options, resume, ...more }), RangeError, message);
  const mismatch = (what: string) =>
    new RegExp(`^resume: expected a checkpoint of the same net, data and options, but ${what}`);
  await refused({ epochs: 3 }, mismatch('epochs was 2 and is 3$'));
  await refused({ batchSize: 32 }, mismatch('batchSize was 64 and is 32$'));
  await refused({ learningRate: 0.5 }, mismatch('learningRate was 0.002 and is 0.5$'));
  await refused({ optimizer: 'sgd' }, mismatch('optimizer.kind was "adam" and is "sgd"'));
  await refused({ optimizer: { kind: 'adam', beta1: 0.8 } }, mismatch('optimizer.beta1 was 0.9 and is 0.8'));
  await refused({ schedule: 'constant' }, mismatch('schedule was "cosine" and is "constant"$'));
  await refused({ seed: 4 }, mismatch('seed was 3 and is 4$'));
  await refused({ validation }, mismatch('validationRows was 0 and is 60$'));
  await refused({}, mismatch('rows was 203 and is 60$'), validation);
  const other = await DenseNet.create(train, { hidden: [12, 9], seed: 3 });
  await refusesAsync(() => other.fit(train, { ...options, resume }), RangeError, mismatch('net.hidden was .* and is '));
  other.dispose();

  const damaged = (message: RegExp, bytes: Uint8Array, kind: typeof TypeError | typeof RangeError = RangeError) =>
    refusesAsync(() => net.fit(train, { ...options, resume: bytes }), kind, message);
  await damaged(/^resume: data: .*truncated$/, resume.subarray(0, resume.length - 4));
  await damaged(/^resume: expected a checkpoint of this kind of run, but these bytes hold no/, before, TypeError);
  await damaged(/^resume: expected the bytes of a checkpoint, got "x"$/, 'x' as never, TypeError);
  const text = new TextDecoder('latin1').decode(resume);
  const tampered = (from: string, to: string) => {
    assert.is(from.length, to.length);
    assert.ok(text.includes(from));
    return Uint8Array.from(text.replace(from, to), (c) => c.charCodeAt(0));
  };
  await damaged(/^resume: the checkpoint is damaged/, tampered('\\"epoch\\":2', '\\"epoch\\":9'));
  await damaged(/^resume: the checkpoint is damaged/, tampered('\\"scalars\\"', '\\"scalers\\"'));
  await damaged(/^resume: the checkpoint is damaged/, tampered('\\"step\\":', '\\"step\\" '));
  assert.equal(bytes(net), before);
  assert.is(net.engine.arena.used, used);
  net.dispose();
});

test("with validation rows, the best epoch's weights are kept and patience ends the run", async () => {
  for (const monitor of ['metric', 'loss'] as const) {
    const net = await make();
    const { history, bestEpoch, stoppedBy } = await net.fit(train, {
      validation,
      monitor,
      patience: 4,
      epochs: 200,
      learningRate: 0.02,
      batchSize: 16,
      schedule: 'constant',
    });
    assert.is(stoppedBy, 'patience');
    assert.is(history.length, bestEpoch + 4);
    // Rank by what is monitored, ties by loss, then by time.
    const score = ({ validation: v }: EpochRecord) => (monitor === 'loss' ? -v!.loss : v!.accuracy!);
    const ranked = [...history].sort(
      (a, b) => score(b) - score(a) || a.validation!.loss - b.validation!.loss || a.epoch - b.epoch,
    );
    assert.is(bestEpoch, ranked[0]!.epoch);
    const { loss, rows, accuracy, balancedAccuracy, majorityAccuracy } = await net.evaluate(validation, {
      batchSize: 16,
    });
    assert.equal(
      history[bestEpoch - 1]!.validation,
      { loss, rows, accuracy, balancedAccuracy, majorityAccuracy },
      'the weights are those of that epoch; the history has no confusion matrix',
    );
    net.dispose();
  }
});

test('without validation rows the last epoch counts; history says what happened', async () => {
  const net = await make();
  const rates = [0.1, 0.05, 0];
  const progress: { epoch: number; batch: number; loss: number }[] = [];
  const { history, bestEpoch, stoppedBy } = await net.fit(train, {
    epochs: 3,
    batchSize: 64,
    learningRate: 2,
    optimizer: 'sgd',
    schedule: (epoch, epochs) => {
      assert.is(epochs, 3);
      return rates[epoch]! / 20;
    },
    onProgress: ({ epoch, epochs, batch, batches, loss, phase, rowsPerSecond, secondsLeft }) => {
      assert.equal([epochs, batches, phase], [3, 4, 'fit']);
      assert.ok(rowsPerSecond > 0 && secondsLeft >= 0);
      progress.push({ epoch, batch, loss });
    },
  });
  assert.is(bestEpoch, 3);
  assert.is(stoppedBy, 'epochs');
  close(
    history.map((h) => h.learningRate),
    rates.map((r) => r / 10),
    1e-12,
    'rates',
  );
  assert.equal(
    progress.map(({ epoch, batch }) => [epoch, batch]),
    [1, 2, 3].flatMap((epoch) => [1, 2, 3, 4].map((batch) => [epoch, batch])),
  );
  assert.equal(
    progress.filter(({ batch }) => batch === 4).map(({ loss }) => loss),
    history.map(({ loss }) => loss),
  );
  net.dispose();
});

test('epochs of no time still let other tasks run', async () => {
  const net = await make();
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 1);
  const few = train.subset([0, 1, 2, 3]);
  const { result } = await untilStopped(net, few, { epochs: 200_000, signal: abort.signal });
  assert.is(result, undefined);
  net.dispose();
});

test('a rate of 0 changes nothing', async () => {
  const net = await make();
  const before = bytes(net);
  await net.fit(train, { epochs: 2, schedule: () => 0 });
  assert.equal(bytes(net), before);
  net.dispose();
});

test('the same seed gives the same bits, another seed others, on sparse and dense rows', async () => {
  for (const data of [train, sparse(switches(1, 203, 4, 5, 0.2))]) {
    const files: Uint8Array[] = [];
    for (const [seed, fitSeed] of [
      [3, 3],
      [3, 3],
      [4, 3],
      [3, 4],
    ]) {
      const net = await make(seed, data);
      await net.fit(data, { epochs: 2, seed: fitSeed! });
      files.push(bytes(net));
      net.dispose();
    }
    assert.equal(files[1], files[0]);
    for (const i of [2, 3]) assert.not.equal(files[i], files[0]);
  }
});

test('odd numbers of rows and batches of any size, down to one row', async () => {
  for (const rows of [1, 2, 31, 32, 33, 65]) {
    const data = train.subset(Array.from({ length: rows }, (_, r) => r));
    for (const batchSize of [1, 31, 32, 33, 1000]) {
      const net = await make();
      let batches = 0;
      const { history } = await net.fit(data, { epochs: 2, batchSize, onProgress: () => batches++ });
      assert.is(batches, 2 * Math.ceil(rows / Math.min(rows, batchSize)));
      for (const { loss } of history) assert.ok(Number.isFinite(loss) && loss > 0);
      net.dispose();
    }
  }
  const [exact, larger] = [await make(), await make()];
  await exact.fit(train, { epochs: 3, batchSize: 203 });
  await larger.fit(train, { epochs: 3, batchSize: 100_000 });
  assert.equal(bytes(larger), bytes(exact));
});

test('divergence is told, and leaves the weights of the last whole epoch', async () => {
  const sane = 0.01;
  for (const [optimizer, wild] of [
    ['sgd', 1e30],
    ['adam', 1e38],
    ['sgd', 1e300],
  ] as const) {
    const [net, short] = [await make(), await make()];
    const options: FitOptions = { optimizer, learningRate: sane, batchSize: 32 };
    await short.fit(train, { ...options, epochs: 2, schedule: 'constant' });
    let epochs = 0;
    await refusesAsync(
      () =>
        net.fit(train, {
          ...options,
          epochs: 9,
          schedule: (epoch) => (epoch < 2 ? 1 : wild / sane),
          onEpoch: () => epochs++,
        }),
      RangeError,
      /^learningRate: training diverged in epoch 3 at .* the weights are those before that epoch/,
    );
    assert.is(epochs, 2);
    assert.equal(bytes(net), bytes(short));
    // The net is as good as before.
    await net.fit(train, { epochs: 1 });
    net.dispose();
    short.dispose();
  }
});

test('divergence in a last batch, where no later loss could tell, is told too', async () => {
  for (const data of [train, tasks(switches(1, 100)), values(switches(1, 100))]) {
    const net = await make(3, data);
    const before = bytes(net);
    await refusesAsync(
      () => net.fit(data, { epochs: 1, batchSize: 1000, optimizer: 'sgd', learningRate: 1e300 }),
      RangeError,
      /^learningRate: training diverged in epoch 1 .*not finite/,
    );
    assert.equal(bytes(net), before);
    net.dispose();
  }
});

test('an exception of a callback comes out, and leaves the weights of the last whole epoch', async () => {
  const engine = await createEngine();
  const reference: Uint8Array[] = [];
  for (const epochs of [1, 2]) {
    const net = await make();
    await net.fit(train, { epochs, batchSize: 32, schedule: 'constant' });
    reference.push(bytes(net));
    net.dispose();
  }
  const boom = () => {
    throw new TypeError('boom');
  };
  const cases: [FitOptions, Uint8Array][] = [
    [{ onProgress: ({ epoch, batch }) => (epoch === 2 && batch === 3 ? boom() : undefined) }, reference[0]!],
    [{ onEpoch: ({ epoch }) => (epoch === 2 ? boom() : undefined) }, reference[1]!],
    [{ onCheckpoint: async () => boom() }, reference[0]!],
    [{ schedule: (epoch) => (epoch === 2 ? boom() : 1) }, reference[1]!],
    [{ schedule: (epoch) => (epoch === 1 ? boom() : 1) }, reference[0]!],
  ];
  for (const [more, expected] of cases) {
    const net = await DenseNet.create(train, { hidden: [12, 8], seed: 3, engine });
    const used = engine.arena.used;
    await refusesAsync(
      () => net.fit(train, { epochs: 3, batchSize: 32, schedule: 'constant', ...more }),
      TypeError,
      /^boom$/,
    );
    assert.is(engine.arena.used, used, 'memory of the run');
    assert.equal(bytes(net), expected);
    net.dispose();
  }
});

test('a second fit, and disposal, are refused while one runs', async () => {
  const net = await make();
  const running = net.fit(train, { epochs: 30 });
  await refusesAsync(() => net.fit(train), Error, /^fit: the net is being trained already/);
  await refusesAsync(() => net.dispose(), Error, /^dispose: the net is being trained/);
  assert.is((await running).stoppedBy, 'epochs');
  await net.fit(train, { epochs: 1 });
  net.dispose();
});

test('a signal aborted before stops before the first batch, with a checkpoint of the very start', async () => {
  const net = await make();
  const before = bytes(net);
  const { checkpoint } = await untilStopped(net, train, { signal: AbortSignal.abort() });
  assert.equal(bytes(net), before);
  await net.fit(train, { resume: checkpoint! });
  net.dispose();
});

test('targets that only look alike are refused; data with fewer classes are not', async () => {
  const net = await make();
  const three = Dataset.dense([switches(1, 3).rows[0]!, switches(2, 3).rows[0]!], { labels: [0, 2] });
  await net.fit(three, { epochs: 1 });
  const five = Dataset.dense([switches(1, 3).rows[0]!], { labels: [4] });
  await refusesAsync(() => net.fit(five), RangeError, /^train: expected 4 classes, got 5$/);
  await refusesAsync(() => net.fit(train, { validation: five }), RangeError, /^validation: expected 4 classes, got 5$/);
  net.dispose();
});

test.run();
