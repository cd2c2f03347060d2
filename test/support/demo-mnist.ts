// A run of the demo on digits, made up.
import { PIXELS, permutation, SIDE } from '../../demo/data.js';
import { columnOfPixel, placeEdges } from '../../demo/mnist/geometry.js';
import type { MnistRun } from '../../demo/mnist/page.js';
import { explainedAnswer, netResult, runFacts } from './demo-results.js';

export const allLit = new Float64Array(PIXELS).fill(0.5);

/** A comb: the first column is the back, each row a tooth. Every edge joins neighbours. */
export function combTree(): [number, number][] {
  return Array.from({ length: PIXELS - 1 }, (_, i) => {
    const pixel = i + 1;
    return pixel % SIDE === 0 ? [pixel - SIDE, pixel] : [pixel - 1, pixel];
  });
}

/** Edges over pixels as the learner names them: by column, smaller first. */
export function asColumns(edges: [number, number][], shuffle: Int32Array): [number, number, number][] {
  const column = columnOfPixel(shuffle);
  return edges.map(([p, q]) => [Math.min(column[p]!, column[q]!), Math.max(column[p]!, column[q]!), 0.25]);
}

export function mnistRun(): MnistRun {
  const shuffle = permutation(PIXELS, 1);
  const layers = [
    { inputs: PIXELS, sparseUnits: 2, denseUnits: 1, connections: 787, density: 3 / (2 * PIXELS) },
    { inputs: 3, sparseUnits: 0, denseUnits: 10, connections: 30, density: 1 },
  ];
  const net = (name: string, weights: number) => ({
    ...netResult(name, weights, 0.975, { rows: 20, classes: 10 }),
    layers,
  });
  return {
    ...runFacts({ train: 20, validation: 5, test: 20 }),
    shuffle,
    litShare: allLit,
    edges: placeEdges(asColumns(combTree(), shuffle), shuffle, allLit),
    totalInformation: 100,
    layers: [{ radius: 2, stride: 1, globalUnits: 1 }],
    fields: {
      first: [{ unit: 0, centre: 5, pixels: Int32Array.of(5, 6), weights: Float32Array.of(0.1, -0.2) }],
      second: [],
    },
    fit: { epochs: 2, learningRate: 0.1, batchSize: 4 },
    trf: net('TRF-net', 1234),
    dense: net('Dense net', 5678),
    test: { rows: 20, pixels: new Uint8Array(20 * PIXELS).fill(9), labels: new Uint8Array(20).fill(3) },
    explained: [explainedAnswer(2, ['0', '1'])],
  };
}
