// What the reports of the demos need to tell, made up.
import type { Explained } from '../../demo/frame/explained.js';
import type { RowCounts, Run } from '../../demo/frame/run.js';
import type { NetResult } from '../../demo/frame/training.js';

/** A name that a page must not take for markup is among the facts. */
export function runFacts(rows: RowCounts): Run {
  const machine = { cpu: 'Chip <9>', cores: 2, node: 'v20', platform: 'linux x64' };
  return { seed: 1, machine, seconds: 30, peakBytes: 1e8, rows };
}

/** Two epochs, two seconds; of the test rows, row r is said to be of class r, and so on from 0 again. */
export function netResult(
  name: string,
  weights: number,
  testAccuracy: number,
  { rows, classes }: { rows: number; classes: number },
): NetResult {
  return {
    name,
    weights,
    layers: [],
    history: [1, 2].map((epoch) => ({
      epoch,
      learningRate: 0.1,
      loss: 1 / epoch,
      seconds: 1,
      validation: { loss: 0.5, rows: 5, accuracy: 0.25 * epoch },
    })),
    bestEpoch: 2,
    testAccuracy,
    phases: [{ name: 'Training', seconds: 2 }],
    classes: Int32Array.from({ length: rows }, (_, i) => i % classes),
    outputs: new Float32Array(rows * classes).fill(1 / classes),
    sha256: '0123456789abcdef0123',
  };
}

/** An answer that is 0 where 1 is right: by feature 1 and 0, by a unit of each kind; another feature and unit are left out. */
export function explainedAnswer(row: number, names: readonly string[]): Explained {
  const feature = (f: number, contribution: number) => ({ feature: f, name: names[f]!, value: 1, contribution });
  const unit = { activation: 1, baseline: 0.25, features: [feature(1, 0.5), feature(0, -0.125)] };
  return {
    ...{ row, output: 0, name: '0', prediction: 0.625, against: 1, label: 1, scale: 'logit' },
    ...{ total: 2, baseline: 0.5, bias: -0.25, otherUnits: 0.5, otherFeatures: 0.25, error: 0.0005 },
    units: [
      { ...unit, kind: 'sparse', layer: 0, unit: 0, contribution: 2 },
      { ...unit, kind: 'skip', layer: 0, unit: 1, contribution: -0.25 },
    ],
    features: [feature(1, 2), feature(0, -0.7505)],
  };
}
