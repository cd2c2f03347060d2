import { requireOptions, requirePositive, requireSeed, requireShare } from '../../check/require.js';
import { type Dataset, describeFeatures, requireRows } from '../../data/dataset.js';
import { type Engine, engineOf } from '../../runtime/engine.js';
import { describeTarget, Net, type OutputBatch, requireDataset, requireSameTargets } from '../net.js';
import { type ExplainOptions, type Explanation, explain } from './explain.js';
import { type InputTransform, type InputTransformName, learnTransform } from './input.js';
import { type ModelFile, packModel, unpackModel } from './model-file.js';
import type { NetState, TargetInfo } from './net-state.js';
import { Network, type NetworkShape } from './network.js';

/** Options that every feedforward net has. */
export interface NetOptions {
  /** Default 0. All random numbers are a function of it. */
  seed?: number;
  /** Share of hidden units dropped in training. Default 0.5. */
  dropout?: number;
  /**
   * Share of the features set to 0 in fine-tuning, the others scaled up. Default: 0.5 for a TrfNet or TseNet over sparse rows of
   * 1,000 columns or more (text, fingerprints), where it gains more than any other option; else 0, as in the papers.
   */
  inputDropout?: number;
  /** Initial weights are uniform within ±initialScale/√fan_in, fan_in counting the connections a unit really has; biases 0. Default 1. */
  initialScale?: number;
  /** What becomes of the features before the first layer; learned on the training rows. Default 'none'. */
  input?: InputTransformName;
  /** Default: one shared engine. */
  engine?: Engine;
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

/** A skip-path in numbers: a dense layer whose units go straight to the output. */
export interface SkipPathSummary {
  /** 0: it sees the features; k: the units of hidden layer k, counted from 1. */
  from: number;
  inputs: number;
  units: number;
  /** Connections to its inputs and to the output, biases excluded. */
  connections: number;
}

/** What TrfNet, TseNet and DenseNet have in common: a net of ReLU layers with explanations and a file format. */
export class FeedforwardNet extends Net {
  /** @internal */
  readonly network: Network;
  /** @internal */
  readonly state: NetState;

  /** @internal Use the factories of TrfNet, TseNet and DenseNet. */
  constructor(engine: Engine, state: NetState) {
    super(engine);
    this.state = state;
    this.network = new Network(engine, state.shape);
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

  /** The ways past the layers; empty for a net that has none. */
  get skipPaths(): SkipPathSummary[] {
    return this.network.paths.map(({ from, hidden, output }) => ({
      from,
      inputs: hidden.inputs,
      units: hidden.units,
      connections: hidden.units * (hidden.inputs + output.units),
    }));
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

  protected get identity(): object {
    const { method, shape } = this.state;
    const hidden = shape.hidden.map((h) => [h.connections?.units ?? 0, h.connections?.index.length ?? 0, h.dense]);
    const { inputs, skips, outputs, dropout, inputDropout, target } = shape;
    return { method, inputs, hidden, skips, outputs, dropout, inputDropout, target };
  }

  protected *batches(data: Dataset, size: number): Generator<OutputBatch> {
    const { network } = this;
    const space = network.workspace(data.features, size);
    try {
      yield* network.batches(space, data.features, size);
    } finally {
      space.dispose();
    }
  }

  protected prepare(data: Dataset, argument: string, labelled: boolean): Dataset {
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

/** The common part of a new net. */
export interface BegunNet {
  engine: Engine;
  seed: number;
  initialScale: number;
  dropout: number;
  inputDropout: number;
  input: InputTransform;
  /** The training data as the first layer sees them. */
  data: Dataset;
  featureNames: readonly string[] | undefined;
  target: TargetInfo;
}

/** What the factories of all methods begin with: the data checked, the options completed, the input transform learned. */
export async function beginNet(
  train: Dataset,
  options: NetOptions,
  defaultInputDropout: (train: Dataset) => number = () => 0,
): Promise<BegunNet> {
  requireDataset(train, 'train');
  requireRows(train.features, 'train');
  requireOptions(options);
  const target = describeTarget(train);
  const { seed = 0, dropout = 0.5, inputDropout = defaultInputDropout(train), initialScale = 1 } = options;
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
    featureNames: train.featureNames,
    target,
  };
}

/** Text and fingerprints: rows that say the same thing many times over, so that half of it will do. */
export function wideInputDropout({ features, columns }: Dataset): number {
  return features.kind === 'sparse' && columns >= 1000 ? 0.5 : 0;
}

/** The state of a new net of these layers. */
export function newState(
  method: string,
  { seed, initialScale, dropout, inputDropout, input, data, featureNames, target }: BegunNet,
  layers: Pick<NetworkShape, 'hidden' | 'skips'>,
  origin: unknown,
): NetState {
  return {
    method,
    options: { seed, initialScale },
    shape: {
      inputs: data.columns,
      input: data.features.kind === 'sparse' ? 'rows' : 'tiles',
      ...layers,
      outputs: target.outputs,
      target: target.kind,
      dropout,
      inputDropout,
    },
    target,
    featureNames,
    input,
    origin,
  };
}

/** Reads a file of this method. */
export async function loadState(
  bytes: Uint8Array,
  method: string,
  given: { engine?: Engine },
): Promise<{ engine: Engine; file: ModelFile }> {
  const file = unpackModel(bytes, method);
  return { engine: await engineOf(given), file };
}
