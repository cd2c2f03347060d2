import type { Dataset, Matrix } from '../data/dataset.js';
import { LANES, loadBatch, tilesFor } from '../layers/batch.js';
import type { Connections } from '../layers/connections.js';
import { Linear, type LinearShape } from '../layers/linear.js';
import { forwardLayers, Workspace } from '../layers/stack.js';
import type { Engine } from '../runtime/engine.js';
import { requireOptions } from '../runtime/options.js';
import { Pace } from '../runtime/pace.js';
import { Purpose, permutation } from '../runtime/random.js';
import { growTree, type TreeConstraints } from '../structure/chow-liu.js';
import { type ReceptiveFields, receptiveFields } from '../structure/receptive-fields.js';
import type { Tree } from '../structure/tree.js';
import {
  type BinaryColumns,
  type DiscretiseOptions,
  discretise,
  emptyBits,
  type Variables,
} from '../structure/variables.js';
import { allFinite, requireInteger } from '../training/fit.js';
import { createOptimizer, optimizerOptions } from '../training/optimizer.js';
import { type Autoencoder, RowAutoencoder, TileAutoencoder } from './autoencoder.js';
import { requireShare } from './feedforward-net.js';

/** How one hidden layer is grown. */
export interface LayerOptions {
  /** A unit sees the features within this many hops of its centre on the tree. */
  radius: number;
  /** Centres lie this many hops apart. */
  stride: number;
  /** Fully connected units beside them. Default 0. */
  globalUnits?: number;
}

/** Pre-training of each layer as a denoising autoencoder; defaults as in the paper. */
export interface PretrainOptions {
  /** Default 10; 0 leaves the initial weights. */
  epochs?: number;
  /** Default 256. */
  batchSize?: number;
  /** Of Adam. Default 1e-3. */
  learningRate?: number;
  /** Share of a layer's input set to 0. Default 0.5. */
  maskingNoise?: number;
  /** Default 0.5. */
  dropout?: number;
}

export interface GrowOptions
  extends Pick<DiscretiseOptions, 'threshold'>,
    Pick<TreeConstraints, 'root' | 'minInformation' | 'required' | 'forbidden'> {
  /** From the features up. The paper's for text: radius 6, 5, 5, stride 5, 4, 2, global units 100, 50, 25. */
  layers: readonly LayerOptions[];
  pretrain?: PretrainOptions;
}

export interface GrowProgress {
  phase: 'tree' | 'pretrain' | 'encode';
  /** From 1. */
  layer: number;
  layers: number;
  /** Variables joined, batches done or rows encoded in this phase of this layer, and of how many. */
  done: number;
  total: number;
  /** Pre-training: epoch from 1, and mean reconstruction error of the epoch so far. */
  epoch?: number;
  loss?: number;
}

/** A layer's structure and pre-trained parameters. */
export interface GrownLayer {
  radius: number;
  stride: number;
  globalUnits: number;
  tree: Tree;
  centres: Int32Array;
  connections: Connections;
  /** In the order of the layer's block. */
  parameters: Float32Array;
}

type Run = Required<Pick<GrowOptions, 'layers'>> &
  Omit<GrowOptions, 'pretrain'> & {
    pretrain?: PretrainOptions;
    seed: number;
    initialScale: number;
    signal?: AbortSignal;
    onProgress?: (progress: GrowProgress) => void;
  };

/** `raw` features give the first tree, `data` (transformed) what the layers see. */
export async function growLayers(
  engine: Engine,
  raw: Dataset,
  data: Dataset,
  run: Run,
): Promise<{ layers: GrownLayer[]; seconds: { tree: number; pretrain: number; encode: number } }> {
  const pretrain = pretrainOptions(run.pretrain);
  requireLayers(run.layers);
  if (run.onProgress !== undefined && typeof run.onProgress !== 'function')
    throw new TypeError(`onProgress: expected a function, got ${typeof run.onProgress}`);
  const seconds = { tree: 0, pretrain: 0, encode: 0 };
  const timed = async <T>(phase: keyof typeof seconds, work: () => T | Promise<T>): Promise<T> => {
    const began = performance.now();
    const result = await work();
    seconds[phase] += (performance.now() - began) / 1000;
    return result;
  };
  const scope = engine.scope();
  const pace = new Pace(run.signal);
  const grown: GrownLayer[] = [];
  const stack: Linear[] = [];
  try {
    for (const [l, options] of run.layers.entries()) {
      const report = (phase: GrowProgress['phase'], done: number, total: number, more: Partial<GrowProgress> = {}) =>
        run.onProgress?.({ phase, layer: l + 1, layers: run.layers.length, done, total, ...more });
      const variables: Variables =
        l === 0
          ? await timed('tree', () => discretise(raw.features, run))
          : await timed('encode', () =>
              encodeBits(engine, stack, data.features, pretrain.batchSize, pace, (done) =>
                report('encode', done, data.rows),
              ),
            );
      // Constraints speak of features; the trees above are over hidden units.
      const constraints =
        l === 0
          ? run
          : { root: Math.min(run.root ?? 0, variables.variables - 1), minInformation: run.minInformation ?? 0 };
      const tree = await timed('tree', () =>
        growTree(
          engine,
          variables,
          {
            ...pickConstraints(constraints),
            ...(run.signal ? { signal: run.signal } : {}),
            onProgress: (done, total) => report('tree', done, total),
          },
          l === 0 ? raw.featureNames : undefined,
        ),
      );
      const rank = inverse(tree.depthFirst());
      const { centres, start, members } = byRank(receptiveFields(tree, options), rank);
      const connections = { inputs: variables.variables, units: centres.length, start, index: members };
      const globalUnits = options.globalUnits ?? 0;
      const input = l === 0 && data.features.kind === 'sparse' ? 'rows' : 'tiles';
      const shape = { inputs: connections.inputs, connections, dense: globalUnits, input } as const;
      const layer = new Linear(engine, scope, shape);
      const parameters = await timed('pretrain', () =>
        pretrainLayer(
          engine,
          layer,
          shape,
          rank,
          stack,
          data.features,
          l,
          run,
          pretrain,
          pace,
          (done, total, epoch, loss) => report('pretrain', done, total, { epoch, loss }),
        ),
      );
      const at = scope.copy(parameters);
      layer.bind(at, 0);
      stack.push(layer);
      grown.push({ ...options, globalUnits, tree, centres, connections, parameters });
    }
  } finally {
    scope.dispose();
  }
  return { layers: grown, seconds };
}

async function pretrainLayer(
  engine: Engine,
  layer: Linear,
  shape: LinearShape & { connections: Connections },
  rank: Int32Array,
  below: readonly Linear[],
  features: Matrix,
  l: number,
  { seed, initialScale }: Run,
  options: Required<PretrainOptions>,
  pace: Pace,
  report: (done: number, total: number, epoch: number, loss: number) => void,
): Promise<Float32Array> {
  const batchSize = Math.min(options.batchSize, features.rows);
  const scope = engine.scope();
  let space: Workspace | undefined;
  let coder: Autoencoder | undefined;
  try {
    if (layer.input === 'rows') {
      coder = new RowAutoencoder(engine, shape, features as Matrix & { kind: 'sparse' }, rank, options, l, batchSize);
    } else {
      space = new Workspace(engine, below, features, batchSize);
      coder = new TileAutoencoder(engine, layer, encoder(engine, below, features, space), options, l, batchSize);
    }
    coder.initialise(seed, initialScale);
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

function diverged(l: number, { learningRate }: Required<PretrainOptions>): RangeError {
  return new RangeError(
    `pretrain.learningRate: pre-training of layer ${l + 1} diverged at ${learningRate}; try a lower rate or scaled features`,
  );
}

/** Loads rows and runs them through the layers below; returns tiles of their features. */
function encoder(
  engine: Engine,
  below: readonly Linear[],
  features: Matrix,
  space: Workspace,
): (rows: Int32Array) => number {
  return (rows) => {
    loadBatch(space.batch, features, rows, false);
    if (below.length === 0) return (space.batch as { at: number }).at;
    return forwardLayers(engine, below, space, tilesFor(rows.length), { linearOutput: false });
  };
}

/** Which hidden units are on (above 0) for which rows: the variables of the next tree. */
async function encodeBits(
  engine: Engine,
  layers: readonly Linear[],
  features: Matrix,
  batchSize: number,
  pace: Pace,
  report: (rows: number) => void,
): Promise<BinaryColumns> {
  const units = layers[layers.length - 1]!.units;
  const out = emptyBits(features.rows, units);
  const words = new Uint32Array(out.bits.buffer);
  // Whole tiles, so that each tile's 32 rows are one word of a column.
  const size = tilesFor(Math.min(batchSize, features.rows)) * LANES;
  const space = new Workspace(engine, layers, features, size);
  const encode = encoder(engine, layers, features, space);
  try {
    for (let first = 0; first < features.rows; first += size) {
      const rows = Int32Array.from({ length: Math.min(size, features.rows - first) }, (_, i) => first + i);
      const at = encode(rows);
      for (let t = 0; t < tilesFor(rows.length); t++) {
        const tile = engine.f32(at + t * units * LANES * 4, units * LANES);
        const live = Math.min(LANES, rows.length - t * LANES);
        for (let u = 0; u < units; u++) {
          let word = 0;
          for (let lane = 0; lane < live; lane++) if (tile[u * LANES + lane]! > 0) word |= 1 << lane;
          words[u * out.words * 2 + first / LANES + t] = word;
        }
      }
      report(Math.min(features.rows, first + size));
      if (pace.due) await pace.turn();
    }
  } finally {
    space.dispose();
  }
  return out;
}

/** Fields in the order of their centres' ranks: neighbours on the tree become neighbours in memory. */
function byRank({ centres, start, members }: ReceptiveFields, rank: Int32Array): ReceptiveFields {
  const order = Int32Array.from(centres.keys()).sort((a, b) => rank[centres[a]!]! - rank[centres[b]!]!);
  const sorted = {
    centres: centres.map((_, i) => centres[order[i]!]!),
    start: new Int32Array(start.length),
    members: new Int32Array(members.length),
  };
  order.forEach((field, i) => {
    const inputs = members.subarray(start[field]!, start[field + 1]!);
    sorted.members.set(inputs, sorted.start[i]!);
    sorted.start[i + 1] = sorted.start[i]! + inputs.length;
  });
  return sorted;
}

function inverse(order: Int32Array): Int32Array {
  const rank = new Int32Array(order.length);
  order.forEach((v, i) => {
    rank[v] = i;
  });
  return rank;
}

function pickConstraints({ root, minInformation, required, forbidden }: TreeConstraints): TreeConstraints {
  return {
    ...(root === undefined ? {} : { root }),
    ...(minInformation === undefined ? {} : { minInformation }),
    ...(required ? { required } : {}),
    ...(forbidden ? { forbidden } : {}),
  };
}

function requireLayers(layers: readonly LayerOptions[]): void {
  if (!Array.isArray(layers))
    throw new TypeError(`layers: expected a list of { radius, stride, globalUnits }, got ${typeof layers}`);
  if (layers.length === 0) throw new RangeError('layers: expected at least one layer, got none');
  layers.forEach((layer, l) => {
    if (typeof layer !== 'object' || layer === null)
      throw new TypeError(`layers[${l}]: expected { radius, stride, globalUnits }, got ${String(layer)}`);
    requireInteger(layer.radius, 0, `layers[${l}].radius`);
    requireInteger(layer.stride, 1, `layers[${l}].stride`);
    requireInteger(layer.globalUnits ?? 0, 0, `layers[${l}].globalUnits`);
  });
}

function pretrainOptions(given: PretrainOptions = {}): Required<PretrainOptions> {
  requireOptions(given, 'pretrain');
  const options = { epochs: 10, batchSize: 256, learningRate: 1e-3, maskingNoise: 0.5, dropout: 0.5, ...given };
  requireInteger(options.epochs, 0, 'pretrain.epochs');
  requireInteger(options.batchSize, 1, 'pretrain.batchSize');
  requireShare(options.maskingNoise, 'pretrain.maskingNoise');
  requireShare(options.dropout, 'pretrain.dropout');
  if (typeof options.learningRate !== 'number')
    throw new TypeError(`pretrain.learningRate: expected a number, got ${typeof options.learningRate}`);
  if (!(options.learningRate > 0) || !Number.isFinite(options.learningRate))
    throw new RangeError(`pretrain.learningRate: expected a number above 0, got ${options.learningRate}`);
  return options;
}
