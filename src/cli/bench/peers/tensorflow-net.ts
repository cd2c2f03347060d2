import type { FeedforwardTask, Lane } from '../operations.js';
import { connected, denseWeight, turned } from './layouts.js';
import type { Tensor, TensorFlow } from './tensorflow-api.js';

/** A feedforward net by its gradients of variables; connections that are not there are held at zero by a mask. */
export function tensorFlowNet(tf: TensorFlow, given: FeedforwardTask, train: boolean): Lane {
  const { rows, batch, rate, labels } = given;
  const { inputs } = given.layers[0]!;
  const { units: classes } = given.layers.at(-1)!;
  // [input][unit], as its layers have them.
  const layers = given.layers.map((layer) => {
    const { connections, units, inputs: from, bias } = layer;
    const put = (weight: Float32Array) =>
      tf.tensor(turned(connections ? denseWeight(connections, weight) : weight, units, from), [from, units]);
    const start = put(layer.weight);
    const none = tf.tensor(bias, [units]);
    return {
      start,
      none,
      mask: connections && put(new Float32Array(layer.weight.length).fill(1)),
      weight: tf.variable(start),
      bias: tf.variable(none),
    };
  });
  const batches = Array.from({ length: rows / batch }, (_, b) => {
    const hot = new Float32Array(batch * classes);
    for (let r = 0; r < batch; r++) hot[r * classes + labels[b * batch + r]!] = 1;
    return {
      x: tf.tensor(given.x.subarray(b * batch * inputs, (b + 1) * batch * inputs), [batch, inputs]),
      wanted: tf.tensor(hot, [batch, classes]),
    };
  });
  const forward = (x: Tensor) =>
    layers.reduce((y, { weight, bias, mask }, l) => {
      const sum = tf.add(tf.matMul(y, mask ? tf.mul(weight, mask) : weight), bias);
      return l + 1 < layers.length ? tf.relu(sum) : sum;
    }, x);
  const learn = ({ x, wanted }: { x: Tensor; wanted: Tensor }) =>
    tf.tidy(() => {
      const loss = () => tf.neg(tf.div(tf.sum(tf.mul(tf.logSoftmax(forward(x)), wanted)), batch));
      const { grads } = tf.variableGrads(loss);
      for (const { weight, bias } of layers)
        for (const one of [weight, bias]) one.assign(tf.sub(one, tf.mul(grads[one.name]!, rate)));
    });
  const logits = new Float32Array(rows * classes);
  return {
    run() {
      if (train)
        for (const { weight, bias, start, none } of layers) {
          weight.assign(tf.add(start, 0));
          bias.assign(tf.add(none, 0));
        }
      batches.forEach((one, b) => {
        if (train) learn(one);
        else
          logits.set(
            tf.tidy(() => forward(one.x).dataSync()),
            b * batch * classes,
          );
      });
    },
    result() {
      if (!train) return logits;
      const { connections, units, inputs: from } = given.layers[0]!;
      const found = turned(layers[0]!.weight.dataSync(), from, units);
      return connections ? connected(connections, found) : found;
    },
    dispose() {
      for (const { start, none, mask, weight, bias } of layers)
        for (const one of [start, none, mask, weight, bias]) one?.dispose();
      for (const { x, wanted } of batches) for (const one of [x, wanted]) one.dispose();
    },
  };
}
