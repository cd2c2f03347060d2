import { Dataset, describeFeatures, describeTargets, requireRows } from '../data/dataset.js';
import { LANES, tilesFor } from '../layers/batch.js';
import { type Engine, engineOf } from '../runtime/engine.js';
import { requireInteger, requireOptions, requirePositive, requireSeed, requireShare } from '../runtime/options.js';
import { Pace } from '../runtime/pace.js';
import { type FitOptions, type FitResult, fit, type Trainable } from '../training/fit.js';
import { outputsOf } from '../training/losses.js';
import { argmax, type Evaluation, metrics } from '../training/metrics.js';
import { type ExplainOptions, type Explanation, explain } from './explain.js';
import { type InputTransform, type InputTransformName, learnTransform } from './input.js';
import { type ModelFile, packModel, unpackModel } from './model-file.js';
import type { NetState, TargetInfo } from './net-state.js';
import { Network } from './network.js';

/** Options that every feedforward net has. */
export interface NetOptions {
  /** Default 0. All random numbers are a function of it. */
  seed?: number;
  /** Share of hidden units dropped in training. Default 0.5. */
  dropout?: number;
  /**
   * Share of the features set to 0 in fine-tuning, the others scaled up. Default: 0.5 for a TrfNet over sparse rows of 1,000
   * columns or more (text, fingerprints), where it gains more than any other option; else 0, as in the paper.
   */
  inputDropout?: number;
  /** Initial weights are uniform within ±initialScale/√fan_in, fan_in counting the connections a unit really has; biases 0. Default 1. */
  initialScale?: number;
  /** What becomes of the features before the first layer; learned on the training rows. Default 'none'. */
  input?: InputTransformName;
  /** Default: one shared engine. */
  engine?: Engine;
}

export interface Prediction {
  /** [rows][outputs]: class probabilities, task probabilities, or values. */
  outputs: Float32Array;
  /** Classes only: the most probable class of each row. */
  classes?: Int32Array;
}

interface RunOptions {
  /** Rows at a time; changes no output. Default 256. */
  batchSize?: number;
  signal?: AbortSignal;
}

/** A layer in numbers, for people. */
export interface LayerSummary {
  inputs: number;
  sparseUnits: number;
  denseUnits: number;
  /** Connections, biases excluded. */
  connections: number;
  /** Share of all possible connections of the sparse units that are there; 1 without sparse units. */
  density: number;
}

/** What TrfNet and DenseNet have in common: a net of ReLU layers with training, predictions, explanations and a file format. */
export class FeedforwardNet {
  readonly engine: Engine;
  /** @internal */
  readonly network: Network;
  /** @internal */
  readonly state: NetState;
  private busy = false;
  /** Calls of predict and evaluate under way. */
  private running = 0;
  private disposed = false;

  /** @internal Use the factories of TrfNet and DenseNet. */
  constructor(engine: Engine, state: NetState) {
    this.engine = engine;
    this.state = state;
    this.network = new Network(engine, state.shape);
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

  get featureNames(): readonly string[] | undefined {
    return this.state.featureNames;
  }

  /** The layers from the features up, the output layer last. */
  get layers(): LayerSummary[] {
    return this.network.layers.map(({ inputs, sparseUnits, denseUnits, connections }) => {
      const sparse = connections?.index.length ?? 0;
      return {
        inputs,
        sparseUnits,
        denseUnits,
        connections: sparse + denseUnits * inputs,
        density: sparseUnits ? sparse / (sparseUnits * inputs) : 1,
      };
    });
  }

  /** What must be equal to resume training. */
  private get identity(): object {
    const { method, shape } = this.state;
    const hidden = shape.hidden.map((h) => [h.connections?.units ?? 0, h.connections?.index.length ?? 0, h.dense]);
    const { inputs, outputs, dropout, inputDropout, target } = shape;
    return { method, inputs, hidden, outputs, dropout, inputDropout, target };
  }

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

  /** What the hidden units stand for: their top features on these rows, and how coherent those are. */
  async explain(data: Dataset, options: ExplainOptions = {}): Promise<Explanation> {
    this.requireAlive();
    return explain(this.network, this.prepare(data, 'data', false), this.featureNames, options);
  }

  /** The net as a safetensors file: weights and structure as tensors, the rest as metadata. */
  save(): Uint8Array {
    this.requireAlive();
    return packModel(this.state, this.network);
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
  private async assess(data: Dataset, options: RunOptions): Promise<Evaluation> {
    const loss = { sum: 0, weight: 0 };
    const outputs = await this.run(data, options, loss);
    return { loss: loss.sum / Math.max(1, loss.weight), rows: data.rows, ...metrics(outputs, data.targets!) };
  }

  private async run(data: Dataset, options: RunOptions, loss?: { sum: number; weight: number }): Promise<Float32Array> {
    requireOptions(options);
    const { batchSize = 256, signal } = options;
    requireInteger(batchSize, 1, 'batchSize');
    const { engine, network } = this;
    const { outputs } = network.shape;
    const pace = new Pace(signal);
    const result = new Float32Array(data.rows * outputs);
    const scope = engine.scope();
    const size = Math.min(batchSize, data.rows);
    const space = network.workspace(data.features, size);
    this.running++;
    try {
      const lanes = tilesFor(size) * LANES;
      const gradient = scope.bytes(lanes * outputs * 4);
      const rowMajor = scope.bytes(lanes * outputs * 4);
      const bound = loss && network.loss.prepare(engine, scope, size);
      for (const { rows, logits, tiles } of network.batches(space, data.features, size)) {
        if (loss && bound) {
          const { sum, weight } = bound.gradient(gradient, logits, data.targets!, rows);
          loss.sum += sum;
          loss.weight += weight;
        }
        network.loss.activate(engine, logits, tiles);
        for (let t = 0; t < tiles; t++) {
          engine.kernels.tile_to_rows(
            rowMajor + t * LANES * outputs * 4,
            logits + t * LANES * outputs * 4,
            outputs,
            outputs,
          );
        }
        result.set(engine.f32(rowMajor, rows.length * outputs), rows[0]! * outputs);
        if (pace.due) await pace.turn();
      }
    } finally {
      this.running--;
      space.dispose();
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

  private requireAlive(): void {
    if (this.disposed) throw new Error('this net was disposed of');
  }

  /** Checks data against what the net was made for and applies the input transform. */
  private prepare(data: Dataset, argument: string, labelled: boolean): Dataset {
    this.requireAlive();
    const { shape, target, input } = this.state;
    requireDataset(data, argument);
    const kind = shape.input === 'rows' ? 'sparse' : 'dense';
    if (data.features.kind !== kind)
      throw new TypeError(
        `${argument}: expected ${kind} rows like the training data, got ${describeFeatures(data.features)}`,
      );
    if (data.columns !== shape.inputs)
      throw new RangeError(`${argument}: expected ${shape.inputs} columns, got ${data.columns}`);
    if (labelled) requireSameTargets(data, target, argument);
    return input.apply(data);
  }
}

export function requireDataset(data: Dataset, argument: string): void {
  if (!(data instanceof Dataset))
    throw new TypeError(`${argument}: expected a Dataset, got ${data === null ? 'null' : typeof data}`);
}

function requireSameTargets(data: Dataset, target: TargetInfo, argument: string): void {
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

/** What the factories of all methods begin with: the data checked, the options completed, the input transform learned. */
export async function beginNet(
  train: Dataset,
  options: NetOptions,
  defaultInputDropout = 0,
): Promise<{
  engine: Engine;
  seed: number;
  initialScale: number;
  dropout: number;
  inputDropout: number;
  input: InputTransform;
  data: Dataset;
  target: TargetInfo;
}> {
  requireDataset(train, 'train');
  requireRows(train.features, 'train');
  requireOptions(options);
  const { targets } = train;
  if (!targets) throw new TypeError('train: expected a dataset with targets, got one with no targets');
  if (targets.kind === 'classes') {
    const present = new Set(targets.values);
    if (present.size < 2)
      throw new RangeError(`train: expected rows of at least 2 classes, got only class ${[...present][0]}`);
  }
  const { seed = 0, dropout = 0.5, inputDropout = defaultInputDropout, initialScale = 1 } = options;
  requireSeed(seed);
  requireShare(dropout, 'dropout');
  requireShare(inputDropout, 'inputDropout');
  requirePositive(initialScale, 'initialScale');
  const input = learnTransform(train, options.input ?? 'none');
  return {
    engine: await engineOf(options),
    seed,
    initialScale,
    dropout,
    inputDropout,
    input,
    data: input.apply(train),
    target: { kind: targets.kind, outputs: outputsOf(targets), ...(targets.names ? { names: targets.names } : {}) },
  };
}

/** Reads a file of any method; `expected` refuses the others. */
export async function loadState(
  bytes: Uint8Array,
  expected: string | undefined,
  given: { engine?: Engine },
): Promise<{ engine: Engine; file: ModelFile }> {
  const file = unpackModel(bytes);
  if (expected !== undefined && file.state.method !== expected) {
    throw new TypeError(`bytes: expected a net of method '${expected}', got one of '${file.state.method}'`);
  }
  return { engine: await engineOf(given), file };
}
