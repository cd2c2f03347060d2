import { createHash } from 'node:crypto';
import {
  type Dataset,
  type EpochRecord,
  type FeedforwardNet,
  type FitOptions,
  type GatedPrediction,
  GaterNet,
  type LayerSummary,
} from 'espalier';
import { percent, sum } from './numbers.js';
import { progress } from './progress.js';
import type { RowCounts } from './run.js';

export interface Rows {
  readonly train: Dataset;
  readonly validation: Dataset;
  readonly test: Dataset;
}

/** A net as it was trained and tested. */
export interface NetResult {
  readonly name: string;
  readonly weights: number;
  /** Of a net that is made of layers. */
  readonly layers: readonly LayerSummary[];
  readonly history: readonly EpochRecord[];
  readonly bestEpoch: number;
  readonly testAccuracy: number;
  readonly phases: readonly { readonly name: string; readonly seconds: number }[];
  /** Of the test rows: the class chosen, and [rows][classes] probabilities. */
  readonly classes: Int32Array;
  readonly outputs: Float32Array | Float64Array;
  /** Of the test rows, [rows][gates], of a net that has some. */
  readonly gates?: Float32Array;
  readonly sha256: string;
}

export function countsOf({ train, validation, test }: Rows): RowCounts {
  return { train: train.rows, validation: validation.rows, test: test.rows };
}

/** Trains, tests and shows how it goes; the best epoch is chosen on the validation rows. `grown` are the phases before. */
export async function fitAndTest(
  name: string,
  net: FeedforwardNet | GaterNet,
  rows: Rows,
  fit: FitOptions,
  grown: NetResult['phases'] = [],
): Promise<NetResult> {
  const { history, bestEpoch, seconds } = await fitShown(name, net, rows, fit);
  const { test } = rows;
  progress.at(`${name}, testing`);
  const gated = net instanceof GaterNet && net.gateLayout.length > 0;
  const { outputs, classes, gates }: GatedPrediction = gated
    ? await net.predict(test, { gates: true })
    : await net.predict(test);
  const labels = test.targets!.values;
  const right = classes!.reduce((count, guess, row) => count + (guess === labels[row] ? 1 : 0), 0);
  progress.done(`${name}, testing`, `accuracy ${percent(right / test.rows)}`);
  return {
    name,
    weights: net.weights,
    layers: net instanceof GaterNet ? [] : net.layers,
    history,
    bestEpoch,
    testAccuracy: right / test.rows,
    phases: [...grown, { name: 'Training', seconds }],
    classes: classes!,
    outputs,
    ...(gates ? { gates } : {}),
    sha256: createHash('sha256').update(net.save()).digest('hex'),
  };
}

async function fitShown(name: string, net: FeedforwardNet | GaterNet, { train, validation }: Rows, fit: FitOptions) {
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
  const best = percent(history[bestEpoch - 1]!.validation!.accuracy!);
  progress.at(label, 1, 1, `${history.length} epochs, best ${bestEpoch}, validation ${best}`);
  return fitted;
}

/** On the validation rows, at the epoch whose weights the net has. */
export function validationAccuracy({ history, bestEpoch }: NetResult): number {
  return history[bestEpoch - 1]!.validation!.accuracy!;
}

/** Of all phases. */
export function secondsOf({ phases }: NetResult): number {
  return sum(phases.map(({ seconds }) => seconds));
}

/** A line for the terminal. `dense`: the net to compare its size with. */
export function netLine(net: NetResult, dense?: NetResult): string {
  const share = dense ? ` (${percent(net.weights / dense.weights).padStart(8)} of dense)` : '';
  const weights = net.weights.toLocaleString('en-US').padStart(7);
  return `${net.name.padEnd(12)} test accuracy ${percent(net.testAccuracy)}, ${weights} weights${share}, ${secondsOf(net).toFixed(1).padStart(5)} s`;
}
