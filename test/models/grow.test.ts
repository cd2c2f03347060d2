import { TrfNet } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sparse, switches } from '../support/problems.js';
import { refusesAsync } from '../support/refuses.js';

const train = sparse(switches(3, 200));
const options = {
  layers: [
    { radius: 2, stride: 2, globalUnits: 3 },
    { radius: 2, stride: 2, globalUnits: 2 },
    { radius: 1, stride: 1 },
  ],
  pretrain: { epochs: 2, batchSize: 64 },
  seed: 5,
};

async function checkpoints(): Promise<{ bytes: Uint8Array; saved: Uint8Array[] }> {
  const saved: Uint8Array[] = [];
  const net = await TrfNet.grow(train, { ...options, onCheckpoint: (bytes) => void saved.push(bytes) });
  const bytes = net.save();
  net.dispose();
  return { bytes, saved };
}

test('growing goes on from the checkpoint of any layer to the same bytes', async () => {
  const { bytes, saved } = await checkpoints();
  assert.is(saved.length, 2);
  for (const resume of saved) {
    const net = await TrfNet.grow(train, { ...options, resume });
    assert.equal(net.save(), bytes);
    net.dispose();
  }
});

test('a signal stops growing with its reason; the last checkpoint leads to the same bytes', async () => {
  const { bytes } = await checkpoints();
  const controller = new AbortController();
  let last: Uint8Array | undefined;
  await refusesAsync(
    () =>
      TrfNet.grow(train, {
        ...options,
        signal: controller.signal,
        onCheckpoint: (checkpoint) => {
          last = checkpoint;
          controller.abort(new RangeError('enough'));
        },
      }),
    RangeError,
    /^enough$/,
  );
  const net = await TrfNet.grow(train, { ...options, resume: last });
  assert.equal(net.save(), bytes);
  net.dispose();
});

test('checkpoints of another run and damaged ones are refused', async () => {
  const { saved } = await checkpoints();
  const resume = saved[1]!;
  const attempt = (more: object) => () => TrfNet.grow(train, { ...options, resume, ...more });
  await refusesAsync(attempt({ seed: 6 }), RangeError, /resume: .*seed was 5 and is 6/);
  await refusesAsync(attempt({ layers: options.layers.slice(0, 2) }), RangeError, /resume: .*layers was/);
  await refusesAsync(attempt({ resume: resume.slice(0, resume.length - 40) }), RangeError, /./);
  await refusesAsync(attempt({ resume: new Uint8Array(3) }), RangeError, /./);
  await refusesAsync(
    attempt({ resume: 'yesterday' }),
    TypeError,
    /resume: expected the bytes of a checkpoint, got string/,
  );
});

test('progress names each phase of each layer, and ends at its total', async () => {
  const seen = new Map<string, [number, number]>();
  const net = await TrfNet.grow(train, {
    ...options,
    onProgress: ({ phase, layer, layers, done, total }) => {
      assert.is(layers, 3);
      assert.ok(
        done <= total && done >= (seen.get(`${phase} ${layer}`)?.[0] ?? 0),
        `${phase} ${layer}: ${done} of ${total}`,
      );
      seen.set(`${phase} ${layer}`, [done, total]);
    },
  });
  assert.equal(
    [...seen.keys()],
    ['tree 1', 'pretrain 1', 'encode 2', 'tree 2', 'pretrain 2', 'encode 3', 'tree 3', 'pretrain 3'],
  );
  for (const [done, total] of seen.values()) assert.is(done, total);
  net.dispose();
});

test.run();
