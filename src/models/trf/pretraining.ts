import type { Matrix } from '../../data/dataset.js';
import type { Connections } from '../../layers/connections.js';
import { Linear, type LinearShape } from '../../layers/linear.js';
import { Workspace } from '../../layers/stack.js';
import { allFinite } from '../../numeric/finite.js';
import type { Engine } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import { Purpose, permutation } from '../../runtime/random.js';
import { createOptimizer, optimizerOptions } from '../../training/optimizer.js';
import { tooLargeScale } from '../feedforward/feedforward-net.js';
import { type Autoencoder, RowAutoencoder, TileAutoencoder } from './autoencoder.js';
import { encoder, type Source } from './encoding.js';
import type { PretrainSettings } from './options.js';

/** Trains one layer's autoencoder over the layers below; returns the layer's parameters, in the order of its block. */
export async function pretrainLayer(
  engine: Engine,
  shape: LinearShape & { connections: Connections },
  rank: Int32Array,
  { features, below }: Source,
  l: number,
  { seed, initialScale, pretrain: options }: { seed: number; initialScale: number; pretrain: PretrainSettings },
  pace: Pace,
  report: (done: number, total: number, epoch: number, loss: number) => void,
): Promise<Float32Array> {
  const batchSize = Math.min(options.batchSize, features.rows);
  const scope = engine.scope();
  let space: Workspace | undefined;
  let coder: Autoencoder | undefined;
  try {
    if (shape.input === 'rows') {
      coder = new RowAutoencoder(engine, shape, features as Matrix & { kind: 'sparse' }, rank, options, l, batchSize);
    } else {
      space = new Workspace(engine, below, features, batchSize);
      coder = new TileAutoencoder(
        engine,
        new Linear(engine, scope, shape),
        encoder(engine, below, features, space),
        options,
        l,
        batchSize,
      );
    }
    coder.initialise(seed, initialScale);
    if (!allFinite(coder.result())) throw tooLargeScale(initialScale);
    const optimizer = createOptimizer(engine, scope, coder.parameters.length, optimizerOptions('adam'));
    const batches = Math.ceil(features.rows / batchSize);
    for (let epoch = 0, step = 0; epoch < options.epochs; epoch++) {
      const order = permutation(engine, features.rows, seed, Purpose.pretrainShuffle, l * 65536 + epoch);
      let sum = 0;
      for (let b = 0; b < batches; b++, step++) {
        const rows = order.subarray(b * batchSize, (b + 1) * batchSize);
        sum += coder.step(rows, seed, step).sum;
        if (!Number.isFinite(sum)) throw diverged(l, options);
        optimizer.step(coder.parameters, coder.gradients, options.learningRate);
        report(
          epoch * batches + b + 1,
          options.epochs * batches,
          epoch + 1,
          sum / Math.min(features.rows, (b + 1) * batchSize),
        );
        if (pace.due) await pace.turn();
      }
    }
    const parameters = coder.result();
    if (!allFinite(parameters)) throw diverged(l, options);
    return parameters;
  } finally {
    coder?.dispose();
    space?.dispose();
    scope.dispose();
  }
}

function diverged(l: number, { learningRate }: PretrainSettings): RangeError {
  return new RangeError(
    `pretrain.learningRate: pre-training of layer ${l + 1} diverged at ${learningRate}; try a lower rate or scaled features`,
  );
}
