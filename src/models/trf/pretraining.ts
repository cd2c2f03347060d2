import type { SparseMatrix } from '../../data/dataset.js';
import { checkMatrix } from '../../data/matrix.js';
import type { Connections } from '../../layers/connections.js';
import { Linear, type LinearShape } from '../../layers/linear.js';
import { Workspace } from '../../layers/stack.js';
import { allFinite } from '../../numeric/finite.js';
import { plus } from '../../runtime/address.js';
import { requireMemory } from '../../runtime/budget.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import { Purpose, permutation } from '../../runtime/random.js';
import { bytesOf } from '../../runtime/rehearsal.js';
import { inTurns, STEP, type Steps, touching } from '../../runtime/steps.js';
import { type Block, createOptimizer, type Optimizer, optimizerOptions } from '../../training/optimizer.js';
import { tooLargeScale } from '../feedforward/feedforward-net.js';
import { type Autoencoder, type Denoising, TileAutoencoder } from './autoencoder.js';
import { encoder, type Source } from './encoding.js';
import type { PretrainSettings } from './options.js';
import { RowAutoencoder } from './row-autoencoder.js';
import { division, Stopping } from './stopping.js';

/** Step from which the noise of held out rows is numbered: far behind those of training. */
const HELD_STEP = 2 ** 31;
/** Entries between looks at the clock. */
const RENUMBERED = 2 ** 17;

/** Trains one layer's autoencoder over the layers below; returns the layer's parameters, in the order of its block. */
export async function pretrainLayer(
  engine: Engine,
  shape: LinearShape & { connections: Connections },
  rank: Int32Array,
  { features, below }: Source,
  l: number,
  {
    seed,
    initialScale,
    pretrain: options,
    held,
  }: {
    seed: number;
    initialScale: number;
    pretrain: PretrainSettings;
    /** Bytes of typed arrays that growing holds. */
    held: number;
  },
  pace: Pace,
  report: (done: number, total: number, epoch: number, loss: number) => void,
): Promise<Float32Array> {
  const batchSize = Math.min(options.batchSize, features.rows);
  const given = { options, stream: l, batchSize };
  if (pace.due) await pace.turn();
  await inTurns(touching(engine, requireTraining(engine, shape, { features, below }, given, held)), pace);
  const [own, source] = await renumbered(shape, { features, below }, rank, pace);
  const scope = engine.scope();
  const { coder, dispose } = layCoder(engine, scope, own, source, rank, given);
  const sound = () => inTurns(areFinite(engine, coder.parameters), pace);
  try {
    if (pace.due) await pace.turn();
    const optimizer = layOptimizer(engine, scope, coder);
    if (pace.due) await pace.turn();
    await coder.initialise(seed, initialScale, pace);
    if (!(await sound())) throw tooLargeScale(initialScale);
    const { rows, held: unseen, epochs } = division(engine, features.rows, options.epochs, seed, l);
    const count = rows?.length ?? features.rows;
    const batches = Math.ceil(count / batchSize);
    const errorOf = (some: Int32Array) => lossOf(coder, some, batchSize, seed, pace);
    const stopping = unseen && new Stopping(await errorOf(unseen));
    for (let epoch = 0, step = 0; epoch < epochs; epoch++) {
      const order = permutation(engine, count, seed, Purpose.pretrainShuffle, l * 65536 + epoch);
      if (rows) for (let i = 0; i < count; i++) order[i] = rows[order[i]!]!;
      let sum = 0;
      for (let b = 0; b < batches; b++, step++) {
        const batch = order.subarray(b * batchSize, (b + 1) * batchSize);
        sum += (await coder.step(batch, seed, step, pace)).sum;
        if (!Number.isFinite(sum)) throw diverged(l, options);
        optimizer.step(coder.parameters, coder.gradients, options.learningRate);
        report(step + 1, epochs * batches, epoch + 1, sum / Math.min(count, (b + 1) * batchSize));
        if (pace.due) await pace.turn();
      }
      if (stopping?.after(await errorOf(unseen!))) {
        report(step, step, epoch + 1, sum / count);
        break;
      }
    }
    if (!(await sound())) throw diverged(l, options);
    return await coder.result(pace);
  } finally {
    dispose();
  }
}

function* areFinite(engine: Engine, { at, length }: Block): Steps<boolean> {
  for (let from = 0; from < length; from += STEP) {
    if (!allFinite(engine.f32(plus(at, 4 * from), Math.min(STEP, length - from)))) return false;
    yield;
  }
  return true;
}

/** The mean loss of rows, always with the same noise. */
async function lossOf(
  coder: Autoencoder,
  rows: Int32Array,
  batchSize: number,
  seed: number,
  pace: Pace,
): Promise<number> {
  let sum = 0;
  for (let from = 0, b = 0; from < rows.length; from += batchSize, b++)
    sum += (await coder.loss(rows.subarray(from, from + batchSize), seed, HELD_STEP + b, pace)).sum;
  return sum / rows.length;
}

type Shape = LinearShape & { connections: Connections };

interface Given {
  options: Denoising;
  stream: number;
  batchSize: number;
}

/** The autoencoder and what it reads; `dispose` gives back the scope too. */
function layCoder(
  engine: Engine,
  scope: Scope,
  shape: Shape,
  { features, below }: Source,
  rank: Int32Array,
  { options, stream, batchSize }: Given,
): { coder: Autoencoder; dispose: () => void } {
  let space: Workspace | undefined;
  let coder: Autoencoder | undefined;
  const dispose = () => {
    coder?.dispose();
    space?.dispose();
    scope.dispose();
  };
  try {
    if (shape.input === 'rows') {
      coder = new RowAutoencoder(engine, shape, features as SparseMatrix, rank, options, stream, batchSize);
    } else {
      space = new Workspace(engine, below, features, batchSize);
      const source = encoder(engine, below, features, space);
      coder = new TileAutoencoder(engine, new Linear(engine, scope, shape), source, options, stream, batchSize);
    }
    return { coder, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

function layOptimizer(engine: Engine, scope: Scope, { parameters }: Autoencoder): Optimizer {
  return createOptimizer(engine, scope, parameters.length, optimizerOptions('adam'));
}

/** Over sparse rows, features by their ranks: a receptive field is then close together in memory. */
export async function renumbered(shape: Shape, source: Source, rank: Int32Array, pace: Pace): Promise<[Shape, Source]> {
  const { features } = source;
  if (shape.input !== 'rows' || features.kind !== 'sparse') return [shape, source];
  checkMatrix(features);
  const places = async (index: Int32Array) => {
    const out = new Int32Array(index.length);
    for (let first = 0; first < index.length; first += RENUMBERED) {
      const last = Math.min(index.length, first + RENUMBERED);
      for (let e = first; e < last; e++) out[e] = rank[index[e]!]!;
      if (pace.due) await pace.turn();
    }
    return out;
  };
  const connections = { ...shape.connections, index: await places(shape.connections.index) };
  return [
    { ...shape, connections },
    { ...source, features: { ...features, start: features.start.slice(), index: await places(features.index) } },
  ];
}

/** The engine's bytes that training it takes, RangeError where there is no room; `held`: bytes of typed arrays that there are. */
function requireTraining(engine: Engine, shape: Shape, source: Source, given: Given, held: number): number {
  const { features } = source;
  const { connections, dense } = shape;
  const rank = new Int32Array(0);
  let parameters = 0;
  const memory = bytesOf(engine, (dry) => {
    const scope = dry.scope();
    layOptimizer(dry, scope, layCoder(dry, scope, shape, source, rank, given).coder);
    parameters = new Linear(dry, dry.scope(), shape).parameterLength;
  });
  const own = connections.index.byteLength + 4 * features.columns;
  const copies = features.kind === 'sparse' ? features.index.byteLength + connections.index.byteLength : 0;
  const arrays = held + own + copies + 8 * features.rows + 8 * parameters;
  const what = `pre-training ${connections.units + dense} units of layer ${given.stream + 1}`;
  requireMemory(engine, memory + arrays, 'layers', what, 'longer strides, fewer global units or smaller batches');
  return memory;
}

function diverged(l: number, { learningRate }: PretrainSettings): RangeError {
  return new RangeError(
    `pretrain.learningRate: pre-training of layer ${l + 1} diverged at ${learningRate}; try a lower rate or scaled features`,
  );
}
