import { createHash } from 'node:crypto';
import { complete } from '../../check/complete.js';
import { decisive, type Identity, identity } from '../../files/identity.js';
import { loadNet } from '../../models/load.js';
import type { Method } from '../../models/method.js';
import type { Net } from '../../models/net.js';
import type { FitResult } from '../../training/fit.js';
import type { FitOptions } from '../../training/fit-options.js';
import { Interrupted } from '../errors.js';
import type { FlagValues } from '../flags/read.js';
import { interruptible } from '../interrupt.js';
import { Progress } from '../print/progress.js';
import { type RunState, readRun, writeRun } from '../read/checkpoint.js';
import type { InputOptions, Inputs } from '../read/inputs.js';

/** The command line of train, the methods' own flags apart. */
export interface TrainOptions extends Omit<InputOptions, 'seed'> {
  method: string;
  checkpoint?: string;
  resume?: string;
  out?: string;
  json?: boolean;
}

/** Learning and fitting, with a checkpoint of both in one file. */
export class TrainRun {
  private readonly progress: Progress;
  private known: Identity | undefined;
  private saved = false;

  constructor(
    private readonly method: Method,
    private readonly options: TrainOptions,
    private readonly inputs: Inputs,
    private readonly learn: FlagValues,
    private readonly fit: FitOptions,
  ) {
    this.progress = new Progress(options.json);
  }

  /** Only checkpoints need it, and hashing large data takes its time. */
  private get identity(): Identity {
    const { train, validation } = this.inputs;
    this.known ??= identity({
      method: this.method.name,
      'training data': train.sha256,
      'validation data': validation?.sha256,
      csv: train.csv,
      columns: train.data.columns,
      ...this.vocabulary,
      holdout: this.options.holdout,
      limit: this.options.limit,
      ...this.learn.files,
      ...decisive(this.method.options, complete(this.method.options, this.learn.options, 'train')),
    });
    return this.known;
  }

  /** The words, however they were come by, and where the texts stand. */
  private get vocabulary(): Record<string, unknown> {
    const { vectorizer } = this.inputs.train.data;
    if (!vectorizer) return {};
    const digest = createHash('sha256').update(JSON.stringify(vectorizer)).digest('hex');
    return { 'vocabulary data': digest, texts: this.options.text?.asked };
  }

  async finish(): Promise<{ net: Net; result: FitResult }> {
    const { checkpoint, resume } = this.options;
    const resumed = resume === undefined ? undefined : await readRun(resume, this.identity);
    try {
      return await interruptible((signal) => this.run(resumed, signal));
    } catch (error) {
      if (error instanceof Interrupted && this.saved)
        throw new Interrupted(error.code, `interrupted; the same command with --resume ${checkpoint} goes on`);
      throw error;
    } finally {
      this.progress.stop();
    }
  }

  private async run(resumed: RunState | undefined, signal: AbortSignal): Promise<{ net: Net; result: FitResult }> {
    const { inputs, progress, options } = this;
    const net = resumed && 'net' in resumed ? await loadNet(resumed.net) : await this.grow(resumed?.growth, signal);
    // Where training began: only a checkpoint needs it.
    const start =
      options.checkpoint === undefined ? undefined : resumed && 'net' in resumed ? resumed.net : await net.saveAsync();
    const result = await net.fit(inputs.rows, {
      ...this.fit,
      validation: inputs.validation?.data ?? inputs.held,
      signal,
      onProgress: (done) => progress.fit(done),
      onEpoch: (record) => progress.epoch(record),
      onCheckpoint: start && ((fit) => this.save({ net: start, fit })),
      resume: resumed && 'fit' in resumed ? resumed.fit : undefined,
    });
    return { net, result };
  }

  private grow(resume: Uint8Array | undefined, signal: AbortSignal): Promise<Net> {
    return this.method.learn(this.inputs.rows, this.learn.options, {
      signal,
      onProgress: (done) => this.progress.learn(done),
      onCheckpoint: (growth) => this.save({ growth }),
      resume,
    });
  }

  private save(state: RunState): void {
    if (this.options.checkpoint === undefined) return;
    writeRun(this.options.checkpoint, this.identity, state);
    this.saved = true;
  }
}
