import type { ConvNetTask, ConvNode, Lane } from '../operations.js';
import { convForward, convInput, convWeight } from './plain-conv.js';
import { softmax } from './plain-net.js';

const EPSILON = 1e-5;

/** Convolutions, batch normalisation and what follows in plain JavaScript, planes [image][channel][row][column]. */
export function plainConvNet(given: ConvNetTask, train: boolean): Lane {
  const { images, labels, batch, classes, nodes, weight, bias } = given;
  const made = nodes.map(({ filters, out, channels, kernel }) => ({
    sum: new Float32Array(batch * filters * out ** 2),
    y: new Float32Array(batch * filters * out ** 2),
    dy: new Float32Array(batch * filters * out ** 2),
    dweight: new Float32Array(filters * channels * kernel ** 2),
    mean: new Float64Array(filters),
    inverse: new Float64Array(filters),
  }));
  const { filters: features, out } = nodes.at(-1)!;
  const plane = out ** 2;
  const mean = new Float32Array(features * batch);
  const [logits, dlogits] = [new Float32Array(classes * batch), new Float32Array(classes * batch)];
  const input = (at: number) => (at < 0 ? images : made[at]!.y);
  let loss = 0;

  const forward = () => {
    nodes.forEach((node, i) => {
      const { sum, y } = made[i]!;
      sum.fill(0);
      convForward(sum, input(node.input), node.weight, { ...node, batch });
      if (train) moments(made[i]!, node, batch);
      else made[i]!.inverse.fill(1 / Math.sqrt(1 + EPSILON));
      normalise(y, made[i]!, node, batch, node.shortcut === undefined ? undefined : input(node.shortcut));
    });
    const last = made.at(-1)!.y;
    for (let s = 0; s < batch; s++) {
      for (let c = 0; c < features; c++) {
        let total = 0;
        for (let p = 0, at = (s * features + c) * plane; p < plane; p++) total += last[at + p]!;
        mean[c * batch + s] = total / plane;
      }
    }
    for (let u = 0; u < classes; u++) {
      for (let s = 0; s < batch; s++) {
        let total = bias[u]!;
        for (let c = 0; c < features; c++) total += weight[u * features + c]! * mean[c * batch + s]!;
        logits[u * batch + s] = total;
      }
    }
  };

  const backward = () => {
    loss = softmax(dlogits, logits, labels, 0, classes, batch);
    for (const { dy } of made) dy.fill(0);
    const last = made.at(-1)!.dy;
    for (let s = 0; s < batch; s++) {
      for (let c = 0; c < features; c++) {
        let total = 0;
        for (let u = 0; u < classes; u++) total += weight[u * features + c]! * dlogits[u * batch + s]!;
        last.fill(total / plane, (s * features + c) * plane, (s * features + c + 1) * plane);
      }
    }
    for (let i = nodes.length - 1; i >= 0; i--) {
      const node = nodes[i]!;
      const { y, dy, dweight } = made[i]!;
      if (node.relu) for (let at = 0; at < y.length; at++) if (y[at]! <= 0) dy[at] = 0;
      if (node.shortcut !== undefined && node.shortcut >= 0) {
        const to = made[node.shortcut]!.dy;
        for (let at = 0; at < to.length; at++) to[at]! += dy[at]!;
      }
      normaliseBackward(made[i]!, node, batch);
      dweight.fill(0);
      convWeight(dweight, input(node.input), dy, { ...node, batch });
      if (node.input >= 0) convInput(made[node.input]!.dy, dy, node.weight, { ...node, batch });
    }
  };

  return {
    run() {
      forward();
      if (train) backward();
    },
    result: () =>
      train
        ? [loss, ...made[0]!.dweight]
        : Float32Array.from(
            { length: batch * classes },
            (_, i) => logits[(i % classes) * batch + Math.floor(i / classes)]!,
          ),
  };
}

interface Made {
  readonly sum: Float32Array;
  readonly dy: Float32Array;
  readonly mean: Float64Array;
  readonly inverse: Float64Array;
}

/** Runs over the values of one channel. */
function eachPlane(
  { filters, out }: ConvNode,
  batch: number,
  channel: number,
  visit: (at: number, end: number) => void,
) {
  for (let s = 0; s < batch; s++) visit((s * filters + channel) * out ** 2, (s * filters + channel + 1) * out ** 2);
}

function moments({ sum, mean, inverse }: Made, node: ConvNode, batch: number): void {
  const count = batch * node.out ** 2;
  for (let c = 0; c < node.filters; c++) {
    let [total, square] = [0, 0];
    eachPlane(node, batch, c, (at, end) => {
      for (let p = at; p < end; p++) total += sum[p]!;
    });
    mean[c] = total / count;
    eachPlane(node, batch, c, (at, end) => {
      for (let p = at; p < end; p++) square += (sum[p]! - mean[c]!) ** 2;
    });
    inverse[c] = 1 / Math.sqrt(square / count + EPSILON);
  }
}

function normalise(
  y: Float32Array,
  { sum, mean, inverse }: Made,
  node: ConvNode,
  batch: number,
  shortcut?: Float32Array,
) {
  for (let c = 0; c < node.filters; c++) {
    const scale = node.gain[c]! * inverse[c]!;
    const shift = node.bias[c]! - mean[c]! * scale;
    eachPlane(node, batch, c, (at, end) => {
      for (let p = at; p < end; p++) {
        const value = sum[p]! * scale + shift + (shortcut ? shortcut[p]! : 0);
        y[p] = node.relu && value < 0 ? 0 : value;
      }
    });
  }
}

/** dy becomes the gradient of the sums. */
function normaliseBackward({ sum, dy, mean, inverse }: Made, node: ConvNode, batch: number): void {
  const count = batch * node.out ** 2;
  for (let c = 0; c < node.filters; c++) {
    let [total, product] = [0, 0];
    const [middle, scale] = [mean[c]!, inverse[c]!];
    eachPlane(node, batch, c, (at, end) => {
      for (let p = at; p < end; p++) {
        total += dy[p]!;
        product += dy[p]! * (sum[p]! - middle) * scale;
      }
    });
    eachPlane(node, batch, c, (at, end) => {
      for (let p = at; p < end; p++)
        dy[p] = node.gain[c]! * scale * (dy[p]! - total / count - ((sum[p]! - middle) * scale * product) / count);
    });
  }
}
