import type { Matrix, Targets } from '../../data/dataset.js';
import type { Outline } from '../../data/outline.js';
import type { Noise } from '../../layers/activate.js';
import { activateUnitsBackward, type DropRates } from '../../layers/activate-units.js';
import { dropInputs, type InputBatch, loadBatch, tilesFor } from '../../layers/batch.js';
import type { Connections } from '../../layers/connections.js';
import { activationBytes, Linear } from '../../layers/linear.js';
import { SkipPath, type SkipShape } from '../../layers/skip-path.js';
import { forwardLayers, linearsOf, Workspace } from '../../layers/stack.js';
import { type Address, NONE, plus } from '../../runtime/address.js';
import type { Engine, Scope } from '../../runtime/engine.js';
import type { Pace } from '../../runtime/pace.js';
import { Purpose } from '../../runtime/random.js';
import type { Steps } from '../../runtime/steps.js';
import type { ClassWeights } from '../../training/class-weights.js';
import type { TrainingRows } from '../../training/feed.js';
import type { TrainingSession } from '../../training/fit.js';
import { type BoundLoss, type Loss, type LossSum, lossFor, type TargetScale } from '../../training/losses.js';
import type { Block } from '../../training/optimizer.js';

/** One hidden layer: sparse units first, then dense ones. */
export interface HiddenShape {
  connections?: Connections;
  dense: number;
}

export interface NetworkShape {
  inputs: number;
  /** Whether the features come as sparse rows or dense ones. */
  input: 'rows' | 'tiles';
  hidden: readonly HiddenShape[];
  /** Dense ways from the features or hidden layers past those above, straight to the logits. */
  skips?: readonly SkipShape[];
  outputs: number;
  target: Targets['kind'];
  /** Share of a hidden layer's fully connected units dropped in training, and of those of skip-paths. */
  dropout: number;
  /** Share of its sparse units; missing: as many. */
  sparseDropout?: number;
  /** Share of the features dropped in training. */
  inputDropout: number;
}

/** A feedforward net of ReLU layers with dropout: its parameters in one block, forward and backward over tiles. */
export class Network {
  readonly engine: Engine;
  readonly shape: NetworkShape;
  private readonly scale: Partial<TargetScale>;
  /** Hidden layers, then the output layer. */
  readonly layers: readonly Linear[];
  readonly paths: readonly SkipPath[];
  readonly parameters: Block;
  readonly loss: Loss;
  private readonly scope: Scope;

  /** @param scale of values to regress on */
  constructor(engine: Engine, shape: NetworkShape, scale: Partial<TargetScale> = {}) {
    this.engine = engine;
    this.shape = shape;
    this.scale = scale;
    this.loss = lossFor(shape.target, shape.outputs, scale);
    this.scope = engine.scope();
    try {
      const widths = [shape.inputs, ...shape.hidden.map((h) => (h.connections?.units ?? 0) + h.dense)];
      this.layers = [...shape.hidden, { dense: shape.outputs }].map(
        (layer, l) =>
          new Linear(engine, this.scope, { ...layer, inputs: widths[l]!, input: l === 0 ? shape.input : 'tiles' }),
      );
      this.paths = (shape.skips ?? []).map((skip, p) => {
        const input = skip.from === 0 ? shape.input : 'tiles';
        const around = { inputs: widths[skip.from]!, input, outputs: shape.outputs } as const;
        return new SkipPath(engine, this.scope, skip, around, p);
      });
      const length = this.linears.reduce((sum, layer) => sum + layer.parameterLength, 0);
      this.parameters = { at: this.scope.zeros(length), length };
    } catch (error) {
      this.scope.dispose();
      throw error;
    }
    this.bind(NONE);
  }

  /** The layers and those of the skip-paths, in the order of the parameters. */
  private get linears(): Linear[] {
    return [...this.layers, ...linearsOf(this.paths)];
  }

  /** Of dropout in hidden layers. */
  get rates(): DropRates {
    const { dropout, sparseDropout = dropout } = this.shape;
    return { sparse: sparseDropout, dense: dropout };
  }

  /** Weights and biases. */
  get weights(): number {
    return this.linears.reduce((sum, layer) => sum + layer.weights, 0);
  }

  dispose(): void {
    this.scope.dispose();
  }

  bind(gradients: Address): void {
    let offset = 0;
    for (const layer of this.linears) {
      layer.bind(plus(this.parameters.at, offset), plus(gradients, offset));
      offset += layer.parameterLength * 4;
    }
  }

  *initialising(seed: number, gain: number): Steps<void> {
    for (const [l, layer] of this.layers.entries()) yield* layer.initialising(seed, Purpose.initialWeights, l, gain);
    for (const path of this.paths) yield* path.initialising(seed, gain);
  }

  /** Room for one batch: input, activations, packing. */
  workspace(matrix: Matrix, batchSize: number): Workspace {
    return new Workspace(this.engine, this.layers, matrix, batchSize, this.paths);
  }

  /** Bytes of the gradients of one skip-path's units at a time. */
  pathDeltaBytes(batchSize: number): number {
    return activationBytes(Math.max(0, ...this.paths.map(({ hidden }) => hidden.units)), batchSize);
  }

  on(engine: Engine): Network {
    return new Network(engine, this.shape, this.scale);
  }

  startTraining(train: Outline, batchSize: number, weights?: ClassWeights): TrainingSession {
    return new Session(this, train, batchSize, weights);
  }

  reserve({ features }: Outline, size: number): Workspace {
    return this.workspace(features, size);
  }

  /** Logits of the workspace's batch; with `noise`, dropout of that step. Returns their address, tiles of [outputs][32]. */
  async forward(space: Workspace, tiles: number, pace: Pace, noise?: Noise): Promise<Address> {
    const { dropout } = this.shape;
    const how = { linearOutput: true, rates: this.rates, noise };
    const logits = await forwardLayers(this.engine, this.layers, space, tiles, pace, how);
    for (const [p, path] of this.paths.entries())
      await path.forward(logits, space.paths[p]!, this.level(space, path.from), tiles, space.scratch, pace, {
        dropout,
        noise,
      });
    return logits;
  }

  /** What the layer above a level reads: the batch for level 0, the activations of hidden layer k for level k. */
  level(space: Workspace, k: number): InputBatch | Address {
    return k === 0 ? space.batch : space.activations[k - 1]!;
  }

  /** Runs all rows in batches without noise; each is followed by its logits, in order. */
  async *batches(
    space: Workspace,
    matrix: Matrix,
    batchSize: number,
    pace: Pace,
  ): AsyncGenerator<{ rows: Int32Array; logits: Address; tiles: number }> {
    for (let first = 0; first < matrix.rows; first += batchSize) {
      const rows = Int32Array.from({ length: Math.min(batchSize, matrix.rows - first) }, (_, i) => first + i);
      await loadBatch(space.batch, matrix, rows, false, pace);
      const tiles = tilesFor(rows.length);
      yield { rows, logits: await this.forward(space, tiles, pace), tiles };
    }
  }
}

class Session implements TrainingSession {
  readonly gradients: Address;
  private readonly net: Network;
  private readonly train: TrainingRows;
  private readonly space: Workspace;
  private readonly scope: Scope;
  private readonly deltas: readonly Address[];
  /** Gradients of one skip-path's units. */
  private readonly pathDelta: Address;
  private readonly loss: BoundLoss;

  constructor(net: Network, train: Outline, batchSize: number, weights?: ClassWeights) {
    const { engine } = net;
    this.net = net;
    this.train = train;
    this.space = net.workspace(train.features, batchSize);
    this.scope = engine.scope();
    try {
      this.gradients = this.scope.zeros(net.parameters.length);
      this.deltas = net.layers.map((layer) => this.scope.bytes(activationBytes(layer.units, batchSize)));
      this.pathDelta = this.scope.bytes(net.pathDeltaBytes(batchSize));
      this.loss = net.loss.prepare(engine, this.scope, batchSize, weights);
    } catch (error) {
      this.dispose();
      throw error;
    }
    net.bind(this.gradients);
  }

  async step(rows: Int32Array, seed: number, step: number, pace: Pace, from = this.train): Promise<LossSum> {
    const { net, space, deltas } = this;
    const { layers, paths, engine } = net;
    const { dropout, inputDropout } = net.shape;
    const tiles = tilesFor(rows.length);
    await loadBatch(space.batch, from.features, rows, true, pace);
    if (inputDropout > 0) await dropInputs(engine, space.batch, inputDropout, { seed, step }, pace);
    const logits = await net.forward(space, tiles, pace, { seed, step });
    const dlogits = deltas[layers.length - 1]!;
    const loss = await this.loss.gradient(dlogits, logits, from.targets!, rows, pace);
    for (let l = layers.length - 1; l >= 0; l--) {
      const below = l > 0 ? deltas[l - 1]! : NONE;
      const input = net.level(space, l);
      await layers[l]!.backward(below, deltas[l]!, input, tiles, space.scratch, pace);
      for (const [p, path] of paths.entries()) {
        if (path.from !== l) continue;
        const [room, h] = [this.pathDelta, space.paths[p]!];
        await path.backward(below, room, dlogits, h, input, tiles, space.scratch, pace, dropout);
      }
      if (l > 0) await activateUnitsBackward(engine, below, input as Address, layers[l - 1]!, tiles, net.rates, pace);
    }
    return loss;
  }

  dispose(): void {
    this.net.bind(NONE);
    this.space.dispose();
    this.scope.dispose();
  }
}
