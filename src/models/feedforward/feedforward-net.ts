import { complete } from '../../check/complete.js';
import type { Completed } from '../../check/option.js';
import { type Dataset, describeFeatures, requireRows } from '../../data/dataset.js';
import { isSameVectorizer } from '../../data/documents/kept.js';
import type { Outline } from '../../data/outline.js';
import { type ModelFile, modelFileOf, requireSavable } from '../../files/model-file.js';
import { Sha256 } from '../../files/sha256.js';
import { requireMemory } from '../../runtime/budget.js';
import { type Engine, engineOf } from '../../runtime/engine.js';
import { Pace } from '../../runtime/pace.js';
import { bytesOf } from '../../runtime/rehearsal.js';
import { inTurns, type Steps, touching } from '../../runtime/steps.js';
import { fitArrays } from '../../training/fit-arrays.js';
import { createOptimizer, isFiniteBlock, optimizerOptions } from '../../training/optimizer.js';
import { filled, LOAD, type LoadOptions, Net, type NetDescription } from '../net.js';
import type { OutputBatch } from '../net-parts.js';
import { precisionIn, precisionOf } from '../precision.js';
import { describeTarget, requireSameTargets, type TargetInfo } from '../target.js';
import type { ExplainOptions, Explanation } from './explain.js';
import type * as calls from './explain-calls.js';
import type { Importance, ImportanceOptions } from './explain-importance.js';
import type { ExplainRowOptions, RowExplanation } from './explain-row.js';
import { type InputTransform, learningTransform } from './input.js';
import type { Looked } from './looked.js';
import { filling, packModel, unpackModel } from './net-file.js';
import type { NetState } from './net-state.js';
import { Network, type NetworkShape } from './network.js';
import { type NET, type Settled, settled } from './options.js';

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

/** The calls that look into a net. */
type Calls = typeof calls;

/** What TrfNet, TseNet and DenseNet have in common: a net of ReLU layers with explanations and a file format. */
export class FeedforwardNet extends Net {
  /** @internal */
  readonly network: Network;
  /** @internal */
  readonly state: NetState;

  /** The training rows that growing has transformed, until fit takes them. */
  private grownFrom = new WeakMap<Dataset, Dataset>();

  /** @internal Use the factories of TrfNet, TseNet and DenseNet. */
  constructor(engine: Engine, state: NetState) {
    super(engine, state);
    const { featureNames: names } = state;
    // Names of its own: the caller's list may change.
    this.state = { ...state, featureNames: names && Object.freeze([...names]) };
    const lay = (on: Engine) => new Network(on, state.shape, state.target);
    const memory = bytesOf(engine, lay);
    requireMemory(engine, memory, 'hidden', 'holding the weights of this net', 'fewer units');
    this.network = lay(engine);
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

  /** What the hidden units, and those of skip-paths, stand for: their top features on these rows, and how coherent those are. */
  explain(data: Dataset, options: ExplainOptions = {}): Promise<Explanation> {
    return this.look(data, (calls, looked) => calls.explain(looked, options));
  }

  /**
   * What the prediction of one row rests on: what each unit that feeds the output, and each feature, adds to an output, before softmax or sigmoid; of values in their own
   * unit. Units: weight times activation, which with the bias make up the output. Features: integrated gradients along the straight line from the row with none of them, whose
   * sum is the difference of the two outputs, but for the `error` told.
   * @throws TypeError, RangeError naming the option for what does not fit
   */
  explainRow(data: Dataset, options: ExplainRowOptions = {}): Promise<RowExplanation> {
    return this.look(data, (calls, looked) => calls.explainRow(looked, options));
  }

  /**
   * How much worse the predictions of labelled rows become when a feature's values, of a table a column's, change places among the rows: accuracy, mean AUC or RMSE. Breiman,
   * "Random Forests" (2001). Of two features that say the same each may do without the other. Costs a prediction of the rows that change for each feature and repeat.
   * @throws TypeError, RangeError naming the option for what does not fit
   */
  importance(data: Dataset, options: ImportanceOptions = {}): Promise<Importance> {
    return this.look(data, (calls, looked) => calls.importance(looked, options), true);
  }

  /** One of the calls that look into a net, of checked rows as the first layer sees them. */
  private look<T>(given: Dataset, work: (calls: Calls, looked: Looked) => Promise<T>, labelled = false): Promise<T> {
    const also = async (rows: Dataset, argument: string, pace: Pace, wanted = false) => {
      this.check(rows, argument, wanted);
      const copies = this.transformBytes(rows).kept;
      return { data: await this.prepared(rows, argument, wanted, pace), copies };
    };
    return this.life.read(async () => {
      const rows = await also(given, 'data', new Pace(), labelled);
      return work(await import('./explain-calls.js'), { ...rows, net: this, given, also });
    });
  }

  protected packing(metadata?: Readonly<Record<string, string>>): Steps<Uint8Array<ArrayBuffer>> {
    return packModel(this.state, this.network, metadata);
  }

  describe(): NetDescription {
    this.life.requireAlive();
    const { method, seed, weights, target, layers, skipPaths } = this;
    const input = { kind: 'rows', columns: this.state.shape.inputs } as const;
    return structuredClone({
      method,
      seed,
      weights,
      input,
      target,
      layers,
      ...precisionIn(this.state),
      ...(this.state.vectorizer ? { vocabulary: this.state.vectorizer.words.length } : {}),
      ...(skipPaths.length ? { skipPaths } : {}),
    });
  }

  protected get identity(): Record<string, unknown> {
    const { method, shape } = this.state;
    const hidden = shape.hidden.map((h) => [h.connections?.units ?? 0, h.connections?.index.length ?? 0, h.dense]);
    const { inputs, skips, outputs, dropout, sparseDropout, inputDropout, target } = shape;
    const { vectorizer, target: info } = this.state;
    const { mean, deviation } = info;
    return {
      ...{ method, inputs, hidden, skips, outputs, dropout, sparseDropout, inputDropout, target, mean, deviation },
      ...(vectorizer
        ? { 'vectorizer data': new Sha256().update(new TextEncoder().encode(JSON.stringify(vectorizer))).hex() }
        : {}),
    };
  }

  protected async *batches(data: Dataset, size: number, pace: Pace): AsyncGenerator<OutputBatch> {
    const { network } = this;
    const space = network.workspace(data.features, size);
    try {
      yield* network.batches(space, data.features, size, pace);
    } finally {
      space.dispose();
    }
  }

  protected fits(data: Outline, argument: string, labelled: boolean): void {
    const { shape, target } = this.state;
    const kind = shape.input === 'rows' ? 'sparse' : 'dense';
    if (data.features.kind !== kind)
      throw new TypeError(
        `${argument}: expected ${kind} rows like the training data, got ${describeFeatures(data.features)}`,
      );
    if (data.columns !== shape.inputs)
      throw new RangeError(`${argument}: expected ${shape.inputs} columns, got ${data.columns}`);
    this.requireOwnWords(data, argument);
    if (labelled) requireSameTargets(data, target, argument);
  }

  /** Counts of other words, or of words found otherwise, would be taken for its own. */
  private requireOwnWords({ vectorizer }: Outline, argument: string): void {
    const own = this.state.vectorizer;
    if (own && vectorizer && !isSameVectorizer(own, vectorizer))
      throw new RangeError(
        `${argument}: expected rows of this net's vectorizer, got those of another; readTexts makes some`,
      );
  }

  protected override transformBytes(data: Dataset): { most: number; kept: number } {
    const { most, kept } = this.state.input.bytes(data);
    return { most: this.grownFrom.has(data) ? kept : most, kept };
  }

  protected override transformed(data: Dataset, argument: string, pace: Pace): Dataset | Promise<Dataset> {
    const grown = this.grownFrom.get(data);
    this.grownFrom.delete(data);
    if (grown) return grown;
    requireTransform(this.engine, this.state.input, data, argument);
    return inTurns(this.state.input.applying(data), pace);
  }

  /** @internal `transformed`: what growing made of the training rows. */
  remember(data: Dataset, transformed: Dataset): void {
    if (transformed !== data) this.grownFrom.set(data, transformed);
  }

  override dispose(): void {
    super.dispose();
    this.grownFrom = new WeakMap();
  }
}

/** The common part of a new net. */
export interface BegunNet {
  engine: Engine;
  options: Completed<typeof NET> & Settled;
  input: InputTransform;
  /** The training data, and as the first layer sees them. */
  raw: Dataset;
  data: Dataset;
  target: TargetInfo;
}

function requireTransform(engine: Engine, input: InputTransform, data: Dataset, argument: string): void {
  requireMemory(engine, input.bytes(data).most, argument, 'transforming these rows', 'fewer rows');
}

/** What the factories of all methods begin with: the data checked, the input transform learned. */
export async function beginNet(train: Dataset, given: Completed<typeof NET>): Promise<BegunNet> {
  requireRows(train.features, 'train');
  const options = settled(given, train);
  const target = describeTarget(train);
  // What trains is asked for together with the kernels, as who begins a net means to.
  const [engine] = await Promise.all([engineOf(options), import('../fit-net.js')]);
  const pace = new Pace();
  const input = await inTurns(learningTransform(engine, train, options.input), pace);
  const { featureNames, vectorizer } = train;
  requireSavable({ target, ...(vectorizer ? { vectorizer } : { featureNames }), input: input.toJSON() }, 'train');
  requireTransform(engine, input, train, 'train');
  return {
    engine,
    options,
    input,
    raw: train,
    data: await inTurns(input.applying(train), pace),
    target,
  };
}

/** The state of a new net of these layers. */
export async function newState(
  method: string,
  begun: BegunNet,
  layers: Pick<NetworkShape, 'hidden' | 'skips'>,
  origin: unknown,
): Promise<NetState> {
  const { options, input, raw, data, target } = begun;
  const { seed, initialScale, preset, dropout, sparseDropout, inputDropout } = options;
  const sparse = layers.hidden.some(({ connections }) => connections);
  const shape: NetworkShape = {
    inputs: data.columns,
    input: data.features.kind === 'sparse' ? 'rows' : 'tiles',
    ...layers,
    outputs: target.outputs,
    target: target.kind,
    dropout,
    ...(sparse && sparseDropout !== dropout ? { sparseDropout } : {}),
    inputDropout,
  };
  await inTurns(touching(begun.engine, 4 * requireTrainable(begun, shape)), new Pace());
  return {
    method,
    options: { seed, initialScale, ...(preset ? { preset } : {}) },
    shape,
    target,
    featureNames: raw.featureNames,
    // Its own: the caller's may change.
    ...(raw.vectorizer ? { vectorizer: structuredClone(raw.vectorizer) } : {}),
    input,
    origin,
    ...precisionOf(begun.engine),
  };
}

/** A net that memory could not train, a row at a time by the thriftiest optimiser, is not made. Returns the weights it would have. */
function requireTrainable({ engine, data }: BegunNet, shape: NetworkShape): number {
  const optimizer = optimizerOptions('sgd');
  let weights = 0;
  const memory = bytesOf(engine, (dry) => {
    const net = new Network(dry, shape);
    weights = net.parameters.length;
    net.startTraining(data, 1);
    createOptimizer(dry, dry.scope(), weights, optimizer);
  });
  const bytes = memory + fitArrays(weights, weights, data.rows, 0, { optimizer });
  const { held, arena, maxMemory } = engine;
  const what = `training a net of ${weights} weights for ${shape.inputs} columns`;
  // Nothing is taken for it yet.
  requireMemory({ held, arena, maxMemory, estimated: 0 }, bytes, 'train', what, 'fewer columns or units');
  return weights;
}

/** For weights that would not be finite. */
export function tooLargeScale(initialScale: number): RangeError {
  return new RangeError(`initialScale: expected a scale of finite weights, got ${initialScale}`);
}

/** A new net with fresh weights, which knows its training data. */
export async function begin<N extends FeedforwardNet>(net: N, { options, raw, data }: BegunNet): Promise<N> {
  await filled(net, async ({ network, engine }) => {
    await inTurns(network.initialising(options.seed, options.initialScale), new Pace());
    if (!isFiniteBlock(engine, network.parameters)) throw tooLargeScale(options.initialScale);
  });
  net.remember(raw, data);
  return net;
}

/** A net of this method from a file: `make` puts it together, then its weights are filled in. */
export async function loadFeedforward<N extends FeedforwardNet>(
  given: Uint8Array | ModelFile,
  method: string,
  options: LoadOptions,
  make: (engine: Engine, state: NetState, file: ModelFile) => N,
): Promise<N> {
  const { engine } = complete(LOAD, options, 'load');
  const file = await modelFileOf(given);
  const state = unpackModel(file, method);
  const on = await engineOf({ engine });
  const numbers = Object.values(file.tensors).filter(({ data }) => data instanceof Float32Array);
  const weights = numbers.reduce((sum, { data }) => sum + data.length, 0);
  const pace = new Pace();
  await inTurns(touching(on, 4 * weights), pace);
  await pace.turn();
  return filled(make(on, state, file), ({ network }) => inTurns(filling(network, file.tensors), pace));
}
