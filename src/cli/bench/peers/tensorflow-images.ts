import type { ConvNetTask, Lane } from '../operations.js';
import { moved } from './layouts.js';
import type { Tensor, TensorFlow } from './tensorflow-api.js';

const EPSILON = 1e-5;

/** A net of convolutions: by conv2d where it runs, by conv3d of depth 1 where it trains, as its wasm backend has no gradient of conv2d's filters. */
export function tensorFlowImages(tf: TensorFlow, given: ConvNetTask, train: boolean): Lane {
  const { batch, channels, size, classes, labels, nodes } = given;
  const features = nodes.at(-1)!.filters;
  const images = tf.tensor(moved(given.images, [batch, channels, size, size], [0, 2, 3, 1]), [
    batch,
    size,
    size,
    channels,
  ]);
  const hot = new Float32Array(batch * classes);
  for (let r = 0; r < batch; r++) hot[r * classes + labels[r]!] = 1;
  const wanted = tf.tensor(hot, [batch, classes]);
  const made: Tensor[] = [images, wanted];
  const variable = (values: Float32Array, shape: readonly number[]) => {
    const of = tf.tensor(values, shape);
    const one = train ? tf.variable(of) : of;
    made.push(one);
    return one;
  };
  const layers = nodes.map((node) => {
    const { kernel, channels: from, filters } = node;
    // Batch normalisation by what was found before is a scale and a shift: the scale goes into the filters.
    const scale = Float32Array.from(node.gain, (gain) => gain / Math.sqrt(1 + EPSILON));
    const perFilter = node.weight.length / filters;
    const folded = train ? node.weight : node.weight.map((w, i) => w * scale[Math.floor(i / perFilter)]!);
    const filter = moved(folded, [filters, from, kernel, kernel], [2, 3, 1, 0]);
    const shape = [kernel, kernel, from, filters];
    return {
      ...node,
      filter: variable(filter, train ? [1, ...shape] : shape),
      scale: variable(node.gain, [filters]),
      shift: variable(node.bias, [filters]),
    };
  });
  const weight = variable(given.weight, [classes, features]);
  const bias = variable(given.bias, [classes]);
  type Layer = (typeof layers)[number];
  const convolve = (x: Tensor, { filter, kernel, stride, padding: pad, scale, shift, size, out, filters }: Layer) => {
    if (!train) return tf.add(tf.conv2d(x, filter, stride, pad), shift);
    // Its gradients of conv3d are wrong at a stride of 2: every other place is taken before or after one of stride 1.
    const wide = kernel === 1 ? thinned(tf, x, stride) : x;
    const around = pad === 0 ? wide : tf.pad(wide, [none, [pad, pad], [pad, pad], none]);
    const deep = tf.conv3d(tf.expandDims(around, 1), filter, [1, 1, 1], 'valid');
    const side = kernel === 1 ? out : size;
    const whole = tf.reshape(deep, [batch, side, side, filters]);
    const sum = kernel === 1 ? whole : thinned(tf, whole, stride);
    const { mean, variance } = tf.moments(sum, [0, 1, 2]);
    const normal = tf.div(tf.sub(sum, mean), tf.sqrt(tf.add(variance, EPSILON)));
    return tf.add(tf.mul(normal, scale), shift);
  };
  const forward = () => {
    const outputs: Tensor[] = [];
    const from = (at: number) => (at < 0 ? images : outputs[at]!);
    for (const layer of layers) {
      const sum = convolve(from(layer.input), layer);
      const all = layer.shortcut === undefined ? sum : tf.add(sum, from(layer.shortcut));
      outputs.push(layer.relu ? tf.relu(all) : all);
    }
    return tf.add(tf.matMul(tf.mean(outputs.at(-1)!, [1, 2]), weight, false, true), bias);
  };
  let found: ArrayLike<number> = [];
  return {
    run() {
      found = tf.tidy(() => {
        if (!train) return forward().dataSync();
        const loss = () => tf.neg(tf.div(tf.sum(tf.mul(tf.logSoftmax(forward()), wanted)), batch));
        const { value, grads } = tf.variableGrads(loss);
        const first = grads[layers[0]!.filter.name]!.dataSync();
        return [value.dataSync()[0]!, ...first];
      });
    },
    result() {
      if (!train) return found;
      const { kernel, channels: from, filters } = nodes[0]!;
      const gradient = Array.from(found).slice(1);
      return [found[0]!, ...moved(gradient, [kernel, kernel, from, filters], [3, 2, 0, 1])];
    },
    dispose() {
      for (const one of made) one.dispose();
    },
  };
}

const none = [0, 0] as const;

/** Every so many rows and columns of [image][row][column][channel], by operations that have gradients. */
function thinned(tf: TensorFlow, x: Tensor, stride: number): Tensor {
  if (stride === 1) return x;
  const [n, side, , channels] = x.shape as [number, number, number, number];
  const out = side / stride;
  const apart = tf.reshape(x, [n * out, stride, out, stride * channels]);
  return tf.reshape(tf.slice(apart, [0, 0, 0, 0], [n * out, 1, out, channels]), [n, out, out, channels]);
}
