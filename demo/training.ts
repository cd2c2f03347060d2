import { createHash } from 'node:crypto';
import type { Dataset, EpochRecord, FeedforwardNet, FitOptions, FitResult, GaterNet, LayerSummary } from 'espalier';
import type { Progress } from './progress.js';

export interface Rows {
  readonly train: Dataset;
  readonly validation: Dataset;
  readonly test: Dataset;
}

/** A net as it was trained and tested. */
export interface NetResult {
  readonly name: string;
  readonly weights: number;
  readonly layers: readonly LayerSummary[];
  readonly history: readonly EpochRecord[];
  readonly bestEpoch: number;
  readonly testAccuracy: number;
  readonly phases: readonly { readonly name: string; readonly seconds: number }[];
  /** Of the test rows: the class chosen, and [rows][classes] probabilities. */
  readonly classes: Int32Array;
  readonly outputs: Float32Array;
  readonly sha256: string;
}

/** Trains a net and shows how it goes. The best epoch is chosen on the validation rows. */
export async function fitShown(
  progress: Progress,
  name: string,
  net: FeedforwardNet | GaterNet,
  { train, validation }: Rows,
  fit: FitOptions,
): Promise<FitResult> {
  const label = `${name}, training`;
  let reached = '';
  const fitted = await net.fit(train, {
    ...fit,
    validation,
    onProgress: ({ epoch, epochs, batch, batches, loss }) =>
      progress.at(
        label,
        (epoch - 1) * batches + batch,
        epochs * batches,
        `epoch ${epoch}/${epochs}, loss ${loss.toFixed(3)}${reached}`,
      ),
    onEpoch: ({ validation }) => {
      reached = `, validation ${percent(validation!.accuracy!)}`;
    },
  });
  const { history, bestEpoch } = fitted;
  const best = history[bestEpoch - 1]!.validation!.accuracy!;
  progress.at(label, 1, 1, `${history.length} epochs, best ${bestEpoch}, validation ${percent(best)}`);
  return fitted;
}

/** Trains and tests; `grown` are the phases before. */
export async function fitAndTest(
  progress: Progress,
  name: string,
  net: FeedforwardNet,
  rows: Rows,
  fit: FitOptions,
  grown: NetResult['phases'] = [],
): Promise<NetResult> {
  const { history, bestEpoch, seconds } = await fitShown(progress, name, net, rows, fit);
  progress.at(`${name}, testing`);
  const { accuracy } = await net.evaluate(rows.test);
  const { outputs, classes } = await net.predict(rows.test);
  progress.at(`${name}, testing`, 1, 1, `accuracy ${percent(accuracy!)}`);
  progress.end();
  return {
    name,
    weights: net.weights,
    layers: net.layers,
    history,
    bestEpoch,
    testAccuracy: accuracy!,
    phases: [...grown, { name: 'Training', seconds }],
    classes: classes!,
    outputs,
    sha256: createHash('sha256').update(net.save()).digest('hex'),
  };
}

/** On the validation rows, at the epoch whose weights the net has. */
export function validationAccuracy({ history, bestEpoch }: NetResult): number {
  return history[bestEpoch - 1]!.validation!.accuracy!;
}

/** Of all phases. */
export function secondsOf({ phases }: NetResult): number {
  return phases.reduce((sum, { seconds }) => sum + seconds, 0);
}

/** For the terminal. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
