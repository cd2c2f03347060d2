import type { FeedforwardTask, Lane, Modules, Peer } from '../operations.js';

interface Brain {
  NeuralNetwork: new () => {
    fromJSON(json: object): unknown;
    runInput(row: Float32Array): ArrayLike<number>;
  };
}

/** brain.js without a GPU: dense nets, row by row. Its training is another than gradient descent on the cross-entropy, so it runs nets here and trains none. */
export function brainJs(modules: Modules): Peer {
  const brain = modules.load('brain.js') as Brain;
  return {
    name: `brain.js ${modules.version('brain.js')}`,
    does: { 'net inference': (given) => inference(brain, given) },
  };
}

function inference(brain: Brain, { layers, rows, x }: FeedforwardTask): Lane {
  const { inputs } = layers[0]!;
  const { units: classes } = layers.at(-1)!;
  const net = new brain.NeuralNetwork();
  const units = (count: number) => Array.from({ length: count }, () => ({}));
  net.fromJSON({
    sizes: [inputs, ...layers.map((layer) => layer.units)],
    activation: 'relu',
    layers: [
      units(inputs),
      ...layers.map(({ inputs: from, units: to, weight, bias }) =>
        Array.from({ length: to }, (_, u) => ({
          bias: bias[u]!,
          weights: [...weight.subarray(u * from, (u + 1) * from)],
        })),
      ),
    ],
  });
  const logits = new Float32Array(rows * classes);
  return {
    run() {
      for (let r = 0; r < rows; r++) logits.set(net.runInput(x.subarray(r * inputs, (r + 1) * inputs)), r * classes);
    },
    result: () => logits,
  };
}
