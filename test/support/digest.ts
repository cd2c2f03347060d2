import type * as Espalier from 'espalier';

// Runs in Node and in pages: nothing but the language, Web Crypto and the public API that is handed in.

/** SHA-256 of all that must be the same bits in every runtime, after small fixed runs over made-up data. */
export async function trainingDigest(espalier: typeof Espalier): Promise<Record<string, string>> {
  const { assignLatents, chowLiuTree, Dataset, DenseNet, expandTree, GaterNet, latentTree, topPairs, TrfNet, TseNet } =
    espalier;
  const train = data(1, 301);
  const test = data(2, 67);
  const digests: Record<string, string> = {};

  const sparse = (d: Made) => Dataset.sparse({ ...d.sparse, labels: d.labels });
  const dense = (d: Made) => Dataset.dense(d.values, { columns: COLUMNS, labels: d.labels });
  const tasks = (d: Made) =>
    Dataset.dense(d.values, { columns: COLUMNS, targets: { kind: 'tasks', values: d.tasks, tasks: 3 } });
  const numbers = (d: Made) =>
    Dataset.sparse({ ...d.sparse, targets: { kind: 'values', values: d.numbers, outputs: 2 } });
  const bytes = (d: Made) =>
    Dataset.images({ channels: 1, height: 6, width: 6, values: pixels(d).map((x) => 60 * x), labels: d.labels });
  const floats = (d: Made) =>
    Dataset.images({
      ...{ channels: 3, height: 3, width: 4, values: Float32Array.from(pixels(d)) },
      targets: { kind: 'tasks', values: d.tasks, tasks: 3 },
    });

  const trees = { sparse: await chowLiuTree(sparse(train)), dense: await chowLiuTree(dense(train), { bins: 5 }) };
  for (const [name, { edges }] of Object.entries(trees)) {
    digests[`tree.${name}`] = await sha256(
      Float64Array.from(edges.flatMap(({ a, b, information }) => [a, b, information])),
    );
  }
  const pairs = await topPairs(dense(train), 20);
  digests.topPairs = await sha256(Float64Array.from(pairs.flatMap(({ a, b, information }) => [a, b, information])));

  const skeleton = { maxTop: 3, maxIsland: 6 };
  const latent = await latentTree(sparse(train), { ...skeleton, seed: 16 });
  digests['latent.tables'] = await sha256(latent.probability);
  digests['latent.parents'] = await sha256(latent.parent);
  const { posteriors, logLikelihood } = await assignLatents(latent, sparse(test));
  digests['latent.posteriors'] = await sha256(posteriors);
  digests['latent.likelihood'] = await sha256(logLikelihood);
  digests['latent.narrow'] = await sha256(
    (await assignLatents(latent, sparse(test), { assignment: 'narrow' })).posteriors,
  );
  const { layers } = await expandTree(latent, sparse(train), { density: 0.3, minInputs: 2 });
  digests['latent.expansion'] = await sha256(Int32Array.from(layers.flatMap(({ index }) => [...index])));

  const growth = {
    layers: [
      { radius: 2, stride: 2, globalUnits: 5 },
      { radius: 1, stride: 2, globalUnits: 3 },
    ],
    pretrain: { epochs: 2, batchSize: 64 },
    sparseDropout: 0.5,
    seed: 11,
  };
  const training = { learningRate: 1e-3, schedule: 'inverse-sqrt' } as const;
  const small = { kind: 'resnet', depth: 8, width: 4 } as const;
  const runs: [
    string,
    Espalier.FeedforwardNet | Espalier.GaterNet,
    (d: Made) => Espalier.Dataset,
    Espalier.FitOptions,
  ][] = [
    ['trf.sparse', await TrfNet.grow(sparse(train), { ...growth, input: 'tf-idf' }), sparse, training],
    [
      'trf.dense',
      await TrfNet.grow(dense(train), { ...growth, input: 'standard' }),
      dense,
      { schedule: 'cosine', learningRate: 1e-3 },
    ],
    [
      'dense.tasks',
      await DenseNet.create(tasks(train), { hidden: [24, 13], seed: 12, input: 'log' }),
      tasks,
      { optimizer: { kind: 'sgd', nesterov: true, weightDecay: 1e-4 }, learningRate: 0.05, schedule: 'inverse-sqrt' },
    ],
    [
      'dense.values',
      await DenseNet.create(numbers(train), { hidden: [17], seed: 13, input: 'unit-length', dropout: 0.5 }),
      numbers,
      {
        optimizer: { kind: 'adam', weightDecay: 0.01, decoupled: true },
        learningRate: 0.01,
        schedule: 'inverse-sqrt',
      },
    ],
    [
      'tse.sparse',
      await TseNet.grow(sparse(train), {
        skeleton,
        skipPaths: { units: 9 },
        seed: 17,
        input: 'none',
        sparseDropout: 0.5,
      }),
      sparse,
      training,
    ],
    [
      'tse.dense',
      await TseNet.grow(dense(train), { skeleton: latent, density: 0.3, minInputs: 3, skipPaths: { from: 'all' } }),
      dense,
      { schedule: 'cosine', learningRate: 1e-3 },
    ],
    [
      'gaternet.resnet',
      await GaterNet.create(bytes(train), {
        ...{ backbone: small, gater: small, placement: 'every-conv', bottleneckNorm: true, seed: 14 },
        ...{ augmentation: { pad: 1, flip: true }, pretrainEpochs: 1 },
      }),
      bytes,
      // 7 batches: one of a single image has no variance.
      { batchSize: 43 },
    ],
    [
      'gaternet.layers',
      await GaterNet.create(floats(train), {
        backbone: [
          { type: 'conv', filters: 6, kernel: 5 },
          { type: 'average-pool', size: 2, stride: 1 },
          { type: 'block', filters: 7 },
        ],
        gater: { kind: 'cnn', filters: [5, 6] },
        seed: 15,
      }),
      floats,
      { optimizer: 'adam', learningRate: 0.01 },
    ],
  ];
  for (const [name, net, make, options] of runs) {
    await net.fit(make(train), { epochs: 3, batchSize: 50, validation: make(test), ...options });
    digests[`${name}.weights`] = await sha256(...weightsOf(espalier, net));
    digests[`${name}.predictions`] = await sha256((await net.predict(make(test))).outputs);
    if (net instanceof GaterNet) digests[`${name}.gates`] = await sha256(await net.gates(make(test)));
    const { loss } = await net.evaluate(make(test));
    digests[`${name}.loss`] = await sha256(Float64Array.of(loss));
    net.dispose();
  }
  return digests;
}

const COLUMNS = 37;

interface Made {
  sparse: { rows: number; columns: number; start: Int32Array; index: Int32Array; value: Float32Array };
  values: Float32Array;
  labels: number[];
  tasks: Int8Array;
  numbers: Float32Array;
}

/** Counts that follow a few hidden switches, by integers alone: the same in every engine. */
function data(seed: number, rows: number): Made {
  let state = seed;
  const below = (n: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % n;
  };
  const values = new Float32Array(rows * COLUMNS);
  const made = { values, labels: [] as number[], tasks: new Int8Array(rows * 3), numbers: new Float32Array(rows * 2) };
  const start = [0];
  const index: number[] = [];
  for (let r = 0; r < rows; r++) {
    const hidden = [below(2), below(2), below(2)];
    made.labels.push((2 * hidden[0]! + hidden[1]!) % 3);
    for (let t = 0; t < 3; t++) made.tasks[r * 3 + t] = below(4) === 0 ? -1 : hidden[t]!;
    made.numbers.set([hidden[0]! + hidden[2]!, (hidden[1]! - hidden[2]!) / 4], r * 2);
    for (let c = 0; c < COLUMNS; c++) {
      if (below(10) < (hidden[c % 3]! ? 6 : 2)) {
        values[r * COLUMNS + c] = 1 + below(4);
        index.push(c);
      }
    }
    start.push(index.length);
  }
  return {
    ...made,
    sparse: {
      rows,
      columns: COLUMNS,
      start: Int32Array.from(start),
      index: Int32Array.from(index),
      value: values.filter((x) => x !== 0),
    },
  };
}

/** All columns but the last as 36 pixels. */
function pixels({ values }: Made): Uint8Array {
  return Uint8Array.from(values.filter((_, i) => i % COLUMNS < COLUMNS - 1));
}

/** The numbers of a saved net, tensor by tensor in the order of their names; not its metadata. */
function weightsOf({ readSafetensors }: typeof Espalier, net: { save(): Uint8Array }): Float32Array[] {
  const { tensors } = readSafetensors(net.save());
  return Object.keys(tensors)
    .sort()
    .map((name) => Float32Array.from(tensors[name]!.data as Float32Array));
}

async function sha256(...parts: (Float32Array | Float64Array | Int32Array)[]): Promise<string> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += part.byteLength;
  }
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
