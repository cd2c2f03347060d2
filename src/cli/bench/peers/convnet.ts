import type { Convolution, FeedforwardTask, Lane, Modules, Peer } from '../operations.js';
import { moved } from './layouts.js';

/** What is used of ConvNetJS. */
interface ConvNet {
  Vol: new (width: number, height: number, depth: number, value: number) => Vol;
  ConvLayer: new (options: object) => Layer;
  Net: new () => { makeLayers(layers: readonly object[]): void; forward(x: Vol): Vol; layers: Layer[] };
  SGDTrainer: new (net: object, options: object) => { train(x: Vol, label: number): unknown };
}

interface Vol {
  w: Float64Array | Float32Array;
}

interface Layer {
  filters: Vol[];
  biases: Vol;
  forward(x: Vol, training: boolean): Vol;
}

/** ConvNetJS: convolutions and dense nets in JavaScript, one row or image at a time. */
export function convNetJs(modules: Modules): Peer {
  const convnet = modules.load('convnetjs') as ConvNet;
  return {
    name: `ConvNetJS ${modules.version('convnetjs')}`,
    does: {
      'conv forward': (given) => convolution(convnet, given),
      'net epoch': (given) => epoch(convnet, given),
    },
  };
}

function convolution(convnet: ConvNet, given: Convolution): Lane {
  const { batch, channels, filters, kernel, stride, padding: pad, size, out } = given;
  const options = { in_sx: size, in_sy: size, in_depth: channels, sx: kernel, filters, stride, pad, bias_pref: 0 };
  const layer = new convnet.ConvLayer(options);
  const weight = moved(given.weight, [1, filters, channels, kernel ** 2], [0, 1, 3, 2]);
  const each = channels * kernel ** 2;
  for (const [o, { w }] of layer.filters.entries()) w.set(weight.subarray(o * each, (o + 1) * each));
  const x = moved(given.x, [1, batch, channels, size ** 2], [0, 1, 3, 2]);
  const images = Array.from({ length: batch }, (_, s) => {
    const image = new convnet.Vol(size, size, channels, 0);
    image.w.set(x.subarray(s * channels * size ** 2, (s + 1) * channels * size ** 2));
    return image;
  });
  let found: Vol[] = [];
  return {
    run() {
      found = images.map((image) => layer.forward(image, false));
    },
    result: () => found.flatMap(({ w }) => [...moved(w, [1, 1, out ** 2, filters], [0, 1, 3, 2])]),
  };
}

function epoch(convnet: ConvNet, { layers, rows, x, labels, batch, rate }: FeedforwardTask): Lane | undefined {
  if (layers.some(({ connections }) => connections)) return undefined;
  const { inputs } = layers[0]!;
  const vols = Array.from({ length: rows }, (_, r) => {
    const vol = new convnet.Vol(1, 1, inputs, 0);
    vol.w.set(x.subarray(r * inputs, (r + 1) * inputs));
    return vol;
  });
  const net = new convnet.Net();
  net.makeLayers([
    { type: 'input', out_sx: 1, out_sy: 1, out_depth: inputs },
    ...layers.slice(0, -1).map(({ units }) => ({ type: 'fc', num_neurons: units, activation: 'relu' })),
    { type: 'softmax', num_classes: layers.at(-1)!.units },
  ]);
  const dense = net.layers.filter((layer) => layer.filters);
  return {
    run() {
      dense.forEach(({ filters, biases }, l) => {
        const { inputs: from, weight, bias } = layers[l]!;
        for (const [u, { w }] of filters.entries()) w.set(weight.subarray(u * from, (u + 1) * from));
        biases.w.set(bias);
      });
      const options = { method: 'sgd', learning_rate: rate, momentum: 0, l1_decay: 0, l2_decay: 0, batch_size: batch };
      const trainer = new convnet.SGDTrainer(net, options);
      for (let r = 0; r < rows; r++) trainer.train(vols[r]!, labels[r]!);
    },
    result: () => dense[0]!.filters.flatMap(({ w }) => [...w]),
  };
}
