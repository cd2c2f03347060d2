import { complete } from '../check/complete.js';
import { type Completed, type Options, type OptionsOf, SIGNAL } from '../check/option.js';
import { requireObject } from '../check/require.js';
import { type Dataset, requireDataset } from '../data/dataset.js';
import { areTexts, type Texts } from '../data/documents/document.js';
import type { TextVectorizer } from '../data/documents/vectorizer.js';
import type { TextVectorizerJson } from '../data/documents/vectorizer-json.js';
import type { LabelOptions } from '../data/labels.js';
import type { Outline } from '../data/outline.js';
import { isStream, outlineOf, type Streamed } from '../data/streamed.js';
import { checkTargets } from '../data/targets.js';
import { tilesToRows } from '../layers/batch.js';
import { requireMemory } from '../runtime/budget.js';
import { ENGINE, type Engine, isEngine } from '../runtime/engine.js';
import { Pace } from '../runtime/pace.js';
import { atOnce, inTurns, type Steps } from '../runtime/steps.js';
import { argmax } from '../training/class-metrics.js';
import type { FitResult } from '../training/fit.js';
import { fitSettings } from '../training/fit-defaults.js';
import { FIT, type FitOptions } from '../training/fit-options.js';
import type { Outputs } from '../training/losses.js';
import { confusionBytes, type Evaluation, metrics } from '../training/metrics.js';
import type { Preset } from '../training/preset.js';
import type { Computation } from './computation.js';
import { meanLoss, requireFiniteRows } from './finite-rows.js';
import { Lifetime } from './lifetime.js';
import { fitBytes, OutputRoom, runBytes } from './need.js';
import {
  type AssessOptions,
  type NetParts,
  type OutputBatch,
  RUN,
  type RunHow,
  type RunSettings,
} from './net-parts.js';
import { type Precision, precisionOf } from './precision.js';
import { aligned, type TargetInfo } from './target.js';

export interface Prediction {
  /** [rows][outputs]: class or task probabilities as a Float32Array, values in the unit of the training targets as a Float64Array. */
  outputs: Float32Array | Float64Array;
  /** Classes only: the most probable class of each row. */
  classes?: Int32Array;
}

export type RunOptions = OptionsOf<typeof RUN>;

/** What a net is, for programs; plain JSON. */
export interface NetDescription {
  method: string;
  seed: number;
  /** Number of weights and biases. */
  weights: number;
  /** What it takes: rows of so many columns, or images. */
  input: { kind: 'rows'; columns: number } | { kind: 'images'; channels: number; height: number; width: number };
  target: TargetInfo;
  /** From the features up, the output layer last. */
  layers: readonly object[];
  /** There where it was trained with relaxed kernels. */
  precision?: 'relaxed';
  /** More, by method. */
  [fact: string]: unknown;
}

/** Options of saveAsync. */
export const SAVE = { signal: SIGNAL } as const satisfies Options;

export type SaveOptions = OptionsOf<typeof SAVE>;

/** Options of load and loadNet. */
export const LOAD = { engine: ENGINE } as const satisfies Options;

export type LoadOptions = OptionsOf<typeof LOAD>;

function isState(state: object | undefined): boolean {
  return typeof state === 'object' && state !== null && 'shape' in state;
}

/** A new net, once `fill` has given it its weights; an error frees its memory. */
export async function filled<N extends Net>(net: N, fill: (net: N) => void | Promise<void>): Promise<N> {
  try {
    await fill(net);
    return net;
  } catch (error) {
    net.dispose();
    throw error;
  }
}

/**
 * Training, predictions and lifetime of every net. Calls may overlap: each gives what it would have given alone. fit waits, between batches, for calls that read the weights, and
 * those see the weights of the batch before; a second fit, and dispose while any call is under way, are refused. After dispose every method throws.
 */
export abstract class Net {
  readonly engine: Engine;
  /** @internal */
  abstract readonly network: Computation;
  /** @internal */
  abstract readonly state: {
    readonly method: string;
    readonly options: { readonly seed: number; readonly preset?: Preset };
    readonly target: TargetInfo;
    readonly vectorizer?: TextVectorizerJson;
  } & Precision;
  /** Seconds that learning its structure took, by phase; absent on a loaded net, and where there is none to learn. */
  growSeconds?: object;
  private reader: Promise<TextVectorizer> | undefined;
  /** Every call that awaits holds it. */
  protected readonly life = new Lifetime();

  constructor(engine: Engine, state: object) {
    if (!isEngine(engine) || !isState(state))
      throw new TypeError('constructor: is internal, use the create or grow of the class, or load');
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

  /** A copy. */
  get target(): TargetInfo {
    return structuredClone(this.state.target);
  }

  /** How texts become rows for this net, for TextVectorizer.fromJSON; a copy. Absent unless it was made for rows of a TextVectorizer. */
  get vectorizer(): TextVectorizerJson | undefined {
    return structuredClone(this.state.vectorizer);
  }

  /** What the net is and is made of, for programs. */
  abstract describe(): NetDescription;

  /**
   * The net as a safetensors file: weights and structure as tensors, the rest as metadata, with a digest of all (docs/FORMAT.md).
   * @param metadata further entries of the file's metadata, text by name
   * @throws RangeError for weights that are not finite, or names and metadata of more than 100 MB
   */
  save(metadata?: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
    this.life.requireAlive();
    return atOnce(this.packing(metadata));
  }

  /**
   * save that yields to the event loop, so that a page stays alive: the same file, of the weights of now.
   * @throws also the signal's reason
   */
  async saveAsync(
    metadata?: Readonly<Record<string, string>>,
    options: SaveOptions = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { signal } = complete(SAVE, options, 'saveAsync');
    return this.life.read(() => inTurns(this.packing(metadata), new Pace(signal)));
  }

  /** Makes the file of weights that nobody writes meanwhile. */
  protected abstract packing(metadata?: Readonly<Record<string, string>>): Steps<Uint8Array<ArrayBuffer>>;

  /** What must be equal to resume training. */
  protected abstract get identity(): Record<string, unknown>;

  /** Options of fit, with the defaults of this kind of net. */
  protected get fitOptions(): Options & typeof FIT {
    return FIT;
  }

  /** Checks data against what the net was made for. */
  protected check(data: Dataset, argument: string, labelled: boolean): void {
    this.life.requireAlive();
    requireDataset(data, argument);
    this.fits(data, argument, labelled);
  }

  /** check, of what is known of the rows. */
  protected abstract fits(data: Outline, argument: string, labelled: boolean): void;

  /** As the first layer sees them. */
  protected transformed(data: Dataset, _argument: string, _pace: Pace): Dataset | Promise<Dataset> {
    return data;
  }

  /** Bytes of typed arrays: in use at most while data are transformed, and of the copy that this leaves. */
  protected transformBytes(_: Dataset): { most: number; kept: number } {
    return { most: 0, kept: 0 };
  }

  /** Checked data as the net computes with them. */
  protected async prepared(data: Dataset, argument: string, labelled: boolean, pace: Pace): Promise<Dataset> {
    const transformed = await this.transformed(data, argument, pace);
    return labelled ? aligned(transformed, this.state.target, argument) : transformed;
  }

  /** Runs all rows in order, `size` at a time, without noise. */
  protected abstract batches(
    data: Dataset,
    size: number,
    pace: Pace,
  ): AsyncIterable<OutputBatch> | Iterable<OutputBatch>;

  /**
   * Trains all weights: softmax cross-entropy for classes, sigmoid cross-entropy for tasks (missing labels left out), squared error for values. Values are standardised for that by the
   * mean and deviation of the rows that the net was made for, so that their loss is in units of that variance. With
   * `validation`, the best epoch's weights are kept. Yields to the event loop; an error, also one of a callback or of the promise it returns, leaves the weights of the last whole
   * epoch.
   */
  async fit(train: Dataset | Streamed, options: FitOptions = {}): Promise<FitResult> {
    const given = complete(this.fitOptions, options, 'fit') as Completed<typeof FIT>;
    const settings = fitSettings(given, this.outlined(train, 'train'), this.state.options);
    if (settings.validation) this.outlined(settings.validation, 'validation');
    return this.life.train('fit', async () => {
      Object.assign(this.state, precisionOf(this.engine));
      // Pages that only run nets do without.
      const { fitNet } = await import('./fit-net.js');
      return fitNet(this.asParts(), train, settings);
    });
  }

  /** What is known of labelled rows that the net can take. */
  private outlined(data: Dataset | Streamed, argument: string): Outline {
    this.life.requireAlive();
    const outline = outlineOf(data, argument);
    this.fits(outline, argument, true);
    return outline;
  }

  /** What works on the net from outside of it. */
  private asParts(): NetParts {
    const { engine, seed, network, target, identity, unit, life } = this;
    return {
      ...{ engine, seed, network, target, unit, readers: life },
      identity: { ...identity, ...precisionOf(engine) },
      transformBytes: (data) => this.transformBytes(data),
      prepared: (data, argument, labelled, pace) => this.prepared(data, argument, labelled, pace),
      assess: (data, options, how) => this.assess(data, options, how),
      run: (data, options, how) => this.run(data, options, how),
    };
  }

  /**
   * The most bytes that fit would have in use with these rows and options, by the reckoning by which it would be refused: all that its engine has in use now, what training lays
   * out in WebAssembly memory, and the typed arrays that it makes. Nothing is allocated. Not in it: the rows themselves and JavaScript objects.
   * @throws TypeError, RangeError for what fit would not take
   */
  memory(train: Dataset, options: FitOptions = {}): number {
    const given = complete(this.fitOptions, options, 'memory') as Completed<typeof FIT>;
    const { validation } = given;
    this.check(train, 'train', true);
    if (validation) {
      requireDataset(validation, 'validation');
      this.check(validation, 'validation', true);
    }
    const transforms = [train, ...(validation ? [validation] : [])].map((data) => this.transformBytes(data));
    const { engine, network } = this;
    const settings = { ...fitSettings(given, train, this.state.options), validation };
    const copies = transforms.reduce((sum, { kept }) => sum + kept, 0);
    const need = fitBytes(engine, network, train, settings, copies);
    return engine.held + engine.arena.used + Math.max(need, ...transforms.map(({ most }) => most));
  }

  /**
   * Texts as rows for evaluate, explain and fit, by the vectorizer that the net keeps, in the order given. Labels are classes by name.
   * @throws TypeError for a net that keeps no vectorizer, or for what are no texts
   */
  async readTexts(texts: Texts, labels: LabelOptions = {}): Promise<Dataset> {
    const { vectorizer, target } = this.state;
    if (vectorizer === undefined)
      throw new TypeError(
        'texts: expected a Dataset, got texts, but this net keeps no vectorizer; grow one on what TextVectorizer makes of texts',
      );
    if (typeof texts === 'string')
      throw new TypeError(`texts: expected several texts, got one; a list of it is [text]`);
    requireObject(labels, 'options');
    return this.life.read(async () => {
      this.reader ??= import('../data/documents/vectorizer.js').then((module) =>
        module.TextVectorizer.fromJSON(vectorizer),
      );
      const named = labels.labels !== undefined && target.names ? { classNames: target.names } : {};
      return (await this.reader).transform(texts, { ...named, ...labels });
    });
  }

  /**
   * Outputs for every row, or for every text, by the vectorizer that the net keeps.
   * @throws TypeError for texts where the net keeps none, RangeError for outputs that are not finite: weights can be that large
   */
  async predict(data: Dataset | Streamed | readonly string[], options: RunOptions = {}): Promise<Prediction> {
    const settings = complete(RUN, options, 'predict');
    if (isStream(data, 'data')) return this.overStream(data, settings, false);
    const rows = areTexts(data) ? await this.readTexts(data) : data;
    this.check(rows, 'data', false);
    const arrays = this.transformBytes(rows).kept;
    const outputs = await this.life.read(async () => {
      const prepared = await this.prepared(rows, 'data', false, new Pace(settings.signal));
      return this.run(prepared, settings, { arrays });
    });
    return this.target.kind === 'classes' ? { outputs, classes: argmax(outputs, this.target.outputs) } : { outputs };
  }

  /**
   * Loss, and how good the predictions of labelled rows are: accuracy, confusion matrix, precision, recall and F1 for classes; areas under ROC curves for tasks; RMSE and R² for
   * values. The loss is that of the rows as they are, without class weights.
   * @throws RangeError for outputs or a loss that are not finite: weights can be that large
   */
  async evaluate(data: Dataset | Streamed, options: RunOptions = {}): Promise<Evaluation> {
    const settings = complete(RUN, options, 'evaluate');
    if (isStream(data, 'data')) return this.overStream(data, settings, true);
    this.check(data, 'data', true);
    const arrays = this.transformBytes(data).kept;
    return this.life.read(async () => {
      const prepared = await this.prepared(data, 'data', true, new Pace(settings.signal));
      return this.assess(prepared, settings, { arrays });
    });
  }

  /** evaluate or predict, shard by shard. */
  private overStream(data: Streamed, settings: RunSettings, labelled: true): Promise<Evaluation>;
  private overStream(data: Streamed, settings: RunSettings, labelled: false): Promise<Prediction>;
  private overStream(data: Streamed, settings: RunSettings, labelled: boolean): Promise<Evaluation | Prediction> {
    this.life.requireAlive();
    this.fits(outlineOf(data, 'data'), 'data', labelled);
    return this.life.read(async () => {
      const { assessStream, runStream } = await import('./fit-net.js');
      return labelled ? assessStream(this.asParts(), data, settings, {}) : runStream(this.asParts(), data, settings);
    });
  }

  /** Frees the net's memory; it cannot be used after. Error while a call is under way. */
  dispose(): void {
    if (this.life.end()) this.network.dispose();
  }

  /** evaluate, for data that are prepared. */
  protected async assess(
    data: Dataset,
    options: RunSettings,
    { arrays = 0, brief = false }: AssessOptions,
  ): Promise<Evaluation> {
    const loss = { sum: 0, weight: 0 };
    const { target } = this.state;
    const outputs = await this.run(data, options, { loss, arrays: arrays + (brief ? 0 : confusionBytes(target)) });
    checkTargets(data.targets!, data.rows);
    return { loss: meanLoss(loss), rows: data.rows, ...metrics(outputs, data.targets!, { target, brief }) };
  }

  /** What a row is called. */
  protected get unit(): string {
    return 'rows';
  }

  /** Outputs of prepared data. Sums the loss up and shows each batch, before its activation, where asked to. `arrays`: bytes of those that the caller made for this. */
  protected async run<B extends OutputBatch>(
    data: Dataset,
    { batchSize, signal }: RunSettings,
    { loss, visit, arrays = 0, batches }: RunHow<B> = {},
  ): Promise<Outputs> {
    const { engine, network } = this;
    const { outputs } = network.loss;
    const pace = new Pace(signal);
    const scope = engine.scope();
    const size = Math.min(batchSize, data.rows);
    const need = runBytes(engine, network, data, { size, loss: loss !== undefined, arrays });
    const what = `running this net over ${data.rows} ${this.unit}, ${size} at a time,`;
    requireMemory(engine, need, 'batchSize', what, `smaller batches or fewer ${this.unit}`);
    const result = network.loss.room(data.rows);
    try {
      const { gradient, rowMajor, loss: bound } = new OutputRoom(engine, scope, network, size, loss !== undefined);
      for await (const batch of batches?.(size, pace) ?? this.batches(data, size, pace)) {
        const { rows, logits, tiles } = batch;
        if (loss && bound) {
          const { sum, weight } = await bound.gradient(gradient, logits, data.targets!, rows, pace);
          loss.sum += sum;
          loss.weight += weight;
        }
        visit?.(batch as B);
        await network.loss.activate(engine, logits, tiles, pace);
        await tilesToRows(engine, rowMajor, logits, outputs, tiles, pace);
        network.loss.put(result, rows[0]!, engine.f32(rowMajor, rows.length * outputs));
        if (pace.due) await pace.turn();
      }
      await pace.end();
    } finally {
      scope.dispose();
    }
    requireFiniteRows(result, outputs, 'outputs');
    return result;
  }
}
