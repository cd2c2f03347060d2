import { createEngine, type Dataset, TrfNet, type TrfNetOptions, writeSafetensors } from 'espalier';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dense, sparse, switches } from '../../support/problems.js';
import { refusesAsync } from '../../support/refuses.js';
import { unsealed } from '../../support/unsealed.js';

const train = switches(1, 130);
const options: TrfNetOptions = {
  layers: [
    { radius: 2, stride: 2, globalUnits: 3 },
    { radius: 1, stride: 2, globalUnits: 2 },
    { radius: 1, stride: 1, globalUnits: 2 },
  ],
  pretrain: { epochs: 2, batchSize: 50 },
  seed: 6,
};

async function grow(data: Dataset, more: Partial<TrfNetOptions> = {}) {
  const checkpoints: Uint8Array[] = [];
  const net = await TrfNet.grow(data, { ...options, onCheckpoint: (bytes) => void checkpoints.push(bytes), ...more });
  const file = net.save();
  net.dispose();
  return { file, checkpoints };
}

test('growing goes on from every checkpoint to the same bits, constrained trees too', async () => {
  for (const data of [sparse(train), dense(train)]) {
    for (const more of [
      {},
      { pretrain: { batchSize: 50 } },
      { input: 'standard', root: 3, required: [[0, 19]], forbidden: [[0, 1]] },
    ] as const) {
      const whole = await grow(data, more);
      assert.is(whole.checkpoints.length, 2);
      for (const resume of whole.checkpoints) {
        const layers: number[] = [];
        const { file } = await grow(data, {
          ...more,
          resume,
          onProgress: ({ layer }) => void (layers.at(-1) === layer || layers.push(layer)),
        });
        assert.equal(file, whole.file);
        const from = whole.checkpoints.indexOf(resume);
        assert.equal(layers, [2, 3].slice(from));
      }
    }
  }
});

test('meanInputs: the largest radius whose fields are that small, as growing with that radius, and from a checkpoint too', async () => {
  const data = sparse(train);
  const layersOf = (radius: number, more = {}) => [{ radius, stride: 2, globalUnits: 3, ...more }, options.layers![1]!];
  const meanOf = async (radius: number) => {
    const net = await TrfNet.grow(data, { ...options, layers: layersOf(radius) });
    const { connections, sparseUnits, denseUnits, inputs } = net.layers[0]!;
    net.dispose();
    return (connections - denseUnits * inputs) / sparseUnits;
  };
  const means = [await meanOf(0), await meanOf(1), await meanOf(2), await meanOf(3)];
  assert.ok(means.every((mean, r) => r === 0 || mean > means[r - 1]!));
  for (const radius of [0, 1, 2, 3]) {
    const meanInputs = Math.ceil(means[radius]!);
    const wanted = means.findLastIndex((mean) => mean <= meanInputs);
    const { file, checkpoints } = await grow(data, { layers: layersOf(3, { meanInputs }) });
    const net = await TrfNet.load(file);
    assert.is(net.origin[0]!.radius, wanted);
    assert.equal(file, (await grow(data, { layers: layersOf(wanted) })).file);
    assert.equal((await grow(data, { layers: layersOf(3, { meanInputs }), resume: checkpoints[0]! })).file, file);
  }
});

test('a checkpoint of other data or options, or a damaged one, is refused and takes no memory', async () => {
  const engine = await createEngine();
  const { checkpoints } = await grow(sparse(train), { engine });
  const resume = checkpoints[1]!;
  const used = engine.arena.used;
  const refused = (more: Partial<TrfNetOptions>, message: RegExp, data = sparse(train)) =>
    refusesAsync(() => grow(data, { engine, resume, ...more }), RangeError, message);
  const differs = (what: string) => new RegExp(`^resume: expected a checkpoint of the same .*, but ${what}`);
  await refused({ seed: 7 }, differs('seed was 6 and is 7$'));
  await refused({ input: 'binary' }, differs('input was "none" and is "binary"$'));
  await refused({ root: 1 }, differs('root was 0 and is 1$'));
  await refused({ pretrain: { epochs: 3 } }, differs('pretrain.epochs was 2 and is 3$'));
  await refused({ layers: options.layers!.slice(0, 2) }, differs('layers was .* and is '));
  await refused({}, differs('rows was 130 and is 20$'), sparse(switches(1, 20)));
  await refused({}, differs('kind was "sparse" and is "dense"$'), dense(train));

  // What growing does not use may change.
  const dropped = { dropout: 0.2, sparseDropout: 0.3, inputDropout: 0.1 };
  const resumed = await grow(sparse(train), { engine, resume, ...dropped });
  assert.equal(resumed.file, (await grow(sparse(train), { engine, ...dropped })).file);

  await refused({ resume: resume.subarray(0, resume.length - 1) }, /truncated$/);
  const { tensors, metadata } = unsealed(resume);
  for (const [name, value] of [
    ['layers.0.sparse.index', 20],
    ['layers.0.tree.edges', -1],
    ['layers.1.parameters', NaN],
    ['layers.1.sparse.start', 1e6],
  ] as const) {
    const { shape, data } = tensors[name]!;
    const damaged = data.slice();
    damaged[0] = value;
    await refused(
      { resume: writeSafetensors({ ...tensors, [name]: { shape, data: damaged } }, metadata) },
      /^resume: /,
    );
  }
  assert.is(engine.arena.used, used);
});

test('a signal stops growing with its reason; the last checkpoint leads to the same bytes', async () => {
  const data = sparse(train);
  const { file } = await grow(data);
  const controller = new AbortController();
  let last: Uint8Array | undefined;
  await refusesAsync(
    () =>
      TrfNet.grow(data, {
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
  const net = await TrfNet.grow(data, { ...options, ...(last ? { resume: last } : {}) });
  assert.equal(net.save(), file);
  net.dispose();
});

test('progress names each phase of each layer, and ends at its total', async () => {
  const seen = new Map<string, [number, number]>();
  const net = await TrfNet.grow(sparse(train), {
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
