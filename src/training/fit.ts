import type { WebAbortSignal } from '../check/option.js';
import type { Dataset } from '../data/dataset.js';
import type { Outline } from '../data/outline.js';
import type { Streamed } from '../data/streamed.js';
import { decisive, type Identity, identity } from '../files/identity.js';
import type { Address } from '../runtime/address.js';
import type { Engine } from '../runtime/engine.js';
import { nextTask, Pace, unlessAborted } from '../runtime/pace.js';
import { copying, inTurns } from '../runtime/steps.js';
import { better, type CheckpointState, type EpochRecord, readCheckpoint, writeCheckpoint } from './checkpoint.js';
import { type Batch, type Feed, ShuffledRows, type TrainingRows } from './feed.js';
import { FIT, type FitSettings } from './fit-options.js';
import type { LossSum } from './losses.js';
import type { Evaluation, Monitor } from './metrics.js';
import { type Block, createOptimizer, isFiniteBlock, type Slowed } from './optimizer.js';
import { scheduleFactor } from './schedule.js';

export interface FitResult {
  history: EpochRecord[];
  /** How many there were to be, as given or by default. */
  epochs: number;
  /** Epoch whose weights the net has now. */
  bestEpoch: number;
  stoppedBy: 'epochs' | 'patience';
  seconds: number;
}

/** One run of training over a dataset: a workspace planned for one batch size. */
export interface TrainingSession {
  readonly gradients: Address;
  /** Floats from the start of the parameters that the optimiser moves at this step; missing for all. What comes after is kept with them. */
  readonly trained?: number;
  /** The floats from `from` on move at the rate times the factor. */
  readonly slowed?: Slowed;
  /** Loss and gradients of these rows, of the dataset unless told `from` what; `step` numbers the noise. Rejects with what the pace throws, and then has changed nothing that lasts. */
  step(rows: Int32Array, seed: number, step: number, pace: Pace, from?: TrainingRows): Promise<LossSum>;
  /** Moves what lasts beside the weights, such as running statistics, as the last step said. Called with the optimiser's step. */
  commit?(): void;
  dispose(): void;
}

/** What fit can train. */
export interface Trainable {
  readonly engine: Engine;
  readonly seed: number;
  readonly parameters: Block;
  /** Floats of the parameters that are trained; what follows them (running statistics) is only kept with them. Default: all. */
  readonly trainedLength?: number;
  /** Shapes and settings that must be equal to resume. */
  readonly identity: Record<string, unknown>;
  startTraining(train: Outline, batchSize: number): TrainingSession;
  /** Where the rows of a stream come from. */
  feed?(batchSize: number, seed: number): Feed;
  /** What the history keeps. */
  evaluate(
    data: Dataset | Streamed,
    options: { batchSize: number; signal?: WebAbortSignal | undefined },
  ): Promise<Evaluation>;
  /** Others that read the weights, which are not written meanwhile. */
  readonly readers: { readonly beingRead: boolean; unread(): Promise<void> };
}

/** Trains a net by options that are completed and checked. */
export async function fit(net: Trainable, train: Outline, options: FitSettings): Promise<FitResult> {
  const run = await Run.start(net, train, options);
  try {
    return await run.finish();
  } finally {
    run.dispose();
  }
}

/** The state of one call of fit. */
class Run {
  private epoch = 0;
  private batch = 0;
  private step = 0;
  private lossSum = 0;
  private lossWeight = 0;
  private history: EpochRecord[] = [];
  private bestEpoch = 0;
  private bestScore = Number.NEGATIVE_INFINITY;
  private bestLoss = Number.POSITIVE_INFINITY;
  private best: Float32Array | undefined;
  /** What an error goes back to: the weights at the end of the last whole epoch. */
  private lastGood: Float32Array = new Float32Array(0);
  /** Room for the next epoch's weights: that of some which are no longer needed. */
  private spare: Float32Array | undefined;
  private readonly startedAt = performance.now();
  private rowsDone = 0;
  /** One for the whole run: epochs may be shorter than its interval. */
  private readonly pace = new Pace();

  private constructor(
    private readonly net: Trainable,
    private readonly train: Outline,
    private readonly feed: Feed,
    private readonly options: Settings,
    private readonly scope: ReturnType<Engine['scope']>,
    private readonly session: TrainingSession,
    private readonly optimizer: ReturnType<typeof createOptimizer>,
  ) {}

  static async start(net: Trainable, train: Outline, given: FitSettings): Promise<Run> {
    const options = settingsOf(given, net.seed, train);
    // Memory that is touched for the first time takes long: each vector of weights has a task of its own.
    await nextTask();
    const session = net.startTraining(train, options.batchSize);
    const scope = net.engine.scope();
    try {
      await nextTask();
      const length = net.trainedLength ?? net.parameters.length;
      const optimizer = createOptimizer(net.engine, scope, length, options.optimizer);
      await nextTask();
      const { batchSize, seed } = options;
      const feed = net.feed?.(batchSize, seed) ?? new ShuffledRows(net.engine, train.rows, batchSize, seed);
      const run = new Run(net, train, feed, options, scope, session, optimizer);
      if (options.resume) run.restore(options.resume);
      return run;
    } catch (error) {
      session.dispose();
      scope.dispose();
      throw error;
    }
  }

  /** Rejects with the signal's reason where that stopped it. */
  async finish(): Promise<FitResult> {
    const { epochs, signal } = this.options;
    this.lastGood = await this.weights();
    let stopped: boolean;
    try {
      await nextTask();
      stopped = !(await this.runEpochs());
      if (stopped) await this.handOver();
      await this.putWeights(this.best ?? this.lastGood);
    } catch (error) {
      await this.putWeights(this.lastGood);
      throw error;
    }
    if (stopped) throw signal!.reason;
    const { history, bestEpoch } = this;
    const stoppedBy = this.isStale() ? 'patience' : 'epochs';
    return { history, epochs, bestEpoch, stoppedBy, seconds: (performance.now() - this.startedAt) / 1000 };
  }

  /** False when the signal stopped it. */
  private async runEpochs(): Promise<boolean> {
    const { epochs, signal } = this.options;
    // A checkpoint may come from the very epoch that used up the patience: ask before an epoch too.
    while (this.epoch < epochs && !this.isStale()) if (!(await this.runEpoch())) return false;
    return (await this.unlessStopped(this.pace.end(signal))) !== undefined;
  }

  /** What can be gone on from. */
  private async handOver(): Promise<void> {
    await this.requireFinite();
    const { onCheckpoint } = this.options;
    if (onCheckpoint) this.pace.hear(onCheckpoint(await this.checkpoint()));
    // Hears of callbacks that were rejected; those that have not answered are not waited for.
    await this.pace.turn();
  }

  dispose(): void {
    this.session.dispose();
    this.scope.dispose();
  }

  /** False when the signal stopped it. */
  private async runEpoch(): Promise<boolean> {
    const { options, train, net } = this;
    const began = performance.now();
    const { rate } = this;
    const batches = Math.ceil(train.rows / options.batchSize);
    for (; this.batch < batches; ) {
      while (net.readers.beingRead) await net.readers.unread();
      if (options.signal?.aborted) return false;
      const given = this.feed.batch(this.epoch, this.batch);
      const taken = given instanceof Promise ? await this.unlessStopped(given) : { value: given };
      const loss = taken && (await this.loss(taken.value));
      if (!loss) return false;
      const { sum, weight } = loss;
      if (this.pace.due) await this.pace.turn();
      while (net.readers.beingRead) await net.readers.unread();
      if (!Number.isFinite(sum)) throw this.diverged(`loss ${sum} in batch ${this.batch + 1}`);
      this.optimizer.step(this.trained, this.session.gradients, rate, this.session.slowed);
      this.session.commit?.();
      this.lossSum += sum;
      this.lossWeight += weight;
      this.step++;
      this.batch++;
      this.rowsDone += taken.value.rows.length;
      this.report(batches);
      if (this.pace.due) await this.pace.turn();
    }
    await this.requireFinite();
    return this.endEpoch(await this.weights(), rate, began);
  }

  /** Of one step, with its gradients; undefined when the signal stopped it. */
  private async loss({ rows, from }: Batch): Promise<LossSum | undefined> {
    const { pace, session, step } = this;
    const { signal, seed } = this.options;
    pace.listen(signal);
    try {
      return await session.step(rows, seed, step, pace, from);
    } catch (error) {
      if (signal?.aborted && error === signal.reason) return undefined;
      throw error;
    } finally {
      pace.listen(undefined);
    }
  }

  /** Of this epoch. */
  private get rate(): number {
    const { learningRate, schedule, epochs } = this.options;
    return learningRate * scheduleFactor(schedule, this.epoch, epochs);
  }

  /** ReLU turns NaN into 0, so that a loss can be finite where weights, or what the optimiser keeps of them, no longer are. */
  private async requireFinite(): Promise<void> {
    const { engine, parameters } = this.net;
    for (const block of [parameters, ...Object.values(this.optimizer.state)]) {
      if (this.pace.due) await this.pace.turn();
      if (!isFiniteBlock(engine, block)) throw this.diverged('weights that are not finite');
    }
  }

  private diverged(symptom: string): RangeError {
    return new RangeError(
      `learningRate: training diverged in epoch ${this.epoch + 1} at ${this.rate} (${symptom}); the weights are those before that epoch. Try a lower rate or scaled features`,
    );
  }

  /** False when the signal stopped its validation, with which whoever goes on from the checkpoint begins, or came while a callback was waited for. */
  private async endEpoch(weights: Float32Array, learningRate: number, began: number): Promise<boolean> {
    const { options } = this;
    const record: EpochRecord = {
      epoch: this.epoch + 1,
      learningRate,
      loss: this.lossSum / Math.max(1, this.lossWeight),
      seconds: 0,
    };
    const before = [this.lastGood, this.best];
    if (options.validation) {
      const { batchSize, signal } = options;
      const validation = await this.unlessStopped(this.net.evaluate(options.validation, { batchSize, signal }));
      if (!validation) return false;
      record.validation = validation.value;
      const { bestEpoch: epoch, bestScore, bestLoss } = this;
      const best = better({ epoch, score: bestScore, loss: bestLoss }, record, options.watched);
      if (best.epoch === record.epoch) {
        this.bestScore = best.score;
        this.bestLoss = best.loss;
        this.bestEpoch = best.epoch;
        this.best = weights;
      }
    } else this.bestEpoch = record.epoch;
    this.lastGood = weights;
    this.spare = before.find((values) => values && values !== weights && values !== this.best);
    record.seconds = (performance.now() - began) / 1000;
    this.history.push(record);
    this.epoch++;
    this.batch = 0;
    this.lossSum = 0;
    this.lossWeight = 0;
    if (!(await this.unlessStopped(options.onEpoch?.(structuredClone(record))))) return false;
    if (!options.onCheckpoint || this.epoch % options.checkpointEvery !== 0) return true;
    return (await this.unlessStopped(options.onCheckpoint(await this.checkpoint()))) !== undefined;
  }

  /** Undefined when the signal came before the work was done. */
  private async unlessStopped<T>(work: T): Promise<{ value: Awaited<T> } | undefined> {
    const { signal } = this.options;
    try {
      return { value: await unlessAborted(work, signal) };
    } catch (error) {
      if (signal?.aborted && error === signal.reason) return undefined;
      throw error;
    }
  }

  private report(batches: number): void {
    const { options, train } = this;
    if (!options.onProgress) return;
    const seconds = (performance.now() - this.startedAt) / 1000;
    const rowsPerSecond = this.rowsDone / Math.max(1e-9, seconds);
    const rowsLeft = (options.epochs - this.epoch) * train.rows - Math.min(train.rows, this.batch * options.batchSize);
    const answer: unknown = options.onProgress({
      phase: 'fit',
      epoch: this.epoch + 1,
      epochs: options.epochs,
      batch: this.batch,
      batches,
      loss: this.lossSum / Math.max(1, this.lossWeight),
      rowsPerSecond,
      secondsLeft: rowsLeft / rowsPerSecond,
    });
    this.pace.hear(answer);
  }

  /** Whether so many epochs in a row were no better that the patience is used up. */
  private isStale(): boolean {
    const { validation, patience } = this.options;
    return validation !== undefined && this.epoch - this.bestEpoch >= patience;
  }

  /** What the optimiser moves at this step. */
  private get trained(): Block {
    const { at, length } = this.net.parameters;
    return { at, length: this.session.trained ?? this.net.trainedLength ?? length };
  }

  private async weights(): Promise<Float32Array> {
    const { spare } = this;
    this.spare = undefined;
    return inTurns(copying(this.net.engine, this.net.parameters, spare), this.pace);
  }

  private async putWeights(values: Float32Array): Promise<void> {
    const { readers } = this.net;
    await nextTask();
    while (readers.beingRead) await readers.unread();
    this.setWeights(values);
  }

  private setWeights(values: Float32Array): void {
    this.net.engine.f32(this.net.parameters.at, this.net.parameters.length).set(values);
  }

  private get identity(): Identity {
    const { net, train, options } = this;
    const validationRows = options.validation?.rows ?? 0;
    return identity({ net: net.identity, rows: train.rows, validationRows, ...decisive(FIT, options) });
  }

  private async checkpoint(): Promise<Uint8Array<ArrayBuffer>> {
    const { epoch, batch, step, lossSum, lossWeight, history, bestEpoch, bestScore, bestLoss } = this;
    const copied = (block: Block) => inTurns(copying(this.net.engine, block), this.pace);
    const vectors: Record<string, Float32Array> = { parameters: await copied(this.net.parameters) };
    if (this.best) vectors.best = this.best;
    for (const [name, block] of Object.entries(this.optimizer.state)) {
      vectors[name] = await copied(block);
    }
    const { scalars } = this.optimizer;
    const steps = writeCheckpoint(
      this.identity,
      {
        epoch,
        batch,
        step,
        lossSum,
        lossWeight,
        history,
        bestEpoch,
        bestScore,
        bestLoss,
        scalars,
      },
      vectors,
    );
    return inTurns(steps, this.pace);
  }

  private restore(bytes: Uint8Array): void {
    const { length } = this.net.parameters;
    const lengths: Record<string, number> = { parameters: length, best: length };
    for (const [name, block] of Object.entries(this.optimizer.state)) lengths[name] = block.length;
    const { epochs, watched, batchSize, validation } = this.options;
    const { state, vectors } = readCheckpoint(bytes, this.identity, {
      epochs,
      batches: Math.ceil(this.train.rows / batchSize),
      validationRows: validation?.rows,
      monitor: watched,
      scalars: this.optimizer.scalars.length,
      lengths,
    });
    this.setWeights(vectors.parameters!);
    this.best = vectors.best;
    for (const [name, block] of Object.entries(this.optimizer.state))
      this.net.engine.f32(block.at, block.length).set(vectors[name]!);
    this.optimizer.scalars = state.scalars;
    const { epoch, batch, step, lossSum, lossWeight, history, bestEpoch, bestScore, bestLoss }: CheckpointState = state;
    Object.assign(this, { epoch, batch, step, lossSum, lossWeight, history, bestEpoch, bestScore, bestLoss });
  }
}

/** With the seed and the patience that there are; where rows count by class, so does what epochs are compared by. */
type Settings = FitSettings & { seed: number; patience: number; watched: Monitor };

function settingsOf(given: FitSettings, seed: number, train: Outline): Settings {
  const { patience = Number.POSITIVE_INFINITY, validation } = given;
  if (patience !== Number.POSITIVE_INFINITY && !validation)
    throw new TypeError('patience: expected validation rows to be patient about, got none');
  scheduleFactor(given.schedule, 0, given.epochs);
  const watched = given.monitor === 'metric' && given.classWeights ? 'balanced' : given.monitor;
  return { ...given, watched, patience, seed: given.seed ?? seed, batchSize: Math.min(given.batchSize, train.rows) };
}
