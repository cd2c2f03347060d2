// A run of the demo on clothes, made up.
import { gateReport } from 'espalier';
import type { NetResult } from '../../demo/frame/training.js';
import type { GaterRun } from '../../demo/gaternet/page.js';
import { netResult, runFacts } from './demo-results.js';
import { randomGates, residualLayout } from './gates.js';

export const SIDE = 6;
const NAMES = ['T-shirt <1>', 'bag & "case"', 'boot'];

export function gaternetRun(): GaterRun {
  const { gates, labels, layout, classes, width } = randomGates(11, residualLayout([4, 8], 2), 60, 3);
  const rows = { train: 100, validation: 20, test: 60 };
  const net = (name: string, weights: number, testAccuracy: number, gatesOpen?: number): NetResult => {
    const result = netResult(name, weights, testAccuracy, { rows: 60, classes: 3 });
    const history = result.history.map((record) => ({
      ...record,
      validation: { ...record.validation!, ...(gatesOpen === undefined ? {} : { gatesOpen }) },
    }));
    return { ...result, history };
  };
  return {
    ...runFacts(rows),
    data: { name: 'Fashion <MNIST>', side: SIDE, classNames: NAMES },
    backbone: 'ResNet-8',
    gater: 'small CNN',
    placement: 'every-conv',
    lambda: 0.1,
    fit: { epochs: 2, batchSize: 4, learningRate: 0.1 },
    pretrainEpochs: 1,
    gated: net('Gated', 12345, 0.975, 0.5),
    twin: net('Twin', 6789, 0.9625),
    gates: gateReport(gates, layout, { values: labels, classes, names: NAMES }),
    batchSizes: [1, 32],
    costs: [
      { name: 'Twin', multiplyAdds: 4e6, milliseconds: [2.5, 2] },
      { name: 'Gated', multiplyAdds: 3e6, milliseconds: [2, 1.25] },
      { name: 'With gater', multiplyAdds: 3.5e6, milliseconds: [2.25, 1.5] },
    ],
    examples: [0, 1, 2, 3].map((row) => ({
      pixels: new Uint8Array(SIDE * SIDE).fill(row),
      gates: gates.subarray(row * width, (row + 1) * width),
      label: labels[row]!,
      predicted: row === 2 ? (labels[row]! + 1) % 3 : labels[row]!,
      probability: 0.9,
      multiplyAdds: 2.5e6,
    })),
  };
}
