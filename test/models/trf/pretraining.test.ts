import { createEngine, type Dataset, TrfNet, type TrfNetOptions } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Stopping } from '#dist/models/trf/stopping.js';
import { dense, sparse, switches } from '../../support/problems.js';
import { refusesAsync } from '../../support/refuses.js';
import { sameAtAnyThreads } from '../../support/threads.js';

const layers = [
  { radius: 2, stride: 2, globalUnits: 7 },
  { radius: 1, stride: 2, globalUnits: 3 },
];

/** Epochs that each layer was pre-trained for, and the losses told. */
async function epochsOf(data: Dataset, options: TrfNetOptions): Promise<{ epochs: number[]; losses: number[] }> {
  const epochs: number[] = [];
  const losses: number[] = [];
  let last: { done: number; total: number } | undefined;
  const net = await TrfNet.grow(data, {
    layers,
    ...options,
    onProgress: ({ phase, layer, done, total, epoch, loss }) => {
      if (phase !== 'pretrain') return;
      epochs[layer - 1] = epoch!;
      losses.push(loss!);
      last = { done, total };
    },
  });
  net.dispose();
  assert.is(last!.done, last!.total, 'progress ends at its total');
  return { epochs, losses };
}

/** Columns that have nothing to do with each other: once their means are known there is nothing more to learn. */
const noise = switches(1, 400, 20, 1, 0.5);
const structured = switches(2, 400, 4, 5, 0.02);

test('pre-training stops once the error of held out rows falls no more', async () => {
  for (const make of [sparse, dense]) {
    const { epochs } = await epochsOf(make(noise), { pretrain: { batchSize: 10, learningRate: 0.02 } });
    assert.ok(epochs[0]! >= 2 && epochs[0]! <= 6, `${epochs}`);
  }
});

test('pre-training goes on for the paper’s ten epochs while the error falls', async () => {
  for (const make of [sparse, dense]) {
    const { epochs } = await epochsOf(make(structured), { pretrain: { batchSize: 128, learningRate: 1e-3 } });
    assert.is(epochs[0], 10);
  }
});

test('epochs that are given are run, all of them and on all rows', async () => {
  for (const count of [1, 10, 12]) {
    const { epochs, losses } = await epochsOf(sparse(noise), {
      pretrain: { epochs: count, batchSize: 40, learningRate: 0.02 },
    });
    assert.equal(epochs, [count, count]);
    assert.is(losses.length, 2 * count * 10);
  }
});

test('few rows are all trained on', async () => {
  const few = switches(3, 79, 20, 1, 0.5);
  const { epochs } = await epochsOf(sparse(few), { pretrain: { batchSize: 10, learningRate: 0.02 } });
  assert.equal(epochs, [10, 10]);
});

test('the rule: an epoch that brings less than a tenth of the whole fall stops, and so does an error that rises or is none', () => {
  const stops = (first: number, ...errors: number[]) => {
    const rule = new Stopping(first);
    return errors.map((error) => rule.after(error));
  };
  assert.equal(stops(100, 90, 88, 86.5), [false, false, false]);
  assert.equal(stops(100, 90, 89.1), [false, true]);
  assert.equal(stops(100, 60, 56, 50), [false, true, false]);
  // At an even pace it takes the paper's epochs.
  assert.equal(stops(100, 99, 98, 97, 96, 95, 94, 93, 92, 91), Array(9).fill(false));
  assert.equal(stops(100, 101), [true]);
  assert.equal(stops(100, 90, 91), [false, true]);
  assert.equal(stops(100, Number.NaN), [true]);
  assert.equal(stops(0, 0), [true]);
});

test('growing gives the same bits at 1, 2, 3 and 5 threads: several strips, more rows than are made together', async () => {
  const problem = switches(4, 300, 8, 17);
  for (const make of [sparse, dense]) {
    for (const pretrain of [{ batchSize: 290 }, { batchSize: 33, epochs: 1 }]) {
      await sameAtAnyThreads(async (engine) => {
        const losses: number[] = [];
        const net = await TrfNet.grow(make(problem), {
          engine,
          layers,
          pretrain,
          input: 'standard',
          seed: 3,
          onProgress: ({ phase, loss }) => {
            if (phase === 'pretrain') losses.push(loss!);
          },
        });
        const bytes = net.save();
        net.dispose();
        return { bytes, losses };
      });
    }
  }
});

test('an abort in the middle of pre-training acts, gives all memory back, and the checkpoint leads on to the same bits', async () => {
  const data = sparse(structured);
  const grow = (more: TrfNetOptions) => TrfNet.grow(data, { layers, pretrain: { batchSize: 32 }, seed: 5, ...more });
  const engine = await createEngine();
  const whole = (await grow({})).save();
  const { used } = engine.arena;
  let checkpoint: Uint8Array | undefined;
  const controller = new AbortController();
  await refusesAsync(
    () =>
      grow({
        engine,
        signal: controller.signal,
        onCheckpoint: (bytes) => {
          checkpoint = bytes;
        },
        onProgress: ({ phase, layer, done }) => {
          if (phase === 'pretrain' && layer === 2 && done === 3) controller.abort(new RangeError('enough'));
        },
      }),
    RangeError,
    /^enough$/,
  );
  assert.is(engine.arena.used, used);
  assert.equal((await grow({ resume: checkpoint! })).save(), whole);
});

test.run();
