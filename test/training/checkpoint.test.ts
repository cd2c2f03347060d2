// A checkpoint holds what its run can have come to, or is refused by name.
import { DenseNet, type FitOptions, type Tensor, writeSafetensors } from 'espalier';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dense, switches } from '../support/problems.js';
import { refusesAsync } from '../support/refuses.js';
import { unsealed } from '../support/unsealed.js';
import { untilStopped } from '../support/until-stopped.js';

const test = suite('checkpoint');
const KEY = 'espalier.checkpoint';
const train = dense(switches(1, 50));
const options: FitOptions = { epochs: 4, batchSize: 16, validation: dense(switches(2, 20)) };
const make = () => DenseNet.create(train, { hidden: [5], seed: 1 });

/** After one batch of epoch 3: step 9 of 16. */
async function stopped(more: FitOptions = {}): Promise<Uint8Array> {
  const net = await make();
  const stop = new AbortController();
  const { checkpoint } = await untilStopped(net, train, {
    ...{ ...options, ...more, signal: stop.signal },
    onProgress: ({ epoch, batch }) => {
      if (epoch === 3 && batch === 1) stop.abort();
    },
  });
  net.dispose();
  return checkpoint!;
}

const { tensors, metadata } = unsealed(await stopped());
const { identity, state } = JSON.parse(metadata[KEY]!);
const file = (saved: unknown, vectors: Record<string, Tensor> = tensors) =>
  writeSafetensors(vectors, { [KEY]: JSON.stringify(saved) });

async function refused(bytes: Uint8Array, message: RegExp): Promise<void> {
  const net = await make();
  const before = net.save();
  await refusesAsync(() => net.fit(train, { ...options, resume: bytes }), RangeError, message);
  assert.equal(net.save(), before);
  net.dispose();
}

test('the one that was written is taken, without its digest too', async () => {
  assert.equal([state.epoch, state.batch, state.step], [2, 1, 9]);
  const net = await make();
  const whole = await make();
  await net.fit(train, { ...options, resume: file({ identity, state }) });
  await whole.fit(train, options);
  assert.equal(net.save(), whole.save());
  net.dispose();
  whole.dispose();
});

const damaged = (what: string) => new RegExp(`^resume: the checkpoint is damaged: ${what}`);

for (const [name, values, message] of [
  ['epoch', [99, 5, -1, 1.5, '2', null], 'expected epoch from 0 to 4, got '],
  ['epoch', [3, 1], 'expected step '],
  ['epoch', [4], 'expected batch from 0 to 0, got 1'],
  ['batch', [5, -1, 0.5, null], 'expected batch from 0 to 4, got '],
  ['batch', [4], 'expected step '],
  ['step', [8, 10, null], 'expected step 9 in epoch 2, got '],
  ['lossSum', [-1, null, '3'], 'expected a finite number from 0 for lossSum, got '],
  ['lossWeight', [-1, null], 'expected a finite number from 0 for lossWeight, got '],
  ['bestEpoch', [0, 3, 99, null], 'expected epoch \\d for the best of its history, got '],
  ['bestScore', [0.123, 2, null, 'Infinity'], 'expected epoch \\d for the best of its history'],
  ['bestLoss', [0.123, null], 'expected epoch \\d for the best of its history'],
  ['scalars', [[], [0.5], [0.5, 0.5, 0.5], [0.5, null], [0.5, 2], [-1, 0.5], null], 'expected 2 state numbers'],
  ['history', [[], null, state.history.slice(1), [...state.history, state.history[0]]], 'expected a history of 2'],
] as [string, unknown[], string][]) {
  test(`${name}: ${JSON.stringify(values).slice(0, 40)}`, async () => {
    for (const value of values) await refused(file({ identity, state: { ...state, [name]: value } }), damaged(message));
  });
}

test('records of its history have the right form', async () => {
  const [first, second] = state.history;
  for (const [record, message] of [
    [null, 'expected epoch 2, got undefined in record 1'],
    [{ ...second, epoch: 1 }, 'expected epoch 2, got 1 in record 1'],
    [{ ...second, loss: null }, 'expected a finite loss from 0, got null'],
    [{ ...second, learningRate: -1 }, 'expected a finite learningRate from 0, got -1'],
    [{ ...second, seconds: 'long' }, 'expected a finite seconds from 0, got "long"'],
    [{ ...second, validation: undefined }, 'expected an evaluation in record 1'],
    [{ ...second, validation: null }, 'expected an evaluation'],
    [{ ...second, validation: { ...second.validation, loss: null } }, 'expected an evaluation'],
    [{ ...second, validation: { ...second.validation, rows: 21 } }, 'expected an evaluation'],
    ...[{ accuracy: 1.5 }, { balancedAccuracy: -1 }, { majorityAccuracy: 'x' }, { meanAuc: 2 }, { auc: [null, 2] }].map(
      (wrong) => [{ ...second, validation: { ...second.validation, ...wrong } }, 'expected an evaluation'],
    ),
    ...[{ rmse: null }, { meanOnlyRmse: -1 }, { r2: 1.5 }, { r2: 'x' }].map((wrong) => [
      { ...second, validation: { ...second.validation, ...wrong } },
      'expected an evaluation',
    ]),
  ] as [unknown, string][])
    await refused(file({ identity, state: { ...state, history: [first, record] } }), damaged(message));
});

test('vectors are finite and of the right size', async () => {
  for (const name of ['parameters', 'best', 'mean', 'square']) {
    const { shape, data } = tensors[name]!;
    for (const value of [NaN, Infinity, -Infinity]) {
      const changed = data.slice() as Float32Array;
      changed[3] = value;
      const bytes = file({ identity, state }, { ...tensors, [name]: { shape, data: changed } });
      await refused(bytes, damaged(`'${name}' holds numbers that are not finite$`));
    }
    const short = { shape: [shape[0]! - 1], data: data.slice(1) };
    await refused(file({ identity, state }, { ...tensors, [name]: short }), damaged(`expected ${data.length} floats`));
    const { [name]: _, ...others } = tensors;
    await refused(file({ identity, state }, others), damaged(`expected ${data.length} floats in '${name}', got none`));
  }
  const { shape, data } = tensors.square!;
  const negative = data.slice() as Float32Array;
  negative[0] = -1;
  await refused(
    file({ identity, state }, { ...tensors, square: { shape, data: negative } }),
    damaged("'square' holds squares below 0$"),
  );
});

test('what does not say of which run it is', async () => {
  for (const saved of [
    null,
    [],
    5,
    'x',
    {},
    { identity: null, state },
    { identity: [], state },
    { identity: 2, state },
  ])
    await refused(file(saved), damaged('it does not say of which run it is$'));
  for (const saved of [{ fingerprint: null }, { fingerprint: 5, ...state }, { identity: { version: 'two' }, state }])
    await refused(file(saved), damaged('it does not say of which run it is$'));
  await refused(
    file({ fingerprint: '{}', ...state }),
    /^resume: expected .* got one of version 1, written by an earlier /,
  );
  await refused(file({ identity: { version: 3 }, state }), /^resume: .* got one of version 3, written by a newer /);
  for (const other of [undefined, null, [], 'x'])
    await refused(file({ identity, state: other }), damaged('it holds no state$'));
});

test('JSON that nests deep ends no stack', async () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  for (const text of [deep, `{"identity":${deep}}`, `{"state":{"history":${deep}}}`, '{"a":'.repeat(100_000)])
    await refused(writeSafetensors(tensors, { [KEY]: text }), damaged('its metadata are not what was written$'));
});

test('bytes of other things name the argument', async () => {
  await refused(new Uint8Array(9), /^resume: /);
  await refused(new Uint8Array(0), /^resume: expected at least 8|^resume: bytes: expected at least 8/);
});

test('a column named Infinity is the same column after a checkpoint', async () => {
  // What a run is told by is compared as it was written, not as numbers that names look like.
  const rows = dense(switches(1, 50));
  const net = await DenseNet.create(rows, { hidden: [3] });
  const named = { identity: { ...identity, note: 'Infinity' }, state };
  await refusesAsync(
    () => net.fit(train, { ...options, resume: file(named) }),
    RangeError,
    /but (net\.|note was "Infinity" and is not given)/,
  );
  net.dispose();
});

test('a run that has diverged gives no checkpoint', async () => {
  const { rows, labels } = switches(1, 50);
  const large = dense({ rows: rows.map((row) => row.map((x) => 1000 * x)), labels });
  const net = await make();
  const stop = new AbortController();
  await refusesAsync(
    () =>
      net.fit(large, {
        ...{ epochs: 2, batchSize: 16, learningRate: 1e38, optimizer: 'sgd', signal: stop.signal },
        onProgress: () => stop.abort(),
      }),
    RangeError,
    /^learningRate: training diverged in epoch 1 at 1e\+38 \(weights that are not finite\)/,
  );
  net.dispose();
});

test.run();
