import { requireInteger, requireOptions } from '../check/require.js';
import { Dataset, describeTargets } from '../data/dataset.js';
import { LANES, tilesFor, tilesToRows } from '../layers/batch.js';
import type { Address } from '../runtime/address.js';
import type { Engine } from '../runtime/engine.js';
import { Pace } from '../runtime/pace.js';
import { type FitOptions, type FitResult, fit, type Trainable, type TrainingSession } from '../training/fit.js';
import { type Loss, type LossSum, outputsOf } from '../training/losses.js';
import { argmax, type Evaluation, metrics } from '../training/metrics.js';
import type { Block } from '../training/optimizer.js';
import type { TargetInfo } from './feedforward/net-state.js';

export interface Prediction {
  /** [rows][outputs]: class probabilities, task probabilities, or values. */
  outputs: Float32Array;
  /** Classes only: the most probable class of each row. */
  classes?: Int32Array;
}

export interface RunOptions {
  /** Rows at a time; changes no output. Default 256. */
  batchSize?: number;
  signal?: AbortSignal;
}

/** What computes behind a net. */
export interface Computation {
  readonly parameters: Block;
  /** Floats of the parameters that are trained. Default: all. */
  readonly trainedLength?: number;
  readonly loss: Loss;
  /** Number of weights and biases. */
  readonly weights: number;
  startTraining(train: Dataset, batchSize: number, stateVectors: number): TrainingSession;
  dispose(): void;
}

/** The outputs of some rows, before the loss's activation: tiles of [outputs][32]. */
export interface OutputBatch {
  readonly rows: Int32Array;
  readonly logits: Address;
  readonly tiles: number;
}

/** Training, predictions and lifetime of every net. */
export abstract class Net {
  readonly engine: Engine;
  /** @internal */
  abstract readonly network: Computation;
  /** @internal */
  abstract readonly state: { readonly method: string; readonly options: { seed: number }; readonly target: TargetInfo };
  private busy = false;
  /** Calls of predict and evaluate under way. */
  protected running = 0;
  private disposed = false;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  get method(): string {
    return this.state.method;
  }

  get seed(): number {
    return this.state.options.seed;
  }

  /** Number of weights and biases. */
  get weights(): number {
    return this.network.weights;
  }

  get target(): TargetInfo {
    return this.state.target;
  }

  /** What must be equal to resume training. */
  protected abstract get identity(): object;

  /** Checks data against what the net was made for and applies the input transform. */
  protected abstract prepare(data: Dataset, argument: string, labelled: boolean): Dataset;

  /** Runs all rows in order, `size` at a time, without noise. */
  protected abstract batches(data: Dataset, size: number): Iterable<OutputBatch>;

  /**
   * Trains all weights: softmax cross-entropy for classes, sigmoid cross-entropy for tasks (missing labels left out), squared error for values. With
   * `validation`, the best epoch's weights are kept. Yields to the event loop; an error leaves the weights of the last whole epoch.
   */
  async fit(train: Dataset, options: FitOptions = {}): Promise<FitResult> {
    requireOptions(options);
    const data = this.prepare(train, 'train', true);
    const validation = options.validation && this.prepare(options.validation, 'validation', true);
    const { engine, seed, network, identity } = this;
    const trainable: Trainable = {
      engine,
      seed,
      parameters: network.parameters,
      ...(network.trainedLength === undefined ? {} : { trainedLength: network.trainedLength }),
      identity,
      startTraining: (rows, batchSize, stateVectors) => network.startTraining(rows, batchSize, stateVectors),
      evaluate: (rows, given = {}) => this.assess(rows, given),
    };
    return this.exclusively('fit', () => fit(trainable, data, { ...options, ...(validation ? { validation } : {}) }));
  }

  /** Outputs for every row. */
  async predict(data: Dataset, options: RunOptions = {}): Promise<Prediction> {
    const outputs = await this.run(this.prepare(data, 'data', false), options);
    return this.target.kind === 'classes' ? { outputs, classes: argmax(outputs, this.target.outputs) } : { outputs };
  }

  /** Loss and accuracy, mean AUC or RMSE on labelled rows. */
  async evaluate(data: Dataset, options: RunOptions = {}): Promise<Evaluation> {
    return this.assess(this.prepare(data, 'data', true), options);
  }

  /** Frees the net's memory; it cannot be used after. */
  dispose(): void {
    if (this.disposed) return;
    if (this.busy) throw new Error('dispose: the net is being trained; stop fit by its signal first');
    if (this.running > 0) throw new Error('dispose: the net is predicting; wait for predict and evaluate first');
    this.disposed = true;
    this.network.dispose();
  }

  /** evaluate, for data that are prepared. */
  protected async assess(data: Dataset, options: RunOptions): Promise<Evaluation> {
    const loss = { sum: 0, weight: 0 };
    const outputs = await this.run(data, options, { loss });
    return { loss: loss.sum / Math.max(1, loss.weight), rows: data.rows, ...metrics(outputs, data.targets!) };
  }

  /** Outputs of prepared data. Sums the loss up and shows each batch, before its activation, where asked to. */
  protected async run<B extends OutputBatch>(
    data: Dataset,
    options: RunOptions,
    { loss, visit }: { loss?: LossSum; visit?: (batch: B) => void } = {},
  ): Promise<Float32Array> {
    requireOptions(options);
    const { batchSize = 256, signal } = options;
    requireInteger(batchSize, 1, 'batchSize');
    const { engine, network } = this;
    const { outputs } = network.loss;
    const pace = new Pace(signal);
    const result = new Float32Array(data.rows * outputs);
    const scope = engine.scope();
    const size = Math.min(batchSize, data.rows);
    this.running++;
    try {
      const lanes = tilesFor(size) * LANES;
      const gradient = scope.bytes(lanes * outputs * 4);
      const rowMajor = scope.bytes(lanes * outputs * 4);
      const bound = loss && network.loss.prepare(engine, scope, size);
      for (const batch of this.batches(data, size)) {
        const { rows, logits, tiles } = batch;
        if (loss && bound) {
          const { sum, weight } = bound.gradient(gradient, logits, data.targets!, rows);
          loss.sum += sum;
          loss.weight += weight;
        }
        visit?.(batch as B);
        network.loss.activate(engine, logits, tiles);
        tilesToRows(engine, rowMajor, logits, outputs, tiles);
        result.set(engine.f32(rowMajor, rows.length * outputs), rows[0]! * outputs);
        if (pace.due) await pace.turn();
      }
    } finally {
      this.running--;
      scope.dispose();
    }
    return result;
  }

  private async exclusively<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (this.busy)
      throw new Error(`${what}: the net is being trained already; wait for that fit or stop it by its signal`);
    this.busy = true;
    try {
      return await work();
    } finally {
      this.busy = false;
    }
  }

  protected requireAlive(): void {
    if (this.disposed) throw new Error('this net was disposed of');
  }
}

export function requireDataset(data: Dataset, argument: string): void {
  if (!(data instanceof Dataset))
    throw new TypeError(`${argument}: expected a Dataset, got ${data === null ? 'null' : typeof data}`);
}

export function requireSameTargets(data: Dataset, target: TargetInfo, argument: string): void {
  const { targets } = data;
  if (targets?.kind !== target.kind) {
    throw new TypeError(`${argument}: expected ${target.kind} to predict, got ${describeTargets(targets)}`);
  }
  const outputs = outputsOf(targets);
  // Files often hold fewer classes than training did; ids mean the same as long as none is new.
  if (target.kind === 'classes' ? outputs > target.outputs : outputs !== target.outputs) {
    throw new RangeError(`${argument}: expected ${target.outputs} ${target.kind}, got ${outputs}`);
  }
  if (target.names && targets.names?.some((name, i) => name !== target.names![i])) {
    throw new RangeError(
      `${argument}: expected targets named ${target.names.join(', ')}, got ${targets.names.join(', ')}`,
    );
  }
}

/** Checks the targets to learn from and says what they are. */
export function describeTarget(train: Dataset): TargetInfo {
  const { targets } = train;
  if (!targets) throw new TypeError('train: expected a dataset with targets, got one with no targets');
  if (targets.kind === 'classes') {
    const present = new Set(targets.values);
    if (present.size < 2)
      throw new RangeError(`train: expected rows of at least 2 classes, got only class ${[...present][0]}`);
  }
  return { kind: targets.kind, outputs: outputsOf(targets), ...(targets.names ? { names: targets.names } : {}) };
}
