// A run of nets over the same rows, side by side: stopped, gone on with, judged.
import type { DenseNet, EpochRecord, Evaluation, FitProgress, GaterNet, TrfNet, TseNet } from 'espalier';
import type { RemoteDataset, RemoteNet } from 'espalier/worker';
import type { Chosen } from './option-form.js';
import { starting } from './worker.js';

/** Nets over rows, which can be explained. */
export type RowNet = RemoteNet<TrfNet> | RemoteNet<TseNet> | RemoteNet<DenseNet>;
export type ImageNet = RemoteNet<GaterNet>;
export type AnyNet = RowNet | ImageNet;
export type MethodName = 'trf' | 'tse' | 'dense' | 'gaternet';

export function isImageNet(net: AnyNet): net is ImageNet {
  return net.method === 'gaternet';
}

/** Share of the gates that images opened; undefined of nets without. */
export function gatesOpen(evaluation: (Evaluation & { readonly gatesOpen?: number }) | undefined): number | undefined {
  return evaluation?.gatesOpen;
}

export interface Hears {
  readonly state: (words: string) => void;
  /** After every batch and epoch. */
  readonly moved: (runner: Runner) => void;
}

/** One net and how far it is. */
export class Runner {
  net: AnyNet | undefined;
  records: EpochRecord[] = [];
  progress: FitProgress | undefined;
  checkpoint: Uint8Array<ArrayBuffer> | undefined;
  evaluation: Evaluation | undefined;
  isDone = false;

  constructor(
    readonly name: string,
    readonly method: MethodName,
    readonly chosen: Chosen,
  ) {}

  async run(run: Run, signal: AbortSignal, hears: Hears): Promise<void> {
    const { train, validation, test } = run;
    this.net ??= await this.grow(train, signal, hears);
    signal.throwIfAborted();
    const resume = this.checkpoint?.slice();
    // Of a checkpoint all epochs so far are told again by nobody: they are here.
    await this.net.fit(train, {
      ...this.chosen.fit,
      validation,
      signal,
      ...(resume ? { resume } : {}),
      onProgress: (progress) => {
        this.progress = progress;
        hears.moved(this);
      },
      onEpoch: (record) => {
        this.records = [...this.records.filter(({ epoch }) => epoch < record.epoch), record];
        hears.moved(this);
      },
      onCheckpoint: (checkpoint) => {
        this.checkpoint = checkpoint;
      },
    });
    this.isDone = true;
    this.evaluation = await this.net.evaluate(test);
    hears.moved(this);
  }

  private async grow(train: RemoteDataset, signal: AbortSignal, hears: Hears): Promise<AnyNet> {
    const worker = await starting;
    const { net } = this.chosen;
    const tell = (progress: { phase: string; done: number; total: number }) =>
      hears.state(`Growing the net: ${progress.phase}, ${progress.done} of ${progress.total} …`);
    switch (this.method) {
      case 'trf':
        return worker.TrfNet.grow(train, { ...net, signal, onProgress: tell });
      case 'tse':
        return worker.TseNet.grow(train, { ...net, signal, onProgress: tell });
      case 'dense':
        return worker.DenseNet.create(train, net);
      case 'gaternet':
        return worker.GaterNet.create(train, net);
    }
  }
}

/** Seven rows of ten to learn from, one to choose the best epoch by, two to judge by, which are held out. */
export class Run {
  train!: RemoteDataset;
  validation!: RemoteDataset;
  test!: RemoteDataset;

  constructor(readonly runners: readonly Runner[]) {}

  async start(data: RemoteDataset): Promise<void> {
    const worker = await starting;
    const parts = await worker.splitRows(data, { test: 0.2, validation: 0.1, seed: 1 });
    Object.assign(this, parts);
  }

  /** Also goes on. Two nets on one engine do not disturb each other: both curves move at once. */
  async go(signal: AbortSignal, hears: Hears): Promise<void> {
    const left = this.runners.filter(({ isDone }) => !isDone);
    const ended = await Promise.allSettled(left.map((runner) => runner.run(this, signal, hears)));
    const failed = ended.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async dispose(): Promise<void> {
    const held = [...this.runners.map(({ net }) => net), this.train, this.validation, this.test];
    // What still works frees itself later.
    for (const one of held) await one?.dispose().catch(() => {});
  }
}
